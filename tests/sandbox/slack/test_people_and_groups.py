from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.slack.conftest import Start
from tests.sandbox.slack.world import SCOPES, World, refused

OPS = "C01OPS"


def test_people_come_from_the_workspace_file(slack: World) -> None:
    rosa = slack.client.users_info(user="U01ROSA")["user"]
    assert (rosa["name"], rosa["real_name"], rosa["tz"]) == ("rosa", "Rosa Ramirez", "America/Chicago")
    assert rosa["tz_offset"] in {-6 * 3600, -5 * 3600}
    assert rosa["profile"]["email"] == "rosa@sandbox.example"
    gus = slack.client.users_info(user="U05GUS")["user"]
    assert (gus["is_restricted"], gus["is_ultra_restricted"]) == (True, True)
    bot = slack.client.users_info(user="U0DACBOT")["user"]
    assert (bot["is_bot"], bot["profile"]["api_app_id"]) == (True, "A0DACBOT")
    with refused("user_not_found"):
        slack.client.users_info(user="U0NOBODY")


def test_email_addresses_need_their_scope(start: Start) -> None:
    world = start(scopes=[scope for scope in SCOPES if scope != "users:read.email"])
    assert all("email" not in each["profile"] for each in world.client.users_list()["members"])
    with refused("missing_scope"):
        world.client.users_lookupByEmail(email="rosa@sandbox.example")


def test_people_are_found_by_email(slack: World) -> None:
    assert slack.client.users_lookupByEmail(email="Ada@sandbox.example")["user"]["id"] == "U02ADA"
    with refused("users_not_found"):
        slack.client.users_lookupByEmail(email="dac@sandbox.example")


def test_the_list_of_people_comes_in_pages(slack: World) -> None:
    pages = [[each["name"] for each in page["members"]] for page in slack.client.users_list(limit=4)]
    assert pages == [["rosa", "ada", "ben", "olga"], ["gus", "dac"]]


def test_profiles_presence_and_quiet_hours(slack: World) -> None:
    assert slack.client.users_profile_get(user="U03BEN")["profile"]["title"] == "FinOps, approver"
    assert slack.client.users_profile_get()["profile"]["bot_id"] == "B0DACBOT"
    assert slack.client.users_getPresence(user="U03BEN")["presence"] == "active"
    assert slack.client.dnd_info(user="U03BEN")["dnd_enabled"] is False
    assert slack.client.dnd_info()["snooze_enabled"] is False


def test_the_bot_and_its_team(slack: World) -> None:
    assert slack.client.bots_info(bot="B0DACBOT")["bot"]["user_id"] == "U0DACBOT"
    with refused("bot_not_found"):
        slack.client.bots_info(bot="B0OTHER")
    assert slack.client.team_info()["team"]["domain"] == "sandbox"
    with refused("team_not_found"):
        slack.client.team_info(team="T0OTHER")
    assert slack.client.emoji_list()["emoji"] == {}


# user groups


def test_a_user_group_and_its_members(slack: World) -> None:
    group, _ = slack.client.usergroups_list(include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("dac-approvers", ["U02ADA", "U03BEN"])
    assert "users" not in slack.client.usergroups_list()["usergroups"][0]
    assert slack.client.usergroups_users_list(usergroup="S01APPROVERS")["users"] == ["U02ADA", "U03BEN"]
    with refused("no_such_subteam"):
        slack.client.usergroups_users_list(usergroup="S0OTHER")


def test_the_members_of_a_group_are_replaced(slack: World) -> None:
    slack.client.usergroups_users_update(usergroup="S01APPROVERS", users=["U01ROSA", "U02ADA", "U02ADA"])
    assert slack.client.usergroups_users_list(usergroup="S01APPROVERS")["users"] == ["U01ROSA", "U02ADA"]


@pytest.mark.parametrize(("users", "error"), [("", "no_users_provided"), ("U0NOBODY", "invalid_users")])
def test_a_group_needs_members_who_exist(slack: World, users: str, error: str) -> None:
    with refused(error):
        slack.client.usergroups_users_update(usergroup="S01APPROVERS", users=users)


def test_groups_are_made_renamed_and_switched_off(slack: World) -> None:
    client = slack.client
    made = client.usergroups_create(name="On Call")["usergroup"]
    assert made["handle"] == "on-call"
    client.usergroups_update(usergroup=made["id"], name="Duty", handle="duty", description="who to call")
    with refused("handle_already_exists"):
        client.usergroups_create(name="Other", handle="duty")
    with refused("name_already_exists"):
        client.usergroups_create(name="Duty", handle="other")
    assert client.usergroups_disable(usergroup=made["id"])["usergroup"]["date_delete"] > 0
    assert len(client.usergroups_list()["usergroups"]) == 2
    assert len(client.usergroups_list(include_disabled=True)["usergroups"]) == 3
    with refused("subteam_disabled"):
        client.usergroups_users_list(usergroup=made["id"])
    assert client.usergroups_enable(usergroup=made["id"])["usergroup"]["name"] == "Duty"
    assert client.usergroups_users_list(usergroup=made["id"])["users"] == []


# reactions, pins, bookmarks


def test_reactions_are_counted_by_name(slack: World) -> None:
    ts = slack.post()
    slack.client.reactions_add(channel=OPS, timestamp=ts, name="eyes")
    slack.do("reaction", channel="dac-ops", user="rosa", messageTs=ts, name=":eyes:")
    reactions = slack.client.reactions_get(channel=OPS, timestamp=ts)["message"]["reactions"]
    assert reactions == [{"name": "eyes", "users": ["U0DACBOT", "U01ROSA"], "count": 2}]
    assert len(slack.client.reactions_list(user="U01ROSA")["items"]) == 1
    slack.client.reactions_remove(channel=OPS, timestamp=ts, name="eyes")
    slack.do("reaction", channel="dac-ops", user="rosa", messageTs=ts, name="eyes", remove=True)
    assert "reactions" not in slack.messages()[0]


def test_a_reaction_must_make_sense(slack: World) -> None:
    ts = slack.post()
    add: Any = slack.client.reactions_add
    add(channel=OPS, timestamp=ts, name="eyes")
    with refused("already_reacted"):
        add(channel=OPS, timestamp=ts, name="eyes")
    with refused("no_reaction"):
        slack.client.reactions_remove(channel=OPS, timestamp=ts, name="wave")
    with refused("invalid_name"):
        add(channel=OPS, timestamp=ts, name="not an emoji")
    with refused("message_not_found"):
        add(channel=OPS, timestamp="1.000001", name="eyes")
    with refused("no_item_specified"):
        slack.client.api_call("reactions.add", json={"name": "eyes"})
    slack.do("archive", channel="dac-ops", archived=True)
    with refused("is_archived"):
        add(channel=OPS, timestamp=ts, name="wave")


def test_pins(slack: World) -> None:
    client, ts = slack.client, slack.post("keep")
    client.pins_add(channel=OPS, timestamp=ts)
    assert [item["message"]["text"] for item in client.pins_list(channel=OPS)["items"]] == ["keep"]
    with refused("already_pinned"):
        client.pins_add(channel=OPS, timestamp=ts)
    client.pins_remove(channel=OPS, timestamp=ts)
    with refused("no_pin"):
        client.pins_remove(channel=OPS, timestamp=ts)
    with refused("no_item_specified"):
        client.pins_add(channel=OPS)


def test_a_channel_holds_a_hundred_pins(slack: World) -> None:
    for _ in range(100):
        slack.client.pins_add(channel=OPS, timestamp=slack.post())
    with refused("too_many_pins"):
        slack.client.pins_add(channel=OPS, timestamp=slack.post())


def test_bookmarks(slack: World) -> None:
    client = slack.client
    made = client.bookmarks_add(channel_id=OPS, title="Runbook", type="link", link="https://x.example")
    id_ = made["bookmark"]["id"]
    client.bookmarks_edit(channel_id=OPS, bookmark_id=id_, title="Handbook")
    assert [each["title"] for each in client.bookmarks_list(channel_id=OPS)["bookmarks"]] == ["Handbook"]
    client.bookmarks_remove(channel_id=OPS, bookmark_id=id_)
    assert client.bookmarks_list(channel_id=OPS)["bookmarks"] == []
    with refused("not_found"):
        client.bookmarks_remove(channel_id=OPS, bookmark_id=id_)
    with refused("invalid_link"):
        client.bookmarks_add(channel_id=OPS, title="x", type="link", link="nowhere")
    with refused("invalid_bookmark_type"):
        client.bookmarks_add(channel_id=OPS, title="x", type="file", link="https://x.example")


def test_a_channel_holds_a_hundred_bookmarks(slack: World) -> None:
    add: Any = slack.client.bookmarks_add
    for number in range(100):
        add(channel_id=OPS, title=str(number), type="link", link="https://x.example")
    with refused("too_many_bookmarks"):
        add(channel_id=OPS, title="x", type="link", link="https://x.example")
