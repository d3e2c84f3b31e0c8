"""When something that was found is told, told again, or told to be over: one look after the other, told once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dac.alerts import RECURRING, REMEMBERED, SIGHT, Alert, Board, Key, News
from dac.cluster import Fleet
from dac.findings import Aspect, Finding, Severity
from dac.firing import Firing, firing
from dac.health import Health
from dac.quiet_hours import QuietHours

MEASURED = frozenset({Aspect.LATENCY, Aspect.ERRORS, SIGHT})
"""What may be bad for a moment; it is told once it has been bad at two looks some time apart."""

EVERYWHERE = "all regions"
"""The region of what keeps everything from being seen."""

STALE = timedelta(minutes=15)
"""How long a sentence stands though its figures move; a message that changes at every look is not read."""


@dataclass(frozen=True)
class Rules:
    """`least` is the severity from which something is told, `few` how many messages a look may begin at the most."""

    least: Severity = Severity.ATTENTION
    confirm: timedelta = timedelta(minutes=5)
    """How far apart two looks are at which something measured must have been bad."""
    settle: timedelta = timedelta(minutes=10)
    """How long something must have been well before it is told to be."""
    again: timedelta = timedelta(hours=1)
    """How soon after that it counts as the same trouble, and opens the same message."""
    few: int = 5
    quiet: QuietHours | None = None


@dataclass(frozen=True)
class Seen:
    """One cluster of a look, with all that was found out about it."""

    cluster_id: str
    name: str
    region: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Look:
    """What was seen at one moment. `unlisted` are regions by what of theirs could not be listed, such as "clusters"."""

    at: datetime
    clusters: tuple[Seen, ...] = ()
    unlisted: frozenset[tuple[str, str]] = frozenset()
    blind: str = ""
    """Why nothing could be seen at all."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By region why its clusters could not be listed."""
    firing: tuple[Firing, ...] = ()
    alarms_unread: bool = False
    """Whether Oracle's own alarms could not be read, all of them or some."""

    def hides(self, region: str, *what: str) -> bool:
        return bool(self.blind) or any((region, each) in self.unlisted for each in what)


def look(fleet: Fleet, found: Sequence[Health]) -> Look:
    """Without the findings of Oracle's own alarms: those tell by themselves, and stand beside what is told here."""
    unlisted = {(gap.region, gap.what.split(" ", 1)[0]) for gap in fleet.gaps}
    return Look(
        at=fleet.taken_at,
        clusters=tuple(
            Seen(each.cluster.id, each.cluster.name, each.cluster.region, _without_alarms(each.findings))
            for each in found
        ),
        unlisted=frozenset(unlisted),
        reasons={gap.region: gap.because for gap in fleet.gaps if gap.what.startswith("clusters")},
        firing=firing(fleet.alarms, found),
        alarms_unread=any(what == "alarms" for _, what in unlisted),
    )


def _without_alarms(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(each for each in findings if each.aspect is not Aspect.ALARM)


def step(board: Board, now: Look, rules: Rules) -> Board:
    """The board after that look; a look older than one it has been brought up to changes nothing."""
    if board.looked_at and now.at <= board.looked_at:
        return board
    told_of = frozenset(each.key for each in board.alerts if each.open)
    bad, sight = {each.key: each for each in _bad(now, rules, told_of)}, _Sight(now)
    newest, past = _newest(board.alerts)
    alerts = list[Alert]()
    for key, seen in bad.items():
        held = newest.pop(key, None)
        if held and held.cleared_at and now.at - held.cleared_at >= rules.again:
            # Another trouble: it gets a message of its own.
            past.append(held.model_copy(update={"suspected_since": None}))
            alerts.append(_seen_bad(None, seen.model_copy(update={"begun": held.begun}), now.at))
        else:
            alerts.append(_seen_bad(held, seen, now.at))
    for held in newest.values():
        alerts += _not_seen_bad(held, sight, now.at, rules)
    told, last = _told([*past, *alerts], bad, board.last, now.at, rules)
    bad_clusters = {each.cluster_id for each in told if each.open}
    return Board(
        alerts=_remembered(told, now.at),
        last=last,
        looked_at=now.at,
        firing=tuple(each for each in now.firing if each.cluster_id in bad_clusters),
        alarms_unread=now.alarms_unread,
    )


def _newest(alerts: Iterable[Alert]) -> tuple[dict[Key, Alert], list[Alert]]:
    """By name what counts of each, and what stands in older messages."""
    newest, past = dict[Key, Alert](), list[Alert]()
    for each in sorted(alerts, key=lambda each: (each.number is None, each.number or 0)):
        if each.key in newest:
            past.append(newest[each.key])
        newest[each.key] = each
    return newest, past


def _remembered(alerts: Sequence[Alert], at: datetime) -> tuple[Alert, ...]:
    """A message is forgotten as a whole, once all it tells has been over for long."""
    kept = {each.number for each in alerts if each.cleared_at is None or at - each.cleared_at < REMEMBERED}
    return tuple(each for each in alerts if each.number in kept)


def _bad(now: Look, rules: Rules, told_of: frozenset[Key]) -> Iterator[Alert]:
    """What is bad at this look, as it would be told for the first time.

    What has been told as broken is not well for being only worth attention.
    """
    for region, why in sorted(now.reasons.items()):
        yield _unlisted(region, f"Clusters of {region} cannot be listed, so nothing is seen of them", why, now.at)
    if now.blind:
        yield _unlisted(EVERYWHERE, "Oracle cannot be asked, so nothing is seen of any cluster", now.blind, now.at)
    for cluster in now.clusters:
        for each in cluster.findings:
            told = (cluster.cluster_id, each.aspect, each.about) in told_of
            if each.severity <= (Severity.ATTENTION if told else rules.least):
                yield Alert(
                    cluster_id=cluster.cluster_id,
                    cluster_name=cluster.name,
                    region=cluster.region,
                    aspect=each.aspect,
                    about=each.about,
                    severity=each.severity,
                    worst=each.severity,
                    sentence=each.sentence,
                    evidence=each.evidence,
                    cost=each.cost,
                    said_at=now.at,
                )


def _unlisted(region: str, sentence: str, why: str, at: datetime) -> Alert:
    return Alert(
        cluster_id="",
        cluster_name="",
        region=region,
        aspect=SIGHT,
        about=region,
        severity=Severity.ATTENTION,
        worst=Severity.ATTENTION,
        sentence=sentence,
        evidence=(why,),
        said_at=at,
    )


class _Sight:
    """What a look says of something that it does not find bad."""

    def __init__(self, now: Look) -> None:
        self._now = now
        self._there = {each.cluster_id for each in now.clusters}
        self._found = {
            (cluster.cluster_id, each.aspect, each.about) for cluster in now.clusters for each in cluster.findings
        }
        self._unknown = {
            (cluster.cluster_id, each.aspect, each.about)
            for cluster in now.clusters
            for each in cluster.findings
            if each.severity is Severity.UNKNOWN
        }
        self._aspects = {(cluster_id, aspect) for cluster_id, aspect, _ in self._unknown}

    def unseen(self, alert: Alert) -> bool:
        """What is not found at all is well, unless it is such as was not looked for everywhere."""
        if not alert.cluster_id:
            return bool(self._now.blind) and alert.region != EVERYWHERE
        if alert.cluster_id not in self._there:
            return self._now.hides(alert.region, "clusters")
        if alert.key in self._found:
            return alert.key in self._unknown
        return (alert.cluster_id, alert.aspect) in self._aspects or self._now.hides(alert.region, "endpoints", "models")

    def deleted(self, alert: Alert) -> bool:
        return bool(alert.cluster_id) and alert.cluster_id not in self._there


def _seen_bad(held: Alert | None, seen: Alert, at: datetime) -> Alert:
    if held is None:
        return seen.model_copy(update={"suspected_since": at})
    if held.number is None:
        return seen.model_copy(update={"suspected_since": held.suspected_since, "begun": held.begun})
    if held.cleared_at:
        return held.model_copy(update={"suspected_since": held.suspected_since or at})
    now = {"cluster_name": seen.cluster_name, "severity": seen.severity, "good_since": None, "unseen_since": None}
    if seen.severity < held.worst:
        now |= {"worst": seen.severity, "acknowledged": None, "news": (*held.news, _worse(seen, at))}
    if seen.severity != held.severity or at - held.said_at >= STALE:
        now |= {"sentence": seen.sentence, "evidence": seen.evidence, "cost": seen.cost, "said_at": at}
    return held.model_copy(update=now)


def _not_seen_bad(held: Alert, sight: _Sight, at: datetime, rules: Rules) -> Iterator[Alert]:
    """The alert as it is then; none where it was well before it was told."""
    if held.cleared_at:
        yield held.model_copy(update={"suspected_since": None})
    elif sight.unseen(held):
        yield held.model_copy(update={"unseen_since": held.unseen_since or at, "good_since": None})
    elif held.number is None:
        return
    elif sight.deleted(held):
        yield held.model_copy(update={"cleared_at": at, "deleted": True, "unseen_since": None})
    else:
        since = held.good_since or at
        over = at if at - since >= rules.settle else None
        yield held.model_copy(update={"good_since": since, "unseen_since": None, "cleared_at": over})


def _told(
    alerts: Sequence[Alert], bad: Mapping[Key, Alert], last: int, at: datetime, rules: Rules
) -> tuple[list[Alert], int]:
    """With those told whose time has come: below the message of their cluster if it has one, else in a new one."""
    numbers = _numbers(alerts, at, rules)
    due = (each for each in alerts if _is_due(each, bad, at, rules))
    strangers = list(dict.fromkeys(each.place for each in due if each.place not in numbers))
    together = len(strangers) > rules.few
    new = {place: last + 1 + (0 if together else more) for more, place in enumerate(strangers)}
    told = list[Alert]()
    for each in alerts:
        if not _is_due(each, bad, at, rules):
            told.append(each)
        elif each.number is not None:
            told.append(_again(each, bad[each.key], at))
        elif each.place in numbers:
            words = News(at=at, words=f"Another trouble: {each.sentence}")
            told.append(_begin(each, numbers[each.place], at).model_copy(update={"news": (words,)}))
        else:
            told.append(_begin(each, new[each.place], at))
    return told, max([last, *new.values()])


def _is_due(alert: Alert, bad: Mapping[Key, Alert], at: datetime, rules: Rules) -> bool:
    if alert.suspected_since is None:
        return False
    if alert.key not in bad or (alert.aspect in MEASURED and at - alert.suspected_since < rules.confirm):
        return False
    # One that opens its old message again disturbs nobody.
    loud = alert.severity is Severity.BROKEN or alert.number is not None
    return loud or not (rules.quiet and rules.quiet.covers(at))


def _numbers(alerts: Iterable[Alert], at: datetime, rules: Rules) -> dict[str, int]:
    """By cluster or region the message that something new about it is told below."""
    live = (each for each in alerts if each.cleared_at is None or at - each.cleared_at < rules.again)
    told = [(each.number, each.place) for each in live if each.number is not None]
    return {place: number for number, place in sorted(told)}


def _begin(alert: Alert, number: int, at: datetime) -> Alert:
    begun = (*(each for each in alert.begun if at - each < RECURRING), at)
    return alert.model_copy(update={"number": number, "begun": begun, "suspected_since": None, "unseen_since": None})


def _again(held: Alert, seen: Alert, at: datetime) -> Alert:
    """The same message once more; only what is worse than it ever said is news."""
    news = (*held.news, _worse(seen, at)) if seen.severity < held.worst else held.news
    again = seen.model_copy(update={"worst": min(held.worst, seen.severity), "news": news, "begun": held.begun})
    return _begin(again, held.number or 0, at)


def _worse(seen: Alert, at: datetime) -> News:
    return News(at=at, words=f"Worse than before: {seen.sentence}")
