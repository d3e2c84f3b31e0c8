"""kill -9 at random moments with approved changes under way: Oracle's own record must show each of them once."""

from __future__ import annotations

import random
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from approvals.audit import Head
from approvals.records import Records
from approvals.requests import OPEN
from approvals.store import Store
from tests.e2e.world import World

KILLS = 20
SECONDS = 1800.0
"""However many kills are left, no more of them after that."""

UNDER_WAY = 2
"""So many changes at a time, each of another cluster."""

LONGEST = 1.5
"""A bot lives for a moment between nothing and this; a change takes less from its approval to its end."""

SIZES = {"docs-idle": (2, 1), "tickets-prod": (2, 1), "contracts-rplus": (2, 1)}
"""What these clusters are set to in turn."""


@dataclass
class Kills:
    """What has been approved and how often the bot has died over it."""

    world: World
    store: Store
    chance: random.Random
    asked: Counter[str] = field(default_factory=Counter)
    kills: int = 0

    def run(self, count: int, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.world.bot()
        while self.kills < count and time.monotonic() < end:
            self.approve_some()
            threading.Event().wait(self.chance.uniform(0, LONGEST))
            self.world.kill_bot()
            self.kills += 1
            self.world.start_bot()
        self.world.until(lambda: not self.open(), seconds=60)

    def approve_some(self) -> None:
        """Have changes under way again; whoever presses the button is told that it was received."""
        busy = self.open()
        for name in sorted(set(SIZES) - busy)[: UNDER_WAY - len(busy)]:
            size = SIZES[name][self.asked[name] % 2]
            request = self.world.ask_for(f"{name} {size} because of kill {self.kills + 1}")
            self.asked[name] += 1
            self.world.approve(request)

    def open(self) -> set[str]:
        """Clusters for which something is still to be done."""
        return {each.plan.subject.name for each in self.store.in_states(*OPEN)}

    def wrong(self) -> list[str]:
        """What does not hold now that all is done, in sentences; nothing when all is well."""
        found = []
        states = self.world.states()
        if states != {"applied": self.asked.total()}:
            found.append(f"{self.asked.total()} changes were approved, and the requests are {states}")
        for name, asked in sorted(self.asked.items()):
            done = [each["status"] for each in self.world.changes(name)]
            if done != ["SUCCEEDED"] * asked:
                found.append(f"{name}: {asked} changes were approved, and Oracle's record shows {done}")
            cluster, wanted = self.world.cluster(name), SIZES[name][(asked - 1) % 2]
            if (cluster["lifecycleState"], cluster["unitCount"]) != ("ACTIVE", wanted):
                found.append(
                    f"{name} is {cluster['lifecycleState']} with {cluster['unitCount']} and not {wanted} units"
                )
        records = Records(self.world.folder / "dac.sqlite3")
        if not isinstance(head := records.first_break(), Head):
            found.append(f"the record is broken: {head}")
        if unlike := list(records.unlike()):
            found.append(f"requests {unlike} are not what their events say")
        return found


def killed(world: World, count: int, seed: int, seconds: float = SECONDS) -> Kills:
    """Let it happen in a world without bots and requests; the caller asks what is `wrong` afterwards."""
    store = Store(world.folder / "dac.sqlite3")
    kills = Kills(world, store, random.Random(seed))  # noqa: S311 - chance that can be had again
    kills.run(count, seconds)
    return kills


def main(count: int = KILLS, seed: int | None = None) -> None:
    seed = secrets.randbelow(2**32) if seed is None else seed
    print(f"seed {seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), channels=1)
        try:
            kills = killed(world, count, seed)
            wrong = kills.wrong()
            done = sum(len(world.changes(name)) for name in SIZES)
        finally:
            world.close()
    print(
        f"{kills.kills} times kill -9 in {time.monotonic() - began:.0f} s: {kills.asked.total()} changes approved, "
        f"{done} in Oracle's record, {len(wrong)} things wrong"
    )
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]))
