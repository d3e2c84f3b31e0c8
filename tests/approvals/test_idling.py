"""What a fine-tune leaves is looked after: who asked is told what its cluster costs until it is gone or used again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from approvals.events import Event
from approvals.idling import Idling
from approvals.request import Request
from approvals.states import Action, State
from approvals.store import Store
from approvals.watch import Watch, Watched
from dac.cluster import Cluster, Lifecycle
from dac.deleting import plan_delete
from dac.errors import Invalid, NotFound, Unavailable
from dac.figures import Price, Unknown
from tests.approvals.conftest import House
from tests.approvals.kinds import LLAMA, TEAM, TUNER, approved, finetune, finish, furnish, reaches
from tests.fakes import ANN, BOB, CATALOG, REGION, Ending, When, cluster, endpoint


@pytest.fixture
def town(house: House) -> House:
    furnish(house)
    return house


def tuned(town: House) -> Request:
    """A fine-tune that has just ended well, on a cluster made for it."""
    request = approved(town, "finetune")
    while not (ended := town.executor().advance(request.id)).final:
        town.clock.advance(minutes=10)
    assert ended.state is State.APPLIED
    return ended


def another(town: House, on: Cluster) -> Request:
    """A further fine-tune on that cluster, agreed to."""
    plan = finetune(town, name="llama-next", on=on)
    asked = town.approvals().submit(plan, requester=ANN, reason="", channel="CTEAM", delivery="another")
    return town.approvals().approve(asked.id, BOB)


def watch_of(town: House, request: Request) -> Watch:
    watch = town.store.get(request.id).watch
    assert watch
    return watch


def left(town: House, request: Request) -> Cluster:
    return town.oracle.held(watch_of(town, request).cluster_id)


def watched(town: House, request: Request) -> list[Watched]:
    return [each.body for each in town.store.events(request.id) if isinstance(each.body, Watched)]


def hours(town: House, count: float, *, by: Callable[[], bool] | None = None) -> None:
    """Let time go by in steps of five minutes, the bot looking after each."""
    tend = by or town.idling.tend
    for _ in range(int(count * 12)):
        town.clock.advance(minutes=5)
        tend()


def passes(town: House, count: float) -> None:
    """The same in one go."""
    town.clock.advance(hours=count)
    town.idling.tend()


class TestWhatIsWatched:
    def test_the_cluster_made_for_it_from_its_end(self, town: House) -> None:
        ended = tuned(town)
        watch = watch_of(town, ended)
        assert (watch.name, watch.region, watch.compartment_id) == ("tuning", REGION, TEAM)
        assert (watch.unit_shape, watch.unit_count) == ("LARGE_GENERIC", 2)
        assert watch.cluster_id == town.oracle.made[0].resource_id
        assert watch.since == ended.ended_at
        assert [each.id for each in town.store.watched()] == [ended.id]

    def test_a_cluster_that_was_there_for_it_too(self, town: House) -> None:
        ended = finish(town, town.executor(), another(town, town.oracle.held(TUNER.id)))
        assert watch_of(town, ended).cluster_id == TUNER.id

    @pytest.mark.parametrize("end", ["failed", "cancelled"])
    def test_what_was_stopped_on_its_way_leaves_it_as_well(self, town: House, end: str) -> None:
        request = approved(town, "finetune")
        reaches(town, town.executor(), request, 1)
        if end == "failed":
            town.oracle.ending = Ending.FAILED
            finish(town, town.executor(), request)
        else:
            town.approvals().cancel(request.id, ANN)
        assert town.store.get(request.id).state.value == end
        passes(town, 2)
        assert [each.what for each in watched(town, request)] == ["idle"]

    @pytest.mark.parametrize("ending", [Ending.FAILED, Ending.NEEDS_ATTENTION])
    def test_a_cluster_that_did_not_come_up_well_is_there_all_the_same(self, town: House, ending: Ending) -> None:
        request = approved(town, "finetune")
        town.oracle.ending = ending
        ended = finish(town, town.executor(), request)
        assert ended.state is State.FAILED
        assert watch_of(town, ended).cluster_id == town.oracle.made[0].resource_id
        passes(town, 1)
        (told,) = watched(town, ended)
        assert told.state == left(town, ended).lifecycle_state
        assert told.ways_on == (f"delete {left(town, ended).id}",)

    def test_nothing_where_none_came_to_be(self, town: House) -> None:
        request = approved(town, "finetune")
        town.oracle.fail("create", Invalid("Oracle answered 400 LimitExceeded."))
        ended = finish(town, town.executor(), request)
        assert (ended.state, ended.watch) == (State.FAILED, None)

    def test_nothing_where_nothing_was_begun(self, town: House) -> None:
        request = approved(town, "finetune")
        town.approvals().cancel(request.id, ANN)
        assert town.store.get(request.id).watch is None

    @pytest.mark.parametrize("kind", ["create", "migrate", "model-delete"])
    def test_nothing_that_another_kind_leaves(self, town: House, kind: str) -> None:
        assert finish(town, town.executor(), approved(town, kind)).watch is None
        assert town.store.watched() == []


class TestTelling:
    def test_an_hour_after_the_end_and_then_every_day(self, town: House) -> None:
        ended = tuned(town)
        start = town.clock.now()
        idling = town.idling
        hours(town, 50, by=idling.tend)
        events = [each for each in town.store.events(ended.id) if each.body.action is Action.WATCH]
        assert [each.at - start for each in events] == [timedelta(hours=1), timedelta(hours=25), timedelta(hours=49)]
        assert [body.number for body in watched(town, ended)] == [1, 2, 3]
        assert not idling.tend()

    def test_what_it_has_cost_and_costs_an_hour_is_said_with_its_source(self, town: House) -> None:
        ended = tuned(town)
        passes(town, 1.5)
        (told,) = watched(town, ended)
        assert isinstance(told.hour, Price)
        assert isinstance(told.cost, Price)
        assert (told.hour.money.amount, told.cost.money.amount) == (Decimal(48), Decimal(72))
        assert any("pay-dedicated" in str(each.url) for each in told.hour.sources)
        assert (told.since, told.until) == (ended.ended_at, town.clock.now())
        assert told.least == "1 unit-hour for each fine-tuning job"

    def test_what_is_not_known_of_its_price_is_said_as_that(self, town: House) -> None:
        ended = tuned(town)
        catalog = CATALOG.model_copy(update={"shapes": {}})
        town.clock.advance(hours=1)
        Idling(town.store, town.oracle, catalog, town.clock.now).tend()
        (told,) = watched(town, ended)
        assert isinstance(told.hour, Unknown)
        assert isinstance(told.cost, Unknown)

    def test_what_was_slept_through_is_told_once(self, town: House) -> None:
        ended = tuned(town)
        passes(town, 80)
        assert [body.number for body in watched(town, ended)] == [4]
        passes(town, 16)
        assert [body.number for body in watched(town, ended)] == [4]
        passes(town, 1)
        assert [body.number for body in watched(town, ended)] == [4, 5]

    def test_two_processes_tell_it_once(self, town: House) -> None:
        ended = tuned(town)
        other = Idling(Store(town.path), town.oracle, CATALOG, town.clock.now)
        town.clock.advance(hours=1)
        town.oracle.on("fleet", When.AFTER, other.tend)
        town.idling.tend()
        assert len(watched(town, ended)) == 1

    def test_a_process_that_starts_anew_does_not_tell_it_again(self, town: House) -> None:
        ended = tuned(town)
        for _ in range(3):
            town.clock.advance(minutes=60)
            Idling(Store(town.path), town.oracle, CATALOG, town.clock.now).tend()
        assert len(watched(town, ended)) == 1

    def test_oracle_is_not_asked_at_every_turn(self, town: House) -> None:
        tuned(town)
        idling = town.idling
        idling.tend()
        town.oracle.fail("resource", Unavailable("asked again"))
        town.clock.advance(minutes=9)
        assert not idling.tend()
        town.clock.advance(minutes=2)
        with pytest.raises(Unavailable, match="asked again"):
            idling.tend()

    def test_trouble_with_one_keeps_no_other_from_being_told(self, town: House) -> None:
        first = finish(town, town.executor(), another(town, town.oracle.held(TUNER.id)))
        second = tuned(town)
        town.clock.advance(hours=2)
        town.oracle.fail("resource", Unavailable("Oracle did not answer."))
        with pytest.raises(Unavailable):
            town.idling.tend()
        assert [len(watched(town, each)) for each in (first, second)] == [0, 1]
        town.idling.tend()
        assert [len(watched(town, each)) for each in (first, second)] == [1, 1]


def ways(town: House, request: Request) -> tuple[str, ...]:
    return watched(town, request)[-1].ways_on


class TestWaysOn:
    def test_host_it_train_another_or_delete_the_model_before_the_cluster(self, town: House) -> None:
        ended = tuned(town)
        ours = town.oracle.made[1].resource_id
        on = left(town, ended)
        passes(town, 1)
        assert watched(town, ended)[0].hanging == ("llama-ours",)
        again = f"finetune --model {LLAMA.name} --cluster {on.id}"
        assert ways(town, ended) == (f"create hosting --model {ours}", again, f"model delete {ours}")
        town.oracle.change(ours, lifecycle_state=Lifecycle.DELETED)
        passes(town, 24)
        assert watched(town, ended)[-1].hanging == ()
        assert ways(town, ended) == (again, f"delete {on.id}")

    def test_what_is_served_is_neither_offered_to_be_hosted_nor_to_be_deleted(self, town: House) -> None:
        ended = tuned(town)
        town.oracle.add(endpoint(cluster("bare"), "ours", model_id=town.oracle.made[1].resource_id))
        passes(town, 1)
        assert watched(town, ended)[0].hanging == ("llama-ours (served by ours)",)
        assert [each.split()[0] for each in ways(town, ended)] == ["finetune"]

    def test_a_model_that_failed_is_not_hosted(self, town: House) -> None:
        ended = tuned(town)
        town.oracle.change(town.oracle.made[1].resource_id, lifecycle_state=Lifecycle.FAILED)
        passes(town, 1)
        assert watched(town, ended)[0].hanging == ("llama-ours (FAILED)",)
        assert [each.split()[0] for each in ways(town, ended)] == ["finetune", "model"]

    def test_of_many_the_one_it_made_comes_first(self, town: House) -> None:
        ended = tuned(town)
        mine = town.oracle.thing(town.oracle.made[1].resource_id)
        for place in range(7):
            town.oracle.add(mine.model_copy(update={"id": f"ocid1.a{place}", "name": f"a{place}"}))
        passes(town, 1)
        assert watched(town, ended)[0].hanging[-1] == "3 more"
        offered = ways(town, ended)
        assert offered[0] == f"create hosting --model {mine.id}"
        assert offered[2:] == (f"model delete {mine.id}", "model delete ocid1.a0")


def whats(town: House, request: Request) -> list[str]:
    return [each.what for each in watched(town, request)]


class TestItsEnd:
    def test_a_cluster_that_is_deleted_is_told_once_with_what_it_cost(self, town: House) -> None:
        ended = tuned(town)
        passes(town, 1)
        on = left(town, ended)
        town.oracle.change(town.oracle.made[1].resource_id, lifecycle_state=Lifecycle.DELETED)
        town.oracle.delete(town.oracle.held(on.id))
        town.clock.advance(minutes=19)
        town.idling.tend()
        assert whats(town, ended) == ["idle"]
        passes(town, 10)
        passes(town, 30)
        assert whats(town, ended) == ["idle", "gone"]
        end = watched(town, ended)[-1]
        assert end.until - end.since == timedelta(hours=1, minutes=20)
        assert isinstance(end.cost, Price)
        assert end.cost.money.amount == Decimal(64)
        assert town.store.watched() == []

    def test_one_that_oracle_has_forgotten_is_gone_too(self, town: House) -> None:
        ended = tuned(town)
        town.oracle.remove(left(town, ended).id)
        passes(town, 3)
        assert whats(town, ended) == ["gone"]
        assert watched(town, ended)[0].until == town.clock.now()

    def test_one_that_cannot_be_seen_is_not_taken_for_gone(self, town: House) -> None:
        ended = tuned(town)
        town.oracle.fail("resource", NotFound("Oracle answered 404 NotAuthorizedOrNotFound."))
        town.clock.advance(hours=1)
        with pytest.raises(NotFound):
            town.idling.tend()
        assert whats(town, ended) == []

    @pytest.mark.parametrize("state", ["NEEDS_ATTENTION", "FAILED", "NEWER_THAN_THIS_BOT"])
    def test_one_that_does_not_work_is_told_of_with_its_state_and_how_to_end_it(self, town: House, state: str) -> None:
        ended = tuned(town)
        ours = town.oracle.made[1].resource_id
        town.oracle.change(left(town, ended).id, lifecycle_state=state, lifecycle_details="a node is down")
        passes(town, 1)
        (told,) = watched(town, ended)
        assert (told.what, told.state, told.details) == ("idle", state, "a node is down")
        assert told.ways_on == (f"create hosting --model {ours}", f"model delete {ours}")
        town.oracle.change(left(town, ended).id, lifecycle_state="ACTIVE")
        passes(town, 24)
        assert (watched(town, ended)[-1].state, watched(town, ended)[-1].details) == ("", "")

    @pytest.mark.parametrize("state", ["CREATING", "UPDATING", "DELETING"])
    def test_one_on_its_way_to_another_state_is_waited_for(self, town: House, state: str) -> None:
        ended = tuned(town)
        town.oracle.change(left(town, ended).id, lifecycle_state=state)
        passes(town, 2)
        assert whats(town, ended) == []
        assert watch_of(town, ended).open

    def test_another_fine_tune_on_it_takes_the_watch_over(self, town: House) -> None:
        ended = tuned(town)
        passes(town, 1)
        next_ = another(town, left(town, ended))
        town.executor().advance(next_.id)
        passes(town, 0.25)
        assert whats(town, ended) == ["idle", "used"]
        assert watched(town, ended)[-1].by_request == next_.id
        assert watched(town, ended)[-1].until == ended.ended_at + timedelta(hours=1)  # type: ignore[operator]
        last = finish(town, town.executor(), next_)
        assert last.state is State.APPLIED
        passes(town, 2)
        assert (whats(town, ended), whats(town, last)) == (["idle", "used"], ["idle"])

    def test_so_it_does_where_the_bot_slept_through_it(self, town: House) -> None:
        ended = tuned(town)
        last = finish(town, town.executor(), another(town, left(town, ended)))
        passes(town, 2)
        assert (whats(town, ended), whats(town, last)) == (["used"], ["idle"])

    def test_while_another_request_changes_it_nothing_is_told(self, town: House) -> None:
        ended = tuned(town)
        on = left(town, ended)
        request = next_delete(town, on)
        assert town.executor().advance(request.id).state is State.APPLYING
        passes(town, 2)
        assert whats(town, ended) == []


def next_delete(town: House, on: Cluster) -> Request:
    town.oracle.change(town.oracle.made[1].resource_id, lifecycle_state=Lifecycle.DELETED)
    plan = plan_delete(on, endpoints=(), models=(), fleet=town.oracle.fleet(), catalog=CATALOG, now=town.clock.now())
    asked = town.approvals().submit(plan, requester=ANN, reason="", channel="CTEAM", delivery="delete")
    return town.approvals().approve(asked.id, BOB)


class TestTrainingWithoutARequest:
    def test_it_is_not_idle_either_where_that_goes_on_in_another_compartment(self, town: House) -> None:
        ended = tuned(town)
        mine = town.oracle.thing(town.oracle.made[1].resource_id)
        away = {"id": "ocid1.away", "compartment_id": "ocid1.compartment.oc1..other"}
        town.oracle.add(mine.model_copy(update=away | {"lifecycle_state": Lifecycle.CREATING}))
        passes(town, 1)
        assert whats(town, ended) == ["busy"]

    def test_it_is_not_idle_meanwhile_and_the_hours_count_anew_from_its_end(self, town: House) -> None:
        ended = tuned(town)
        mine = town.oracle.thing(town.oracle.made[1].resource_id)
        town.oracle.add(mine.model_copy(update={"id": "ocid1.by-hand", "lifecycle_state": Lifecycle.CREATING}))
        passes(town, 1)
        passes(town, 30)
        assert whats(town, ended) == ["busy"]
        town.oracle.change("ocid1.by-hand", lifecycle_state=Lifecycle.ACTIVE)
        passes(town, 1)
        assert whats(town, ended) == ["busy", "free"]
        freed = town.clock.now()
        passes(town, 1)
        assert whats(town, ended) == ["busy", "free", "idle"]
        told = watched(town, ended)[-1]
        assert (told.since, told.number) == (freed, 1)


def test_the_record_tells_the_watch_again(town: House) -> None:
    ended = tuned(town)
    passes(town, 1)
    town.oracle.remove(left(town, ended).id)
    passes(town, 1)
    assert town.store.replayed(ended.id) == town.store.get(ended.id)
    assert watch_of(town, ended).outcome == "gone"
    assert all(isinstance(each, Event) for each in town.store.events(ended.id))
    town.check()
