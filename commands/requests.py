"""/dac requests: what waits for people, one's own requests or all of them; or how long decisions take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator

from approvals.records import Stats
from approvals.request import Request
from approvals.states import State
from approvals.unreadable import Unreadable
from commands._blocks import Block, actions, button, context, date, escape, fields, section
from commands._command import Arguments, Call, Command, Group, Option, Reply, Services, Word
from commands._rows import priced, row
from commands._stuck import held
from commands._words import age
from dac.errors import NotFound
from dac.naming import clip

PAGE = 10
COUNTED = 200
"""Of one person's own so many are counted; of more than these it is only said that there are more."""

PAGES = 1000
"""Further back there is `python -m bot audit export`."""

SPAN = timedelta(days=30)
WHICH = ("waiting", "mine", "all")


class Requests(Arguments):
    which: Annotated[
        str,
        Word(),
        Field(
            max_length=40,
            title="mine|waiting|all",
            description="waiting: for people's word; mine: your own, newest first; all: everybody's, newest first",
        ),
    ] = "waiting"
    page: Annotated[int, Option(), Field(ge=1, le=PAGES, title="n", description="A further page")] = 1
    stats: Annotated[bool, Option(), Field(description="How long decisions took, and how they ended")] = False

    @field_validator("which")
    @classmethod
    def _is_one(cls, which: str) -> str:
        word = which.strip().casefold()
        if word not in WHICH:
            raise ValueError(f"“{clip(which)}” is none of these: say mine, waiting or all")
        return word


def run(args: Requests, call: Call, services: Services) -> Reply:
    if args.stats:
        return _stats(services.requests.stats(SPAN), services)
    page = _FOUND[args.which](args.page, call.user, services)
    if not page.requests and not page.unreadable and args.page > 1:
        raise NotFound(f"There is no page {args.page} of these requests.")
    title = _TITLES[args.which]
    further = f"requests {args.which} --page {args.page + 1}"
    blocks: list[Block] = [section(f"*{title}*"), *_listed(page, call.user, services)]
    blocks += _unread(page.unreadable, services)
    if page.requests:
        blocks += [
            *priced(page.requests),
            context(f"{page.counted}; `/dac {further}` for more" if page.more else page.counted),
        ]
    buttons = [button("Next page", further)] if page.more else []
    buttons += [button(label, f"requests {which}") for which, label in _OTHERS.items() if which != args.which]
    return Reply(
        text=f"{title}: {page.counted}", blocks=[*blocks, actions(*buttons, button("Figures", "requests --stats"))]
    )


def _unread(numbers: Sequence[int], services: Services) -> list[Block]:
    """Those that another version of the bot wrote, each with what it holds and what can be done about it."""
    stuck, fleet = services.requests.stuck() if numbers else {}, services.fleet.known() if numbers else None
    lines = list[str]()
    for each in numbers:
        holds = f" It holds {held(fleet, stuck[each])}." if each in stuck else ""
        lines.append(f"⚠️ {escape(str(Unreadable(each)))}{holds}")
    return [section(each) for each in lines]


@dataclass(frozen=True)
class Page:
    """`counted` says how much of all it is."""

    requests: Sequence[Request]
    counted: str
    more: bool
    grouped: bool = False
    """Those for the person who looks stand first."""
    unreadable: Sequence[int] = ()


def _waiting(page: int, user: str, services: Services) -> Page:
    """For a word of approval, of consent or of review; what the person themselves can decide comes first."""
    found = [*services.requests.waiting(), *services.requests.review_owed()]
    found.sort(key=lambda each: (not _for(each, user), each.id))
    shown = found[(page - 1) * PAGE : page * PAGE]
    counted = _of(page, len(shown), len(found))
    return Page(shown, counted, len(found) > page * PAGE, grouped=True, unreadable=_unreadable(services))


def _mine(page: int, user: str, services: Services) -> Page:
    most = max(page * PAGE, COUNTED)
    # One more than that tells whether there are more.
    found = services.requests.of(user, most + 1)
    shown = found[(page - 1) * PAGE : page * PAGE]
    counted = _of(page, len(shown), min(len(found), most), "more than " if len(found) > most else "")
    return Page(shown, counted, len(found) > page * PAGE, unreadable=_unreadable(services))


def _unreadable(services: Services) -> list[int]:
    """Whoever they wait for, somebody has to see to them."""
    return services.requests.unreadable()[:PAGE]


def _every(page: int, user: str, services: Services) -> Page:  # noqa: ARG001 - as the others
    # Requests are numbered without a gap, so a page of them is known without reading those before it.
    total = services.requests.last()
    last = total - (page - 1) * PAGE
    shown, unreadable = list[Request](), list[int]()
    for each in range(last, max(last - PAGE, 0), -1):
        try:
            shown.append(services.requests.get(each))
        except Unreadable:
            unreadable.append(each)
    return Page(shown, _of(page, len(shown) + len(unreadable), total), last > PAGE, unreadable=unreadable)


def _of(page: int, shown: int, total: int, over: str = "") -> str:
    if total <= PAGE:
        return f"{total} in all"
    return f"{(page - 1) * PAGE + 1} to {(page - 1) * PAGE + shown} of {over}{total} shown"


def _listed(page: Page, user: str, services: Services) -> list[Block]:
    """The rows, those that wait for this very person under a heading of their own."""
    if not page.requests:
        return [] if page.unreadable else [section("There are none. `/dac scale` asks for one.")]
    now, blocks = services.now(), list[Block]()
    rows = [(_for(each, user), row(each, now, services.link(each.id))) for each in page.requests]
    grouped = page.grouped and any(yours for yours, _ in rows)
    for place, (yours, block) in enumerate(rows):
        if grouped and (place == 0 or yours is not rows[place - 1][0]):
            blocks.append(context("*For you to decide*" if yours else "For others to decide"))
        blocks.append(block)
    return blocks


def _for(request: Request, user: str) -> bool:
    """Whether that person's word is among those it waits for."""
    if request.glass and request.glass.owed:
        return user in request.glass.reviewers
    if request.state is not State.PENDING:
        return False
    if user == request.requester:
        return not request.consented
    return bool(request.missing) and user in request.can_still_approve


def _stats(stats: Stats, services: Services) -> Reply:
    took = stats.decided
    owed = len(services.requests.review_owed())
    glasses = f"{stats.emergencies}, {owed} to be reviewed" if stats.emergencies or owed else "none"
    ended = [f"{stats.ended[state]} {word}" for state, word in _ENDED.items() if stats.ended.get(state)]
    oldest = f", the oldest for {age(services.now() - stats.oldest)}" if stats.oldest else ""
    pairs = [
        ("Decisions by people", str(took.count) if took else "none"),
        ("Median", age(took.median) if took else "nothing to measure"),
        ("Nine tenths within", age(took.nine_tenths) if took else "nothing to measure"),
        ("What ended, and how", ", ".join(ended) or "nothing"),
        ("Waiting for people now", f"{stats.waiting}{oldest}"),
        ("Approved and not yet done", str(stats.under_way)),
        ("Broken glasses", glasses),
    ]
    title = f"Decisions of the last {SPAN.days} days"
    median = f"median {age(took.median)}" if took else "no decisions"
    return Reply(
        text=f"{title}: {median}, {stats.waiting} waiting",
        blocks=[
            section(f"*{title}*"),
            fields(pairs),
            context(
                f"From asking to the deciding word, since {date(stats.since)}. Returns and emergencies are not counted."
            ),
            actions(*(button(label, f"requests {which}") for which, label in _OTHERS.items())),
        ],
    )


_FOUND: dict[str, Callable[[int, str, Services], Page]] = {"waiting": _waiting, "mine": _mine, "all": _every}
_TITLES = {"waiting": "Waiting for somebody's word", "mine": "Your requests", "all": "All requests"}
_OTHERS = {"waiting": "Waiting", "mine": "Mine", "all": "All"}
_ENDED = {
    State.APPLIED: "carried out",
    State.FAILED: "failed",
    State.STALE: "stale",
    State.DENIED: "denied",
    State.EXPIRED: "expired",
    State.CANCELLED: "cancelled",
}


COMMAND = Command(
    name="requests",
    summary="Requests that wait for people, your own or all of them; or how long decisions take.",
    arguments=Requests,
    run=run,
    examples=("requests", "requests mine", "requests all --page 2", "requests --stats"),
    group=Group.LOOK,
    order=12,
)
