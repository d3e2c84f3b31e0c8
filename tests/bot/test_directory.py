from __future__ import annotations

import functools

from tests.bot.house import House, at_once
from tests.bot.people import Slack, shown, until

GROUP = '[[rule]]\nname = "group"\napprovers = { groups = ["S01APPROVERS"] }\napprovals = 1\n'
LOOK_UP = "usergroups.users.list"


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
