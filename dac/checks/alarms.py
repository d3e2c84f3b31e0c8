"""What the alarms say that somebody has set in Oracle's own Monitoring."""

from __future__ import annotations

from dac.alarms import Alarm
from dac.checks.registry import check
from dac.checks.words import names, said
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown


@check
def alarm_fires(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether an alarm of Oracle's Monitoring fires over it."""
    at = snapshot.fleet.taken_at
    if snapshot.firing:
        told = names(f"{called(each)}: {each.query}" for each in snapshot.firing)
        # That somebody has set an alarm tells what is seen, not what it comes from.
        return likely(told, at, Strength.HINT)
    if gap := snapshot.missing("alarms"):
        return unknown(f"Alarms could not be listed{said(gap.because)}", at, "ask again in a moment")
    return ruled_out("No alarm of Oracle's fires over it", at)


def alarmed(snapshot: Snapshot, metric: str) -> str:
    """The alarms that fire by that metric, as more evidence of what it shows; empty where none does."""
    found = [called(each) for each in snapshot.firing if metric in each.query]
    return f"; {names(found)}" if found else ""


def called(alarm: Alarm) -> str:
    return f"Oracle's alarm “{alarm.name}” ({alarm.severity}) fires since {alarm.since:%Y-%m-%d %H:%M} UTC"
