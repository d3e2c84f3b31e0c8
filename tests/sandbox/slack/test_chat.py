from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.config import WORKSPACE
from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import (
    SCOPES,
    World,
    actions,
    button,
    refused,
    section,
)

CHANNEL = "C01OPS"


def sections(total: int, size: int = 2500) -> list[Any]:
    """Section blocks with so many characters of text in all."""
    whole, rest = divmod(total, size)
    return [section("x" * size)] * whole + ([section("x" * rest)] if rest else [])


def of_json_size(size: int) -> list[Any]:
    """Blocks with little text that are so long as compact JSON."""
    blocks: list[Any] = [
        actions(*[button(f"a{row}{each}", "v" * 400) for each in range(6)], block_id=f"b{row}") for row in range(4)
    ]
    missing = size - len(json.dumps(blocks, separators=(",", ":")))
    filler: Any = {"type": "divider", "block_id": ""}
    blocks.append(filler)
    missing -= len(json.dumps(filler, separators=(",", ":"))) + 1
    for number in range(50):
        step = min(255, missing)
        if step <= 0:
            break
        if number:
            blocks.append({"type": "divider", "block_id": ""})
            missing -= len('{"type":"divider","block_id":""}') + 1
            step = min(255, max(0, missing))
        blocks[-1]["block_id"] = f"{number:03}" + "f" * max(0, step - 3)
        missing -= len(blocks[-1]["block_id"])
    assert len(json.dumps(blocks, separators=(",", ":"))) == size
    return blocks


@pytest.mark.parametrize(("length", "kept"), [(39_999, 39_999), (40_000, 40_000), (40_001, 40_000)])
def test_text_is_cut_at_forty_thousand_characters(slack: World, length: int, kept: int) -> None:
    answer = slack.client.chat_postMessage(channel=CHANNEL, text="x" * length)
    assert len(answer["message"]["text"]) == kept


def test_text_is_kept_as_given(slack: World) -> None:
    text = "<@U02ADA> &amp; <https://x.example|here> <!date^1^{date}|then>"
    slack.post(text)
    assert slack.texts() == [text]


def test_an_update_takes_four_thousand_characters_and_no_more(slack: World) -> None:
    ts = slack.post()
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="x" * 4000)
    with refused("msg_too_long"):
        slack.client.chat_update(channel=CHANNEL, ts=ts, text="x" * 4001)
    assert slack.texts() == ["x" * 4000]


@pytest.mark.parametrize("nothing", [{}, {"text": ""}, {"blocks": []}, {"text": "", "blocks": "[]"}])
def test_a_message_must_say_something(slack: World, nothing: Any) -> None:
    with refused("no_text"):
        slack.client.api_call("chat.postMessage", json={"channel": CHANNEL, **nothing})


def test_blocks_may_hold_twelve_thousand_characters_of_text(slack: World) -> None:
    slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=sections(12_000))
    with refused("msg_blocks_too_long"):
        slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=sections(12_001))


def test_blocks_may_be_thirteen_thousand_two_hundred_characters_of_json(slack: World) -> None:
    slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=of_json_size(13_200))
    with refused("msg_blocks_too_long"):
        slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=of_json_size(13_201))


def test_a_data_table_has_a_size_of_its_own(slack: World) -> None:
    cell = {"type": "raw_text", "text": "x" * 90}
    head = {"type": "raw_text", "text": "head"}
    table = {"type": "data_table", "caption": "all", "rows": [[head, head], *[[cell, cell]] * 90]}
    assert slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=[table])["ok"]


@pytest.mark.parametrize("blocks", ['{"a"', '"words"', '{"type": "divider"}'])
def test_blocks_must_be_a_list_in_json(slack: World, blocks: str) -> None:
    with refused("invalid_blocks_format"):
        slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=blocks)


def test_invalid_blocks_are_refused_with_what_is_wrong_and_where(slack: World) -> None:
    with refused("invalid_blocks") as answer:
        slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=[section(), section("x" * 3001)])
    assert answer["errors"][0]["pointer"].startswith("/1/text")
    assert "json-pointer:/blocks/1/text" in answer["response_metadata"]["messages"][0]
    assert slack.messages() == []


def test_blocks_and_elements_get_the_ids_they_came_without(slack: World) -> None:
    press: Any = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    slack.client.chat_postMessage(
        channel=CHANNEL, text="t", blocks=[section(accessory=press), {"type": "actions", "elements": [press]}]
    )
    first, second = slack.messages()[0]["blocks"]
    assert first["block_id"] != second["block_id"]
    assert first["accessory"]["action_id"] != second["elements"][0]["action_id"]


def test_an_image_must_be_a_file_that_is_there(slack: World) -> None:
    image: Any = {"type": "image", "alt_text": "a", "slack_file": {"id": "F0GONE00001"}}
    with refused("invalid_blocks") as answer:
        slack.client.chat_postMessage(channel=CHANNEL, text="t", blocks=[section(), image])
    assert answer["errors"][0]["pointer"] == "/1"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("", "channel_not_found"),
        ("C03FINOPS", "channel_not_found"),
        ("#finops", "channel_not_found"),
        ("U0DACBOT", "channel_not_found"),
        ("U0NOBODY", "channel_not_found"),
    ],
)
def test_a_channel_the_bot_cannot_know_is_not_found(slack: World, channel: str, error: str) -> None:
    with refused(error):
        slack.client.chat_postMessage(channel=channel, text="x")


def test_a_channel_may_be_named(slack: World) -> None:
    assert slack.client.chat_postMessage(channel="#dac-ops", text="x")["channel"] == CHANNEL
    assert slack.client.chat_postMessage(channel="dac-ops", text="x")["channel"] == CHANNEL


def test_posting_to_a_person_is_posting_to_their_direct_message(slack: World) -> None:
    assert slack.client.chat_postMessage(channel="U01ROSA", text="psst")["channel"] == "D01ROSA"
    assert slack.texts("app", "rosa") == ["psst"]
    assert slack.texts("app", "ada") == []


def test_direct_messages_need_the_messages_tab(start: Start) -> None:
    with refused("messages_tab_disabled"):
        start(messages_tab=False).post(channel="U01ROSA")


def test_a_channel_must_be_joined_unless_the_app_may_post_anywhere(start: Start) -> None:
    world = start()
    world.do("membership", channel="dac-ops", user="dac", joined=False)
    with refused("not_in_channel"):
        world.post()
    anywhere = start(scopes=[*SCOPES, "chat:write.public"])
    anywhere.do("membership", channel="dac-ops", user="dac", joined=False)
    assert anywhere.post()


def test_nothing_is_said_in_an_archived_channel(slack: World) -> None:
    ts = slack.post()
    slack.do("archive", channel="dac-ops", archived=True)
    with refused("is_archived"):
        slack.post()
    with refused("is_archived"):
        slack.client.chat_update(channel=CHANNEL, ts=ts, text="x")
    slack.do("archive", channel="dac-ops", archived=False)
    assert slack.post()


def test_a_name_and_icon_need_the_scope_for_it(start: Start) -> None:
    plain = start()
    plain.post(username="Cost bot", icon_emoji=":money:")
    assert "username" not in plain.messages()[0]
    dressed = start(scopes=[*SCOPES, "chat:write.customize"])
    dressed.post(username="Cost bot", icon_emoji=":money:")
    assert dressed.messages()[0]["username"] == "Cost bot"


def test_attachments_are_counted_and_checked(slack: World) -> None:
    slack.client.chat_postMessage(channel=CHANNEL, text="t", attachments=[{"text": "x"}] * 100)
    with refused("too_many_attachments"):
        slack.client.chat_postMessage(channel=CHANNEL, text="t", attachments=[{"text": "x"}] * 101)
    with refused("invalid_attachments"):
        slack.post(attachments=["words"])
    with refused("invalid_blocks"):
        slack.client.chat_postMessage(channel=CHANNEL, text="t", attachments=[{"blocks": [section("")]}])


def test_markdown_text_becomes_a_markdown_block(slack: World) -> None:
    slack.client.chat_postMessage(channel=CHANNEL, markdown_text="**bold**")
    assert slack.messages()[0]["blocks"][0] | {"block_id": ""} == {
        "type": "markdown",
        "text": "**bold**",
        "block_id": "",
    }
    slack.client.chat_postMessage(channel=CHANNEL, markdown_text="x" * 12_000)
    with refused("msg_too_long"):
        slack.client.chat_postMessage(channel=CHANNEL, markdown_text="x" * 12_001)
    with refused("markdown_text_conflict"):
        slack.client.chat_postMessage(channel=CHANNEL, markdown_text="x", text="y")


def test_me_messages_say_so(slack: World) -> None:
    slack.client.chat_meMessage(channel=CHANNEL, text="waves")
    assert slack.messages()[0]["subtype"] == "me_message"
    with refused("no_text"):
        slack.client.chat_meMessage(channel=CHANNEL, text="")


# threads


def test_a_parent_counts_its_replies(slack: World) -> None:
    parent = slack.post("parent")
    first = slack.post("one", thread_ts=parent)
    last = slack.post("two", thread_ts=first)
    shown = slack.messages()[0]
    assert (shown["reply_count"], shown["latest_reply"]) == (2, last)
    assert (shown["reply_users"], shown["reply_users_count"]) == (["U0DACBOT"], 1)
    assert slack.messages()[2]["thread_ts"] == parent


def test_a_reply_stays_out_of_the_channel_unless_broadcast(slack: World) -> None:
    parent = slack.post("parent")
    slack.post("quiet", thread_ts=parent)
    slack.post("loud", thread_ts=parent, reply_broadcast=True)
    history = slack.client.conversations_history(channel=CHANNEL)["messages"]
    assert [each["text"] for each in history] == ["loud", "parent"]
    assert history[0]["subtype"] == "thread_broadcast"


def test_an_update_may_broadcast_a_reply_later(slack: World) -> None:
    reply = slack.post("quiet", thread_ts=slack.post("parent"))
    slack.client.chat_update(channel=CHANNEL, ts=reply, text="loud", reply_broadcast=True)
    assert slack.client.conversations_history(channel=CHANNEL)["messages"][0]["text"] == "loud"


def test_a_thread_must_be_there(slack: World) -> None:
    with refused("thread_not_found"):
        slack.post(thread_ts="1.000001")
    with refused("invalid_arguments"):
        slack.post(thread_ts="yesterday")
    whisper = slack.client.chat_postEphemeral(channel=CHANNEL, user="U01ROSA", text="x")["message_ts"]
    with refused("thread_not_found"):
        slack.post(thread_ts=whisper)


# changing and deleting


def test_text_without_blocks_removes_the_blocks(slack: World) -> None:
    ts = slack.post("old", blocks=[section()])
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="new")
    assert "blocks" not in slack.messages()[0]


def test_blocks_without_text_leave_the_text(slack: World) -> None:
    ts = slack.post("old", blocks=[section("a")])
    slack.client.api_call("chat.update", json={"channel": CHANNEL, "ts": ts, "blocks": [section("b")]})
    shown = slack.messages()[0]
    assert (shown["text"], shown["blocks"][0]["text"]["text"]) == ("old", "b")


@pytest.mark.parametrize(
    ("change", "edited"),
    [
        ({"text": "other", "blocks": [section("b")]}, True),
        ({"text": "old", "blocks": [section("b")]}, False),
        ({"blocks": [section("b")]}, False),
        ({"metadata": {"event_type": "t", "event_payload": {}}}, False),
    ],
)
def test_only_a_change_of_text_counts_as_edited(slack: World, change: Any, edited: bool) -> None:  # noqa: FBT001
    ts = slack.post("old", blocks=[section("a")])
    slack.client.api_call("chat.update", json={"channel": CHANNEL, "ts": ts, **change})
    assert ("edited" in slack.messages()[0]) is edited


def test_an_update_replaces_attachments_and_metadata_when_given(slack: World) -> None:
    ts = slack.post("t", attachments=[{"text": "a"}], metadata={"event_type": "a", "event_payload": {}})
    slack.client.chat_update(
        channel=CHANNEL,
        ts=ts,
        text="t",
        attachments=[{"text": "b"}],
        metadata={"event_type": "b", "event_payload": {}},
    )
    shown = slack.messages()[0]
    assert (shown["attachments"][0]["text"], shown["metadata"]["event_type"]) == ("b", "b")


def test_only_the_apps_own_messages_can_be_changed_or_deleted(slack: World) -> None:
    theirs = slack.do("message", channel="dac-ops", user="rosa", text="mine")["ts"]
    with refused("cant_update_message"):
        slack.client.chat_update(channel=CHANNEL, ts=theirs, text="x")
    with refused("cant_delete_message"):
        slack.client.chat_delete(channel=CHANNEL, ts=theirs)


def test_in_a_workspace_with_an_edit_window_only_what_is_young_can_be_changed(start: Start, tmp_path: Path) -> None:
    strict = tmp_path / "workspace.toml"
    strict.write_text(WORKSPACE.read_text() + "\n[settings]\nedit_window = 60\n")
    slack = start(workspace=strict)
    ts = slack.post()
    slack.client.chat_update(channel=CHANNEL, ts=ts, text="new")
    slack.advance(61)
    with refused("edit_window_closed"):
        slack.client.chat_update(channel=CHANNEL, ts=ts, text="newer")
    assert slack.texts() == ["new"]


def test_what_is_gone_cannot_be_changed(slack: World) -> None:
    ts = slack.post()
    slack.client.chat_delete(channel=CHANNEL, ts=ts)
    assert slack.messages() == []
    with refused("message_not_found"):
        slack.client.chat_update(channel=CHANNEL, ts=ts, text="x")
    with refused("message_not_found"):
        slack.client.chat_delete(channel=CHANNEL, ts=ts)


def test_a_deleted_parent_leaves_a_tombstone_over_its_replies(slack: World) -> None:
    parent = slack.post("parent")
    reply = slack.post("reply", thread_ts=parent)
    slack.client.chat_delete(channel=CHANNEL, ts=parent)
    stone, left = slack.client.conversations_replies(channel=CHANNEL, ts=parent)["messages"]
    assert (stone["subtype"], left["ts"]) == ("tombstone", reply)
    with refused("message_not_found"):
        slack.client.chat_update(channel=CHANNEL, ts=parent, text="x")


def test_a_deleted_reply_is_no_longer_counted(slack: World) -> None:
    parent = slack.post("parent")
    reply = slack.post("reply", thread_ts=parent)
    slack.client.chat_delete(channel=CHANNEL, ts=reply)
    assert "reply_count" not in slack.messages()[0]


# ephemeral messages


def test_an_ephemeral_message_is_seen_by_its_user_alone(slack: World) -> None:
    slack.client.chat_postEphemeral(channel=CHANNEL, user="U01ROSA", text="psst")
    assert slack.texts(user="rosa") == ["psst"]
    assert slack.texts(user="ada") == []
    assert slack.messages()[0]["ephemeral_user"] == "U01ROSA"
    assert slack.client.conversations_history(channel=CHANNEL)["messages"] == []


@pytest.mark.parametrize("user", ["U05GUS", "U0NOBODY"])
def test_an_ephemeral_message_needs_its_user_in_the_channel(slack: World, user: str) -> None:
    with refused("user_not_in_channel"):
        slack.client.chat_postEphemeral(channel=CHANNEL, user=user, text="psst")


def test_an_ephemeral_message_cannot_be_updated_by_its_ts(slack: World) -> None:
    ts = slack.client.chat_postEphemeral(channel=CHANNEL, user="U01ROSA", text="psst")["message_ts"]
    with refused("message_not_found"):
        slack.client.chat_update(channel=CHANNEL, ts=ts, text="x")


# metadata, links


def test_metadata_comes_back_when_asked_for(slack: World) -> None:
    metadata = {"event_type": "request", "event_payload": {"id": "R-1"}}
    slack.post(metadata=metadata)
    history = slack.client.conversations_history
    assert history(channel=CHANNEL, include_all_metadata=True)["messages"][0]["metadata"] == metadata
    assert "metadata" not in history(channel=CHANNEL)["messages"][0]


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("{", "metadata_must_be_sent_as_json"),
        ([1], "invalid_metadata_format"),
        ({"event_type": "t"}, "invalid_metadata_schema"),
        ({"event_type": 1, "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "t", "event_payload": {"a": "x" * 16_384}}, "metadata_too_large"),
    ],
)
def test_metadata_must_have_its_shape_and_size(slack: World, metadata: Any, error: str) -> None:
    with refused(error):
        slack.client.api_call("chat.postMessage", json={"channel": CHANNEL, "text": "t", "metadata": metadata})


def test_a_permalink_names_channel_message_and_thread(slack: World) -> None:
    parent = slack.post()
    reply = slack.post(thread_ts=parent)
    link = slack.client.chat_getPermalink
    digits = parent.replace(".", "")
    assert link(channel=CHANNEL, message_ts=parent)["permalink"] == (
        f"https://sandbox.slack.com/archives/C01OPS/p{digits}"
    )
    assert f"?thread_ts={parent}&cid=C01OPS" in link(channel=CHANNEL, message_ts=reply)["permalink"]
    with refused("message_not_found"):
        link(channel=CHANNEL, message_ts="1.000001")


def test_an_unfurl_is_attached_to_the_message_with_the_link(slack: World) -> None:
    ts = slack.do("message", channel="dac-ops", user="rosa", text="https://x.example/1")["ts"]
    slack.client.chat_unfurl(channel=CHANNEL, ts=ts, unfurls={"https://x.example/1": {"text": "One"}})
    assert slack.messages()[0]["attachments"][0]["text"] == "One"
    with refused("missing_unfurls"):
        slack.client.chat_unfurl(channel=CHANNEL, ts=ts, unfurls={})
    with refused("cannot_find_message"):
        slack.client.chat_unfurl(channel=CHANNEL, ts="1.000001", unfurls={"a": {}})
