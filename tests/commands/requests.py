"""Requests in every state, made by real events, with words short, long and hostile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from approvals.request import (
    BOT,
    Approved,
    Body,
    Cancelled,
    Denied,
    Event,
    Expired,
    Failed,
    Outdated,
    Progressed,
    Refused,
    Request,
    Sent,
    Started,
    Submitted,
    Succeeded,
    Troubled,
    Voted,
    happened,
    submitted,
)
from approvals.states import State
from commands._card import Message, card, thread
from dac.cluster import Cluster, Headroom
from dac.figures import Unknown
from dac.plans import Plan, differences
from tests.fakes import ANN, BOB, CAT, REGION, SHAPE, START, cluster, plan, rule

UNPRICED = "LARGE_GENERIC_SOMEDAY"
"""A shape that no price list knows."""

HEADROOM = Headroom(limit_name="dedicated-unit-large-cohere-count", region=REGION, used=2, available=8, read_at=START)
NO_HEADROOM = Unknown(what="service limit left", settle="look in the Console: Governance, Limits")

HOSTILE = (
    "<!channel> <!here> <@UEVIL> <#CEVIL> <https://evil.example|safe> "
    "*bold* `code` & &amp; \"quotes\" 'x' ~no~\n> cited"
)
HOSTILE_NAME = '<!channel> <@UEVIL> *b* `c` & "q" <https://evil.example|safe>'


@dataclass(frozen=True)
class Words:
    """What people typed and what Oracle said."""

    name: str = "chat"
    reason: str = "launch week"
    comment: str = "fine by me"
    oracle: str = "OutOfCapacity: no hosts left"


WORDS = {
    "short": Words(),
    "none": Words(reason="", comment=""),
    "long": Words(name="n" * 200, reason="reason " * 285, comment="c" * 2000, oracle="O" * 3000),
    "hostile": Words(HOSTILE_NAME, HOSTILE, HOSTILE, HOSTILE),
    "ampersands": Words("&" * 200, "&" * 2000, "<" * 2000, "&" * 3000),
    "newlines": Words(reason="a\n" * 1000, comment="\n\n>\n" * 500, oracle="x\r\n" * 1000),
}


@dataclass(frozen=True)
class Story:
    """A request with all that has happened to it."""

    request: Request
    events: tuple[Event, ...]

    @property
    def messages(self) -> dict[str, Message]:
        """The card and the whole thread, by name."""
        return {"card": card(self.request), **thread(self.request, self.events)}


def a_plan(words: Words = WORDS["short"], *, priced: bool = True, limited: bool = True, to_units: int = 4) -> Plan:
    return plan(chat(words.name, priced=priced), to_units, headroom=HEADROOM if limited else NO_HEADROOM)


def chat(name: str = "chat", *, priced: bool = True) -> Cluster:
    seen = cluster(name, unit_shape=SHAPE if priced else UNPRICED)
    return seen.model_copy(update={"id": f"ocid1.generativeaidedicatedaicluster.oc1.{REGION}.chat"})


def asked(of: Plan, reason: str = "launch week", *, approvals: int = 2) -> Body:
    return Submitted(
        plan=of,
        digest=of.digest,
        reason=reason,
        rule=rule(name="two of the on-call", approvals=approvals),
        eligible=(BOB, CAT, "UDAN"),
        channel="CTEAM",
        nonce="0badcafe",
        expires_at=START + timedelta(hours=24),
    )


def grown(approved: Plan) -> tuple[str, ...]:
    """What is said when somebody has added a unit by hand."""
    now = approved.cluster.model_copy(update={"unit_count": approved.from_units + 1})
    return differences(approved, plan(now, approved.to_units))


def told(*happenings: tuple[str, Body]) -> Story:
    """A story from who did what, a minute apart."""
    events = tuple(
        Event(seq=seq, request_id=12, at=START + timedelta(minutes=seq), actor=actor, body=body)
        for seq, (actor, body) in enumerate(happenings, 1)
    )
    request = submitted(events[0])
    for event in events[1:]:
        request = happened(request, event)
    return Story(request, events)


def paths(of: Plan, words: Words) -> dict[str, tuple[tuple[str, Body], ...]]:
    """A way into every state, and the turns on it that look different; the name begins with the state's."""
    opened = (ANN, asked(of, words.reason))
    voted = (BOB, Voted(comment=words.comment))
    agreed = (CAT, Approved(comment=words.comment))
    refused = (ANN, Refused(attempt="approve", because="You asked for this change; someone else must decide over it."))
    trouble = (BOT, Troubled(sentence=words.oracle))
    begun = (opened, voted, agreed, (BOT, Started(etag="e", holder="one", until=START + timedelta(minutes=9))))
    sent = (*begun, (BOT, Sent(work_request_id="ocid1.generativeaiworkrequest.oc1..w1")))
    because = words.comment or "not this month"
    return {
        "pending": (opened, voted),
        "pending unseen": (opened, refused),
        "approved": (opened, voted, agreed),
        "approved in trouble": (opened, voted, agreed, trouble),
        "applying": (*sent, (BOT, Progressed(percent=40))),
        "applying unsent": begun,
        "applying unnamed": (*begun, (BOT, Sent())),
        "applying in trouble": (*sent, trouble),
        "applied": (*sent, (BOT, Succeeded(outcome=f"chat is ACTIVE with 4 units. {words.oracle}"))),
        "failed": (*sent, (BOT, Failed(because=words.oracle))),
        "denied": (opened, voted, (CAT, Denied(because=because))),
        "expired": (opened, voted, (BOT, Expired())),
        "expired agreed": (opened, voted, agreed, (BOT, Expired())),
        "cancelled": (opened, voted, (ANN, Cancelled(because=words.comment))),
        "stale": (opened, voted, agreed, (BOT, Outdated(differences=(*grown(of), words.oracle)))),
    }


def story(name: str, words: Words = WORDS["short"], *, priced: bool = True, limited: bool = True) -> Story:
    return told(*paths(a_plan(words, priced=priced, limited=limited), words)[name])


NAMES = tuple(paths(a_plan(), WORDS["short"]))


def state_of(name: str) -> State:
    return State(name.split(" ", 1)[0])


def every() -> Iterator[tuple[str, Story]]:
    """Each turn × price known or not × limit known or not × words."""
    for priced in (True, False):
        for limited in (True, False):
            for kind, words in WORDS.items():
                for name in NAMES:
                    label = f"{name}, {kind} words, price {priced}, limit {limited}"
                    yield label, story(name, words, priced=priced, limited=limited)
