"""What people do on the local Slack's page, and pictures of it; DAC_SCREENSHOTS names a folder to keep these in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import browser, page_for
from tests.e2e.processes import Process
from tests.e2e.world import World

__all__ = ["browser", "page_for"]

Picture = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("browser"), channels=0, start=Process.forked)) as world:
        yield world


@pytest.fixture
def world(workspace: World) -> World:
    """An empty channel and a bot that knows of nothing before: one that did would post anew what it misses there."""
    workspace.clear_out()
    workspace.do("reset")
    workspace.anew()
    workspace.start_bot()
    return workspace


@pytest.fixture
def picture() -> Picture:
    folder = os.environ.get("DAC_SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return take


def typed(page: Page, text: str) -> None:
    page.get_by_test_id("composer").fill(text)
    page.get_by_test_id("composer").press("Enter")


def whisper(page: Page, text: str) -> Locator:
    return page.get_by_test_id("channel").locator("[data-ephemeral=true]").filter(has_text=text)


def press(message: Locator, verb: str) -> None:
    message.locator(f"button[data-value^='{verb} ']").click()


def fill(page: Page, **entered: str) -> None:
    """Fill in the open form and send it."""
    modal = page.get_by_test_id("modal")
    for name, words in entered.items():
        modal.locator(f"[data-input-block='arg:{name}']").locator("input, textarea").fill(words)
    page.get_by_test_id("modal-submit").click()


def act_as(page: Page, user: str) -> None:
    page.get_by_test_id("user-switcher").click()
    page.locator(f"[data-user={user}]").click()
    expect(page.locator("body")).to_have_attribute("data-acting-as", user)


def choose(page: Page, argument: str, wanted: str) -> None:
    """Pick a value of a menu in the open form, the one that is called so."""
    page.get_by_test_id("modal").locator(f"[data-input-block='arg:{argument}'] [data-action-id]").click()
    page.locator("[data-option-value]").filter(has_text=wanted).first.click()
