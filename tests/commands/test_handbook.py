"""Every word of the team's handbook can be read in Slack, with what Oracle does today and where that can be read."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from commands import COMMANDS
from commands._command import Reply
from commands._parse import meant
from commands._words import linked
from commands.handbook import NEXT, OFFERS
from dac.errors import Invalid, NotFound
from dac.handbook import Topic, load, shipped
from tests.commands.requests import HOSTILE, WORDS
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import halved, live, markup, refused
from tests.seed import LINES, TEXT

HANDBOOK = shipped()
NAMES = [topic.name for topic in HANDBOOK.topics]
SEARCHES = ["high latency", "cluster", "the", "2-5 units", "p95", "is_enabled", "<cluster>", "744"]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("reader"))


@pytest.fixture(scope="module")
def answers(reader: Room) -> Mapping[str, str]:
    return {name: read(reader, f"handbook {name}") for name in NAMES}


def ours(path: Path, **files: str) -> Room:
    """A room in which the team has written some files of its own."""
    room = Room(path)
    room.services = replace(room.services, handbook=load({f"{name}.toml": text for name, text in files.items()}))
    return room


def about(text: str) -> str:
    return f"title = \"Ours\"\ngist = \"Our own\"\ntext = '''\n{text}\n'''\n"


def following(room: Room, line: str) -> list[Reply]:
    """The answer with all its further pages, turned by the button."""
    replies = []
    while line:
        replies.append(room.say(line))
        line = next(
            (each for each in lines(replies[-1].blocks) if re.match(r"handbook --page \d+($| (?!--share))", each)), ""
        )
    return replies


def read(room: Room, line: str) -> str:
    """All pages as a person reads them."""
    return html.unescape("\n".join(shown(reply) for reply in following(room, line)))


def sound(reply: Reply) -> None:
    assert refused(reply.text, reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []
    for line in lines(reply.blocks):
        assert understood(line)


def as_read(line: str) -> list[str]:
    """What of a line of Markdown must be read: its words without what only formats them."""
    if line.startswith("#") and line in HEADINGS:
        return [f"*{line.lstrip('# ')}*"]
    if line.startswith("│"):
        return [cell.strip() for cell in line.strip("│").split("│")]
    if link := re.fullmatch(r"- \[(.+)\]\((.+)\)", line):
        return [f"<{link[2]}|{link[1]}>"]
    return [line.replace("**", "*")] if re.search(r"\w", line) else []


HEADINGS = {line for line in LINES if re.match("#+ ", line)} - {
    line for line in LINES if re.match(r"# (?!GenAI Dedicated)", line)
}
"""In fenced blocks a # begins a comment."""


@pytest.mark.parametrize("line", [line for _, line in TEXT], ids=[f"line {number}" for number, _ in TEXT])
def test_every_line_of_the_seed_can_be_read_in_an_answer(answers: Mapping[str, str], line: str) -> None:
    names = [topic.name for topic in HANDBOOK.topics if line in topic.text.splitlines()]
    assert names
    assert all(words in answers[name] for name in names for words in as_read(line))


def test_code_and_lists_stand_in_blocks_that_keep_their_columns(answers: Mapping[str, str]) -> None:
    for topic in HANDBOOK.topics:
        blocks = re.findall(r"^```\w*\n(.*?)\n```$", topic.text, re.DOTALL | re.MULTILINE)
        assert all(f"```\n{block}\n```" in answers[topic.name] for block in blocks if "┌" not in block)


def test_a_table_is_read_row_by_row(answers: Mapping[str, str]) -> None:
    assert not set("┌│├") & set(answers["models"])
    for row in HANDBOOK.selection:
        assert (
            f"Use Case: *{row.use_case}*\n"
            f"Recommended: {row.recommended} · Alternative: {row.alternative or '-'} · Why: {row.why}"
        ) in answers["models"]


@pytest.mark.parametrize("topic", HANDBOOK.topics, ids=NAMES)
def test_what_oracle_does_today_follows_with_its_sources_and_their_dates(
    answers: Mapping[str, str], topic: Topic
) -> None:
    told = answers[topic.name]
    text, _, today = told.partition("\n*Today*\n")
    for note in topic.notes:
        (line,) = [each for each in today.splitlines() if note.text in each]
        assert all(linked(source) in line for source in note.sources)
        assert line.startswith(f"• {note.text}" if note.confirmed else f"• _Not confirmed:_ {note.text}")
        assert note.text not in text


@pytest.mark.parametrize("name", NAMES)
def test_each_answer_says_that_it_is_the_teams_handbook_and_of_which_day(answers: Mapping[str, str], name: str) -> None:
    assert "Team handbook, GenAI DAC Specialist 1.1.0, 2026-01-06" in answers[name]


def test_without_a_topic_all_are_listed_each_once_with_a_line_under_its_group(reader: Room) -> None:
    told = read(reader, "handbook")
    for topic in HANDBOOK.topics:
        assert told.count(f"`{topic.name}` · {topic.gist}") == 1
        assert told.index(f"*{topic.group}*") < told.index(f"`{topic.name}` · ")


def test_the_list_has_buttons_for_the_first_topic_of_each_group(reader: Room) -> None:
    assert lines(reader.say("handbook").blocks) == [
        "handbook sizing",
        "handbook fine-tuning",
        "handbook cost",
        "handbook troubleshooting",
        "handbook terraform",
        "handbook --share",
    ]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("SIZING", "sizing"), ("siz", "sizing"), ("fine tuning", "fine-tuning"), ('"key metrics"', "metrics")],
)
def test_a_topic_is_opened_by_what_people_type_for_it(
    reader: Room, answers: Mapping[str, str], typed: str, name: str
) -> None:
    assert read(reader, f"handbook {typed}") == answers[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_next_step_is_offered_exactly_if_there_is_such_a_command(reader: Room, name: str) -> None:
    offered = lines(reader.say(f"handbook {name}").blocks)
    for line in NEXT.get(name, ()):
        assert (line in offered) is exists(line)
    assert offered[-2:] == ["handbook", f"handbook --share {name}"]


def exists(line: str) -> bool:
    try:
        command, _ = meant(COMMANDS, line)
    except Invalid:
        return False
    return line.startswith((command.name, *command.aliases))


def test_every_next_step_fits_some_topic_and_every_topic_with_one_is_there() -> None:
    assert {line for steps in NEXT.values() for line in steps} == set(OFFERS)
    assert set(NEXT) <= set(NAMES)


def test_words_that_are_no_topic_are_looked_for(reader: Room) -> None:
    reply = reader.say("handbook high latency")
    told = html.unescape(shown(reply))
    assert "5 places in the handbook with “high latency”" in told
    assert "`troubleshooting` · Common Issues\n• *Issue: High Latency*" in told
    assert 'display_name   = "GenAI-High-Latency"' in told
    assert {"handbook troubleshooting", "handbook alarms"} <= set(lines(reply.blocks))


def test_a_single_word_that_is_no_topic_is_looked_for_too(reader: Room) -> None:
    assert "1 place in the handbook with “NoPublicAccess”" in read(reader, "handbook NoPublicAccess")


def test_what_is_found_of_today_has_its_sources_and_says_if_it_is_not_confirmed(reader: Room) -> None:
    told = read(reader, "handbook 744")
    for topic in HANDBOOK.topics:
        for note in topic.notes:
            if "744" in note.text:
                doubt = "" if note.confirmed else "_Not confirmed:_ "
                assert f"• Today: {doubt}{note.text} ({linked(note.sources[0])}" in told


@pytest.mark.parametrize(("word", "nearest"), [("sizng", "sizing"), ("trublshooting", "troubleshooting")])
def test_what_is_nowhere_is_answered_with_the_nearest_topic(reader: Room, word: str, nearest: str) -> None:
    with pytest.raises(NotFound, match=f"Did you mean {nearest}"):
        reader.say(f"handbook {word}")


def test_a_beginning_of_several_topics_is_answered_with_them(reader: Room) -> None:
    with pytest.raises(Invalid, match="models or metrics"):
        reader.say("handbook m")


@pytest.mark.parametrize("line", ["handbook --share", "handbook --share sizing", "handbook --share high latency"])
def test_a_shared_answer_is_for_everybody_and_has_nobodys_buttons_below_it(reader: Room, line: str) -> None:
    shared, own = reader.say(line), reader.say(line.replace("--share ", "").replace(" --share", ""))
    assert (shared.public, own.public) == (True, False)
    assert line in lines(own.blocks)
    assert not [block for block in shared.blocks if block["type"] == "actions"]
    assert [block for block in own.blocks if block["type"] != "actions"] == list(shared.blocks)


@pytest.mark.parametrize("line", ["", *NAMES, *SEARCHES])
def test_slack_takes_every_answer_and_it_calls_nobody(reader: Room, line: str) -> None:
    for reply in following(reader, f"handbook {line}"):
        sound(reply)


@pytest.mark.parametrize("kind", WORDS)
def test_whatever_is_looked_for_calls_nobody(tmp_path: Path, kind: str) -> None:
    words = " ".join(WORDS[kind].reason.replace('"', "").split())[:80]
    sound(ours(tmp_path, about=about(f"Ours: {words} latency")).say(f'handbook "{words}" latency'))


def test_what_is_looked_for_is_shown_safely_and_can_be_shared(tmp_path: Path) -> None:
    room = ours(tmp_path, about=about(f"Here: {HOSTILE}"))
    reply = room.say("handbook <!channel>")
    sound(reply)
    assert "handbook --share channel" in lines(reply.blocks)
    sound(room.say("handbook --share channel"))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"Line {number} of a long edition, {'&' * 20}" for number in range(600)),
        "\n".join(f"### Part {number}\n- one {number}\n" for number in range(120)),
        "```\n" + "\n".join(f"code {number} < {'x' * 60}" for number in range(400)) + "\n```",
        "┌".join(["```\n", "─┐\n" + "\n".join(f"│ row {number} │ {'y' * 300} │" for number in range(80)) + "\n```"]),
        f"```\n┌─┐\n│ row 1 │ row 2 │\n│ row 3 │ {'y 4 ' * 1500} │\n```",
        "&" * 9000,
        f"{HOSTILE}\n" * 30,
    ],
    ids=["lines", "headings", "code", "table", "wide table", "one line", "hostile"],
)
def test_a_teams_long_edition_is_told_page_by_page_and_nothing_is_lost(tmp_path: Path, text: str) -> None:
    room = ours(tmp_path, about=about(text))
    replies = following(room, "handbook about")
    assert len(replies) > (1 if len(text) > 9000 else 0)
    for place, reply in enumerate(replies, 1):
        sound(reply)
        assert f"Page {place} of {len(replies)}" in shown(reply) or len(replies) == 1
    told = html.unescape("\n".join(shown(reply) for reply in replies))
    # What is longer than a section is cut somewhere, so that spaces and line breaks do not count.
    squeezed = re.sub(r"\s", "", told)
    for word, count in Counter(re.findall(r"\w+ \d+", text)).items():
        assert squeezed.count(word.replace(" ", "")) >= count, word
    assert told.count("&") >= text.count("&")


def test_a_page_past_the_end_is_refused_naming_the_last(reader: Room) -> None:
    with pytest.raises(NotFound, match="There is no page 2: this fits on 1"):
        reader.say("handbook sizing --page 2")


def test_a_page_is_shared_as_that_page(tmp_path: Path) -> None:
    room = ours(tmp_path, about=about("\n".join(f"Line {number} {'of many ' * 10}" for number in range(300))))
    second = room.say("handbook about --page 2")
    assert "handbook --page 2 --share about" in lines(second.blocks)
    assert "Page 2 of" in shown(room.say("handbook --page 2 --share about"))


def test_a_table_whose_rows_are_of_different_length_loses_no_cell(tmp_path: Path) -> None:
    table = "```\n┌──┐\n│ Team │ Cluster │\n│ red │ one │ two │\n│ blue │ three │\n└──┘\n```"
    told = read(ours(tmp_path, about=about(table)), "handbook about")
    assert "Team: *red*\nCluster: one · -: two" in told
    assert "Team: *blue*\nCluster: three" in told
    told = read(ours(tmp_path, about=about("```\n┌──┐\n│ Alone │ with nobody │\n└──┘\n```")), "handbook about")
    assert "*Alone*\nwith nobody" in told
