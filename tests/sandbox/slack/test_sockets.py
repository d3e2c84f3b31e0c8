from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import aiohttp
import pytest
from slack_sdk import WebClient

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import APP_TOKEN, PATIENCE, App, Json, World, connected


def link(world: World) -> str:
    client = WebClient(base_url=f"{world.url}/api/")
    return str(client.apps_connections_open(app_token=APP_TOKEN)["url"])


def command(world: World, text: str = "") -> Json:
    return world.do("command", channel="dac-ops", user="rosa", command="/dac", text=text)


def test_hello_says_which_app_and_how_many_connections(slack: World) -> None:
    with connected(slack) as first, connected(slack) as second:
        assert first.hello["num_connections"] == 1
        assert second.hello["num_connections"] == 2
        assert second.hello["connection_info"] == {"app_id": "A0DACBOT"}
        assert second.hello["debug_info"]["approximate_connection_time"] > 0
        assert slack.look("state")["sockets"] == 2
    assert slack.until(lambda: slack.look("state")["sockets"] == 0)


def test_a_ticket_opens_one_connection(slack: World) -> None:
    url = link(slack)

    async def twice() -> tuple[str, int]:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(url) as socket:
                hello = await socket.receive_json()
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await session.ws_connect(url)
        return hello["type"], refusal.value.status

    assert asyncio.run(twice()) == ("hello", 403)


def test_pings_are_answered_with_what_they_carried(slack: World) -> None:
    url = link(slack)

    async def ping() -> Any:
        async with aiohttp.ClientSession() as session, session.ws_connect(url, autoping=False) as socket:
            await socket.receive_json()
            await socket.ping(b"sdk-ping-pong:1")
            return await asyncio.wait_for(socket.receive(), PATIENCE)

    pong = asyncio.run(ping())
    assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1")


def test_what_is_no_ack_is_ignored(slack: World) -> None:
    url = link(slack)

    async def babble() -> Json:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            await socket.receive_json()
            for nonsense in ("{", "[]", '{"envelope_id": "env-of-nobody"}'):
                await socket.send_str(nonsense)
            asked = asyncio.get_running_loop().run_in_executor(None, command, slack)
            envelope = await socket.receive_json()
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            return await asked

    assert asyncio.run(babble())["ack"] == "acked"


def test_the_eleventh_connection_is_sent_away(slack: World) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(connected(slack))
        eleventh = App(slack)
        stack.callback(eleventh.close)
        eleventh.start()
        assert eleventh.message("disconnect")["reason"] == "too_many_websockets"
        assert slack.look("state")["sockets"] == 10


def test_each_payload_goes_to_one_connection(slack: World) -> None:
    with connected(slack) as first, connected(slack) as second:
        sent = [str(number) for number in range(40)]
        for text in sent:
            assert command(slack, text)["ack"] == "acked"
        got = [[app.next()["text"] for _ in range(app.received.qsize())] for app in (first, second)]
    assert sorted(got[0] + got[1], key=int) == sent
    assert all(got)


def test_a_command_carries_what_socket_mode_says_of_it(slack: World, app: App) -> None:
    command(slack)
    request = app.delivery()
    assert (request.type, request.accepts_response_payload) == ("slash_commands", True)
    assert request.retry_attempt is None


def test_a_command_nobody_acks_times_out_after_three_seconds_and_is_not_sent_again(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        app.silent.add("/dac")
        asked = world.at_the_same_time(command, world)
        app.next("/dac")
        world.advance(2.9)
        assert not asked.done()
        world.advance(0.1)
        assert asked.result(PATIENCE)["ack"] == "operation_timeout"
        world.advance(600)
        app.silent.clear()
        assert app.hears_nothing_more(world)
        assert [each["attempt"] for each in world.look("state")["deliveries"]] == [0, 0]


def test_an_ack_after_three_seconds_is_too_late(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        app.silent.add("/dac")
        asked = world.at_the_same_time(command, world)
        late = app.delivery("/dac")
        world.advance(3)
        assert asked.result(PATIENCE)["ack"] == "operation_timeout"
        app.ack(late, {"text": "too late"})
        app.silent.clear()
        assert app.hears_nothing_more(world)
        assert world.texts(user="rosa") == []


def test_without_a_connection_there_is_no_app(slack: World) -> None:
    assert command(slack)["ack"] == "no_app"


def test_an_event_is_sent_again_at_once_after_a_minute_and_after_five(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        app.silent.add("app_mention")
        world.do("message", channel="dac-ops", user="rosa", text="@dac hi")
        tries = []
        for wait in (0, 60, 300):
            tries.append(app.delivery("app_mention"))
            world.advance(3)
            if wait:
                _until_timed_out(world, len(tries))
                world.advance(wait - 1)
                assert "app_mention" not in [each.name for each in app.received.queue]
                world.advance(1)
        tries.append(app.delivery("app_mention"))
        assert [each.retry_attempt for each in tries] == [0, 1, 2, 3]
        assert [each.retry_reason for each in tries] == ["", "timeout", "timeout", "timeout"]
        assert len({each.payload["event_id"] for each in tries}) == 1
        assert len({each.envelope_id for each in tries}) == 4
        world.advance(3)
        _until_timed_out(world, 4)
        world.advance(3600)
        assert app.hears_nothing_more(world)


def _until_timed_out(world: World, times: int) -> None:
    def timed_out() -> bool:
        records = world.look("state")["deliveries"]
        names = [each["name"] for each in records if each["ack"] == "operation_timeout"]
        return names.count("app_mention") == times

    world.until(timed_out)


def test_an_event_that_finds_no_connection_waits_for_one(start: Start) -> None:
    world = start(frozen=True)
    world.do("message", channel="dac-ops", user="rosa", text="@dac hi")
    world.until(lambda: len(world.look("state")["deliveries"]) >= 4)
    with connected(world) as app:
        world.advance(60)
        request = app.delivery("app_mention")
        assert (request.retry_attempt, request.retry_reason) == (2, "connection_failed")


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_a_disconnect_message_says_why(slack: World, app: App, reason: str) -> None:
    slack.do("disconnect", reason=reason)
    assert app.message("disconnect")["reason"] == reason


def test_a_connection_told_to_leave_closes_ten_seconds_later(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        world.do("disconnect", reason="refresh_requested")
        app.message("disconnect")
        assert command(world)["ack"] == "acked"
        world.advance(10)
        assert world.until(lambda: world.look("state")["sockets"] == 0)


def test_a_connection_told_to_leave_gets_nothing_once_there_is_another(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as old:
        world.do("disconnect", reason="refresh_requested")
        old.message("disconnect")
        with connected(world) as new:
            for _ in range(10):
                command(world)
            assert (old.received.qsize(), new.received.qsize()) == (0, 10)


def test_a_hard_disconnect_says_nothing(slack: World, app: App) -> None:
    slack.do("disconnect", hard=True)
    assert slack.until(lambda: slack.look("state")["sockets"] == 0)
    assert app.messages.empty()


def test_an_unknown_reason_is_refused(slack: World) -> None:
    status, answer = slack.json("/_control/disconnect", {"reason": "boredom"})
    assert (status, answer["error"]) == (400, "invalid_arguments")
