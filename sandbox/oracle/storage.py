"""The world in a file: written whole after every change, so a restart finds the newest whole one."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.clock import Clock
from sandbox.oracle import exactly
from sandbox.oracle.buckets import Bucket, Stored
from sandbox.oracle.scenario import Scenario
from sandbox.oracle.times import moment
from sandbox.oracle.world import Json, Receipt, Resource, Work, World

FORMAT = 7


def snapshot(world: World) -> Json:
    return {
        "format": FORMAT,
        "clock": {
            "frozen_at": world.clock.now().isoformat() if world.clock.frozen else None,
            "ahead": (world.clock.now() - datetime.now(UTC)).total_seconds(),
        },
        "resources": [asdict(it) for it in world.resources.values()],
        "work": [asdict(it) for it in world.work.values()],
        "receipts": {token: asdict(it) for token, it in world.receipts.items()},
        "limits": world.limits,
        "failures": world.failures,
        "buckets": {name: asdict(it) for name, it in world.buckets.items()},
        "prices": world.prices,
        "prices_updated": world.prices_updated,
        "ledger": exactly.dumps(world.ledger),
        "ledger_alone": world.ledger_alone,
        "discount": world.discount,
        "usage_delay": world.usage_delay,
        "past_clusters": world.past_clusters,
        "anomalies": world.anomalies,
        "alarms": world.alarms,
    }


def save(world: World, path: Path) -> None:
    """Replace the file in one step; a crash leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(snapshot(world), file, separators=(",", ":"))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(scenario: Scenario, clock: Clock, path: Path) -> World:
    kept = json.loads(path.read_text(encoding="utf-8"))
    if kept["format"] != FORMAT:
        raise ValueError(f"{path} is of format {kept['format']}, not {FORMAT}: delete it to start afresh")
    _set_clock(clock, kept["clock"])
    return restored(scenario, clock, kept)


def copied(world: World) -> Json:
    """A snapshot that shares nothing with the world."""
    copy: Json = json.loads(json.dumps(snapshot(world)))
    return copy


def restored(scenario: Scenario, clock: Clock, kept: Json) -> World:
    """The world as it was then, at what the clock shows now."""
    return World(
        scenario,
        clock,
        resources={it["body"]["id"]: _resource(it) for it in kept["resources"]},
        work={it["ocid"]: Work(**it) for it in kept["work"]},
        receipts={token: Receipt(**it) for token, it in kept["receipts"].items()},
        limits=kept["limits"],
        failures=kept["failures"],
        buckets={name: _bucket(it) for name, it in kept["buckets"].items()},
        prices=kept["prices"],
        prices_updated=kept["prices_updated"],
        ledger=exactly.loads(kept["ledger"]),
        ledger_alone=kept["ledger_alone"],
        discount=kept["discount"],
        usage_delay=kept["usage_delay"],
        past_clusters=kept["past_clusters"],
        anomalies=kept["anomalies"],
        alarms=kept["alarms"],
    )


def _resource(kept: Json) -> Resource:
    return Resource(**kept | {"units": [(at, units) for at, units in kept["units"]]})


def _bucket(kept: Json) -> Bucket:
    objects = {name: Stored(**it) for name, it in kept["objects"].items()}
    return Bucket(**kept | {"objects": objects})


def _set_clock(clock: Clock, kept: Json) -> None:
    """Bring a new clock to where the old one was, or would be by now."""
    if kept["frozen_at"]:
        target = moment(kept["frozen_at"])
        clock.freeze()
    else:
        target = datetime.now(UTC) + timedelta(seconds=kept["ahead"])
    clock.advance((target - clock.now()).total_seconds())
