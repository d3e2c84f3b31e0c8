"""The Usage API: what is charged for, as rows that agree with what runs, and rows that somebody has added."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext

from sandbox.oracle import ids
from sandbox.oracle.billing import billed, quantity, rate_of
from sandbox.oracle.calls import Answer, Call, Field, listed, read_body, struct, text, whole
from sandbox.oracle.errors import invalid, not_allowed, not_found
from sandbox.oracle.times import moment, stamp
from sandbox.oracle.world import Json, World, record

SERVICE = "Generative AI"
"""How Oracle calls it in such rows is not known; clients had better go by part numbers."""

GRANULARITIES = ("HOURLY", "DAILY", "MONTHLY")
QUERIES = ("COST", "USAGE", "CREDIT", "EXPIREDCREDIT", "ALLCREDIT", "USAGE_ONLY")
MOST_GROUPS = 4
MOST_DAYS = 90
GROUPS = (
    "service",
    "skuPartNumber",
    "skuName",
    "unit",
    "resourceId",
    "region",
    "compartmentId",
    "compartmentName",
    "compartmentPath",
    "tenantId",
    "tenantName",
)
FILTERS = ("skuPartNumber", "resourceId", "service", "region", "compartmentId")
OPERATORS = ("AND", "OR", "NOT")
IMPRECISE = "Passed UTC date does not have the right precision: hours, minutes, seconds, and second fractions must be 0"
_LIST = Field(lambda value: isinstance(value, list), "a list")
_FLAG = Field(lambda value: isinstance(value, bool), "true or false")
REQUEST = {
    "tenantId": text(required=True),
    "timeUsageStarted": text(required=True),
    "timeUsageEnded": text(required=True),
    "granularity": text(required=True),
    "isAggregateByTime": _FLAG,
    "queryType": text(),
    "groupBy": _LIST,
    "groupByTag": _LIST,
    "compartmentDepth": whole(),
    "filter": struct(),
    "forecast": struct(),
}

OF_CLUSTER = ("compartmentId", "compartmentName", "compartmentPath", "region", "skuPartNumber")
DIGITS = 200
"""More than rows add up to."""

Fits = Callable[[Json], bool]


def summarize(world: World, call: Call) -> Answer:
    """Answer RequestSummarizedUsages; a page has as many rows as any list here."""
    if call.region != world.scenario.home:
        raise not_allowed(f"Please go to your home region {world.scenario.home} to execute this operation.")
    told = read_body(call, REQUEST)
    if told["tenantId"] != world.tenancy:
        raise not_found()
    since, until = _day(told, "timeUsageStarted"), _day(told, "timeUsageEnded")
    granularity, query = told["granularity"], told.get("queryType", "COST")
    if granularity not in GRANULARITIES:
        raise invalid(f"granularity must be one of {', '.join(GRANULARITIES)}, not {granularity!r}.")
    if query not in QUERIES:
        raise invalid(f"queryType must be one of {', '.join(QUERIES)}, not {query!r}.")
    if since >= until:
        raise invalid("timeUsageStarted must be before timeUsageEnded.")
    if granularity == "DAILY" and until - since > timedelta(days=MOST_DAYS):
        raise invalid(f"The time range must not be longer than {MOST_DAYS} days for granularity DAILY.")
    groups = _groups(told)
    tag = _tag(told)
    fits = _fits(told["filter"]) if "filter" in told else lambda _: True
    spans = list(_buckets(since, until, granularity))
    rows = [row for row in _rows(world, spans, world.clock.now()) if fits(row) and _asked_for(row, query)]
    if told.get("isAggregateByTime"):
        rows = [row | {"timeUsageStarted": stamp(since), "timeUsageEnded": stamp(until)} for row in rows]
    found = [_shown(each, groups, tag, query) for each in _grouped(rows, groups, tag)]
    page, headers = listed(call, found)
    return Answer({"groupBy": [*groups], "items": page}, headers)


def spent(world: World, since: datetime, at: datetime, currency: str, fits: Fits) -> Decimal:
    """What rows since then came to, as far as they were to be seen at that moment."""
    rows = [row for row in _rows(world, [(since, at)], at) if row["currency"] == currency and fits(row)]
    rows = [row for row in rows if not row.get("isForecast")]
    return _sum(rows, "computedAmount") or Decimal(0)


def put(world: World, row: Json) -> Json:
    """Add a row to the ledger: it is one of its day, and shows from the moment it `arrives`.

    What it does not say of a cluster, such as its compartment, is as in the cluster's own rows.
    """
    start = moment(row["timeUsageStarted"])
    kept = {
        **_placed(world, world.compartments[world.scenario.compartments[0]]),
        **_of_cluster(world, row.get("resourceId")),
        "service": SERVICE,
        "currency": "USD",
        "timeUsageEnded": stamp(start + timedelta(days=1)),
        "tags": [],
        "arrives": world.now(),
        "credit": False,
    } | row
    kept["timeUsageStarted"] = stamp(start)
    world.ledger.append(kept)
    world.changed = True
    return kept


def _of_cluster(world: World, ocid: str | None) -> Json:
    """What a cluster's own rows say of where it is and as what it is sold."""
    held = world.resources.get(ocid or "")
    found = [record(held)] if held and held.kind == ids.CLUSTER else world.past_clusters
    for cluster in found:
        if cluster["body"]["id"] == ocid:
            own = _row(world, cluster, Decimal(0))
            return {name: own[name] for name in OF_CLUSTER}
    return {}


# ---------------------------------------------------------------------------------------------------- what was asked


def _day(told: Json, name: str) -> datetime:
    try:
        at = moment(told[name])
    except ValueError as error:
        raise invalid(f"{name} must be a time such as 2026-11-23T00:00:00.000Z.") from error
    if (at.hour, at.minute, at.second, at.microsecond) != (0, 0, 0, 0):
        raise invalid(IMPRECISE)
    return at


def _groups(told: Json) -> tuple[str, ...]:
    asked = tuple(told.get("groupBy", ()))
    if len(asked) > MOST_GROUPS:
        raise invalid(f"groupBy may name at most {MOST_GROUPS} dimensions.")
    if strange := [each for each in asked if each not in GROUPS]:
        raise invalid(f"groupBy: {strange[0]!r} is no dimension; there are {', '.join(GROUPS)}.")
    return asked


def _tag(told: Json) -> str | None:
    asked = told.get("groupByTag", [])
    if len(asked) > 1:
        raise invalid("groupByTag may name one tag.")
    if not asked:
        return None
    if not (isinstance(asked[0], dict) and isinstance(asked[0].get("key"), str)):
        raise invalid("groupByTag: a tag has a key.")
    return str(asked[0]["key"])


def _fits(told: Json) -> Fits:
    """Read a filter: all, any or none of what it holds, other filters included."""
    operator = told.get("operator", "AND")
    if operator not in OPERATORS:
        raise invalid(f"filter.operator must be one of {', '.join(OPERATORS)}, not {operator!r}.")
    parts = [_dimension(each) for each in told.get("dimensions") or []]
    parts += [_tagged(each) for each in told.get("tags") or []]
    parts += [_fits(each) for each in told.get("filters") or []]
    if operator == "OR":
        return lambda row: any(fits(row) for fits in parts)
    if operator == "NOT":
        return lambda row: not any(fits(row) for fits in parts)
    return lambda row: all(fits(row) for fits in parts)


def _dimension(told: Json) -> Fits:
    key, value = told.get("key"), told.get("value")
    if key not in FILTERS:
        raise invalid(f"filter: {key!r} is no dimension; there are {', '.join(FILTERS)}.")
    return lambda row: bool(row.get(key) == value)


def _tagged(told: Json) -> Fits:
    key, value = told.get("key"), told.get("value")
    return lambda row: any(each["key"] == key and each["value"] == value for each in row["tags"])


def _buckets(since: datetime, until: datetime, granularity: str) -> Iterator[tuple[datetime, datetime]]:
    at = since
    while at < until:
        if granularity == "MONTHLY":
            following = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
        else:
            following = at + (timedelta(hours=1) if granularity == "HOURLY" else timedelta(days=1))
        yield at, min(following, until)
        at = following


# ----------------------------------------------------------------------------------------------------------- the rows


def _rows(world: World, spans: list[tuple[datetime, datetime]], now: datetime) -> Iterator[Json]:
    """Those that there were to be seen at that moment."""
    known_until, seen = now - timedelta(hours=world.usage_delay), stamp(now)
    shown = [{"timeUsageStarted": stamp(since), "timeUsageEnded": stamp(until)} for since, until in spans]
    for cluster in [] if world.ledger_alone else billed(world):
        for (since, until), times in zip(spans, shown, strict=True):
            used = quantity(cluster, since, min(until, known_until)) if since < known_until else Decimal(0)
            if used:
                yield _row(world, cluster, used) | times
    starts = [since for since, _ in spans]
    for row in world.ledger:
        at = moment(row["timeUsageStarted"])
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < spans[number][1] and row["arrives"] <= seen:
            yield row | shown[number]


def _row(world: World, cluster: Json, used: Decimal) -> Json:
    body = cluster["body"]
    rate = rate_of(body["unitShape"])
    product = world.prices[rate.part]
    (prices,) = [it["prices"] for it in product["currencyCodeLocalizations"] if it["currencyCode"] == "USD"]
    listed_at = Decimal(str(prices[0]["value"]))
    unit_price = listed_at * (1 - Decimal(str(world.discount)))
    return {
        **_placed(world, body["compartmentId"]),
        "service": SERVICE,
        "resourceId": body["id"],
        "region": cluster["region"],
        "skuPartNumber": rate.part,
        "skuName": product["displayName"],
        "unit": product["metricName"],
        "listRate": listed_at,
        "unitPrice": unit_price,
        "computedQuantity": used,
        "computedAmount": used * unit_price,
        "currency": "USD",
        "tags": [{"namespace": None, "key": key, "value": value} for key, value in body["freeformTags"].items()],
        "credit": False,
    }


def _placed(world: World, compartment: str) -> Json:
    name = next((name for name, ocid in world.compartments.items() if ocid == compartment), None)
    return {
        "tenantId": world.tenancy,
        "tenantName": world.scenario.tenancy,
        "compartmentId": compartment,
        "compartmentName": name,
        "compartmentPath": f"{world.scenario.tenancy}/{name}" if name else world.scenario.tenancy,
    }


def _asked_for(row: Json, query: str) -> bool:
    if query in {"CREDIT", "ALLCREDIT"}:
        return bool(row["credit"])
    return query != "EXPIREDCREDIT"


def _grouped(rows: list[Json], groups: tuple[str, ...], tag: str | None) -> list[list[Json]]:
    """Bring together what is alike in its time, its currency and what was asked to be grouped by."""
    found: dict[tuple[object, ...], list[Json]] = {}
    for row in rows:
        apart = (row.get("isForecast", False), row.get("overagesFlag", "N"))
        key = (row["timeUsageStarted"], row["currency"], *(row.get(name) for name in groups), _value(row, tag), *apart)
        found.setdefault(key, []).append(row)
    return [found[key] for key in sorted(found, key=str)]


def _value(row: Json, tag: str | None) -> str | None:
    return next((each["value"] for each in row["tags"] if each["key"] == tag), None)


def _shown(rows: list[Json], groups: tuple[str, ...], tag: str | None, query: str) -> Json:
    """Add rows up; what they do not have in common, or was not asked for, is null."""
    first = rows[0]
    shown: Json = dict.fromkeys(GROUPS) | {
        "ad": None,
        "weight": None,
        "shape": None,
        "platform": None,
        "discount": None,
        "timeUsageStarted": first["timeUsageStarted"],
        "timeUsageEnded": first["timeUsageEnded"],
        "currency": first["currency"],
        "computedAmount": None if query == "USAGE_ONLY" else _sum(rows, "computedAmount"),
        "computedQuantity": _sum(rows, "computedQuantity"),
        "attributedCost": None,
        "attributedUsage": None,
        "overagesFlag": first.get("overagesFlag", "N"),
        "overage": None,
        "subscriptionId": None,
        "isForecast": first.get("isForecast", False),
        "tags": [{"namespace": None, "key": tag, "value": _value(first, tag)}] if tag else [],
    }
    shown |= {name: first.get(name) for name in groups}
    for name in ("listRate", "unitPrice", "unit", "discount", "overage", "subscriptionId"):
        values = {row.get(name) for row in rows}
        shown[name] = values.pop() if len(values) == 1 else None
    return shown


def _sum(rows: list[Json], name: str) -> Decimal | None:
    values = [row[name] for row in rows if row.get(name) is not None]
    with localcontext() as context:
        context.prec = DIGITS
        return sum(values, Decimal(0)) if values else None
