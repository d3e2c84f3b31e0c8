"""Requests in every state and every turn that looks different, each made of what has happened to it."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from approvals.events import (
    BOT,
    Announced,
    Body,
    Cancelled,
    Closed,
    Consented,
    Denied,
    Escalated,
    Expired,
    Extended,
    Failed,
    Held,
    Hold,
    Objected,
    Outdated,
    Progressed,
    Refused,
    Rehearsed,
    Reminded,
    Returning,
    Reviewed,
    Sent,
    Started,
    Succeeded,
    Troubled,
    Voted,
)
from approvals.policy import Channels, People
from approvals.states import State
from dac.figures import Price
from dac.scaling import ScalePlan
from tests.commands.happenings import (
    CHANNEL,
    HOSTILE,
    HOSTILE_NAME,
    LASTS,
    NO_HEADROOM,
    NOTIFIED,
    UNPRICED,
    WORDS,
    Story,
    Words,
    a_plan,
    agreed,
    amended,
    asked,
    broken,
    chat,
    grown,
    longer,
    other,
    overrun,
    told,
)
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, START, plan

__all__ = [
    "HOSTILE",
    "HOSTILE_NAME",
    "NAMES",
    "NO_HEADROOM",
    "UNPRICED",
    "WORDS",
    "asked",
    "chat",
    "paths",
    "state_of",
    "story",
    "told",
]

Path = tuple[tuple[str, Body], ...]


def paths(of: ScalePlan, words: Words) -> dict[str, Path]:
    """A way into every state, and the turns on it that look different; the name begins with the state's."""
    opened = (ANN, asked(of, words.reason, name=words.rule))
    return {
        **_waiting(of, words, opened),
        **_agreed(of, words, opened),
        **_rehearsed(of, words),
        **_ended(of, words, opened),
        **_leased(of, words),
        **_emergencies(of, words),
    }


def _waiting(of: ScalePlan, words: Words, opened: tuple[str, Body]) -> dict[str, Path]:
    because = words.comment or "not this month"
    refused = (ANN, Refused(attempt="approve", because="You asked for this change; someone else must decide over it."))
    voted = (BOB, Voted(comment=words.comment))
    certain = asked(of, words.reason, must_include=People(users=frozenset({EVE}), groups=frozenset({LEADS})))
    groups = People(groups=frozenset({ONCALL, LEADS}))
    apart = asked(of, words.reason, different_groups=True, approvers=groups)
    for_information = Channels(users=frozenset({NOTIFIED}), groups=frozenset({LEADS}), channels=frozenset({CHANNEL}))
    later = other(of, lease=LASTS, start_at=START + timedelta(hours=6))
    smaller = (BOB, amended(other(of, 3), words.comment))
    return {
        "pending": (opened, voted),
        "pending unseen": (opened, refused),
        "pending lacking": ((ANN, certain), voted, (CAT, Voted(comment=words.comment))),
        "pending apart": ((ANN, apart), (DAN, Voted(groups=(ONCALL, LEADS))), (EVE, Voted(groups=(LEADS,)))),
        "pending alike": ((ANN, apart), (BOB, Voted(groups=(LEADS,))), (EVE, Voted(groups=(LEADS,)))),
        "pending objected": ((ANN, asked(of, words.reason, denials=2)), voted, (BOB, Objected(because=because))),
        "pending amended": (opened, (CAT, Voted()), smaller),
        "pending consented": (opened, smaller, (ANN, Consented())),
        "pending unconsented": (opened, smaller, (CAT, Voted(comment=words.comment))),
        "pending rewritten": (opened, voted, (ANN, amended(later, words.comment, agrees=False, name="leases"))),
        "pending reminded": (opened, voted, (BOT, Reminded(what="approval", number=1))),
        "pending reminded of consent": (opened, smaller, (CAT, Voted()), (BOT, Reminded(what="approval", number=1))),
        "pending reminded of certain ones": (
            (ANN, certain),
            voted,
            (CAT, Voted()),
            (BOT, Reminded(what="approval", number=2)),
        ),
        "pending leased": ((ANN, asked(later, words.reason, name=words.rule)),),
        "pending extension": ((ANN, asked(longer(of), words.reason)), voted),
        "pending wanting comments": ((ANN, asked(of, words.reason, comment_required=True)),),
        "pending anew": ((ANN, asked(of, words.reason, replaces=9)),),
        "pending over budget": (
            (
                ANN,
                asked(other(of, budgets=overrun(words.budget, priced=isinstance(of.cost_after, Price))), words.reason),
            ),
        ),
        "pending told": (
            (ANN, asked(of, words.reason, notify=for_information, break_glass=People(users=frozenset({EVE})))),
        ),
        "pending told more": (
            (ANN, asked(of, words.reason, notify=Channels(users=frozenset({NOTIFIED})))),
            (BOB, amended(other(of, 3), words.comment, notify=for_information)),
        ),
        "pending told later": (opened, (BOB, amended(other(of, 3), words.comment, notify=for_information))),
        "denied": (opened, voted, (CAT, Denied(because=because))),
        "denied by two": (
            (ANN, asked(of, words.reason, denials=2)),
            (BOB, Objected(because=because)),
            (CAT, Denied(because=because)),
        ),
        "expired": (opened, voted, (BOT, Expired())),
        "expired unconsented": (opened, smaller, (CAT, Voted()), (BOT, Expired())),
        "expired leased": ((ANN, asked(later, words.reason)), (BOT, Expired())),
        "expired extension": ((ANN, asked(longer(of), words.reason)), (BOT, Expired())),
        "cancelled": (opened, voted, (ANN, Cancelled(because=words.comment))),
    }


def _agreed(of: ScalePlan, words: Words, opened: tuple[str, Body]) -> dict[str, Path]:
    ready = (opened, (BOB, Voted(comment=words.comment)), (CAT, agreed(words.comment)))
    later = (ANN, asked(other(of, start_at=START + timedelta(hours=6)), words.reason, approvals=1))
    proposed = (opened, (BOB, amended(other(of, 3), words.comment)), (CAT, Voted()), (ANN, agreed(by="consent")))
    window = Held(why=Hold.WINDOW, because=words.comment or "quarter end", until=START + timedelta(hours=5))
    begun = (*ready, _started())
    sent = (*begun, (BOT, Sent(work_request_id="ocid1.generativeaiworkrequest.oc1..w1")))
    trouble = (BOT, Troubled(sentence=words.oracle))
    frozen = (BOT, Held(why=Hold.FREEZE, by=EVE, because=words.comment))
    return {
        "approved": ready,
        "approved in trouble": (*ready, trouble),
        "approved frozen": (*ready, frozen),
        "approved in a window": (*ready, (BOT, window)),
        "approved in a window without end": (*ready, (BOT, window.model_copy(update={"until": None}))),
        "approved behind": (*ready, (BOT, Held(why=Hold.BUSY, request_id=11))),
        "approved for later by consent": (
            (ANN, asked(of, words.reason, approvals=1)),
            (BOB, amended(other(of, 3, start_at=START + timedelta(hours=6)), words.comment, approvals=1)),
            (ANN, agreed(by="consent")),
        ),
        "approved for later": (later, (BOB, agreed(words.comment))),
        "approved by consent": proposed,
        "approved extension": ((ANN, asked(longer(of), words.reason, approvals=1)), (BOB, agreed(words.comment))),
        "applying": (*sent, (BOT, Progressed(percent=40))),
        "applying unsent": begun,
        "applying unnamed": (*begun, (BOT, Sent())),
        "applying in trouble": (*sent, trouble),
        "applying frozen": (*begun, frozen),
    }


def _rehearsed(of: ScalePlan, words: Words) -> dict[str, Path]:
    """What is asked in a dry run, and what waits for one to end."""
    opened = (ANN, asked(of, words.reason, approvals=1, rehearsal=True))
    agreed_to = (BOB, agreed(words.comment))
    real = (ANN, asked(of, words.reason, approvals=1))
    return {
        "pending rehearsal": (opened,),
        "approved rehearsal": (opened, agreed_to),
        "approved in a dry run": (real, agreed_to, (BOT, Held(why=Hold.DRY_RUN))),
        "cancelled rehearsal": (opened, agreed_to, (BOT, Rehearsed())),
        "cancelled rehearsal by who asked": (opened, (ANN, Cancelled(because=words.comment))),
    }


def _ended(of: ScalePlan, words: Words, opened: tuple[str, Body]) -> dict[str, Path]:
    ready = (opened, (BOB, Voted(comment=words.comment)), (CAT, agreed(words.comment)))
    sent = (*ready, _started(), (BOT, Sent(work_request_id="ocid1.generativeaiworkrequest.oc1..w1")))
    extension = ((ANN, asked(longer(of), words.reason, approvals=1)), (BOB, agreed(words.comment)), _started())
    done = f"chat is ACTIVE with 4 units. {words.oracle}"
    return {
        "applied": (*sent, (BOT, Succeeded(outcome=done))),
        "applied extension": (
            *extension,
            (BOT, Succeeded(outcome="The lease of request 11 on chat has been extended.")),
        ),
        "failed": (*sent, (BOT, Failed(because=words.oracle))),
        "failed extension": (*extension, (BOT, Failed(because="The lease of request 11 has ended meanwhile."))),
        "expired agreed": (*ready, (BOT, Expired())),
        "stale": (*ready, (BOT, Outdated(differences=(*grown(of), words.oracle)))),
    }


def _leased(of: ScalePlan, words: Words) -> dict[str, Path]:
    """A size for eight hours, and the request that gives it back."""
    ready = ((ANN, asked(other(of, lease=LASTS), words.reason, approvals=1)), (BOB, agreed(words.comment)))
    had = (*ready, _started(), (BOT, Sent()), (BOT, Succeeded(outcome="chat is ACTIVE with 4 units.")))
    announced = (*had, (BOT, Announced()))
    returning = (*announced, (BOT, Returning(by_request=15)))
    extended = (BOT, Extended(until=START + timedelta(hours=12), by_request=14))
    late = (BOT, Escalated(sentence=words.oracle))
    trouble = (BOT, Troubled(sentence=words.oracle))
    back = plan(of.cluster.model_copy(update={"unit_count": 4}), 2, headroom=of.headroom)
    given_back = (
        (ANN, asked(back, "The lease of request 11 has ended.", returns=11)),
        (BOT, agreed(by="lease", begin_by=None)),
    )
    frozen = (BOT, Held(why=Hold.FREEZE, by=EVE, because=words.comment))
    extends = f"the lease of request 11 has been extended, so nothing is given back yet. {words.oracle}"
    return {
        "applied leased": had,
        "applied announced": announced,
        "applied extended": (*announced, extended),
        "applied extended and announced": (*announced, extended, (BOT, Announced())),
        "applied returning": returning,
        "applied returning in trouble": (*announced, trouble),
        "applied returning late": (*announced, trouble, late),
        "applied extended after all": (*returning, extended),
        "applied returned": (*returning, (BOT, Closed(outcome=f"Given back by request 15: {words.oracle}"))),
        "approved returning": given_back,
        "approved returning late": (*given_back, frozen, late),
        "applied back": (*given_back, _started(), (BOT, Sent()), (BOT, Succeeded(outcome=words.oracle))),
        "failed back": (*given_back, _started(), (BOT, Sent()), (BOT, Failed(because=words.oracle))),
        "stale back": (*given_back, (BOT, Outdated(differences=(extends,)))),
    }


def _emergencies(of: ScalePlan, words: Words) -> dict[str, Path]:
    """Somebody acts alone, and others answer for it."""
    rules = People(users=frozenset({EVE}))
    notify = Channels(groups=frozenset({LEADS}), users=frozenset({NOTIFIED}))
    opened = (ANN, asked(of, words.reason, break_glass=rules, notify=notify))
    glass = (opened, (BOB, Voted(comment=words.comment)), (EVE, broken(words.comment or "users are down")))
    done = (*glass, _started(), (BOT, Sent()), (BOT, Succeeded(outcome="chat is ACTIVE with 4 units.")))
    said = words.comment or "it could not wait"
    unseen = broken("users are down").model_copy(update={"reviewers": ()})
    return {
        "approved broken": glass,
        "approved broken in a window": (
            opened,
            (BOB, Voted()),
            (CAT, agreed(words.comment)),
            (BOT, Held(why=Hold.WINDOW, because="quarter end", until=START + timedelta(hours=5))),
            (EVE, broken(words.comment or "users are down")),
        ),
        "approved broken by nobody else": (opened, (EVE, unseen), (BOT, Reminded(what="review", number=1))),
        "applied review owed": (*done, (BOT, Reminded(what="review", number=1))),
        "applied justified": (*done, (CAT, Reviewed(justified=True, comment=said))),
        "applied unjustified": (*done, (CAT, Reviewed(justified=False, comment=said))),
        "failed review owed": (*glass, _started(), (BOT, Failed(because=words.oracle))),
    }


def _started() -> tuple[str, Body]:
    return BOT, Started(etag="e", holder="one", until=START + timedelta(minutes=9))


def story(name: str, words: Words = WORDS["short"], *, priced: bool = True, limited: bool = True) -> Story:
    return told(*_known(words, priced=priced, limited=limited)[name])


@cache
def _known(words: Words, *, priced: bool, limited: bool) -> dict[str, Path]:
    return paths(a_plan(words, priced=priced, limited=limited), words)


NAMES = tuple(paths(a_plan(), WORDS["short"]))


def state_of(name: str) -> State:
    return State(name.split(" ", 1)[0])
