"""What Oracle says of its models in every region: by its list made for that, or by the older one where it refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.errors import understood
from bot.oracle.parts import Part, read_parts
from dac.cluster import Gap
from dac.discovery import Discovery, Listing, Offered
from dac.errors import DacError, Denied, NotFound
from dac.naming import short

Found = TypeVar("Found")


class DiscoveryReading:
    """One reading of all regions, in threads."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, at: datetime) -> None:
        self._clients, self._calls, self._config, self._at = clients, calls, config, at
        self._refusing: set[str] = set()
        self._bare: set[str] = set()

    def read(self) -> Discovery:
        # As for the fleet: without an identity, one refusal instead of a gap for every region.
        self._clients.sign_in()
        offered: list[Offered] = []
        gaps: list[Gap] = []

        def part(region: str) -> Part:
            def keep(found: tuple[list[Offered], list[Gap]]) -> Sequence[Part]:
                offered.extend(found[0])
                gaps.extend(found[1])
                return ()

            return Part(region, "models", lambda: self._region(region), keep)

        self._read([part(region) for region in self._config.regions], gaps)
        told: set[str] = set()
        answering = [each.region for each in offered if each.listing is Listing.DISCOVERY]
        if self._refusing and answering:
            # Of a region that refuses, another may tell whether models are offered there.
            self._read([self._told_by(answering[0], told)], [])
        return Discovery(
            read_at=self._at,
            offered=tuple(sorted(offered, key=lambda each: (each.model, each.region))),
            bare=tuple(sorted(self._bare)),
            told=tuple(sorted(told)) if told - set(answering[:1]) else (),
            gaps=tuple(sorted(gaps, key=lambda each: (each.region, each.what))),
        )

    def _read(self, parts: list[Part], gaps: list[Gap]) -> None:
        gaps += read_parts(parts, seconds=self._config.patience.fleet, parallel=self._config.parallel)

    def _region(self, region: str) -> tuple[list[Offered], list[Gap]]:
        try:
            return self._discovered(region), []
        except DacError as refusal:
            because = f"{refusal} {Listing.MODELS} was read instead: it does not tell how a model can be had."
        try:
            found = self._listed(region)
        except (Denied, NotFound):
            self._refusing.add(region)
            raise
        if not found:
            self._bare.add(region)
            return [], []
        return found, [Gap(region=region, what="model discovery", because=because)]

    def _told_by(self, region: str, told: set[str]) -> Part:
        """The regions of which this one tells."""

        def keep(found: list[set[str]]) -> Sequence[Part]:
            told.update(*found)
            return ()

        listing = self._clients.generative_ai(region).list_model_discovery
        return Part(
            region,
            "other regions' models",
            lambda: self._first(region, Listing.DISCOVERY, listing, lambda raw, _: [answers.regions(raw)]),
            keep,
        )

    def _discovered(self, region: str) -> list[Offered]:
        # Each region may answer for all: it is asked for itself, and what it says of others is left to them.
        listing = partial(self._clients.generative_ai(region).list_model_discovery, region=[region])
        found = self._first(region, Listing.DISCOVERY, listing, answers.offered)
        if not found:
            raise NotFound(f"{Listing.DISCOVERY} in {region} tells of no model there.")
        return found

    def _listed(self, region: str) -> list[Offered]:
        listing = self._clients.generative_ai(region).list_models
        return self._first(region, Listing.MODELS, listing, answers.listed)

    def _first(
        self,
        region: str,
        name: Listing,
        listing: Callable[..., Any],
        read: Callable[[answers.Json, str], list[Found]],
    ) -> list[Found]:
        """What the first compartment gives that the identity may ask in: the models are Oracle's, whichever it is."""
        refusals: list[DacError] = []
        for compartment_id in self._config.compartments:
            doing = f"{name} in {region}, compartment {short(compartment_id)}"
            found: list[Found] = []
            try:
                for page in self._calls.pages(doing, listing, compartment_id=compartment_id):
                    with understood(doing):
                        found += [each for raw in page.data["items"] for each in read(raw, region)]
            except (Denied, NotFound) as error:
                refusals.append(error)
            else:
                return found
        raise refusals[0]
