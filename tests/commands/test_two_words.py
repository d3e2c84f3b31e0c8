"""Commands of two words, and those that are called by several names."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import Field

from commands._command import Arguments, Call, Command, Option, Reply, Services, Word, ticked
from commands._form import Filled, errors, form, read
from commands._parse import Parsed, arguments, check_given, understood
from dac.errors import Invalid
from sandbox.slack.blockkit import validate

WHY = {"isolation": "Nobody else's GPUs", "tuning": "A model of our own"}


class Size(Arguments):
    model: Annotated[str | None, Word(), Field(description="Which")] = None
    rate: Annotated[str | None, Option(asked=True), Field(description="How often")] = None
    why: Annotated[
        tuple[str, ...], ticked(WHY), Option(asked=True, among=WHY, many=True), Field(description="What for")
    ] = ()
    mode: Annotated[
        str, Option(asked=True, among={"block": "Block it", "inform": "Tell"}), Field(description="How strict")
    ] = "block"


def run(args: Size, call: Call, services: Services) -> Reply:
    return Reply(text="")


def needs(values: Any) -> tuple[str, ...]:
    return () if "rate" in values else ("model",)


def command(name: str, *aliases: str) -> Command[Size]:
    return Command(name=name, summary="Sizes.", arguments=Size, run=run, aliases=aliases, needs=needs)


COMMANDS: dict[str, Command[Any]] = {
    each.name: each
    for each in (
        command("help"),
        command("size hosting"),
        command("size finetune", "size fine-tune"),
        command("cost"),
        command("cost actual"),
        command("optimise", "optimize"),
    )
}


@pytest.mark.parametrize(
    ("line", "name", "model"),
    [
        ("size hosting chat", "size hosting", "chat"),
        ("SIZE  Hosting chat", "size hosting", "chat"),
        ("size fine-tune chat", "size finetune", "chat"),
        ("cost chat", "cost", "chat"),
        ("cost actual chat", "cost actual", "chat"),
        ("cost actually", "cost", "actually"),
        ("optimize chat", "optimise", "chat"),
        ("", "help", None),
    ],
)
def test_the_longest_name_that_a_line_begins_with_is_meant(line: str, name: str, model: str | None) -> None:
    found, parsed = understood(COMMANDS, line)
    assert (found.name, parsed.values.get("model")) == (name, model)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("size", "“size” alone does not say what. Did you mean `/dac size hosting` or `/dac size finetune`?"),
        ("size hostng chat", "I do not know “size hostng”. Did you mean `/dac size hosting`?"),
        ("size qqqqqq", "I do not know “size qqqqqq”. Did you mean `/dac size hosting` or `/dac size finetune`?"),
        ("sizze hosting chat", "I do not know “sizze”. Did you mean `/dac size hosting`?"),
        ("optimse", "I do not know “optimse”. Did you mean `/dac optimise`?"),
        ("qqqqqq", "I do not know “qqqqqq”. `/dac help` lists what I understand."),
    ],
)
def test_what_is_none_is_answered_with_the_nearest(line: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        understood(COMMANDS, line)
    assert str(refused.value) == said


def test_a_command_says_itself_what_else_it_needs() -> None:
    assert understood(COMMANDS, "size hosting")[1].missing == ("model",)
    assert understood(COMMANDS, "size hosting --rate 5")[1].missing == ()
    shown = form(COMMANDS["size hosting"], Parsed({}, ("model",)), Call("U1", "C1", "d"))
    assert [block["optional"] for block in shown["blocks"] if block["type"] == "input"] == [False, True, True, True]


def test_what_can_be_ticked_is_typed_with_commas_and_comes_back_in_the_lists_order() -> None:
    found, parsed = understood(COMMANDS, "cost chat --why tuning,isolation")
    assert arguments(found, parsed.values).model_dump()["why"] == ("isolation", "tuning")
    with pytest.raises(Invalid, match="Why: “speed” is none of isolation, tuning"):
        check_given(found, Parsed({"why": "isolation,speed"}, ()))


def test_a_form_offers_boxes_and_menus_and_reads_them_back() -> None:
    made = command("size hosting")
    view = form(made, Parsed({"why": "tuning, isolation", "mode": "inform"}, ()), Call("U1", "C1", "d"))
    assert validate("modal", view) == []
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    boxes, menu = elements["arg:why"], elements["arg:mode"]
    assert (boxes["type"], menu["type"]) == ("checkboxes", "static_select")
    assert [each["value"] for each in boxes["initial_options"]] == ["isolation", "tuning"]
    assert menu["initial_option"]["value"] == "inform"
    state = {
        "values": {
            "arg:why": {"value": {"type": "checkboxes", "selected_options": boxes["options"]}},
            "arg:mode": {"value": {"type": "static_select", "selected_option": menu["options"][0]}},
            "arg:rate": {"value": {"type": "checkboxes", "selected_options": []}},
        }
    }
    filled = read({"private_metadata": view["private_metadata"], "state": state})
    assert filled.values == {"why": "isolation,tuning", "mode": "block"}
    assert errors(made, filled) == {"arg:model": "This is needed"}
    assert set(errors(made, Filled("size hosting", {"why": "x"}, "C1", None))) == {"arg:why"}


def test_a_form_with_nothing_chosen_yet_has_nothing_chosen() -> None:
    view = form(command("size hosting"), Parsed({}, ()), Call("U1", "C1", "d"))
    for block in view["blocks"]:
        assert not {"initial_options", "initial_option"} & block.get("element", {}).keys()
