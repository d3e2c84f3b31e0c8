"""A diagnosis as a file to keep: every cause with its checks, what each found, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from commands._command import Enclosed
from dac.diagnosis import Diagnosis, Found
from dac.snapshot import Snapshot


def transcript(name: str, title: str, found: Sequence[Diagnosis], snapshot: Snapshot) -> Enclosed:
    """In Markdown; times are UTC."""
    text = "\n".join(_lines(title, found, snapshot))
    stamp = f"{snapshot.taken_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    return Enclosed(f"{name}-{stamp}.md", title, text.encode())


def _lines(title: str, found: Sequence[Diagnosis], snapshot: Snapshot) -> Iterator[str]:
    yield f"# {_flat(title)}"
    yield ""
    yield f"Read on {_time(snapshot.taken_at)}; the fleet as seen on {_time(snapshot.fleet.taken_at)}."
    if cluster := snapshot.cluster:
        yield (
            f"Cluster {_flat(cluster.name)}, {cluster.region}, {cluster.type}, {cluster.lifecycle_state}, "
            f"{cluster.unit_count} × {cluster.unit_shape} (`{cluster.id}`)."
        )
    if endpoint := snapshot.endpoint:
        yield f"Endpoint {_flat(endpoint.name)}, {endpoint.lifecycle_state} (`{endpoint.id}`)."
    for gap in snapshot.fleet.gaps:
        yield f"Not read: {_flat(gap.what)} in {gap.region}: {_flat(gap.because)}"
    for diagnosis in found:
        yield ""
        yield f"## {_flat(diagnosis.playbook.title)}"
        for each in diagnosis.found:
            yield from _cause(each)
    yield ""


def _cause(found: Found) -> Iterator[str]:
    yield ""
    yield f"### {_flat(found.cause.text)}: {found.verdict.ruling}"
    yield ""
    for looked in found.looked:
        verdict = looked.verdict
        strength = f", {verdict.strength.name.lower()}" if verdict.ruling == "likely" else ""
        settle = f" What would settle it: {_flat(verdict.settle)}." if verdict.settle else ""
        yield (
            f"- {looked.check} ({verdict.ruling}{strength}, {_time(verdict.at)}): {_flat(verdict.evidence)}.{settle}"
        )
    for remedy in found.cause.remedies:
        more = "".join(
            f" {part}" for part in (f"`/dac {remedy.command}`" if remedy.command else "", remedy.link) if part
        )
        yield f"- Helps: {_flat(remedy.text)}{more}"
    if found.cause.note:
        yield f"- Today: {_flat(found.cause.note)}"


def _flat(text: str) -> str:
    return " ".join(text.split())


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
