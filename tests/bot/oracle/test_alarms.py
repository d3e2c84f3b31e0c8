"""The alarms over Generative AI, and which of them fire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import oci
import pytest

from bot.oracle import connect
from bot.oracle.alarms import alarms_in
from bot.oracle.calls import Calls
from bot.oracle.clients import Clients
from bot.oracle.config import Patience
from dac.alarms import Alarm, AlarmStatus
from dac.errors import NotFound, Unavailable
from tests.bot.oracle.conftest import CHICAGO, FRANKFURT, NOW, Place

Reading = Callable[..., dict[str, Alarm]]


@pytest.fixture
def reading(place: Place) -> Any:
    config = place.config()
    clients = Clients(config.reader, config, lambda: place.now)
    calls = Calls(Patience(attempts=1), place.slept.append)

    def read(compartment: str = "prod", region: str = CHICAGO) -> dict[str, Alarm]:
        ocid = place.state()["compartments"].get(compartment, compartment)
        return {each.name: each for each in alarms_in(clients.monitoring(region), calls, region, ocid)}

    yield read
    clients.close()


def test_an_alarm_tells_what_it_watches_and_how_it_stands(place: Place, reading: Reading) -> None:
    found = reading()
    assert list(found) == ["Chat errors", "Chat on the web is slow", "Product search is slow"]
    alarm = found["Product search is slow"]
    assert alarm.resources == {place.found("endpoints", "search-embed")["id"]}
    assert (alarm.status, alarm.severity, alarm.region) == (AlarmStatus.OK, "CRITICAL", CHICAGO)
    assert not alarm.firing
    assert alarm.summary == "Searching takes more than a second."
    both = {place.found("endpoints", each)["id"] for each in ("chat-prod-web", "chat-prod-app")}
    assert found["Chat errors"].resources == both


def test_a_firing_alarm_tells_since_when(reading: Reading) -> None:
    (alarm,) = reading(region=FRANKFURT).values()
    assert alarm.firing
    assert alarm.since < NOW


def test_a_suspended_alarm_is_neither_firing_nor_well(reading: Reading) -> None:
    (alarm,) = reading("dev").values()
    assert alarm.status == AlarmStatus.SUSPENDED
    assert not alarm.firing


def test_where_no_alarm_is_over_generative_ai_no_status_is_asked_for(place: Place, reading: Reading) -> None:
    assert reading("dev", FRANKFURT) == {}
    assert not place.calls("ListAlarmsStatus")


def test_every_page_is_read(place: Place) -> None:
    config = place.config()
    clients = Clients(config.reader, config, lambda: place.now)

    class TwoByTwo:
        """The SDK's own client, asking for small pages."""

        def __init__(self, client: oci.monitoring.MonitoringClient) -> None:
            self._client = client

        def list_alarms(self, **told: Any) -> Any:
            return self._client.list_alarms(**told, limit=1)

        def list_alarms_status(self, **told: Any) -> Any:
            return self._client.list_alarms_status(**told, limit=1)

    prod = place.state()["compartments"]["prod"]
    found = alarms_in(TwoByTwo(clients.monitoring(CHICAGO)), Calls(Patience()), CHICAGO, prod)
    clients.close()
    assert [each.name for each in found] == ["Chat errors", "Chat on the web is slow", "Product search is slow"]


def test_all_of_them_are_read_at_once_and_what_cannot_be_is_a_gap(place: Place) -> None:
    oracle = connect(place.config(), now=lambda: place.now, sleep=place.slept.append)
    whole = oracle.reader.fleet()
    assert {each.region for each in whole.alarms} == {CHICAGO, FRANKFURT}
    assert whole.gaps == ()
    place.fault("status", operation="ListAlarms", region=FRANKFURT, status=401, times=9)
    place.advance(60)
    partly = oracle.reader.fleet()
    oracle.close()
    assert {each.region for each in partly.alarms} == {CHICAGO}
    assert {(each.region, each.what.split(" ")[0]) for each in partly.gaps} == {(FRANKFURT, "alarms")}
    assert partly.clusters == whole.clusters


def test_what_cannot_be_read_says_which_alarms(place: Place, reading: Reading) -> None:
    with pytest.raises(NotFound, match="Listing alarms in us-chicago-1"):
        reading("ocid1.compartment.oc1..unknown")
    place.fault("status", operation="ListAlarmsStatus", status=503)
    with pytest.raises(Unavailable, match="Listing the status of alarms"):
        reading()
