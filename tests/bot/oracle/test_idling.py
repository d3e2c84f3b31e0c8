"""What a fine-tune leaves, from its end to that of its cluster, against the local Oracle over Oracle's real SDK."""

from __future__ import annotations

from pathlib import Path

import pytest

from approvals.idling import Idling
from approvals.request import Request
from approvals.states import State
from approvals.watch import Watched
from bot.oracle.connection import Oracle
from dac.cluster import ResourceKind
from dac.deleting import plan_delete
from dac.deleting_models import plan_delete_model, surroundings
from dac.endpoints import model_of
from dac.figures import Price
from dac.plans import Plan
from tests.bot.oracle.conftest import CHICAGO, Place
from tests.bot.oracle.team import Team
from tests.bot.oracle.test_every_kind import KINDS
from tests.fakes import CATALOG


@pytest.fixture
def team(oracle: Oracle, place: Place, tmp_path: Path) -> Team:
    return Team(oracle, place, tmp_path / "dac.sqlite3")


def done(team: Team, plan: Plan) -> Request:
    ended = team.life().finish(team.approved(plan).id)
    assert ended.state is State.APPLIED, ended.outcome
    return ended


def test_it_is_told_of_while_it_costs_and_its_end_once_both_are_deleted_in_oracles_order(team: Team) -> None:
    ended = done(team, KINDS["finetune"](team))
    idling = Idling(team.store, team.oracle.reader, CATALOG, lambda: team.place.now)
    team.place.advance(3600)
    assert idling.tend()
    assert ended.watch
    assert ended.claim
    made, on = ended.claim.resource_id, ended.watch.cluster_id
    told = team.store.events(ended.id)[-1].body
    assert isinstance(told, Watched)
    assert (told.what, told.hanging) == ("idle", ("llama-ours",))
    assert told.ways_on[-1] == f"model delete {made}"
    model = model_of(team.oracle.reader.resource(ResourceKind.MODEL, CHICAGO, made))
    seen = surroundings(model, team.oracle.reader)
    fleet = team.oracle.reader.fleet()
    done(team, plan_delete_model(seen, fleet=fleet, catalog=CATALOG, now=team.place.now))
    cluster = team.cluster(on)
    models = [model_of(each) for each in team.there(ResourceKind.MODEL)]
    done(
        team,
        plan_delete(cluster, endpoints=(), models=models, fleet=fleet, catalog=CATALOG, now=team.place.now),
    )
    team.place.advance(900)
    assert idling.tend()
    end = team.store.events(ended.id)[-1].body
    assert isinstance(end, Watched)
    assert end.what == "gone"
    assert end.until < team.place.now
    assert isinstance(end.cost, Price)
    assert team.store.watched() == []
