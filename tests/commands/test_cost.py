"""What /dac cost says of clusters, sizes, models and fine-tunes, alone and side by side."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from commands._command import Reply
from dac.catalog import Catalog, shipped
from dac.errors import DacError, Unavailable
from dac.history import History
from tests.commands.advice import advised, ocid, week
from tests.commands.requests import HOSTILE_NAME
from tests.commands.room import Room, lines, shown, texts
from tests.commands.sound import bare, halved, live, markup, refused

CONTRACT = """
[sources.contract]
title = "Our contract"
as_of = 2026-11-01
trust = "team"
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return advised(tmp_path_factory.mktemp("cost"))


@pytest.fixture
def own(tmp_path: Path) -> Room:
    return advised(tmp_path)


def flat(reply: Reply) -> str:
    """As it reads, without its marks and stars."""
    return re.sub(r"[*⁰¹²³⁴⁵⁶⁷⁸⁹\u202f]| (?=[⁰¹²³⁴⁵⁶⁷⁸⁹])", "", shown(reply))


def sound(reply: Reply) -> None:
    assert bare(reply.blocks) == []
    assert refused(reply.text, reply.blocks) == []
    for text in markup(reply.blocks):
        assert live(text) + halved(text) == []


def with_catalog(room: Room, text: str) -> Room:
    room.services = replace(room.services, catalog=shipped({"own.toml": CONTRACT + text}))
    return room


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("cost chat", "chat, 4 units LARGE_COHERE_V3"),
        ("cost chat", "$71,424 at list price, a month"),
        ("cost chat", "4 units × 744 h × $24 per unit-hour"),
        # $71,424 / 0.00000624 a token = 11.446 billion; / 2,678,400 s
        (
            "cost chat",
            "$71,424 a month buys 11.45 billion tokens of Command A on demand: 4,274 a second round the clock",
        ),
        ("cost 6 units chat", "$107,136 at list price, a month"),
        # 10 x 744 x 12/24 x 5/7 x $24
        ("cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays", "$63,771.43 at list price, a month"),
        (
            "cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays",
            "10 units × 744 h × 12/24 × 5/7 = 2,657.14 unit-hours × $24 per unit-hour",
        ),
        ("cost 1 unit LARGE_COHERE_V3, weekdays", "1 unit × 744 h × 5/7 = 531.43 unit-hours would be used"),
        ("cost 1 unit LARGE_COHERE_V3, weekdays", "744 unit-hours × $24 per unit-hour"),
        ("cost 1 unit LARGE_COHERE_V3, weekdays", "$17,856 at list price, a month"),
        (
            "cost 1 unit LARGE_COHERE_V3, weekdays",
            "each new one owes its own 744 unit-hours at the least. Rather keep 1 unit meanwhile.",
        ),
        (
            "cost 8 units chat, 12 h a day, otherwise 2",
            "8 units × 744 h × 12/24 + 2 units × the rest of 744 h = 3,720 unit-hours × $24 per unit-hour",
        ),
        ("cost 5 units RERANK_COHERE", "744 h × $10 per cluster hour"),
        ("cost 5 units RERANK_COHERE", "$7,440 at list price, a month"),
        (
            "cost 5 units RERANK_COHERE 12 h a day otherwise 2",
            "744 h × 12/24 + the rest of 744 h = 744 cluster-hours × $10 per cluster hour",
        ),
        ("cost H100_X2 8 h a day weekdays", "$2,129.26 at list price, a month"),
        ("cost H100_X2 8 h a day weekdays", "each new one owes its own 1 hour at the least"),
        ("cost embed-4", "$8,109.60 a month buys 20.27 billion tokens of Embed 4 on demand: 7,569 a second"),
        ("cost 2 units gpt-oss-20b on oai_h100_x1", "2 units × 744 h × $6.01 per unit-hour"),
        ("cost gpt-oss-20b --shape OAI_H200_X1", "$4,627.68 at list price"),
        ("cost command-a --region me-dubai-1", "Command A on 1 unit SMALL_COHERE_4\n$19,344 at list price"),
        ("cost 1 unit LARGE_GENERIC", "of Llama 3.3 70B on demand: 9,259 a second"),
        ("cost 1 unit LARGE_COHERE_V3", "of Command A or Command A Vision on demand"),
        ("cost command-r-08-2024", "was retired for dedicated clusters on 2026-09-30"),
        ("cost command-r-08-2024", "of Command R 08-2024 on demand, were it still had on demand: 5,015 a second"),
        ("cost command-light", "Command Light on demand: not known. Command Light is not had on demand; read"),
        ("cost scout", "unknown: its price multiplier is not published in what we hold; read Oracle's pricing page"),
        ("cost finetune llama-3.3 6 h", "Fine-tuning Llama 3.3 70B: 2 units LARGE_GENERIC for 6 h"),
        ("cost finetune llama-3.3 6 h", "$288 at list price in all"),
        (
            "cost finetune llama-3.3 6 h",
            "12 unit-hours × $24 per unit-hour; 1 unit-hour for each fine-tuning job at least",
        ),
        ("cost finetune llama-3.3, 2 units, 0.25 h", "$24 at list price in all"),
        (
            "cost finetune llama-3.3",
            "How long was not said: the handbook's least band has it at the most: Small (&lt; 10K",
        ),
        ("cost finetune llama-3.3", "$192 at list price in all"),
        ("cost chat", "A month is 744 hours, as Oracle's minimum has it; the handbook reckons with 720."),
    ],
)
def test_an_answer_says(room: Room, line: str, says: str) -> None:
    reply = room.say(line)
    assert says in flat(reply)
    sound(reply)


@pytest.mark.parametrize(
    ("line", "unsaid"),
    [
        ("cost chat", "paused"),
        ("cost 8 units chat, 12 h a day, otherwise 2", "paused"),
        ("cost 8 units chat, 12 h a day, otherwise 2", "would be used"),
        ("cost finetune llama-3.3 6 h", "A month is"),
        ("cost finetune llama-3.3 6 h", "How long was not said"),
        ("cost 1 unit SMALL_COHERE_V2", "on demand"),
        ("cost RERANK_COHERE", "on demand"),
        ("cost scout", "buys"),
    ],
)
def test_what_is_beside_the_point_is_left_out(room: Room, line: str, unsaid: str) -> None:
    assert unsaid not in flat(room.say(line))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("cost 2 units command-a vs 3 units llama-3.3", "Command A on 2 units LARGE_COHERE_V3\n$35,712 at list price"),
        (
            "cost 2 units command-a vs 3 units llama-3.3",
            "Llama 3.3 70B on 3 units LARGE_GENERIC\n$53,568 at list price",
        ),
        (
            "cost 2 units command-a vs 3 units llama-3.3",
            "LARGE_COHERE_V3 costs $17,856 less than Llama 3.3 70B on 3 units",
        ),
        ("cost 1 unit LARGE_COHERE_V3 vs 1 unit LARGE_GENERIC", "costs the same as 1 unit LARGE_GENERIC"),
        ("cost 8 units chat vs chat", "chat, 4 units LARGE_COHERE_V3 costs $71,424 less than chat, 8 units"),
        ("cost chat vs scout vs idle", "They cannot be compared: the price of at least one is not known."),
        ("cost chat vs finetune llama-3.3 6 h", "a fine-tune is paid once, a cluster every month"),
        ("cost finetune llama-3.3 6 h vs finetune llama-3.3 8 h", "costs $96 less than Fine-tuning Llama 3.3 70B"),
    ],
)
def test_several_stand_side_by_side_with_the_difference(room: Room, line: str, says: str) -> None:
    reply = room.say(line)
    assert says in flat(reply)
    sound(reply)


def test_side_by_side_each_has_a_field_of_its_own(room: Room) -> None:
    reply = room.say("cost chat vs idle vs scout vs 1 unit EMBED_COHERE")
    (table,) = [block for block in reply.blocks if "fields" in block]
    labels = [each["text"].split("\n")[0] for each in table["fields"]]
    assert [re.match(r"\*(chat|idle|scout|1 unit EMBED_COHERE)\b", each) is not None for each in labels] == [True] * 4


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("cost chat", ["choose cohere.command-a-03-2025 --shape LARGE_COHERE_V3", "handbook cost"]),
        (
            "cost 6 units chat",
            ["scale chat 6", "choose cohere.command-a-03-2025 --shape LARGE_COHERE_V3", "handbook cost"],
        ),
        ("cost 2 units H100_X2", ["create hosting --shape H100_X2 --units 2", "handbook cost"]),
        (
            "cost 3 units llama-3.3",
            [
                "create hosting --model meta.llama-3.3-70b-instruct --shape LARGE_GENERIC --units 3",
                "choose meta.llama-3.3-70b-instruct --shape LARGE_GENERIC",
                "handbook cost",
            ],
        ),
        ("cost command-r-08-2024", ["choose cohere.command-r-08-2024 --shape SMALL_COHERE_V2", "handbook cost"]),
        ("cost finetune llama-3.3 6 h", ["finetune --model meta.llama-3.3-70b-instruct", "handbook cost"]),
        (
            "cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays",
            [
                "cost 10 units LARGE_COHERE_V3, 12 h a day, 5 days a week, otherwise 1 unit",
                "create hosting --shape LARGE_COHERE_V3 --units 10",
                "handbook cost",
            ],
        ),
        (
            "cost 6 units chat, 10 h a day",
            [
                "cost 6 units chat, 10 h a day, 7 days a week, otherwise 1 unit",
                "choose cohere.command-a-03-2025 --shape LARGE_COHERE_V3",
                "handbook cost",
            ],
        ),
    ],
)
def test_the_next_step_is_one_that_can_be_taken(room: Room, line: str, offered: list[str]) -> None:
    assert lines(room.say(line).blocks) == offered


def test_keeping_one_unit_meanwhile_is_reckoned_at_a_press(room: Room) -> None:
    for line in ("cost 10 units LARGE_COHERE_V3, 12 h a day, weekdays", "cost 3 units llama-3.3, 7.5 h a day"):
        (again,) = [each for each in lines(room.say(line).blocks) if each.startswith("cost")]
        told = flat(room.say(again))
        assert "otherwise 1" in told
        assert "1 unit × the rest of 744 h" in told


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("cost LARGE_COHERE_V9", "The catalogue has no unit shape “LARGE_COHERE_V9”. Did you mean LARGE_COHERE_V"),
        ("cost comand-a", "I know no model “comand-a”. Did you mean"),
        ("cost comand-a", "There is no cluster “comand-a”."),
        ("cost gemini-2.5-pro", "Gemini 2.5 Pro cannot be hosted on a dedicated AI cluster; it is had on demand only."),
        ("cost gpt-oss-120b", "runs on OAI_A100_40G_X4, OAI_A100_80G_X2, OAI_H100_X2, OAI_H200_X1, by region"),
        ("cost gpt-oss-20b on OAI_Z100_X1", "The catalogue has no unit shape “OAI_Z100_X1”. Did you mean OAI_"),
        ("cost chat on LARGE_GENERIC", "chat has LARGE_COHERE_V3, and Oracle lets no cluster change its shape."),
        ("cost finetune command-a", "Command A cannot be fine-tuned today; what can is meta.llama-3.3-70b-instruct."),
        ("cost finetune command-light", "Command Light cannot be fine-tuned today"),
        ("cost finetune llama-3.3 8 units 6 h", "Oracle presets 2 units for Llama 3.3 70B, which nobody can choose"),
        ("cost finetune llama-3.3 9000 h", "A fine-tune takes some hours, and a year at most"),
        ("cost 0 units chat", "A cluster has at least 1 unit; 0 is not a number of units."),
        ("cost chat --currency EUR", "I hold prices in USD only, and convert none"),
        ("cost chat --currency dollars", "7 characters are too many; 3 is the most"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence_and_the_nearest_choice(room: Room, line: str, says: str) -> None:
    with pytest.raises(DacError) as sorry:
        room.say(line)
    assert says in str(sorry.value)


def test_a_cluster_whose_shape_the_catalogue_has_never_seen_has_no_known_price(own: Room) -> None:
    own.oracle.change(ocid("chat"), unit_shape="GIANT_COHERE_V9")
    with pytest.raises(
        DacError, match="chat has GIANT_COHERE_V9, which the catalogue does not hold, so what it costs is"
    ):
        own.say("cost chat")


def test_a_clusters_own_week_is_told_as_a_month_on_demand(own: Room) -> None:
    # 50 busy hours of 8 a second, 118 of 0.8 a second: 494.4 x 3,600 calls of 500 tokens in and 200 out.
    calls = (50 * Decimal(8) + 118 * Decimal("0.8")) * 3600
    month = calls * 744 / 168 * 700 * Decimal("0.00000624")
    told = flat(own.say("cost chat"))
    assert f"as a month on demand: ${month:,.2f} at list price" in told
    assert "Its own last 168 hours, 10,594 requests each on average" in told


@pytest.mark.parametrize("lost", ["calls", "input_tokens", "output_tokens"])
def test_what_was_not_measured_is_unknown_and_never_nothing(own: Room, lost: str) -> None:
    seen = week(ocid("chat"), Decimal(8))
    hours = (seen.hours[0].model_copy(update={lost: None}), *seen.hours[1:])
    own.oracle.histories[ocid("chat")] = seen.model_copy(update={"hours": hours})
    told = flat(own.say("cost chat"))
    assert "Its own traffic on demand: not known, for its calls or their tokens were not measured." in told


def test_a_cluster_younger_than_an_hour_was_not_measured(own: Room) -> None:
    seen = week(ocid("chat"), Decimal(8))
    own.oracle.histories[ocid("chat")] = History(
        cluster_id=seen.cluster_id, since=seen.until, until=seen.until, hours=(), read_at=seen.read_at
    )
    assert "Its own traffic on demand: not known" in flat(own.say("cost chat"))


def test_a_cluster_that_nobody_calls_would_cost_nothing_on_demand(room: Room) -> None:
    assert "Its own last 168 hours, 0 requests each on average, as a month on demand: $0" in flat(room.say("cost idle"))


def test_monitoring_that_does_not_answer_is_said_so(own: Room) -> None:
    own.oracle.fail("history", Unavailable("Monitoring did not answer; try again in a moment."))
    told = flat(own.say("cost chat"))
    assert "Its own traffic on demand: not known. Monitoring did not answer; try again in a moment." in told


def test_a_hostile_name_calls_nobody(own: Room) -> None:
    own.oracle.change(ocid("chat"), name=HOSTILE_NAME)
    for line in (f"cost {ocid('chat')}", f"cost {ocid('chat')} vs 2 units {ocid('chat')} 8 h a day"):
        sound(own.say(line))


def test_a_contracts_rates_are_said_to_be_that(own: Room) -> None:
    with_catalog(own, '[prices.B108082]\namount = "18.125"\nbasis = "contract"\nsources = ["contract"]\n')
    reply = own.say("cost 2 units LARGE_COHERE_V3")
    told = flat(reply)
    # 2 x 744 x 18.125
    assert "$26,970 at your contract's rate, a month" in told
    assert "$18.125 per unit-hour" in told
    assert "Our contract, 2026-11-01" in "\n".join(texts(reply.blocks))


EUROS = """
[localised.EUR]
B108082 = { amount = "22.50", sources = ["contract"] }
"""


def test_a_currency_is_as_good_as_what_is_on_file_in_it(own: Room) -> None:
    with_catalog(own, EUROS)
    told = flat(own.say("cost chat --currency eur"))
    # 4 x 744 x 22.50
    assert "66,960 EUR at list price, a month" in told
    assert "22.50 EUR per unit-hour" in told
    assert "Command A on demand: not known. no on-demand price of it in EUR is on file" in told
    other = flat(own.say("cost idle --currency EUR"))
    assert "unknown: no price of B108085 in EUR is on file" in other


def test_prices_in_two_currencies_are_neither_compared_nor_exchanged(own: Room) -> None:
    with_catalog(
        own, '[prices.B108082]\namount = "20.00"\ncurrency = "EUR"\nbasis = "contract"\nsources = ["contract"]\n'
    )
    told = flat(own.say("cost chat vs idle"))
    assert "They are not of a kind, so no difference is told" in told
    assert "Command A on demand: not to be compared, it is sold in USD." in told


def test_what_an_unconfirmed_month_rests_on_is_not_told(own: Room) -> None:
    rumour = '\n[sources.rumour]\ntitle = "A rumour"\nas_of = 2026-11-01\ntrust = "unverified"\n'
    own.services = replace(own.services, catalog=_unsure(shipped({"own.toml": rumour})))
    told = flat(own.say("cost 1 unit H100_X1"))
    assert "unknown: what we hold of it is not confirmed (A rumour, 2026-11-01)" in told


def _unsure(catalog: Catalog) -> Catalog:
    imported = catalog.commitments.imported.model_copy(update={"sources": (catalog.sources["rumour"],)})
    return catalog.model_copy(update={"commitments": catalog.commitments.model_copy(update={"imported": imported})})
