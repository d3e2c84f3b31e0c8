"""What somebody else does between the steps of a request: to what is old, to what is new, to what was agreed to."""

from __future__ import annotations

from typing import Any

import pytest

from approvals.request import Request
from approvals.states import Action, State
from dac.cluster import Cluster, Lifecycle, Model
from dac.deleting_models import plan_delete_model, surroundings
from dac.errors import NotFound
from tests.approvals.conftest import House
from tests.approvals.kinds import CHAT, LLAMA, OURS, SERVED, TUNER, approved, finetune, finish, furnish, given, reaches
from tests.fakes import ANN, BOB, CATALOG, Ending, Killed, MortalStore, When, endpoint, policy


@pytest.fixture
def town(house: House) -> House:
    furnish(house)
    return house


def at_the_pause(town: House, kind: str = "migrate") -> Request:
    request = approved(town, kind)
    for _ in range(40):
        now = town.executor().advance(request.id)
        if now.claim and now.claim.question:
            return now
        town.clock.advance(minutes=10)
    raise AssertionError("it never comes to its pause")


def confirmed(town: House, request: Request) -> Request:
    town.approvals().confirm(request.id, ANN)
    return finish(town, town.executor(), request)


class TestWhileAMigrationWaits:
    @pytest.mark.parametrize("state", ["gone", "DELETED", "DELETING"])
    @pytest.mark.parametrize("kind", ["migrate", "endpoint-move"])
    def test_an_old_endpoint_that_somebody_deletes_is_as_it_was_agreed_to(
        self, town: House, kind: str, state: str
    ) -> None:
        waiting = at_the_pause(town, kind)
        if state == "gone":
            town.oracle.remove(SERVED.id)
        elif state == "DELETED":
            town.oracle.change(SERVED.id, lifecycle_state=state)
        else:
            town.oracle.delete(town.oracle.thing(SERVED.id))
            town.oracle.removed.clear()
        ended = confirmed(town, waiting)
        assert ended.state is State.APPLIED, ended.outcome
        assert town.oracle.removed == ([CHAT.id] if kind == "migrate" else [])

    def test_so_is_all_of_it(self, town: House) -> None:
        waiting = at_the_pause(town)
        town.oracle.remove(SERVED.id)
        town.oracle.remove(CHAT.id)
        ended = confirmed(town, waiting)
        assert ended.state is State.APPLIED, ended.outcome
        assert "The cluster chat is gone: somebody else deleted it, or moved it out of sight." in ended.outcome
        assert town.oracle.removed == []

    @pytest.mark.parametrize("hidden", [SERVED.id, CHAT.id])
    def test_what_is_only_hidden_is_not_taken_for_gone(self, town: House, hidden: str) -> None:
        waiting = at_the_pause(town)
        town.approvals().confirm(waiting.id, ANN)
        request = reaches(town, town.executor(), waiting, 3 if hidden == SERVED.id else 4)
        before = list(town.oracle.removed)
        made = request.claim.made if request.claim else {}
        # What it has made is looked at first.
        town.oracle.on("resource", When.BEFORE, lambda: None, times=len(made))
        town.oracle.fail("resource", NotFound("Oracle answered 404 NotAuthorizedOrNotFound."))
        ended = finish(town, town.executor(), request)
        assert ended.state is State.FAILED
        assert "404 NotAuthorizedOrNotFound" in ended.outcome
        assert town.oracle.removed == before

    @pytest.mark.parametrize(
        ("changed", "how", "said"),
        [
            (SERVED.id, {"name": "chat-renamed"}, "is called chat-renamed now, not chat-endpoint as it was agreed to"),
            (SERVED.id, {"lifecycle_state": "UPDATING"}, "The endpoint chat-endpoint is UPDATING; somebody else"),
            (CHAT.id, {"unit_count": 5}, "The cluster chat has so many units: 5 now, not 2"),
            (CHAT.id, {"name": "chat-renamed"}, "is called chat-renamed now"),
        ],
    )
    def test_what_is_old_and_was_changed_stays(self, town: House, changed: str, how: dict[str, Any], said: str) -> None:
        waiting = at_the_pause(town)
        town.oracle.change(changed, **how)
        ended = confirmed(town, waiting)
        assert ended.state is State.FAILED
        assert said in ended.outcome
        assert changed not in town.oracle.removed

    def test_an_endpoint_in_another_compartment_by_then_goes_all_the_same(self, town: House) -> None:
        waiting = at_the_pause(town)
        town.oracle.change(SERVED.id, compartment_id="ocid1.compartment.oc1..other")
        ended = confirmed(town, waiting)
        assert ended.state is State.APPLIED, ended.outcome
        assert town.oracle.removed == [SERVED.id, CHAT.id]

    def test_a_new_endpoint_on_the_old_cluster_keeps_all_that_is_old_and_is_named(self, town: House) -> None:
        waiting = at_the_pause(town)
        late = town.oracle.add(endpoint(CHAT, "late", compartment_id="ocid1.compartment.oc1..other"))
        ended = confirmed(town, waiting)
        assert ended.state is State.FAILED
        assert "The cluster chat has endpoints that nobody agreed to delete: late" in ended.outcome
        assert town.oracle.thing(late.id).lifecycle_state == Lifecycle.ACTIVE
        assert town.oracle.held(CHAT.id).lifecycle_state == Lifecycle.ACTIVE
        assert town.oracle.removed == []


class TestModels:
    def test_two_requests_delete_one_model_once(self, town: House) -> None:
        one, two = approved(town, "model-delete"), approved(town, "model-delete")
        executor = town.executor()
        assert finish(town, executor, one).state is State.APPLIED
        ended = finish(town, executor, two)
        assert ended.state is State.STALE
        assert town.oracle.removed == [OURS.id]

    def test_a_training_that_starts_beside_it_keeps_nobody_from_deleting_it(self, town: House) -> None:
        request = approved(town, "model-delete")
        town.oracle.add(OURS.model_copy(update={"id": "ocid1.by-hand", "lifecycle_state": Lifecycle.CREATING}))
        assert finish(town, town.executor(), request).state is State.APPLIED

    def test_one_that_is_deleted_at_the_last_moment_is_deleted(self, town: House) -> None:
        request = approved(town, "model-delete")
        town.oracle.on("delete", When.BEFORE, lambda: town.oracle.remove(OURS.id))
        assert finish(town, town.executor(), request).state is State.APPLIED
        assert town.oracle.removed == []

    def test_one_that_is_served_at_the_last_moment_stays_in_oracles_words(self, town: House) -> None:
        request = approved(town, "model-delete")
        town.oracle.on("delete", When.BEFORE, lambda: town.oracle.add(endpoint(CHAT, "late", model_id=OURS.id)))
        ended = finish(town, town.executor(), request)
        assert ended.state is State.FAILED
        assert "409 Conflict: it has endpoints" in ended.outcome

    def test_its_cluster_being_gone_is_another_thing_to_agree_to(self, town: House) -> None:
        request = approved(town, "model-delete")
        town.oracle.remove(TUNER.id)
        ended = finish(town, town.executor(), request)
        assert ended.state is State.STALE
        held = town.oracle.thing(OURS.id)
        assert isinstance(held, Model)
        again = plan_delete_model(
            surroundings(held, town.oracle), fleet=town.oracle.fleet(), catalog=CATALOG, now=town.clock.now()
        )
        assert again.cluster is None


class TestFineTunes:
    def asked(self, town: House, name: str, on: Cluster) -> Request:
        plan = finetune(town, name=name, on=on)
        asked = town.approvals().submit(plan, requester=ANN, reason="", channel="CTEAM", delivery=name)
        return town.approvals().approve(asked.id, BOB)

    def test_two_on_one_cluster_train_one_after_the_other(self, town: House) -> None:
        one, two = (self.asked(town, name, town.oracle.held(TUNER.id)) for name in ("first", "second"))
        executor = town.executor()
        executor.advance(one.id)
        held = executor.advance(two.id)
        assert held.held
        assert held.held.request_id == one.id
        assert [finish(town, executor, each).state for each in (one, two)] == [State.APPLIED] * 2
        assert [each.name for each in town.oracle.made] == ["first", "second"]

    def test_of_two_of_one_name_the_second_is_outdated(self, town: House) -> None:
        one = self.asked(town, "same", town.oracle.held(TUNER.id))
        plan = finetune(town, name="same")
        two = town.approvals().submit(plan, requester=ANN, reason="", channel="CTEAM", delivery="two")
        town.approvals().approve(two.id, BOB)
        finish(town, town.executor(), one)
        ended = finish(town, town.executor(), two)
        assert ended.state is State.STALE
        assert "There is a model same there already" in ended.outcome

    def test_a_base_that_retires_meanwhile_outdates_it(self, town: House) -> None:
        request = approved(town, "finetune")
        town.oracle.change(LLAMA.id, time_dedicated_retired=town.clock.now())
        ended = finish(town, town.executor(), request)
        assert ended.state is State.STALE
        assert "is retired for dedicated clusters" in ended.outcome

    def test_a_limit_that_is_used_up_meanwhile_outdates_it(self, town: House) -> None:
        request = approved(town, "finetune")
        town.oracle.limit = 0
        assert finish(town, town.executor(), request).state is State.STALE
        assert given(town).made == ()

    def test_a_training_that_fails_says_why_and_what_is_there(self, town: House) -> None:
        request = approved(town, "finetune")
        reaches(town, town.executor(), request, 1)
        town.oracle.ending = Ending.FAILED
        ended = finish(town, town.executor(), request)
        assert "OutOfCapacity: no hosts left" in ended.outcome
        cluster, model = (each.resource_id for each in town.oracle.made)
        assert ended.ways == (f"model delete {model}", f"delete {cluster}")

    @pytest.mark.parametrize("state", ["gone", "DELETED", "DELETING"])
    def test_a_model_that_is_deleted_while_it_trains_is_not_said_to_be_there(self, town: House, state: str) -> None:
        request = approved(town, "finetune")
        reaches(town, town.executor(), request, 1)
        town.oracle.ending = Ending.LAGGING
        while len(town.oracle.made) < 2:
            town.executor().advance(request.id)
        cluster, model = (each.resource_id for each in town.oracle.made)
        if state == "gone":
            town.oracle.remove(model)
        else:
            town.oracle.change(model, lifecycle_state=state)
        town.clock.advance(hours=1)
        ended = finish(town, town.executor(), request)
        assert ended.state is State.FAILED
        assert f"({model}) is there" not in ended.outcome
        assert f"({cluster}) is there" in ended.outcome
        assert ended.ways == (f"delete {cluster}",)


def test_what_is_old_stays_where_what_is_new_is_lost_while_a_freeze_holds_its_removal_up(town: House) -> None:
    rules = policy().model_copy(update={"freezers": policy().rules[0].approvers})
    waiting = at_the_pause(town)
    town.approvals().confirm(waiting.id, ANN)
    # Claimed a moment before the freeze, and not yet called for.
    store = MortalStore(town.path)
    store.dies(Action.RESUME, When.AFTER)
    with pytest.raises(Killed):
        town.executor("dies", store).advance(waiting.id)
    town.oracle.calm()
    town.freezer(rules).freeze(BOB, because="incident")
    town.clock.advance(hours=1)
    held = town.executor().advance(waiting.id)
    assert held.held
    town.oracle.change(town.oracle.made[0].resource_id, lifecycle_state=Lifecycle.FAILED)
    town.freezer(rules).unfreeze(BOB)
    ended = finish(town, town.executor(), waiting)
    assert ended.state is State.FAILED
    assert "The new cluster chat-2 is FAILED, so what it replaces is not removed" in ended.outcome
    assert town.oracle.removed == []
