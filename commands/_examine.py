"""Finding out what is wrong: what is looked into, the reading with its progress, and the answer with its transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from commands._blocks import Block, actions, button, context, named, section
from commands._command import Reply, Services
from commands._diagnosis import drawn, summary
from commands._making import find_endpoint
from commands._transcript import transcript
from commands._words import bar
from dac.cluster import Cluster, Endpoint, Fleet
from dac.diagnosis import diagnose
from dac.diagnosis import named as placeholders
from dac.errors import NotFound
from dac.naming import find_cluster
from dac.playbooks import Playbook
from dac.snapshot import Snapshot, priced

WHOLE = 100
PARTS = 4


@dataclass(frozen=True)
class Subject:
    """What is looked into; neither is the whole fleet."""

    fleet: Fleet
    cluster: Cluster | None = None
    endpoint: Endpoint | None = None

    @property
    def name(self) -> str:
        if self.endpoint and self.cluster:
            return f"{self.endpoint.name} on {self.cluster.name}"
        return self.cluster.name if self.cluster else "the fleet"


def find(word: str, fleet: Fleet) -> Subject:
    """The cluster or endpoint that a word means, the whole name of either before the beginning of one.

    `NotFound` where it is neither, `Invalid` where it could be several.
    """
    wanted = word.strip().casefold()
    whole = {each.name.casefold() for each in fleet.clusters}
    exactly = wanted not in whole and any(each.name.casefold() == wanted for each in fleet.endpoints)
    try:
        if not exactly:
            return Subject(fleet, find_cluster(fleet, word))
        endpoint = find_endpoint(word, fleet)
    except NotFound as no_cluster:
        try:
            endpoint = find_endpoint(word, fleet)
        except NotFound:
            raise no_cluster from None
    cluster = next((each for each in fleet.clusters if each.id == endpoint.cluster_id), None)
    if cluster is None:
        raise NotFound(f"The cluster of endpoint {endpoint.name} is not among those I see.")
    return Subject(fleet, cluster, endpoint)


def examined(
    playbooks: Callable[[Subject], Sequence[Playbook]], title: str, again: str, subject: Subject, services: Services
) -> Reply:
    """The beginning of the answer, and in its place the rest of it: how far the reading is, then what was found.

    `again` is the command line that asks for the same.
    """

    def rest() -> Iterator[Reply]:
        snapshot = None
        for snapshot in services.fleet.examine(subject.fleet, subject.cluster, subject.endpoint):
            yield _progress(title, subject, snapshot)
        assert snapshot is not None  # noqa: S101 - it yields one at the least
        yield _answer(playbooks(subject), title, again, subject, priced(snapshot, services.catalog), services)

    begun = _progress(title, subject, None)
    return Reply(text=begun.text, blocks=begun.blocks, public=True, brief=True, then=rest())


def _progress(title: str, subject: Subject, snapshot: Snapshot | None) -> Reply:
    pending = snapshot.pending if snapshot else ()
    done = PARTS - len(pending) if snapshot else 0
    text = f"{title}: looking into {named(subject.name)}"
    waits = f"Waiting for {', '.join(pending)}" if pending else "Reading"
    return Reply(text=text, blocks=[section(f"🔎 {text}\n{bar(WHOLE * done // PARTS)}"), context(waits)], public=True)


def _answer(
    playbooks: Sequence[Playbook], title: str, again: str, subject: Subject, snapshot: Snapshot, services: Services
) -> Reply:
    found = [diagnose(each, snapshot, services.thresholds) for each in playbooks]
    told = summary(found)
    heading = f"*{named(title)}: {named(subject.name)}*\n{named(told, 300)}"
    blocks: list[Block] = [
        section(heading),
        *drawn(found, placeholders(snapshot)),
        actions(button("Look again", again)),
    ]
    name = "-".join(
        ["doctor" if len(playbooks) > 1 else playbooks[0].name, subject.cluster.name if subject.cluster else "fleet"]
    )
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)[:100]
    file = transcript(safe, f"{title}: {subject.name}"[:200], found, snapshot)
    return Reply(
        text=f"{named(title)}, {named(subject.name)}: {named(told, 300)}", blocks=blocks, public=True, files=[file]
    )
