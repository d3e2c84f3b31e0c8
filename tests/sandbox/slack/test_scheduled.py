from __future__ import annotations

from datetime import datetime

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import World, refused

CHANNEL = "C01OPS"
DAY = 24 * 3600


@pytest.fixture
def world(start: Start) -> World:
    return start(frozen=True, limits=False)


def now(world: World) -> int:
    return int(datetime.fromisoformat(world.look("state")["clock"]).timestamp())


def at(world: World, post_at: int, text: str = "later") -> str:
    answer = world.client.chat_scheduleMessage(channel=CHANNEL, text=text, post_at=post_at)
    return str(answer["scheduled_message_id"])


def test_a_scheduled_message_appears_when_it_is_due(world: World) -> None:
    at(world, now(world) + 60)
    world.advance(58)
    assert world.texts() == []
    world.advance(2)
    assert world.until(world.texts) == ["later"]
    assert world.client.chat_scheduledMessages_list()["scheduled_messages"] == []


@pytest.mark.parametrize(
    ("seconds", "error"),
    [(0, "time_in_past"), (-1, "time_in_past"), (120 * DAY + 1, "time_too_far")],
)
def test_the_time_must_be_within_a_hundred_and_twenty_days(world: World, seconds: int, error: str) -> None:
    with refused(error):
        at(world, now(world) + seconds)
    assert at(world, now(world) + 120 * DAY)
    assert at(world, now(world) + 1)


def test_the_time_must_be_a_number(world: World) -> None:
    with refused("invalid_time"):
        world.client.chat_scheduleMessage(channel=CHANNEL, text="x", post_at="tomorrow")


def test_thirty_fit_into_five_minutes_of_a_channel(world: World) -> None:
    window = (now(world) // 300 + 2) * 300
    for second in range(30):
        at(world, window + second)
    with refused("restricted_too_many"):
        at(world, window + 40)
    assert at(world, window + 300)


def test_what_waits_is_listed_in_order_and_can_be_called_off(world: World) -> None:
    late, early = at(world, now(world) + 200, "late"), at(world, now(world) + 100, "early")
    listed = world.client.chat_scheduledMessages_list(channel=CHANNEL, limit=1)
    assert [each["text"] for each in listed["scheduled_messages"]] == ["early"]
    cursor = listed["response_metadata"]["next_cursor"]
    rest = world.client.chat_scheduledMessages_list(channel=CHANNEL, limit=1, cursor=cursor)
    assert [each["id"] for each in rest["scheduled_messages"]] == [late]
    world.client.chat_deleteScheduledMessage(channel=CHANNEL, scheduled_message_id=early)
    with refused("invalid_scheduled_message_id"):
        world.client.chat_deleteScheduledMessage(channel=CHANNEL, scheduled_message_id=early)
    world.advance(300)
    assert world.until(world.texts) == ["late"]
