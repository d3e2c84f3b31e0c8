"""What Oracle's regions say of their models, and what is said where they refuse to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.oracle import Identity
from bot.oracle.connection import Oracle
from bot.oracle.identity import Kind
from dac.discovery import Discovery, Listing
from dac.errors import Denied
from sandbox.serving import running
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, HASTY, NOW, Open, Place

DISCOVER = "ListModelDiscovery"


def offers(found: Discovery, model: str) -> dict[str, tuple[bool | None, bool]]:
    """By region: whether it is had on dedicated clusters, and whether an end of that is named."""
    return {
        each.region: (each.dedicated, each.time_dedicated_retired is not None)
        for each in found.offered
        if each.model == model
    }


def test_every_region_tells_of_its_models_with_their_ends(oracle: Oracle) -> None:
    found = oracle.reader.discover()
    assert found.gaps == ()
    assert found.read_at == NOW
    assert {each.region for each in found.offered} == {CHICAGO, FRANKFURT}
    assert offers(found, "cohere.command-a-03-2025")[CHICAGO] == (True, False)
    assert offers(found, "cohere.command-r-08-2024")[CHICAGO] == (True, True)
    assert found.source.title == "Oracle, ListModelDiscovery"


def test_each_region_is_asked_for_itself(oracle: Oracle, place: Place) -> None:
    oracle.reader.discover()
    asked = sorted(each["path"] for each in place.calls(DISCOVER))
    assert [f"region={region}" in path for region, path in zip((FRANKFURT, CHICAGO), asked, strict=True)] == [True] * 2


@pytest.mark.parametrize("fault", [{"status": 404, "code": "NotAuthorizedOrNotFound"}, {"status": 500}])
def test_a_region_that_refuses_is_asked_for_its_list_and_that_is_said(
    oracle: Oracle, place: Place, fault: dict[str, Any]
) -> None:
    place.fault("status", operation=DISCOVER, region=FRANKFURT, **fault)
    found = oracle.reader.discover()
    assert {each.region: each.listing for each in found.offered} == {
        CHICAGO: Listing.DISCOVERY,
        FRANKFURT: Listing.MODELS,
    }
    assert offers(found, "cohere.command-r-08-2024") == {CHICAGO: (True, True), FRANKFURT: (None, True)}
    assert found.unread == ()
    (gap,) = found.gaps
    assert (gap.region, gap.what) == (FRANKFURT, "model discovery")
    assert f"Oracle answered {fault['status']}" in gap.because
    assert gap.because.endswith("ListModels was read instead: it does not tell how a model can be had.")


def test_a_teams_own_models_are_not_among_those_offered(oracle: Oracle, place: Place) -> None:
    place.fault("status", operation=DISCOVER, status=404)
    own = {each["displayName"] for each in place.state()["regions"][CHICAGO]["models"] if each["type"] == "CUSTOM"}
    assert own
    assert not own & {each.model for each in oracle.reader.discover().offered}


def test_a_compartment_that_may_be_asked_is_enough(place: Place, connecting: Open) -> None:
    seen = place.config().compartments
    found = connecting(compartments=("ocid1.compartment.oc1..aaaasecret", *seen)).reader.discover()
    assert not found.gaps
    assert {each.region for each in found.offered} == {CHICAGO, FRANKFURT}


def test_a_region_that_does_not_answer_at_all_is_a_gap_and_asked_again_by_the_next(
    oracle: Oracle, place: Place
) -> None:
    place.fault("status", region=FRANKFURT, service="generative-ai", status=503)
    found = oracle.reader.discover()
    assert found.unread == (FRANKFURT,)
    assert [(each.region, each.what) for each in found.gaps] == [(FRANKFURT, "models")]
    assert {each.region for each in found.offered} == {CHICAGO}
    place.ask("DELETE", "faults")
    assert not oracle.reader.discover().gaps


def test_of_a_region_that_refuses_another_tells_whether_models_are_offered_there(oracle: Oracle, place: Place) -> None:
    place.fault("status", region=FRANKFURT, service="generative-ai", status=404)
    found = oracle.reader.discover()
    assert found.unread == (FRANKFURT,)
    assert found.told == (FRANKFURT, "uk-london-1", CHICAGO)
    place.begin_again()
    place.ask("DELETE", "faults")
    place.ask("POST", "incidents", {"name": "region-without-service", "cluster": "support-llama"})
    assert oracle.reader.discover().told == ("uk-london-1", CHICAGO)


def test_where_no_list_is_refused_nobody_is_asked_of_others(oracle: Oracle, place: Place) -> None:
    assert oracle.reader.discover().told == ()
    assert len(place.calls(DISCOVER)) == 2
    place.begin_again()
    place.fault("status", service="generative-ai", status=404)
    assert oracle.reader.discover().told == ()


def test_a_region_that_hangs_does_not_hold_up_the_other(place: Place, connecting: Open) -> None:
    place.fault("timeout", region=FRANKFURT)
    found = connecting(patience=replace(HASTY, fleet=3)).reader.discover()
    assert found.unread == (FRANKFURT,)
    assert "did not answer in time" in found.gaps[0].because
    place.ask("DELETE", "faults")


def test_it_is_read_once_for_some_minutes(oracle: Oracle, place: Place) -> None:
    first = oracle.reader.discover()
    place.advance(299)
    assert oracle.reader.discover() is first
    place.advance(1)
    assert oracle.reader.discover().read_at == place.now
    assert len(place.calls(DISCOVER)) == 4


def test_an_identity_that_cannot_sign_in_is_one_refusal(place: Place, connecting: Open) -> None:
    reader = Identity(Kind.CONFIG_FILE, str(place.keys / "config"), "NOBODY")
    with pytest.raises(Denied, match="has no profile NOBODY"):
        connecting(reader=reader).reader.discover()


# ------------------------------------------------------------------------------- answers made for the purpose


@dataclass
class Answers:
    """A region whose two lists say what a test wants."""

    discovered: list[dict[str, Any]]
    listed: list[dict[str, Any]] = field(default_factory=lambda: [{"displayName": "acme.old", "type": "BASE"}])

    def make_app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/20231130/{kind}", self._list)
        return app

    async def _list(self, request: web.Request) -> web.Response:
        kind = request.match_info["kind"]
        return web.json_response({"items": self.discovered if kind == "modelDiscovery" else self.listed})


Discover = Callable[[Answers], Discovery]


@pytest.fixture
def discover(connecting: Open) -> Discover:
    def discovered(answers: Answers) -> Discovery:
        with running(answers.make_app) as url:
            oracle = connecting(endpoint=url, regions=(CHICAGO,))
            found = oracle.reader.discover()
            oracle.close()
            return found

    return discovered


def model(name: str = "acme.one", region: str = CHICAGO, **said: Any) -> dict[str, Any]:
    return {"modelId": name, "vendor": "acme", "availability": [{"realm": "oc1", "region": region, **said}]}


def test_what_oracle_tells_is_kept_to_the_second_and_to_the_letter(discover: Discover) -> None:
    said: dict[str, Any] = {
        "servingModes": ["DEDICATED", "PONDERING"],
        "timeDeprecated": "2026-05-17T00:00:00Z",
        "timeOnDemandRetired": "2026-09-30T23:59:59.999Z",
        "timeDedicatedRetired": "2027-01-31T12:30:00+00:00",
        "supportedReplacements": ["acme.two", "acme.three"],
    }
    (offer,) = discover(Answers([model(**said)])).offered
    assert (offer.model, offer.region, offer.dedicated, offer.on_demand) == ("acme.one", CHICAGO, True, False)
    assert offer.time_deprecated == datetime(2026, 5, 17, tzinfo=UTC)
    assert offer.time_on_demand_retired == datetime(2026, 9, 30, 23, 59, 59, 999_000, tzinfo=UTC)
    assert offer.time_dedicated_retired == datetime(2027, 1, 31, 12, 30, tzinfo=UTC)
    assert offer.replacements == ("acme.two", "acme.three")


def test_what_oracle_leaves_out_is_not_told(discover: Discover) -> None:
    (offer,) = discover(Answers([model(supportedReplacements=None)])).offered
    assert (offer.dedicated, offer.on_demand, offer.time_dedicated_retired, offer.replacements) == (
        None,
        None,
        None,
        (),
    )


def test_what_a_region_says_of_another_is_left_to_that_one(discover: Discover) -> None:
    answers = Answers([model(), model("acme.two", FRANKFURT), {"modelId": "acme.three", "availability": None}])
    assert [each.model for each in discover(answers).offered] == ["acme.one"]


@pytest.mark.parametrize(
    ("discovered", "why"),
    [
        pytest.param([], "tells of no model there", id="nothing"),
        pytest.param([model(region="ORD")], "tells of no model there", id="by another name of the region"),
        pytest.param([model("ocid1.generativeaimodel.oc1..one")], "not in the form expected", id="without names"),
        pytest.param([model(timeDeprecated="soon")], "not in the form expected", id="dates that are none"),
    ],
)
def test_an_answer_that_is_of_no_use_is_as_good_as_none(
    discover: Discover, discovered: list[dict[str, Any]], why: str
) -> None:
    found = discover(Answers(discovered))
    assert [(each.model, each.listing) for each in found.offered] == [("acme.old", Listing.MODELS)]
    (gap,) = found.gaps
    assert why in gap.because


def test_a_region_whose_lists_hold_no_model_is_read_and_bare(discover: Discover) -> None:
    found = discover(Answers([], listed=[{"displayName": "own", "type": "CUSTOM"}]))
    assert (found.offered, found.gaps, found.bare) == ((), (), (CHICAGO,))
