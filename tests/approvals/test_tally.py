from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.policy import People
from approvals.tally import Approval, tally
from tests.fakes import BOB, CAT, DAN, EVE, LEADS, ONCALL, START, rule

SEC = "SSECURITY"
BOTH = (LEADS, ONCALL)
APART: dict[str, Any] = {"approvers": {"groups": [LEADS, ONCALL, SEC]}, "approvals": 2, "different_groups": True}


def yes(voter: str, *groups: str) -> Approval:
    return Approval(voter=voter, at=START, groups=groups)


@pytest.mark.parametrize(
    ("changes", "approvals", "counted", "missing"),
    [
        ({}, [], 0, 1),
        ({}, [yes(BOB)], 1, 0),
        ({"approvals": 2}, [yes(BOB)], 1, 1),
        ({"approvals": 2}, [yes(DAN, *BOTH)], 1, 1),
        ({"approvals": 2}, [yes(DAN, *BOTH), yes(DAN, *BOTH)], 1, 1),
        ({"approvals": 2}, [yes(DAN, ONCALL), yes(EVE, ONCALL)], 2, 0),
        ({"approvals": 2}, [yes(BOB), yes(CAT), yes(DAN)], 3, 0),
        (APART, [yes(DAN, *BOTH)], 1, 1),
        (APART, [yes(DAN, ONCALL), yes(EVE, ONCALL)], 1, 1),
        (APART, [yes(DAN, ONCALL), yes(EVE, LEADS)], 2, 0),
        (APART, [yes(DAN, *BOTH), yes(EVE, LEADS)], 2, 0),
        (APART, [yes(EVE, LEADS), yes(DAN, *BOTH)], 2, 0),
        (APART, [yes(BOB), yes(DAN, *BOTH)], 1, 1),
        (APART, [yes(BOB, "SELSE"), yes(DAN, *BOTH)], 1, 1),
        (APART | {"approvals": 3}, [yes(BOB, *BOTH), yes(CAT, *BOTH), yes(DAN, *BOTH)], 2, 1),
        (APART | {"approvals": 3}, [yes(BOB, LEADS, SEC), yes(CAT, *BOTH), yes(DAN, LEADS)], 3, 0),
        ({"must_include": {"users": [CAT]}}, [yes(BOB)], 1, 1),
        ({"must_include": {"users": [CAT]}}, [yes(CAT)], 1, 0),
        ({"must_include": {"users": [CAT]}, "approvals": 2}, [yes(BOB)], 1, 1),
        ({"must_include": {"users": [CAT]}, "approvals": 2}, [yes(BOB), yes(DAN)], 2, 1),
        ({"must_include": {"users": [CAT]}, "approvals": 3}, [yes(BOB)], 1, 2),
        ({"must_include": {"groups": [LEADS]}}, [yes(DAN, ONCALL)], 1, 1),
        ({"must_include": {"groups": [LEADS]}}, [yes(DAN, *BOTH)], 1, 0),
        (APART | {"must_include": {"groups": ["SELSE"]}}, [yes(DAN, ONCALL), yes(EVE, LEADS, "SELSE")], 2, 0),
    ],
)
def test_what_counts_and_what_is_missing(
    changes: dict[str, Any], approvals: list[Approval], counted: int, missing: int
) -> None:
    found = tally(rule(**changes), approvals)
    assert (found.counted, found.missing) == (counted, missing)
    assert found.enough is (missing == 0)


def test_quorum_by_group_collapses_to_one_person_is_not_so_here() -> None:
    """Elsewhere one person in two groups was two approvals, and one too many kept a request waiting for ever."""
    two = rule(approvers=People(groups=frozenset(BOTH)), approvals=2)
    assert tally(two, [yes(DAN, *BOTH)]).missing == 1
    one = rule(approvers=People(groups=frozenset(BOTH)), approvals=1)
    assert tally(one, [yes(DAN, *BOTH), yes(EVE, LEADS)]).enough


GROUPS = (LEADS, ONCALL, SEC)
memberships = st.dictionaries(st.sampled_from((BOB, CAT, DAN, EVE)), st.sets(st.sampled_from((*GROUPS, "SELSE"))))


@given(memberships)
def test_different_groups_are_as_many_as_can_be_given_a_person_each(groups_of: dict[str, set[str]]) -> None:
    """Against trying every way of giving the groups away."""
    people: list[str | None] = [*groups_of, *(None for _ in GROUPS)]
    best = max(
        sum(person is not None and group in groups_of[person] for group, person in zip(GROUPS, chosen, strict=True))
        for chosen in permutations(people, len(GROUPS))
    )
    found = tally(rule(**APART), [yes(person, *sorted(groups)) for person, groups in groups_of.items()])
    assert found.counted == best


@given(groups_of=memberships, needed=st.integers(1, 3), apart=st.booleans())
def test_another_approval_never_makes_it_less(groups_of: dict[str, set[str]], needed: int, *, apart: bool) -> None:
    held = rule(**APART | {"approvals": needed, "different_groups": apart, "must_include": {"users": [DAN]}})
    before = 0, 3
    given_so_far: list[Approval] = []
    for person, groups in groups_of.items():
        given_so_far.append(yes(person, *sorted(groups)))
        now = tally(held, given_so_far)
        assert now.counted >= before[0]
        assert now.missing <= before[1]
        before = now.counted, now.missing
