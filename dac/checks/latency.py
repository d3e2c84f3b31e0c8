"""Why answers take long: more calls than the units carry, longer texts, or time that is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from dac.checks.alarms import alarmed
from dac.checks.registry import check
from dac.checks.words import counted, rate
from dac.figures import Unknown
from dac.history import History, Hour
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown, unread

MORE = Decimal("1.2")
"""Times the calls of an hour that went well, from which the calls explain that another did not."""

LONGER = Decimal("1.5")
"""The same for tokens: they differ more from one hour to the next."""

MANY = Decimal(2)
"""Times the calls of the busiest hour that went well, from which they count beside longer texts."""

LONG_ANSWER = Decimal(1000)
"""Tokens of an answer that take seconds by themselves: the long ones of Oracle's own benchmarks."""

METRIC = "InvocationLatency"
FEW = Decimal(20)
"""Calls of an hour below which its p95 latency is chance."""


@check
def undersized(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether the slow hours are those with more calls."""
    parted = _parted(snapshot, thresholds)
    if isinstance(parted, Verdict):
        return parted
    at, slow, well = parted
    busy = _mean(each.calls for each in slow)
    if not well:
        told = f"All {counted(len(slow), 'hour')} that were measured were slow, with {rate(busy)}: none to compare with"
        return likely(told, at, Strength.HINT)
    usual = _mean(each.calls for each in well)
    most = max(each.calls or Decimal(0) for each in well)
    told = f"{_slow(slow, thresholds)} had {rate(busy)}, those that went well {rate(usual)}, {rate(most)} at most"
    told += alarmed(snapshot, METRIC)
    if busy < usual * MORE or busy <= most:
        # As many calls were answered in time before: slow hours are often those of the day, when calls are many anyhow.
        return ruled_out(told, at)
    longer = busy < most * MANY and _longer(slow, well)
    return likely(told, at, Strength.HINT if longer else Strength.MEASURED)


@check
def long_texts(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether the slow hours are those with longer prompts or answers."""
    parted = _parted(snapshot, thresholds)
    if isinstance(parted, Verdict):
        return parted
    at, slow, well = parted
    into, out = _per_call(slow, "input_tokens"), _per_call(slow, "output_tokens")
    if into is None or out is None:
        missing = "Tokens were not measured in the slow hours"
        return unknown(missing, at, "ask the callers how long their prompts and answers are")
    told = f"{_slow(slow, thresholds)}: {into:,.0f} tokens in and {out:,.0f} out a call"
    if out >= LONG_ANSWER:
        return likely(f"{told}; answers of {LONG_ANSWER:,.0f} tokens take seconds anyhow", at, Strength.MEASURED)
    before_in, before_out = _per_call(well, "input_tokens"), _per_call(well, "output_tokens")
    if before_in is None or before_out is None:
        return unknown(f"{told}; no hour to compare with", at, "compare with what the callers used to send")
    told = f"{told}, {before_in:,.0f} and {before_out:,.0f} in the hours that went well{alarmed(snapshot, METRIC)}"
    return likely(told, at, Strength.MEASURED) if _longer(slow, well) else ruled_out(told, at)


@check
def on_the_way(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether the time is spent at Oracle, or before a call gets there."""
    parted = _parted(snapshot, thresholds)
    if isinstance(parted, Verdict):
        if not snapshot.hours or all(each.p95_seconds is None for each in snapshot.hours):
            return parted
        told = f"{parted.evidence}; what is lost on the way there Oracle does not measure"
        settle = "compare with the time the callers measure; for a private endpoint look at its VCN"
        return unknown(told, parted.at, settle)
    at, slow, _ = parted
    worst = max(each.p95_seconds or Decimal(0) for each in slow)
    return ruled_out(f"The time is spent at Oracle: its own measurement says p95 {worst:.1f} s", at)


Parted = tuple[datetime, Sequence[Hour], Sequence[Hour]]


def _parted(snapshot: Snapshot, thresholds: Thresholds) -> Parted | Verdict:
    """The time of the evidence, the slow hours and those that went well; or a verdict where none was slow."""
    if isinstance(snapshot.history, Unknown) and not snapshot.hours:
        return unread(snapshot.history, snapshot.taken_at)
    at = snapshot.history.read_at if isinstance(snapshot.history, History) else snapshot.taken_at
    told = [each for each in snapshot.hours if each.calls is not None and each.p95_seconds is not None]
    quiet = [each for each in snapshot.hours if each.calls == 0]
    slow = [each for each in told if (each.p95_seconds or 0) > thresholds.slow_seconds and (each.calls or 0) >= FEW]
    if slow:
        well = [each for each in told if each not in slow and (each.calls or 0) >= FEW]
        return at, slow, well or _before(snapshot, thresholds)
    if len(told) + len(quiet) < len(snapshot.hours) or isinstance(snapshot.history, Unknown):
        # An hour that was not measured may be the slow one.
        return unknown("Latency was not measured in every hour", at, "ask again once Monitoring answers")
    if not told:
        return ruled_out(f"Nobody has called it in the last {counted(len(quiet), 'hour')}", at)
    worst = max(each.p95_seconds or Decimal(0) for each in told)
    return ruled_out(f"p95 was {worst:.1f} s at most in the last {counted(len(told) + len(quiet), 'hour')}", at)


def _before(snapshot: Snapshot, thresholds: Thresholds) -> Sequence[Hour]:
    """What went well before the last day: where that was slow all day, there is nothing else to compare with."""
    past = snapshot.history.hours[:-24] if isinstance(snapshot.history, History) else ()
    known = [each for each in past if (each.calls or 0) >= FEW and each.p95_seconds is not None]
    return [each for each in known if (each.p95_seconds or 0) <= thresholds.slow_seconds]


def _longer(slow: Sequence[Hour], well: Sequence[Hour]) -> bool:
    """Whether a call's text, in or out, is known to be longer in the slow hours."""
    pairs = [(_per_call(slow, field), _per_call(well, field)) for field in ("input_tokens", "output_tokens")]
    return any(now and before is not None and now >= before * LONGER for now, before in pairs)


def _slow(hours: Sequence[Hour], thresholds: Thresholds) -> str:
    worst = max(each.p95_seconds or Decimal(0) for each in hours)
    return f"{counted(len(hours), 'slow hour')} (p95 up to {worst:.1f} s, above {thresholds.slow_seconds} s)"


def _mean(of: Iterator[Decimal | None] | Sequence[Decimal | None]) -> Decimal:
    known = [each for each in of if each is not None]
    return sum(known, Decimal(0)) / len(known)


def _per_call(hours: Sequence[Hour], field: str) -> Decimal | None:
    """Over the hours of which the tokens are known."""
    told: list[tuple[Decimal, Decimal | None]] = [(each.calls or Decimal(0), getattr(each, field)) for each in hours]
    known = [(calls, tokens) for calls, tokens in told if tokens is not None]
    calls = sum((each for each, _ in known), Decimal(0))
    return sum((tokens for _, tokens in known), Decimal(0)) / calls if calls else None
