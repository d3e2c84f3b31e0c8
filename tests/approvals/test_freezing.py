from __future__ import annotations

from collections.abc import Callable

import pytest

from approvals.events import AskRefused, Freeze
from approvals.freezing import Freezer
from approvals.policy import People, Policy
from approvals.states import State
from dac.errors import Conflict, Denied, Invalid, Unavailable
from tests.approvals.conftest import House
from tests.approvals.test_asking import recorded
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, START, policy, rule

FREEZERS = People(users=frozenset({BOB, CAT}), groups=frozenset({LEADS}))
RULES = Policy(rules=(rule(),), freezers=FREEZERS)


def freezing(house: House, attempt: str) -> Callable[..., Freeze]:
    freezer = house.freezer(RULES)
    return freezer.freeze if attempt == "freeze" else freezer.unfreeze


@pytest.mark.parametrize("by", [BOB, EVE], ids=["by name", "by group"])
def test_who_is_named_stops_everything_and_lets_it_go_on(house: House, by: str) -> None:
    request, freezer = house.approved(), house.freezer(RULES)
    frozen = freezer.freeze(by, because=" odd bills ")
    assert frozen == freezer.current() == house.store.freeze() == Freeze(by=by, since=START, because="odd bills")
    house.settle(house.executor(), request)
    assert house.oracle.accepted == []
    assert freezer.unfreeze(CAT, because="explained") == frozen
    assert freezer.current() is None
    house.settle(house.executor(), request)
    assert house.store.get(request.id).state is State.APPLIED


@pytest.mark.parametrize("attempt", ["freeze", "unfreeze"])
def test_nobody_else_does_and_who_tries_is_on_record(house: House, attempt: str) -> None:
    if attempt == "unfreeze":
        house.freezer(RULES).freeze(BOB)
    before = house.store.freeze()
    with pytest.raises(Denied, match=f"You are not among those whom the policy lets {attempt}") as no:
        freezing(house, attempt)(ANN)
    assert house.store.freeze() == before
    last = recorded(house)[-1]
    assert last.actor == ANN
    assert AskRefused.model_validate_json(last.body) == AskRefused(attempt=attempt, because=str(no.value))


@pytest.mark.parametrize("attempt", ["freeze", "unfreeze"])
def test_a_policy_that_names_nobody_says_how_to_mend_that(house: House, attempt: str) -> None:
    freezer = house.freezer(policy())
    do = freezer.freeze if attempt == "freeze" else freezer.unfreeze
    with pytest.raises(Denied, match=rf"names nobody who may {attempt}: whoever keeps the policy file can add \[freez"):
        do(BOB)
    assert [each.actor for each in recorded(house)] == [BOB]


def test_whose_group_is_gone_may_not_and_is_on_record(house: House) -> None:
    gone = Policy(rules=(rule(),), freezers=People(groups=frozenset({"SGONE"})))
    with pytest.raises(Denied, match="There is no user group SGONE"):
        house.freezer(gone).freeze(BOB)
    assert len(recorded(house)) == 1


def test_while_slack_is_away_only_who_is_named_one_by_one_can_freeze(house: House) -> None:
    house.groups.problem = Unavailable("Slack did not answer.")
    with pytest.raises(Unavailable):
        house.freezer(RULES).freeze(EVE)
    assert house.store.freeze() is None
    assert recorded(house) == []
    assert house.freezer(RULES).freeze(BOB).by == BOB


def test_what_somebody_else_has_frozen_is_frozen_already(house: House) -> None:
    first = house.freezer(RULES).freeze(BOB, because="bills")
    house.clock.advance(minutes=5)
    with pytest.raises(Conflict, match="Everything is frozen already, and stays so until somebody lets it go on"):
        house.freezer(RULES).freeze(CAT, because="more bills")
    assert house.store.freeze() == first
    assert [each.action for each in recorded(house)] == ["freeze", "refuse"]


def test_who_has_frozen_may_say_it_again_with_a_better_reason(house: House) -> None:
    house.freezer(RULES).freeze(BOB)
    house.clock.advance(minutes=5)
    assert house.freezer(RULES).freeze(BOB, because="odd bills").because == "odd bills"
    assert house.freezer(RULES).unfreeze(EVE).because == "odd bills"
    assert house.store.freeze() is None


def test_where_nothing_is_frozen_there_is_nothing_to_let_go_on(house: House) -> None:
    with pytest.raises(Conflict, match="Nothing is frozen; there is nothing to let go on"):
        house.freezer(RULES).unfreeze(BOB)
    assert [each.action for each in recorded(house)] == ["refuse"]


def test_the_same_freeze_delivered_twice_is_one(house: House) -> None:
    first = house.freezer(RULES).freeze(BOB, delivery="same")
    house.clock.advance(minutes=1)
    assert house.freezer(RULES).freeze(BOB, delivery="same") == first
    assert len(recorded(house)) == 1


def test_the_same_refused_freeze_delivered_twice_is_recorded_once(house: House) -> None:
    for _ in range(2):
        with pytest.raises(Denied):
            house.freezer(RULES).freeze(ANN, delivery="same")
    assert len(recorded(house)) == 1


def test_a_second_copy_of_a_freeze_that_was_lifted_does_not_freeze_again_and_says_so(house: House) -> None:
    house.freezer(RULES).freeze(BOB, delivery="same")
    house.freezer(RULES).unfreeze(CAT)
    with pytest.raises(Conflict, match="That freeze has been lifted meanwhile"):
        house.freezer(RULES).freeze(BOB, delivery="same")
    assert house.store.freeze() is None


def test_a_second_copy_of_an_unfreeze_lifts_no_later_freeze_and_says_so(house: House) -> None:
    house.freezer(RULES).freeze(BOB)
    house.freezer(RULES).unfreeze(CAT, delivery="same")
    again = house.freezer(RULES).freeze(BOB, because="again")
    with pytest.raises(Conflict, match="Everything has been frozen again meanwhile"):
        house.freezer(RULES).unfreeze(CAT, delivery="same")
    assert house.store.freeze() == again


@pytest.mark.parametrize("attempt", ["freeze", "unfreeze"])
@pytest.mark.parametrize("words", ["x" * 40_000, "\ud83d"], ids=["40 kB", "half a character"])
def test_words_that_cannot_be_kept_change_nothing(house: House, attempt: str, words: str) -> None:
    if attempt == "unfreeze":
        house.freezer(RULES).freeze(BOB)
    before = house.store.freeze()
    with pytest.raises(Invalid, match="The reason"):
        freezing(house, attempt)(BOB, because=words)
    assert house.store.freeze() == before


def test_a_freeze_survives_a_restart(house: House) -> None:
    house.freezer(RULES).freeze(BOB, because="bills")
    again = Freezer(type(house.store)(house.path), lambda: RULES, house.groups.members_of, house.clock.now)
    assert again.current() == Freeze(by=BOB, since=START, because="bills")


def test_who_may_is_asked_of_the_policy_as_it_is_now(house: House) -> None:
    held: list[Policy] = [RULES]
    freezer = Freezer(house.store, lambda: held[0], house.groups.members_of, house.clock.now)
    assert freezer.may(BOB)
    held[0] = Policy(rules=(rule(),), freezers=People(groups=frozenset({ONCALL})))
    assert (freezer.may(BOB), freezer.may(DAN)) == (False, True)
    with pytest.raises(Denied):
        freezer.freeze(BOB)
