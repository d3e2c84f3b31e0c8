"""Making trouble in the local Oracle with a click, and well again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sandbox.clock import Clock
from sandbox.oracle import Config as OracleConfig
from sandbox.oracle import make_app as make_oracle
from sandbox.serving import running
from sandbox.slack import Config, make_app
from tests.browser import PageFor
from tests.sandbox.page.conftest import NOON, Open, write_manifest

pytestmark = pytest.mark.browser


@pytest.fixture
def oracle() -> Iterator[str]:
    with running(lambda: make_oracle(OracleConfig(keys=(), clock=Clock(NOON, frozen=True)))) as url:
        yield url


@pytest.fixture
def town(oracle: str, tmp_path: Path) -> Iterator[str]:
    manifest = write_manifest(tmp_path)
    config = Config(manifest=manifest, limits_enforced=False, oracle=oracle)
    with running(lambda: make_app(config)) as url:
        yield url


def happened(page: Page, oracle: str) -> list[tuple[str, str]]:
    found = page.request.get(f"{oracle}/_control/incidents").json()["happened"]
    return [(each["name"], each["cluster"]) for each in found]


def opened(page: Page) -> Page:
    page.get_by_test_id("incidents-toggle").click()
    expect(page.get_by_test_id("incidents")).to_be_visible()
    return page


@pytest.mark.parametrize("phone", [False, True])
def test_a_click_makes_trouble_and_what_to_ask_then_is_one_press_away(
    town: str, oracle: str, page_for: PageFor, *, phone: bool
) -> None:
    page = opened(page_for(town, "U01ROSA", channel="C01OPS", phone=phone))
    page.get_by_test_id("incident-cluster").select_option("search-embed")
    page.locator("[data-incident=undersized]").click()
    expect(page.get_by_test_id("incidents")).to_have_count(0)
    expect(page.get_by_test_id("composer")).to_have_value("/dac doctor search-embed")
    expect(page.get_by_test_id("toast")).to_have_text("Undersized: it has happened at search-embed")
    expect(page.get_by_test_id("incidents-toggle")).to_have_text("1")
    assert happened(page, oracle) == [("undersized", "search-embed")]
    opened(page)
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    expect(page.get_by_test_id("incidents-past")).to_contain_text("Undersized · search-embed")
    page.get_by_test_id("incidents-undo").click()
    expect(page.get_by_test_id("composer")).to_have_value("/dac status")
    assert happened(page, oracle) == []


def test_what_cannot_happen_says_why(town: str, page_for: PageFor) -> None:
    page = opened(page_for(town, "U01ROSA", channel="home"))
    page.locator("[data-incident=no-endpoint]").click()
    opened(page).locator("[data-incident=endpoint-failed]").click()
    expect(page.get_by_test_id("toast").last).to_contain_text("chat-prod has no endpoint left for this to happen to")
    expect(page.get_by_test_id("incidents-toggle")).to_have_text("1")


def test_without_an_oracle_there_is_no_such_menu(open_as: Open) -> None:
    expect(open_as("U01ROSA").get_by_test_id("incidents-toggle")).to_be_hidden()


def test_an_oracle_that_is_away_leaves_the_page_as_it_is(tmp_path: Path, page_for: PageFor) -> None:
    config = Config(manifest=write_manifest(tmp_path), oracle="http://127.0.0.1:9")
    with running(lambda: make_app(config)) as url:
        expect(page_for(url, "U01ROSA").get_by_test_id("incidents-toggle")).to_be_hidden()
