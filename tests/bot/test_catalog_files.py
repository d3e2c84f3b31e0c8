"""A team's own catalogue files count over the shipped one; what is wrong with one is said before the bot starts."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot import check
from bot.catalog_files import read_catalog
from dac.catalog import shipped
from dac.errors import Invalid
from dac.figures import Money, Price, Trust
from dac.pricing import unit_hour
from tests.bot.conftest import MakeHouse
from tests.bot.house import ROOT, House

EXAMPLE = ROOT / "catalog.example.toml"

RATE = """
[sources.ours]
title = "Our contract"
as_of = 2026-11-01
trust = "team"

[prices.B108082]
amount = "{}"
basis = "contract"
sources = ["ours"]
"""


def test_without_files_it_is_the_shipped_one() -> None:
    assert read_catalog(()) == shipped()


def test_the_example_shows_a_contract_rate_an_own_benchmark_and_another_currency() -> None:
    ours = read_catalog([EXAMPLE])
    price = unit_hour(ours, "LARGE_COHERE_V3")
    assert isinstance(price, Price)
    assert (str(price.money), price.basis) == ("$20.40", "contract")
    assert price.sources[0].trust is Trust.TEAM
    in_euro = unit_hour(ours.in_currency("EUR"), "LARGE_COHERE_V3")
    assert isinstance(in_euro, Price)
    assert str(in_euro.money) == "18.90 EUR"
    assert ours.currencies == ("USD", "EUR")
    assert not shipped().benchmarked("openai.gpt-oss-120b")
    (benchmark,) = ours.benchmarked("openai.gpt-oss-120b", "OAI_H100_X2")
    assert ours.mixes[benchmark.mix].tokens == 1050


def test_the_last_file_counts(tmp_path: Path) -> None:
    paths = []
    for name, amount in (("a/own.toml", "20.00"), ("b/own.toml", "19.00")):
        paths.append(tmp_path / name)
        paths[-1].parent.mkdir()
        paths[-1].write_text(RATE.format(amount), encoding="utf-8")
    for order, counts in ((paths, 19), (paths[::-1], 20)):
        price = unit_hour(read_catalog(order), "LARGE_COHERE_V3")
        assert isinstance(price, Price)
        assert price.money == Money(amount=Decimal(counts))


def test_a_file_named_twice_is_refused_for_only_one_place_can_be_meant() -> None:
    with pytest.raises(Invalid, match=r"catalog\.example\.toml is named twice"):
        read_catalog([EXAMPLE, EXAMPLE])


@pytest.mark.parametrize("kind", ["missing", "a folder", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "own.toml"
    if kind == "a folder":
        path.mkdir()
    elif kind == "not UTF-8":
        path.write_bytes(RATE.format("1").encode("utf-16"))
    with pytest.raises(Invalid, match=r"The catalogue file .*own\.toml cannot be read"):
        read_catalog([path])


def test_a_file_that_is_wrong_is_named_with_the_place_in_it(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(RATE.replace('"{}"', "20.00"), encoding="utf-8")
    with pytest.raises(Invalid, match=r"own\.toml: in prices, B108082: amount must be a number written as text"):
        read_catalog([path])


def test_the_bot_at_work_counts_by_the_teams_file(make_house: MakeHouse) -> None:
    bot = make_house().start(catalog_files=str(EXAMPLE))
    assert bot.bot.services.catalog == read_catalog([EXAMPLE])


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (EXAMPLE, ("catalogue", True, f"as shipped, over it {EXAMPLE}")),
        (Path("nowhere.toml"), ("catalogue", False, "The catalogue file nowhere.toml cannot be read: ")),
    ],
    ids=["right", "wrong"],
)
def test_the_check_tells_of_them_and_goes_on_to_oracle(home: House, file: Path, told: tuple[str, bool, str]) -> None:
    said: list[str] = []
    settings = home.settings(catalog_files=str(file))
    status = asyncio.run(check.report(settings, now=home.time.now, say=said.append))
    what, good, sentence = told
    assert status == (0 if good else 1)
    assert [line for line in said if line.startswith(f"{'ok  ' if good else 'BAD '} {what}: {sentence}")]
    assert [line for line in said if line.startswith("ok   Oracle, reading clusters")]


def test_a_wrong_file_stops_the_start_with_its_sentence(home: House) -> None:
    with pytest.raises(Invalid, match=r"The catalogue file nowhere\.toml cannot be read"):
        home.start(catalog_files="nowhere.toml")
