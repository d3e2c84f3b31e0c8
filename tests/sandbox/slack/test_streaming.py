from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.world import World, refused, section

CHANNEL = "C01OPS"


@pytest.fixture
def parent(slack: World) -> str:
    return slack.post("question")


def begin(slack: World, parent: str, **more: Any) -> str:
    answer = slack.client.chat_startStream(
        channel=CHANNEL,
        thread_ts=parent,
        recipient_user_id="U01ROSA",
        recipient_team_id="T0SANDBOX",
        **more,
    )
    return str(answer["ts"])


def test_a_message_grows_until_it_is_stopped(slack: World, parent: str) -> None:
    ts = begin(slack, parent, markdown_text="one")
    slack.client.chat_appendStream(channel=CHANNEL, ts=ts, markdown_text=" two")
    assert slack.messages()[-1]["streaming"]
    answer = slack.client.chat_stopStream(
        channel=CHANNEL,
        ts=ts,
        markdown_text=" three",
        blocks=[section("end")],
        metadata={"event_type": "done", "event_payload": {}},
    )
    assert [block["type"] for block in answer["message"]["blocks"]] == ["markdown", "section"]
    shown = slack.messages()[-1]
    assert (shown["text"], shown["metadata"]["event_type"]) == ("one two three", "done")
    assert "streaming" not in shown


def test_tasks_are_shown_and_brought_up_to_date(slack: World, parent: str) -> None:
    ts = begin(slack, parent, chunks=[{"type": "task_update", "id": "a", "title": "Look", "status": "in_progress"}])
    done = {"type": "task_update", "id": "a", "title": "Look", "status": "complete", "output": "found"}
    slack.client.chat_appendStream(channel=CHANNEL, ts=ts, chunks=[done])
    (card,) = slack.messages()[-1]["blocks"]
    assert (card["type"], card["task_id"], card["status"]) == ("task_card", "a", "complete")
    assert card["output"]["elements"][0]["elements"][0]["text"] == "found"


def test_a_plan_gathers_its_tasks(slack: World, parent: str) -> None:
    ts = begin(slack, parent, task_display_mode="plan")
    chunks = [
        {"type": "plan_update", "title": "Scale up"},
        {"type": "task_update", "id": "a", "title": "Check", "status": "pending"},
        {"type": "task_update", "id": "b", "title": "Act", "status": "pending"},
    ]
    slack.client.chat_appendStream(channel=CHANNEL, ts=ts, chunks=chunks)
    (plan,) = slack.messages()[-1]["blocks"]
    assert (plan["title"], [task["task_id"] for task in plan["tasks"]]) == ("Scale up", ["a", "b"])


def test_a_plan_can_begin_with_its_title(slack: World, parent: str) -> None:
    begin(slack, parent, chunks=[{"type": "plan_update", "title": "Late"}])
    assert slack.messages()[-1]["blocks"][0]["title"] == "Late"


def test_blocks_come_as_a_chunk(slack: World, parent: str) -> None:
    ts = begin(slack, parent)
    slack.client.chat_appendStream(channel=CHANNEL, ts=ts, chunks=[{"type": "blocks", "blocks": [section("x")]}])
    assert slack.messages()[-1]["blocks"][0]["text"]["text"] == "x"
    with refused("invalid_blocks"):
        slack.client.chat_appendStream(channel=CHANNEL, ts=ts, chunks=[{"type": "blocks", "blocks": [section("")]}])


@pytest.mark.parametrize("chunks", [[{"type": "song"}], {"type": "markdown_text"}])
def test_chunks_must_be_known(slack: World, parent: str, chunks: Any) -> None:
    ts = begin(slack, parent)
    with refused("invalid_arguments"):
        slack.client.api_call("chat.appendStream", json={"channel": CHANNEL, "ts": ts, "chunks": chunks})
    with refused("no_text"):
        slack.client.api_call("chat.appendStream", json={"channel": CHANNEL, "ts": ts})


def test_twelve_thousand_characters_fit(slack: World, parent: str) -> None:
    ts = begin(slack, parent, markdown_text="x" * 12_000)
    with refused("msg_too_long"):
        slack.client.chat_appendStream(channel=CHANNEL, ts=ts, markdown_text="x")


@pytest.mark.parametrize("missing", ["recipient_user_id", "recipient_team_id"])
def test_a_channel_stream_names_its_reader(slack: World, parent: str, missing: str) -> None:
    args = {
        "channel": CHANNEL,
        "thread_ts": parent,
        "recipient_user_id": "U01ROSA",
        "recipient_team_id": "T0SANDBOX",
    }
    del args[missing]
    with refused(f"missing_{missing}"):
        slack.client.api_call("chat.startStream", json=args)


def test_a_direct_message_needs_no_reader_but_a_thread(slack: World) -> None:
    parent = slack.post("hi", channel="D01ROSA")
    assert slack.client.chat_startStream(channel="D01ROSA", thread_ts=parent)["ok"]
    with refused("invalid_arguments"):
        slack.client.api_call("chat.startStream", json={"channel": "D01ROSA"})
    with refused("invalid_arguments"):
        slack.client.chat_startStream(channel="D01ROSA", thread_ts=parent, task_display_mode="song")


def test_only_a_streaming_message_of_the_app_can_grow(slack: World, parent: str) -> None:
    theirs = slack.do("message", channel="dac-ops", user="rosa", text="mine")["ts"]
    with refused("message_not_in_streaming_state"):
        slack.client.chat_appendStream(channel=CHANNEL, ts=parent, markdown_text="x")
    with refused("message_not_owned_by_app"):
        slack.client.chat_appendStream(channel=CHANNEL, ts=theirs, markdown_text="x")


def test_a_streaming_message_cannot_be_updated(slack: World, parent: str) -> None:
    ts = begin(slack, parent, markdown_text="one")
    with refused("streaming_state_conflict"):
        slack.client.chat_update(channel=CHANNEL, ts=ts, text="x")
