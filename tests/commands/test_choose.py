"""What /dac choose says: where a unit breaks even, what it is known to carry, and what would justify it anyway."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from commands import COMMANDS
from commands._choice import DEDICATED, ON_DEMAND, for_dedicated, offers
from commands._command import Reply
from commands._form import errors, form, read
from commands._parse import Parsed, arguments
from dac.catalog import shipped
from dac.errors import DacError
from dac.handbook import load
from sandbox.slack.blockkit import validate
from tests.commands.advice import advised
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import bare, halved, live, markup, refused

CHOOSE = COMMANDS["choose"]
FREE = """
[sources.contract]
title = "Our contract"
as_of = 2026-11-01
trust = "team"

[prices.{sku}]
amount = "{amount}"
basis = "contract"
sources = ["contract"]
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return advised(tmp_path_factory.mktemp("choose"))


@pytest.fixture
def own(tmp_path: Path) -> Room:
    return advised(tmp_path)


def flat(reply: Reply) -> str:
    return re.sub(r"[*⁰¹²³⁴⁵⁶⁷⁸⁹\u202f]| (?=[⁰¹²³⁴⁵⁶⁷⁸⁹])", "", shown(reply))


def sound(reply: Reply) -> None:
    assert bare(reply.blocks) == []
    assert refused(reply.text, reply.blocks) == []
    for text in markup(reply.blocks):
        assert live(text) + halved(text) == []


NEVER = "On price, dedicated never pays for this model and shape: a unit cannot carry what it would take."


@pytest.mark.parametrize(
    ("line", "says"),
    [
        # $24 / 3,600 s / (780 x 0.00000624 a token) = 1.370 requests/s; x 780
        ("choose command-a", "costs less from 1.37 requests/s on, round the clock: 1,068.4 tokens/s in and out"),
        ("choose command-a", "$24 per unit-hour at list price; on demand $0.0156 per 10,000 characters"),
        ("choose command-a", "What a unit can carry is not known: no benchmark of Command A on LARGE_COHERE_V3"),
        ("choose llama-3.3", "9,259.3 tokens/s in and out"),
        ("choose llama-3.3", "published to carry 8.49 requests/s of these at the most, 6,622.2 tokens/s"),
        ("choose llama-3.3", "the break-even is at 139.8 % of that."),
        ("choose llama-3.3", "Its page counted 6,334.64 tokens/s in and out in that row"),
        ("choose llama-3.3", NEVER),
        ("choose gpt-oss-20b --shape OAI_H100_X1", "from 13.507 requests/s on"),
        ("choose gpt-oss-20b", "the break-even is at 98.6 % of that."),
        ("choose gpt-oss-20b", "On price, dedicated pays only at saturation"),
        ("choose command-r-08-2024", "5,015.4 tokens/s in and out"),
        ("choose command-r-08-2024", "the break-even is at 85 % of that."),
        ("choose command-r-08-2024", "On price, dedicated pays for whoever has that load day and night."),
        ("choose command-r-08-2024", "It is not had on demand today: that is by the price on file for it."),
        ("choose command-r-08-2024", "was retired for dedicated clusters on 2026-09-30"),
        ("choose command-r-08-2024", "What speaks for dedicated besides, if it is your case"),
        ("choose embed-4", "7,569.4 tokens/s in and out, at 480 tokens in and 0 out."),
        ("choose embed-4 --prompt 200 --response 500", "You asked: 200 tokens in, 0 out"),
        ("choose command-a --region me-dubai-1", "one unit of SMALL_COHERE_4 costs less from"),
        # 2 x 2,678,400 s x 780 tokens x 0.00000072
        ("choose llama-3.3 --rps 2", "A month, dedicated\n1 unit: $17,856 at list price"),
        ("choose llama-3.3 --rps 2", "A month, on demand\n$3,008.38 at list price"),
        ("choose llama-3.3 --rps 2", "On demand costs $14,847.62 less a month, the load coming evenly"),
        ("choose command-r-08-2024 --rps 7.5", "Dedicated costs $804.71 less a month"),
        # 2 x 2,678,400 s x 0.0048672: what units it takes nobody has measured
        ("choose command-a --rps 2", "1 unit, if one is enough: $17,856 at list price"),
        ("choose command-a --rps 2", "If one unit is enough, dedicated costs $8,216.62 less a month."),
        ("choose command-a --rps 1", "On demand costs $4,819.69 less a month"),
        ("choose llama-4-scout --rps 5", "Where it breaks even is not known: its price multiplier is not published"),
        ("choose llama-4-scout --rps 5", "A month, dedicated\nunknown: its price multiplier is not published"),
        ("choose llama-4-scout --rps 5", "A month, on demand\n$7,520.95 at list price"),
        ("choose command-light --rps 5", "A month, on demand\nunknown: Command Light is not had on demand"),
        ("choose llama-3.3 --prompt 960", "As far as published figures tell. On price, dedicated never pays"),
        ("choose llama-3.3 --prompt 960", "Such requests were not measured: heavier ones are taken to cost as many"),
        ("choose command-r-08-2024 --prompt 100 --response 100", "20.207 requests/s of these at the most"),
    ],
)
def test_an_answer_says(room: Room, line: str, says: str) -> None:
    reply = room.say(line)
    assert says in flat(reply)
    sound(reply)


@pytest.mark.parametrize(
    ("line", "unsaid"),
    [
        ("choose llama-3.3", "not measured"),
        ("choose llama-3.3", "A month, dedicated"),
        ("choose command-r-08-2024 --prompt 100 --response 100", "not measured"),
        ("choose command-r-08-2024", "tokens/s in and out in that row"),
        ("choose llama-4-scout --rps 5", "less a month"),
        ("choose command-light --rps 5", "less a month"),
        ("choose command-a", "You asked"),
    ],
)
def test_what_is_not_the_case_is_not_said(room: Room, line: str, unsaid: str) -> None:
    assert unsaid not in flat(room.say(line))


@pytest.mark.parametrize("name", DEDICATED)
def test_each_of_the_handbooks_reasons_is_told_with_what_becomes_of_it_today(room: Room, name: str) -> None:
    reply = room.say(f"choose llama-3.3 --needs {name}")
    told = flat(reply)
    assert "What would justify it anyway, of what you ticked" in told
    assert f"• {DEDICATED[name]}: " in told
    assert sum(f"• {each}" in told for each in DEDICATED.values()) == 1
    sound(reply)


@pytest.mark.parametrize("name", ON_DEMAND)
def test_each_of_its_reasons_for_on_demand_is_told(room: Room, name: str) -> None:
    reply = room.say(f"choose llama-3.3 --uses {name}")
    assert f"What speaks for on demand, of what you ticked\n• {ON_DEMAND[name]}" in flat(reply)
    sound(reply)


def test_where_nothing_was_ticked_what_holds_whatever_the_price_is_told(room: Room) -> None:
    told = flat(room.say("choose llama-3.3"))
    assert "What would justify it anyway, if it is your case" in told
    holds = {"isolation", "tuning", "compliance"}
    assert {name for name, line in DEDICATED.items() if f"• {line}" in told} == holds


def test_what_oracle_does_today_names_its_own_source(room: Room) -> None:
    told = shown(room.say("choose llama-3.3 --needs tuning,models"))
    assert "Oracle's Python SDK 2.189.0, serving modes, CreateEndpointDetails and FineTuneDetails" in told
    assert "Oracle, Cohere Command A (03-2025)" in told


def test_ticks_come_in_the_handbooks_order_each_once(room: Room) -> None:
    told = flat(room.say("choose llama-3.3 --needs TUNING,isolation,tuning,,"))
    assert told.index(DEDICATED["isolation"]) < told.index(DEDICATED["tuning"])
    assert told.count(DEDICATED["tuning"]) == 1


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("choose comand-a", "I know no model “comand-a”. Did you mean"),
        ("choose gemini-2.5-pro", "cannot be hosted on a dedicated AI cluster; it is had on demand only."),
        ("choose rerank-v4.0-pro", "is not known: copies of Oracle's pages disagree"),
        ("choose gpt-oss-120b", "runs on OAI_A100_40G_X4"),
        ("choose command-a --shape LARGE_COHER", "The catalogue has no unit shape “LARGE_COHER”. Did you mean LARGE_C"),
        ("choose command-a --rps 0", "“0” is no load to size for"),
        ("choose command-a --rps -1", "“-1” is not a number of requests a second"),
        ("choose command-a --rps 1,5", "“1,5” is not a number of requests a second"),
        ("choose command-a --rps NaN", "“NaN” is not a number of requests a second"),
        ("choose command-a --rps 1e3", "“1e3” is not a number of requests a second"),
        ("choose command-a --prompt 1000000000", "is no number of tokens of one request"),
        (
            "choose command-a --needs isolated",
            "“isolated” is none of isolation, volume, tuning, sla, models, compliance.",
        ),
        ("choose command-a --needs isolated", "Did you mean isolation?"),
        ("choose command-a --uses sla", "“sla” is none of development, unpredictable, testing, prototyping."),
        ("choose command-a --needs zzzzzzzz", "“zzzzzzzz” is none of isolation"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence_and_the_nearest_choice(room: Room, line: str, says: str) -> None:
    with pytest.raises(DacError) as sorry:
        room.say(line)
    assert says in str(sorry.value)


def test_a_form_that_comes_back_without_a_model_says_so(room: Room) -> None:
    with pytest.raises(DacError, match="Name a model, such as command-a-03-2025"):
        CHOOSE.run(arguments(CHOOSE, {}), room.call(), room.services)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (
            "choose llama-3.3",
            [
                "choose meta.llama-3.3-70b-instruct --shape LARGE_GENERIC --load",
                "size hosting meta.llama-3.3-70b-instruct --shape LARGE_GENERIC --load",
                "cost 1 unit LARGE_GENERIC",
                "handbook dedicated",
            ],
        ),
        (
            "choose llama-3.3 --rps 20",
            [
                "size hosting meta.llama-3.3-70b-instruct --shape LARGE_GENERIC --rps 20",
                "cost 1 unit LARGE_GENERIC",
                "handbook dedicated",
            ],
        ),
    ],
)
def test_the_next_step_is_one_that_can_be_taken(room: Room, line: str, offered: list[str]) -> None:
    assert lines(room.say(line).blocks) == offered


def test_the_button_for_ones_own_load_opens_the_form_with_the_model_filled_in(room: Room) -> None:
    command, parsed = understood("choose meta.llama-3.3-70b-instruct --shape LARGE_GENERIC --load")
    assert (command, parsed.missing) == (CHOOSE, ("rps",))
    view = form(command, parsed, room.call(), offered=offers(room.services))
    assert validate("modal", view) == []
    assert inputs(view)["arg:model"]["initial_value"] == "meta.llama-3.3-70b-instruct"


def inputs(view: Any) -> dict[str, Any]:
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def test_the_form_has_the_handbooks_two_lists_as_boxes(room: Room) -> None:
    view = form(CHOOSE, Parsed({}, ("model",)), room.call(), offered=offers(room.services))
    assert validate("modal", view) == []
    boxes = {name: inputs(view)[f"arg:{name}"] for name in ("needs", "uses")}
    assert {each["type"] for each in boxes.values()} == {"checkboxes"}
    handbook = room.services.handbook
    for name, asked in (("needs", handbook.dedicated_when), ("uses", handbook.on_demand_when)):
        assert tuple(each["text"]["text"] for each in boxes[name]["options"]) == asked
    ticks = {"type": "checkboxes", "selected_options": boxes["needs"]["options"][1:3]}
    state = {"values": {"arg:model": {"value": {"value": "llama-3.3"}}, "arg:needs": {"value": ticks}}}
    filled = read({"private_metadata": view["private_metadata"], "state": state})
    assert errors(CHOOSE, filled) == {}
    told = CHOOSE.run(arguments(CHOOSE, filled.values), room.call(), room.services)
    assert DEDICATED["volume"] in flat(told)
    assert DEDICATED["tuning"] in flat(told)


def with_lists(room: Room, dedicated: str) -> Room:
    page = (files("dac") / "handbook_pages" / "dedicated.toml").read_text(encoding="utf-8")
    old = "\n".join(f"- {line}" for line in DEDICATED.values())
    assert old in page
    handbook = load({"dedicated.toml": page.replace(old, dedicated)})
    room.services = replace(room.services, handbook=handbook)
    return room


def test_a_teams_own_list_is_what_is_asked_and_cited(own: Room) -> None:
    with_lists(own, f"- {DEDICATED['sla']}\n- Data of <!channel> stays in Europe\n- Data of patients\n- Data")
    names = list(for_dedicated(own.services))
    assert names == ["sla", "data", "data-of", "4"]
    view = form(CHOOSE, Parsed({}, ("model",)), own.call(), offered=offers(own.services))
    assert [each["value"] for each in inputs(view)["arg:needs"]["options"]] == names
    reply = own.say("choose llama-3.3 --needs data")
    assert "• Data of &lt;!channel&gt; stays in Europe\n" in flat(reply)
    sound(reply)
    told = flat(own.say("choose llama-3.3"))
    assert "• Data of patients" in told
    assert DEDICATED["sla"] not in told
    with pytest.raises(DacError, match="“isolation” is none of sla, data, data-of, 4"):
        own.say("choose llama-3.3 --needs isolation")


def test_a_list_longer_than_slack_has_boxes_for_is_a_menu(own: Room) -> None:
    with_lists(own, "\n".join(f"- Reason {number} of ours" for number in range(14)))
    view = form(CHOOSE, Parsed({"needs": "reason"}, ("model",)), own.call(), offered=offers(own.services))
    menu = inputs(view)["arg:needs"]
    assert (menu["type"], len(menu["options"]), len(menu["initial_options"])) == ("multi_static_select", 14, 1)
    assert validate("modal", view) == []


def test_what_costs_the_same_either_way_is_said_so(own: Room) -> None:
    # 1 a second of 780 tokens is 8,356,608,000 characters a month; $17,856 over 835,660.8 lots of 10,000.
    lots = Decimal(744 * 3600 * 780 * 4) / 10_000
    amount = Decimal(17856) / lots
    text = FREE.format(sku="B108080", amount=f"{amount:f}")
    own.services = replace(own.services, catalog=shipped({"own.toml": text}))
    told = flat(own.say("choose llama-3.3 --rps 1"))
    assert "at your contract's rate" in told
    assert "Both cost the same." in told
    assert "less a month" not in told


def test_a_rate_of_nothing_breaks_even_nowhere(own: Room) -> None:
    own.services = replace(own.services, catalog=shipped({"own.toml": FREE.format(sku="B108080", amount="0")}))
    reply = own.say("choose llama-3.3")
    assert "Where it breaks even is not known: nothing is charged for it on demand" in flat(reply)
    sound(reply)
