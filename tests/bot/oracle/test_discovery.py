"""What the local Oracle says of its models, and what is said where it refuses to."""

from __future__ import annotations

from bot.oracle.connection import Oracle
from dac.discovery import Discovery, Listing
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, Open, Place

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
    assert {each.region for each in found.offered} == {CHICAGO, FRANKFURT}
    assert offers(found, "cohere.command-a-03-2025")[CHICAGO] == (True, False)
    assert offers(found, "cohere.command-r-08-2024")[CHICAGO] == (True, True)
    assert found.source.title == "Oracle, ListModelDiscovery"


def test_a_region_that_refuses_is_asked_for_its_list_and_that_is_said(oracle: Oracle, place: Place) -> None:
    place.fault("status", operation=DISCOVER, status=404, code="NotAuthorizedOrNotFound")
    found = oracle.reader.discover()
    assert {each.listing for each in found.offered} == {Listing.MODELS}
    assert {each.region for each in found.gaps} == {CHICAGO, FRANKFURT}
    assert offers(found, "cohere.command-r-08-2024")[CHICAGO] == (None, True)


def test_a_region_that_does_not_answer_is_a_gap(oracle: Oracle, place: Place) -> None:
    place.fault("status", operation=DISCOVER, status=500)
    found = oracle.reader.discover()
    assert found.offered == ()
    assert found.unread == (FRANKFURT, CHICAGO)


def test_it_is_read_once_for_some_minutes(connecting: Open, place: Place) -> None:
    oracle = connecting(slow_fresh_for=300)
    oracle.reader.discover()
    oracle.reader.discover()
    assert len(place.calls(DISCOVER)) == 2
    place.advance(301)
    oracle.reader.discover()
    assert len(place.calls(DISCOVER)) == 4
