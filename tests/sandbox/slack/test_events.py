from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import EVENTS, SCOPES, App, World, connected

OPS = "C01OPS"


def say(world: World, text: str, channel: str = "dac-ops", user: str = "rosa", **more: Any) -> str:
    return str(world.do("message", channel=channel, user=user, text=text, **more)["ts"])


def test_an_event_comes_in_its_envelope(slack: World, app: App) -> None:
    ts = say(slack, "@dac status")
    payload = app.next("app_mention")
    assert (
        payload["event"].items()
        >= {
            "type": "app_mention",
            "user": "U01ROSA",
            "text": "<@U0DACBOT> status",
            "ts": ts,
            "event_ts": ts,
            "channel": OPS,
            "team": "T0SANDBOX",
        }.items()
    )
    assert (payload["type"], payload["team_id"], payload["api_app_id"]) == (
        "event_callback",
        "T0SANDBOX",
        "A0DACBOT",
    )
    assert payload["event_id"].startswith("Ev")
    assert isinstance(payload["event_time"], int)
    (authorization,) = payload["authorizations"]
    assert (authorization["user_id"], authorization["is_bot"]) == ("U0DACBOT", True)


def test_a_mention_in_a_channel_is_two_events_with_two_ids(slack: World, app: App) -> None:
    say(slack, "@dac hi")
    first, second = app.next(), app.next()
    assert {first["event"]["type"], second["event"]["type"]} == {"message", "app_mention"}
    assert first["event_id"] != second["event_id"]


@pytest.mark.parametrize(("channel", "kind"), [("dac-ops", "channel"), ("finops", "group"), ("app", "im")])
def test_a_message_says_what_kind_of_channel_it_is_in(slack: World, app: App, channel: str, kind: str) -> None:
    slack.do("membership", channel="finops", user="dac", joined=True)
    app.next("member_joined_channel")
    say(slack, "hi", channel=channel, user="ada")
    assert app.event("message")["channel_type"] == kind


def test_a_group_conversation_is_an_mpim(slack: World, app: App) -> None:
    group = slack.client.conversations_open(users="U01ROSA,U02ADA")["channel"]["id"]
    say(slack, "hi", channel=group)
    assert app.event("message")["channel_type"] == "mpim"


def test_in_the_direct_message_a_mention_is_only_a_message(slack: World, app: App) -> None:
    say(slack, "@dac hi", channel="app")
    assert app.event("message")["text"] == "<@U0DACBOT> hi"
    assert app.hears_nothing_more(slack)


def test_where_the_bot_is_not_it_hears_nothing(slack: World, app: App) -> None:
    say(slack, "@dac secret", channel="finops", user="ada")
    assert app.hears_nothing_more(slack)


def test_the_bot_hears_itself(slack: World, app: App) -> None:
    slack.post("said by the bot <@U0DACBOT>")
    event = app.event("message")
    assert (event["bot_id"], event["app_id"], event["user"]) == ("B0DACBOT", "A0DACBOT", "U0DACBOT")
    assert app.hears_nothing_more(slack)


@pytest.mark.parametrize(
    ("changes", "heard"),
    [
        ({}, {"message", "app_mention"}),
        ({"events": ["app_mention"]}, {"app_mention"}),
        ({"events": [event for event in EVENTS if event != "message.channels"]}, {"app_mention"}),
        ({"scopes": [scope for scope in SCOPES if scope != "app_mentions:read"]}, {"message"}),
        ({"scopes": [scope for scope in SCOPES if scope != "channels:history"]}, {"app_mention"}),
        ({"events": []}, set()),
    ],
)
def test_only_what_the_manifest_subscribes_to_and_may_read_is_heard(
    start: Start, changes: Any, heard: set[str]
) -> None:
    world = start(**changes)
    with connected(world) as app:
        say(world, "@dac hi")
        assert {app.event_name() for _ in heard} == heard
        assert app.hears_nothing_more(world)


def test_changes_and_deletions_are_heard_as_hidden_messages(slack: World, app: App) -> None:
    ts = say(slack, "tpyo")
    app.event("message")
    slack.do("edit", channel="dac-ops", user="rosa", ts=ts, text="typo")
    changed = app.event("message")
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("typo", "tpyo")
    assert changed["message"]["edited"]["user"] == "U01ROSA"
    slack.do("delete_message", channel="dac-ops", ts=ts)
    deleted = app.event("message")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert deleted["previous_message"]["text"] == "typo"


def test_nobody_edits_what_another_said(slack: World) -> None:
    ts = say(slack, "mine")
    answer = slack.do("edit", channel="dac-ops", user="ada", ts=ts, text="yours")
    assert answer["error"] == "cant_update_message"


def test_ephemeral_messages_are_not_heard(slack: World, app: App) -> None:
    slack.client.chat_postEphemeral(channel=OPS, user="U01ROSA", text="psst")
    assert app.hears_nothing_more(slack)


def test_a_reply_says_which_thread_it_is_in(slack: World, app: App) -> None:
    parent = say(slack, "question")
    say(slack, "@dac answer", thread_ts=parent)
    assert app.event("app_mention")["thread_ts"] == parent


def test_reactions_are_heard(slack: World, app: App) -> None:
    ts = slack.post()
    for remove, name in ((False, "reaction_added"), (True, "reaction_removed")):
        slack.do("reaction", channel="dac-ops", user="rosa", messageTs=ts, name="eyes", remove=remove)
        event = app.event(name)
        assert (event["user"], event["reaction"], event["item_user"]) == ("U01ROSA", "eyes", "U0DACBOT")
        assert event["item"] == {"type": "message", "channel": OPS, "ts": ts}


def test_coming_and_going_is_heard(slack: World, app: App) -> None:
    slack.do("membership", channel="dac-ops", user="gus", joined=True)
    joined = app.event("member_joined_channel")
    assert (joined["user"], joined["channel"], joined["channel_type"]) == ("U05GUS", OPS, "C")
    slack.do("membership", channel="dac-ops", user="gus", joined=False)
    assert app.event("member_left_channel")["user"] == "U05GUS"
    slack.client.conversations_invite(channel=OPS, users="U05GUS")
    assert app.event("member_joined_channel")["inviter"] == "U0DACBOT"


@pytest.mark.parametrize(("channel", "name"), [("dac-ops", "channel_left"), ("finops", "group_left")])
def test_the_bot_hears_of_being_removed(slack: World, app: App, channel: str, name: str) -> None:
    slack.do("membership", channel=channel, user="dac", joined=True)
    slack.do("membership", channel=channel, user="dac", joined=False)
    assert app.next(name)["event"]["channel"]


def test_what_happens_to_channels_is_heard(slack: World, app: App) -> None:
    made = slack.client.conversations_create(name="capacity")["channel"]["id"]
    assert app.event("channel_created")["channel"]["name"] == "capacity"
    slack.client.conversations_rename(channel=made, name="gpus")
    assert app.event("channel_rename")["channel"]["name"] == "gpus"
    slack.do("archive", channel="gpus", archived=True)
    assert app.event("channel_archive")["channel"] == made
    slack.do("archive", channel="gpus", archived=False)
    assert app.event("channel_unarchive")["channel"] == made


def test_pins_and_groups_are_heard(slack: World, app: App) -> None:
    ts = slack.post()
    slack.client.pins_add(channel=OPS, timestamp=ts)
    assert app.event("pin_added")["item"]["message"]["ts"] == ts
    slack.client.pins_remove(channel=OPS, timestamp=ts)
    assert app.event("pin_removed")["channel_id"] == OPS
    slack.client.usergroups_users_update(usergroup="S01APPROVERS", users=["U01ROSA", "U02ADA"])
    changed = app.event("subteam_members_changed")
    assert (changed["added_users"], changed["removed_users"]) == (["U01ROSA"], ["U03BEN"])
    slack.client.usergroups_update(usergroup="S01APPROVERS", name="Approvers")
    assert app.event("subteam_updated")["subteam"]["name"] == "Approvers"


@pytest.mark.parametrize(
    ("typed", "delivered"),
    [
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("@dac hi", "<@U0DACBOT> hi"),
        ("@rosa and @ada", "<@U01ROSA> and <@U02ADA>"),
        ("cc @dac-approvers", "cc <!subteam^S01APPROVERS|@dac-approvers>"),
        ("@here @channel @everyone", "<!here> <!channel> <!everyone>"),
        ("in #general and #nowhere", "in <#C02GENERAL|general> and #nowhere"),
        ("@nobody bob@ada.example", "@nobody bob@ada.example"),
        ("see https://x.example/?a=1&b=2.", "see <https://x.example/?a=1&amp;b=2>."),
        ("<@U02ADA> and <https://x.example|this>", "<@U02ADA> and <https://x.example|this>"),
        ("<@ada>", "&lt;<@U02ADA>&gt;"),
    ],
)
def test_what_a_person_types_becomes_slack_markup(slack: World, app: App, typed: str, delivered: str) -> None:
    say(slack, typed)
    assert app.event("message")["text"] == delivered


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"channel": "finops"}, 400, "not_in_channel"),
        ({"channel": "nowhere"}, 404, "channel_not_found"),
        ({"user": "nobody"}, 404, "user_not_found"),
        ({"thread_ts": "1.000001"}, 404, "thread_not_found"),
    ],
)
def test_a_person_speaks_where_they_are(slack: World, changes: Any, status: int, error: str) -> None:
    body = {"channel": "dac-ops", "user": "rosa", "text": "hi"} | changes
    found, answer = slack.json("/_control/message", body)
    assert (found, answer["error"]) == (status, error)


def test_nobody_speaks_in_an_archived_channel(slack: World) -> None:
    slack.do("archive", channel="dac-ops", archived=True)
    assert slack.do("message", channel="dac-ops", user="rosa", text="hi")["error"] == "is_archived"
