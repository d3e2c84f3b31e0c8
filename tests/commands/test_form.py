"""The form that opens when something is missing: Slack takes it, it keeps what was said, and it is read back whole."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from pydantic import Field

from commands import COMMANDS
from commands._command import Arguments, Call, Command, Option, Reply, Rest, Word, in_slack
from commands._form import CALLBACK, Filled, by_ocid, errors, form, options, read
from commands._parse import Parsed, parse
from dac.errors import Invalid
from sandbox.slack.blockkit import validate
from tests.commands.requests import HOSTILE
from tests.commands.room import understood
from tests.commands.sound import live, markup

CALL = Call(user="UANN", channel="CTEAM", delivery="d1", thread_ts="1700000000.000100")
NOTHING = Parsed(values={}, missing=())


def opened(line: str) -> dict[str, Any]:
    command, parsed = understood(line)
    return form(command, parsed, CALL)


def entered(view: dict[str, Any], **typed: str | None) -> Filled:
    """The form as it comes back with what was typed into its fields."""
    values = {f"arg:{name}": {"value": {"type": "plain_text_input", "value": text}} for name, text in typed.items()}
    return read({"private_metadata": view["private_metadata"], "state": {"values": values}})


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}


LINES = [
    *(f"{verb}" for verb in COMMANDS),
    "scale chat",
    "scale because launch week",
    "scale chat because launch week",
    "deny 12",
    "deny #12 because",
    "approve because fine",
    'deny "<!channel>"',
    "status --share --page 3",
    "approve --plan 0123456789ab",
    f"scale {'x' * 300}",
    f"scale because {'&' * 2000}",
    f"scale because {HOSTILE}",
    'scale "<!channel> *b* `c`"',
]


@pytest.mark.parametrize("line", LINES)
def test_slack_takes_every_form_and_nobody_is_called_by_it(line: str) -> None:
    view = opened(line)
    assert validate("modal", view) == []
    assert view["callback_id"] == CALLBACK
    assert len(view["private_metadata"]) <= 3000
    assert [wrong for text in markup(view) for wrong in live(text)] == []


@pytest.mark.parametrize("line", [f"deny {'x' * 40_000}", f"approve --plan {'x' * 5000}", f"deny {'😀' * 500}"])
def test_no_form_opens_for_words_longer_than_it_could_keep(line: str) -> None:
    with pytest.raises(Invalid, match="is the most") as refused:
        opened(line)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("verb", COMMANDS)
def test_a_form_asks_every_word_and_reason_and_the_options_that_matter_in_the_order_they_are_typed(verb: str) -> None:
    command = COMMANDS[verb]
    kinds = command.arguments.kinds()
    asked = [f"arg:{name}" for name, (kind, _) in kinds.items() if not isinstance(kind, Option) or kind.asked]
    assert list(inputs(form(command, NOTHING, CALL))) == asked


@pytest.mark.parametrize("verb", COMMANDS)
def test_what_is_needed_and_only_that_must_be_filled_in(verb: str) -> None:
    command = COMMANDS[verb]
    shown = inputs(form(command, NOTHING, CALL))
    needed = {f"arg:{name}" for name, (_, info) in command.arguments.kinds().items() if info.is_required()}
    assert {name for name, block in shown.items() if not block["optional"]} == needed
    assert all(block["hint"]["text"] for block in shown.values())


def test_what_was_typed_already_is_filled_in() -> None:
    shown = inputs(opened("scale “chat prod” because launch & “more”"))
    assert shown["arg:cluster"]["element"]["initial_option"]["value"] == "chat prod"
    assert shown["arg:because"]["element"]["initial_value"] == "launch & “more”"
    assert "initial_value" not in shown["arg:units"]["element"]


def test_a_reason_of_two_thousand_characters_is_filled_in_whole_and_can_be_entered() -> None:
    element = inputs(opened(f"scale because {'x' * 2000}"))["arg:because"]["element"]
    assert element["initial_value"] == "x" * 2000
    assert element["max_length"] == 2000
    assert element["multiline"] is True


def test_a_requests_number_is_shown_and_not_asked() -> None:
    view = opened("deny 12")
    assert list(inputs(view)) == ["arg:because"]
    assert any("12" in text for text in markup(view))
    assert entered(view, because="no").values == {"request": "12", "because": "no"}


def test_a_menu_is_one_that_searches() -> None:
    element = inputs(opened("scale"))["arg:cluster"]["element"]
    assert element["type"] == "external_select"
    assert element["action_id"].split(":")[1:] == ["scale", "cluster"]
    assert element["min_query_length"] == 0


def test_what_comes_back_knows_its_command_and_where_the_answer_goes() -> None:
    filled = entered(opened("scale chat"), cluster="chat", units="4")
    assert (filled.verb, filled.channel, filled.thread_ts) == ("scale", "CTEAM", "1700000000.000100")
    assert filled.values == {"cluster": "chat", "units": "4"}


def test_options_given_before_the_form_opened_are_kept() -> None:
    filled = entered(opened("approve --plan 0123456789ab"), request="12")
    assert filled.values == {"plan": "0123456789ab", "request": "12"}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "plain_text_input", "value": " 4 "}, "4"),
        ({"type": "plain_text_input", "value": "a\n b"}, "a\n b"),
        ({"type": "plain_text_input", "value": None}, None),
        ({"type": "plain_text_input", "value": "   "}, None),
        ({"type": "plain_text_input"}, None),
        ({"type": "number_input", "value": "4"}, "4"),
        ({"type": "external_select", "selected_option": {"value": "chat@eu", "text": {}}}, "chat@eu"),
        ({"type": "static_select", "selected_option": {"value": "chat", "text": {}}}, "chat"),
        ({"type": "external_select", "selected_option": None}, None),
        ({"type": "file_input", "files": [{"id": "F0AB12CD34", "name": "a.jsonl"}]}, "F0AB12CD34"),
        ({"type": "file_input", "files": []}, None),
    ],
)
def test_every_kind_of_field_is_read(element: dict[str, Any], value: str | None) -> None:
    view = opened("scale")
    state = {"values": {"arg:units": {"anything": element}, "other": {"x": {"value": "y"}}, "arg:because": {}}}
    filled = read({"private_metadata": view["private_metadata"], "state": state})
    assert filled.values == ({} if value is None else {"units": value})


def test_a_field_emptied_in_the_form_is_not_given() -> None:
    assert entered(opened("scale because launch"), cluster="chat", units="4", because=None).values == {
        "cluster": "chat",
        "units": "4",
    }


def test_a_form_without_any_state_is_read_as_what_was_given_before() -> None:
    assert read({"private_metadata": opened("deny 12")["private_metadata"]}).values == {"request": "12"}


@pytest.mark.parametrize(
    ("verb", "values", "wrong"),
    [
        ("scale", {"cluster": "chat", "units": "4"}, set()),
        ("scale", {}, {"arg:cluster", "arg:units"}),
        ("scale", {"cluster": "chat"}, {"arg:units"}),
        ("scale", {"cluster": "chat", "units": "4", "because": "x" * 2001}, {"arg:because"}),
        ("deny", {"request": "12"}, {"arg:because"}),
        ("deny", {"request": "12", "because": "no"}, set()),
        ("approve", {"request": "12"}, set()),
        ("status", {"page": "0"}, {"arg:cluster"}),
    ],
)
def test_what_is_wrong_is_said_at_its_own_field(verb: str, values: dict[str, str], wrong: set[str]) -> None:
    said = errors(COMMANDS[verb], Filled(verb, values, "CTEAM", None))
    assert set(said) == wrong
    assert all(0 < len(text) <= 200 for text in said.values())


@pytest.mark.parametrize("units", ["lots", "4.5", "+", "x" * 150])
def test_a_size_that_is_none_is_said_at_its_field(units: str) -> None:
    said = errors(COMMANDS["scale"], Filled("scale", {"cluster": "chat", "units": units}, "CTEAM", None))
    assert set(said) == {"arg:units"}


@pytest.mark.parametrize(
    ("query", "count"), [("", 100), ("prod", 100), ("CHAT-7", 11), ("eu-frankfurt-1", 100), ("nothing", 0)]
)
def test_a_menu_offers_at_most_a_hundred_that_fit_what_was_typed(query: str, count: int) -> None:
    found = [
        (f"chat-{number}", f"Chat-{number} prod · eu-frankfurt-1")
        for number in range(200)
        if number < 80 or number > 99
    ]
    offered = options(found, query)
    assert len(offered) == count
    assert all(query.casefold() in (each["text"]["text"] + each["value"]).casefold() for each in offered)


def test_a_menus_options_are_as_slack_wants_them() -> None:
    offered = options([("v" * 150, "l" * 300), ("chat", "chat · eu-frankfurt-1 · 2 units")], "")
    view = form(COMMANDS["scale"], NOTHING, CALL)
    view["blocks"][1]["element"] = {
        "type": "static_select",
        "action_id": "a",
        "options": offered,
    }
    assert validate("modal", view) == []


def test_the_reason_of_a_form_may_be_as_long_as_the_one_of_a_command() -> None:
    for command in COMMANDS.values():
        for name, (kind, _) in command.arguments.kinds().items():
            if isinstance(kind, Rest) and kind.after == "because":
                longest = "x" * 2000
                given = parse(command, f"1 2 because {longest}" if command.name == "scale" else f"1 because {longest}")
                filled = entered(form(command, given, CALL), **{name: longest})
                assert filled.values[name] == longest
                assert f"arg:{name}" not in errors(command, filled)


def test_what_is_kept_between_opening_and_sending_is_readable_json() -> None:
    kept = json.loads(opened("deny 12")["private_metadata"])
    assert kept["verb"] == "deny"
    assert kept["given"] == {"request": "12"}


def test_how_long_and_when_can_be_filled_in_and_what_was_typed_of_them_is_there() -> None:
    view = opened("scale chat --for 8h")
    shown = inputs(view)
    assert shown["arg:for"]["element"]["initial_value"] == "8h"
    assert shown["arg:for"]["optional"]
    assert shown["arg:at"]["label"]["text"] == "When to begin"
    filled = entered(view, cluster="chat", units="4", **{"for": "2d", "at": "tomorrow 9am"})
    assert filled.values == {"cluster": "chat", "units": "4", "for": "2d", "at": "tomorrow 9am"}
    assert errors(COMMANDS["scale"], filled) == {}


def test_a_length_that_is_none_is_said_at_its_field() -> None:
    said = errors(COMMANDS["scale"], Filled("scale", {"cluster": "chat", "units": "4", "for": "eight"}, "C", None))
    assert set(said) == {"arg:for"}


def test_breaking_the_glass_asks_for_the_clusters_name_and_the_reason_and_fills_in_neither() -> None:
    shown = inputs(opened("break-glass 12"))
    assert list(shown) == ["arg:cluster", "arg:because"]
    assert not any("initial_value" in block["element"] for block in shown.values())
    assert not any(block["optional"] for block in shown.values())


def test_a_verdict_is_chosen_from_a_menu() -> None:
    element = inputs(opened("review 12"))["arg:verdict"]["element"]
    assert element["action_id"].split(":")[1:] == ["review", "verdict"]


def test_what_it_is_about_stands_above_the_fields() -> None:
    command, parsed = understood("deny 12")
    view = form(command, parsed, CALL, about="*Scale chat from 2 to 4 units*")
    assert validate("modal", view) == []
    assert view["blocks"][1]["text"]["text"] == "*Scale chat from 2 to 4 units*"


def test_a_button_may_have_the_form_ask_for_what_is_else_not_needed() -> None:
    shown = inputs(opened("approve 12 --plan 0123456789ab --comment"))
    assert not shown["arg:because"]["optional"]
    assert inputs(opened("approve because x"))["arg:because"]["optional"]


class Given(Arguments):
    name: Annotated[str, Word(), Field(description="Its name")]
    file: Annotated[str | None, Option(file=("jsonl", "txt")), in_slack, Field(description="A file in Slack")] = None


class TestAFileInAForm:
    """A command that is given a file of Slack's."""

    COMMAND = Command(name="look", summary="Look into a file", arguments=Given, run=lambda *_: Reply(text=""))

    def test_it_is_picked_and_only_of_its_kinds(self) -> None:
        view = form(self.COMMAND, parse(self.COMMAND, "a"), CALL)
        assert not validate("modal", view)
        block = inputs(view)["arg:file"]
        assert block["optional"]
        assert block["element"] == {
            "type": "file_input",
            "action_id": "value",
            "filetypes": ["jsonl", "txt"],
            "max_files": 1,
        }

    def test_given_already_it_is_shown_and_kept(self) -> None:
        view = form(self.COMMAND, parse(self.COMMAND, "--file F0AB12CD34"), CALL)
        assert "F0AB12CD34" in json.dumps(view["blocks"])
        assert set(inputs(view)) == {"arg:name"}
        assert entered(view, name="a").values == {"file": "F0AB12CD34", "name": "a"}

    @pytest.mark.parametrize(
        "typed",
        [
            "F0AB12CD34",
            "https://team.slack.com/files/U01ROSA/F0AB12CD34/train_set.jsonl",
            "<https://team.slack.com/files/W01ROSA/F0AB12CD34>",
        ],
    )
    def test_it_may_be_typed_or_given_by_its_link(self, typed: str) -> None:
        parsed = parse(self.COMMAND, f"a --file {typed}")
        assert Given.model_validate(parsed.values).file == "F0AB12CD34"

    @pytest.mark.parametrize("typed", ["train.jsonl", "f0ab12cd34", "https://example.org/F0AB12CD34"])
    def test_what_is_no_file_of_slacks_is_said_at_its_field(self, typed: str) -> None:
        filled = Filled(verb="look", values={"name": "a", "file": typed}, channel="C1", thread_ts=None)
        assert "is no file in Slack" in errors(self.COMMAND, filled)["arg:file"]


def test_what_a_form_left_open_and_the_command_needs_is_asked_for_at_its_field() -> None:
    check, view = COMMANDS["dataset check"], opened("dataset check")
    assert errors(check, entered(view)) == {"arg:dataset": "This is needed"}
    assert errors(check, entered(view, dataset="training/pairs.jsonl")) == {}
    assert errors(check, entered(view, file="F0123456")) == {}


def test_what_a_file_can_be_picked_instead_of_may_be_left_open() -> None:
    found = inputs(opened("dataset check"))
    assert found["arg:dataset"]["optional"]
    assert found["arg:file"]["optional"]


OCID = "ocid1.generativeaidedicatedaicluster.oc1..chat"


def test_what_was_given_by_its_ocid_is_shown_as_people_know_it_and_comes_back_as_it_was_given() -> None:
    command, parsed = understood(f"endpoint create {OCID}")
    assert by_ocid(command, parsed) == {OCID}
    element = inputs(form(command, parsed, CALL, called={OCID: "chat"}))["arg:cluster"]["element"]
    assert element["initial_option"] == {"text": {"type": "plain_text", "text": "chat", "emoji": True}, "value": OCID}
    assert by_ocid(*understood("endpoint create chat")) == frozenset()
