"""Each row of the handbook's matrix leads to what can be bought today, and what became of the rest is said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dac.catalog import Catalog, shipped
from dac.errors import NotFound
from dac.figures import Price, Unknown
from dac.handbook import SelectionRow
from dac.handbook import shipped as handbook
from dac.models import Kind, ModelEntry
from dac.selection import (
    Fate,
    Selection,
    about,
    became,
    fate,
    followed,
    hosting,
    least_expensive,
    matrix,
    named,
    offered_in,
    region_named,
    regions,
    successors,
)

CATALOG = shipped()
ROWS = handbook().selection
TODAY = date(2026, 11, 28)


def model(name: str, catalog: Catalog = CATALOG) -> ModelEntry:
    found = catalog.model(name)
    assert found is not None
    return found


def changed(name: str, **changes: Any) -> Catalog:
    """The catalogue with something else said of one model."""
    entry = model(name)
    made = ModelEntry.model_validate({**dict(entry), **changes})
    return Catalog(
        **{each: getattr(CATALOG, each) for each in Catalog.model_fields}
        | {"models": {**CATALOG.models, entry.id: made}}
    )


def row(use_case: str, region: str | None = None, catalog: Catalog = CATALOG) -> Selection:
    (found,) = matrix(catalog, [each for each in ROWS if each.use_case == use_case], TODAY, region)
    return found


class TestTheMatrix:
    @pytest.mark.parametrize(
        ("use_case", "today", "least"),
        [
            ("Complex reasoning", ["Command A", "Llama 3.1 405B"], None),
            ("General chat", ["Llama 3.3 70B", "Command A"], None),
            ("Simple tasks", [], "gpt-oss-20b"),
            ("High volume", ["Command A"], "gpt-oss-20b"),
            ("Embeddings/RAG", ["Embed 4"], None),
            (
                "Multi-modal",
                [
                    "Command A Vision",
                    "Llama 4 Maverick",
                    "Llama 4 Scout",
                    "Llama 3.2 90B Vision",
                    "Llama 3.2 11B Vision",
                ],
                None,
            ),
        ],
    )
    def test_each_row_leads_to_models_of_today(self, use_case: str, today: list[str], least: str | None) -> None:
        found = row(use_case)
        assert [each.name for each in found.today] == today
        assert (found.least.model.name if found.least else None) == least
        assert all(fate(each, TODAY) in {Fate.HAD, Fate.DEPRECATED} for each in found.today)

    def test_the_rows_are_the_handbooks_in_its_order(self) -> None:
        assert tuple(each.row for each in matrix(CATALOG, ROWS, TODAY)) == ROWS

    def test_every_name_of_the_handbook_is_known(self) -> None:
        for selection in matrix(CATALOG, ROWS, TODAY):
            for each in selection.names:
                assert each.models or each.note
                assert each.sources

    def test_what_is_not_offered_in_a_region_is_not_of_today_there(self) -> None:
        assert [each.name for each in row("Multi-modal", "eu-frankfurt-1").today] == [
            "Command A Vision",
            "Llama 3.2 90B Vision",
            "Llama 3.2 11B Vision",
        ]

    def test_the_least_expensive_is_told_where_a_region_has_none_of_those_named(self) -> None:
        catalog = changed("llama-3.3-70b-instruct", dedicated_regions=("us-chicago-1",))
        found = row("General chat", "uk-london-1", catalog)
        assert [each.name for each in found.today] == ["Command A"]
        # London decides which shape gpt-oss runs on, and that is not known here.
        assert found.least is not None
        assert found.least.model.name == "Command A"

    def test_a_name_of_the_teams_own_that_means_nothing_is_said_to(self) -> None:
        own = SelectionRow(use_case="Ours", recommended="Our Model", alternative=None, why="It is ours")
        (found,) = matrix(CATALOG, [own], TODAY)
        assert found.names[0].note == "Our Model is no model that the catalogue knows."
        assert found.today == ()
        assert found.least is not None

    def test_a_name_may_be_a_models_own_or_what_people_say(self) -> None:
        assert [each.id for each in named(CATALOG, "command light").models] == ["cohere.command-light"]
        assert [each.id for each in named(CATALOG, " LLAMA 405B ").models] == ["meta.llama-3.1-405b-instruct"]
        assert named(CATALOG, "Llama 8B").models == ()
        assert "only be imported" in str(named(CATALOG, "Llama 8B").note)

    def test_without_any_price_there_is_no_least_expensive(self) -> None:
        assert least_expensive(CATALOG, Kind.RERANK, TODAY) is None
        embed = least_expensive(CATALOG, Kind.EMBED, TODAY)
        assert embed is not None
        assert embed.model.name == "Embed 4"


class TestFates:
    @pytest.mark.parametrize(
        ("name", "is_", "words"),
        [
            ("command-a-03-2025", Fate.HAD, "Command A can be had on dedicated clusters"),
            (
                "llama-3.1-405b-instruct",
                Fate.DEPRECATED,
                "Llama 3.1 405B is deprecated: it can still be had, and when it is retired is not known",
            ),
            ("Command R+", Fate.RETIRED, "Command R+ was retired for dedicated clusters on 2025-08-07"),
            (
                "Embed English Light 3",
                Fate.RETIRED,
                "Embed English Light 3 was retired for dedicated clusters, on which day is not known",
            ),
            ("grok-4.7", Fate.ON_DEMAND, "Grok 4.7 cannot be had on dedicated clusters, on demand only"),
            (
                "Llama 3.1 70B",
                Fate.UNKNOWN,
                "Whether Llama 3.1 70B can still be had on dedicated clusters is not known",
            ),
        ],
    )
    def test_what_became_of_a_model(self, name: str, is_: Fate, words: str) -> None:
        assert (fate(model(name), TODAY), became(model(name), TODAY)) == (is_, words)

    def test_a_day_to_come_is_said_and_on_that_day_the_model_is_gone(self) -> None:
        ending = model("Command A", changed("Command A", dedicated_retired=date(2027, 3, 1)))
        assert became(ending, TODAY) == "Command A can be had on dedicated clusters until 2027-03-01"
        assert fate(ending, date(2027, 2, 28)) is Fate.HAD
        assert fate(ending, date(2027, 3, 1)) is Fate.RETIRED
        last = model("Llama 3.1 405B", changed("Llama 3.1 405B", dedicated_retired=date(2027, 3, 1)))
        assert became(last, TODAY) == "Llama 3.1 405B is deprecated: it can still be had, until 2027-03-01"


class TestSuccessors:
    def test_the_first_that_can_be_had_for_good_is_named_with_the_way_to_it(self) -> None:
        assert [each.name for each in successors(CATALOG, model("Command R+"), TODAY)] == [
            "Command R+ 08-2024",
            "Command A",
        ]
        assert followed(CATALOG, model("Command R+"), TODAY) == (
            "its successor is Command A, by way of Command R+ 08-2024"
        )
        assert followed(CATALOG, model("embed-english-v3.0"), TODAY) == "its successor is Embed 4"

    def test_where_oracle_suggests_none_none_is_named(self) -> None:
        assert successors(CATALOG, model("Command"), TODAY) == ()
        assert followed(CATALOG, model("Command"), TODAY) == ""

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"status": "deprecated"}, "its successor is Command A, which is deprecated itself"),
            ({"dedicated_retired": date(2026, 1, 1)}, "its successor is Command A, which is retired itself"),
            ({"dedicated": None}, "its successor is Command A"),
        ],
    )
    def test_a_successor_that_is_ending_itself_is_said_to(self, changes: dict[str, Any], says: str) -> None:
        catalog = changed("Command A", **changes)
        assert followed(catalog, model("command-r-08-2024"), TODAY) == says

    def test_successors_that_go_in_a_circle_come_to_an_end(self) -> None:
        catalog = changed("Command A", dedicated_retired=date(2026, 1, 1), successor="cohere.command-r-08-2024")
        chain = successors(catalog, model("command-r-08-2024"), TODAY)
        assert [each.name for each in chain] == ["Command A"]
        assert successors(catalog, model("Command R"), TODAY)[-1].name == "Command A"


class TestHosting:
    def test_where_the_region_decides_it_is_told_for_each_shape(self) -> None:
        found = hosting(CATALOG, model("gpt-oss-20b"))
        assert not isinstance(found, Unknown)
        by_shape = {each.shape: each for each in found}
        assert by_shape["OAI_A100_80G_X1"].regions == ("us-chicago-1", "us-phoenix-1")
        assert by_shape["OAI_H100_X1"].regions == ()
        month, hour = by_shape["OAI_H100_X1"].month, by_shape["OAI_H100_X1"].hour
        assert isinstance(month, Price)
        assert isinstance(hour, Price)
        # 6.01 AI units of an H100 at a dollar an hour, 744 hours.
        assert (hour.money.amount, month.money.amount) == (Decimal("6.01"), Decimal("4471.44"))
        assert isinstance(by_shape["OAI_A10_X2"].month, Unknown)

    def test_a_region_that_decides_leaves_one(self) -> None:
        found = hosting(CATALOG, model("Command A"), "me-dubai-1")
        assert not isinstance(found, Unknown)
        assert [(each.shape, each.regions) for each in found] == [("SMALL_COHERE_4", ("me-dubai-1",))]
        everywhere = hosting(CATALOG, model("Command A"))
        assert not isinstance(everywhere, Unknown)
        assert [each.shape for each in everywhere] == ["LARGE_COHERE_V3", "SMALL_COHERE_4"]

    def test_what_is_not_known_stays_so_and_what_cannot_be_hosted_has_none(self) -> None:
        assert isinstance(hosting(CATALOG, model("Rerank 4 Pro")), Unknown)
        assert hosting(CATALOG, model("grok-4.7")) == ()

    def test_llama_4_has_shapes_and_no_price(self) -> None:
        for name in ("Llama 4 Scout", "Llama 4 Maverick"):
            found = hosting(CATALOG, model(name))
            assert not isinstance(found, Unknown)
            assert found
            assert all(isinstance(each.hour, Unknown) and isinstance(each.month, Unknown) for each in found)

    def test_whether_it_is_offered_in_a_region_may_not_be_known(self) -> None:
        assert offered_in(model("Llama 4 Scout"), "us-chicago-1") is True
        assert offered_in(model("Llama 4 Scout"), "eu-frankfurt-1") is False
        assert offered_in(model("Llama 3.1 405B"), "eu-frankfurt-1") is None
        assert offered_in(model("Llama 4 Scout"), None) is None


class TestRegions:
    @pytest.mark.parametrize("word", ["us-chicago-1", " US-Chicago-1 ", "chicago"])
    def test_a_region_is_meant_by_its_name_or_a_part_that_only_one_has(self, word: str) -> None:
        assert region_named(CATALOG, word) == "us-chicago-1"

    @pytest.mark.parametrize(
        ("word", "hint"),
        [
            ("me-", "Did you mean me-abudhabi-1 or me-dubai-1 or me-riyadh-1?"),
            ("us-chicagoo-1", "Did you mean us-chicago-1"),
            ("xyzzy", "There are ap-hyderabad-1, ap-osaka-1, eu-frankfurt-1"),
            ("", "There are ap-hyderabad-1"),
        ],
    )
    def test_any_other_is_answered_with_the_nearest(self, word: str, hint: str) -> None:
        with pytest.raises(NotFound) as refused:
            region_named(CATALOG, word)
        assert hint in str(refused.value)

    def test_all_regions_that_anything_is_known_of_count(self) -> None:
        assert len(regions(CATALOG)) == 11
        assert "me-abudhabi-1" in regions(CATALOG)


@pytest.mark.parametrize(
    ("words", "uses"),
    [
        ("complex reasoning", ["Complex reasoning"]),
        ("COMPLEX", ["Complex reasoning"]),
        ("multimodal", ["Multi-modal"]),
        ("rag", ["Embeddings/RAG"]),
        ("embeddings", ["Embeddings/RAG"]),
        ("cheap", ["High volume"]),
        ("vision", ["Multi-modal"]),
        ("Llama 8B", ["Simple tasks", "High volume"]),
        ("cost efficient", ["Simple tasks"]),
        ("llama 3.3", []),
        ("poetry", []),
        ("", []),
        ("  ", []),
        ("!?", []),
    ],
)
def test_rows_are_found_by_their_use_or_by_all_words_in_them(words: str, uses: list[str]) -> None:
    assert [each.use_case for each in about(ROWS, words)] == uses
