from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.policy import Approvers, Rule, load
from dac.errors import Denied, Invalid, NotFound
from tests.fakes import BOB, DAN, EVE, LEADS, ONCALL, cluster, groups, plan, policy, rule

FILE = """
[[rule]]
name = "production"
clusters = ["*-prod"]
approvers = { groups = ["SLEADS"], users = ["UBOB"] }
approvals = 2
expires_after = "PT4H"
channel = "CPROD"

[[rule]]
name = "the rest"
approvers = { users = ["UBOB"] }
"""


def test_a_file_says_its_rules_in_order() -> None:
    production, rest = load(FILE, "policy.toml").rules
    assert production == Rule(
        name="production",
        clusters=frozenset({"*-prod"}),
        approvers=Approvers(users=frozenset({BOB}), groups=frozenset({LEADS})),
        approvals=2,
        expires_after=timedelta(hours=4),
        channel="CPROD",
    )
    assert (rest.approvals, rest.expires_after, rest.channel) == (1, timedelta(hours=24), None)
    assert [*rest.actions, *rest.clusters] == ["*", "*"]


ONE_RULE = '[[rule]]\nname = "any"\napprovers = { users = ["UBOB"] }\n'


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("[[rule]]\nname = \n", "Invalid value", "at line 2"),
        ("", "rule:", "at least 1 item"),
        ("rule = 3", "rule:", "valid tuple"),
        (ONE_RULE + "approvals = 0", "rule.0.approvals:", "greater than or equal to 1"),
        (ONE_RULE + "approvals = 21", "rule.0.approvals:", "less than or equal to 20"),
        (ONE_RULE + "aprovals = 2", "rule.0.aprovals:", "Extra inputs are not permitted"),
        (ONE_RULE + 'expires_after = "PT0S"', "rule.0.expires_after:", "longer than nothing"),
        (ONE_RULE + 'expires_after = "-PT1H"', "rule.0.expires_after:", "longer than nothing"),
        (ONE_RULE + 'expires_after = "P367D"', "rule.0.expires_after:", "at most 366 days"),
        (ONE_RULE + 'expires_after = "soon"', "rule.0.expires_after:", "duration"),
        (ONE_RULE + 'channel = "#ops"', "rule.0.channel:", "match pattern"),
        (ONE_RULE + '[[rule]]\napprovers = { users = ["UBOB"] }', "rule.1.name:", "Field required"),
        ('[[rule]]\nname = ""\napprovers = {}', "rule.0.name:", "at least 1 character"),
        ('[[rule]]\nname = "x"\napprovers = { users = ["@bob"] }', "rule.0.approvers.users.0:", "match pattern"),
        ('[[rule]]\nname = "x"\napprovers = { users = ["SLEADS"] }', "rule.0.approvers.users.0:", "match pattern"),
        ('[[rule]]\nname = "x"\napprovers = { groups = ["UBOB"] }', "rule.0.approvers.groups.0:", "match pattern"),
        ('[[rule]]\nname = "x"', "rule.0.approvers:", "Field required"),
        (ONE_RULE + "[extra]", "extra:", "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_the_place_and_the_reason(text: str, place: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(text, "team-policy.toml")
    assert str(refused.value).startswith(f"team-policy.toml: {place}")
    assert why in str(refused.value)


@pytest.mark.parametrize("before", ["", ONE_RULE], ids=["alone", "beside [[rule]]"])
def test_only_rule_is_how_a_rule_is_written(before: str) -> None:
    text = 'rules = [{ name = "mine", approvers = { users = ["UEVE"] } }]\n' + before
    with pytest.raises(Invalid, match="rules"):
        load(text, "policy.toml")


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
        ({"scale"}, set(), "chat", False),
        (set(), {"*"}, "chat", False),
    ],
)
def test_what_a_rule_covers(actions: set[str], clusters: set[str], name: str, *, covered: bool) -> None:
    assert rule(actions=actions, clusters=clusters).covers(plan(cluster(name))) is covered


def test_approvers_are_distinct_people_whatever_their_groups() -> None:
    approvers = Approvers(users=frozenset({BOB, DAN}), groups=frozenset({ONCALL, LEADS}))
    assert approvers.resolve(groups().members_of) == {BOB, DAN, EVE}


def test_no_approvers_are_nobody() -> None:
    assert Approvers().resolve(groups().members_of) == frozenset()


def test_a_group_that_cannot_be_looked_up_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(NotFound):
        Approvers(groups=frozenset({"SGONE"})).resolve(groups().members_of)


def test_whoever_is_named_needs_no_look_up() -> None:
    assert Approvers(users=frozenset({BOB}), groups=frozenset({"SGONE"})).include(BOB, groups().members_of)


def test_who_is_in_a_group_is_among_them_and_nobody_else() -> None:
    approvers = Approvers(groups=frozenset({LEADS}))
    assert approvers.include(min(groups().members_of(LEADS)), groups().members_of)
    assert not approvers.include("UNOBODY", groups().members_of)


def test_one_group_that_cannot_be_looked_up_does_not_keep_the_others_out() -> None:
    approvers = Approvers(groups=frozenset({"SAGONE", LEADS}))
    someone = min(groups().members_of(LEADS))
    assert approvers.include(someone, groups().members_of)
    with pytest.raises(NotFound):
        approvers.include("UNOBODY", groups().members_of)
