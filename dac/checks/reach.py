"""Whether Oracle answers the bot itself: who signs, what may be read, which regions are there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from dac.catalog import shipped
from dac.checks.registry import check
from dac.checks.words import LONGEST, names
from dac.cluster import Gap, Resource
from dac.discovery import Discovery
from dac.figures import Unknown
from dac.naming import clip
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown

SIGNED_OUT = re.compile(r"\b401\b|NotAuthenticated|was not accepted: check")
FORBIDDEN = re.compile(r"\b40[34]\b|NotAuthorized|inspect resource-availability")
THROTTLED = re.compile(r"\b429\b|TooManyRequests")
UNOFFERED = re.compile(
    r"(service|Generative AI) is not (available|offered|supported) in th(is|e) region", re.IGNORECASE
)
NAMELESS = re.compile(r"no host is known by that name")
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
    """Whether nothing can be read in a region because Generative AI is not offered there."""
    return _why_closed(snapshot, offered=False)


@check
def all_refused(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether nothing can be read in a region for lack of a policy, though Generative AI is offered there."""
    return _why_closed(snapshot, offered=True)


@check
def region_silent(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a region does not answer, or not in time."""
    at, nameless = snapshot.fleet.taken_at, _nameless(snapshot)
    found = [each for each in _silent(snapshot, beside=False) if each.region not in nameless]
    return _told(snapshot, found, "") if found else ruled_out("Generative AI answered in every region", at)


@check
def reads_throttled(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether Oracle throttles what the bot itself asks (429)."""
    return _told(snapshot, _of(snapshot, THROTTLED), "No answer was 429")


@check
def nothing_offered(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether Oracle offers no model, or no other than those in use, for dedicated clusters in a region of ours."""
    found = snapshot.discovery
    if isinstance(found, Unknown):
        return unknown("What Oracle offers is not known", snapshot.taken_at, found.settle)
    at = found.read_at
    if not found.offered and not found.bare:
        return unknown("Oracle lists no model in any region", at, "ask again in a moment")
    offered = _offered(found)
    regions = {snapshot.cluster.region} if snapshot.cluster else _regions(snapshot) | {*offered, *found.bare}
    unread = {each.region for each in found.gaps}
    if bare := sorted(regions - offered.keys() - unread):
        return likely(f"No model is offered for dedicated clusters in {names(bare)}", at, Strength.SAID)
    in_use = _in_use(snapshot)
    if spent := sorted(each for each in regions & offered.keys() if offered[each] <= in_use.get(each, set())):
        told = names(f"{', '.join(sorted(offered[each]))} in {each}" for each in spent)
        return likely(
            f"No other model is offered for dedicated clusters than those in use: {told}", at, Strength.MEASURED
        )
    if missing := sorted((regions - offered.keys()) & unread):
        return unknown(f"What Oracle offers in {names(missing)} could not be read", at, "ask again in a moment")
    return ruled_out(f"Models are offered in {names(sorted(regions & offered.keys())) or 'no region'}", at)


def _offered(found: Discovery) -> dict[str, set[str]]:
    """By region the models that can be had on dedicated clusters; Oracle goes on listing those that are retired."""
    offered: dict[str, set[str]] = {}
    for each in found.offered:
        ends = each.time_dedicated_retired
        if each.dedicated is not False and (ends is None or ends > found.read_at):
            offered.setdefault(each.region, set()).add(each.model)
    return offered


def _in_use(snapshot: Snapshot) -> dict[str, set[str]]:
    """By region what the clusters there serve, and what that was made of."""
    models = {(each.region, each.id): each for each in snapshot.fleet.models}
    used: dict[str, set[str]] = {}
    for endpoint in snapshot.fleet.endpoints:
        served = models.get((endpoint.region, endpoint.model_id))
        base = models.get((endpoint.region, served.base_model_id or "")) if served else None
        used.setdefault(endpoint.region, set()).update(each.name for each in (served, base) if each)
    return used


def _why_closed(snapshot: Snapshot, *, offered: bool) -> Verdict:
    """Of regions of which nothing can be read those where the service is there, or those where it is not.

    Oracle's 404 says neither. Where nothing better tells, its published list of regions is a hint.
    """
    at, closed = snapshot.fleet.taken_at, sorted(_closed(snapshot))
    if not closed:
        return _told(snapshot, [], "No region refuses everything with 404", beside=False)
    known = {region: _is_offered(snapshot, region) for region in closed}
    if fitting := [each for each in closed if known[each].offered is offered]:
        told = names(f"everything in {each} is refused; {known[each].evidence}" for each in fitting)
        return likely(told[0].upper() + told[1:], at, min(known[each].strength for each in fitting))
    told = names(f"{each}: {known[each].evidence}" for each in closed)
    if any(known[each].strength is Strength.HINT for each in closed):
        settle = "list the models of that region as an administrator: the Console shows those that are offered there"
        return unknown(f"Everything is refused with 404 in {told}", at, settle)
    return ruled_out(f"Everything is refused in {told}", at)


class _Offer(NamedTuple):
    """Whether the service is offered in a region, and what says so."""

    offered: bool
    evidence: str
    strength: Strength


def _is_offered(snapshot: Snapshot, region: str) -> _Offer:
    if region in _nameless(snapshot):
        return _Offer(False, "no host of Generative AI is known there", Strength.MEASURED)
    if any(each.region == region and UNOFFERED.search(each.because) for each in _gaps(snapshot)):
        return _Offer(False, "Oracle says that the service is not there", Strength.SAID)
    found = snapshot.discovery
    if not isinstance(found, Unknown):
        if region in {*found.told, *(each.region for each in found.offered)}:
            return _Offer(True, "Oracle lists models that it offers there: a policy is missing", Strength.SAID)
        if found.told:
            return _Offer(False, "Oracle lists models in other regions and none there", Strength.SAID)
    if region in _published():
        return _Offer(
            True, "by Oracle's documentation the service is there, so that a policy is missing", Strength.HINT
        )
    return _Offer(False, "Oracle's documentation does not name it; a missing policy looks the same", Strength.HINT)


@cache
def _published() -> frozenset[str]:
    return frozenset(region for model in shipped().models.values() for region in model.dedicated_regions)


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
    """Regions in which nothing at all was listed, every list being refused with 404, or asked of a host unknown."""
    refused: dict[str, set[str]] = {}
    for each in _gaps(snapshot):
        if FORBIDDEN.search(each.because):
            refused.setdefault(each.region, set()).add(each.what.split(" ", 1)[0])
    closed = {region for region, what in refused.items() if what.issuperset(LISTS)} - _seen(snapshot)
    return closed | _nameless(snapshot)


def _nameless(snapshot: Snapshot) -> set[str]:
    """Regions whose host has no address; where no region's has, it is the bot that cannot look up names."""
    found = {each.region for each in _gaps(snapshot) if NAMELESS.search(each.because) and each.what.startswith(LISTS)}
    return found if found and _seen(snapshot) - found else set()


def _seen(snapshot: Snapshot) -> set[str]:
    fleet = snapshot.fleet
    things: list[Resource] = [*fleet.clusters, *fleet.endpoints, *fleet.models]
    return {each.region for each in things}


def _regions(snapshot: Snapshot) -> set[str]:
    return _seen(snapshot) | {each.region for each in snapshot.fleet.gaps}
