"""What happens to requests, as real events, with words short, long and hostile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from approvals.events import (
    Amended,
    Approved,
    Body,
    BrokenGlass,
    Event,
    Submitted,
)
from approvals.request import Request, happened, submitted
from commands._card import Message, card
from commands._thread import thread
from dac.budgets import BudgetEffect
from dac.change import differences
from dac.cluster import Cluster, Headroom
from dac.extending import ExtendPlan, plan_extend
from dac.figures import Money, Unknown
from dac.plans import Plan
from dac.scaling import ScalePlan
from tests.fakes import BOB, CAT, CATALOG, DAN, REGION, SHAPE, START, cluster, plan, rule

UNPRICED = "LARGE_GENERIC_SOMEDAY"
"""A shape that no price list knows."""

HEADROOM = Headroom(limit_name="dedicated-unit-large-cohere-count", region=REGION, used=2, available=8, read_at=START)
NO_HEADROOM = Unknown(what="service limit left", settle="look in the Console: Governance, Limits")

LASTS = timedelta(hours=8)
NOTIFIED, CHANNEL = "UFYI", "CFYI"

HOSTILE = (
    "<!channel> <!here> <!subteam^SEVIL> <@UEVIL> <#CEVIL> <https://evil.example|safe> "
    "*bold* `code` & &amp; \"quotes\" 'x' ~no~\n> cited"
)
HOSTILE_NAME = '<!channel> <@UEVIL> *b* `c` & "q" <https://evil.example|safe>'


@dataclass(frozen=True)
class Words:
    """What people typed and what Oracle said; `rule` and `budget` are what the policy file calls them."""

    name: str = "chat"
    reason: str = "launch week"
    comment: str = "fine by me"
    oracle: str = "OutOfCapacity: no hosts left"
    rule: str = "two of the on-call"
    budget: str = "production"


WORDS = {
    "short": Words(),
    "none": Words(reason="", comment=""),
    "long": Words("n" * 200, "reason " * 285, "c" * 2000, "O" * 3000, "r" * 80, "b" * 80),
    "hostile": Words(HOSTILE_NAME, HOSTILE, HOSTILE, HOSTILE, HOSTILE_NAME, HOSTILE_NAME),
    "ampersands": Words("&" * 200, "&" * 2000, "<" * 2000, "&" * 3000, "&" * 80, "<" * 80),
    "newlines": Words(reason="a\n" * 1000, comment="\n\n>\n" * 500, oracle="x\r\n" * 1000),
    "endless": Words("n" * 255, "w" * 40_000, "w" * 40_000, "w" * 40_000),
}
"""Of a reason, 2,000 characters are kept and more is refused; what is drawn does not rest on that."""


@dataclass(frozen=True)
class Story:
    """A request with all that has happened to it."""

    request: Request
    events: tuple[Event, ...]

    @property
    def messages(self) -> dict[str, Message]:
        """The card and the whole thread, by name."""
        return {"card": card(self.request), **thread(self.request, self.events)}


def a_plan(
    words: Words = WORDS["short"], *, priced: bool = True, limited: bool = True, to_units: int = 4, **changes: Any
) -> ScalePlan:
    headroom = HEADROOM if limited else NO_HEADROOM
    return plan(chat(words.name, priced=priced), to_units, **{"headroom": headroom, **changes})


def chat(name: str = "chat", *, priced: bool = True) -> Cluster:
    seen = cluster(name, unit_shape=SHAPE if priced else UNPRICED)
    return seen.model_copy(update={"id": f"ocid1.generativeaidedicatedaicluster.oc1.{REGION}.chat"})


def other(of: ScalePlan, to_units: int | None = None, **changes: Any) -> ScalePlan:
    """The same change in another size, for a while or later."""
    return plan(of.cluster, to_units or of.to_units, headroom=of.headroom, **changes)


def longer(of: ScalePlan) -> ExtendPlan:
    """Four hours more for what request 11 leased."""
    return plan_extend(11, of, START + LASTS, timedelta(hours=4), catalog=CATALOG, now=START)


def asked(of: Plan, reason: str = "launch week", *, approvals: int = 2, **changes: Any) -> Submitted:
    """`changes` are those of the rule, but for what the request itself has of that name."""
    own = {name: changes.pop(name) for name in ("returns", "replaces", "eligible", "rehearsal") if name in changes}
    judged = rule(**{"name": "two of the on-call", "approvals": approvals, **changes})
    return Submitted.model_validate(
        {
            "plan": of,
            "digest": of.digest,
            "reason": reason,
            "rule": judged,
            "rule_digest": judged.digest,
            "eligible": (BOB, CAT, DAN),
            "channel": "CTEAM",
            "asked_in": "CTEAM",
            "nonce": "0badcafe",
            "expires_at": START + timedelta(hours=24),
            **own,
        }
    )


def agreed(comment: str = "", **how: Any) -> Approved:
    return Approved.model_validate({"comment": comment, "begin_by": START + timedelta(hours=30), **how})


def amended(to: Plan, because: str, *, agrees: bool = True, **changes: Any) -> Amended:
    judged = rule(**{"name": "two of the on-call", "approvals": 2, **changes})
    return Amended(
        plan=to,
        digest=to.digest,
        rule=judged,
        rule_digest=judged.digest,
        eligible=(BOB, CAT, DAN),
        because=because,
        expires_at=START + timedelta(hours=26),
        agrees=agrees,
    )


def broken(because: str) -> BrokenGlass:
    return BrokenGlass(
        because=because,
        reviewers=(BOB, CAT, DAN),
        review_by=START + timedelta(hours=25),
        begin_by=START + timedelta(hours=30),
    )


def overrun(name: str, *, priced: bool = True) -> tuple[BudgetEffect, ...]:
    """One that holds, one that does not, one nobody can tell of, and two more; without a price none can be told of."""
    limit = Money(amount=Decimal(90_000))
    fits = BudgetEffect(
        name=name, limit=limit, before=Money(amount=Decimal(53_568)), after=Money(amount=Decimal(71_424))
    )
    over = fits.model_copy(update={"name": "all of it", "after": Money(amount=Decimal(98_208))})
    unknown = Unknown(
        what="what the clusters of it cost", settle="us-chicago-1 could not be read; ask again in a moment"
    )
    untold = fits.model_copy(update={"name": "elsewhere", "before": unknown, "after": unknown})
    return (fits, over, untold, over, fits) if priced else (untold,)


def grown(approved: ScalePlan) -> tuple[str, ...]:
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
