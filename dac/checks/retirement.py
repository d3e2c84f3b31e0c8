"""Whether what is hosted ends, and when."""

from __future__ import annotations

from datetime import datetime

from dac.checks.registry import check
from dac.checks.words import names, said
from dac.cluster import Model
from dac.snapshot import Snapshot
from dac.thresholds import Thresholds
from dac.verdicts import Strength, Verdict, likely, ruled_out, unknown


@check
def model_retired(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:  # noqa: ARG001 - every check has the same two
    """Whether a model that is hosted has been retired for dedicated use."""
    ends = [(each, end) for each, end in _ends(snapshot) if end <= snapshot.taken_at]
    told = [
        f"{each.name} was retired on {end:%Y-%m-%d}: it runs on, no new cluster is made for it" for each, end in ends
    ]
    return _verdict(snapshot, told, "is retired")


@check
def model_retires_soon(snapshot: Snapshot, thresholds: Thresholds) -> Verdict:
    """Whether a model that is hosted is retired soon."""
    now, notice = snapshot.taken_at, thresholds.notice
    ends = [(each, end) for each, end in _ends(snapshot) if now < end <= now + notice]
    told = [f"{each.name} retires on {end:%Y-%m-%d}, in {(end - now).days} days" for each, end in ends]
    return _verdict(snapshot, told, f"ends within {notice.days} days")


def _verdict(snapshot: Snapshot, told: list[str], what: str) -> Verdict:
    at = snapshot.fleet.taken_at
    if told:
        return likely(names(told), at, Strength.SAID)
    known = {(each.region, each.id) for each in snapshot.fleet.models}
    strange = [each.name for each in snapshot.endpoints if (each.region, each.model_id) not in known]
    if gap := snapshot.missing("models"):
        return unknown(f"Models could not be listed{said(gap.because)}", at, "ask again in a moment")
    if strange:
        return unknown(
            f"Which model {names(strange)} serves Oracle does not list", at, "look at the endpoint in the Console"
        )
    hosted = names(each.name for each in _hosted(snapshot))
    return ruled_out(f"Hosted: {hosted}; none {what}" if hosted else "No model is hosted", at)


def _hosted(snapshot: Snapshot) -> tuple[Model, ...]:
    """What the endpoints serve, and for a custom model what it was made from."""
    models = {(each.region, each.id): each for each in snapshot.fleet.models}
    served = [models.get((each.region, each.model_id)) for each in snapshot.endpoints]
    bases = [models.get((each.region, each.base_model_id or "")) for each in served if each]
    return tuple({each.id: each for each in (*served, *bases) if each}.values())


def _ends(snapshot: Snapshot) -> list[tuple[Model, datetime]]:
    ends = [(each, each.time_dedicated_retired) for each in _hosted(snapshot)]
    return sorted(((each, end) for each, end in ends if end), key=lambda pair: pair[1])
