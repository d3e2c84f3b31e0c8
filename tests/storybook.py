"""Every view with canned data: `python -m tests.storybook [name …]` prints JSON for Block Kit Builder.

`--write` writes the golden cards in tests/commands/cards anew, `--links` prints an address to open instead.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from approvals.policy import People
from commands import COMMANDS
from commands._blocks import Block
from commands._card import Message, card
from commands._command import Call, Reply
from commands._form import form
from commands._home import home
from commands._thread import thread
from dac.cluster import Fleet
from dac.errors import Unavailable
from tests.commands import advice, fleets
from tests.commands.requests import NAMES, WORDS, story
from tests.commands.room import Room, understood
from tests.commands.test_making import PAIRS, TRAIN, stocked, world
from tests.fakes import ANN, BOB, CAT, EVE, LEADS, cluster, fleet, policy, rule

CARDS = Path(__file__).parent / "commands" / "cards"
BUILDER = "https://app.slack.com/block-kit-builder#"

FLEETS: Mapping[str, Callable[[], Fleet]] = {
    "mixed": fleets.mixed,
    "gaps": fleets.gappy,
    "unseen": fleets.unseen,
    "empty": fleet,
    "large": lambda: fleets.large(40, 400),
    "hostile": fleets.hostile,
}
FORMS = (*COMMANDS, "scale chat because launch week", *(f"{verb} 12" for verb in ("deny", "edit", "extend", "review")))


def cards() -> dict[str, Block]:
    """The golden ones: a request's card in every state, and where price and limit are not known."""
    drawn = {name.replace(" ", "-"): story(name) for name in NAMES}
    drawn["pending-unknown"] = story("pending", priced=False, limited=False)
    drawn["pending-hostile"] = story("pending", WORDS["hostile"])
    return {name: _message(card(each.request)) for name, each in drawn.items()}


def golden(name: str) -> Path:
    return CARDS / f"{name}.json"


def written(payload: Any) -> str:
    return json.dumps(payload, indent=2, ensure_ascii=False) + "\n"


def views() -> Iterator[tuple[str, Block]]:
    """Every view there is, by name."""
    with tempfile.TemporaryDirectory(prefix="storybook-") as kept:
        yield from _views(Path(kept))


def _views(kept: Path) -> Iterator[tuple[str, Block]]:
    for name, drawn in cards().items():
        yield f"card/{name}", drawn
    for name in NAMES:
        for key, message in story(name).messages.items():
            if key != "card":
                yield f"thread/{name.replace(' ', '-')}/{key.replace(':', '-')}", _message(message)
    for line in FORMS:
        command, parsed = understood(line)
        call = Call(user=ANN, channel="CTEAM", delivery="d1")
        offered = command.offers(Room(kept / "forms").services) if command.offers else None
        yield f"form/{line.replace(' ', '-')}", form(command, parsed, call, offered=offered)
    for name, seen in FLEETS.items():
        room = Room(kept / name, seen())
        yield f"status/{name}", _message(room.say("status"))
        yield f"home/{name}", home(room.services, ANN)
    yield from _homes(kept)
    yield from _answers(kept)
    yield from _trained(kept / "trained")


def _homes(kept: Path) -> Iterator[tuple[str, Block]]:
    """The tabs of people who have something to do."""
    room = busy(kept / "busy")
    for user in (ANN, BOB, EVE):
        yield f"home/busy-{user}", home(room.services, user)
    room.groups.problem = Unavailable("Slack did not answer.")
    room.oracle.fail("fleet", Unavailable("Oracle did not answer."))
    yield "home/half-read", home(room.services, EVE)


def busy(path: Path) -> Room:
    """A room in which something of everything is under way: Bob decides, Eve may act in an emergency and freeze."""
    path.mkdir(parents=True, exist_ok=True)
    eve = People(users=frozenset({EVE}))
    rules = policy(rule(break_glass=eve)).model_copy(update={"freezers": People(groups=frozenset({LEADS}))})
    names = ("chat", "embed", "rank", "search", *(f"spare-{place}" for place in range(8)))
    room = Room(path, fleet(*map(cluster, names)), rules)
    for line, user in (
        ("scale chat 4 --for 8h because load test", ANN),
        ("approve 1", BOB),
        ("scale embed 3 because users are waiting", ANN),
        ("break-glass 2 embed because users are down", EVE),
        ("scale rank 3", CAT),
    ):
        room.say(line, user)
    room.pass_time(minutes=1)
    room.pass_time(minutes=30)
    room.say("scale search 5", ANN)
    room.say("approve 4", BOB)
    room.pass_time(minutes=1)
    for place in range(8):
        room.say(f"scale spare-{place} 3 because more of them", ANN)
    room.say("freeze because an incident is under way", EVE)
    return room


def _answers(kept: Path) -> Iterator[tuple[str, Block]]:
    room = advice.advised(kept / "advised")
    for line in advice.LINES:
        yield f"advice/{line.replace(' ', '-')}", _message(room.say(line))
    room = Room(kept / "told", fleets.mixed())
    for name in ("busy", "broken", "unmeasured", "tuning"):
        yield f"status/one-{name}", _message(room.say(f"status {name}"))
    for line in ("help", *(f"help {verb}" for verb in COMMANDS)):
        yield line.replace(" ", "/", 1).replace(" ", "-"), _message(room.say(line))
    room = Room(kept / "asked", fleet(cluster()))
    for line, user in (("scale chat 4 because launch week", ANN), ("approve 1", BOB), ("cancel 1", ANN)):
        yield f"answer/{line.split()[0]}", _message(room.say(line, user))
    room.say("scale chat 5")
    yield "answer/deny", _message(room.say("deny 2 because over budget", BOB))


def _trained(kept: Path) -> Iterator[tuple[str, Block]]:
    """A fine-tune as it is asked for, on data that is fit to be doubted, and on data that nobody has checked."""
    for name, pairs in (("doubtful", PAIRS), ("unchecked", PAIRS * 4000)):
        room = stocked(Room(kept / name, world()), pairs)
        room.oracle.part = len(pairs)
        yield f"finetune/asked-{name}", _message(room.say(f"{TRAIN} --preset careful because the pilot went well"))
        yield f"finetune/card-{name}", _message(card(room.request()))
        details = thread(room.request(), room.store.events(1))["detail"]
        yield f"finetune/thread-{name}", _message(details)


def _message(shown: Reply | Message) -> Block:
    return {"text": shown.text, "blocks": list(shown.blocks)}


def main(argv: Sequence[str]) -> None:
    told = argparse.ArgumentParser(prog="python -m tests.storybook", description=__doc__)
    told.add_argument("names", nargs="*", help="only views whose name begins so, such as card/pending")
    told.add_argument("--write", action="store_true", help="write the golden cards anew")
    told.add_argument("--links", action="store_true", help="print addresses of Block Kit Builder")
    asked = told.parse_args(argv)
    if asked.write:
        _write()
        return
    for name, payload in views():
        if not asked.names or name.startswith(tuple(asked.names)):
            shown = BUILDER + quote(json.dumps(payload)) if asked.links else written(payload)
            sys.stdout.write(f"# {name}\n{shown}\n")


def _write() -> None:
    drawn = cards()
    for old in CARDS.glob("*.json"):
        if old.stem not in drawn:
            old.unlink()
    for name, payload in drawn.items():
        golden(name).write_text(written(payload), encoding="utf-8")
    sys.stdout.write(f"{len(drawn)} cards written\n")


if __name__ == "__main__":
    main(sys.argv[1:])
