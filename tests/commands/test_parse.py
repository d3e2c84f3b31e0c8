"""What a person may type, on a phone or not, and what is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from commands import COMMANDS
from commands._parse import arguments, parse, split_verb
from dac.errors import Invalid
from tests.commands.room import understood, values


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('scale "chat prod" 4', "chat prod"),
        ("scale “chat prod” 4", "chat prod"),
        ("scale „chat prod“ 4", "chat prod"),
        ('scale “chat prod" 4', "chat prod"),
        ("scale &quot;chat prod&quot; 4", "chat prod"),
        ('scale "chat  prod" 4', "chat  prod"),
        ("scale\u00a0chat-prod\u00a04", "chat-prod"),
        ("scale\tchat-prod\n4", "chat-prod"),
        ("scale   chat-prod   4  ", "chat-prod"),
        ("scale R&amp;D 4", "R&D"),
        ("scale &lt;chat&gt; 4", "<chat>"),
        ("scale <http://chat.prod|chat.prod> 4", "chat.prod"),
        ("scale <http://chat.prod> 4", "http://chat.prod"),
        ("scale chat@eu-frankfurt-1 4", "chat@eu-frankfurt-1"),
        ("scale <mailto:chat@eu-frankfurt-1.com|chat@eu-frankfurt-1.com> 4", "chat@eu-frankfurt-1.com"),
        ('scale "<b>" 4', "<b>"),
        ("scale it\u2019s 4", "it\u2019s"),
        ("scale chat—prod 4", "chat—prod"),
    ],
)
def test_a_name_is_read_as_the_person_saw_it(line: str, name: str) -> None:
    assert values(line) == {"cluster": name, "units": "4"}


@pytest.mark.parametrize(
    ("typed", "units"),
    [("4", "4"), ("+2", "+2"), ("-1", "-1"), ("−1", "-1"), ("–1", "-1"), ('"4"', "4"), ("004", "004")],
)
def test_a_size_may_be_absolute_or_a_change_with_any_minus(typed: str, units: str) -> None:
    assert values(f"scale chat {typed}")["units"] == units


@pytest.mark.parametrize("typed", ["lots", "4,", "4.5", "- 4", "+-1", "1e3", "9999999", "to", "4 units"])
def test_what_is_no_size_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Invalid, match=r"such as 8, or a change such as \+2"):
        values(f'scale chat "{typed}"')


@pytest.mark.parametrize(
    "dashed",
    ["--share", "—share", "––share", "–share", "―share", "--SHARE", "--Share"],
    ids=["typed", "em dash of a phone", "two en dashes", "en dash", "bar", "capitals", "capital"],
)
def test_two_hyphens_may_have_become_any_dash(dashed: str) -> None:
    assert values(f"status {dashed}") == {"share": True}


@pytest.mark.parametrize(
    "line",
    [
        "status --share --page 2 chat",
        "status chat --page 2 --share",
        "status --page=2 chat —share",
        "status –page 2 chat –share",
    ],
)
def test_options_stand_before_or_after_the_words(line: str) -> None:
    assert values(line) == {"cluster": "chat", "page": 2, "share": True}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("scale chat 4 because launch week", "launch week"),
        ("scale chat 4 launch week", "launch week"),
        ("scale chat 4 BECAUSE launch week", "launch week"),
        ("scale chat 4 Because: launch week", "launch week"),
        ("scale chat 4 because because it is needed", "because it is needed"),
        ("scale chat 4 because incident: db down", "incident: db down"),
        ("scale chat 4 because “urgent” — it\u2019s 3–4× --share", "“urgent” — it\u2019s 3–4× --share"),
        ('scale chat 4 "launch week" now', '"launch week" now'),
        ("scale chat 4 — launch", "— launch"),
        ("scale chat 4 -- launch", "-- launch"),
        ("scale chat 4 because line one\nline  two\n\n• three", "line one\nline  two\n\n• three"),
        ("scale chat 4 because R&amp;D wants x &lt; 5", "R&D wants x < 5"),
        ("scale chat 4 because &amp;lt; stays", "&lt; stays"),
    ],
)
def test_a_reason_is_kept_as_typed_with_or_without_because(line: str, reason: str) -> None:
    assert values(line) == {"cluster": "chat", "units": "4", "because": reason}


@pytest.mark.parametrize(
    ("line", "given", "missing"),
    [
        ("scale", {}, ("cluster", "units")),
        ("scale chat", {"cluster": "chat"}, ("units",)),
        ("scale because launch", {"because": "launch"}, ("cluster", "units")),
        ("scale chat because launch", {"cluster": "chat", "because": "launch"}, ("units",)),
        ('scale "" 4', {"cluster": "", "units": "4"}, ("cluster",)),
        ("deny 12", {"request": "12"}, ("because",)),
        ("deny 12 because", {"request": "12", "because": ""}, ("because",)),
        ("deny because no", {"because": "no"}, ("request",)),
        ("approve", {}, ("request",)),
        ("status", {}, ()),
        ("help", {}, ()),
    ],
)
def test_what_was_not_said_is_listed_and_what_was_is_kept(
    line: str, given: dict[str, str], missing: tuple[str, ...]
) -> None:
    _, parsed = understood(line)
    assert (parsed.values, parsed.missing) == (given, missing)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("status --colour red", "There is no “--colour” here"),
        ("status ––colour red", "There is no “--colour” here"),
        ("scale chat --share 4", "There is no “--share” here"),
        ("scale --because launch", "There is no “--because” here"),
        ("scale --cluster chat", "There is no “--cluster” here"),
        ("status chat prod", "“prod” is one word too many"),
        ("help scale now", "“now” is one word too many"),
        ("status --page", "“--page” wants a value after it"),
        ("status --page two", "Page: "),
        ("status --page 0", "Page: "),
        ("status --page -1", "Page: "),
        (f"status chat {'x' * 5000}", "one word too many"),
        (f"status --{'x' * 5000}", "There is no “--x"),
    ],
)
def test_what_cannot_be_understood_is_refused_in_one_short_sentence_with_the_usage(line: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        understood(line)
    sentence = str(refused.value)
    assert says in sentence
    assert f"Usage: `/dac {split_verb(line)[0]}" in sentence
    assert len(sentence) < 300


@pytest.mark.parametrize("line", ["status --page two", "status --page --share", "status --page="])
def test_a_page_that_is_no_number_is_refused_in_words_for_a_person(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        understood(line)
    assert "valid integer" not in str(refused.value)


def test_a_digest_too_short_is_not_called_missing() -> None:
    with pytest.raises(Invalid) as refused:
        understood("approve 12 --plan abc")
    assert "this is needed" not in str(refused.value)


@pytest.mark.parametrize("value", ["no", "false", "0"])
def test_a_switch_that_is_told_no_is_not_on(value: str) -> None:
    try:
        given = values(f"status --share={value}")
    except Invalid:
        return
    assert not given.get("share")


@pytest.mark.parametrize("name", ["because", "--share"])
def test_a_word_in_quotes_is_only_a_word(name: str) -> None:
    assert values(f'scale "{name}" 4') == {"cluster": name, "units": "4"}


def test_a_link_in_a_reason_is_kept_as_typed_without_slacks_markup() -> None:
    typed = values("deny 12 because see <https://wiki.example/a|wiki.example/a> first")
    assert typed["because"] in {"see wiki.example/a first", "see https://wiki.example/a first"}


@pytest.mark.parametrize("length", [2001, 40_000])
@pytest.mark.parametrize(
    "line",
    ["scale chat 4 because {}", "scale because {}", "approve 12 {}", "deny 12 because {}", "cancel 12 because {}"],
)
def test_a_reason_too_long_is_refused_with_the_limit_and_not_told_back(line: str, length: int) -> None:
    with pytest.raises(Invalid) as refused:
        understood(line.format("word " * ((length - 1) // 5) + "x" * ((length - 1) % 5 + 1)))
    sentence = str(refused.value)
    assert f"{length:,} characters are too many; 2,000 is the most" in sentence
    assert "word word" not in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize("command", ["scale chat 4", "approve 12", "deny 12", "cancel 12"])
def test_a_reason_of_two_thousand_characters_is_taken_whole(command: str) -> None:
    assert values(f"{command} because {'x' * 2000}")["because"] == "x" * 2000


@pytest.mark.parametrize(
    ("text", "verb", "tail"),
    [
        ("", "", ""),
        ("   ", "", ""),
        ("\u00a0", "", ""),
        ("STATUS Chat", "status", "Chat"),
        ("  Scale  chat  4 ", "scale", "chat  4"),
        ("“help” scale", "help", "scale"),
        ("scale “a b” 4", "scale", "“a b” 4"),
        ("deny 12 because a\n b", "deny", "12 because a\n b"),
    ],
)
def test_the_verb_is_the_first_word_in_any_case_and_the_rest_is_untouched(text: str, verb: str, tail: str) -> None:
    assert split_verb(text) == (verb, tail)


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("approve", {"request": "12"}),
        ("approve because fine", {"request": "12", "because": "fine"}),
        ("deny because no money", {"request": "12", "because": "no money"}),
        ("deny no money", {"request": "12", "because": "no money"}),
        ("approve 12", {"request": "12"}),
        ("approve #13 because fine", {"request": "#13", "because": "fine"}),
        ("cancel", {"request": "12"}),
        ("scale chat 4", {"cluster": "chat", "units": "4"}),
        ("status", {}),
    ],
)
def test_in_a_requests_thread_its_number_goes_without_saying(said: str, given: dict[str, Any]) -> None:
    _, parsed = understood(said, request_id=12)
    assert parsed.values == given


@pytest.mark.parametrize("said", ["approve 13", "deny 2 clusters are enough", "cancel 13"])
def test_a_bare_number_other_than_the_threads_own_is_never_guessed_at(said: str) -> None:
    with pytest.raises(Invalid, match="#"):
        understood(said, request_id=12)


def test_outside_a_thread_the_number_is_asked_for() -> None:
    _, parsed = understood("approve because fine")
    assert parsed.missing == ("request",)


def test_checked_arguments_are_those_of_the_command() -> None:
    scale = COMMANDS["scale"]
    checked = arguments(scale, parse(scale, "chat 4 because launch").values)
    assert isinstance(checked, scale.arguments)
    assert checked.model_dump() == {"cluster": "chat", "units": "4", "because": "launch"}


def test_an_argument_nobody_declared_is_refused() -> None:
    with pytest.raises(Invalid, match="Colour: "):
        arguments(COMMANDS["scale"], {"cluster": "chat", "units": "4", "colour": "red"})


def test_the_first_thing_wrong_is_said_for_arguments_that_came_unparsed() -> None:
    with pytest.raises(Invalid, match="Cluster: this is needed"):
        arguments(COMMANDS["scale"], {"units": "4"})
