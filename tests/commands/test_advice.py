"""Every answer that advises: each figure sourced, Slack takes it, its buttons lead on, bad input is a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commands import COMMANDS
from commands._choice import DEDICATED, ON_DEMAND, UNSOURCED
from commands._command import Reply
from dac.errors import DacError, Unavailable
from dac.figures import Trust
from dac.handbook import shipped
from tests.commands.advice import LINES, advised, ocid
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import bare, halved, live, markup, refused
from tests.fakes import CATALOG

CITED = [str(each) for each in CATALOG.sources.values() if each.trust is Trust.UNVERIFIED]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return advised(tmp_path_factory.mktemp("advice"))


@pytest.fixture
def own(tmp_path: Path) -> Room:
    return advised(tmp_path)


def flat(reply: Reply) -> str:
    return re.sub(r"[*⁰¹²³⁴⁵⁶⁷⁸⁹\u202f]| (?=[⁰¹²³⁴⁵⁶⁷⁸⁹])", "", shown(reply))


@pytest.mark.parametrize("line", LINES)
def test_every_figure_has_a_source_and_a_date(room: Room, line: str) -> None:
    reply = room.say(line)
    assert bare(reply.blocks) == []
    assert refused(reply.text, reply.blocks) == []
    for text in markup(reply.blocks):
        assert live(text) + halved(text) == []
        assert not any(each in text for each in CITED)


@pytest.mark.parametrize("line", LINES)
def test_every_button_is_a_command_that_there_is(room: Room, line: str) -> None:
    for each in lines(room.say(line).blocks):
        assert understood(each)


@pytest.mark.parametrize("line", [each for each in LINES if "--page" not in each])
def test_every_answer_ends_in_a_next_step(room: Room, line: str) -> None:
    assert lines(room.say(line).blocks)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("size hosting command-r-08-2024 --rps 0", "“0” is no load to size for: give requests a second above 0"),
        ("size hosting command-r-08-2024 --rps -3", "“-3” is not a number of requests a second, such as 12 or 0.5"),
        ("size hosting command-r-08-2024 --rps NaN", "“NaN” is not a number of requests a second"),
        ("size hosting command-r-08-2024 --rps 1e9", "“1e9” is not a number of requests a second"),
        ("size hosting command-r-08-2024 --rps 1,5", "“1,5” is not a number of requests a second"),
        ("size hosting command-r-08-2024 --rps 5 --prompt 1000000000", "is no number of tokens of one request"),
        (
            "size hosting command-r-08-2024 --rps 5 --latency soon",
            "“soon” is no time: give seconds such as 5s, or 800ms",
        ),
        ("size hosting command-r-08-2024 --rps 5 --concurrency 5", "not both: one follows from the other"),
        ("size hosting comand-r-08-2024 --rps 5", "I know no model “comand-r-08-2024”. Did you mean command-r-08-2024"),
        (
            "size hosting command-r-08-2024 --rps 5 --shape LARGE_COHER",
            "no unit shape “LARGE_COHER”. Did you mean LARGE_COHERE",
        ),
        ("size hosting gemini-2.5-pro --rps 5", "cannot be hosted on a dedicated AI cluster; it is had on demand only"),
        ("size hosting rerank-v4.0-pro --rps 5", "is not known: copies of Oracle's pages disagree"),
        ("size finetune 5", "Oracle refuses fewer than 32 examples; you have 5"),
        ("size finetune many", "“many” is not a number of examples, such as 500 or 10k"),
        ("size finetune 1.5", "“1.5” is no number of examples: give a whole one"),
        (
            "size finetune 600 --model command-a-03-2025",
            "cannot be fine-tuned today; what can is meta.llama-3.3-70b-instruct",
        ),
        ("size finetune 600 --method TFEW", "is fine-tuned by LORA, not by TFEW"),
        ("size finetune 600 --preset bold", "has no preset “bold”; it has conservative, aggressive, careful"),
        ("cost 0 units LARGE_COHERE_V3", "A cluster has at least 1 unit; 0 is not a number of units"),
        ("cost 3 bananas", "I know no model “3 bananas”"),
        ("cost LARGE_COHERE_V3 30 h a day", "A day has 24 hours: 30 is no part of it"),
        ("cost LARGE_COHERE_V3 9 days a week", "A week has 7 days: 9 is no number of them"),
        ("cost LARGE_COHERE_V3 weekdays weekends", "names its days twice"),
        ("cost LARGE_COHERE_V3, sometimes", "I do not understand “sometimes” after “LARGE_COHERE_V3”"),
        ("cost 3 units", "names no shape, model or cluster"),
        ("cost a vs b vs c vs d vs e", "I compare 4 at the most; you named 5"),
        ("cost chat --currency CHF", "I hold prices in USD only, and convert none"),
        ("cost finetune command-a-03-2025", "Command A cannot be fine-tuned today"),
        ("cost finetune llama-3.3-70b-instruct 0 h", "A fine-tune takes some hours"),
        ("cost gpt-oss-120b", "runs on OAI_A100_40G_X4, OAI_A100_80G_X2, OAI_H100_X2, OAI_H200_X1, by region"),
        ("cost llama", "“llama” could be "),
        ("choose nothing-like-it", "I know no model “nothing-like-it”"),
        ("choose command-a-03-2025 --needs speed", "“speed” is none of isolation, volume"),
        ("model nothing-like-it", "I know no model and no use case “nothing-like-it”"),
        ("optimise nothing-like-it", "There is no cluster “nothing-like-it”"),
        ("optimise --page 9", "There is no page 9: there are 3"),
    ],
)
def test_bad_input_gets_one_sentence_and_the_nearest_choice(room: Room, line: str, says: str) -> None:
    with pytest.raises(DacError) as sorry:
        room.say(line)
    assert says in str(sorry.value)
    assert len(str(sorry.value)) < 700


@pytest.mark.parametrize(
    ("line", "says"),
    [
        # Of the rows within 10 s the one with most requests: 64 at once, 5.3213 a second; 12 / 5.3213 is 2.26.
        (
            "size hosting command-r-08-2024 --rps 12 --latency 10s",
            "3 units of SMALL_COHERE_V2 by published figures; 4 units",
        ),
        # Within 15 tokens a second, 128 at once carries most: 64 requests at once are half a unit's.
        (
            "size hosting llama-3.3-70b-instruct --concurrency 64 --speed 15",
            "1 unit of LARGE_GENERIC by published figures",
        ),
        (
            "size hosting command-r-08-2024 --rps 12 --latency 1s",
            "No published row reaches 1 s; the quickest takes 3.89 s",
        ),
        ("size hosting command-a-03-2025 --rps 12", "No benchmark of Command A on LARGE_COHERE_V3 is on file"),
        ("size hosting crowded", "10 units for 9 requests/s at what a unit of it has carried"),
        ("size hosting unmeasured", "By its own last days: unknown."),
        ("size hosting scout", "unknown: its price multiplier is not published in what we hold"),
        (
            "size finetune 10k --preset careful",
            "Batch size 4 of the handbook's preset careful is not taken: Oracle's range is from 8 to 16",
        ),
        ("size finetune 10k --preset careful", "2 epochs × 10,000 rows / 8 a batch = 2,500"),
        ("size finetune 600", "On Oracle's units 2 to 4 hours cost $96 to $192 at list price"),
        ("size finetune 10k", "The handbook's 4 units are not what Oracle presets today: 2"),
        ("cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays", "$63,771.43 at list price"),
        (
            "cost 1 unit LARGE_COHERE_V3, 12 h a day, weekdays",
            "Oracle bills 744 unit-hours for each hosting cluster at least",
        ),
        ("cost RERANK_COHERE 3 units", "$7,440 at list price"),
        ("cost 2 units chat vs llama-4-scout", "They cannot be compared: the price of at least one is not known."),
        ("choose command-a-03-2025", "1,068.4 tokens/s"),
        ("choose llama-3.3-70b-instruct", "dedicated never pays for this model and shape"),
        ("choose gpt-oss-20b --shape OAI_H100_X1", "pays only at saturation"),
        ("model", "Command R+ was retired for dedicated clusters on 2025-08-07; its successor is Command A"),
        ("model", "Llama 8B was never a model of the service: it can only be imported"),
        ("model llama-4-scout", "price unknown: its price multiplier is not published in what we hold"),
        (
            "model llama-3.3-70b-instruct",
            "Fine-tuning: 2 units LARGE_GENERIC, preset by Oracle, LoRA; $48 an hour at list price",
        ),
        # 8 requests a second on 4 units went well: 2 a unit.
        ("size hosting chat --rps 5 --latency 4s", "3 units for 5 requests/s at what a unit of it has carried"),
        ("size hosting chat --latency 1s", "there an hour that is known to have gone well within 1 s"),
        ("size hosting idle", "Nobody has called it for 7 days."),
        ("size hosting chat --speed 15", "You asked: 8 requests/s, at least 15 tokens/s each"),
        ("optimise crowded", "It is too small for its busiest hour: ask for 10 units."),
        ("optimise idle", "Nobody has called it for 7 days"),
        ("optimise chat", "On working days from 18:00 for 14 hours 1 unit would do (UTC)."),
    ],
)
def test_what_is_said_is_what_the_tables_come_to(room: Room, line: str, says: str) -> None:
    assert says in flat(room.say(line))


def test_a_button_asks_for_what_was_found(room: Room) -> None:
    found = lines(room.say("size hosting crowded").blocks)
    assert "scale crowded 10 because its load needs it" in found
    nights = lines(room.say("optimise chat").blocks)
    assert "scale chat 1 --for 14h --at 18:00 because nights need no more" in nights


def test_the_questions_are_the_handbooks_word_for_word() -> None:
    handbook = shipped()
    assert tuple(DEDICATED.values()) == handbook.dedicated_when
    assert tuple(ON_DEMAND.values()) == handbook.on_demand_when
    assert CATALOG.reasons.keys() | UNSOURCED.keys() == DEDICATED.keys()


def test_a_monitoring_that_is_away_leaves_the_load_unknown(own: Room) -> None:
    own.oracle.fail("history", Unavailable("Monitoring did not answer; try again in a moment."), times=50)
    assert "By its own last days: unknown.* Monitoring did not answer" in shown(own.say("size hosting chat"))
    assert "its load is unknown" in flat(own.say("optimise chat"))
    assert "Its own traffic on demand: not known" in flat(own.say("cost chat"))


def test_a_fine_tuning_cluster_is_sized_elsewhere(own: Room) -> None:
    own.oracle.change(ocid("chat"), type="FINE_TUNING")
    with pytest.raises(DacError, match="Try `/dac size finetune`"):
        own.say("size hosting chat")


@pytest.mark.parametrize(
    ("line", "asked"),
    [("size hosting", {"subject"}), ("size finetune", {"rows"}), ("cost", {"what"}), ("choose", {"model"})],
)
def test_what_is_missing_is_asked_in_a_form(line: str, asked: set[str]) -> None:
    assert set(understood(line)[1].missing) == asked


def test_another_spelling_is_understood() -> None:
    assert understood("optimize chat")[0].name == "optimise"
    assert understood("size fine-tuning 600")[0] is not COMMANDS["size hosting"]
