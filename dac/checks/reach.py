"""Whether Oracle answers the bot itself: who signs, what may be read, which regions are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dac.checks.registry import check
from dac.checks.words import LONGEST, names
from dac.cluster import Gap, Resource
from dac.figures import Unknown
from dac.naming import clip
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

SIGNED_OUT = re.compile(r"\b401\b|NotAuthenticated|was not accepted: check")
FORBIDDEN = re.compile(r"\b40[34]\b|NotAuthorized|inspect resource-availability")
THROTTLED = re.compile(r"\b429\b|TooManyRequests")
SILENT = re.compile(r"could not be reached|did not answer in time|no complete answer|\b50[0234]\b")

LISTS = ("clusters", "endpoints", "models")
"""What is listed in every region; where all of it is refused, the service itself may not be there."""

BESIDE = ("traffic", "alarms", "limit", "service limit", "the service limit", "the load")
"""What Monitoring and Limits answer: that they are silent says nothing of the region."""


@check
def not_signed_in(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether Oracle takes the bot's key or token for what it is (401)."""
    return _told(snapshot, _of(snapshot, SIGNED_OUT), "No answer was 401")


@check
def not_allowed(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether the bot lacks a policy for something it reads (403, 404), while other things there are readable."""
    closed = _closed(snapshot)
    refused = [each for each in _of(snapshot, FORBIDDEN) if each.region not in closed]
    return _told(snapshot, refused, "No part was refused with 403 or 404 where others were readable")


@check
def region_without_service(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether everything in a region is refused with 404, as where Generative AI is not offered."""
    at, closed = snapshot.fleet.taken_at, _closed(snapshot)
    if not closed:
        return _told(snapshot, [], "No region refuses everything with 404", beside=False)
    found = snapshot.discovery
    offered = set() if isinstance(found, Unknown) else {each.region for each in found.offered}
    if there := sorted(closed & offered):
        told = f"Oracle offers models in {names(there)}, so that the service is there: a policy is missing"
        return ruled_out(told, at)
    told = f"Everything in {names(sorted(closed))} is refused with 404; a missing policy looks the same"
    return likely(told, at, Strength.HINT)


@check
def all_refused(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether everything in a region is refused with 404, as where the bot's group has no policy there."""
    at, closed = snapshot.fleet.taken_at, _closed(snapshot)
    if not closed:
        return _told(snapshot, [], "No region refuses everything with 404", beside=False)
    found = snapshot.discovery
    offered = set() if isinstance(found, Unknown) else {each.region for each in found.offered}
    told = f"Everything in {names(sorted(closed))} is refused with 404"
    return likely(told, at, Strength.MEASURED if closed & offered else Strength.HINT)


@check
def region_silent(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a region does not answer, or not in time."""
    found = _silent(snapshot, beside=False)
    at = snapshot.fleet.taken_at
    return _told(snapshot, found, "") if found else ruled_out("Generative AI answered in every region", at)


@check
def reads_throttled(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether Oracle throttles what the bot itself asks (429)."""
    return _told(snapshot, _of(snapshot, THROTTLED), "No answer was 429")


@check
def nothing_offered(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether Oracle offers no model for dedicated clusters in a region we look after."""
    found = snapshot.discovery
    if isinstance(found, Unknown):
        return unknown("What Oracle offers is not known", snapshot.taken_at, found.settle)
    if not found.offered:
        return unknown("Oracle lists no model in any region", found.read_at, "ask again in a moment")
    unread = {each.region for each in found.gaps}
    regions = {snapshot.cluster.region} if snapshot.cluster else _regions(snapshot) | {e.region for e in found.offered}
    offered = {each.region for each in found.offered if each.dedicated is not False}
    if bare := sorted(regions - offered - unread):
        return likely(f"No model is offered for dedicated clusters in {names(bare)}", found.read_at, Strength.SAID)
    if missing := sorted((regions - offered) & unread):
        told = f"What Oracle offers in {names(missing)} could not be read"
        return unknown(told, found.read_at, "ask again in a moment")
    return ruled_out(f"Models are offered in {names(sorted(regions & offered)) or 'no region'}", found.read_at)


def _told(snapshot: Snapshot, found: list[Gap], none: str, *, beside: bool = True) -> Verdict:
    at = snapshot.fleet.taken_at
    if found:
        return likely(names(_worded(found)), at, Strength.SAID)
    if silent := _silent(snapshot, beside=beside):
        # Who does not answer does not refuse either, and might.
        told = f"{names(dict.fromkeys(each.what for each in silent))} could not be read"
        return unknown(told, at, "ask again once Oracle answers")
    return ruled_out(none, at)


def _silent(snapshot: Snapshot, *, beside: bool) -> list[Gap]:
    """What did not answer; `beside` counts Monitoring and Limits too."""
    return [each for each in _of(snapshot, SILENT) if beside or not each.what.startswith(BESIDE)]


def _worded(found: Iterable[Gap]) -> Iterator[str]:
    """One of each reason is enough: a region that is away has one for everything in it."""
    seen = set()
    for each in found:
        key = (each.region, each.what.split(" ", 1)[0])
        if key not in seen:
            seen.add(key)
            yield clip(f"{each.what} in {each.region}: {each.because}", LONGEST)


def _of(snapshot: Snapshot, pattern: re.Pattern[str]) -> list[Gap]:
    return [each for each in _gaps(snapshot) if pattern.search(each.because)]


def _gaps(snapshot: Snapshot) -> Iterator[Gap]:
    """What could not be read, wherever it stands in the snapshot."""
    wanted = {snapshot.cluster.region} if snapshot.cluster else None
    gaps = list(snapshot.fleet.gaps)
    if not isinstance(snapshot.discovery, Unknown):
        gaps += snapshot.discovery.gaps
    yield from (each for each in gaps if wanted is None or each.region in wanted)
    for part in (snapshot.work, snapshot.headroom, snapshot.history, snapshot.discovery):
        if isinstance(part, Unknown):
            yield Gap(
                region=snapshot.cluster.region if snapshot.cluster else "all", what=part.what, because=part.settle
            )


def _closed(snapshot: Snapshot) -> set[str]:
    """Regions in which nothing at all was listed, every list being refused with 404."""
    refused: dict[str, set[str]] = {}
    for each in _gaps(snapshot):
        if FORBIDDEN.search(each.because):
            refused.setdefault(each.region, set()).add(each.what.split(" ", 1)[0])
    return {region for region, what in refused.items() if what.issuperset(LISTS)} - _seen(snapshot)


def _seen(snapshot: Snapshot) -> set[str]:
    fleet = snapshot.fleet
    things: list[Resource] = [*fleet.clusters, *fleet.endpoints, *fleet.models]
    return {each.region for each in things}


def _regions(snapshot: Snapshot) -> set[str]:
    return _seen(snapshot) | {each.region for each in snapshot.fleet.gaps}
