"""What people see in a browser while a change goes its way; DAC_SCREENSHOTS names a folder to keep pictures in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import PageFor, browser, page_for
from tests.e2e.world import ADA, BEN, OLGA, ROSA, World

__all__ = ["browser", "page_for"]

pytestmark = pytest.mark.browser

CLUSTER = "chat-prod"

Picture = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with closing(World(tmp_path_factory.mktemp("browser"), channels=0)) as world:
        world.start_bot()
        yield world


@pytest.fixture
def world(workspace: World) -> World:
    """An empty channel; what the test before had asked for is withdrawn, and that has been shown."""
    workspace.anew()
    workspace.bot()
    workspace.until(lambda: all(_all_said(workspace, request) for request in workspace.cards()))
    workspace.do("reset")
    return workspace


def _all_said(world: World, request: int) -> bool:
    end = {"Cancelled": "cancelled", "Denied": "denied", "Done": "done in"}.get(world.standing(request))
    return end is not None and any(end in each for each in world.thread(request))


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


def card(page: Page) -> Locator:
    """The card of the one request there is."""
    shown = page.get_by_test_id("channel").locator("[data-testid=message]:not([data-ephemeral=true])")
    return shown.filter(has_text=f"Scale {CLUSTER}")


def press(message: Locator, verb: str) -> None:
    message.locator(f"button[data-value^='{verb} ']").click()


def approve(page: Page) -> None:
    press(card(page), "approve")
    dialog = page.get_by_test_id("confirm")
    expect(dialog).to_contain_text(CLUSTER)
    expect(page.get_by_test_id("confirm-ok")).to_contain_text("Approve 4 units")
    page.get_by_test_id("confirm-ok").click()


def act_as(page: Page, user: str) -> None:
    page.get_by_test_id("user-switcher").click()
    page.locator(f"[data-user={user}]").click()


def asked(world: World, page_for: PageFor) -> Page:
    page = page_for(world.slack, ROSA, channel="C01OPS")
    typed(page, f"/dac scale {CLUSTER} 4 because launch week")
    expect(card(page)).to_contain_text("Waiting for approval")
    return page


def test_a_change_is_seen_from_the_question_to_its_end(world: World, page_for: PageFor, picture: Picture) -> None:
    page = page_for(world.slack, ROSA, channel="C01OPS")
    typed(page, "/dac status")
    expect(whisper(page, "clusters in 2 regions")).to_be_visible()
    picture(page, "status")

    typed(page, f"/dac scale {CLUSTER} 4 because launch week")
    expect(card(page)).to_contain_text("0 of 2 approvals")
    expect(card(page)).to_contain_text("launch week")
    picture(page, "asked")

    act_as(page, ADA)
    approve(page)
    expect(card(page)).to_contain_text("1 of 2 approvals")
    act_as(page, BEN)
    press(card(page), "approve")
    expect(page.get_by_test_id("confirm")).to_be_visible()
    picture(page, "confirm")
    world.oracle_waits()
    page.get_by_test_id("confirm-ok").click()
    expect(card(page)).to_contain_text("Being carried out")
    picture(page, "under-way")
    world.oracle_goes_on()
    expect(card(page)).to_contain_text("Done")
    expect(card(page).locator("button[data-value^='approve ']")).to_have_count(0)

    card(page).get_by_test_id("thread-link").click()
    expect(page.get_by_test_id("thread")).to_contain_text("done in")
    picture(page, "done")
    assert world.cluster(CLUSTER)["unitCount"] == 4


def test_the_form_asks_for_what_was_not_typed(world: World, page_for: PageFor, picture: Picture) -> None:
    page = page_for(world.slack, ROSA, channel="C01OPS")
    typed(page, "/dac scale")
    modal = page.get_by_test_id("modal")
    modal.locator("[data-action-id='value:scale:cluster']").click()
    page.get_by_test_id("select-search").fill("chat")
    page.locator("[data-option-value]").filter(has_text=CLUSTER).click()
    modal.locator("[data-input-block='arg:units'] input").fill("many")
    modal.locator("[data-input-block='arg:because'] textarea").fill("launch week")
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error")).to_contain_text("not a number of units")
    picture(page, "form")

    modal.locator("[data-input-block='arg:units'] input").fill("+2")
    page.get_by_test_id("modal-submit").click()

    expect(card(page)).to_contain_text("Waiting for approval")
    expect(modal).to_have_count(0)


def test_an_outsider_is_refused_in_words_only_they_see(world: World, page_for: PageFor, picture: Picture) -> None:
    page = asked(world, page_for)

    act_as(page, OLGA)
    approve(page)

    expect(whisper(page, "You are not among the approvers")).to_be_visible()
    picture(page, "refused")
    act_as(page, ROSA)
    expect(whisper(page, "You are not among the approvers")).to_have_count(0)
    expect(card(page)).to_contain_text("0 of 2 approvals")


def test_a_denial_asks_why_and_shows_it_to_everybody(world: World, page_for: PageFor, picture: Picture) -> None:
    page = asked(world, page_for)
    act_as(page, ADA)
    press(card(page), "deny")
    modal = page.get_by_test_id("modal")
    page.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error")).to_be_visible()

    modal.locator("[data-input-block='arg:because'] textarea").fill("The budget of this month is spent.")
    picture(page, "deny")
    page.get_by_test_id("modal-submit").click()

    expect(card(page)).to_contain_text("Denied by")
    act_as(page, ROSA)
    expect(card(page)).to_contain_text("The budget of this month is spent.")
    picture(page, "denied")


def test_home_shows_the_fleet_and_where_to_begin(world: World, page_for: PageFor, picture: Picture) -> None:
    page = page_for(world.slack, ROSA, channel="home")
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Dedicated AI clusters")
    expect(home).to_contain_text(CLUSTER)
    picture(page, "home")

    home.locator("button[data-value=scale]").click()

    expect(page.get_by_test_id("modal")).to_be_visible()


def test_it_all_fits_a_phone(world: World, page_for: PageFor, picture: Picture) -> None:
    world.ask_for(f"{CLUSTER} 4 because launch week")
    page = page_for(world.slack, ADA, channel="C01OPS", phone=True)

    approve(page)

    expect(card(page)).to_contain_text("1 of 2 approvals")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "phone")
