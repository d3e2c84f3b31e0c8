from __future__ import annotations

import queue
from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import (
    BOT_TOKEN,
    App,
    World,
    actions,
    button,
    connected,
    dropped,
    home,
    modal,
    refused,
    section,
)

OPS = "C01OPS"


def say(world: World, text: str) -> None:
    world.do("message", channel="dac-ops", user="rosa", text=text)


def test_the_state_tells_who_is_where(slack: World) -> None:
    state = slack.look("state")
    assert state["team"] == {"id": "T0SANDBOX", "name": "Sandbox", "domain": "sandbox"}
    assert [user["name"] for user in state["users"]] == ["rosa", "ada", "ben", "olga", "gus", "dac"]
    ops = next(channel for channel in state["channels"] if channel["id"] == OPS)
    assert (ops["name"], ops["archived"], "U01ROSA" in ops["members"]) == ("dac-ops", False, True)
    assert state["usergroups"][0]["members"] == ["U02ADA", "U03BEN"]
    assert (state["sockets"], state["files"], state["faults"]) == (0, [], [])


def test_the_state_records_calls_and_deliveries(slack: World, app: App) -> None:
    with refused("no_reaction"):
        slack.client.reactions_remove(channel=OPS, timestamp=slack.post(), name="eyes")
    slack.do("command", channel="dac-ops", user="rosa", command="/dac")
    state = slack.look("state")
    calls = [(call["method"], call["ok"], call["error"]) for call in state["calls"]]
    assert calls[-2:] == [("chat.postMessage", True, None), ("reactions.remove", False, "no_reaction")]
    delivery = state["deliveries"][-1]
    assert (delivery["type"], delivery["user"], delivery["ack"], delivery["attempt"]) == (
        "slash_commands",
        "U01ROSA",
        "acked",
        0,
    )
    assert delivery["ack_ms"] > 0


def test_messages_are_shown_whole_or_as_somebody_sees_them(slack: World) -> None:
    parent = slack.post("parent")
    slack.post("reply", thread_ts=parent)
    slack.client.chat_postEphemeral(channel=OPS, user="U01ROSA", text="psst")
    assert slack.texts("C01OPS") == slack.texts("dac-ops") == ["parent", "reply", "psst"]
    assert slack.texts(user="ada") == ["parent", "reply"]
    thread = slack.look(f"messages/dac-ops?user=rosa&thread_ts={parent}")["messages"]
    assert [each["text"] for each in thread] == ["parent", "reply"]
    psst = slack.messages(user="rosa")[-1]
    assert (psst["is_ephemeral"], psst["channel"]) == (True, OPS)


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("messages/nowhere", "channel_not_found"),
        ("messages/finops?user=rosa", "channel_not_found"),
        ("messages/dac-ops?user=nobody", "user_not_found"),
        ("messages/app", "channel_not_found"),
        ("views/nobody", "user_not_found"),
    ],
)
def test_what_is_not_there_is_not_found(slack: World, path: str, error: str) -> None:
    status, answer = slack.json(f"/_control/{path}")
    assert (status, answer) == (404, {"ok": False, "error": error})


def test_the_transcript_holds_every_channel(slack: World) -> None:
    slack.post("in ops")
    slack.post("to rosa", channel="D01ROSA")
    channels = slack.look("transcript")["channels"]
    assert [each["text"] for each in channels[OPS]] == ["in ops"]
    assert [each["text"] for each in channels["D01ROSA"]] == ["to rosa"]


def test_a_reset_leaves_the_workspace_file_and_the_connections(slack: World, app: App) -> None:
    slack.post("old", blocks=[actions(button())])
    slack.client.views_publish(user_id="U01ROSA", view=home())
    trigger = slack.trigger(app)
    slack.client.views_open(trigger_id=trigger, view=modal())
    slack.client.files_upload_v2(filename="a.txt", content="a")
    slack.client.conversations_create(name="capacity")
    slack.do("membership", channel="dac-ops", user="rosa", joined=False)
    slack.do("faults", kind="http_500", method="never")
    assert slack.do("reset") == {"ok": True}
    state = slack.look("state")
    assert slack.texts() == []
    assert slack.look("views/rosa") == {"stack": [], "home": None}
    assert (state["files"], state["faults"], state["calls"], state["deliveries"]) == ([], [], [], [])
    assert len(state["channels"]) == 3 + 5
    assert "U01ROSA" in state["channels"][0]["members"]
    assert state["sockets"] == 1
    with refused("invalid_trigger_id"):
        slack.client.views_open(trigger_id=trigger, view=modal())
    assert slack.do("command", channel="dac-ops", user="rosa", command="/dac")["ack"] == "acked"


def test_a_reset_ends_redeliveries(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        app.silent.add("message")
        say(world, "hi")
        app.next("message")
        world.do("reset")
        world.advance(3600)
        assert app.hears_nothing_more(world)


def test_the_clock_is_frozen_advanced_and_let_go(slack: World) -> None:
    frozen = slack.do("clock", frozen=True)["now"]
    assert slack.look("state")["clock"] == frozen
    assert slack.do("clock", frozen=True)["now"] == frozen
    later = slack.do("clock", advance=90)["now"]
    assert later > frozen
    slack.do("clock", frozen=False)
    assert slack.until(lambda: slack.look("state")["clock"] > later)
    status, answer = slack.json("/_control/clock", {"advance": "soon"})
    assert (status, answer["error"]) == (400, "invalid_arguments")


def test_timestamps_follow_the_clock_and_never_repeat(start: Start) -> None:
    world = start(frozen=True, limits=False)
    first, second = world.post(), world.post()
    assert 0 < float(second) - float(first) < 1
    world.advance(100)
    assert float(world.post()) - float(second) >= 99


# troubles


def test_a_call_can_be_told_to_wait(slack: World) -> None:
    slack.do("faults", kind="ratelimited", method="chat.postMessage", retry_after=1)
    with refused("ratelimited"):
        slack.post()
    slack.post()
    slack.do("faults", kind="ratelimited", retry_after=7)
    status, headers, _ = slack.send("/api/auth.test", b"")
    assert (status, headers["Retry-After"]) == (429, "7")


@pytest.mark.parametrize("channel", ["C01OPS", "dac-ops"])
def test_a_trouble_can_be_for_one_channel(slack: World, channel: str) -> None:
    slack.do("faults", kind="http_500", channel=channel)
    slack.post(channel="C02GENERAL")
    with pytest.raises(Exception, match="Internal Server Error"):
        slack.post()


def test_a_trouble_can_come_several_times_or_until_cleared(slack: World) -> None:
    slack.do("faults", kind="ratelimited", method="team.info", times=2)
    for _ in range(2):
        with refused("ratelimited"):
            slack.client.team_info()
    assert slack.client.team_info()["ok"]
    slack.do("faults", kind="ratelimited", method="team.info", times=None)
    for _ in range(5):
        with refused("ratelimited"):
            slack.client.team_info()
    assert slack.look("state")["faults"][0]["kind"] == "ratelimited"
    slack.json("/_control/faults", verb="DELETE")
    assert slack.client.team_info()["ok"]


def test_a_call_can_be_slow(slack: World) -> None:
    slack.do("faults", kind="slow", seconds=0.05, method="chat.postMessage")
    assert slack.post("late")


def test_a_dropped_call_has_or_has_not_acted(slack: World) -> None:
    for kind in ("drop", "drop_after"):
        slack.do("faults", kind=kind, method="chat.postMessage")
        with dropped():
            slack.send(f"/api/chat.postMessage?token={BOT_TOKEN}&channel={OPS}&text={kind}")
    assert slack.texts() == ["drop_after"]


def test_in_an_outage_nothing_answers_and_nobody_connects(slack: World, app: App) -> None:
    slack.do("faults", kind="outage")
    assert slack.until(lambda: slack.look("state")["sockets"] == 0)
    for path in ("/api/auth.test", "/link/?ticket=any"):
        assert slack.send(path)[0] == 503
    assert slack.look("state")["faults"] == [{"kind": "outage"}]
    assert slack.do("command", channel="dac-ops", user="rosa", command="/dac")["ack"] == "no_app"
    slack.json("/_control/faults", verb="DELETE")
    assert slack.client.auth_test()["ok"]


def test_an_outage_can_end_by_itself(start: Start) -> None:
    world = start(frozen=True)
    world.do("faults", kind="outage", seconds=60)
    world.advance(59)
    assert world.send("/api/auth.test")[0] == 503
    world.advance(1)
    assert world.client.auth_test()["ok"]


def test_a_delivery_can_come_twice(slack: World, app: App) -> None:
    slack.do("faults", kind="duplicate")
    assert slack.do("command", channel="dac-ops", user="rosa", command="/dac", text="once")["ok"]
    first, second = app.delivery(), app.delivery()
    assert (first.envelope_id, first.payload) == (second.envelope_id, second.payload)
    assert app.hears_nothing_more(slack)


def test_a_lost_ack_makes_an_event_come_again(start: Start) -> None:
    world = start(frozen=True)
    with connected(world) as app:
        world.do("faults", kind="lost_ack")
        say(world, "hi")
        first = app.delivery("message")
        world.until(lambda: not world.look("state")["faults"])
        world.advance(3)
        second = app.delivery("message")
        assert (first.payload["event_id"], second.retry_attempt) == (second.payload["event_id"], 1)
        assert app.hears_nothing_more(world)


def test_deliveries_can_overtake_each_other(start: Start) -> None:
    world = start(frozen=True, events=["message.channels"])
    with connected(world) as app:
        world.do("faults", kind="out_of_order")
        say(world, "first")
        say(world, "second")
        assert [app.event("message")["text"] for _ in range(2)] == ["second", "first"]


def test_a_delivery_that_nothing_overtakes_comes_a_second_late(start: Start) -> None:
    world = start(frozen=True, events=["message.channels"])
    with connected(world) as app:
        world.do("faults", kind="out_of_order")
        say(world, "alone")
        world.until(lambda: len(world.look("state")["deliveries"]) == 1)
        with pytest.raises(queue.Empty):
            app.received.get_nowait()
        world.advance(1)
        assert app.event("message")["text"] == "alone"


@pytest.mark.parametrize("body", [{"kind": "earthquake"}, {}])
def test_a_trouble_must_be_known(slack: World, body: Any) -> None:
    status, answer = slack.json("/_control/faults", body)
    assert (status, answer["error"]) == (400, "invalid_arguments")


def test_membership_and_archiving_may_be_set_twice(slack: World) -> None:
    for _ in range(2):
        assert "U05GUS" in slack.do("membership", channel="dac-ops", user="gus", joined=True)["members"]
    for _ in range(2):
        assert "U05GUS" not in slack.do("membership", channel="dac-ops", user="gus", joined=False)["members"]


def test_a_deleted_message_is_gone_for_everybody(slack: World) -> None:
    ts = slack.post("old card")
    slack.do("delete_message", channel="dac-ops", ts=ts)
    assert slack.texts() == []
    status, answer = slack.json("/_control/delete_message", {"channel": "dac-ops", "ts": ts})
    assert (status, answer["error"]) == (404, "message_not_found")


CHART = {
    "type": "data_visualization",
    "title": "USD a day",
    "chart": {
        "type": "bar",
        "axis_config": {"categories": ["1", "2"]},
        "series": [{"name": "November", "data": [{"label": "1", "value": 864}, {"label": "2", "value": 900.5}]}],
    },
}


def test_a_workspace_need_not_know_the_newest_blocks(slack: World) -> None:
    stranger = "unsupported type: data_visualization [json-pointer:/blocks/1/type]"
    blocks = [section("Spend"), CHART]
    slack.post(blocks=blocks)
    assert slack.do("blocks", without=["data_visualization"]) == {"ok": True, "without": ["data_visualization"]}
    assert slack.look("state")["without_blocks"] == ["data_visualization"]
    with refused("invalid_blocks") as answer:
        slack.post(blocks=blocks)
    assert stranger in answer["response_metadata"]["messages"][0]
    with refused("invalid_blocks"):
        slack.client.chat_postEphemeral(channel=OPS, user="U01ROSA", text="Spend", blocks=blocks)
    slack.do("blocks", without=[])
    slack.post(blocks=blocks)


def test_a_reset_gives_a_workspace_the_blocks_back_and_there_are_no_others(slack: World) -> None:
    slack.do("blocks", without=["data_visualization"])
    slack.do("reset")
    slack.post(blocks=[CHART])
    assert slack.json("/_control/blocks", {"without": ["hologram"]}) == (
        400,
        {
            "ok": False,
            "error": "invalid_arguments",
            "response_metadata": {"messages": ["[ERROR] unknown kind of block: hologram"]},
        },
    )
