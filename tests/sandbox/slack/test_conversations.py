from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import SCOPES, World, refused

OPS, GENERAL, FINOPS = "C01OPS", "C02GENERAL", "C03FINOPS"


def names(answer: Any) -> list[str]:
    return [channel.get("name", channel["id"]) for channel in answer["channels"]]


def test_private_channels_are_listed_once_the_bot_is_in(slack: World) -> None:
    every = "public_channel,private_channel"
    assert names(slack.client.conversations_list(types=every)) == ["dac-ops", "general"]
    slack.do("membership", channel="finops", user="dac", joined=True)
    assert names(slack.client.conversations_list(types=every)) == ["dac-ops", "general", "finops"]
    assert names(slack.client.conversations_list(types="private_channel")) == ["finops"]


def test_direct_messages_are_listed_with_their_person(slack: World) -> None:
    listed = slack.client.conversations_list(types="im")["channels"]
    assert ("D01ROSA", "U01ROSA") in [(each["id"], each["user"]) for each in listed]


def test_archived_channels_can_be_left_out(slack: World) -> None:
    slack.do("archive", channel="dac-ops", archived=True)
    assert names(slack.client.conversations_list(exclude_archived=True)) == ["general"]


@pytest.mark.parametrize(
    ("types", "needed"), [("private_channel", "groups:read"), ("im", "im:read"), ("mpim", "mpim:read")]
)
def test_each_type_needs_its_scope(start: Start, types: str, needed: str) -> None:
    world = start(scopes=[scope for scope in SCOPES if scope != needed])
    with refused("missing_scope") as answer:
        world.client.conversations_list(types=types)
    assert answer["needed"] == needed


def test_types_must_exist(slack: World) -> None:
    with refused("invalid_types"):
        slack.client.conversations_list(types="shared")


def test_a_list_comes_in_pages(slack: World) -> None:
    pages = [names(page) for page in slack.client.conversations_list(limit=1)]
    assert pages == [["dac-ops"], ["general"]]


@pytest.mark.parametrize("cursor", ["garbage", "next:", "next:-1", "back:1"])
def test_a_cursor_must_come_from_slack(slack: World, cursor: str) -> None:
    with refused("invalid_cursor"):
        slack.client.conversations_list(cursor=cursor)


def test_a_persons_channels(slack: World) -> None:
    assert names(slack.client.users_conversations(user="U05GUS")) == ["general"]
    assert names(slack.client.users_conversations()) == ["dac-ops", "general"]


def test_info_and_members(slack: World) -> None:
    info = slack.client.conversations_info(channel=OPS, include_num_members=True)["channel"]
    assert (info["name"], info["is_member"], info["num_members"]) == ("dac-ops", True, 5)
    assert "num_members" not in slack.client.conversations_info(channel=OPS)["channel"]
    first = slack.client.conversations_members(channel=OPS, limit=2)
    assert first["members"] == ["U0DACBOT", "U01ROSA"]
    assert len([each for page in first for each in page["members"]]) == 5
    with refused("channel_not_found"):
        slack.client.conversations_info(channel=FINOPS)


def test_history_is_newest_first_and_paged(slack: World) -> None:
    for text in ("one", "two", "three"):
        slack.post(text)
    pages = [
        [message["text"] for message in page["messages"]]
        for page in slack.client.conversations_history(channel=OPS, limit=2)
    ]
    assert pages == [["three", "two"], ["one"]]


def test_history_between_two_timestamps(slack: World) -> None:
    one, two, three = (slack.post(text) for text in ("one", "two", "three"))

    def texts(**between: Any) -> list[str]:
        answer = slack.client.conversations_history(channel=OPS, **between)
        return [message["text"] for message in answer["messages"]]

    assert texts(oldest=one, latest=three) == ["two"]
    assert texts(oldest=one, latest=three, inclusive=True) == ["three", "two", "one"]
    assert texts(latest=two, inclusive=True, limit=1) == ["two"]
    with refused("invalid_ts_oldest"):
        texts(oldest="yesterday")


@pytest.mark.parametrize(("limit", "fits"), [(999, True), (1000, False)])
def test_history_gives_at_most_nine_hundred_and_ninety_nine(slack: World, limit: int, fits: bool) -> None:  # noqa: FBT001
    if fits:
        assert slack.client.conversations_history(channel=OPS, limit=limit)["ok"]
    else:
        with refused("invalid_limit"):
            slack.client.conversations_history(channel=OPS, limit=limit)


def test_history_needs_membership_and_the_scope_for_the_kind_of_channel(start: Start) -> None:
    world = start(scopes=[scope for scope in SCOPES if scope != "im:history"])
    with refused("missing_scope") as answer:
        world.client.conversations_history(channel="D01ROSA")
    assert answer["needed"] == "im:history"
    world.do("membership", channel="dac-ops", user="dac", joined=False)
    with refused("not_in_channel"):
        world.client.conversations_history(channel=OPS)


def test_replies_begin_with_the_parent(slack: World) -> None:
    parent = slack.post("parent")
    reply = slack.post("a", thread_ts=parent)
    slack.post("b", thread_ts=parent)
    replies = slack.client.conversations_replies
    assert [each["text"] for each in replies(channel=OPS, ts=parent)["messages"]] == ["parent", "a", "b"]
    assert [each["text"] for each in replies(channel=OPS, ts=reply)["messages"]] == ["parent", "a", "b"]
    assert replies(channel=OPS, ts=parent)["messages"][1]["parent_user_id"] == "U0DACBOT"
    with refused("thread_not_found"):
        replies(channel=OPS, ts="1.000001")


def test_marking_as_read_names_a_message(slack: World) -> None:
    assert slack.client.conversations_mark(channel=OPS, ts=slack.post())["ok"]
    with refused("invalid_timestamp"):
        slack.client.conversations_mark(channel=OPS, ts="1.000001")


# opening, joining, making


def test_opening_a_direct_message_gives_the_same_one_each_time(slack: World) -> None:
    first = slack.client.conversations_open(users="U01ROSA")
    assert (first["channel"]["id"], first["already_open"]) == ("D01ROSA", True)
    whole = slack.client.conversations_open(channel="D01ROSA", return_im=True)
    assert whole["channel"]["user"] == "U01ROSA"


def test_opening_a_group_gives_the_same_one_each_time(slack: World) -> None:
    first = slack.client.conversations_open(users=["U01ROSA", "U02ADA"])["channel"]["id"]
    assert slack.client.conversations_open(users="U02ADA,U01ROSA")["channel"]["id"] == first
    slack.post("both", channel=first)
    assert slack.texts(first, "ada") == ["both"]


@pytest.mark.parametrize(("users", "error"), [("", "users_list_not_supplied"), ("U0NOBODY", "user_not_found")])
def test_opening_needs_people(slack: World, users: str, error: str) -> None:
    with refused(error):
        slack.client.conversations_open(users=users)


def test_joining_lets_the_bot_read(slack: World) -> None:
    slack.do("membership", channel="dac-ops", user="dac", joined=False)
    assert slack.client.conversations_join(channel=OPS)["channel"]["is_member"]
    assert slack.client.conversations_join(channel=OPS)["warning"] == "already_in_channel"
    assert slack.client.conversations_history(channel=OPS)["messages"] == []
    with refused("method_not_supported_for_channel_type"):
        slack.client.conversations_join(channel="D01ROSA")
    slack.do("archive", channel="general", archived=True)
    with refused("is_archived"):
        slack.client.conversations_join(channel=GENERAL)


def test_leaving(slack: World) -> None:
    assert slack.client.conversations_leave(channel=OPS)["ok"]
    assert slack.client.conversations_leave(channel=OPS)["not_in_channel"]
    with refused("not_in_channel"):
        slack.post()


def test_a_channel_is_made_named_and_filled(slack: World) -> None:
    made = slack.client.conversations_create(name="capacity")["channel"]["id"]
    slack.client.conversations_invite(channel=made, users="U01ROSA,U02ADA")
    slack.client.conversations_setTopic(channel=made, topic="GPUs")
    slack.client.conversations_setPurpose(channel=made, purpose="Counting GPUs")
    slack.client.conversations_rename(channel=made, name="gpu-capacity")
    info = slack.client.conversations_info(channel=made)["channel"]
    assert (info["name"], info["topic"]["value"], info["purpose"]["value"]) == (
        "gpu-capacity",
        "GPUs",
        "Counting GPUs",
    )
    slack.client.conversations_kick(channel=made, user="U02ADA")
    assert slack.client.conversations_members(channel=made)["members"] == ["U0DACBOT", "U01ROSA"]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("Loud", "invalid_name_specials"),
        ("a b", "invalid_name_specials"),
        ("a" * 81, "invalid_name_maxlength"),
        ("general", "name_taken"),
    ],
)
def test_a_channel_name_follows_the_rules(slack: World, name: str, error: str) -> None:
    with refused(error):
        slack.client.conversations_create(name=name)


def test_a_channel_name_may_be_eighty_characters(slack: World) -> None:
    made = slack.client.conversations_create(name="a" * 80, is_private=True)["channel"]
    assert (made["is_private"], made["is_group"]) == (True, True)


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("", "no_user"),
        ("U0NOBODY", "user_not_found"),
        ("U0DACBOT", "cant_invite_self"),
        ("U01ROSA", "already_in_channel"),
    ],
)
def test_an_invitation_must_make_sense(slack: World, users: str, error: str) -> None:
    with refused(error):
        slack.client.conversations_invite(channel=OPS, users=users)


@pytest.mark.parametrize(("user", "error"), [("U0DACBOT", "cant_kick_self"), ("U05GUS", "not_in_channel")])
def test_a_kick_must_make_sense(slack: World, user: str, error: str) -> None:
    with refused(error):
        slack.client.conversations_kick(channel=OPS, user=user)


@pytest.mark.parametrize(("length", "fits"), [(250, True), (251, False)])
def test_a_topic_has_two_hundred_and_fifty_characters(slack: World, length: int, fits: bool) -> None:  # noqa: FBT001
    if fits:
        assert slack.client.conversations_setTopic(channel=OPS, topic="x" * length)["ok"]
    else:
        with refused("too_long"):
            slack.client.conversations_setTopic(channel=OPS, topic="x" * length)


def test_archiving_and_back(slack: World) -> None:
    slack.client.conversations_archive(channel=OPS)
    with refused("already_archived"):
        slack.client.conversations_archive(channel=OPS)
    with refused("is_archived"):
        slack.client.conversations_setTopic(channel=OPS, topic="x")
    slack.client.conversations_unarchive(channel=OPS)
    with refused("not_archived"):
        slack.client.conversations_unarchive(channel=OPS)
    with refused("cant_archive_general"):
        slack.client.conversations_archive(channel=GENERAL)


def test_only_direct_messages_are_closed_and_never_managed(slack: World) -> None:
    assert slack.client.conversations_close(channel="D01ROSA")["ok"]
    with refused("method_not_supported_for_channel_type"):
        slack.client.conversations_close(channel=OPS)
    with refused("method_not_supported_for_channel_type"):
        slack.client.conversations_setTopic(channel="D01ROSA", topic="x")
