from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import APP_TOKEN, World, home, refused

OPS = "C01OPS"


@pytest.fixture
def world(start: Start) -> World:
    return start(frozen=True)


def test_a_channel_takes_a_burst_of_four_then_one_a_second(world: World) -> None:
    for _ in range(4):
        world.post()
    with refused("ratelimited"):
        world.post()
    world.post(channel="C02GENERAL")
    world.advance(1)
    world.post()
    with refused("ratelimited"):
        world.post()


def test_a_refusal_says_how_long_to_wait(world: World) -> None:
    for _ in range(4):
        world.post()
    headers = {"Authorization": f"Bearer {world.client.token}", "Content-Type": "application/json"}
    body = b'{"channel":"C01OPS","text":"x"}'
    status, answer, content = world.send("/api/chat.postMessage", body, headers=headers)
    assert (status, answer["Retry-After"]) == (429, "1")
    assert content == b'{"ok": false, "error": "ratelimited"}'


def test_a_refused_message_uses_nothing_up(world: World) -> None:
    for _ in range(10):
        with refused("thread_not_found"):
            world.post(thread_ts="1.000001")
    for _ in range(4):
        world.post()


@pytest.mark.parametrize(
    ("call", "allowed", "wait"),
    [
        (lambda world: world.client.users_list(), 20, 3),
        (lambda world: world.client.conversations_info(channel=OPS), 50, 2),
        (lambda world: world.client.views_publish(user_id="U01ROSA", view=home()), 100, 1),
        (lambda world: world.client.apps_connections_open(app_token=APP_TOKEN), 60, 60),
    ],
    ids=["tier 2", "tier 3", "tier 4", "tier 1"],
)
def test_a_method_has_as_many_calls_a_minute_as_its_tier(
    world: World, call: Callable[[World], Any], allowed: int, wait: int
) -> None:
    for _ in range(allowed):
        call(world)
    with refused("ratelimited"):
        call(world)
    world.advance(wait)
    call(world)
    with refused("ratelimited"):
        call(world)


def test_limits_can_be_switched_off_and_on(world: World) -> None:
    world.do("limits", enforced=False)
    for _ in range(30):
        world.post()
    assert world.do("limits", enforced=True)["enforced"]
    for _ in range(4):
        world.post()
    with refused("ratelimited"):
        world.post()


def test_a_reset_fills_the_buckets(world: World) -> None:
    for _ in range(4):
        world.post()
    world.do("reset")
    world.post()
