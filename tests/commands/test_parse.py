"""What a person may type, on a phone or not, and what is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from commands import COMMANDS
from commands._parse import arguments, lacking, parse, split_verb, typed
from commands._when import is_moment
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
    assert checked.model_dump(exclude_none=True) == {"cluster": "chat", "units": "4", "because": "launch"}


def test_an_argument_nobody_declared_is_refused() -> None:
    with pytest.raises(Invalid, match="Colour: "):
        arguments(COMMANDS["scale"], {"cluster": "chat", "units": "4", "colour": "red"})


def test_the_first_thing_wrong_is_said_for_arguments_that_came_unparsed() -> None:
    with pytest.raises(Invalid, match="Cluster: this is needed"):
        arguments(COMMANDS["scale"], {"units": "4"})


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("scale chat 4 --for 8h", {"for": "8h"}),
        ("scale chat 4 --for 8 h", {"for": "8 h"}),
        ("scale chat 4 —for 8 hours because launch", {"for": "8 hours", "because": "launch"}),
        ("scale chat 4 --for 1d 4h --at 18:00", {"for": "1d 4h", "at": "18:00"}),
        ("scale chat 4 --at tomorrow 9am because launch", {"at": "tomorrow 9am", "because": "launch"}),
        ("scale chat 4 --at 2026-11-24 18:00 Europe/Berlin", {"at": "2026-11-24 18:00 Europe/Berlin"}),
        ("scale chat 4 --at in 2h launch", {"at": "in 2h", "because": "launch"}),
        ("scale chat 4 --at in 2h Europe/Berlin", {"at": "in 2h Europe/Berlin"}),
        ('scale chat 4 --at "tomorrow 9am" launch week', {"at": "tomorrow 9am", "because": "launch week"}),
        ("scale chat 4 --at=18:00 --for=8h", {"at": "18:00", "for": "8h"}),
        ("scale chat --for 8h 4 launch", {"for": "8h", "because": "launch"}),
        ("scale --at 18:00 chat 4", {"at": "18:00"}),
        ("scale chat 4 for 8h", {"for": "8h"}),
        ("scale chat 4 at 18:00 for 8 h because launch", {"at": "18:00", "for": "8 h", "because": "launch"}),
        ("scale chat 4 for the launch at 18:00", {"because": "for the launch at 18:00"}),
        ("scale chat 4 “for” 8h", {"because": "“for” 8h"}),
        ("scale chat 4 because for 8h", {"because": "for 8h"}),
    ],
)
def test_how_long_and_when_may_be_several_words_once_the_others_are_given(line: str, given: dict[str, str]) -> None:
    assert values(line) == {"cluster": "chat", "units": "4", **given}


@pytest.mark.parametrize("wrong", ["eight", "8", "0h", "-8h", "400d"])
def test_what_is_no_length_of_time_is_refused_before_anything_is_asked(wrong: str) -> None:
    with pytest.raises(Invalid, match="For: “"):
        values(f"scale chat 4 --for {wrong}")


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("edit 3", {"request": "12", "units": "3"}),
        ("edit +1 because less", {"request": "12", "units": "+1", "because": "less"}),
        ("edit 3 because less", {"request": "12", "units": "3", "because": "less"}),
        ("edit 12 3", {"request": "12", "units": "3"}),
        ("edit 12", {"request": "12"}),
        ("extend 4h", {"request": "12", "by": "4h"}),
        ("break-glass chat because down", {"request": "12", "cluster": "chat", "because": "down"}),
        ("break-glass 7 because down", {"request": "12", "cluster": "7", "because": "down"}),
        ("review justified because real", {"request": "12", "verdict": "justified", "because": "real"}),
        ("why", {"request": "12"}),
        ("agree", {"request": "12"}),
        ("request", {"request": "12"}),
        ("requests", {}),
        ("policy scale chat 4", {"command": "scale chat 4"}),
    ],
)
def test_in_a_requests_thread_its_number_goes_without_saying_for_every_verb(said: str, given: dict[str, Any]) -> None:
    _, parsed = understood(said, request_id=12)
    assert parsed.values == given


def test_another_requests_number_with_a_size_is_never_guessed_at() -> None:
    with pytest.raises(Invalid, match="thread of request 12"):
        understood("edit 13 3", request_id=12)


@pytest.mark.parametrize(
    ("said", "request_id", "sentence"),
    [
        ("deny", 12, "I need “because …” as well. Usage: `deny because …`"),
        ("deny 12", None, "I need “because …” as well. Usage: `/dac deny <request> because …`"),
        ("edit", 12, "I need <units|+n|-n> as well. Usage: `edit <units|+n|-n> [because …]`"),
        (
            "break-glass",
            12,
            "I need <cluster name> and “because …” as well. Usage: `break-glass <cluster name> because …`",
        ),
        (
            "scale chat",
            12,
            "I need <units|+n|-n> as well. Usage: `scale <cluster> <units|+n|-n> [--for 8h] [--at 18:00] [because …]`",
        ),
    ],
)
def test_what_is_missing_is_said_with_the_usage_of_where_it_was_said(
    said: str, request_id: int | None, sentence: str
) -> None:
    assert str(lacking(*understood(said, request_id))) == sentence


def test_what_is_wrong_in_a_thread_is_answered_with_the_usage_for_a_thread() -> None:
    with pytest.raises(Invalid, match="Usage: `review <justified"):
        understood("review maybe because x", 12)


@pytest.mark.parametrize("said", ["", "   "])
def test_nothing_at_all_asks_for_help(said: str) -> None:
    assert understood(said)[0].name == "help"


def test_an_unknown_verb_is_answered_with_the_nearest() -> None:
    with pytest.raises(Invalid, match="/dac freeze"):
        understood("frezee")


@pytest.mark.parametrize(
    "line",
    [
        "/dac scale chat 4",
        "/dac scale chat +2 --for 8h because launch week",
        '/dac scale "chat prod" 4 --for 8h --at "tomorrow 9am"',
        "/dac break-glass 12 chat because production is down",
        "/dac status --share",
        "/dac freeze because incident",
    ],
)
def test_what_was_entered_is_told_back_as_the_line_that_means_it(line: str) -> None:
    command, parsed = understood(line.removeprefix("/dac "))
    told = typed(command, parsed.values)
    assert told == line


def test_what_only_a_button_carries_is_not_told_back() -> None:
    command, parsed = understood("deny 12 --plan 0123456789ab because too much")
    assert typed(command, parsed.values) == "/dac deny 12 because too much"


@pytest.mark.parametrize("said", ["12", "tomorrow", "launch", "9 o'clock", "in a while", "18:00 Mars", "x 18:00"])
def test_what_is_no_moment_is_not_taken_for_one(said: str) -> None:
    assert not is_moment(said)
