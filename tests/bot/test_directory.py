from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dac.figures import Unknown
from dac.scaling import plan_scale
from sandbox.slack.config import WORKSPACE
from tests.bot.conftest import MakeHouse
from tests.bot.house import MANIFEST, ONE_APPROVAL, House, Running, at_once
from tests.bot.people import ADA, OLGA, ROSA, Slack, shown, until

GROUP = '[[rule]]\nname = "group"\napprovers = { groups = ["S01APPROVERS"] }\napprovals = 1\n'
LOOK_UP = "usergroups.users.list"
UNKNOWN = Unknown(what="service limit left", settle="look in the Console")


def test_many_clicks_at_once_ask_slack_who_is_in_the_group_once(home: House, slack: Slack) -> None:
    home.start(policy_file=home.policy(GROUP))
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    home.time.advance(minutes=1)
    before = len(slack.calls(LOOK_UP))
    slack.fault("slow", method=LOOK_UP, seconds=0.3)
    at_once([functools.partial(slack.press, "olga", card, "Approve") for _ in range(12)])
    until(lambda: len(slack.private("olga")) == 12, "12 answers")
    assert all("You are not among the approvers" in shown(each) for each in slack.private("olga"))
    assert len(slack.calls(LOOK_UP)) == before + 1


def test_a_look_up_that_failed_is_made_anew(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(GROUP))
    slack.fault("ratelimited", method=LOOK_UP, times=None, retry_after=60)
    slack.command("rosa", "scale search-embed 2")
    slack.told("rosa", "Slack is asked too often just now; try again in a moment")
    assert bot.count() == 0
    slack.clear_faults()
    slack.command("rosa", "scale search-embed 2")
    slack.card("0 of 1")


class TestTheClockSomebodyLivesBy:
    @pytest.fixture
    def zone_of(self, bot: Running) -> Callable[[str], ZoneInfo]:
        return bot.bot.services.zone_of

    @pytest.mark.parametrize(
        ("user", "zone"), [(ROSA, "America/Chicago"), (ADA, "Europe/London"), (OLGA, "Asia/Tokyo")]
    )
    def test_it_is_the_one_in_their_profile(self, zone_of: Callable[[str], ZoneInfo], user: str, zone: str) -> None:
        assert zone_of(user).key == zone

    def test_nobody_known_to_slack_lives_by_utc(self, zone_of: Callable[[str], ZoneInfo]) -> None:
        assert zone_of("U0NOBODY").key == "UTC"

    def test_it_is_asked_for_once_in_ten_minutes_by_however_many(
        self, home: House, zone_of: Callable[[str], ZoneInfo]
    ) -> None:
        home.slack.fault("slow", method="users.info", seconds=0.2)
        at_once([functools.partial(zone_of, ROSA) for _ in range(8)])
        zone_of(ROSA)
        assert len(home.slack.calls("users.info")) == 1
        home.time.advance(minutes=11)
        zone_of(ROSA)
        assert len(home.slack.calls("users.info")) == 2

    def test_while_slack_does_not_say_it_is_utc_and_then_it_is_right(
        self, home: House, zone_of: Callable[[str], ZoneInfo]
    ) -> None:
        home.slack.fault("ratelimited", method="users.info", retry_after=60)
        assert zone_of(ROSA).key == "UTC"
        assert zone_of(ROSA).key == "America/Chicago"

    def test_without_the_scope_everybody_lives_by_utc(self, make_house: MakeHouse, tmp_path: Path) -> None:
        less = tmp_path / "manifest.yml"
        less.write_text(re.sub(r".*users:read .*\n", "", MANIFEST.read_text()))
        home = make_house(manifest=less)
        bot = home.start(policy_file=home.policy(ONE_APPROVAL))
        assert bot.bot.services.zone_of(ROSA).key == "UTC"


class TestWhoHasLeft:
    """Ben, whom the rule names and whom Slack calls deactivated."""

    RULE = '[[rule]]\nname = "two"\napprovers = { users = ["U02ADA", "U03BEN"] }\napprovals = 2\n'

    @pytest.fixture
    def home(self, make_house: MakeHouse, tmp_path: Path) -> House:
        people = tmp_path / "workspace.toml"
        people.write_text(WORKSPACE.read_text().replace('id = "U03BEN"\n', 'id = "U03BEN"\ndeleted = true\n'))
        return make_house(workspace=people)

    def test_they_are_not_counted_on_so_what_nobody_could_approve_is_refused_when_asked(
        self, home: House, slack: Slack
    ) -> None:
        bot = home.start(policy_file=home.policy(self.RULE))
        slack.command("rosa", "scale search-embed 2")
        slack.told("rosa", "asks for 2 people other than you, and names one person")
        assert bot.count() == 0

    def test_it_is_known_of_everybody(self, home: House) -> None:
        services = home.start(policy_file=home.policy(self.RULE.replace("approvals = 2", "approvals = 1"))).bot.services
        cluster = next(each for each in services.fleet.fleet().clusters if each.name == "search-embed")
        seen = services.fleet.cluster(cluster.region, cluster.id)
        plan = plan_scale(seen, 2, catalog=services.catalog, headroom=UNKNOWN, now=home.time.now())
        assert services.approvals.consider(plan, ROSA).eligible == (ADA,)

    def test_while_slack_does_not_say_everybody_is_there(self, home: House, slack: Slack) -> None:
        home.start(policy_file=home.policy(self.RULE))
        slack.fault("ratelimited", method="users.info", times=None, retry_after=60)
        slack.command("rosa", "scale search-embed 2")
        slack.card("0 of 2")

    def test_nobody_is_there_under_an_id_that_slack_does_not_know(self, home: House, slack: Slack) -> None:
        home.start(policy_file=home.policy(self.RULE.replace("U03BEN", "U09NOBODY")))
        slack.command("rosa", "scale search-embed 2")
        slack.told("rosa", "asks for 2 people other than you, and names one person")
