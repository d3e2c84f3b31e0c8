"""What a request's thread tells of each event, whom it calls because they must act, and what can be pressed there."""

from __future__ import annotations

import pytest

from approvals.events import BOT, Held, Hold, Reclaimed, Refused, Reviewed
from approvals.policy import Channels, People
from approvals.states import Action
from commands._history import SILENT
from commands._thread import thread
from tests.commands.happenings import WORDS, a_plan, agreed, asked, broken, told
from tests.commands.requests import NAMES, paths, story
from tests.commands.room import lines, texts, understood
from tests.commands.sound import refused
from tests.commands.test_thread import said
from tests.fakes import ANN, BOB, CAT, EVE, LEADS, START

BETWEEN = [Action.STEP, Action.RESUME, Action.PAUSE, Action.CONFIRM, Action.WATCH]
"""What a scaling never meets; tests/commands/test_every_kind.py and test_watched.py tell it."""

QUIET = [Action.SUBMIT, Action.START, Action.RECLAIM, Action.SEND, Action.PROGRESS, Action.REFUSE]


@pytest.mark.parametrize("action", [each for each in Action if each not in BETWEEN])
def test_every_action_is_told_or_silent_on_purpose(action: Action) -> None:
    found = [(name, event) for name in NAMES for event in story(name).events if event.body.action is action]
    if action is Action.RECLAIM:
        path = paths(a_plan(), WORDS["short"])["applying"]
        found = [("", told(*path, (BOT, Reclaimed(holder="two", until=START))).events[-1])]
    assert found
    assert (action in SILENT) is (action in QUIET)
    for name, event in found:
        assert (f"event:{event.seq}" in (said(name) if name else {})) is (action not in SILENT)


def test_what_people_were_refused_and_what_machines_do_among_themselves_is_not_told_here() -> None:
    path = paths(a_plan(), WORDS["short"])["applying"]
    found = told(*path, (BOT, Reclaimed(holder="two", until=START)), (ANN, Refused(attempt="cancel", because="late")))
    told_of = [key for key in thread(found.request, found.events) if key.startswith("event:")]
    assert told_of == ["event:2", "event:3"]


TOLD = [
    ("pending", 2, "✅ <@UBOB> approved (1 of 2), <!date^"),
    ("pending alike", 3, "✅ <@UEVE> approved (1 of 2)"),
    ("pending unconsented", 3, "<@UANN> must agree to 3 units, proposed by <@UBOB>."),
    ("pending objected", 3, "✋ <@UBOB> denies this, <!date^"),
    ("pending objected", 3, "1 of 2 denials needed; their approval no longer counts:\n>fine by me"),
    ("denied by two", 2, "1 of 2 denials needed:\n>fine by me"),
    ("pending amended", 3, "✏️ <@UBOB> proposes something else and approves that, <!date^"),
    ("pending amended", 3, "• *Size*: 4 units → *3 units*"),
    ("pending amended", 3, "• *Change of list cost*: +$35,712 a month → *+$17,856 a month*"),
    ("pending amended", 3, "Agreed before, to be asked anew: <@UCAT>."),
    ("pending amended", 3, "<@UANN> must agree to 3 units, proposed by <@UBOB>."),
    ("pending amended", 3, "List price: <https://"),
    ("pending rewritten", 3, "✏️ <@UANN> asks for something else, <!date^"),
    ("pending rewritten", 3, "• *Lasts*: for good → *8 h*"),
    ("pending rewritten", 3, "• *Begins*: at once → *<!date^"),
    ("pending rewritten", 3, "• *Rule*: two of the on-call → *leases* as it is now, 2 approvals needed"),
    ("pending rewritten", 3, "Agreed before, to be asked anew: <@UBOB>."),
    ("pending told later", 2, "• *Rule*: two of the on-call → *two of the on-call* as it is now"),
    ("pending consented", 3, "🤝 <@UANN> agrees to 3 units (1 of 2)"),
    ("approved", 3, "✅ <@UCAT> approved (2 of 2), <!date^"),
    ("approved", 3, "; with that it is approved:\n>fine by me"),
    ("approved for later", 2, "; it begins <!date^1795456800"),
    ("approved by consent", 4, "🤝 <@UANN> agrees to 3 units, <!date^"),
    ("approved by consent", 4, "with that it is approved"),
    ("approved for later by consent", 3, "with that it is approved; it begins <!date^"),
    ("approved returning", 2, "gives back what request 11 leased, as was agreed with it; nobody has to approve."),
    ("pending reminded", 3, "⏰ <@UCAT> or <@UDAN>: request 12 still waits for you, 1 of 2 approvals are there."),
    ("pending reminded", 3, "It expires <!date^1795521600"),
    ("pending reminded of consent", 4, "⏰ <@UANN> must agree to 3 units"),
    ("pending reminded of certain ones", 4, "⏰ One of <@UEVE> or <!subteam^SLEADS> must be among those who approve."),
    ("approved broken", 3, "🚨 <@UBOB>, <@UCAT>, <@UDAN>, <@UFYI> and <!subteam^SLEADS>: <@UEVE> broke the glass"),
    (
        "approved broken",
        3,
        "without waiting for approvals, 1 of 2 are there:\n>fine by me\nA review is owed by <!date^",
    ),
    ("approved broken in a window", 5, "without waiting for the end of the freeze window"),
    (
        "applied review owed",
        7,
        "⏰ <@UBOB>, <@UCAT> or <@UDAN>: <@UEVE> broke the glass for request 12, and your review",
    ),
    ("approved broken by nobody else", 3, "⏰ <@UBOB>, <@UCAT> or <@UDAN>: <@UEVE> broke the glass"),
    ("applied justified", 7, "🔎 <@UCAT> reviewed the broken glass"),
    ("applied justified", 7, "✅ justified:\n>fine by me"),
    ("applied unjustified", 7, "❗ *not* justified:\n>fine by me"),
    ("approved frozen", 4, "🧊 Frozen by <@UEVE>: fine by me. It waits for `/dac unfreeze`."),
    ("approved in a window", 4, "🧊 Freeze window until <!date^1795453200"),
    ("approved behind", 4, "⏳ Waits for request 11, which holds chat."),
    ("approved in trouble", 4, "⚠️ OutOfCapacity: no hosts left It is tried again by itself."),
    ("expired", 3, "this expired <!date^1795435380"),
    ("expired", 3, "nobody decided in time"),
    ("expired agreed", 4, "it could not be begun in time"),
    ("expired unconsented", 4, "<@UANN> had not agreed in time"),
    ("cancelled", 3, "<@UANN> cancelled this, <!date^"),
    ("applied leased", 5, "🔁 Leased until <!date^1795464300"),
    ("applied announced", 6, "⏳ <@UANN>, the lease of chat with 4 units ends <!date^1795464300"),
    ("applied announced", 6, "it is then set back to 2 by itself"),
    ("applied extended", 7, "🔁 The lease now ends <!date^1795478400^"),
    ("applied extended", 7, "by request 14"),
    ("applied returning", 7, "🔁 The lease has ended: request 15 gives back what was leased."),
    ("applied returned", 8, "🏁 The lease is over. Given back by request 15"),
    ("applied returning late", 8, "🚨 <@UANN>, <@UBOB>, <@UCAT> and <@UDAN>: what request 12 leased should have been"),
    ("applied returning late", 8, "held up since <!date^1795435620"),
    ("applied returning late", 8, "chat keeps costing what it does"),
    ("approved returning late", 4, "what request 11 leased should have been given back"),
]


@pytest.mark.parametrize(("name", "seq", "says"), TOLD)
def test_the_thread_tells_what_happened_and_calls_who_must_act(name: str, seq: int, says: str) -> None:
    assert says in said(name)[f"event:{seq}"]


def test_what_an_edit_leaves_as_it_was_is_not_told_as_a_difference() -> None:
    line = said("pending amended")["event:3"]
    for label in ("Lasts", "Begins", "Rule", "information"):
        assert f"*{label}*" not in line
    assert "Agreed before" not in said("pending told later")["event:2"]


def test_an_edit_of_unknown_cost_names_none() -> None:
    line = said("pending amended", priced=False)["event:3"]
    assert "$" not in line
    assert "List price" not in line


def test_those_to_be_informed_are_called_once_and_need_not_decide() -> None:
    found = said("pending told")
    assert found["notify"].startswith("For your information, <@UFYI> and <!subteam^SLEADS>: Scale chat")
    assert "notify" not in said("pending")
    whole = "\n".join(found.values())
    assert "<@UBOB>" not in whole
    assert "<@UCAT>" not in whole


def test_those_whom_an_edit_adds_to_the_informed_are_called_once() -> None:
    assert "For your information, <!subteam^SLEADS>." in said("pending told more")["event:2"]
    assert "information" not in said("pending told later")["event:2"]
    assert "<!subteam^SLEADS>" in said("pending told later")["notify"]


def test_a_rule_that_tells_groups_alone_calls_these() -> None:
    only = asked(a_plan(), notify=Channels(groups=frozenset({LEADS})))
    found = told((ANN, only))
    assert "For your information, <!subteam^SLEADS>:" in thread(found.request, found.events)["notify"].text


def test_a_rule_that_tells_channels_alone_calls_nobody_in_the_thread() -> None:
    only = asked(a_plan(), notify=Channels(channels=frozenset({"CFYI"})))
    found = told((ANN, only))
    assert "notify" not in thread(found.request, found.events)


@pytest.mark.parametrize("size", [20, 500])
def test_a_broken_glass_calls_everybody_or_where_they_are_a_crowd_their_groups(size: int) -> None:
    crowd = tuple(f"U{place:04}" for place in range(size))
    opened = asked(a_plan(), eligible=crowd)
    found = told((ANN, opened), (EVE, broken("users are down")))
    line = "\n".join(texts(thread(found.request, found.events)["event:2"].blocks))
    if size == 20:
        assert all(f"<@{each}>" in line for each in crowd)
    else:
        assert "<@UBOB>, <@UCAT> and <!subteam^SONCALL>: <@UEVE> broke the glass" in line
    assert refused("text", thread(found.request, found.events)["event:2"].blocks) == []


@pytest.mark.parametrize(
    ("name", "what", "lines_of"),
    [
        ("pending", "detail", ["cancel 12", "why 12"]),
        ("pending told", "detail", ["cancel 12", "break-glass 12", "why 12"]),
        ("approved", "detail", ["cancel 12", "why 12"]),
        ("approved broken", "detail", ["cancel 12", "why 12"]),
        ("approved returning", "detail", ["why 12"]),
        ("applying", "detail", ["why 12"]),
        ("applied", "detail", []),
        ("denied", "detail", []),
        ("pending amended", "event:3", ["agree 12"]),
        ("pending consented", "event:2", []),
        ("expired unconsented", "event:2", []),
        ("applied announced", "event:6", ["extend 12"]),
        ("applied extended", "event:6", []),
        ("applied extended and announced", "event:6", []),
        ("applied extended and announced", "event:8", ["extend 12"]),
        ("applied returning", "event:6", []),
        ("applied returned", "event:6", []),
        ("applied review owed", "event:7", ["review 12"]),
        ("pending reminded", "event:3", []),
    ],
)
def test_buttons_of_the_thread_stand_as_long_as_they_do_something(name: str, what: str, lines_of: list[str]) -> None:
    found = story(name)
    shown = lines(thread(found.request, found.events)[what].blocks)
    assert [line.split(" --")[0] for line in shown] == lines_of


def test_the_button_to_review_goes_once_that_is_done() -> None:
    path = paths(a_plan(), WORDS["short"])["applied review owed"]
    found = told(*path, (CAT, Reviewed(justified=True, comment="it was")))
    assert lines(thread(found.request, found.events)["event:7"].blocks) == []


def test_a_window_can_be_broken_open_after_the_approval() -> None:
    eve = People(users=frozenset({EVE}))
    window = Held(why=Hold.WINDOW, because="quarter end")
    path = ((ANN, asked(a_plan(), approvals=1, break_glass=eve)), (BOB, agreed()))
    for held, offered in ((window, True), (Held(why=Hold.FREEZE, by=EVE), False)):
        found = told(*path, (BOT, held))
        verbs = [line.split()[0] for line in lines(thread(found.request, found.events)["detail"].blocks)]
        assert ("break-glass" in verbs) is offered


@pytest.mark.parametrize("name", NAMES)
def test_every_button_of_a_thread_is_a_command_line_that_is_understood(name: str) -> None:
    found = story(name)
    for message in thread(found.request, found.events).values():
        for line in lines(message.blocks):
            assert "request" not in understood(line)[1].missing


def test_a_long_line_of_history_goes_over_several_sections_and_loses_nothing() -> None:
    crowd = tuple(f"U{place:09}" for place in range(60))
    found = told((ANN, asked(a_plan(), eligible=crowd)), (EVE, broken("b" * 2000)))
    message = thread(found.request, found.events)["event:2"]
    whole = "\n".join(texts(message.blocks))
    assert len(message.blocks) > 1
    assert "b" * 2000 in whole
    assert all(f"<@{each}>" in whole for each in crowd)
    assert "A review is owed" in whole
