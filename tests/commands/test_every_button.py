"""A button does what its label says, whoever presses it: on cards, in threads, in answers and on the Home tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from approvals.policy import People, Policy
from approvals.states import Action
from commands._blocks import Block
from commands._card import card
from commands._command import Reply
from commands._home import home
from commands._parse import arguments
from commands._thread import thread
from dac.errors import DacError
from tests.commands.requests import NAMES, story
from tests.commands.room import Room, buttons, understood
from tests.fakes import ANN, BOB, CAT, EVE, cluster, fleet, rule
from tests.storybook import views

ZOE = "UZOE"
FIVE = (ANN, BOB, CAT, EVE, ZOE)
"""Asks; approves; approves too; is there for emergencies and may freeze; has no part in anything."""

LABELS = {
    "approve": "Approve",
    "agree": "Agree to ",
    "deny": "Deny …",
    "edit": "Other size …",
    "cancel": "Cancel",
    "break-glass": "Break glass …",
    "review": "Review …",
    "extend": "Extend …",
    "unfreeze": "Unfreeze",
    "why": "Why",
    "request": "Details",
}
"""How the label of each verb begins; the other buttons only look, or open an empty form."""

DOES = {
    "approve": {Action.VOTE, Action.APPROVE},
    "agree": {Action.CONSENT, Action.APPROVE},
    "deny": {Action.DENY},
    "edit": {Action.AMEND},
    "cancel": {Action.CANCEL},
    "break-glass": {Action.BREAK_GLASS},
    "review": {Action.REVIEW},
}
"""What has happened to the request once somebody who may has pressed it."""

ENTERED = {"because": "so it is", "units": "5", "by": "2h", "cluster": "chat", "verdict": "justified"}
"""What is filled in where a form opens."""

SITUATIONS: dict[str, tuple[tuple[str, str] | float, ...]] = {
    "asked": (("scale chat 4 because launch", ANN),),
    "half agreed": (("scale chat 4", ANN), ("approve 1", BOB)),
    "another size": (("scale chat 4", ANN), ("edit 1 3 because enough", BOB), 2),
    "only consent lacks": (("scale chat 4", ANN), ("edit 1 3", BOB), 2, ("approve 1", CAT), 2),
    "an emergency": (("scale chat 4", ANN), ("break-glass 1 chat because down", EVE), 1, 30),
    "leased": (("scale chat 4 --for 8h", ANN), ("approve 1", BOB), ("approve 1", CAT), 1, 30),
    "leased for longer": (
        ("scale chat 4 --for 8h", ANN),
        ("approve 1", BOB),
        ("approve 1", CAT),
        1,
        30,
        ("extend 1 4h", ANN),
    ),
    "frozen": (("scale chat 4", ANN), ("freeze because closing", EVE), ("approve 1", BOB), ("approve 1", CAT), 1),
    "expired": (("scale chat 4 because launch", ANN), 30 * 60),
    "cancelled": (("scale chat 4", ANN), ("cancel 1", ANN)),
}
"""What people said, and minutes that went by."""

RULES = Policy(
    rules=(rule(approvals=2, break_glass=People(users=frozenset({EVE}))),), freezers=People(users=frozenset({EVE}))
)


@dataclass
class Place:
    """A room in one of the situations, anew for every press."""

    path: Path
    situation: str

    def __post_init__(self) -> None:
        self.room = Room(self.path, fleet(cluster()), RULES)
        for each in SITUATIONS[self.situation]:
            if isinstance(each, tuple):
                self.room.say(*each)
            else:
                self.room.pass_time(minutes=each)

    def press(self, line: str, user: str) -> Reply:
        command, parsed = understood(line)
        filled = parsed.values | {name: ENTERED[name] for name in parsed.missing}
        return command.run(arguments(command, filled), self.room.call(user), self.room.services)

    def cards(self) -> Iterator[tuple[int, Block]]:
        """The buttons that everybody sees, with the request they belong to."""
        for each in reversed(self.room.services.requests.newest(9)):
            messages = thread(each, self.room.store.events(each.id)).values()
            for message in (card(each), *messages):
                yield from ((each.id, found) for found in buttons(message.blocks))


@pytest.fixture
def places(tmp_path: Path) -> Callable[[str], Place]:
    def made(situation: str) -> Place:
        folder = tmp_path / str(sum(1 for _ in tmp_path.iterdir()))
        folder.mkdir()
        return Place(folder, situation)

    return made


def mislabelled(found: list[Block]) -> list[tuple[str, str]]:
    pairs = [(each["text"]["text"], each["value"]) for each in found]
    return [
        (label, line)
        for label, line in pairs
        if line.split()[0] in LABELS and not label.startswith(LABELS[line.split()[0]]) and label != "Ask anew"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_label_on_a_card_and_in_its_thread_fits_the_command_behind_it(name: str) -> None:
    found = story(name)
    shown = [each for message in found.messages.values() for each in buttons(message.blocks)]
    assert mislabelled(shown) == []
    own = [each["value"].split()[1] for each in shown if each["text"]["text"] != "Ask anew"]
    assert set(own) <= {str(found.request.id)}


def test_every_label_of_the_storybook_fits_the_command_behind_it() -> None:
    shown = [each for _, view in views() for each in buttons(view["blocks"])]
    assert len(shown) > 100
    assert mislabelled(shown) == []
    for each in shown:
        if each["value"] != "home":
            understood(each["value"])


@pytest.mark.parametrize("user", FIVE)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_pressed_button_does_that_or_says_why_not_and_nothing_else(
    places: Callable[[str], Place], situation: str, user: str
) -> None:
    for number, each in list(places(situation).cards()):
        place = places(situation)
        room, line = place.room, str(each["value"])
        verb, before = line.split(maxsplit=1)[0], len(room.store.events(number))
        asked_before = room.services.requests.newest(1)[0].id
        may = dict(room.services.approvals.possible(room.request(number), user)).get(verb, "")
        try:
            place.press(line, user)
            refused = ""
        except DacError as no:
            refused = str(no)
        happened = [(found.actor, found.body.action) for found in room.store.events(number)[before:]]
        assert bool(refused) is bool(may), (line, refused, may)
        if verb in DOES:
            allowed = {Action.REFUSE} if refused else DOES[verb]
            assert [actor for actor, _ in happened] == [user]
            assert {action for _, action in happened} <= allowed
        else:
            assert happened == []
            asks = verb in {"scale", "extend"}
            assert room.services.requests.newest(1)[0].id == asked_before + asks


@pytest.mark.parametrize("user", FIVE)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_offered_to_one_person_alone_is_never_refused_to_them(
    places: Callable[[str], Place], situation: str, user: str
) -> None:
    room = places(situation).room
    offered = buttons(home(room.services, user)["blocks"])
    for each in room.services.requests.newest(9):
        for verb in ("why", "request"):
            offered += buttons(room.say(f"{verb} {each.id}", user).blocks)
    assert mislabelled(offered) == []
    for line in {str(each["value"]) for each in offered} - {"home", "scale"}:
        assert places(situation).press(line, user).text
