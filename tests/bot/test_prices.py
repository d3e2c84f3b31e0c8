"""The price list is read over HTTP as Oracle serves it, and whatever goes wrong on the way changes nothing."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot import prices
from bot.__main__ import main
from bot.catalog_files import read_catalog
from bot.settings import Files, Settings, variable
from dac.catalog import shipped
from dac.errors import DacError, Invalid, Unavailable
from dac.figures import Trust
from sandbox import serving
from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import make_app as make_oracle
from tests.bot import people
from tests.bot.conftest import Keys

CATALOG = shipped()
LARGE = "B108082"
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)

Json = dict[str, Any]
Answering = Callable[[web.Request], web.StreamResponse]


def product(sku: str, amount: Decimal | str, currency: str = "USD") -> Json:
    entry = CATALOG.prices[sku]
    return {
        "partNumber": sku,
        "displayName": f"OCI Generative AI - {entry.product}",
        "metricName": entry.metric,
        "serviceCategory": "OCI Generative AI - Models",
        "currencyCodeLocalizations": [
            {"currencyCode": currency, "prices": [{"model": "PAY_AS_YOU_GO", "value": f"#{amount}#"}]}
        ],
    }


class Oracle:
    """Serves the list in pages; `amounts` are what differs from the catalogue, `answering` what it does instead."""

    def __init__(self) -> None:
        self.amounts: dict[str, str] = {}
        self.left_out: set[str] = set()
        self.pages = 1
        self.following = ""
        self.answering: Answering | None = None
        self.asked: list[Mapping[str, str]] = []

    def make_app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/products/", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        if self.answering:
            answer = self.answering(request)
            if isinstance(answer, Endless):
                await answer.go_on(request)
            return answer
        return web.Response(text=self._page(request), content_type="application/json")

    def _page(self, request: web.Request) -> str:
        code, number = request.query.get("currencyCode", "USD"), int(request.query.get("page", "1"))
        rate = Decimal(1) if code == "USD" else Decimal("0.93")
        every = [
            product(sku, self.amounts.get(sku) or entry.amount * rate, code)
            for sku, entry in CATALOG.prices.items()
            if sku not in self.left_out
        ]
        raw: Json = {"lastUpdated": "2026-09-01T14:26:53.943Z", "items": every[number - 1 :: self.pages]}
        if number < self.pages:
            href = self.following or f"?currencyCode={code}&page={number + 1}"
            raw |= {"hasMore": True, "links": [{"rel": "next", "href": href}]}
        return json.dumps(raw).replace('"#', "").replace('#"', "")


class Endless(web.StreamResponse):
    """An answer that begins and does not end: it goes on and on, or nothing more comes."""

    def __init__(self, part: bytes) -> None:
        super().__init__()
        self._part = part

    async def go_on(self, request: web.Request) -> None:
        await self.prepare(request)
        while self._part:
            await self.write(self._part)
        await asyncio.Event().wait()


@pytest.fixture
def oracle(monkeypatch: pytest.MonkeyPatch) -> Oracle:
    # A proxy of the machine the tests run on has no part in this.
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return Oracle()


@pytest.fixture
def files(oracle: Oracle) -> Iterator[Files]:
    with serving.running(oracle.make_app) as url:
        yield Files(price_list_url=f"{url}/products/")


Refresh = Callable[..., str]


@pytest.fixture
def refresh(files: Files, capsys: pytest.CaptureFixture[str]) -> Refresh:
    """What the command says."""

    def refreshing(
        code: str | None = None, out: Path | None = None, over: tuple[Path, ...] = (), deadline: float = 20
    ) -> str:
        told = files.model_copy(update={"catalog_files": over})
        assert prices.refresh(told, code, out, NOW, deadline=deadline) == 0
        return capsys.readouterr().out

    return refreshing


def folder(path: Path) -> dict[str, str]:
    return {each.name: each.read_text(encoding="utf-8") for each in path.iterdir()}


def test_a_list_that_says_the_same_is_said_to(oracle: Oracle, refresh: Refresh) -> None:
    assert refresh().splitlines() == [
        "Oracle's price list in USD of 2026-09-01: 81 of the 81 products of the catalogue are on it.",
        "Nothing changed.",
    ]
    assert oracle.asked == [{"currencyCode": "USD"}]


def test_what_changed_is_told(oracle: Oracle, refresh: Refresh) -> None:
    oracle.amounts[LARGE] = "26.50"
    oracle.left_out.add("B108078")
    assert refresh().splitlines()[1:] == [
        "Other prices:",
        f"  {LARGE} Large Cohere - Dedicated: $24 → $26.50 per AI Unit Per Hour (up 10.4 %)",
        "No longer listed:",
        "  B108078 Small Cohere",
    ]


def test_a_list_in_pages_is_read_to_its_end(oracle: Oracle, refresh: Refresh) -> None:
    oracle.pages = 3
    assert "Nothing changed." in refresh()
    assert [each.get("page") for each in oracle.asked] == [None, "2", "3"]


def test_an_address_that_has_a_query_keeps_it(oracle: Oracle, files: Files) -> None:
    prices.refresh(files.model_copy(update={"price_list_url": f"{files.price_list_url}?limit=9"}), "EUR", None, NOW)
    assert oracle.asked == [{"limit": "9", "currencyCode": "EUR"}]


class TestInTrouble:
    """Nothing is told of prices, nothing is written."""

    @pytest.fixture
    def sentence(self, refresh: Refresh, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
        def refused(kind: type[DacError], deadline: float = 20) -> str:
            with pytest.raises(kind) as error:
                refresh(out=tmp_path / "own.toml", deadline=deadline)
            assert capsys.readouterr().out == ""
            assert folder(tmp_path) == {}
            return str(error.value)

        return refused

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            (403, "refuses (403 Forbidden); a proxy on the way may do that"),
            (404, "is not there (404 Not Found)."),
            (429, "has been asked too often (429 Too Many Requests); try again later."),
            (503, "answers 503; try again later."),
            (599, "answers 599; try again later."),
            (204, "answers 204; try again later."),
        ],
    )
    def test_a_refusal_is_said(self, oracle: Oracle, sentence: Callable[..., str], status: int, said: str) -> None:
        oracle.answering = lambda _: web.Response(status=status)
        assert said in sentence(Unavailable)

    def test_an_address_that_moved_is_named_and_not_followed(
        self, oracle: Oracle, sentence: Callable[..., str]
    ) -> None:
        oracle.answering = lambda _: web.Response(status=302, headers={"Location": "http://elsewhere.example/"})
        assert "has moved to 'http://elsewhere.example/'" in sentence(Unavailable)

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("<html>Sign in</html>", "not JSON but “<html>Sign in</html>”"),
            ("\xff", "not JSON"),
            ("{}", "no price list: it has no items"),
            ('{"items": []}', "empty"),
            ('{"items": [{"partNumber": "B1", "displayName": "Compute"}]}', "holds 0 of the 81 products"),
        ],
    )
    def test_what_is_no_whole_price_list_is_said(
        self, oracle: Oracle, sentence: Callable[..., str], body: str, said: str
    ) -> None:
        oracle.answering = lambda _: web.Response(body=body.encode("latin-1"))
        assert said in sentence(Invalid)

    def test_a_list_of_a_part_is_not_taken_for_the_whole(self, oracle: Oracle, sentence: Callable[..., str]) -> None:
        oracle.left_out = set(CATALOG.prices) - {LARGE}
        assert "holds 1 of the 81 products" in sentence(Invalid)

    def test_nobody_there_is_said(self, files: Files) -> None:
        gone = files.model_copy(update={"price_list_url": "http://127.0.0.1:9/"})
        with pytest.raises(Unavailable, match=r"cannot be reached \(ClientConnectorError: .*is there a way out"):
            prices.refresh(gone, None, None, NOW)

    def test_a_list_that_is_too_slow_is_given_up(self, oracle: Oracle, sentence: Callable[..., str]) -> None:
        oracle.answering = lambda _: Endless(b"")
        assert "did not answer in time" in sentence(Unavailable, deadline=0.2)

    def test_a_list_that_is_too_long_is_given_up(self, oracle: Oracle, sentence: Callable[..., str]) -> None:
        oracle.answering = lambda _: Endless(b" " * 2**20)
        assert "larger than 32 MB" in sentence(Unavailable)

    def test_pages_that_lead_in_a_circle_are_given_up(self, oracle: Oracle, sentence: Callable[..., str]) -> None:
        oracle.pages, oracle.following = 3, "?currencyCode=USD"
        assert "does not end" in sentence(Invalid)
        assert len(oracle.asked) == 1

    def test_pages_without_end_are_given_up(self, oracle: Oracle, sentence: Callable[..., str]) -> None:
        oracle.pages = 10_000
        assert "after 200 pages" in sentence(Invalid)

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/products/", "//evil.example/", "http://127.0.0.1:9/"])
    def test_a_page_on_another_server_is_not_asked_for(
        self, oracle: Oracle, sentence: Callable[..., str], elsewhere: str
    ) -> None:
        oracle.pages, oracle.following = 2, elsewhere
        assert "goes on at another server" in sentence(Invalid)


class TestWriting:
    def test_what_changed_is_written_as_a_file_that_the_bot_reads(
        self, oracle: Oracle, refresh: Refresh, files: Files, tmp_path: Path
    ) -> None:
        oracle.amounts[LARGE] = "26.50"
        out = tmp_path / "own.toml"
        assert f"1 price written to {out}" in refresh(out=out)
        assert set(folder(tmp_path)) == {"own.toml"}
        assert stat.S_IMODE(out.stat().st_mode) == 0o644
        entry = read_catalog([out]).prices[LARGE]
        assert (entry.amount, entry.product) == (Decimal("26.50"), "Large Cohere - Dedicated")
        (source,) = entry.sources
        assert (source.as_of.isoformat(), source.trust) == ("2026-09-01", Trust.MIRROR)
        assert source.url == f"{files.price_list_url}?currencyCode=USD"
        assert "Nothing changed." in refresh(over=(out,))

    def test_another_currency_is_written_beside_and_no_dollar_price_changes(
        self, oracle: Oracle, refresh: Refresh, tmp_path: Path
    ) -> None:
        out = tmp_path / "eur.toml"
        said = refresh("EUR", out)
        assert f"81 prices written to {out}" in said
        assert f"  {LARGE} Large Cohere - Dedicated: 22.32 EUR per AI Unit Per Hour" in said.splitlines()
        ours = read_catalog([out])
        assert ours.prices == CATALOG.prices
        assert ours.in_currency("EUR").prices[LARGE].amount == Decimal("22.32")
        assert "Nothing changed." in refresh("EUR", over=(out,))

    def test_written_again_over_itself_it_loses_nothing(self, oracle: Oracle, refresh: Refresh, tmp_path: Path) -> None:
        out = tmp_path / "eur.toml"
        refresh("EUR", out)
        oracle.amounts[LARGE] = "23"
        said = refresh("EUR", out, over=(out,))
        assert "22.32 EUR → 23 EUR" in said
        assert said.count("→") == 1
        assert f"81 prices written to {out}" in said
        assert read_catalog([out]).in_currency("EUR").prices[LARGE].amount == 23

    def test_what_went_back_to_what_is_shipped_leaves_the_file_empty(
        self, oracle: Oracle, refresh: Refresh, tmp_path: Path
    ) -> None:
        out = tmp_path / "own.toml"
        oracle.amounts[LARGE] = "26.50"
        refresh(out=out)
        oracle.amounts.clear()
        assert f"0 prices written to {out}" in refresh(out=out, over=(out,))
        assert read_catalog([out]).prices == CATALOG.prices

    def test_with_nothing_to_write_no_file_is_made(self, refresh: Refresh, tmp_path: Path) -> None:
        out = tmp_path / "own.toml"
        assert f"Nothing to write, so there is no {out}." in refresh(out=out)
        assert folder(tmp_path) == {}

    def test_the_contracts_rates_stay(self, oracle: Oracle, refresh: Refresh, tmp_path: Path) -> None:
        ours, out = tmp_path / "contract.toml", tmp_path / "own.toml"
        ours.write_text(
            '[sources.c]\ntitle = "C"\nas_of = 2026-11-01\ntrust = "team"\n'
            f'[prices.{LARGE}]\namount = "20"\nbasis = "contract"\nsources = ["c"]\n',
            encoding="utf-8",
        )
        oracle.amounts |= {LARGE: "26.50", "B108083": "7.00"}
        said = refresh(out=out, over=(ours,))
        assert f"Your contract's, not compared: {LARGE}" in said
        assert f"1 price written to {out}" in said
        assert read_catalog([ours, out]).prices[LARGE].amount == 20

    @pytest.mark.parametrize("kind", ["a team's own", "empty", "a folder", "not text"])
    def test_what_this_command_has_not_written_is_left_alone(
        self, oracle: Oracle, refresh: Refresh, tmp_path: Path, kind: str
    ) -> None:
        oracle.amounts[LARGE] = "26.50"
        out = tmp_path / "own.toml"
        if kind == "a folder":
            out.mkdir()
        else:
            out.write_bytes({"a team's own": b"# ours\n", "empty": b"", "not text": b"\xff"}[kind])
        before = None if out.is_dir() else out.read_bytes()
        with pytest.raises(Invalid, match="was not written by this command, so it is left alone"):
            refresh(out=out)
        assert oracle.asked == []
        assert before is None or out.read_bytes() == before

    def test_where_nothing_can_be_written_that_is_said(self, oracle: Oracle, refresh: Refresh, tmp_path: Path) -> None:
        oracle.amounts[LARGE] = "26.50"
        with pytest.raises(Invalid, match=r"own\.toml cannot be written: No such file or directory"):
            refresh(out=tmp_path / "nowhere" / "own.toml")

    def test_a_link_stays_one(self, oracle: Oracle, refresh: Refresh, tmp_path: Path) -> None:
        oracle.amounts[LARGE] = "26.50"
        link, target = tmp_path / "own.toml", tmp_path / "real.toml"
        link.symlink_to(target)
        refresh(out=link)
        assert link.is_symlink()
        assert read_catalog([target]).prices[LARGE].amount == Decimal("26.50")


class TestTheCommand:
    @pytest.fixture
    def run(self, monkeypatch: pytest.MonkeyPatch, files: Files) -> Callable[..., int]:
        def running(*words: str, **settings: str) -> int:
            for name in map(variable, Settings.model_fields):
                monkeypatch.delenv(name, raising=False)
            for name, value in ({"price_list_url": files.price_list_url} | settings).items():
                monkeypatch.setenv(variable(name), value)
            monkeypatch.setattr(sys, "argv", ["bot", "prices", *words])
            return main()

        return running

    def test_it_needs_neither_slack_nor_oracle(
        self, oracle: Oracle, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("refresh", "--currency", "eur") == 0
        assert "Oracle's price list in EUR of 2026-09-01" in capsys.readouterr().out
        assert oracle.asked == [{"currencyCode": "EUR"}]

    def test_it_writes_where_it_is_told(self, run: Callable[..., int], tmp_path: Path) -> None:
        assert run("refresh", "--currency", "EUR", "--write", str(tmp_path / "eur.toml")) == 0
        assert read_catalog([tmp_path / "eur.toml"]).currencies == ("USD", "EUR")

    def test_trouble_is_one_line_and_no_success(
        self, oracle: Oracle, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
    ) -> None:
        oracle.answering = lambda _: web.Response(status=403)
        assert run("refresh") == 1
        said = capsys.readouterr()
        assert (said.out, len(said.err.splitlines())) == ("", 1)

    def test_a_wrong_file_of_the_team_is_said(
        self, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("refresh", catalog_files="nowhere.toml") == 1
        assert "The catalogue file nowhere.toml cannot be read" in capsys.readouterr().err

    @pytest.mark.parametrize("code", ["euro", "E", "12.5", ""])
    def test_what_is_no_currency_is_refused(self, run: Callable[..., int], code: str) -> None:
        with pytest.raises(SystemExit):
            run("refresh", "--currency", code)


class TestAgainstTheLocalOracle:
    """The same over the control plane that the sandbox runs: in pages, with neighbours, and changing."""

    @pytest.fixture
    def control_plane(self, signing_keys: Keys, oracle: Oracle) -> Iterator[people.Oracle]:
        with serving.running(lambda: make_oracle(OracleConfig(signing_keys[1], Clock()))) as url:
            yield people.Oracle(url)

    @pytest.fixture
    def told(self, control_plane: people.Oracle, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[str]]:
        files = Files(price_list_url=f"{control_plane.url}/pls/apex/cetools/api/v1/products/")

        def telling(code: str | None = None, out: Path | None = None, over: tuple[Path, ...] = ()) -> list[str]:
            assert prices.refresh(files.model_copy(update={"catalog_files": over}), code, out, NOW) == 0
            return capsys.readouterr().out.splitlines()

        return telling

    def test_nothing_has_changed_since_the_catalogue_was_made(self, told: Callable[..., list[str]]) -> None:
        assert told() == [
            "Oracle's price list in USD of 2026-08-10: 81 of the 81 products of the catalogue are on it.",
            "Nothing changed.",
        ]

    def test_what_oracle_changes_is_told_and_counts_once_it_is_written(
        self, control_plane: people.Oracle, told: Callable[..., list[str]], tmp_path: Path
    ) -> None:
        control_plane.ask("POST", "prices", {"partNumber": LARGE, "value": 26.5})
        control_plane.ask("DELETE", "prices/B108078")
        new = {"partNumber": "B999999", "displayName": "OCI Generative AI - Llama 5", "metricName": "AI Unit Per Hour"}
        control_plane.ask("POST", "prices", {**new, "value": 3})
        out = tmp_path / "own.toml"
        said = told(out=out)
        assert said[1:-1] == [
            "Other prices:",
            f"  {LARGE} Large Cohere - Dedicated: $24 → $26.50 per AI Unit Per Hour (up 10.4 %)",
            "New products:",
            "  B999999 Llama 5: $3 per AI Unit Per Hour",
            "No longer listed:",
            "  B108078 Small Cohere",
        ]
        ours = read_catalog([out])
        assert (ours.prices[LARGE].amount, ours.prices["B999999"].product) == (Decimal("26.5"), "Llama 5")
        assert told(over=(out,))[1:] == ["No longer listed:", "  B108078 Small Cohere"]

    def test_its_other_currency_is_held_beside_the_dollar(self, told: Callable[..., list[str]], tmp_path: Path) -> None:
        out = tmp_path / "eur.toml"
        assert f"81 prices written to {out}" in told("EUR", out)[-1]
        ours = read_catalog([out]).in_currency("EUR")
        # The local list is honest about it: its euro is nine tenths of the dollar.
        assert all(each.amount == CATALOG.prices[sku].amount * Decimal("0.9") for sku, each in ours.prices.items())

    def test_a_currency_it_has_no_prices_in_changes_nothing(self, told: Callable[..., list[str]]) -> None:
        with pytest.raises(Invalid, match=r"The price list is empty, .* Are there prices in CHF\?"):
            told("CHF")

    def test_an_outage_is_said(self, control_plane: people.Oracle, told: Callable[..., list[str]]) -> None:
        control_plane.fault("status", status=503)
        with pytest.raises(Unavailable, match="answers 503; try again later"):
            told()


def test_a_list_of_oracles_own_is_trusted_as_its_documentation() -> None:
    assert prices.trust("https://apexapps.oracle.com/pls/x/?currencyCode=USD") is Trust.DOC
    assert prices.trust("https://oracle.com/") is Trust.DOC
    assert prices.trust("https://notoracle.com/") is Trust.MIRROR
    assert prices.trust("https://oracle.com.example/") is Trust.MIRROR
