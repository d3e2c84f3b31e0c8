"""/dac policy tells the rules, or what a change would need; whatever is tried, nothing is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from approvals.policy import Channels, MonthlyChange, People, Policy, Rule, UnitsChange
from approvals.states import State
from approvals.windows import FreezeWindow
from dac.budgets import Budget
from dac.errors import DacError, Invalid, NotFound, Unavailable
from tests.commands.room import Room, lines, shown
from tests.commands.sound import refused, unsourced
from tests.fakes import ANN, BOB, CAT, EVE, LEADS, ONCALL, rule

HOLIDAYS = FreezeWindow(reason="holidays", zone="Europe/Berlin", starts="2026-11-20T00:00:00", ends="2026-12-01T00:00")
NIGHTS = FreezeWindow.model_validate(
    {"reason": "nights", "zone": "UTC", "days": ["mon", "fri"], "from": "22:00", "to": "06:00"}
)

FULL = rule(
    name="large changes",
    actions=frozenset({"scale"}),
    clusters=frozenset({"chat*"}),
    regions=frozenset({"eu-*"}),
    compartments=frozenset({"ocid1.compartment.*"}),
    tags={},
    units_change=UnitsChange(min=3),
    monthly_change=MonthlyChange(min=Decimal(5000), max=Decimal(100_000)),
    requesters=People(users=frozenset({ANN}), groups=frozenset({LEADS})),
    approvals=2,
    must_include=People(users=frozenset({CAT})),
    denials=2,
    reason_required=True,
    comment_required=True,
    expires_after=timedelta(hours=4),
    begin_within=timedelta(days=2),
    reminders=(timedelta(hours=1), timedelta(hours=2)),
    freeze=(HOLIDAYS, NIGHTS),
    notify=Channels(users=frozenset({"UDAN"}), groups=frozenset({LEADS}), channels=frozenset({"CNOTE"})),
    channel="CCARDS",
    break_glass=People(users=frozenset({EVE})),
    review_within=timedelta(hours=12),
)


def room(path: Path, *rules: Rule, **more: Any) -> Room:
    return Room(path, rules=Policy(rules=rules, freezers=People(users=frozenset({CAT})), **more))


def tried(room: Room, line: str, user: str = ANN) -> str:
    """The answer to a try, which has left no trace and which Slack takes."""
    reply = room.say(f"policy {line}", user)
    assert room.store.in_states(*State) == []
    assert room.store.unseen() == []
    assert not reply.public
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)
    return shown(reply)


def holds(answer: str, parts: Sequence[str]) -> None:
    assert [each for each in parts if each not in answer] == []


def test_a_try_tells_everything_of_the_rule_that_decides(tmp_path: Path) -> None:
    answer = tried(room(tmp_path, FULL), "scale chat 6 because test")
    holds(
        answer,
        [
            "Scale chat from 2 to 6 units",
            "✅ You may ask for it.",
            "Rule 1 of 1 decides*: “large changes”",
            "2 of <@UBOB>, <@UCAT> or <!subteam^SONCALL>",
            "among them <@UCAT>",
            "2 denials end it",
            "asking wants a reason",
            "approving wants a comment",
            "expires 4 h after asking",
            "reminds after 1 h, 2 h",
            "begins within 2 days or expires",
            "<@UANN> or <!subteam^SLEADS>",
            "holidays: 2026-11-20 00:00 to 2026-12-01 00:00, Europe/Berlin · *now*, until <!date^",
            "nights: mon, fri 22:00 to 06:00, UTC\n",
            "<@UDAN> and <!subteam^SLEADS> · <#CNOTE>",
            "<#CCARDS>",
            "<@UEVE>\nreview within 12 h",
            "*Could approve now*: <@UBOB>, <@UCAT> or <@UDAN>",
            "+$71,424 a month",
            "A freeze window covers its start: “holidays”",
        ],
    )


def test_a_try_tells_what_a_plain_rule_leaves_out(tmp_path: Path) -> None:
    answer = tried(
        room(tmp_path, rule(different_groups=True, approvers=People(groups=frozenset({ONCALL})))), "scale chat 4"
    )
    holds(
        answer,
        ["everybody", "none", "nobody beside the channel", "where it was asked", "each of another of these groups"],
    )


def test_a_try_says_why_the_rules_before_do_not_decide(tmp_path: Path) -> None:
    before = (
        rule(name="embedding", clusters=frozenset({"embed*"})),
        rule(name="tiny", units_change=UnitsChange(max=1)),
    )
    answer = tried(room(tmp_path, *before, rule()), "scale chat 6")
    holds(
        answer,
        [
            "Rule 3 of 3 decides*: “everything” (every change)",
            "• not “embedding”: it is for clusters embed*",
            "• not “tiny”: it is for changes by at most 1 units",
        ],
    )


def test_many_rules_passed_over_are_counted(tmp_path: Path) -> None:
    others = [rule(name=f"rule {number}", clusters=frozenset({"embed*"})) for number in range(30)]
    assert "• nor 18 more" in tried(room(tmp_path, *others, rule()), "scale chat 6")


@pytest.mark.parametrize(
    ("decides", "says"),
    [
        (rule(clusters=frozenset({"embed*"})), "No rule of the approval policy covers “scale” on chat"),
        (rule(requesters=People(users=frozenset({BOB}))), "lets only certain people ask"),
        (rule(approvals=9), "Nobody could ever approve this"),
    ],
)
def test_a_try_says_why_it_could_not_be_asked(tmp_path: Path, decides: Rule, says: str) -> None:
    answer = tried(room(tmp_path, decides), "scale chat 4")
    assert "❌ You could not ask for it" in answer
    assert says in answer


def test_a_try_without_a_rule_still_tells_what_it_would_cost(tmp_path: Path) -> None:
    answer = tried(room(tmp_path, rule(clusters=frozenset({"embed*"}))), "scale chat 4")
    holds(answer, ["*No rule covers it*, of 1", "it is for clusters embed*", "+$35,712 a month"])


def test_a_group_that_slack_does_not_tell_of_leaves_who_could_approve_unknown(tmp_path: Path) -> None:
    made = room(tmp_path, rule())
    made.groups.problem = Unavailable("Slack did not answer.")
    assert "Who could approve is not known just now" in tried(made, "scale chat 4")


@pytest.mark.parametrize(
    "line",
    [
        "scale chat 4 --for 8h",
        "/dac scale chat 4 --for 8h",
        "“scale chat 4 --for 8h”",
        "`scale chat 4 --for 8h`",
        "SCALE chat 4 —for 8h because launch",
    ],
)
def test_a_line_is_tried_however_it_is_typed(tmp_path: Path, line: str) -> None:
    assert "in all for the 8 h" in tried(room(tmp_path, rule()), line)


def test_the_budget_is_part_of_a_try(tmp_path: Path) -> None:
    made = room(tmp_path, rule(), budgets=(Budget(name="production", monthly=Decimal(90_000)),))
    assert "Budget “production”" in tried(made, "scale chat 4")


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ("deny 1 because no", Invalid, "asks for no change"),
        ("policy scale chat 4", Invalid, "asks for no change"),
        ("scale chat", Invalid, "I need <units"),
        ("scael chat 4", Invalid, "Did you mean `/dac scale`"),
        ("scale chat 2", Invalid, "already has 2 units"),
        ("scale embed 4", NotFound, "no cluster “embed”"),
        ("scale chat 4 --for ever", Invalid, "no length of time"),
    ],
)
def test_what_could_not_be_typed_cannot_be_tried(tmp_path: Path, line: str, error: type[DacError], says: str) -> None:
    with pytest.raises(error, match=says):
        tried(room(tmp_path, rule()), line)


def test_the_policy_is_told_in_order_with_its_fingerprint(tmp_path: Path) -> None:
    made = room(tmp_path, FULL, rule(tags={"env": "prod"}, units_change=UnitsChange(max=2)))
    reply = made.say("policy")
    answer = shown(reply)
    holds(
        answer,
        [
            "1. *large changes*: scale · clusters chat* · regions eu-* · compartments ocid1.compartment.* · ",
            "by at least 3 units · by 5000 to 100000 USD a month",
            "→ 2 of <@UBOB>, <@UCAT> or <!subteam^SONCALL>, among them <@UCAT>",
            "2. *everything*: tagged env=prod · by at most 2 units",
            "`/dac freeze`: <@UCAT>",
            f"Policy `{made.rules.digest[:12]}`",
        ],
    )
    assert refused(reply.text, reply.blocks) == []


def test_a_rules_compartments_are_told_by_the_names_that_can_be_read(tmp_path: Path) -> None:
    team, sealed = "ocid1.compartment.oc1..team", "ocid1.compartment.oc1..sealed"
    made = room(tmp_path, rule(compartments=frozenset({team, sealed, "ocid1.tenancy.*"})))
    made.oracle.compartments_named = {team: "prod", sealed: None}
    for line in ("policy", "policy scale chat 4"):
        assert f"compartments {sealed}, ocid1.tenancy.*, prod" in shown(made.say(line))


def test_a_policy_nobody_can_freeze_under_says_so(tmp_path: Path) -> None:
    made = Room(
        tmp_path, rules=Policy(rules=(rule(different_groups=True, approvers=People(groups=frozenset({ONCALL}))),))
    )
    answer = shown(made.say("policy"))
    holds(answer, ["`/dac freeze`: nobody", ", each of another group"])


def test_a_long_policy_comes_in_pages(tmp_path: Path) -> None:
    made = room(tmp_path, *(rule(name=f"rule {number}") for number in range(1, 25)))
    first = made.say("policy")
    assert "1 to 10 of 24 rules" in shown(first)
    assert lines(first.blocks) == ["policy --page 2"]
    last = made.say("policy --page 3")
    assert "21 to 24 of 24 rules" in shown(last)
    assert "24. *rule 24*" in shown(last)
    assert lines(last.blocks) == []
    with pytest.raises(NotFound, match="no page 4"):
        made.say("policy --page 4")


def test_a_try_with_many_windows_tells_five_of_them(tmp_path: Path) -> None:
    assert "… and 4 more" in tried(room(tmp_path, rule(freeze=(NIGHTS,) * 9)), "scale chat 4")
