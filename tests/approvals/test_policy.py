from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from approvals.policy import Channels, People, Policy, Rule
from approvals.windows import FreezeWindow
from dac.budgets import Budget
from dac.errors import Denied, NotFound, Unavailable
from dac.figures import Money, Price, Unknown
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, cluster, groups, plan, policy, rule

UNPRICED = "B999_X1"
"""A shape of which nobody here knows the price."""


def test_the_first_rule_that_covers_decides() -> None:
    held = policy(rule(name="prod", clusters={"*-prod"}), rule(name="any"), rule(name="also any"))
    assert held.rule_for(plan(cluster("chat-prod"))).name == "prod"
    assert held.rule_for(plan(cluster("chat-dev"))).name == "any"


def test_what_no_rule_covers_is_refused() -> None:
    with pytest.raises(Denied, match="covers “scale” on chat-dev, so it is refused"):
        policy(rule(clusters={"*-prod"})).rule_for(plan(cluster("chat-dev")))


@pytest.mark.parametrize(
    ("actions", "clusters", "name", "covered"),
    [
        ({"*"}, {"*"}, "chat", True),
        ({"scale"}, {"chat"}, "chat", True),
        ({"delete"}, {"chat"}, "chat", False),
        ({"delete", "s*"}, {"chat"}, "chat", True),
        ({"scale"}, {"chat"}, "chat-prod", False),
        ({"scale"}, {"chat-*"}, "chat-prod", True),
        ({"scale"}, {"chat-?"}, "chat-prod", False),
        ({"scale"}, {"chat-?"}, "chat-1", True),
        ({"scale"}, {"CHAT*"}, "chat", True),
        ({"scale"}, {"chat*"}, "Chat-Prod", True),
        ({"scale"}, {"embed", "chat"}, "chat", True),
        ({"scale"}, {"chat[12]"}, "chat1", False),
        ({"scale"}, {"chat[12]"}, "chat[12]", True),
        ({"scale"}, {"chat"}, "chat\n", False),
        ({"scale"}, set(), "chat", False),
        (set(), {"*"}, "chat", False),
    ],
)
def test_what_a_rule_covers_by_kind_and_name(
    actions: set[str], clusters: set[str], name: str, *, covered: bool
) -> None:
    assert rule(actions=actions, clusters=clusters).covers(plan(cluster(name))) is covered


@pytest.mark.parametrize(
    ("wants", "of", "covered"),
    [
        ({"regions": {"eu-*"}}, {"region": "eu-frankfurt-1"}, True),
        ({"regions": {"eu-*"}}, {"region": "us-chicago-1"}, False),
        ({"regions": {"us-*", "eu-*"}}, {"region": "us-chicago-1"}, True),
        ({"regions": set()}, {"region": "us-chicago-1"}, False),
        ({"compartments": {"*..team"}}, {}, True),
        ({"compartments": {"ocid1.compartment.oc1..other"}}, {}, False),
        ({"tags": {"env": "prod"}}, {"freeform_tags": {"env": "prod", "team": "search"}}, True),
        ({"tags": {"env": "prod"}}, {"freeform_tags": {"env": "Prod"}}, True),
        ({"tags": {"env": "prod*"}}, {"freeform_tags": {"env": "prod-eu"}}, True),
        ({"tags": {"env": "prod"}}, {"freeform_tags": {"env": "dev"}}, False),
        ({"tags": {"env": "prod"}}, {"freeform_tags": {}}, False),
        ({"tags": {"env": "*"}}, {"freeform_tags": {}}, False),
        ({"tags": {"env": "*"}}, {"freeform_tags": {"env": ""}}, True),
        ({"tags": {"env": ""}}, {"freeform_tags": {}}, False),
        ({"tags": {"env": "prod"}}, {"freeform_tags": {"ENV": "prod"}}, False),
        ({"tags": {"env": "prod", "team": "search"}}, {"freeform_tags": {"env": "prod"}}, False),
    ],
)
def test_what_a_rule_covers_by_place_and_tags(wants: dict[str, Any], of: dict[str, Any], *, covered: bool) -> None:
    assert rule(**wants).covers(plan(cluster(**of))) is covered


@pytest.mark.parametrize(
    ("span", "before", "after", "covered"),
    [
        ({"min": 2}, 2, 4, True),
        ({"min": 3}, 2, 4, False),
        ({"max": 2}, 2, 4, True),
        ({"max": 1}, 2, 4, False),
        ({"min": 1, "max": 2}, 2, 4, True),
        ({"max": -1}, 4, 2, True),
        ({"max": 0}, 4, 2, True),
        ({"min": 0}, 4, 2, False),
        ({"min": -2, "max": -2}, 4, 2, True),
        ({"min": 0, "max": 0}, 2, 3, False),
    ],
)
def test_what_a_rule_covers_by_size_of_the_change(
    span: dict[str, int], before: int, after: int, *, covered: bool
) -> None:
    assert rule(units_change=span).covers(plan(cluster(units=before), after)) is covered


@pytest.mark.parametrize(
    ("span", "change", "covered"),
    [
        ({"min": 100}, 100, True),
        ({"min": 100}, "99.99", False),
        ({"max": 100}, 100, True),
        ({"max": 100}, "100.01", False),
        ({"max": 0}, -5, True),
        ({"min": 0}, -5, False),
        ({"min": -10, "max": 10}, 5, True),
        ({"max": 100, "currency": "EUR"}, 5, False),
        ({"min": 100, "currency": "EUR"}, 5, True),
        ({"max": 100}, None, False),
        ({"min": 0, "max": 100}, None, False),
        ({"min": 100}, None, True),
    ],
    ids=str,
)
def test_what_a_rule_covers_by_money(span: dict[str, Any], change: str | int | None, *, covered: bool) -> None:
    """What nobody knows, or is in another currency, may be any sum: only a rule open above covers it."""
    cost = Unknown(what="cost", settle="ask") if change is None else Price(money=_usd(change), per="month", sources=())
    held = rule(monthly_change=span).monthly_change
    assert held
    assert held.holds(cost) is covered


def test_a_plan_is_judged_by_its_own_money() -> None:
    growing = plan(cluster(units=2), 3)
    assert isinstance(growing.cost_change, Price)
    more = growing.cost_change.money.amount
    held = policy(rule(name="small", monthly_change={"max": more - 1}), rule(name="large"))
    assert held.rule_for(growing).name == "large"
    assert held.rule_for(plan(cluster(units=3), 2)).name == "small"


def test_a_change_nobody_can_price_never_slips_under_a_limit() -> None:
    held = policy(rule(name="small", monthly_change={"max": 10**9}), rule(name="large", monthly_change={"min": 1}))
    assert held.rule_for(plan(cluster(unit_shape=UNPRICED), 3)).name == "large"


def test_the_judgement_says_why_each_rule_before_does_not_decide() -> None:
    held = policy(
        rule(name="delete", actions={"delete", "destroy"}),
        rule(name="prod", clusters={"*-prod"}),
        rule(name="us", regions={"us-*"}),
        rule(name="other team", compartments={"ocid1.other"}),
        rule(name="tagged", tags={"env": "prod"}),
        rule(name="small", units_change={"max": 1}),
        rule(name="big", units_change={"min": 3}),
        rule(name="middle", units_change={"min": 3, "max": 4}),
        rule(name="cheap", monthly_change={"max": 100}),
        rule(name="decides"),
        rule(name="never asked"),
    )
    judged = held.judge(plan(cluster(units=2), 4))
    assert judged.rule
    assert judged.rule.name == "decides"
    assert dict(judged.passed_over) == {
        "delete": "it is for changes of kind delete, destroy",
        "prod": "it is for clusters *-prod",
        "us": "it is for regions us-*",
        "other team": "it is for compartments ocid1.other",
        "tagged": "it is for clusters tagged env=prod",
        "small": "it is for changes by at most 1 units",
        "big": "it is for changes by at least 3 units",
        "middle": "it is for changes by 3 to 4 units",
        "cheap": "it is for changes of the monthly cost by at most 100 USD",
    }


def test_the_judgement_of_what_nothing_covers_has_no_rule_and_all_the_reasons() -> None:
    judged = policy(rule(name="prod", clusters={"*-prod"})).judge(plan())
    assert judged.rule is None
    assert judged.passed_over == (("prod", "it is for clusters *-prod"),)


def test_approvers_are_distinct_people_whatever_their_groups() -> None:
    approvers = People(users=frozenset({BOB, DAN}), groups=frozenset({ONCALL, LEADS}))
    assert approvers.resolve(groups().members_of) == {BOB, DAN, EVE}


def test_no_people_are_nobody() -> None:
    assert not People()
    assert not Channels()
    assert Channels(channels=frozenset({"COPS"}))
    assert People().resolve(groups().members_of) == frozenset()
    assert not People().include(ANN, groups().members_of)


def test_a_group_that_cannot_be_looked_up_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(NotFound):
        People(groups=frozenset({"SGONE"})).resolve(groups().members_of)


def test_whoever_is_named_needs_no_look_up() -> None:
    assert People(users=frozenset({BOB}), groups=frozenset({"SGONE"})).include(BOB, groups().members_of)


def test_who_is_in_a_group_is_among_them_and_nobody_else() -> None:
    leads = People(groups=frozenset({LEADS}))
    assert leads.include(EVE, groups().members_of)
    assert not leads.include(BOB, groups().members_of)


def test_one_group_that_cannot_be_looked_up_does_not_keep_the_others_out() -> None:
    approvers = People(groups=frozenset({"SAGONE", LEADS}))
    assert approvers.include(EVE, groups().members_of)
    with pytest.raises(Denied, match="There is no user group SAGONE"):
        approvers.include("UNOBODY", groups().members_of)


@pytest.mark.parametrize("names", [("SONE", "STWO"), ("STWO", "SONE")])
def test_slack_being_away_for_a_moment_weighs_more_than_a_group_that_is_gone(names: tuple[str, str]) -> None:
    away, _ = names

    def members_of(group: str) -> frozenset[str]:
        raise Unavailable("Slack did not answer.") if group == away else NotFound(f"There is no group {group}.")

    with pytest.raises(Unavailable):
        People(groups=frozenset(names)).include(ANN, members_of)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"approvers": {}}, "approvers: this names nobody; give users, groups or both"),
        ({"requesters": {}}, "requesters: this names nobody"),
        ({"must_include": {"users": []}}, "must_include: this names nobody"),
        ({"break_glass": {"groups": []}}, "break_glass: this names nobody"),
        ({"approvers": {"users": [BOB]}, "approvals": 2}, "approvals: 2 are needed and approvers names 1"),
        ({"approvers": {"users": [BOB]}, "denials": 2}, "denials: 2 are needed and approvers names 1"),
        (
            {"approvers": {"users": [BOB, CAT], "groups": [LEADS]}, "approvals": 2, "different_groups": True},
            "different_groups: 2 approvals from different groups need as many groups of approvers",
        ),
        ({"reminders": ["PT24H"]}, "reminders: a reminder comes before the request expires"),
        ({"reminders": ["PT2H", "PT1H"]}, "reminders: each comes later than the one before"),
        ({"reminders": ["PT1H", "PT1H"]}, "reminders: each comes later than the one before"),
        ({"units_change": {}}, "give min, max or both"),
        ({"units_change": {"min": 2, "max": 1}}, r"min \(2\) is more than max \(1\)"),
        ({"monthly_change": {"currency": "EUR"}}, "give min, max or both"),
        ({"monthly_change": {"min": "2.5", "max": 1}}, r"min \(2.5\) is more than max \(1\)"),
        ({"monthly_change": {"min": float("nan")}}, "finite number"),
        ({"approvals": True}, "valid integer"),
        ({"denials": "2"}, "valid integer"),
        ({"different_groups": "no"}, "valid boolean"),
        ({"expires_after": 3600}, "a length of time in quotation marks is wanted"),
    ],
)
def test_what_does_not_fit_together_is_no_rule(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        rule(**changes)


EVERYTHING: dict[str, Any] = {
    "name": "other",
    "actions": {"scale"},
    "clusters": {"chat"},
    "regions": {"eu-*"},
    "compartments": {"ocid1.*"},
    "tags": {"env": "prod"},
    "units_change": {"min": 1},
    "monthly_change": {"max": "99.50"},
    "requesters": {"users": [ANN]},
    "approvers": {"users": [BOB, CAT], "groups": [LEADS, ONCALL]},
    "approvals": 2,
    "must_include": {"users": [CAT]},
    "different_groups": True,
    "denials": 2,
    "reason_required": True,
    "comment_required": True,
    "expires_after": "PT4H",
    "begin_within": "PT4H",
    "reminders": ["PT1H"],
    "freeze": [{"reason": "night", "zone": "UTC", "days": ["mon"], "from": "22:00", "to": "06:00"}],
    "notify": {"channels": ["COPS"]},
    "channel": "CPROD",
    "break_glass": {"users": [DAN]},
    "review_within": "PT4H",
}


def test_the_digest_covers_every_key_of_a_rule() -> None:
    assert set(EVERYTHING) == set(Rule.model_fields)
    base = rule(approvers=EVERYTHING["approvers"])
    changed = [rule(**{"approvers": base.approvers, key: value}) for key, value in EVERYTHING.items()]
    digests = {each.digest for each in changed if each != base}
    assert len(digests - {base.digest}) == len(EVERYTHING) - 1


def test_a_rule_written_down_and_read_again_is_the_same_by_its_digest() -> None:
    whole = rule(**EVERYTHING)
    assert whole.freeze == (FreezeWindow.model_validate(EVERYTHING["freeze"][0]),)
    read = Rule.model_validate_json(whole.model_dump_json())
    assert (read, read.digest) == (whole, whole.digest)


def test_the_order_in_which_something_is_written_is_not_part_of_a_rule() -> None:
    one = rule(tags={"a": "1", "b": "2"}, clusters=["x", "y"])
    other = rule(clusters=["y", "x"], tags={"b": "2", "a": "1"})
    assert one.digest == other.digest


def test_a_rule_made_from_another_has_a_digest_of_its_own() -> None:
    one = rule()
    assert one.digest != one.model_copy(update={"approvals": 2}).digest


def test_the_digest_of_a_policy_covers_its_rules_in_order_and_all_else() -> None:
    one, two = rule(name="one"), rule(name="two")
    budget = Budget(name="all", monthly=Decimal(1000))
    policies = [
        policy(one, two),
        policy(two, one),
        Policy(rules=(one, two), freezers=People(users=frozenset({BOB}))),
        Policy(rules=(one, two), budgets=(budget,)),
    ]
    assert len({each.digest for each in policies}) == len(policies)
    assert policy(one, two).digest == policies[0].digest


def test_times_that_nobody_gives_are_a_day_and_nobody_is_reminded() -> None:
    day = timedelta(hours=24)
    held = rule()
    assert (held.expires_after, held.begin_within, held.review_within, held.reminders) == (day, day, day, ())


def _usd(amount: Decimal | int | str) -> Money:
    return Money(amount=Decimal(amount))
