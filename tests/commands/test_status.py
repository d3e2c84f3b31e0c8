"""/dac status tells of every cluster, the worst first, and says what it does not know."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from commands._blocks import Block
from dac.cluster import Fleet
from dac.errors import Invalid, NotFound, Unavailable
from tests.commands.fleets import BUSY, gappy, hostile, large, mixed, twins, unseen, world
from tests.commands.room import Room, buttons, lines, shown, texts, understood
from tests.commands.sound import halved, live, markup, refused, unsourced
from tests.fakes import cluster, endpoint, fleet, gap, model


def opened(tmp_path: Path, seen: Fleet) -> Room:
    return Room(tmp_path, seen)


def told_of(blocks: list[Block], name: str) -> str:
    """The lines about one cluster."""
    return next(text for text in texts(blocks) if f"*{name}*" in text)


def test_an_empty_fleet_is_said_to_be_empty(tmp_path: Path) -> None:
    answer = shown(opened(tmp_path, fleet()).say("status"))
    assert "0 clusters" in answer
    assert "There are no dedicated AI clusters" in answer


def test_a_fleet_nobody_could_read_is_not_said_to_be_empty(tmp_path: Path) -> None:
    answer = shown(opened(tmp_path, unseen()).say("status"))
    assert "No cluster could be read" in answer
    assert "There are no" not in answer
    assert "us-chicago-1" in answer
    assert "Oracle did not answer in time" in answer


def test_what_could_not_be_read_is_named_once_for_each_region_and_reason(tmp_path: Path) -> None:
    reply = opened(tmp_path, gappy()).say("status")
    assert "incomplete" in reply.text
    assert "endpoints not read. Oracle did not answer in time" in shown(reply)


def test_a_limit_that_could_not_be_read_is_named_and_leaves_the_list_complete(tmp_path: Path) -> None:
    seen = world((cluster("chat"), BUSY), gaps=(gap("limit dedicated-unit-large-cohere-count"),))
    room = opened(tmp_path, seen)
    reply = room.say("status")
    assert "incomplete" not in reply.text
    assert "🟢 *chat*" in shown(reply)
    assert "limit dedicated-unit-large-cohere-count not read" in shown(reply)
    assert "? limit: How far it can grow is unknown" in shown(room.say("status chat"))


def test_what_needs_attention_stands_first_and_what_is_well_last(tmp_path: Path) -> None:
    reply = opened(tmp_path, mixed()).say("status")
    order = [match[1] for text in texts(reply.blocks) if (match := re.match(r"\S+ \*([^*]+)\* · ", text))]
    assert order == ["broken", "failing", "bare", "idle", "slow", "tuning", "unmeasured", "busy", "growing"]
    assert "9 clusters in 2 regions, 6 need attention, 1 not known" in reply.text


def test_a_fine_tuning_cluster_that_trains_nothing_is_told_with_its_price_and_where_that_is_read(
    tmp_path: Path,
) -> None:
    tuning = cluster("tuning", type="FINE_TUNING", unit_shape="LARGE_GENERIC")
    said = shown(opened(tmp_path, fleet(tuning)).say("status"))
    assert "Fine-tuning cluster with nothing being trained: costs $48 an hour" in said
    assert "List price: <https" in said


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("busy", "2 calls/s"),
        ("busy", "p95 1.5 s"),
        ("busy", "1.0% errors"),
        ("busy", "2 k tokens/s"),
        ("busy", "8 units LARGE_COHERE_V3"),
        ("busy", "1 endpoint of 50"),
        ("busy", "cohere.command-a"),
        ("busy", "30 days old"),
        ("busy", "eu-frankfurt-1"),
        ("busy", "ACTIVE"),
        ("idle", "Idle: no calls in 72 h"),
        ("unmeasured", "Traffic is unknown"),
        ("broken", "NEEDS_ATTENTION: a node did not come up"),
        ("bare", "no model"),
        ("bare", "0 endpoints"),
        ("growing", "UPDATING"),
        ("tuning", "fine-tuning"),
        ("tuning", "no endpoints"),
        ("slow", "above the handbook's 5 s"),
        ("failing", "of calls fail"),
    ],
)
def test_a_clusters_lines_say_how_it_is(tmp_path: Path, name: str, says: str) -> None:
    assert says in told_of(list(opened(tmp_path, mixed()).say("status").blocks), name)


@pytest.mark.parametrize(
    "figures", [{}, {"p95_latency": Decimal(900), "latency_unit": "ms"}, {"input_tokens": Decimal(9)}]
)
@pytest.mark.parametrize("line", ["status", "status chat"])
def test_traffic_that_is_not_known_is_neither_zero_nor_well(
    tmp_path: Path, figures: dict[str, Decimal | str], line: str
) -> None:
    answer = shown(opened(tmp_path, world((cluster("chat"), figures))).say(line))
    assert "nknown" in answer
    assert "⚪" in answer
    assert "🟢" not in answer
    assert "calls/s" not in answer
    assert "0.0% errors" not in answer


def test_measured_silence_is_a_measured_zero(tmp_path: Path) -> None:
    seen = world((cluster("chat"), {"hours": (1,), "calls": Decimal(0), "client_errors": Decimal(0)}))
    answer = shown(opened(tmp_path, seen).say("status chat"))
    assert "*Last hour*\nno calls" in answer
    assert "traffic: No calls in the last hour" in answer
    assert "Traffic is unknown" not in answer


@pytest.mark.parametrize("line", ["status", "status chat"])
def test_ten_calls_an_hour_are_not_shown_as_none(tmp_path: Path, line: str) -> None:
    answer = shown(opened(tmp_path, world((cluster("chat"), {**BUSY, "calls": Decimal(10)}))).say(line))
    assert not re.search(r"(?<![\d.])0 calls/s", answer)


def test_latency_nobody_measured_is_called_unknown(tmp_path: Path) -> None:
    seen = world((cluster("chat"), {"calls": Decimal(7200)}))
    assert "2 calls/s · latency unknown" in shown(opened(tmp_path, seen).say("status"))


def test_latency_in_a_unit_nobody_knows_is_not_guessed_at(tmp_path: Path) -> None:
    seen = world((cluster("chat"), {**BUSY, "latency_unit": "fortnights"}))
    assert "latency unknown" in shown(opened(tmp_path, seen).say("status"))


def test_a_model_nobody_could_read_is_called_unknown(tmp_path: Path) -> None:
    seen = world((cluster("chat"), BUSY)).model_copy(update={"models": ()})
    assert "model unknown" in shown(opened(tmp_path, seen).say("status"))


def test_an_answer_says_how_old_it_is(room: Room) -> None:
    taken = room.services.fleet.fleet()
    room.oracle.fleet_seen = taken
    for line in ("status", "status chat"):
        reply = room.say(line)
        assert "Read <!date^" in shown(reply)
        assert "ago" in shown(reply)


def test_an_answer_from_the_cache_has_the_age_of_its_reading(tmp_path: Path) -> None:
    room = opened(tmp_path, fleet(cluster()))
    room.clock.advance(minutes=3)
    room.services.fleet.fleet()
    held = room.oracle.fleet()
    room.oracle._fleet = lambda: held  # type: ignore[method-assign]
    room.clock.advance(seconds=45)
    for line in ("status", "status chat"):
        assert "45 s ago" in shown(room.say(line))


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("status", "status"),
        ("status --page 2", "status --page 2"),
        ("status chat-00", f"status {cluster('chat-000').id}"),
    ],
)
def test_the_answer_can_be_read_again_and_shared_as_it_is(tmp_path: Path, line: str, kept: str) -> None:
    seen = large(30, 30) if line != "status chat-00" else large(1, 1)
    offered = lines(opened(tmp_path, seen).say(line).blocks)
    assert any(each.startswith(kept) and each.endswith(" --share") for each in offered)
    assert any(each.startswith(kept) and "--share" not in each for each in offered)


def test_only_the_person_who_asks_sees_the_answer(room: Room) -> None:
    assert not room.say("status").public
    assert not room.say("status chat").public


@pytest.mark.parametrize("line", ["status --share", "status chat --share", "status —share"])
def test_shared_it_is_for_the_channel_and_has_no_buttons(room: Room, line: str) -> None:
    reply = room.say(line)
    assert reply.public
    assert buttons(reply.blocks) == []
    assert texts(reply.blocks)


def test_a_page_shared_has_no_buttons_either(tmp_path: Path) -> None:
    assert buttons(opened(tmp_path, large(30, 0)).say("status --share").blocks) == []


@pytest.mark.parametrize("line", ["status", "status --page 2", "status chat-001", "status chat-001 --page 4"])
def test_every_button_of_an_answer_is_a_command_line_that_can_be_carried_out(tmp_path: Path, line: str) -> None:
    room = opened(tmp_path, large(30, 60))
    for offered in lines(room.say(line).blocks):
        command, parsed = understood(offered)
        if parsed.missing:
            assert (command.name, parsed.missing) == ("scale", ("units",))
        else:
            assert room.say(offered).blocks


def test_one_cluster_is_told_with_its_size_cost_sources_endpoints_and_ocid(tmp_path: Path) -> None:
    reply = opened(tmp_path, mixed()).say("status busy")
    answer = shown(reply)
    for part in (
        "*busy* · ACTIVE",
        "8 units LARGE_COHERE_V3",
        "*List cost a month*\n$",
        "List price: <https://",
        "2 calls/s",
        "*1 endpoint of 50*\n• *busy-endpoint* · ACTIVE · cohere.command-a · 2 calls/s",
        "30 days, since 2026-10-24",
        "`ocid1.generativeaidedicatedaicluster.oc1.eu-frankfurt-1.busy`",
    ):
        assert part in answer
    assert "busy in eu-frankfurt-1: ACTIVE, 8 units" in reply.text
    assert lines(reply.blocks)[0].startswith("scale ")


def test_one_cluster_in_need_says_what_is_wrong_first(tmp_path: Path) -> None:
    said = texts(opened(tmp_path, mixed()).say("status broken").blocks)
    assert "🔴" in said[0]
    assert "a node did not come up" in said[1]


def test_a_cluster_of_a_shape_without_a_price_has_no_sum(tmp_path: Path) -> None:
    answer = shown(opened(tmp_path, fleet(cluster(unit_shape="LARGE_GENERIC_SOMEDAY"))).say("status chat"))
    assert "*List cost a month*\nunknown" in answer
    assert "$" not in answer
    assert "LARGE_GENERIC_SOMEDAY is not among the unit shapes we hold" in answer


def test_endpoints_not_active_are_told_first_and_a_long_list_counted(tmp_path: Path) -> None:
    held = cluster()
    many = tuple(endpoint(held, f"e{number:02}") for number in range(20))
    bad = endpoint(held, "zz-bad", lifecycle_state="FAILED", lifecycle_details="image pull")
    answer = shown(opened(tmp_path, fleet(held, endpoints=(*many, bad), models=(model(),))).say("status chat"))
    listed = answer.split("endpoints*\n", 1)[1].splitlines()
    assert "zz-bad" in listed[0]
    assert "FAILED" in listed[0]
    assert "… and 9 more" in answer


def test_work_requests_are_told_with_how_far_they_are_and_why_they_failed(room: Room) -> None:
    held = room.oracle.cluster("eu-frankfurt-1", cluster().id)
    room.oracle.scale(held, 4, tags={})
    room.clock.advance(minutes=10)
    assert "UPDATE_DEDICATED_AI_CLUSTER · IN_PROGRESS 50 %" in shown(room.say("status chat"))
    room.clock.advance(minutes=15)
    assert "SUCCEEDED ·" in shown(room.say("status chat"))


def test_work_requests_that_could_not_be_read_do_not_hide_the_rest(room: Room) -> None:
    room.oracle.fail("work_requests", Unavailable("Reading work requests: Oracle did not answer."))
    answer = shown(room.say("status chat"))
    assert "not read: Reading work requests: Oracle did not answer." in answer
    assert "*Size*" in answer


def test_namesakes_in_two_regions_are_asked_apart_and_told_apart(tmp_path: Path) -> None:
    room = opened(tmp_path, twins())
    with pytest.raises(Invalid, match="chat@eu-frankfurt-1 or chat@us-chicago-1"):
        room.say("status chat")
    assert "5 units" in shown(room.say("status chat@us-chicago-1"))
    assert "2 units" in shown(room.say("status chat@eu-frankfurt-1"))
    for line in lines(room.say("status chat@us-chicago-1").blocks):
        if line.startswith("status"):
            assert "5 units" in shown(room.say(line))


def test_two_of_one_name_in_one_region_can_be_read_again_from_their_buttons(tmp_path: Path) -> None:
    twin = cluster("chat", id="ocid1.generativeaidedicatedaicluster.oc1..twin", units=7)
    room = opened(tmp_path, fleet(cluster("chat"), twin))
    again = next(line for line in lines(room.say(f"status {twin.id}").blocks) if line.startswith("status"))
    assert "7 units" in shown(room.say(again))


def test_a_cluster_whose_name_holds_a_quotation_mark_is_read_again_by_its_ocid(tmp_path: Path) -> None:
    room = opened(tmp_path, fleet(cluster('12" rack', id="ocid1.generativeaidedicatedaicluster.oc1..rack")))
    offered = lines(room.say("status 12").blocks)
    assert offered
    assert all("ocid1.generativeaidedicatedaicluster.oc1..rack" in line for line in offered)


def test_a_cluster_that_is_not_there_offers_the_nearest_name(room: Room) -> None:
    with pytest.raises(NotFound, match="Did you mean chat"):
        room.say("status chta")


def test_a_cluster_not_found_may_be_where_nobody_could_look(tmp_path: Path) -> None:
    room = opened(tmp_path, fleet(cluster(), gaps=(gap(region="us-chicago-1"),)))
    with pytest.raises(NotFound, match="It may be in us-chicago-1"):
        room.say("status embed")


@pytest.mark.parametrize("seen", [fleet, unseen, gappy, mixed, twins, hostile, large])
@pytest.mark.parametrize("share", ["", " --share"])
def test_slack_takes_the_list_of_every_fleet_and_nobody_is_called_by_it(
    tmp_path: Path, seen: Callable[[], Fleet], share: str
) -> None:
    reply = opened(tmp_path, seen()).say(f"status{share}")
    assert refused(reply.text, reply.blocks) == []
    assert [wrong for text in (reply.text, *markup(reply.blocks)) for wrong in live(text)] == []


@pytest.mark.parametrize("word", ["busy", "broken", "tuning", "bare", "unmeasured"])
def test_slack_takes_the_detail_of_every_cluster_and_its_money_has_a_source(tmp_path: Path, word: str) -> None:
    reply = opened(tmp_path, mixed()).say(f"status {word}")
    assert refused(reply.text, reply.blocks) == []
    assert not unsourced(reply.text, reply.blocks)


def test_slack_takes_the_detail_of_a_hostile_cluster(tmp_path: Path) -> None:
    room = opened(tmp_path, hostile())
    worst = room.oracle.fleet().clusters[0]
    room.oracle.fail("work_requests", Unavailable("<!here> " * 200))
    reply = room.say(f"status {worst.id}")
    assert refused(reply.text, reply.blocks) == []
    assert [wrong for text in markup(reply.blocks) for wrong in live(text)] == []


def test_the_fallback_of_a_hostile_clusters_detail_calls_nobody(tmp_path: Path) -> None:
    room = opened(tmp_path, hostile())
    assert live(room.say(f"status {room.oracle.fleet().clusters[0].id}").text) == []


def test_no_line_of_a_hostile_fleet_is_cut_in_the_middle_of_an_entity(tmp_path: Path) -> None:
    room = opened(tmp_path, hostile())
    for line in ("status", f"status {room.oracle.fleet().clusters[0].id}"):
        assert [wrong for text in markup(room.say(line).blocks) for wrong in halved(text)] == []


def test_a_long_name_does_not_hide_what_is_wrong(tmp_path: Path) -> None:
    bad = cluster("&" * 200, lifecycle_state="FAILED", lifecycle_details="no hosts")
    assert "no hosts" in shown(opened(tmp_path, fleet(bad)).say("status"))


def test_an_hour_is_read_from_the_shortest_window(tmp_path: Path) -> None:
    held = cluster()
    seen = world((held, {**BUSY, "hours": (1,)}))
    assert "2 calls/s" in shown(opened(tmp_path, seen).say("status chat"))
    assert seen.traffic[0].window == timedelta(hours=1)


@pytest.mark.parametrize(("state", "offered"), [("ACTIVE", False), ("NEEDS_ATTENTION", True), ("FAILED", True)])
def test_what_is_wrong_is_one_press_away_where_something_is(tmp_path: Path, state: str, *, offered: bool) -> None:
    chat = cluster(lifecycle_state=state)
    room = opened(tmp_path, world((chat, BUSY)))
    assert (f"doctor {chat.id}" in lines(room.say("status chat").blocks)) == offered
