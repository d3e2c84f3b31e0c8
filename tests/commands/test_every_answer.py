"""Whatever people, the policy or Oracle have worded against us: Slack takes every answer, and it calls nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from approvals.policy import People, Policy
from approvals.windows import FreezeWindow
from commands._command import Reply
from dac.budgets import Budget
from dac.errors import DacError
from tests.commands.requests import HOSTILE, HOSTILE_NAME, WORDS
from tests.commands.room import Room, lines, understood
from tests.commands.sound import halved, live, markup, refused, unsourced
from tests.fakes import ANN, BOB, CAT, EVE, cluster, fleet, rule

GROUP = re.compile(r"<!subteam\^S[A-Z0-9]+>")
"""A user group that a rule names: told in a private answer, it is not called."""

TYPED = {kind: words.reason.strip()[:2000].strip() or "x" for kind, words in WORDS.items()}


def room(path: Path) -> Room:
    held = cluster(HOSTILE_NAME).model_copy(update={"id": "ocid1.generativeaidedicatedaicluster.oc1..h"})
    window = FreezeWindow(reason=HOSTILE[:200], zone="UTC", starts="2027-11-20T00:00:00", ends="2027-12-01T00:00:00")
    decides = rule(
        name=HOSTILE[:80],
        approvals=2,
        denials=2,
        freeze=(window,),
        break_glass=People(users=frozenset({EVE})),
        must_include=People(users=frozenset({CAT})),
    )
    passed = rule(name=HOSTILE_NAME, clusters=frozenset({"<!channel>*"}), tags={"<!here>": "<@UEVIL>"})
    budget = Budget(name=HOSTILE_NAME, monthly=1)
    rules = Policy(rules=(passed, decides), budgets=(budget,), freezers=People(users=frozenset({CAT})))
    return Room(path, fleet(held), rules=rules)


def sound(reply: Reply) -> None:
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)
    for text in (*markup(reply.blocks), reply.text):
        assert live(GROUP.sub("", text)) + halved(GROUP.sub("", text)) == []
    for line in lines(reply.blocks):
        assert understood(line)


@pytest.mark.parametrize("words", TYPED)
def test_every_answer_is_taken_and_calls_nobody(tmp_path: Path, words: str) -> None:
    made, typed = room(tmp_path), TYPED[words]
    name = "ocid1.generativeaidedicatedaicluster.oc1..h"
    for line, user in (
        (f"scale {name} 5 --for 8h because {typed}", ANN),
        (f"policy scale {name} 5 --for 8h because {typed}", ANN),
        ("policy", ANN),
        (f"deny 1 because {typed}", BOB),
        (f"edit 1 4 because {typed}", CAT),
        ("why 1", ANN),
        ("requests", ANN),
        ("request 1", ANN),
        (f"freeze because {typed}", CAT),
        ("why 1", BOB),
        (f"scale {name} 6", ANN),
        (f"unfreeze because {typed}", CAT),
        (f"cancel 2 because {typed}", ANN),
        (f"scale {name} 6 --for 2h", ANN),
        ("requests all", ANN),
        ("requests mine", ANN),
        ("requests --stats", ANN),
    ):
        sound(made.say(line, user))
    made.clock.advance(minutes=2)
    for line, user in (("agree 1", ANN), (f"approve 1 because {typed}", BOB), ("why 1", ANN)):
        sound(made.say(line, user))
    made.pass_time(minutes=1)
    made.oracle.fail("work_requests", DacError(HOSTILE), times=1)
    made.pass_time(minutes=1)
    for line in ("why 1", "request 1", "requests all"):
        sound(made.say(line))
    made.pass_time(minutes=40)
    for line in ("why 1", "request 1", "requests all", f"extend 1 4h because {typed}", "policy extend 1 1h"):
        sound(made.say(line))


@pytest.mark.parametrize("words", TYPED)
def test_every_answer_around_an_emergency_is_taken_and_calls_nobody(tmp_path: Path, words: str) -> None:
    made, typed = room(tmp_path), TYPED[words]
    sound(made.say(f"scale ocid1.generativeaidedicatedaicluster.oc1..h 5 because {typed}"))
    call = made.call(EVE)
    command, _ = understood("break-glass 1 x because y")
    given = {"request": "1", "cluster": HOSTILE_NAME, "because": typed}
    sound(command.run(command.arguments.model_validate(given), call, made.services))
    for line, user in (
        ("why 1", BOB),
        ("requests", BOB),
        ("request 1", BOB),
        (f"review 1 unjustified because {typed}", BOB),
        ("request 1", BOB),
        ("requests --stats", BOB),
    ):
        sound(made.say(line, user))


def test_another_request_that_is_changing_the_cluster_is_told(tmp_path: Path) -> None:
    made = Room(tmp_path)
    made.say("scale chat 4 --at in 1h")
    made.say("scale chat 5")
    made.say("approve 2", BOB)
    made.pass_time()
    made.oracle.change(cluster().id, lifecycle_state="ACTIVE")
    reply = made.say("scale chat 3")
    sound(reply)
    assert "Request 2 is changing the cluster now; this one waits for it." in "\n".join(markup(reply.blocks))
