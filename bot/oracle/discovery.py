"""What Oracle says of its models in every region: by its list made for that, or by the older one where it refuses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

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


class DiscoveryReading:
    """One reading of all regions, in threads."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, at: datetime) -> None:
        self._clients, self._calls, self._config, self._at = clients, calls, config, at

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

        parts = [part(region) for region in self._config.regions]
        gaps += read_parts(parts, seconds=self._config.patience.fleet, parallel=self._config.parallel)
        return Discovery(
            read_at=self._at,
            offered=tuple(sorted(offered, key=lambda each: (each.model, each.region))),
            gaps=tuple(sorted(gaps, key=lambda each: (each.region, each.what))),
        )

    def _region(self, region: str) -> tuple[list[Offered], list[Gap]]:
        try:
            return self._discovered(region), []
        except DacError as refusal:
            because = f"{refusal} {Listing.MODELS} was read instead: it does not tell how a model can be had."
        return self._listed(region), [Gap(region=region, what="model discovery", because=because)]

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
        read: Callable[[answers.Json, str], list[Offered]],
    ) -> list[Offered]:
        """What the first compartment gives that the identity may ask in: the models are Oracle's, whichever it is."""
        refusals: list[DacError] = []
        for compartment_id in self._config.compartments:
            doing = f"{name} in {region}, compartment {short(compartment_id)}"
            found: list[Offered] = []
            try:
                for page in self._calls.pages(doing, listing, compartment_id=compartment_id):
                    with understood(doing):
                        found += [each for raw in page.data["items"] for each in read(raw, region)]
            except (Denied, NotFound) as error:
                refusals.append(error)
            else:
                return found
        raise refusals[0]
