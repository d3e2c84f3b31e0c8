"""/dac model: the handbook's rows to the letter, each with what can be had today; all that is known of one model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands._command import Reply
from dac.catalog import shipped
from dac.cluster import Gap
from dac.discovery import Discovery, Offered
from dac.errors import Invalid, NotFound
from dac.handbook import SelectionRow
from dac.handbook import shipped as handbook
from tests.commands.requests import HOSTILE, WORDS
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import bare, halved, live, markup, refused
from tests.fakes import CATALOG, START

ROWS = handbook().selection
CHICAGO, FRANKFURT = "us-chicago-1", "eu-frankfurt-1"
PAGE = "<https://docs.oracle.com/en-us/iaas/Content/generative-ai/pay-dedicated.htm|pay-dedicated.htm>"

OWN = """
[sources.rumour]
title = "Somebody said so"
as_of = 2026-11-01
trust = "unverified"

[sources.ours]
title = "Our contract"
as_of = 2026-11-01
trust = "team"

[prices.B108082]
amount = "20.405"
basis = "contract"
sources = ["ours"]

[models."cohere.command-a-vision"]
sources = ["rumour"]
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("model"))


def flat(reply: Reply) -> list[str]:
    """The lines as they are read, without emphasis and marks."""
    text = re.sub(r"\*|[ \u202f]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", "", shown(reply))
    return [line.strip() for line in text.split("\n")]


def sound(reply: Reply) -> None:
    assert bare(reply.blocks) == []
    assert refused(reply.text, reply.blocks) == []
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []
    assert lines(reply.blocks)
    for line in lines(reply.blocks):
        assert understood(line)


def asked(path: Path, *offered: Offered, gaps: tuple[Gap, ...] = ()) -> Room:
    """A room in which Oracle says that of its models."""
    made = Room(path)
    made.oracle.discovered = Discovery(read_at=START, offered=offered, gaps=gaps)
    return made


def offer(model: str = "cohere.command-a-03-2025", region: str = CHICAGO, **said: Any) -> Offered:
    return Offered.model_validate({"model": model, "region": region, "dedicated": True, "on_demand": True, **said})


class TestTheMatrix:
    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.use_case)
    def test_every_row_of_the_handbook_is_told_to_the_letter(self, room: Room, row: SelectionRow) -> None:
        cells = f"Recommended: {row.recommended} · Alternative: {row.alternative or '-'} · Why: {row.why}"
        for line in ("model", f"model {row.use_case}", f"model {row.use_case.upper()} --region chicago"):
            told = flat(room.say(line))
            assert told[told.index(row.use_case) + 1] == cells
            assert any("Team handbook, GenAI DAC Specialist 1.1.0, 2026-01-06" in each for each in told)

    def test_each_has_a_button_and_so_has_asking_oracle(self, room: Room) -> None:
        told = lines(room.say("model --region chicago").blocks)
        assert told == [
            *(f"model {row.use_case} --region {CHICAGO}" for row in ROWS),
            f"model --region {CHICAGO} --live",
        ]

    @pytest.mark.parametrize(
        ("use_case", "says"),
        [
            (
                "complex reasoning",
                [
                    (
                        "Command R+ was retired for dedicated clusters on 2025-08-07; its successor is Command A, "
                        "by way of Command R+ 08-2024."
                    ),
                    "→ Today: Command A, Llama 3.1 405B (deprecated)",
                    "Command A: 256,000 tokens of context · cannot be fine-tuned · offered in us-chicago-1",
                    "LARGE_COHERE_V3: $24 per unit-hour, 1 unit $17,856 a month at list price",
                    (
                        "LARGE_GENERIC_2: price unknown: its price multiplier is not published in what we hold; "
                        f"read Oracle's pricing page, {PAGE}"
                    ),
                ],
            ),
            (
                "general chat",
                [
                    "→ Today: Llama 3.3 70B, Command A",
                    "Llama 3.3 70B: 128,000 tokens of context · can be fine-tuned · offered in us-chicago-1",
                    "LARGE_GENERIC: $24 per unit-hour, 1 unit $17,856 a month at list price",
                ],
            ),
            (
                "simple tasks",
                [
                    (
                        "Llama 8B was never a model of the service: it can only be imported, and hosted on a shape "
                        "without a prefix."
                    ),
                    "→ Least expensive chat model today, of those with a known price: gpt-oss-20b",
                    "OAI_A100_80G_X1 (us-chicago-1): $3.24 per unit-hour, 1 unit $2,410.56 a month at list price",
                ],
            ),
            ("high volume", ["→ Today: Command A"]),
            (
                "rag",
                [
                    "→ Today: Embed 4",
                    "EMBED_COHERE: $10.90 per unit-hour, 1 unit $8,109.60 a month at list price",
                ],
            ),
            (
                "vision",
                [
                    (
                        "→ Today: Command A Vision, Llama 4 Maverick, Llama 4 Scout, Llama 3.2 90B Vision "
                        "(deprecated), Llama 3.2 11B Vision (deprecated)"
                    ),
                    (
                        "LARGE_GENERIC_V2: price unknown: its price multiplier is not published in what we hold; "
                        f"read Oracle's pricing page, {PAGE}"
                    ),
                    "unit shape unknown: its unit shape was not seen in what we hold; read the model's page",
                ],
            ),
        ],
    )
    def test_a_use_leads_to_what_can_be_had_with_context_shape_and_price(
        self, room: Room, use_case: str, says: list[str]
    ) -> None:
        reply = room.say(f"model {use_case} --region chicago")
        sound(reply)
        told = flat(reply)
        assert [each for each in says if each not in told] == []
        assert lines(reply.blocks)[0].startswith("size hosting ")

    def test_without_a_region_the_shapes_are_told_and_what_is_not_known_of_them(self, room: Room) -> None:
        told = flat(room.say("model simple tasks"))
        assert "The region decides the shape; the price on OAI_A10_X2 or OAI_A100_40G_X1 is not known" in told
        assert (
            "OAI_A100_80G_X1 (us-chicago-1, us-phoenix-1): $3.24 per unit-hour, 1 unit $2,410.56 a month at list price"
            in told
        )
        assert "The region decides the shape" in flat(room.say("model vision"))

    def test_the_whole_matrix_has_each_model_of_today_once_in_a_line(self, room: Room) -> None:
        told = flat(room.say("model"))
        (line,) = [each for each in told if each.startswith("Command A: ")]
        assert line == (
            "Command A: 256,000 tokens of context · cannot be fine-tuned · 9 regions · from $17,856 a month at list "
            "price ($24 per unit-hour) on LARGE_COHERE_V3"
        )
        assert [each for each in told if each.startswith("Llama 4 Scout: ") and each.endswith("price unknown")]

    def test_what_only_the_teams_handbook_names_is_said_to_be_unknown(self, tmp_path: Path) -> None:
        own = Room(tmp_path)
        row = SelectionRow(use_case="Poetry <b>", recommended="Bard & Co", alternative=None, why="Rhymes")
        book = handbook().model_copy(update={"selection": (row,)})
        catalog = CATALOG.model_copy(update={"models": {}})
        own.services = replace(own.services, handbook=book, catalog=catalog)
        reply = own.say("model")
        assert bare(reply.blocks) == []
        told = flat(reply)
        assert "Bard &amp; Co is no model that the catalogue knows." in told
        assert "→ Nothing that the catalogue knows can be had for it today." in told
        assert reply.text == "Poetry &lt;b&gt;: nothing left to be had"


class TestOneModel:
    @pytest.mark.parametrize("model", CATALOG.models)
    def test_every_model_can_be_looked_up_and_every_figure_of_it_has_a_source(self, room: Room, model: str) -> None:
        reply = room.say(f"model {model}")
        sound(reply)
        entry = CATALOG.models[model]
        assert reply.text.startswith(f"{entry.name}: ")
        told = "\n".join(flat(reply))
        for each in (*entry.aliases, entry.note or "", *entry.on_demand_skus):
            known = CATALOG.prices[each].product if each in CATALOG.prices else each
            assert known in told

    def test_everything_known_of_it_is_told(self, room: Room) -> None:
        reply = room.say("model llama-3.3-70b-instruct")
        told = flat(reply)
        for line in (
            "Llama 3.3 70B · `meta.llama-3.3-70b-instruct`",
            "Llama 3.3 70B can be had on dedicated clusters.",
            "meta, chat · 128,000 tokens of context · reads no images",
            (
                "• LARGE_GENERIC: $24 per unit-hour, 1 unit $17,856 a month at list price; counts in "
                "`dedicated-unit-llama2-70-count`, 2 a unit"
            ),
            "Fine-tuning: 2 units LARGE_GENERIC, preset by Oracle, LoRA; $48 an hour at list price",
            "• Large Meta: $0.0018 per 10,000 Transactions at list price",
            (
                "• LARGE_GENERIC, prompts of about 480 tokens (normally distributed, deviation 240), answers of "
                "about 300 (150): 8.49 requests/s with 128 at once (11.93 s each); 58.64 tokens/s for one alone. Its "
                "page heads the column RPM; the values are requests a second, as concurrency over latency shows."
            ),
        ):
            assert line in told
        assert lines(reply.blocks) == [
            "size hosting meta.llama-3.3-70b-instruct --shape LARGE_GENERIC",
            "cost 1 units LARGE_GENERIC",
            "choose meta.llama-3.3-70b-instruct",
            "model meta.llama-3.3-70b-instruct --live",
            "model",
        ]

    def test_a_retired_one_is_said_to_be_with_who_follows_it_and_nothing_to_buy(self, room: Room) -> None:
        reply = room.say("model Command R+")
        told = flat(reply)
        assert reply.text == "Command R+: retired"
        assert (
            "Command R+ was retired for dedicated clusters on 2025-08-07; its successor is Command A, by way of "
            "Command R+ 08-2024."
        ) in told
        assert "Retired on demand 2025-01-16 · Retired for dedicated clusters 2025-08-07" in told
        assert "On demand: not to be had" in told
        assert lines(reply.blocks) == [
            "model cohere.command-a-03-2025",
            "model cohere.command-r-plus --live",
            "model",
        ]
        tuned = flat(room.say("model command-r-08-2024"))
        assert (
            "Fine-tuning: not any more; it was 8 units SMALL_COHERE_V2, preset by Oracle, T-Few and VANILLA"
            not in tuned
        )
        assert "Fine-tuning: not any more; it was 8 units SMALL_COHERE_V2, preset by Oracle, T-Few" in tuned
        assert "On demand: not to be had; it was, by list," in tuned

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            (
                "model rerank-v4.0-pro",
                (
                    "Runs on: unknown: copies of Oracle's pages disagree: COHERE_A100_80G_X1 or COHERE_H100_X1 by "
                    "region, or RERANK_COHERE; read the model's page"
                ),
            ),
            ("model gemini-2.5-pro", "Runs on: cannot be hosted on a dedicated AI cluster"),
            ("model gemini-2.5-pro", f"On demand: can be had; price unknown: read Oracle, {PAGE}"),
            ("model Llama 3.1 70B", f"On demand: not known; price unknown: read Oracle, {PAGE}"),
            ("model llama-4-scout --region abudhabi", "Not offered for dedicated clusters in me-abudhabi-1"),
            ("model llama-4-scout --region chicago", "Offered in us-chicago-1"),
            ("model llama-3.1-405b --region chicago", "Not known whether offered in us-chicago-1"),
            ("model gpt-oss-20b", "Runs on, by region, at least 1 unit:"),
            (
                "model llama-4-scout",
                (
                    "• LARGE_GENERIC_V2: price unknown: its price multiplier is not published in what we hold; read "
                    f"Oracle's pricing page, {PAGE}; counts in `dedicated-unit-llama2-70-count`, how much of it is not "
                    "known"
                ),
            ),
            (
                "model command-a-03-2025",
                (
                    "Measured: no benchmark on file; your own goes into a file that `DAC_CATALOG_FILES` names, see "
                    "`catalog.example.toml`"
                ),
            ),
        ],
    )
    def test_what_is_not_known_is_said_to_be_and_where_it_can_be_read(self, room: Room, line: str, says: str) -> None:
        assert says in flat(room.say(line))

    def test_a_part_of_a_name_is_enough_and_the_region_goes_along(self, room: Room) -> None:
        reply = room.say("model llama-4-scout --region chicago")
        assert lines(reply.blocks)[:2] == [
            "size hosting meta.llama-4-scout-17b-16e-instruct --shape LARGE_GENERIC_V2",
            f"cost 1 units LARGE_GENERIC_V2 --region {CHICAGO}",
        ]

    def test_the_contracts_rate_is_called_so_to_its_last_digit_and_what_is_not_confirmed_is_not_told(
        self, tmp_path: Path
    ) -> None:
        own = Room(tmp_path)
        own.services = replace(own.services, catalog=shipped({"own.toml": OWN}))
        told = flat(own.say("model command-a-03-2025"))
        assert [
            each for each in told if "$20.405 per unit-hour, 1 unit $15,181.32 a month at your contract's rate" in each
        ]
        reply = own.say("model command-a-vision")
        assert "Not told, for it is not confirmed:_ Somebody said so, 2026-11-01" in shown(reply)
        assert "128,000" not in shown(reply)
        assert bare(reply.blocks) == []
        assert "128,000" not in "\n".join(each for each in flat(own.say("model vision")) if "Command A Vision" in each)


class TestAskingOracle:
    LAST = datetime(2027, 1, 31, tzinfo=UTC)
    GONE = datetime(2026, 11, 1, tzinfo=UTC)

    def test_where_oracle_says_the_same_that_is_said(self, tmp_path: Path) -> None:
        room = asked(tmp_path, offer())
        assert "Oracle says today nothing else than the catalogue." in flat(room.say("model --live"))
        told = flat(room.say("model command-a-03-2025 --live"))
        assert "Oracle says today nothing else than the catalogue of it." in told
        assert f"• {CHICAGO}: dedicated, on demand" in told
        assert any("Oracle, ListModelDiscovery, 2026-11-23" in each for each in told)

    def test_its_dates_are_told_beside_the_catalogues_and_count(self, tmp_path: Path) -> None:
        room = asked(
            tmp_path,
            offer(time_dedicated_retired=self.GONE, replacements=("cohere.command-b",)),
            offer(region=FRANKFURT, time_dedicated_retired=self.GONE),
        )
        reply = room.say("model command-a-03-2025 --live")
        sound(reply)
        told = flat(reply)
        assert "Command A was retired for dedicated clusters on 2026-11-01." in told
        assert (
            "• Command A: Retired for dedicated use as of 2026-11-01 in eu-frankfurt-1 and us-chicago-1; "
            "the catalogue has no date"
        ) in told
        assert (
            f"• {CHICAGO}: dedicated, on demand, retired for dedicated use 2026-11-01; instead cohere.command-b"
        ) in told
        assert "size hosting cohere.command-a-03-2025 --shape LARGE_COHERE_V3" not in lines(reply.blocks)
        # By that the handbook's row changes too.
        reply = room.say("model general chat --live")
        sound(reply)
        assert "→ Today: Llama 3.3 70B" in flat(reply)
        assert not [each for each in lines(reply.blocks) if each.endswith("--live")]

    def test_without_being_asked_the_catalogue_counts(self, tmp_path: Path) -> None:
        room = asked(tmp_path, offer(time_dedicated_retired=self.GONE))
        assert "Command A can be had on dedicated clusters." in flat(room.say("model command-a-03-2025"))

    def test_a_model_found_by_any_of_its_names_stays_found_after_the_correction(self, tmp_path: Path) -> None:
        room = asked(tmp_path, offer(time_dedicated_retired=self.GONE))
        for name in ("command-a-03-2025", "cohere.command-a-03-2025", "Command A"):
            assert room.say(f"model {name} --live").text == "Command A: retired"

    def test_a_model_that_oracle_does_not_list_is_said_to_be_missing(self, tmp_path: Path) -> None:
        told = flat(asked(tmp_path, offer()).say("model gpt-oss-20b --live"))
        assert "Oracle does not list it in any region that was read." in told

    def test_one_with_no_way_to_have_it_is_said_so(self, tmp_path: Path) -> None:
        told = flat(asked(tmp_path, offer(dedicated=None, on_demand=None)).say("model command-a-03-2025 --live"))
        assert f"• {CHICAGO}: no way named" in told

    def test_what_could_not_be_read_is_said(self, tmp_path: Path) -> None:
        gap = Gap(region=FRANKFURT, what="models", because="Oracle did not answer in time <!channel>")
        reply = asked(tmp_path, gaps=(gap,)).say("model command-a-03-2025 --live")
        sound(reply)
        told = flat(reply)
        assert "Oracle was asked and named no models. What stands above is the catalogue's." in told
        assert f"⚠️ {FRANKFURT}: models not read. Oracle did not answer in time &lt;!channel&gt;" in told

    def test_many_differences_are_counted(self, tmp_path: Path) -> None:
        dedicated = [each.id for each in CATALOG.models.values() if each.dedicated]
        room = asked(tmp_path, *(offer(each, time_dedicated_retired=self.LAST) for each in dedicated))
        reply = room.say("model --live")
        sound(reply)
        told = flat(reply)
        assert len([each for each in told if each.endswith("the catalogue has no date")]) == 12
        assert f"… and {len(dedicated) - 12} more" in told

    def test_oracles_words_call_nobody(self, tmp_path: Path) -> None:
        evil = offer("cohere.command-a-03-2025", replacements=("<!channel>", "<@UEVIL>"))
        sound(asked(tmp_path, evil).say("model command-a-03-2025 --live"))


def test_sizing_a_retired_model_names_the_one_that_can_be_had_and_not_only_the_next(room: Room) -> None:
    told = "\n".join(flat(room.say("size hosting command-r-16k --rps 1")))
    assert "no new one is made; its successor is Command A, by way of Command R 08-2024." in told


class TestBadInput:
    @pytest.mark.parametrize(
        ("line", "kind", "says"),
        [
            ("model comand", NotFound, "no use case “comand”. Did you mean Command"),
            ("model complx reasoning", NotFound, "Did you mean Complex reasoning"),
            ("model qqqq", NotFound, "“qqqq”. `/dac model` lists what there is."),
            ("model gpt-oss", Invalid, "“gpt-oss” could be gpt-oss-120b or gpt-oss-20b: which one?"),
            ("model --region us-chicgo-1", NotFound, "Did you mean us-chicago-1"),
            ("model rag --region moon", NotFound, "knows of no dedicated clusters in “moon”"),
        ],
    )
    def test_it_gets_a_sentence_with_the_nearest(self, room: Room, line: str, kind: type[Exception], says: str) -> None:
        with pytest.raises(kind) as refusal:
            room.say(line)
        assert says in str(refusal.value)

    @pytest.mark.parametrize("words", WORDS)
    def test_whatever_is_typed_is_an_answer_or_a_sentence(self, room: Room, words: str) -> None:
        typed: Mapping[str, Any] = {"subject": WORDS[words].reason.strip()[:300] or HOSTILE[:300]}
        command, _ = understood("model")
        arguments = command.arguments.model_validate(typed)
        sentence = ""
        try:
            sound(command.run(arguments, room.call(), room.services))
        except (NotFound, Invalid) as refusal:
            sentence = str(refusal)
        assert len(sentence) < 500
