"""What is a ledger for the local Oracle, what is none and why, and that its rows are what is charged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.clock import Clock
from sandbox.oracle import Config, usage
from sandbox.oracle.ledger import Ledger, LedgerError, read, read_file
from sandbox.oracle.plane import ControlPlane

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
ROW = {"timeUsageStarted": "2026-11-27", "computedAmount": 1}


def plane(ledger: Ledger) -> ControlPlane:
    return ControlPlane(Config((), Clock(NOW, frozen=True), ledger=ledger))


def charged(it: ControlPlane, currency: str = "USD") -> Decimal:
    return usage.spent(it.world, NOW - timedelta(days=30), it.config.clock.now(), currency, lambda _: True)


def documented() -> str:
    text = (Path(__file__).parents[3] / "docs/ledger.md").read_text(encoding="utf-8")
    return text.split("```json\n")[1].split("```")[0]


def test_the_documented_one_is_all_that_is_charged_and_comes_back_with_a_reset(tmp_path: Path) -> None:
    path = tmp_path / "ledger.json"
    path.write_text(documented(), encoding="utf-8")
    it = plane(read_file(path))
    for _ in range(2):
        assert charged(it) == Decimal("851.6550000001")
        assert charged(it, "JPY") == 0
        it.reset()
    it.config.clock.advance(3 * 3600)
    assert charged(it, "JPY") == 120_000
    chat, credit, gone = it.world.ledger
    assert chat["resourceId"] == credit["resourceId"] != gone["resourceId"]
    assert (credit["skuPartNumber"], credit["compartmentName"], credit["credit"]) == ("B108082", "prod", True)
    assert gone["compartmentId"] == it.world.compartments["prod"]


def test_beside_what_runs_it_adds_to_that() -> None:
    rows = [ROW, ROW | {"isForecast": True}, ROW | {"computedAmount": None}]
    both, alone = (charged(plane(read({"rows": rows, "alone": alone}))) for alone in (False, True))
    assert alone == 1
    assert both > 1000 * alone


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"rows": [ROW, {"computedAmount": 1}]}, "row 2, timeUsageStarted: Field required"),
        ({"rows": [{"timeUsageStarted": "2026-11-27"}]}, "row 1, computedAmount: Field required"),
        ({"rows": [ROW | {"computedAmount": "much"}]}, "row 1, computedAmount: 'much' is no number"),
        ({"rows": [ROW | {"computedAmount": "Infinity"}]}, "row 1, computedAmount: 'Infinity' is no number"),
        ({"rows": [ROW | {"unitPrice": True}]}, "row 1, unitPrice: True is no number"),
        ({"rows": [ROW | {"amount": 1}]}, "row 1, amount: is no field of a ledger"),
        ({"row": [ROW]}, "row: is no field of a ledger"),
        ({"rows": ROW}, "rows: Input should be a valid list"),
        ([ROW], "it: Input should be a valid dictionary or instance of Ledger"),
        (
            {"rows": [ROW | {"timeUsageStarted": "27.11.2026"}]},
            "row 1, timeUsageStarted: '27.11.2026' is no time; write it like 2026-11-23 or 2026-11-23T05:00:00Z",
        ),
        ({"rows": [ROW | {"arrives": 5}]}, "row 1, arrives: a time is text such as 2026-11-23T00:00:00Z"),
        ({"rows": [ROW | {"tags": [{"value": "x"}]}]}, "row 1, tags, 0, key: Field required"),
    ],
)
def test_what_is_no_ledger_is_said_by_row_and_field(told: Any, why: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read(told)
    assert str(caught.value.args[0]) == why


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ({"cluster": "chat-prd"}, "cluster: no cluster is called 'chat-prd'; write its OCID as resourceId"),
        ({"compartment": "live"}, "compartment: there is no 'live', only prod, dev"),
    ],
)
def test_names_of_nothing_are_told_and_no_row_counts(named: dict[str, str], why: str) -> None:
    with pytest.raises(LedgerError) as caught:
        plane(read({"rows": [ROW, ROW | named]}))
    assert str(caught.value.args[0]).startswith(f"row 2, {why}")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"rows": [}', "is not JSON: Expecting value"),
        (b"\xff", "is not JSON: 'utf-8' codec"),
        (b'{"rows": [{"computedAmount": NaN}]}', "is not JSON: NaN is no number"),
        (b'{"rows": 1}', ": rows: Input should be a valid list"),
        (None, ": No such file or directory"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "ledger.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LedgerError) as caught:
        read_file(path)
    assert str(caught.value.args[0]).startswith(f"{path}")
    assert why in str(caught.value.args[0])
