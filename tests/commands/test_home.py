"""The Home tab shows what waits for this person, what is theirs, what is stopped or held, and the fleet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from approvals.policy import People, Policy
from commands._blocks import Block
from commands._home import LOOKED_AT, SHOWN, home
from dac.cluster import Fleet
from dac.errors import Unavailable
from sandbox.slack.blockkit import text_length, validate
from tests.commands.fleets import gappy, hostile, large, mixed, unseen
from tests.commands.happenings import HOSTILE
from tests.commands.room import Room, lines, texts, understood
from tests.commands.sound import halved, live, markup, unsourced
from tests.fakes import ANN, BOB, CAT, DAN, EVE, LEADS, ONCALL, cluster, fleet, plan, policy, rule
from tests.storybook import busy

NOBODY = "UNOBODY"
PEOPLE = (ANN, BOB, CAT, DAN, EVE, NOBODY)


def tab(room: Room, user: str) -> str:
    """All of one person's tab as a text."""
    return "\n".join(texts(home(room.services, user)["blocks"]))


def pressed(room: Room, user: str) -> list[str]:
    return lines(home(room.services, user)["blocks"])


def sound(view: Block) -> list[str]:
    """What Slack would not take, or would take for something else."""
    found = [f"{each.pointer}: {each.message}" for each in validate("home", view)]
    found += [wrong for text in markup(view) for wrong in live(text) + halved(text)]
    found += ["too long"] if text_length(view["blocks"]) >= 12_000 or len(view["blocks"]) > 100 else []
    return found + (["money without its source"] if unsourced("", view["blocks"]) else [])


@pytest.fixture(scope="module")
def under_way(tmp_path_factory: pytest.TempPathFactory) -> Room:
    """Read only: twelve clusters, with something of everything."""
    return busy(tmp_path_factory.mktemp("busy"))


@pytest.mark.parametrize("user", PEOPLE)
@pytest.mark.parametrize("seen", [fleet(), unseen(), gappy(), mixed(), large(40, 40), hostile()])
def test_slack_takes_the_home_tab_of_every_fleet(tmp_path: Path, seen: Fleet, user: str) -> None:
    assert sound(home(Room(tmp_path, seen).services, user)) == []


@pytest.mark.parametrize("user", PEOPLE)
def test_slack_takes_the_home_tab_of_everybody_with_something_to_do(under_way: Room, user: str) -> None:
    assert sound(home(under_way.services, user)) == []


def test_the_home_tab_shows_the_fleet_and_begins_with_what_can_be_done(tmp_path: Path) -> None:
    room = Room(tmp_path, mixed())
    assert "9 clusters in 2 regions" in tab(room, ANN)
    assert "*broken*" in tab(room, ANN)
    assert {"home", "scale", "requests all", "help"} <= set(pressed(room, ANN))


@pytest.mark.parametrize("user", PEOPLE)
def test_every_button_of_a_home_tab_is_a_command_line_that_is_understood(under_way: Room, user: str) -> None:
    for line in pressed(under_way, user):
        if line != "home":
            assert "request" not in understood(line)[1].missing


def test_what_matters_most_comes_first(under_way: Room) -> None:
    said = tab(under_way, BOB)
    parts = ("Everything is frozen", "*Waiting for you*", "*Reviews owed by you*", "*Leases*", "*Locked clusters*")
    places = [said.index(each) for each in (*parts, "12 clusters in 1 region")]
    assert places == sorted(places)
    assert tab(under_way, ANN).index("*Your requests*") < tab(under_way, ANN).index("*Leases*")


def test_nothing_to_do_leaves_only_the_fleet(tmp_path: Path) -> None:
    said = tab(Room(tmp_path), BOB)
    for part in ("frozen", "Waiting", "Reviews", "Your requests", "Leases", "Locked"):
        assert part not in said


@pytest.mark.parametrize(("user", "may"), [(EVE, True), (BOB, False)])
def test_a_freeze_is_told_to_everybody_and_lifted_by_those_who_may(under_way: Room, user: str, *, may: bool) -> None:
    assert "Everything is frozen* by <@UEVE>" in tab(under_way, user)
    assert ">an incident is under way" in tab(under_way, user)
    assert any(each.startswith("unfreeze ") for each in pressed(under_way, user)) is may


def test_a_freeze_without_a_reason_has_no_empty_one(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=freezable())
    room.say("freeze", EVE)
    assert "nothing approved is begun.\n" in tab(room, BOB)
    assert "\n>" not in tab(room, BOB)


def test_where_it_cannot_be_told_who_may_lift_a_freeze_that_is_said(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=freezable())
    room.say("freeze because of an incident", EVE)
    room.groups.problem = Unavailable("Slack did not answer.")
    assert "Whether you may lift it cannot be told: Slack did not answer." in tab(room, EVE)
    assert not any("unfreeze" in each for each in pressed(room, EVE))


def freezable() -> Policy:
    return policy().model_copy(update={"freezers": People(groups=frozenset({LEADS}))})


@pytest.mark.parametrize(
    ("user", "verbs"), [(BOB, {"approve", "deny"}), (DAN, {"approve", "deny"}), (EVE, set()), (ANN, {"cancel"})]
)
def test_a_request_waits_for_those_who_may_decide_over_it_and_may_be_cancelled_by_who_asked(
    tmp_path: Path, user: str, verbs: set[str]
) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    offered = {line.split()[0] for line in pressed(room, user) if line.split()[-1] != "help"}
    assert offered & {"approve", "deny", "cancel"} == verbs
    assert ("*Waiting for you*" in tab(room, user)) is ("approve" in verbs)


def test_what_waits_for_a_word_is_shown_with_its_reason(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch\nweek", ANN)
    assert "\n>launch week\n→ waits for approval" in tab(room, BOB)
    assert "launch" not in tab(room, EVE)


def test_a_yes_from_the_home_tab_is_for_the_plan_shown_there(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    (line,) = (line for line in pressed(room, BOB) if line.startswith("approve"))
    assert room.request().digest.startswith(understood(line)[1].values["plan"])
    room.say(line, BOB)
    assert room.request().missing == 0
    assert "*Waiting for you*" not in tab(room, CAT)


def test_what_an_approver_made_of_it_waits_for_who_asked(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    room.services.approvals.edit(1, BOB, plan(room.oracle.cluster(cluster().region, cluster().id), 3))
    assert "*Waiting for you*" in tab(room, ANN)
    (line,) = (line for line in pressed(room, ANN) if line.startswith("agree"))
    room.say(line, ANN)
    assert "*Waiting for you*" not in tab(room, ANN)


def test_what_one_has_decided_waits_no_longer(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvals=2)))
    room.say("scale chat 4 because launch week", ANN)
    room.say("approve 1", BOB)
    assert "*Waiting for you*" not in tab(room, BOB)
    assert "*Waiting for you*" in tab(room, CAT)


def test_what_is_too_late_waits_no_longer_even_before_it_is_told_so(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    room.clock.advance(hours=25)
    assert "*Waiting for you*" not in tab(room, BOB)


def test_what_keeps_somebody_from_deciding_is_said_where_it_would_stand(tmp_path: Path) -> None:
    room = Room(tmp_path, rules=policy(rule(approvers=People(groups=frozenset({ONCALL})))))
    room.say("scale chat 4 because launch week", ANN)
    room.groups.problem = Unavailable("Slack did not answer.")
    assert "*Waiting for you*\n⚠️ Request 1: Slack did not answer." in tab(room, DAN)
    assert "1 cluster in 1 region" in tab(room, DAN)


def test_of_many_requests_some_are_shown_and_the_rest_is_counted(under_way: Room) -> None:
    assert f"… and {9 - SHOWN} more: `/dac requests waiting`" in tab(under_way, BOB)
    assert sum(line.startswith("approve") for line in pressed(under_way, BOB)) == SHOWN
    assert "More of yours: `/dac requests mine`" in tab(under_way, ANN)
    assert sum(line.startswith("cancel") for line in pressed(under_way, ANN)) == SHOWN


def test_beyond_what_is_looked_through_the_rest_is_said_to_be_there(tmp_path: Path) -> None:
    room = Room(tmp_path)
    wanted = plan()
    for place in range(LOOKED_AT + 3):
        room.services.approvals.submit(wanted, requester=ANN, reason="", channel="CTEAM", delivery=f"many-{place}")
    assert "3 younger requests wait as well, not looked through: `/dac requests waiting`" in tab(room, BOB)
    assert sound(home(room.services, BOB)) == []


def test_a_review_is_asked_of_those_who_owe_it(under_way: Room) -> None:
    assert "review 2" in pressed(under_way, BOB)
    for user in (ANN, EVE, NOBODY):
        assert "review 2" not in pressed(under_way, user)


def test_leases_say_when_they_end_and_can_be_extended_until_they_are_being_given_back(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 --for 8h because load test", ANN)
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    assert "*Leases*" not in tab(room, NOBODY)
    room.pass_time(minutes=30)
    assert "🔁 *chat* with 4 units: ends <!date^" in tab(room, NOBODY)
    assert "extend 1" in pressed(room, NOBODY)
    room.pass_time(hours=8)
    assert "🔁 *chat* with 4 units: request 2 is giving it back" in tab(room, NOBODY)
    assert "extend 1" not in pressed(room, NOBODY)
    room.pass_time(minutes=30)
    assert "*Leases*" not in tab(room, NOBODY)


def test_a_locked_cluster_names_who_holds_it_and_how_far_that_is(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    assert "🔒 *chat*: <https://team.slack.example/" in tab(room, NOBODY)
    room.pass_time(minutes=5)
    assert "% done\nScale chat from 2 to 4 units" in tab(room, NOBODY)
    assert "request 1" in pressed(room, NOBODY)


def test_a_request_without_a_card_yet_is_named_without_a_link(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    room.say("approve 1", BOB)
    room.pass_time(minutes=1)
    services = replace(room.services, link=lambda _: None)
    assert "🔒 *chat*: request 1 is changing it" in "\n".join(texts(home(services, NOBODY)["blocks"]))


def test_the_home_tab_of_a_large_fleet_leads_to_the_rest(tmp_path: Path) -> None:
    assert "status --page 2" in pressed(Room(tmp_path, large(40, 0)), ANN)


def test_a_part_that_cannot_be_read_says_so_in_its_place_and_the_rest_is_shown(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.say("scale chat 4 because launch week", ANN)
    room.oracle.fail("fleet", Unavailable("Oracle <did> not answer."))
    said = tab(room, BOB)
    assert "*The fleet*\n⚠️ Not read: Oracle &lt;did&gt; not answer." in said
    assert "*Waiting for you*" in said


def test_hostile_words_call_nobody_on_the_home_tab(tmp_path: Path) -> None:
    room = Room(tmp_path, hostile(), freezable())
    for each in hostile().clusters[:SHOWN]:
        wanted = plan(each.model_copy(update={"lifecycle_state": "ACTIVE", "type": "HOSTING"}), each.unit_count + 1)
        room.services.approvals.submit(wanted, requester=ANN, reason=HOSTILE, channel="CTEAM", delivery=each.id)
    room.services.freezer.freeze(EVE, because=HOSTILE)
    assert "*Waiting for you*" in tab(room, BOB)
    for user in PEOPLE:
        assert sound(home(room.services, user)) == []
