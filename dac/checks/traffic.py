"""What becomes of the calls: whether they get there, are refused, throttled, or fail at Oracle."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from dac.checks.alarms import alarmed
from dac.checks.registry import check
from dac.checks.words import names, rate, said
from dac.cluster import Traffic
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

MOST = Decimal("0.5")
"""Share of refused calls from which it is not single callers that do something wrong."""

BUSIER = Decimal("1.5")
"""Times the calls of the busiest hour that went well, from which figures alone tell that there are too many."""

MONITORING = "ask again once Monitoring answers"


@check
def callers_refused(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether calls are refused for what the caller does: no permission, a wrong request, too many of them."""
    seen = _seen(snapshot, thresholds, lambda each: each.client_errors)
    if isinstance(seen, Verdict):
        return seen
    told = f"{seen.share:.1%} of {seen.calls:,.0f} calls in the last hour were refused (ClientErrorCount)"
    if seen.share <= thresholds.error_share:
        return ruled_out(told, seen.traffic.until)
    strength = Strength.MEASURED if seen.share >= MOST else Strength.HINT
    told += alarmed(snapshot, "ClientErrorCount")
    return likely(f"{told}; which of 400 to 429 it was Oracle does not count", seen.traffic.until, strength)


@check
def callers_throttled(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether calls are refused while there are many more of them than usual."""
    seen = _seen(snapshot, thresholds, lambda each: each.client_errors)
    if isinstance(seen, Verdict):
        return seen
    told = f"{seen.share:.1%} of the last hour's calls were refused (ClientErrorCount)"
    if seen.share <= thresholds.error_share:
        return ruled_out(told, seen.traffic.until)
    # Of the whole cluster, whose endpoints share its units: the last hour of one endpoint is not its busiest.
    hours = snapshot.hours[:-1] if snapshot.endpoint else snapshot.hours
    known = [(each.calls, each.errors / each.calls) for each in hours if each.calls and each.errors is not None]
    refused = [calls for calls, share in known if share > thresholds.error_share]
    well = [calls for calls, share in known if share <= thresholds.error_share]
    if not refused or not well:
        return unknown(f"{told}; with how many calls they are not is not known", seen.traffic.until, MONITORING)
    busy, most = sum(refused, Decimal(0)) / len(refused), max(well)
    told = f"{told} at {rate(busy)} to the cluster, {rate(most)} at most went well"
    if busy <= most:
        return ruled_out(told, seen.traffic.until)
    return likely(told, seen.traffic.until, Strength.MEASURED if busy >= most * BUSIER else Strength.HINT)


@check
def failing_at_oracle(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether calls fail for reasons of Oracle's."""
    seen = _seen(snapshot, thresholds, lambda each: each.server_errors)
    if isinstance(seen, Verdict):
        return seen
    told = f"{seen.share:.1%} of {seen.calls:,.0f} calls in the last hour failed at Oracle (ServerErrorCount)"
    if seen.share <= thresholds.error_share:
        return ruled_out(told, seen.traffic.until)
    return likely(f"{told}{alarmed(snapshot, 'ServerErrorCount')}", seen.traffic.until, Strength.MEASURED)


@check
def no_calls_arrive(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether calls that came until lately have ceased to reach Oracle."""
    recent = {each.endpoint_id: each for each in snapshot.recent()}
    silent, unmeasured = [], []
    for endpoint in snapshot.endpoints:
        seen = recent.get(endpoint.id)
        days = [each for each in snapshot.fleet.traffic if each.endpoint_id == endpoint.id and each is not seen]
        before = max((each.day_calls or each.calls or Decimal(0) for each in days), default=None)
        if seen is None or seen.calls is None or before is None:
            unmeasured.append(endpoint.name)
        elif seen.calls == 0 and before > 0:
            silent.append(f"{endpoint.name} ({before:,.0f} calls before)")
    at = snapshot.taken_at
    if silent:
        told = f"No call has reached {names(silent)} in the last hour: callers do not get through, or have stopped"
        return likely(told, at, Strength.HINT)
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed{said(gap.because)}", at, "ask again in a moment")
    if unmeasured:
        return unknown(f"Whether {names(unmeasured)} is called was not measured", at, MONITORING)
    return ruled_out(_arriving(snapshot.recent()), at)


def _arriving(recent: tuple[Traffic, ...]) -> str:
    calls = sum((each.calls or Decimal(0) for each in recent), Decimal(0))
    return f"{calls:,.0f} calls have arrived in the last hour" if calls else "Nobody calls it"


class _Seen(NamedTuple):
    share: Decimal
    calls: Decimal
    traffic: Traffic


def _seen(snapshot: Snapshot, thresholds: Thresholds, errors: Callable[[Traffic], Decimal | None]) -> _Seen | Verdict:
    """The endpoint of which most calls go wrong; or a verdict where that is not known, or nobody calls."""
    recent = snapshot.recent()
    counted = [(each, each.calls, errors(each)) for each in recent]
    found = [_Seen(wrong / calls, calls, each) for each, calls, wrong in counted if calls and wrong is not None]
    worst = max(found, key=lambda each: each.share, default=None)
    if worst is not None and worst.share > thresholds.error_share:
        return worst
    if gap := snapshot.missing("endpoints"):
        return unknown(f"Endpoints could not be listed{said(gap.because)}", snapshot.taken_at, "ask again in a moment")
    unmeasured = any(calls is None or (calls and wrong is None) for _, calls, wrong in counted)
    if unmeasured or len(recent) < len(snapshot.endpoints):
        return unknown("Calls of the last hour were not measured", snapshot.taken_at, MONITORING)
    return worst or ruled_out("Nobody has called in the last hour", snapshot.taken_at)
