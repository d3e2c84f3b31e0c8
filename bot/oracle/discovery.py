"""What Oracle says of its models in every region: by ListModelDiscovery, or by ListModels where that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.oracle import answers
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.errors import understood
from bot.oracle.parts import Part, read_parts
from dac.cluster import Gap
from dac.discovery import Discovery, Listing, Offered
from dac.errors import Denied, Invalid, NotFound


class DiscoveryReading:
    """One reading of all regions, each asked for itself: a region without the service is no reason to know nothing."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, at: datetime) -> None:
        self._clients, self._calls, self._config, self._at = clients, calls, config, at
        self._offered: list[Offered] = []
        self._gaps: list[Gap] = []

    def read(self) -> Discovery:
        self._clients.sign_in()
        parts = [self._part(region) for region in self._config.regions]
        unread = read_parts(parts, seconds=self._config.patience.fleet, parallel=self._config.parallel)
        return Discovery(
            read_at=self._at,
            offered=tuple(sorted(self._offered, key=lambda each: (each.model, each.region))),
            gaps=tuple(sorted((*self._gaps, *unread), key=lambda each: (each.region, each.what))),
        )

    def _part(self, region: str) -> Part:
        def keep(found: list[Offered]) -> Sequence[Part]:
            self._offered += found
            return ()

        return Part(region, "models offered", lambda: self._region(region), keep)

    def _region(self, region: str) -> list[Offered]:
        compartment_id = self._config.compartments[0]
        try:
            return self._discovered(region, compartment_id)
        except (Denied, NotFound, Invalid) as refused:
            self._gaps.append(Gap(region=region, what="models offered by discovery", because=str(refused)))
            return self._listed(region, compartment_id)

    def _discovered(self, region: str, compartment_id: str) -> list[Offered]:
        doing = f"Discovering models in {region}"
        call = self._clients.generative_ai(region).list_model_discovery
        found: list[Offered] = []
        for page in self._calls.pages(doing, call, compartment_id=compartment_id, region=[region]):
            with understood(doing):
                for raw in page.data["items"]:
                    found += [_offered(raw, each) for each in raw["availability"] if each["region"] == region]
        return found

    def _listed(self, region: str, compartment_id: str) -> list[Offered]:
        doing = f"Listing models in {region}"
        call = self._clients.generative_ai(region).list_models
        found: list[Offered] = []
        for page in self._calls.pages(doing, call, compartment_id=compartment_id):
            with understood(doing):
                found += [_of_list(raw, region) for raw in page.data["items"] if raw["type"] == "BASE"]
        return found


def _offered(model: answers.Json, there: answers.Json) -> Offered:
    modes: list[str] = there.get("servingModes") or []
    replacements: Any = there.get("supportedReplacements") or []
    return Offered(
        model=model["modelId"],
        region=there["region"],
        dedicated="DEDICATED" in modes,
        on_demand="ON_DEMAND" in modes,
        time_deprecated=there.get("timeDeprecated"),
        time_on_demand_retired=there.get("timeOnDemandRetired"),
        time_dedicated_retired=there.get("timeDedicatedRetired"),
        replacements=tuple(str(each) for each in replacements),
    )


def _of_list(raw: answers.Json, region: str) -> Offered:
    return Offered(
        model=raw["displayName"],
        region=region,
        time_deprecated=raw.get("timeDeprecated"),
        time_on_demand_retired=raw.get("timeOnDemandRetired"),
        time_dedicated_retired=raw.get("timeDedicatedRetired"),
        listing=Listing.MODELS,
    )
