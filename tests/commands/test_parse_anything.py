"""Whatever is typed, the parser answers; what the bot writes into a button means the same when it comes back."""

from __future__ import annotations

import string
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commands import COMMANDS
from commands._card import command_line
from commands._parse import arguments, check_given, in_thread, parse, split_verb
from dac.cluster import Cluster, Fleet
from dac.errors import Invalid
from dac.naming import find_cluster
from dac.scaling import target_units
from tests.commands.requests import NO_HEADROOM, asked, chat, told
from tests.commands.room import understood, values
from tests.fakes import ANN, fleet, plan

DASHED = ["--", "—", "–", "−", "--page", "--share", "--plan=", "="]
QUOTED = ['"', "“", "”", "„", "because", "because:", "#12", "12", "+2"]
MARKED = ["<", ">", "|", "&amp;", "&lt;", "&#0;", "&#x110000;", "<!channel>", "<@U1|ann>", "<https://a.b|a>"]
SPACED = ["\u00a0", "\n", "\x00", "﷽"]
SPICE = st.sampled_from(DASHED + QUOTED + MARKED + SPACED)
LINES = st.lists(st.one_of(SPICE, st.text(max_size=12)), max_size=14).map(" ".join) | st.text()


@pytest.mark.parametrize("verb", COMMANDS)
@settings(deadline=None, max_examples=30)  # the parser is the same for every verb, so in all it reads a thousand lines
@given(text=LINES)
@example(text="&#9999999999999999999;")
@example(text="--" * 5000)
@example(text='"' * 5000)
def test_no_text_makes_the_parser_raise_anything_but_a_sentence(verb: str, text: str) -> None:
    command = COMMANDS[verb]
    split_verb(text)
    _, tail = split_verb(f"{verb} {text}")
    sentence = "understood"
    try:
        parsed = parse(command, in_thread(command, tail, 12))
        check_given(command, parsed)
        if not parsed.missing:
            arguments(command, parsed.values)
    except Invalid as refused:
        sentence = str(refused)
    assert 0 < len(sentence) < 500


@pytest.mark.parametrize(
    "part",
    [
        *('"', "“ a", "—", "&", "x ", "<http:a|", "--page ", "<mailto:", "<http:", "&lt;http:"),
    ],
)
@pytest.mark.parametrize("before", ["deny 12 because ", "deny 12 ", "status "])
def test_forty_thousand_characters_are_read_in_no_time(before: str, part: str) -> None:
    line = before + part * (40_000 // len(part))
    began = time.process_time()
    with pytest.raises(Invalid):
        understood(line)
    assert time.process_time() - began < 1


@settings(deadline=None)
@given(reason=st.text(max_size=300))
def test_a_reason_comes_through_slack_as_it_was_typed(reason: str) -> None:
    sent = reason.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = values(f"scale chat 4 because {sent}").get("because", "")
    assert kept == reason.replace("\u00a0", " ").strip()


ORDINARY = string.ascii_letters + string.digits + "-_.:/@#$()[]+*'~^!?äöüßéñ中文🚀 "
NAMES = st.text(ORDINARY, min_size=1, max_size=60).filter(
    lambda name: name == " ".join(name.split()) and not name.startswith("--")
)
UNITS = st.integers(1, 90).filter(lambda units: units != 2)


@settings(deadline=None)
@given(name=NAMES, units=UNITS, reason=st.text(max_size=400))
@example(name="because", units=4, reason="")
@example(name="my chat", units=4, reason="because because")
@example(name="a@eu-frankfurt-1", units=4, reason="")
def test_asking_anew_asks_for_the_same_cluster_and_size(name: str, units: int, reason: str) -> None:
    _asks_the_same(chat(name), units, reason)


@pytest.mark.parametrize("name", ['12" rack', '"', '"quoted"', "x" * 255, "a\nb"])
def test_asking_anew_names_a_cluster_with_quotes_or_a_long_name(name: str) -> None:
    _asks_the_same(chat(name), 4, "launch")


@pytest.mark.parametrize("name", ["“fancy”", "„low“", "R&amp;D", "R&copy", "a\u00a0b", " chat ", "--share"])
def test_asking_anew_names_a_cluster_that_the_parser_would_read_otherwise(name: str) -> None:
    _asks_the_same(chat(name), 4, "launch")


def test_asking_anew_tells_two_of_one_name_in_one_region_apart() -> None:
    twin = chat("chat").model_copy(update={"id": "ocid1.generativeaidedicatedaicluster.oc1..twin"})
    _asks_the_same(chat("chat"), 4, "launch", fleet(chat("chat"), twin))


def test_asking_anew_tells_namesakes_in_two_regions_apart() -> None:
    other = chat("chat").model_copy(
        update={"region": "us-chicago-1", "id": "ocid1.generativeaidedicatedaicluster.oc1..us"}
    )
    world = fleet(chat("chat"), other)
    _asks_the_same(other, 4, "launch", world)
    _asks_the_same(chat("chat"), 4, "launch", world)


@pytest.mark.parametrize("reason", ["x" * 2000, "&" * 2000, "a\n" * 1000, '"“”„' * 500])
def test_asking_anew_always_fits_a_button(reason: str) -> None:
    request = told((ANN, asked(plan(chat("n" * 255)), reason))).request
    assert len(command_line(request)) <= 2000
    assert understood(command_line(request))[1].missing == ()


def _asks_the_same(cluster: Cluster, units: int, reason: str, world: Fleet | None = None) -> None:
    request = told((ANN, asked(plan(cluster, units, headroom=NO_HEADROOM), reason[:2000]))).request
    line = command_line(request)
    given_again = values(line)
    assert find_cluster(world or fleet(cluster), given_again["cluster"]).id == cluster.id
    assert target_units(given_again["units"], cluster.unit_count) == units
