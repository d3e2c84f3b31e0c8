"""The control plane over restarts, from the command line, and from its files."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sandbox.clock import Clock
from sandbox.oracle import scenario
from sandbox.oracle.__main__ import parse
from sandbox.oracle.config import SCENARIO, Fleet
from tests.sandbox.oracle.conftest import HOME, Opener, refused
from tests.sandbox.oracle.test_clusters import scaled, wanted

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_the_world_survives_a_restart(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "kept" / "oracle.json"
    with opened(clock=Clock(START, frozen=True), state=state) as tenancy:
        cluster = tenancy.cluster("chat-prod")
        made = tenancy.ai().create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t").data
        tenancy.ai().update_dedicated_ai_cluster(cluster, scaled(8))
        tenancy.control("POST", "limits", {"region": HOME, "limit": "dedicated-unit-a10-count", "value": 7})
        tenancy.advance(20)
        before = tenancy.control("GET", "state")
    with opened(clock=Clock(START), state=state) as tenancy:
        assert tenancy.control("GET", "state") == before
        again = tenancy.ai().create_dedicated_ai_cluster(wanted(tenancy), opc_retry_token="t").data
        assert again.id == made.id
        tenancy.advance(10)
        after = tenancy.ai().get_dedicated_ai_cluster(cluster).data
        assert (after.lifecycle_state, after.unit_count) == ("ACTIVE", 8)
        tenancy.control("POST", "set", {"ocid": made.id, "lifecycleState": "DELETED"})
    with opened(state=state) as tenancy:
        tenancy.advance(86_400)
        with refused(404, "NotAuthorizedOrNotFound"):
            tenancy.ai().get_dedicated_ai_cluster(made.id)


def test_skipped_time_survives_a_restart_of_a_running_clock(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "oracle.json"
    with opened(clock=Clock(), state=state) as tenancy:
        tenancy.advance(7 * 86_400)
    with opened(clock=Clock(), state=state) as tenancy:
        now = datetime.fromisoformat(tenancy.control("GET", "state")["now"])
        assert timedelta(days=7) <= now - datetime.now(UTC) + timedelta(seconds=1) < timedelta(days=7, minutes=5)


def test_a_file_of_another_format_is_not_guessed_at(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "oracle.json"
    state.write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(RuntimeError) as caught, opened(state=state):
        pass
    assert "format 99" in str(caught.value.__cause__)


def test_a_call_that_changes_nothing_writes_nothing(opened: Opener, tmp_path: Path) -> None:
    state = tmp_path / "oracle.json"
    with opened(state=state) as tenancy:
        before = state.stat().st_mtime_ns
        tenancy.ai().list_dedicated_ai_clusters(tenancy.prod)
        assert state.stat().st_mtime_ns == before
        tenancy.ai().update_dedicated_ai_cluster(tenancy.cluster("chat-prod"), scaled(3))
        assert state.stat().st_mtime_ns > before


def test_it_runs_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.oracle", "--port", "0", "--keys", str(tmp_path / "keys")]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert "READER and EXECUTOR" in line
    assert (tmp_path / "keys" / "config").exists()


def test_the_command_line_says_what_it_takes(tmp_path: Path) -> None:
    told = parse(["--keys", str(tmp_path), "--fleet", "20x3", "--state", str(tmp_path / "state")])
    assert (told.fleet, told.port, told.scenario) == (Fleet(20, 3), 9001, SCENARIO)


@pytest.mark.parametrize("text", ["20", "20x", "x3", "axb"])
def test_a_fleet_is_written_with_a_cross(text: str) -> None:
    with pytest.raises(ValueError, match="200x10"):
        Fleet.parse(text)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('shape = "EMBED_COHERE"', 'shape = "EMBED"', "no shape"),
        ('region = "eu-frankfurt-1"', 'region = "eu-nowhere-1"', "no region"),
        ('compartment = "dev"', 'compartment = "test"', "no compartment"),
        ('model = "tickets-triage"', 'model = "ticket-triage"', "no model"),
        ('day = "office-eu"', 'day = "office-uk"', "no day"),
        ("[limits.eu-frankfurt-1]", "[limits.eu-nowhere-1]", "no region"),
        ("dedicated-unit-h100-count = 4", "dedicated-unit-h100 = 4", "no limit"),
        ('base = "meta.llama-3.3-70b-instruct"', 'base = "llama"', "no model"),
        ('cluster = "tickets-ft"', 'cluster = "tickets"', "no cluster"),
        ("units = 2", "unit_count = 2", "Extra inputs"),
        (
            'name = "training-data"\ncompartment = "prod"',
            'name = "training-data"\ncompartment = "qa"',
            "no compartment",
        ),
        ("dataset = { rows = 620", "dataset = { lines = 620", "Extra inputs"),
        ('dataset = { rows = 20, seed = "tiny" }', "", "either text or dataset"),
    ],
)
def test_a_scenario_with_a_slip_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    text = SCENARIO.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "scenario.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValidationError, match=why):
        scenario.read(path)


def test_the_scenario_is_what_its_stories_need() -> None:
    told = scenario.read(SCENARIO)
    clusters = {it.name: it for it in told.cluster}
    assert clusters["chat-prod"].units == 2
    assert clusters["support-llama"].state == "NEEDS_ATTENTION"
    assert clusters["tickets-ft"].type == "FINE_TUNING"
    models = {it.name: it for it in told.model}
    retiring = models["cohere.command-r-plus-08-2024"].dedicated_retired_in_days
    assert retiring is not None
    assert 0 < retiring < 30
    assert models["cohere.command-r-08-2024"].dedicated_retired is not None


def test_nothing_but_the_api_and_the_control_paths_is_served(opened: Opener) -> None:
    with opened() as tenancy:
        connection = http.client.HTTPConnection(tenancy.url.removeprefix("http://"), timeout=20)
        connection.request("GET", "/")
        answer: Any = connection.getresponse()
        assert answer.status == 401
        assert answer.headers["opc-request-id"].count("/") == 2
        connection.close()
