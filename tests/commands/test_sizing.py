"""/dac size hosting and size finetune: numbers as people type them, targets, a cluster's own week, the next step."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from commands._command import Reply
from commands._sizing import a_second
from dac.catalog import shipped
from dac.errors import DacError
from tests.commands.advice import advised, ocid, week
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import bare, halved, live, markup, refused

LINES = (
    "size hosting command-r --rps 12 --prompt 480 --response 300",
    "size hosting llama-3.3 rps 12/s latency p95 10 s spare 2",
    "size hosting llama-3.3 --rps 0.001",
    "size hosting llama-3.3 --rps 12 --region us-ashburn-1",
    "size hosting llama-3.3 --latency 6s",
    "size hosting command-r-08-2024 --prompt 1000 --speed 60",
    "size hosting command-r-08-2024 --latency 1s",
    "size hosting command-r-plus-08-2024 --rps 1 --prompt 101 --response 1001",
    "size hosting llama-3.1-405b-instruct --concurrency 300",
    "size hosting chat --concurrency 64",
    "size hosting support --prompt 2000 --speed 15",
    "size hosting contracts",
    "size finetune 33",
    "size finetune 100k --batch 9",
)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return advised(tmp_path_factory.mktemp("sizing"))


@pytest.fixture
def own(tmp_path: Path) -> Room:
    return advised(tmp_path)


def flat(reply: Reply) -> str:
    return re.sub(r"[*⁰¹²³⁴⁵⁶⁷⁸⁹\u202f]| (?=[⁰¹²³⁴⁵⁶⁷⁸⁹])", "", shown(reply))


@pytest.mark.parametrize("line", LINES)
def test_every_figure_has_a_source_slack_takes_it_and_its_buttons_lead_on(room: Room, line: str) -> None:
    reply = room.say(line)
    assert bare(reply.blocks) == []
    assert refused(reply.text, reply.blocks) == []
    assert [each for text in markup(reply.blocks) for each in live(text) + halved(text)] == []
    assert lines(reply.blocks)
    for each in lines(reply.blocks):
        assert understood(each)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("--rps 12/s --latency 10s", "--rps 12 --latency 10"),
        ("--rps 12 per second --latency p95 10 s", "--rps 12 --latency 10"),
        ("rps 12 latency 10000 ms", "--rps 12 --latency 10"),
        ("--rps 1.5k --speed 20 tok/s", "--rps 1500 --speed 20"),
        ("concurrency 64 prompt 1.2k response 300", "--concurrency 64 --prompt 1200 --response 300"),
        ("rps 1,200 spare 0", "--rps 1200 --spare 0"),
    ],
)
def test_a_number_may_be_written_as_people_write_it(room: Room, typed: str, plain: str) -> None:
    one, other = (shown(room.say(f"size hosting llama-3.3-70b-instruct {each}")) for each in (typed, plain))
    assert one == other


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("size hosting llama-3.3 --rps 12 --spare 51", "Spare: give how many units may fail, from 0 to 50."),
        ("size hosting llama-3.3 --rps 12 --spare -1", "Spare: give how many units may fail, from 0 to 50."),
        ("size hosting llama-3.3 --rps 12 --spare ²", "Spare: give how many units may fail, from 0 to 50."),
        ("size hosting llama-3.3 --rps 12 --region mars", "no dedicated clusters in “mars”. There are"),
        ("size hosting llama-3.3 --rps 12 --region us-chicag-1", "Did you mean us-chicago-1"),
        ("size hosting llama-3.3 --rps Infinity", "“Infinity” is not a number of requests a second"),
        ("size hosting llama-3.3 --concurrency 0", "give requests at once above 0"),
        ("size hosting llama-3.3 --rps 1 --speed NaN", "“NaN” is not a number of tokens a second"),
        ("size hosting llama-8b --rps 1", "Llama 8B was never a model of the service"),
        ("size finetune 600 --epochs 0", "is no number of epochs: give a whole one from 1 to"),
        ("size finetune 1e4", "“1e4” is not a number of examples, such as 500 or 10k"),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(room: Room, line: str, says: str) -> None:
    with pytest.raises(DacError) as sorry:
        room.say(line)
    assert says in str(sorry.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        # Within 6 s: 16 at once.
        ("size hosting llama-3.3 --latency 6s", "• 2.59 requests/s at 16 at once, 5.94 s and 50.89 tokens/s each"),
        ("size hosting llama-3.3 --latency 6s", "You asked: at most 6 s"),
        # 1000/480 times the cost: 5.3213 / 2.0833 = 2.5542.
        ("size hosting command-r-08-2024 --prompt 1000 --speed 60", "• 2.5542 requests/s at 64 at once, 17.98 s and"),
        ("size hosting command-r-08-2024 --prompt 1000 --speed 60", "yours taken to cost 2.08 times as much"),
        ("size hosting command-r-08-2024 --latency 2s", "• nothing within that: prompts of about 480 tokens"),
        ("size hosting command-r-08-2024 --latency 2s", "• 5.7905 requests/s at 16 at once, 1.99 s"),
        # 0.3978 with 100/1000: 1 / 0.3978 = 2.51.
        ("size hosting command-r-plus-08-2024 --rps 1 --prompt 101 --response 1001", "3 units of LARGE_COHERE_V2_2 by"),
        (
            "size hosting command-r-plus-08-2024 --rps 1 --prompt 101 --response 1001",
            "Yours are heavier, and are promised no more than was measured of those",
        ),
        (
            "size hosting llama-3.1-405b-instruct --concurrency 300",
            "⚠️ 8.67 tokens/s each is slow: by Oracle's rule 5 tokens/s keep up with a reader, about 15 with a dialogue",
        ),
        ("size hosting llama-3.3 --rps 0.001", "You asked: 3.6 requests/h"),
        ("size hosting llama-3.3 --rps 0.001", "By Little's law 3.6 requests/h of 11.93 s are 0.01 at once"),
        ("size hosting llama-3.3 --rps 17 --spare 0", "3 units a month of 744 hours: $53,568 at list price"),
        ("size hosting llama-3.3 --rps 12 --region ashburn", "is not offered on dedicated clusters in us-ashburn-1"),
        ("size hosting chat --concurrency 64", "Oracle does not measure requests under way at once"),
        ("size hosting support --speed 15", "Oracle does not measure how fast a request's tokens come"),
        # Three units carried 4 a second: a third of that each, and three of those again.
        ("size hosting support", "3 units for 4 requests/s at what a unit of it has carried"),
        ("size finetune 33", "3 epochs × 33 rows / 8 a batch = 12.375, so 13"),
        ("size finetune 600", "3 epochs × 600 rows / 8 a batch = 225"),
        (
            "size finetune 100k",
            "8 units are not what Oracle presets today: 2. Its hours are for those, and may not hold",
        ),
        ("size finetune 50", "the handbook wants 100 at least"),
        ("size finetune 200", "the handbook recommends 500 to 2,000"),
        ("size finetune 600", "that is what the handbook recommends"),
        ("size finetune 2001", "the handbook recommends up to 2,000"),
        ("size finetune 3m", "How long it takes is unknown"),
    ],
)
def test_what_is_said_is_what_the_tables_come_to(room: Room, line: str, says: str) -> None:
    assert says in flat(room.say(line))


@pytest.mark.parametrize(
    ("line", "leads", "never"),
    [
        # Command R cannot be had any more: its successor is offered for the same load, and none is asked for.
        (
            "size hosting command-r-08-2024 --rps 12 --latency 10s --spare 2",
            "size hosting cohere.command-a-03-2025 --rps 12 --latency 10 --spare 2",
            "create hosting",
        ),
        ("size hosting llama-3.3 --rps 20", "create hosting --model meta.llama-3.3-70b-instruct --units 4", "--region"),
        (
            "size hosting llama-3.3 --rps 20 --region chicago",
            "create hosting --model meta.llama-3.3-70b-instruct --units 4 --region us-chicago-1",
            "--speed",
        ),
        ("size hosting llama-3.3 --rps 20", "cost 4 units LARGE_GENERIC", "--speed"),
        (
            "size hosting llama-3.1-405b-instruct --concurrency 300",
            "size hosting meta.llama-3.1-405b-instruct --concurrency 300 --speed 15",
            "scale",
        ),
        ("size hosting support", "scale support 2 because its load needs no more", "create"),
        ("size hosting contracts", "scale contracts 2 because 1 unit may fail", "create"),
        ("size hosting crowded", "scale crowded 10 because its load needs it", "create"),
        ("size hosting chat --rps 8", "cost 4 units LARGE_COHERE_V3", "scale"),
        ("size hosting chat --latency 1s", "handbook sizing", "scale"),
        ("size finetune 600", "cost finetune meta.llama-3.3-70b-instruct 4 h", "scale"),
    ],
)
def test_the_next_step_is_one_that_can_be_taken(room: Room, line: str, leads: str, never: str) -> None:
    found = lines(room.say(line).blocks)
    assert leads in found
    assert not any(never in each for each in found)


def test_what_went_badly_is_not_talked_down_by_published_figures(own: Room) -> None:
    own.oracle.histories[ocid("support")] = week(ocid("support"), Decimal(4), crowded=True)
    reply = own.say("size hosting support")
    # A tenth of 4 a second went well on three units; by the tables one unit would carry all of it.
    assert "Its own hours went worse than the published figures promise, so they count: 30 units." in flat(reply)
    assert "scale support 30 because its load needs it" in lines(reply.blocks)


def test_a_table_of_the_teams_own_measured_on_two_units_says_so(own: Room) -> None:
    text = """
[benchmarks.ours]
model = "cohere.command-a-03-2025"
shape = "LARGE_COHERE_V3"
mix = "random"
units = 2
sources = ["pay-dedicated"]
[benchmarks.ours.table]
columns = ["concurrency", "inference_tps", "throughput_tps", "latency_s", "rps"]
rows = ["8 60 400 6 1.5", "32 40 1100 8 5"]
"""
    own.services = replace(own.services, catalog=shipped({"own.toml": text}))
    told = flat(own.say("size hosting command-a-03-2025 --rps 12"))
    assert "6 units of LARGE_COHERE_V3 by published figures; 7 units" in told
    assert "2 units together, 32 requests at once: 5 requests/s" in told
    assert "a unit here carries 2.5 requests/s" in told


def test_the_form_asks_for_a_load_where_a_button_wants_one() -> None:
    assert set(understood("size hosting command-r-08-2024 --load")[1].missing) == {"rps"}


@pytest.mark.parametrize(
    ("value", "words"),
    [("12", "12 requests/s"), ("1", "1 request/s"), ("0.5", "0.5 requests/s"), ("0.0001", "0.36 requests/h")],
)
def test_a_rate_is_never_nothing(value: str, words: str) -> None:
    assert a_second(Decimal(value)) == words
