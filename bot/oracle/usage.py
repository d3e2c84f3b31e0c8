"""What Oracle charged and what its budgets say, from the services that answer in the tenancy's home region alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from bot.kept import Kept
from bot.oracle import exact
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import OracleConfig
from bot.oracle.deadline import within
from bot.oracle.errors import understood
from dac.errors import DacError, Unavailable
from dac.figures import Unknown
from dac.uncounted import Uncounted
from dac.usage import Budget, Budgets, Spend, UsageRow, is_generative_ai, windows

MOST_KEPT = 50
"""Spans of days; people ask for few of them, and each is forgotten when it is asked for again a while later."""

GROUPED_BY = ("resourceId", "skuPartNumber", "skuName", "unit")
"""Four is the most that Oracle takes."""

BESIDE_BY = ("service", "skuPartNumber", "skuName", "unit")

SPEND_POLICY = "read usage-report in tenancy"
BUDGETS_POLICY = "read usage-budgets in tenancy"
HOME_POLICY = "inspect tenancies in tenancy"
NO_CURRENCY = "XXX"
"""What ISO 4217 calls none."""

UNSEEN = "as far as we know, for we have not seen it on a page of Oracle's"

Json = dict[str, Any]
Read = TypeVar("Read")


def _every(_: Json) -> bool:
    return True


class Usage:
    """Kept for minutes; a failure is told as what would settle it, and not kept."""

    def __init__(self, clients: Clients, calls: Calls, config: OracleConfig, now: Callable[[], datetime]) -> None:
        self._clients, self._calls, self._config, self._now = clients, calls, config, now
        self._spans: dict[tuple[date, date], Kept[Spend]] = {}
        self._beside: dict[tuple[date, date, str], Kept[Uncounted]] = {}
        self._budgets = Kept(self._read_budgets, config.slow_fresh_for, now)
        self._home = config.home_region
        self._guard = threading.Lock()

    def spend(self, since: date, until: date) -> Spend | Unknown:
        with self._guard:
            if len(self._spans) >= MOST_KEPT:
                self._spans.clear()
            kept = self._spans.setdefault(
                (since, until), Kept(lambda: self._read_spend(since, until), self._config.slow_fresh_for, self._now)
            )
        return _or_unknown("what Oracle charged", SPEND_POLICY, kept.get)

    def uncounted(self, since: date, until: date, resource_id: str = "") -> Uncounted | Unknown:
        with self._guard:
            if len(self._beside) >= MOST_KEPT:
                self._beside.clear()
            kept = self._beside.setdefault(
                (since, until, resource_id),
                Kept(lambda: self._read_uncounted(since, until, resource_id), self._config.slow_fresh_for, self._now),
            )
        return _or_unknown("what Oracle charged beside", SPEND_POLICY, kept.get)

    def budgets(self) -> Budgets | Unknown:
        return _or_unknown("what Oracle's budgets say", BUDGETS_POLICY, self._budgets.get)

    def home(self) -> str:
        """The region whose answers count; once known it is not asked for again. Raise `DacError`."""
        if self._home is None:
            client, tenancy = self._clients.identity(self._config.regions[0]), self._clients.tenancy()
            doing = "Asking which region is the tenancy's home"
            try:
                response = self._calls.read(doing, lambda: client.list_region_subscriptions(tenancy))
            except Unavailable:
                raise
            except DacError as error:
                raise type(error)(
                    f"{error} Name it in DAC_OCI_HOME_REGION, or let the reading identity `{HOME_POLICY}` ({UNSEEN})."
                ) from None
            with understood(doing):
                self._home = next(str(each["regionName"]) for each in response.data if each["isHomeRegion"])
        return self._home

    def _read_spend(self, since: date, until: date) -> Spend:
        at = self._now()
        with within(self._config.patience.history):
            asked = {"groupBy": list(GROUPED_BY), "filter": _all(self._ours(), self._known_parts())}
            rows = tuple(row for span in windows(since, until) for row in self._rows(*span, asked))
        return Spend(since=since, until=until, rows=rows, read_at=at)

    def _read_uncounted(self, since: date, until: date, resource_id: str) -> Uncounted:
        """Added up over the days, for it is not looked at by the day."""
        at, known = self._now(), self._known_parts()
        if known is None:
            # All there is counts already.
            return Uncounted(since=since, until=until, rows=(), read_at=at)
        one = _any("resourceId", [resource_id]) if resource_id else None
        asked = {
            "groupBy": list(BESIDE_BY),
            "filter": _all(self._ours(), one, {"operator": "NOT", "filters": [known]}),
            "isAggregateByTime": True,
        }
        fits = _every if resource_id else _is_ours
        with within(self._config.patience.history):
            rows = tuple(row for span in windows(since, until) for row in self._rows(*span, asked, fits))
        return Uncounted(since=since, until=until, rows=rows, read_at=at)

    def _rows(self, since: date, until: date, asked: Json, fits: Callable[[Json], bool] = _every) -> Iterator[UsageRow]:
        home = self.home()
        client = self._clients.usage(home)
        details = {
            "tenantId": self._clients.tenancy(),
            "timeUsageStarted": f"{since}T00:00:00.000Z",
            "timeUsageEnded": f"{until}T00:00:00.000Z",
            "granularity": "DAILY",
            "queryType": "COST",
            **asked,
        }
        doing = f"Reading what was charged from {since} until {until} in {home}"
        for response in self._calls.pages(doing, partial(_summarized, client, details)):
            with understood(doing):
                yield from read_rows(response.data, fits)

    def _known_parts(self) -> Json | None:
        """What is sold by dedicated clusters: the rest is others'."""
        return _any("skuPartNumber", self._config.part_numbers) if self._config.part_numbers else None

    def _ours(self) -> Json:
        """The compartments that the bot looks after."""
        return _any("compartmentId", self._config.compartments)

    def _read_budgets(self) -> Budgets:
        at, home, tenancy = self._now(), self.home(), self._clients.tenancy()
        doing = f"Reading budgets in {home}"
        found: list[Budget] = []
        client = self._clients.budgets(home)
        for response in self._calls.pages(doing, partial(_listed, client, tenancy)):
            with understood(doing):
                found += read_budgets(response.data)
        return Budgets(found=tuple(found), read_at=at)


def _or_unknown(what: str, policy: str, read: Callable[[], Read]) -> Read | Unknown:
    try:
        return read()
    except Unavailable as error:
        return Unknown(what=what, settle=f"ask again later. {error}")
    except DacError as error:
        return Unknown(what=what, settle=f"let the reading identity `{policy}`. {error}")


def _is_ours(raw: Json) -> bool:
    return is_generative_ai(raw.get("service") or "", raw.get("skuName") or "")


def _all(*filters: Json | None) -> Json:
    return {"operator": "AND", "filters": [each for each in filters if each]}


def _any(key: str, values: Sequence[str]) -> Json:
    return {"operator": "OR", "dimensions": [{"key": key, "value": value} for value in values]}


def _summarized(client: Any, details: Json, page: str | None = None) -> Any:
    return exact.asked(client, "POST", "/usage", {"page": page}, details)


def _listed(client: Any, tenancy: str, page: str | None = None) -> Any:
    return exact.asked(client, "GET", "/budgets", {"compartmentId": tenancy, "targetType": "ALL", "page": page})


def read_rows(text: bytes, fits: Callable[[Json], bool] = _every) -> list[UsageRow]:
    """Rows with what is charged, digit by digit; a ValueError or KeyError where it is not in Oracle's form."""
    return [_row(each) for each in exact.read(text)["items"] if _charges(each) and fits(each)]


def read_budgets(text: bytes) -> list[Budget]:
    """Those that are in force."""
    return [
        Budget(
            id=each["id"],
            name=each.get("displayName") or each["id"],
            amount=each["amount"],
            actual=each.get("actualSpend"),
            forecast=each.get("forecastedSpend"),
            computed_at=each.get("timeSpendComputed"),
            target_type=each["targetType"],
            targets=tuple(each.get("targets") or ()),
            reset_period=each["resetPeriod"],
            processing=each.get("processingPeriodType") or "MONTH",
        )
        for each in exact.read(text)
        if each.get("lifecycleState") == "ACTIVE"
    ]


def _charges(raw: Json) -> bool:
    """Not a forecast, and not a row that tells of no money at all."""
    return not raw.get("isForecast") and raw.get("computedAmount") is not None


def _text(raw: Json, name: str) -> str:
    """What Oracle does not tell is null or blank."""
    return (raw.get(name) or "").strip()


def _row(raw: Json) -> UsageRow:
    return UsageRow(
        since=raw["timeUsageStarted"],
        until=raw["timeUsageEnded"],
        currency=_text(raw, "currency") or NO_CURRENCY,
        amount=raw["computedAmount"],
        part_number=_text(raw, "skuPartNumber"),
        product=_text(raw, "skuName"),
        resource_id=_text(raw, "resourceId"),
        quantity=raw.get("computedQuantity"),
        unit=_text(raw, "unit"),
        list_rate=raw.get("listRate"),
        unit_price=raw.get("unitPrice"),
    )
