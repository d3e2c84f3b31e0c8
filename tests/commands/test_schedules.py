"""Digests that come round, as people have them come, look at them and change them."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.occurrences import Occurrences
from bot.schedules import ScheduleBook
from commands._form import form, read
from commands._schedules import state, times, trouble_told
from dac.errors import DacError, Denied, Invalid, NotFound
from dac.schedules import Pause, Schedule, Trouble
from tests.commands.channels import OPS, TEAM
from tests.commands.room import CHANNEL, Room, lines, shown, understood
from tests.commands.sound import refused
from tests.fakes import ANN, BOB, EVE, START

BERLIN = 'digest schedule #ops "weekdays 09:00 Europe/Berlin"'


def schedule(room: Room, number: int = 1) -> Schedule:
    return room.services.schedules.get(number)


def test_it_is_said_when_it_comes_next_on_its_clocks_and_on_the_reader_s(room: Room) -> None:
    reply = room.say(BERLIN)
    said = shown(reply)
    assert "Schedule 1, weekdays 09:00 Europe/Berlin to <#C0OPS>, is set up." in said
    assert said.count("09:00 Europe/Berlin — for you <!date^") == 5
    assert "Tue 24 Nov 2026 09:00 Europe/Berlin" in said
    assert "Mon 30 Nov 2026 09:00" in said
    assert "You named no time zone" not in said
    assert not reply.public


def test_without_a_zone_it_goes_by_that_of_who_asks_and_says_so(room: Room) -> None:
    room.zones[ANN] = "Europe/Berlin"
    reply = room.say("digest schedule here mondays 8:30 --scope region:eu-frankfurt-1")
    assert "You named no time zone, so it goes by yours: Europe/Berlin." in shown(reply)
    assert "for you" not in shown(reply)
    assert "for the clusters in eu-frankfurt-1" in shown(reply)
    assert reply.public
    assert schedule(room).channel == CHANNEL


@pytest.mark.parametrize("when", ["weekdays 09:00", "“weekdays 09:00” —scope all", "0 9 * * 1-5 --scope all"])
def test_where_no_channel_is_named_it_comes_to_the_one_that_one_is_in(room: Room, when: str) -> None:
    room.say(f"digest schedule {when}")
    assert schedule(room).channel == CHANNEL
    assert schedule(room).recurrence.next_after(START).hour == 9


@pytest.mark.parametrize("channel", ["#ops", "ops", "<#C0OPS|ops>", "C0OPS"])
@pytest.mark.parametrize("when", ["0 9 * * 1-5", "“weekdays 9am”", "weekdays at 09:00"])
def test_channel_and_time_are_read_as_they_come(room: Room, channel: str, when: str) -> None:
    room.say(f"digest schedule {channel} {when}")
    assert schedule(room).channel == OPS.id
    assert schedule(room).recurrence.next_after(START).hour == 9


@pytest.mark.parametrize(
    ("line", "kind", "why"),
    [
        ("digest schedule strange daily 9:00", Invalid, "I am not in #strange: say `/invite @dac` there"),
        ("digest schedule old daily 9:00", Invalid, "#old is archived"),
        ("digest schedule #nowhere daily 9:00", NotFound, "I know no channel #nowhere"),
        (
            "digest schedule nowhere daily 9:00",
            NotFound,
            "“nowhere” is no day that I can read, and as a channel: I know",
        ),
        ('digest schedule "every day" --scope all', Invalid, "When: “every day” says no time of day"),
        ("digest schedule here daily", Invalid, "When: “daily” says no time of day"),
        ("digest schedule here */5 * * * *", Invalid, "more often than once an hour"),
        ("digest schedule here daily 9:00 Mars/Base", Invalid, r"did you mean Pacific/Marquesas\? Usage:"),
        ("digest schedule here daily 9:00 --scope moon", Invalid, "“moon” is no scope"),
        ("digest pause x", Invalid, "“x” is not the number of a schedule"),
        ("digest run 7", NotFound, "There is no schedule 7"),
        ("digest schedules --page 2", NotFound, "There is no page 2"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(room: Room, line: str, kind: type[DacError], why: str) -> None:
    with pytest.raises(kind, match=why.replace("*", r"\*")):
        room.say(line)


def test_who_is_not_in_a_channel_schedules_and_changes_nothing_there(room: Room) -> None:
    with pytest.raises(Denied, match="You are not in that channel"):
        room.say(BERLIN, EVE)
    room.say(BERLIN)
    with pytest.raises(Denied, match="is on record"):
        room.say("digest remove 1", EVE)
    room.say("digest pause 1", BOB)
    assert schedule(room).paused == Pause(by=BOB, at=START)


def test_paused_resumed_run_and_removed_each_says_what_comes_of_it(room: Room) -> None:
    room.say(BERLIN)
    paused = room.say("digest pause #1")
    assert "is paused" in shown(paused)
    assert "Next" not in shown(paused)
    assert "digest resume 1" in lines(paused.blocks)
    assert "were it not paused" in shown(room.say("digest preview 1"))
    room.clock.advance(hours=48)
    resumed = room.say("digest resume 1")
    assert "2 digests were left out while it was paused" in shown(resumed)
    room.say("digest pause 1")
    assert "Nothing was left out" in shown(room.say("digest resume 1"))
    assert "one is on its way" in shown(room.say("digest run 1"))
    removed = room.say("digest remove 1")
    assert "is removed" in shown(removed)
    assert lines(removed.blocks) == []
    assert "No digest is scheduled" in shown(room.say("digest schedules"))


@pytest.mark.parametrize("verb", ["pause", "resume", "remove"])
def test_what_somebody_else_does_is_seen_in_its_channel_and_by_its_owner(room: Room, verb: str) -> None:
    room.say("digest schedule weekdays 9:00")
    if verb == "resume":
        room.say("digest pause 1")
    done = room.say(f"digest {verb} 1", BOB)
    assert done.public
    assert f"By <@{BOB}>; <@{ANN}> looks after it." in shown(done)
    room.say(BERLIN)
    assert not room.say("digest pause 2").public


def test_another_time_for_the_same_digest_offers_to_remove_the_one_there_is(room: Room) -> None:
    assert "digest remove 1" in lines(room.say(BERLIN).blocks)
    again = room.say("digest schedule #ops every other monday 9:00")
    assert "The same comes to this channel already by schedule 1, weekdays 09:00 Europe/Berlin." in shown(again)
    assert "digest remove 1" in lines(again.blocks)
    assert refused(again.text, again.blocks) == []
    assert "already" not in shown(room.say("digest schedule #ops mondays 9:00 --scope region:eu-frankfurt-1"))
    assert "already" not in shown(room.say("digest schedule here mondays 9:00"))


def test_it_is_taken_over_by_who_may_change_it_and_the_list_says_who_looks_after_it(room: Room) -> None:
    room.say(BERLIN)
    book = ScheduleBook(room.path / "dac.sqlite3")
    Occurrences(room.path / "dac.sqlite3", "one", timedelta(seconds=30)).owner(schedule(room), START)
    listed = shown(room.say("digest schedules"))
    assert f"for <@{ANN}>" in listed
    assert "Its owner has left; `/dac digest take-over 1` makes it yours." in listed
    with pytest.raises(Denied, match="is on record"):
        room.say("digest take-over 1", EVE)
    taken = shown(room.say("digest take-over 1", BOB))
    assert f"is looked after by <@{BOB}> now" in taken
    assert f"Until now <@{ANN}> was." in taken
    assert "Until now" not in shown(room.say("digest take-over 1", BOB))
    assert book.get(1).owner == BOB
    assert "has left" not in shown(room.say("digest schedules"))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(said="it is archived", since=START), "Not taken by its channel since"),
        (Trouble(said="Nope.", since=START, ours=True, told=True), ": Nope. Nobody could be told of it."),
        (Trouble(said="no", since=START, told=True, told_to=(ANN, BOB)), f": no. Told <@{ANN}> and <@{BOB}>."),
    ],
)
def test_what_is_wrong_is_listed_with_who_knows_of_it(room: Room, trouble: Trouble, said: str) -> None:
    room.say(BERLIN)
    assert said in state(schedule(room).model_copy(update={"trouble": trouble}))


def test_one_whose_zone_the_machine_knows_no_more_is_listed_beside_the_others(room: Room) -> None:
    room.say(BERLIN)
    made = schedule(room)
    gone = made.model_copy(update={"recurrence": made.recurrence.model_copy(update={"zone": "Old/Town"})})
    assert "no time zone Old/Town any more" in times(gone, START, ZoneInfo("UTC"))


def test_a_single_one_left_out_and_more_than_are_counted(room: Room) -> None:
    room.say("digest schedule here 0 * * * *")
    room.say("digest pause 1")
    room.clock.advance(hours=1)
    assert "1 digest was left out" in shown(room.say("digest resume 1"))
    room.say("digest pause 1")
    room.clock.advance(hours=5000)
    assert "More than 1,000 digests were left out" in shown(room.say("digest resume 1"))


def test_all_of_them_are_listed_with_what_is_wrong(room: Room) -> None:
    for _ in range(14):
        room.say(BERLIN)
    room.say("digest pause 2", BOB)
    first = room.say("digest schedules")
    assert "14 scheduled digests" in shown(first)
    assert f"Paused by <@{BOB}>" in shown(first)
    assert "None sent so far" in shown(first)
    assert "digest schedules --page 2" in shown(first)
    assert refused(first.text, first.blocks) == []
    second = room.say("digest schedules --page 2")
    assert "*Schedule 14," in shown(second)
    assert "--page 3" not in shown(second)


def test_the_owner_is_told_of_a_trouble_and_what_to_do(room: Room) -> None:
    room.say(BERLIN)
    trouble = Trouble(said="I am not in the channel", since=START)
    ill = schedule(room).model_copy(update={"trouble": trouble})
    told = trouble_told(ill)
    assert "did not get through: I am not in the channel." in shown(told)
    assert refused(told.text, told.blocks) == []
    heir = trouble_told(ill, heir=True)
    assert "`/dac digest take-over 1`" in shown(heir)
    ours = trouble_told(ill.model_copy(update={"trouble": trouble.model_copy(update={"ours": True})}))
    assert "not its channel's fault: I am not in the channel." in shown(ours)
    stuck = ill.model_copy(
        update={"paused": Pause(by="bot", at=START), "trouble": trouble.model_copy(update={"ours": True})}
    )
    assert "is paused by me, which is not its channel's fault" in shown(trouble_told(stuck))
    paused = ill.model_copy(update={"paused": Pause(by="bot", at=START + timedelta(days=7), because=trouble.said)})
    assert "is paused by me" in shown(trouble_told(paused))
    assert "`/dac digest resume 1`" in shown(trouble_told(paused))


@pytest.mark.parametrize(
    ("line", "element"),
    [
        ("digest schedule", {"default_to_current_conversation": True}),
        ("digest schedule #ops", {"default_to_current_conversation": True}),
        ("digest schedule <#C0OPS|ops>", {"initial_conversation": "C0OPS"}),
    ],
)
def test_the_form_has_a_channel_picked(room: Room, line: str, element: dict[str, object]) -> None:
    command, parsed = understood(line)
    view = form(command, parsed, room.call())
    (menu,) = [each["element"] for each in view["blocks"] if each.get("block_id") == "arg:channel"]
    assert (
        menu
        == {
            "type": "conversations_select",
            "action_id": "value",
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
        | element
    )
    picked = {"type": "conversations_select", "selected_conversation": TEAM.id}
    typed = {"type": "plain_text_input", "value": "daily 9:00"}
    state = {"values": {"arg:channel": {"value": picked}, "arg:when": {"value": typed}}}
    assert read(view | {"state": state}).values == {"channel": TEAM.id, "when": "daily 9:00"}
