"""The names of the configured compartments, by Oracle's Identity service; an OCID's end where they cannot be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web

from bot.oracle import Identity
from bot.oracle.connection import Oracle
from bot.oracle.identity import Kind
from dac.naming import short
from sandbox.serving import running
from tests.bot.oracle.conftest import CHICAGO, HASTY, Open, Place

GET = "GetCompartment"


@pytest.fixture
def ocids(place: Place) -> dict[str, str]:
    found: dict[str, str] = place.state()["compartments"]
    return found


def names(oracle: Oracle) -> list[tuple[str, str]]:
    return list(oracle.reader.compartments().items())


def test_they_come_in_the_order_in_which_they_are_configured(connecting: Open, ocids: dict[str, str]) -> None:
    told = [(ocids["dev"], "dev"), (ocids["prod"], "prod")]
    assert names(connecting(compartments=tuple(ocid for ocid, _ in told))) == told


def test_the_root_has_the_name_of_the_tenancy(connecting: Open, place: Place) -> None:
    root = place.state()["tenancy"]
    assert names(connecting(compartments=(root,))) == [(root, "acme-ai")]


def test_they_are_read_once_for_some_minutes_one_by_one(oracle: Oracle, place: Place) -> None:
    first = names(oracle)
    place.advance(299)
    assert names(oracle) == first
    assert len(place.calls(GET)) == 2
    place.advance(1)
    names(oracle)
    assert len(place.calls(GET)) == 4


@pytest.mark.parametrize("status", [403, 404])
def test_a_name_that_oracle_does_not_tell_is_the_end_of_the_ocid_for_some_minutes(
    oracle: Oracle, ocids: dict[str, str], place: Place, status: int
) -> None:
    place.fault("status", operation=f"GET *{ocids['dev']}", status=status)
    told = [(ocids["prod"], "prod"), (ocids["dev"], short(ocids["dev"]))]
    assert names(oracle) == told
    place.ask("DELETE", "faults")
    place.advance(299)
    assert names(oracle) == told
    place.advance(1)
    assert names(oracle)[1] == (ocids["dev"], "dev")


def test_one_that_is_not_there_keeps_no_other_from_its_name(connecting: Open, ocids: dict[str, str]) -> None:
    gone = "ocid1.compartment.oc1..aaaanobody"
    assert names(connecting(compartments=(gone, ocids["prod"]))) == [(gone, "…nobody"), (ocids["prod"], "prod")]


def test_an_outage_is_asked_about_again_after_seconds(oracle: Oracle, ocids: dict[str, str], place: Place) -> None:
    place.fault("status", service="identity", status=503)
    assert names(oracle) == [(ocid, short(ocid)) for ocid in ocids.values()]
    asked = len(place.calls(GET))
    place.ask("DELETE", "faults")
    place.advance(19)
    names(oracle)
    assert len(place.calls(GET)) == asked
    place.advance(1)
    assert [name for _, name in names(oracle)] == ["prod", "dev"]


def test_in_an_outage_they_keep_the_names_they_had(oracle: Oracle, place: Place) -> None:
    before = names(oracle)
    place.fault("status", service="identity", status=503)
    place.advance(300)
    assert names(oracle) == before


def test_a_service_that_hangs_is_not_waited_for_long(connecting: Open, ocids: dict[str, str], place: Place) -> None:
    place.fault("timeout", service="identity")
    oracle = connecting(patience=replace(HASTY, names=0.5))
    assert names(oracle) == [(ocid, short(ocid)) for ocid in ocids.values()]
    place.ask("DELETE", "faults")


def test_an_identity_that_cannot_sign_in_leaves_the_ocids(
    connecting: Open, ocids: dict[str, str], place: Place
) -> None:
    reader = Identity(Kind.CONFIG_FILE, str(place.keys / "config"), "NOBODY")
    assert names(connecting(reader=reader)) == [(ocid, short(ocid)) for ocid in ocids.values()]


@pytest.mark.parametrize("body", [{}, {"name": ""}, []], ids=["no name", "an empty one", "a list"])
def test_an_answer_that_names_nothing_leaves_the_ocid(connecting: Open, ocids: dict[str, str], body: object) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    def make_app() -> web.Application:
        app = web.Application()
        app.router.add_get("/20160918/{path:.*}", answer)
        return app

    with running(make_app) as url:
        oracle = connecting(endpoint=url, regions=(CHICAGO,))
        assert names(oracle) == [(ocid, short(ocid)) for ocid in ocids.values()]
        oracle.close()
