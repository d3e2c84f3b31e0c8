"""Lines of digests are acknowledged, put off, listed and shown again, in the place whose digests they are of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from commands._command import Reply
from dac.digest import Digest, Kind, Line, Scope
from dac.errors import Invalid, NotFound
from dac.marks import MarkKind
from tests.commands.room import CHANNEL, Room, lines, shown, understood
from tests.commands.sound import halved, live, markup, refused
from tests.fakes import ANN, BOB, START

IDLE = Line(key="idle:abc123", kind=Kind.IDLE, name="chat", text="nobody has called it for 9 days", figure=Decimal(9))
LEASE = Line(key="lease:12", kind=Kind.LEASE, text="ends <soon> & is not extended")
EVERYTHING = Scope()
REGION = Scope(by="region", value="us-chicago-1")


def digest(*of: Line, scope: Scope = EVERYTHING, hours: int = 0) -> Digest:
    return Digest(at=START + timedelta(hours=hours), scope=scope, lines=of)


@pytest.fixture
def told(room: Room) -> Room:
    """A room whose channel was told a digest, and Ann another."""
    room.services.marks.told(digest(IDLE, LEASE), CHANNEL)
    room.services.marks.told(digest(LEASE), ANN)
    return room


def sound(reply: Reply) -> str:
    assert refused(reply.text, reply.blocks) == []
    texts = markup(reply.blocks)
    assert [found for each in texts for found in (*live(each), *halved(each))] == []
    return shown(reply)


def test_a_line_is_acknowledged_with_what_it_said_and_counted_then(told: Room) -> None:
    answer = told.say("digest ack idle:abc123", BOB)
    assert "Acknowledged in this channel's digests: chat: nobody has called it for 9 days (`idle:abc123`)." in shown(
        answer
    )
    (mark,) = told.services.marks.of(CHANNEL)
    assert (mark.kind, mark.by, mark.figure, mark.scope, mark.until) == (
        MarkKind.ACKNOWLEDGED,
        BOB,
        Decimal(9),
        "all",
        None,
    )
    assert lines(answer.blocks) == ["digest unmark idle:abc123"]


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("digest snooze idle:abc123", 7),
        ("digest snooze idle:abc123 3d", 3),
        ("digest snooze idle:abc123 2 weeks", 14),
        ("digest snooze `idle:abc123` 1d", 1),
        ("digest snooze idle:abc123 “2 weeks”", 14),
        ("digest snooze 1 1d", 1),
    ],
)
def test_a_line_is_put_off_for_as_long_as_is_said(told: Room, line: str, days: int) -> None:
    assert "Put off in this channel's digests until" in shown(told.say(line))
    (mark,) = told.services.marks.of(CHANNEL)
    assert (mark.kind, mark.until) == (MarkKind.SNOOZED, START + timedelta(days=days))


def test_what_is_no_length_of_time_is_said_where_it_is_typed() -> None:
    with pytest.raises(Invalid, match="no length of time"):
        understood("digest snooze idle:abc123 soonish")


def test_it_is_the_channels_line_unless_ones_own_is_meant_or_only_that_has_it(told: Room) -> None:
    told.services.marks.told(digest(LEASE, IDLE, scope=REGION), BOB)
    assert "your own digests" in shown(told.say("digest ack lease:12 --mine", BOB))
    assert [each.scope for each in told.services.marks.of(BOB)] == [str(REGION)]
    assert told.services.marks.of(CHANNEL) == ()
    own = Line(key="mover:ffffff", kind=Kind.MOVER, text="moved")
    told.services.marks.told(digest(own), ANN)
    answer = told.say("digest ack mover:ffffff", ANN)
    assert lines(answer.blocks) == ["digest unmark mover:ffffff --mine"]
    assert "your own digests" in sound(answer)


def test_a_line_of_an_older_digest_of_another_scope_is_found_and_a_number_is_of_the_newest(told: Room) -> None:
    other = Line(key="budget:b1", kind=Kind.BUDGET, text="91 % of it")
    told.services.marks.told(digest(other, scope=REGION, hours=1), CHANNEL)
    told.say("digest ack idle:abc123")
    told.say("digest ack 1")
    assert [each.key for each in told.services.marks.of(CHANNEL)] == ["budget:b1", "idle:abc123"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "digest ack idle:abc124",
            "No line of the last digest here is called “idle:abc124”. Did you mean `idle:abc123`",
        ),
        ("digest ack zzzzzzzz", "`/dac digest lines` lists them"),
        ("digest ack 3", "The last digest here has 2 lines"),
        ("digest snooze 0 1d", "The last digest here has 2 lines"),
        ("digest unmark 7", "The last digest here has 2 lines"),
        ("digest unmark lease:12", "Nothing hides “lease:12” here"),
    ],
)
def test_a_line_that_is_not_there_is_said_to_be_none(told: Room, line: str, sentence: str) -> None:
    with pytest.raises(NotFound, match=r"\w") as no:
        told.say(line)
    assert sentence in str(no.value)


@pytest.mark.parametrize("line", ["digest ack idle:abc123", "digest ack 1", "digest lines"])
def test_where_nothing_was_told_yet_it_says_how_to_be_told(room: Room, line: str) -> None:
    with pytest.raises(NotFound, match="No digest has been told here yet, nor to you"):
        room.say(line)


def test_a_mark_is_taken_back_by_key_or_number_and_whose_it_is(told: Room) -> None:
    told.say("digest ack 1")
    assert "Told again in this channel's digests" in shown(told.say("digest unmark 1", BOB))
    told.say("digest ack lease:12 --mine")
    assert "Told again in your own digests" in shown(told.say("digest undo lease:12"))
    assert told.services.marks.of(ANN) == told.services.marks.of(CHANNEL) == ()


def test_the_list_tells_every_line_and_who_hid_what(told: Room) -> None:
    told.say("digest ack 1", BOB)
    gone = Line(key="mover:ffffff", kind=Kind.MOVER, text="moved")
    told.services.marks.told(digest(gone, scope=REGION, hours=-1), CHANNEL)
    told.say("digest snooze mover:ffffff 9d")
    told.services.marks.told(digest(scope=REGION, hours=1), CHANNEL)
    answer = told.say("digest lines")
    text = sound(answer)
    assert "2 lines in this channel's digests, 1 of them out of sight." in text
    assert "• chat: nobody has called it for 9 days (`idle:abc123`) — acknowledged by <@UBOB>" in text
    assert "It has no lines." in text
    assert "In none of these, and still out of sight if they come back" in text
    assert "moved (`mover:ffffff`) — put off until" in text
    assert "&lt;soon&gt; &amp; is not extended" in text
    assert lines(answer.blocks) == ["digest unmark idle:abc123", "digest unmark mover:ffffff"]


def test_ones_own_list_is_ones_own(told: Room) -> None:
    assert "1 lines in your own digests, none of them out of sight." in shown(told.say("digest lines --mine"))
    assert "1. ends" in shown(told.say("digest lines --mine"))


def test_a_long_list_fits_and_says_what_it_leaves_out(room: Room) -> None:
    many = [Line(key=f"mover:{number:06}", kind=Kind.MOVER, text="<" * 200) for number in range(60)]
    for number in range(3):
        room.services.marks.told(digest(*many, scope=Scope(by="region", value=f"r-{number}")), CHANNEL)
    for each in many[:20]:
        room.say(f"digest ack {each.key}")
    text = sound(room.say("digest lines"))
    assert "and 40 more" in text


def test_what_a_digest_told_somebody_can_be_marked_by_them_and_is_theirs_alone(room: Room) -> None:
    room.say("digest", ANN)
    (told,) = room.services.marks.digests(ANN)
    assert (told.at, str(told.scope)) == (START, "all")
    assert room.services.marks.digests(CHANNEL) == room.services.marks.digests(BOB) == ()
