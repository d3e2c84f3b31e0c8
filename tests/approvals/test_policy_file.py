from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.places import Place, places
from approvals.policy import People, Rule, load
from dac.errors import Invalid
from tests.fakes import BOB, LEADS

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

[[budget]]
name = "all"
monthly = 90000

[freezers]
users = ["UBOB"]
"""


def test_a_file_says_its_rules_in_order() -> None:
    held = load(FILE, "policy.toml")
    production, rest = held.rules
    assert production == Rule(
        name="production",
        clusters=frozenset({"*-prod"}),
        approvers=People(users=frozenset({BOB}), groups=frozenset({LEADS})),
        approvals=2,
        expires_after=timedelta(hours=4),
        channel="CPROD",
    )
    assert (rest.approvals, rest.expires_after, rest.channel) == (1, timedelta(hours=24), None)
    assert [*rest.actions, *rest.clusters] == ["*", "*"]
    assert [each.name for each in held.budgets] == ["all"]
    assert held.freezers.users == {BOB}


def test_a_file_without_freezers_and_budgets_names_none() -> None:
    held = load(ONE_RULE, "policy.toml")
    assert not held.freezers
    assert held.budgets == ()


ONE_RULE = '[[rule]]\nname = "any"\napprovers = { users = ["UBOB"] }\n'
WEEKLY = '[[rule.freeze]]\nreason = "night"\ndays = ["mon"]\nfrom = "22:00"\nto = "06:00"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE_RULE + "approvals = 0", "line 4: rule 1: approvals: Input should be greater than or equal to 1"),
        (ONE_RULE + "approvals = 21", "line 4: rule 1: approvals: Input should be less than or equal to 20"),
        (ONE_RULE + "approvals = true", "line 4: rule 1: approvals: Input should be a valid integer"),
        (ONE_RULE + 'approvals = "2"', "line 4: rule 1: approvals: Input should be a valid integer"),
        (ONE_RULE + "reason_required = 1", "line 4: rule 1: reason_required: Input should be a valid boolean"),
        (ONE_RULE + "aprovals = 2", "line 4: rule 1: aprovals: there is no such key; did you mean approvals"),
        (ONE_RULE + "zzzz = 2", "line 4: rule 1: zzzz: there is no such key"),
        (ONE_RULE + 'expires_after = "PT0S"', "line 4: rule 1: expires_after: this is longer than nothing and at"),
        (ONE_RULE + 'expires_after = "-PT1H"', "line 4: rule 1: expires_after: this is longer than nothing and at"),
        (ONE_RULE + 'begin_within = "P367D"', "line 4: rule 1: begin_within: this is longer than nothing and at most"),
        (ONE_RULE + 'expires_after = "soon"', "line 4: rule 1: expires_after: Input should be a valid timedelta"),
        (
            ONE_RULE + "expires_after = 4",
            "line 4: rule 1: expires_after: a length of time in quotation marks is wanted",
        ),
        (ONE_RULE + 'channel = "#ops"', "line 4: rule 1: channel: “#ops” does not match ^[CG]"),
        (ONE_RULE + "tags = { env = 1 }", "line 4: rule 1: tags.env: Input should be a valid string"),
        (ONE_RULE + "units_change = { min = 1.5 }", "line 4: rule 1: units_change.min: Input should be a valid int"),
        (
            ONE_RULE + "units_change = { min = 2, max = 1 }",
            "line 4: rule 1: units_change: min (2) is more than max (1)",
        ),
        (ONE_RULE + "monthly_change = { max = inf }", "line 4: rule 1: monthly_change.max: Input should be a finite"),
        (ONE_RULE + "monthly_change = {}", "line 4: rule 1: monthly_change: give min, max or both"),
        (ONE_RULE + "[rule.monthly_change]\nmax = 1\ncurrency = '$'", "line 6: rule 1: monthly_change.currency: “$”"),
        (ONE_RULE + 'reminders = ["PT1H",\n  "never"]', "line 5: rule 1: reminders: Input should be a valid timedelta"),
        (ONE_RULE + "\n[[rule]]\napprovers = { users = ['UBOB'] }", "line 5: rule 2: name: this is missing"),
        (ONE_RULE + "\n[[rule]]\nname = 'x'", "line 5: rule 2: approvers: this is missing"),
        (ONE_RULE + "\n" + ONE_RULE, "line 6: rule 2: name: “any” is another rule's name already"),
        (ONE_RULE + "different_groups = true", "line 1: rule 1: different_groups: 1 approvals from different groups"),
        (ONE_RULE + "must_include = {}", "line 1: rule 1: must_include: this names nobody"),
        ('[[rule]]\nname = ""\napprovers = {}', "line 2: rule 1: name: String should have at least 1 character"),
        ('[[rule]]\nname="x"\napprovers = { users = ["@bob"] }', "line 3: rule 1: approvers.users: “@bob” does not"),
        ('[[rule]]\nname="x"\n[rule.approvers]\nusers = [\n"UBOB",\n"SL"\n]', "line 6: rule 1: approvers.users: “SL”"),
        ('[[rule]]\nname="x"\napprovers = { groups = ["UBOB"] }', "line 3: rule 1: approvers.groups: “UBOB” does not"),
        ('[[rule]]\nname="x"\napprovers = ["UBOB"]', "line 3: rule 1: approvers: Input should be a valid dictionary"),
        (ONE_RULE + 'approvers.users = 1\n[[rule]]\n"sp ace" = 1', "Cannot mutate immutable"),
        (ONE_RULE + WEEKLY, "line 4: rule 1: freeze.zone: this is missing"),
        (ONE_RULE + WEEKLY + 'zone = "Berlin"', "line 9: rule 1: freeze.zone: “Berlin” is no time zone I know"),
        (
            ONE_RULE + WEEKLY + 'zone = "UTC"\n' + WEEKLY.replace("22:00", "25:00") + 'zone = "UTC"',
            "line 13: rule 1: freeze.from: a time of day in whole minutes is wanted",
        ),
        (ONE_RULE + WEEKLY + 'zone = "UTC"\nuntil = 1', "line 10: rule 1: freeze.until: there is no such key"),
        (
            ONE_RULE + WEEKLY.replace('to = "06:00"\n', "") + 'zone = "UTC"',
            "line 4: rule 1: freeze: with days and from goes to",
        ),
        ("[extra]\n" + ONE_RULE, "line 1: extra: there is no such key"),
        (ONE_RULE + "[freezer]\nusers = []", "line 4: freezer: there is no such key; did you mean freezers"),
        (ONE_RULE + "[freezers]\nusers = ['bob']", "line 5: freezers.users: “bob” does not match"),
        (ONE_RULE + "[[budget]]\nname = 'a'\nmonthly = 0", "line 6: budget 1: monthly: Input should be greater than 0"),
        (ONE_RULE + "[[budget]]\nname = 'a'", "line 4: budget 1: monthly: this is missing"),
        ("[[rule]]\nname = \n", "Invalid value (at line 2, column 8)"),
        ("[[rule]]\nname = 'x'\nname = 'y'\n", "Cannot overwrite a value (at line 3"),
        ("a = " + "9" * 5000, "Exceeds the limit"),
        ("", "rule: it holds no rule; write at least one under [[rule]]"),
        ("rule = []", "rule: it holds no rule"),
        ("\nrule = 3", "line 2: rule: each is written under its own [[rule]]"),
        ('[rule]\nname = "x"', "line 1: rule: each is written under its own [[rule]]"),
        ("[budget]\nname = 'a'\n" + ONE_RULE, "line 1: budget: each is written under its own [[budget]]"),
        (ONE_RULE + "[[rules]]", "line 4: rules: each rule is written under its own [[rule]]"),
        ("budgets = []\n" + ONE_RULE, "line 1: budgets: each budget is written under its own [[budget]]"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_the_line_the_key_and_the_reason(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(text, "team-policy.toml")
    assert str(refused.value).startswith(f"team-policy.toml: {said}")


def test_of_several_mistakes_the_first_in_the_file_is_told() -> None:
    text = '[[rule]]\nchannel = "#ops"\nname = ""\napprovers = { users = ["UBOB"] }\n'
    with pytest.raises(Invalid, match="line 2: rule 1: channel"):
        load(text, "policy.toml")
    with pytest.raises(Invalid, match="line 1: rule 1: aprovers"):
        load("rule = [{aprovers = 1}]", "policy.toml")


def test_what_is_mistyped_is_told_before_what_is_missing_for_it() -> None:
    with pytest.raises(Invalid, match="line 3: rule 1: aprovers: there is no such key; did you mean approvers"):
        load('[[rule]]\nname = "x"\naprovers = { users = ["UBOB"] }\n', "policy.toml")


HARD = """# [[rule]]
x = 1 # y = 2
"quoted key" . b = \"\"\"
[[rule]]
a = "\\"\\"\\" \"\"\"
 [[ rule ]]\t# a comment
name = "a#]b, \\" }"
approvers = { users = [
  "UBOB", # me
  'U]CAT',
], groups = [], x.y = 1 }
tags = { "cost \\u0041" = '''x
''''', 'b' = 3, c = \"\"\"\"\"\" }
[rule.must_include]
users = ["X"]
[[rule.freeze]]
reason = ""
[[rule.freeze]]
days = [ ["a"], ["b",

 "c"] ]
[[rule]]
when = 1979-05-27 07:32:00
[[rule.freeze]]
reason = "z"
"""

LINES: dict[Place, int] = {
    ("x",): 2,
    ("quoted key",): 3,
    ("quoted key", "b"): 3,
    ("rule",): 6,
    ("rule", 0): 6,
    ("rule", 0, "name"): 7,
    ("rule", 0, "approvers"): 8,
    ("rule", 0, "approvers", "users"): 8,
    ("rule", 0, "approvers", "users", 0): 9,
    ("rule", 0, "approvers", "users", 1): 10,
    ("rule", 0, "approvers", "groups"): 11,
    ("rule", 0, "approvers", "x"): 11,
    ("rule", 0, "approvers", "x", "y"): 11,
    ("rule", 0, "tags"): 12,
    ("rule", 0, "tags", "cost A"): 12,
    ("rule", 0, "tags", "b"): 13,
    ("rule", 0, "tags", "c"): 13,
    ("rule", 0, "must_include"): 14,
    ("rule", 0, "must_include", "users"): 15,
    ("rule", 0, "must_include", "users", 0): 15,
    ("rule", 0, "freeze"): 16,
    ("rule", 0, "freeze", 0): 16,
    ("rule", 0, "freeze", 0, "reason"): 17,
    ("rule", 0, "freeze", 1): 18,
    ("rule", 0, "freeze", 1, "days"): 19,
    ("rule", 0, "freeze", 1, "days", 0): 19,
    ("rule", 0, "freeze", 1, "days", 0, 0): 19,
    ("rule", 0, "freeze", 1, "days", 1): 19,
    ("rule", 0, "freeze", 1, "days", 1, 0): 19,
    ("rule", 0, "freeze", 1, "days", 1, 1): 21,
    ("rule", 1): 22,
    ("rule", 1, "when"): 23,
    ("rule", 1, "freeze"): 24,
    ("rule", 1, "freeze", 0): 24,
    ("rule", 1, "freeze", 0, "reason"): 25,
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_key_is_found_on_its_line_however_it_is_written(newline: str) -> None:
    assert places(HARD.replace("\n", newline)) == LINES
