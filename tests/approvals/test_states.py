from __future__ import annotations

import itertools

import pytest

from approvals.states import FINAL, SAID, TRANSITIONS, Action, State, after
from dac.errors import Conflict


@pytest.mark.parametrize(("state", "action"), list(itertools.product(State, Action)))
def test_every_pair_is_either_in_the_table_or_refused(state: State, action: Action) -> None:
    if (state, action) in TRANSITIONS:
        assert after(state, action) is TRANSITIONS[state, action]
    else:
        with pytest.raises(Conflict, match=f"{SAID[state]}; it is too late to {action} it"):
            after(state, action)


def test_every_state_is_reachable_from_pending() -> None:
    reached = {State.PENDING}
    while more := {to for (state, _), to in TRANSITIONS.items() if state in reached} - reached:
        reached |= more
    assert reached == set(State)


def test_every_action_but_submitting_happens_to_some_request() -> None:
    assert {action for _, action in TRANSITIONS} == set(Action) - {Action.SUBMIT}


def test_final_are_the_states_nothing_leads_out_of() -> None:
    assert set(FINAL) == {
        State.APPLIED,
        State.FAILED,
        State.DENIED,
        State.EXPIRED,
        State.CANCELLED,
        State.STALE,
    }
    for (state, _), to in TRANSITIONS.items():
        assert state not in FINAL or to is state


def test_every_state_leads_to_a_final_one() -> None:
    for state in State:
        ahead = {state}
        while more := {to for (at, _), to in TRANSITIONS.items() if at in ahead} - ahead:
            ahead |= more
        assert ahead & FINAL


def test_nothing_begins_without_an_approval() -> None:
    assert {state for (state, action) in TRANSITIONS if action is Action.START} == {State.APPROVED}
    assert {state for (state, action), to in TRANSITIONS.items() if to is State.APPROVED and state is not to} == {
        State.PENDING
    }


def test_a_glass_breaks_before_anything_is_begun_and_never_after() -> None:
    breaking = {state: to for (state, action), to in TRANSITIONS.items() if action is Action.BREAK_GLASS}
    assert breaking == {State.PENDING: State.APPROVED, State.APPROVED: State.APPROVED}


def test_what_people_decide_over_is_pending() -> None:
    deciding = {Action.VOTE, Action.CONSENT, Action.APPROVE, Action.OBJECT, Action.DENY, Action.AMEND}
    assert {state for state, action in TRANSITIONS if action in deciding} == {State.PENDING}


@pytest.mark.parametrize("state", State)
def test_a_refusal_changes_no_state(state: State) -> None:
    assert after(state, Action.REFUSE) is state


def test_every_state_has_its_words() -> None:
    assert set(SAID) == set(State)
    assert len(set(SAID.values())) == len(State)
