"""Finding out what is wrong: what is looked into, the reading with its progress, and the answer with its transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

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
from dac.making import quoted
from dac.naming import find_cluster, handle
from dac.playbooks import Playbook
from dac.snapshot import Snapshot, priced

WHOLE_FLEET = "the fleet"
WHOLE = 100
PARTS = 6
"""The fleet, and what a snapshot has to be waited for."""

RECENT = timedelta(minutes=1)
"""How old a reading may be from which a name is said not to exist."""


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
        return self.cluster.name if self.cluster else WHOLE_FLEET


def find(word: str, fleet: Fleet) -> Subject:
    """The cluster or endpoint that a word means, the whole name of either before the beginning of one.

    An endpoint that is deleted is found by its whole name, for callers may still name it.

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
            gone = next((each for each in fleet.deleted if wanted in {each.name.casefold(), each.id}), None)
            if gone is None:
                raise no_cluster from None
            endpoint = gone
    cluster = next((each for each in fleet.clusters if each.id == endpoint.cluster_id), None)
    if cluster is None:
        raise NotFound(f"The cluster of endpoint {endpoint.name} is not among those I see.")
    return Subject(fleet, cluster, endpoint)


def recent(services: Services) -> Fleet | None:
    """A reading of the fleet from which a name that is not in it may be refused at once."""
    seen = services.fleet.known()
    return seen if seen and not seen.gaps and services.now() - seen.taken_at < RECENT else None


def examined(
    playbooks: Callable[[Subject], Sequence[Playbook]],
    title: str,
    verb: str,
    find: Callable[[Fleet], Subject],
    word: str,
    services: Services,
) -> Reply:
    """The beginning of the answer, and in its place the rest of it: how far the reading is, then what was found.

    It is about what `find` finds in the fleet, which is read with everything else. `word` is what that is called, and
    `verb` the beginning of the command line that asks for the same. What is known from before not to be there is
    refused here.
    """
    seen = recent(services)
    name = find(seen).name if seen else word

    def rest() -> Iterator[Reply]:
        subject = None

        def choose(fleet: Fleet) -> tuple[Cluster | None, Endpoint | None]:
            nonlocal subject
            subject = find(fleet)
            return subject.cluster, subject.endpoint

        snapshot = None
        for snapshot in services.fleet.examine(choose):
            assert subject is not None  # noqa: S101 - it was chosen before there was anything to see
            yield _progress(title, subject.name, snapshot)
        assert subject is not None  # noqa: S101 - as above
        assert snapshot is not None  # noqa: S101 - it yields one at the least
        yield _answer(playbooks(subject), title, verb, subject, priced(snapshot, services.catalog), services)

    begun = _progress(title, name, None)
    return Reply(text=begun.text, blocks=begun.blocks, public=True, brief=True, then=rest())


def _progress(title: str, name: str, snapshot: Snapshot | None) -> Reply:
    pending = snapshot.pending if snapshot else ("the clusters, their endpoints and traffic",)
    done = PARTS - len(pending) if snapshot else 0
    text = f"{title}: looking into {named(name)}"
    reads = f"Reading {', '.join(pending)}" if pending else "Everything is read"
    return Reply(text=text, blocks=[section(f"🔎 {text}\n{bar(WHOLE * done // PARTS)}"), context(reads)], public=True)


def _line(verb: str, subject: Subject) -> str:
    """With a word that is found again."""
    if subject.endpoint:
        return f"{verb} {quoted(subject.endpoint.name)}"
    return f"{verb} {quoted(handle(subject.cluster, subject.fleet))}" if subject.cluster else verb


def _answer(
    playbooks: Sequence[Playbook], title: str, verb: str, subject: Subject, snapshot: Snapshot, services: Services
) -> Reply:
    found = [diagnose(each, snapshot, services.thresholds) for each in playbooks]
    told = summary(found)
    heading = f"*{named(title)}: {named(subject.name)}*\n{named(told, 300)}"
    blocks: list[Block] = [
        section(heading),
        *drawn(found, placeholders(snapshot)),
        actions(button("Look again", _line(verb, subject))),
    ]
    name = "-".join(
        ["doctor" if len(playbooks) > 1 else playbooks[0].name, subject.cluster.name if subject.cluster else "fleet"]
    )
    safe = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)[:100]
    file = transcript(safe, f"{title}: {subject.name}"[:200], found, snapshot)
    return Reply(
        text=f"{named(title)}, {named(subject.name)}: {named(told, 300)}", blocks=blocks, public=True, files=[file]
    )
