"""/dac help tells of every command, and each says how it is typed."""

from __future__ import annotations

import html
import re

import pytest

from commands import COMMANDS
from commands._command import Arguments, Command, Group, Option, Reply, Rest, Word, described
from commands._parse import arguments, in_thread, parse, unknown
from dac.errors import NotFound
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import live, markup, refused

SAMPLE = {
    "cluster|endpoint": "chat",
    "cluster": "chat",
    "units|+n|-n": "4",
    "request": "12",
    "alert": "3",
    "line": "idle:abc123",
    "7d …": "7d",
    "id": "3",
    "#channel": "#ops",
    "when …": "weekdays 09:00",
    "all": "all",
    "n": "2",
    "digest": "0123456789ab",
    "command": "scale",
    "mine|waiting|all": "mine",
    "4h": "4h",
    "justified|unjustified": "justified",
    "cluster name": "chat",
    "model|cluster": "chat",
    "model": "llama-3.3-70b-instruct",
    "examples": "600",
    "preset": "careful",
    "shape": "LARGE_GENERIC",
    "region": "us-chicago-1",
    "name": "chat-eu",
    "off|inform|block": "inform",
    "x": "0.0002",
    "namespace": "acme",
    "F0123456": "F0123456",
    "bucket/object": "training/pairs.jsonl",
}


def read(reply: Reply) -> str:
    """As a person reads it."""
    return html.unescape(shown(reply))


def test_help_lists_every_command_with_its_usage_and_what_it_does(room: Room) -> None:
    for line in ("help", "help help"):
        assert room.say(line).blocks
    answer = read(room.say("help"))
    for command in COMMANDS.values():
        assert f"`{command.usage}`" in answer
        assert command.summary in answer


@pytest.mark.parametrize("verb", COMMANDS)
def test_help_of_one_command_tells_every_argument_and_an_example(room: Room, verb: str) -> None:
    command = COMMANDS[verb]
    answer = read(room.say(f"help {verb}"))
    assert f"`{command.usage}`" in answer
    for _, info in command.arguments.kinds().values():
        assert described(info) in answer
    for example in command.examples:
        assert f"`/dac {example}`" in answer


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_is_documented(verb: str) -> None:
    command = COMMANDS[verb]
    assert command.name == verb
    assert command.summary.endswith(".")
    assert command.examples
    assert all(f"{example} ".startswith(f"{verb} ") for example in command.examples)
    for name, (_, info) in command.arguments.kinds().items():
        assert described(info), name


@pytest.mark.parametrize("example", [example for command in COMMANDS.values() for example in command.examples])
def test_every_example_is_understood_and_lacks_nothing(example: str) -> None:
    command, parsed = understood(example)
    assert parsed.missing == ()
    assert arguments(command, parsed.values)


@pytest.mark.parametrize("optional", [True, False], ids=["all of it", "what is needed"])
@pytest.mark.parametrize("verb", COMMANDS)
def test_the_usage_line_can_be_typed_as_it_stands(verb: str, *, optional: bool) -> None:
    usage = COMMANDS[verb].usage.removeprefix("/dac ")
    whole = usage.replace("[", "").replace("]", "") if optional else re.sub(r"\s*\[[^\]]*\]", "", usage)
    # The reason takes all that follows, so what stands behind it is typed before.
    words = re.sub(r"(because …)(.*)", r"\2 \1", whole)
    for shown_as, typed in SAMPLE.items():
        words = words.replace(f"<{shown_as}>", typed)
        words = re.sub(rf"(?<=\s){re.escape(shown_as)}(?=\s|$)", typed, words) if verb != shown_as else words
    command, parsed = understood(words)
    assert command.name == verb
    assert parsed.missing == ()
    kinds = command.arguments.kinds()
    people_s = {name: info for name, (kind, info) in kinds.items() if not (isinstance(kind, Option) and kind.by_button)}
    asked = set(command.needs({}) if command.needs else ())
    needed = {name for name, info in people_s.items() if optional or info.is_required() or name in asked}
    assert set(parsed.values) == needed


@pytest.mark.parametrize("line", ["help", *(f"help {verb}" for verb in COMMANDS)])
def test_slack_takes_every_help(room: Room, line: str) -> None:
    reply = room.say(line)
    assert refused(reply.text, reply.blocks) == []
    assert not reply.public
    for offered in lines(reply.blocks):
        assert understood(offered)


@pytest.mark.parametrize("line", ["help", "help scale", "help approve"])
def test_no_usage_line_is_taken_for_markup(room: Room, line: str) -> None:
    reply = room.say(line)
    assert [wrong for text in (*markup(reply.blocks), reply.text) for wrong in live(text)] == []


@pytest.mark.parametrize(
    ("word", "meant"),
    [("stats", "status"), ("scael", "scale"), ("aprove", "approve"), ("STATU", "status"), ("cancle", "cancel")],
)
def test_a_word_mistyped_is_answered_with_the_nearest(room: Room, word: str, meant: str) -> None:
    assert f"Did you mean `/dac {meant}`?" in unknown(word.casefold(), list(COMMANDS))
    with pytest.raises(NotFound, match=f"/dac {meant}"):
        room.say(f"help {word}")


@pytest.mark.parametrize("word", ["", "xyzzy", "🚀", "q" * 40_000])
def test_a_word_like_none_is_answered_with_where_the_list_is(word: str) -> None:
    sentence = unknown(word, list(COMMANDS))
    assert "`/dac help`" in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize("word", ["scale", "SCALE", '"/dac scale"', "/dacscale"])
def test_help_takes_a_command_as_people_write_it(room: Room, word: str) -> None:
    assert COMMANDS["scale"].summary in shown(room.say(f"help {word}"))


class Odd(Arguments):
    nothing: str = ""


def test_an_argument_that_does_not_say_how_it_is_typed_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match=r"Odd\.nothing"):
        Odd.kinds()


class Nothing(Arguments):
    """A command with nothing to say after it."""


BARE = Command(name="bare", summary="Does nothing.", arguments=Nothing, run=lambda *_: Reply(text="done"))


def test_a_command_without_arguments_is_its_verb_alone() -> None:
    assert BARE.usage == "/dac bare"
    assert parse(BARE, "").values == {}


def test_a_command_without_arguments_can_be_given_in_a_thread() -> None:
    assert in_thread(BARE, "", 12) == ""


def test_every_kind_of_argument_is_used_by_some_command() -> None:
    used = {type(kind) for command in COMMANDS.values() for kind, _ in command.arguments.kinds().values()}
    assert used == {Word, Rest, Option}


def test_an_argument_without_a_word_before_it_is_told_by_its_name(room: Room) -> None:
    assert "• *command*: A command to try" in read(room.say("help policy"))


def test_help_tells_the_commands_under_what_they_are_for(room: Room) -> None:
    answer = read(room.say("help"))
    places = [answer.index(f"*{group.value}*") for group in Group]
    assert places == sorted(places)
    for group, verb in ((Group.LOOK, "why"), (Group.ASK, "scale"), (Group.DECIDE, "edit"), (Group.EMERGENCY, "freeze")):
        assert COMMANDS[verb].group is group


def test_commands_stand_in_the_order_of_help() -> None:
    assert next(iter(COMMANDS)) == "status"
    assert next(reversed(COMMANDS)) == "help"
