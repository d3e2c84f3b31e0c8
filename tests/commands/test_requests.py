"""/dac requests lists what waits, one's own and all, a page at a time; and tells how long decisions take."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from approvals.policy import People
from approvals.unreadable import Unreadable
from commands._rows import priced, row
from dac.errors import Invalid, NotFound
from dac.making import new_name
from tests.commands.requests import NAMES, WORDS, story
from tests.commands.room import Room, lines, shown, texts, understood
from tests.commands.sound import halved, live, markup, refused, unsourced
from tests.fakes import ANN, BOB, CAT, EVE, START, cluster, fleet, policy, rule


def listed(room: Room, line: str = "requests", user: str = ANN) -> str:
    reply = room.say(line, user)
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)
    assert not reply.public
    for each in lines(reply.blocks):
        assert understood(each)
    return shown(reply)


def asks(room: Room, count: int, user: str = ANN) -> None:
    for _ in range(count):
        room.say("scale chat 4", user)


def test_a_row_tells_what_who_when_how_much_how_it_stands_and_what_for(room: Room) -> None:
    room.say("scale chat 4 because launch")
    room.clock.advance(hours=3)
    answer = listed(room)
    assert "archives/CTEAM/p0000000000000001|Request 1>* · Scale chat from 2 to 4 units · +$35,712 a month" in answer
    assert "🟡 Waiting for approval · <@UANN>, 3 h ago" in answer
    assert "→ waits for approval, 0 of 1 so far, by <@UBOB>, <@UCAT> or <@UDAN>" in answer


@pytest.mark.parametrize("line", ["requests", "requests waiting", "requests mine", "requests all", "requests ALL"])
def test_without_any_it_says_so(room: Room, line: str) -> None:
    assert "There are none" in listed(room, line)


def test_what_the_person_can_decide_comes_first(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster(), cluster("embed")), rules=policy(rule(approvals=2)))
    asks(room, 1, BOB)
    asks(room, 2)
    room.say("approve 2", BOB)
    answer = listed(room, user=BOB)
    assert answer.index("For you to decide") < answer.index("Request 3") < answer.index("For others to decide")
    assert answer.index("For others to decide") < answer.index("Request 1>")
    assert "For you" not in listed(room, user=EVE)


def test_a_proposal_waits_for_the_person_who_asked_and_a_broken_glass_for_its_reviewers(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(break_glass=People(users=frozenset({EVE})))))
    room.say("scale chat 4")
    room.say("edit 1 3", CAT)
    assert "For you to decide" in listed(room, user=ANN)
    assert "<@UANN> to agree to 3 units, as <@UCAT> proposed" in listed(room, user=BOB)
    room.say("scale chat 5")
    room.say("break-glass 2 chat because down", EVE)
    assert "For you to decide" in listed(room, user=BOB)
    assert "a review of the broken glass" in listed(room, user=EVE)


def test_ones_own_are_the_newest_first_and_nobody_elses(room: Room) -> None:
    asks(room, 2)
    asks(room, 1, BOB)
    room.say("cancel 1")
    answer = listed(room, "requests mine")
    assert answer.index("Request 2") < answer.index("Request 1")
    assert "Request 3" not in answer
    assert "2 in all" in answer


@pytest.mark.parametrize(
    ("line", "counted", "further"),
    [
        ("requests", "1 to 10 of 23 shown", True),
        ("requests waiting --page 3", "21 to 23 of 23 shown", False),
        ("requests all", "1 to 10 of 23 shown", True),
        ("requests all --page 3", "21 to 23 of 23 shown", False),
        ("requests mine", "1 to 10 of 23 shown", True),
        ("requests mine --page 3", "21 to 23 of 23 shown", False),
    ],
)
def test_many_come_in_pages_that_say_how_to_see_more(room: Room, line: str, counted: str, *, further: bool) -> None:
    asks(room, 23)
    answer = listed(room, line)
    assert counted in answer
    assert ("--page 2` for more" in answer) is further
    assert ("Next page" in answer) is further


def test_of_more_of_ones_own_than_are_counted_it_is_said_that_there_are_more(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.requests.COUNTED", 12)
    asks(room, 23)
    assert "1 to 10 of more than 12 shown" in listed(room, "requests mine")
    assert "21 to 23 of 23 shown" in listed(room, "requests mine --page 3")


def test_the_pages_hold_every_request_once(room: Room) -> None:
    asks(room, 23)
    for which in ("waiting", "mine", "all"):
        found = [
            each.removeprefix("request ")
            for page in (1, 2, 3)
            for each in lines(room.say(f"requests {which} --page {page}").blocks)
            if each.startswith("request ")
        ]
        assert sorted(map(int, found)) == list(range(1, 24))


@pytest.mark.parametrize("which", ["waiting", "mine", "all"])
def test_a_page_that_is_not_there_is_refused(room: Room, which: str) -> None:
    asks(room, 3)
    with pytest.raises(NotFound, match="no page 7"):
        room.say(f"requests {which} --page 7")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("requests yours", "say mine, waiting or all"),
        ("requests --page 0", "Page: "),
        ("requests --page 9999", "Page: "),
    ],
)
def test_what_cannot_be_understood_is_refused_in_a_sentence(room: Room, line: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        room.say(line)


def test_the_figures_of_no_decision_say_that_there_is_none(room: Room) -> None:
    answer = listed(room, "requests --stats")
    assert "nothing to measure" in answer
    assert "*What ended, and how*\nnothing" in answer
    assert "*Broken glasses*\nnone" in answer


def test_the_figures_tell_how_long_decisions_took_and_how_they_ended(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(break_glass=People(users=frozenset({EVE})))))
    for hours, line in ((1, "approve {}"), (2, "deny {} because no"), (3, "approve {}"), (4, "deny {} because no")):
        asks(room, 1)
        room.clock.advance(hours=hours)
        room.say(line.format(hours), BOB)
    asks(room, 1)
    room.say("cancel 5")
    asks(room, 1)
    room.say("break-glass 6 chat because down", EVE)
    asks(room, 1)
    room.clock.advance(minutes=30)
    answer = listed(room, "requests --stats")
    assert "2 denied" in answer
    assert "1 cancelled" in answer
    assert "*Approved and not yet done*\n3" in answer
    assert "*Waiting for people now*\n1, the oldest for 30 min" in answer
    assert "*Broken glasses*\n1, 1 to be reviewed" in answer


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_row_of_whatever_request_is_taken_by_slack_and_calls_nobody(name: str, words: str) -> None:
    request = story(name, WORDS[words]).request
    blocks = [row(request, START, "https://team.slack.example/archives/C1/p1?a=1&b=2"), *priced([request])]
    assert refused("a row", blocks) == []
    assert [wrong for text in markup(blocks) for wrong in live(text) + halved(text)] == []
    assert not unsourced("", blocks)


def test_a_request_without_a_card_yet_is_named_without_a_link() -> None:
    (first, *_) = texts([row(story("pending").request, START, None)])
    assert first.startswith("*Request 12*")


def of_another_version(room: Room, number: int) -> None:
    with closing(sqlite3.connect(room.path / "dac.sqlite3")) as db, db:
        db.execute("UPDATE requests SET body = json_replace(body, '$.plan.action', 'older') WHERE id = ?", [number])


@pytest.mark.parametrize("line", ["requests", "requests mine", "requests all"])
def test_one_that_cannot_be_read_is_a_line_beside_the_others(room: Room, line: str) -> None:
    asks(room, 3)
    of_another_version(room, 2)
    answer = listed(room, line)
    assert "Request 1>" in answer
    assert "Request 3>" in answer
    assert "⚠️ Request 2 cannot be read: another version of the bot wrote it." in answer
    assert ("3 in all" in answer) is (line == "requests all")


@pytest.mark.parametrize("line", ["requests", "requests all"])
def test_where_it_is_the_only_one_nobody_is_told_that_there_are_none(room: Room, line: str) -> None:
    asks(room, 1)
    of_another_version(room, 1)
    answer = listed(room, line)
    assert "Request 1 cannot be read" in answer
    assert "There are none" not in answer


def test_what_it_holds_is_named_wherever_somebody_looks_for_it(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster("chat"), cluster("embed")))
    asks(room, 2)
    of_another_version(room, 2)
    assert "holds" not in listed(room).split("audit export")[1]
    with closing(sqlite3.connect(room.path / "dac.sqlite3")) as db, db:
        db.executemany(
            "INSERT INTO held VALUES (?, 2)", [[cluster("chat").id], ["ocid1.x.gone12"], [new_name("r", "c", "new")]]
        )
    for line in ("requests", "requests all"):
        assert "It holds the name new, chat, …gone12." in listed(room, line)
    for line in ("status", "status chat"):
        assert "the name new, chat, …gone12: held by request 2, which another version of the bot wrote" in listed(
            room, line
        )
    assert "held by" not in listed(room, "status embed")


@pytest.mark.parametrize("line", ["request 1", "why 1", "approve 1", "cancel 1"])
def test_whoever_asks_for_it_is_told_why_not(room: Room, line: str) -> None:
    asks(room, 1)
    of_another_version(room, 1)
    with pytest.raises(Unreadable, match="another version of the bot wrote it"):
        room.say(line)
