"""What people see in a browser while a change goes its way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import PageFor
from tests.e2e.page import (
    Picture,
    act_as,
    browser,
    fill,
    page_for,
    picture,
    press,
    typed,
    whisper,
    workspace,
    world,
)
from tests.e2e.world import ADA, BEN, OLGA, ROSA, World

__all__ = ["browser", "page_for", "picture", "workspace", "world"]

pytestmark = pytest.mark.browser

CLUSTER = "chat-prod"


def card(page: Page) -> Locator:
    """The card of the one request there is."""
    shown = page.get_by_test_id("channel").locator("[data-testid=message]:not([data-ephemeral=true])")
    return shown.filter(has_text=f"Scale {CLUSTER}")


def approve(page: Page, size: int = 4) -> None:
    press(card(page), "approve")
    agree_to(page, f"Approve {size} units")


def agree_to(page: Page, label: str) -> None:
    """Say yes in the dialog that asks once more, and says to what."""
    expect(page.get_by_test_id("confirm")).to_contain_text(CLUSTER)
    expect(page.get_by_test_id("confirm-ok")).to_contain_text(label)
    page.get_by_test_id("confirm-ok").click()


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


def test_another_size_is_proposed_agreed_to_and_approved_by_buttons(
    world: World, page_for: PageFor, picture: Picture
) -> None:
    page = asked(world, page_for)
    act_as(page, BEN)
    press(card(page), "edit")
    fill(page, units="3", because="one more will do")
    expect(card(page)).to_contain_text("proposes 3 units instead")
    expect(card(page)).to_contain_text("1 of 2 approvals")
    picture(page, "proposed")

    act_as(page, ROSA)
    press(card(page), "agree")
    expect(card(page).locator("button[data-value^='agree ']")).to_have_count(0)
    act_as(page, ADA)
    approve(page, 3)

    expect(card(page)).to_contain_text("Done")
    assert world.cluster(CLUSTER)["unitCount"] == 3


def test_the_glass_is_broken_by_who_types_the_name_and_reviewed_by_somebody_else(
    world: World, page_for: PageFor, picture: Picture
) -> None:
    page = asked(world, page_for)
    card(page).get_by_test_id("thread-link").click()
    thread = page.get_by_test_id("thread")
    press(thread, "break-glass")
    fill(page, cluster="chat", because="customers see errors")
    expect(page.locator("[data-ephemeral=true]").filter(has_text="repeat the cluster's name")).to_be_visible()
    expect(card(page)).to_contain_text("Waiting for approval")
    press(thread, "break-glass")
    picture(page, "break-glass")
    fill(page, cluster=CLUSTER, because="customers see errors")
    expect(card(page)).to_contain_text("Done")
    expect(card(page)).to_contain_text("0 of 2 approvals when the glass was broken")
    expect(card(page)).to_contain_text("Review owed by")
    picture(page, "broken")

    act_as(page, BEN)
    press(card(page), "review")
    page.get_by_test_id("modal").locator("[data-action-id='value:review:verdict']").click()
    page.locator("[data-option-value=justified]").click()
    fill(page, because="they did")

    expect(card(page)).to_contain_text("justified:")
    expect(card(page).locator("button[data-value^='review ']")).to_have_count(0)
    for told in ("done in", "reviewed the broken glass", "100 %"):
        expect(thread).to_contain_text(told)
    picture(page, "reviewed")


def test_home_shows_what_waits_for_me_and_a_yes_there_is_drawn_at_once(
    world: World, page_for: PageFor, picture: Picture
) -> None:
    request = world.ask_for(f"{CLUSTER} 4 because launch week")
    page = page_for(world.slack, ADA, channel="home", phone=True)
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Waiting for you")
    expect(home).to_contain_text("launch week")
    picture(page, "home-waiting")

    press(home, "approve")
    agree_to(page, "Approve 4 units")

    expect(home).not_to_contain_text("Waiting for you")
    world.until(lambda: "1 of 2" in str(world.card(request)["blocks"]))
    world.until(lambda: any("approved (1 of 2)" in each for each in world.thread(request)))


def test_a_freeze_is_lifted_by_its_button_but_not_by_an_outsider(
    world: World, page_for: PageFor, picture: Picture
) -> None:
    page = page_for(world.slack, ADA, channel="C01OPS")
    typed(page, "/dac freeze because the quarter closes")
    frozen = page.get_by_test_id("channel").locator("[data-testid=message]").filter(has_text="has frozen everything")
    picture(page, "frozen")

    for user, told in ((OLGA, "You are not among those"), (BEN, "has lifted the freeze")):
        act_as(page, user)
        press(frozen, "unfreeze")
        expect(page.get_by_test_id("confirm")).to_contain_text("begun at once")
        page.get_by_test_id("confirm-ok").click()
        expect(page.get_by_test_id("channel")).to_contain_text(told)
    act_as(page, ADA)
    page.goto(f"{world.slack}/?user={ADA}&channel=home")
    expect(page.get_by_test_id("home")).to_contain_text(CLUSTER)
    expect(page.get_by_test_id("home")).not_to_contain_text("frozen")


def test_from_how_many_to_what_it_costs_to_the_request_by_buttons(
    world: World, page_for: PageFor, picture: Picture
) -> None:
    page = page_for(world.slack, ROSA, channel="C01OPS")
    typed(page, f"/dac size hosting {CLUSTER}")
    sized = whisper(page, "Busiest hour:")
    expect(sized).to_contain_text("No benchmark of Command A on LARGE_COHERE_V3 is on file")
    expect(sized.get_by_role("link", name="Oracle's price list")).to_be_visible()
    picture(page, "sized")
    press(sized, "cost")
    cost = whisper(page, "at list price").filter(has_text="as Oracle's minimum has it")
    expect(cost).to_contain_text("744 h × $24 per unit-hour")
    picture(page, "costs")
    press(sized, "scale")
    expect(card(page)).to_contain_text("Waiting for approval")
    expect(card(page)).to_contain_text("its load needs it")


def test_dedicated_or_on_demand_is_asked_in_a_form(world: World, page_for: PageFor, picture: Picture) -> None:
    page = page_for(world.slack, ROSA, channel="C01OPS")
    typed(page, "/dac choose")
    modal = page.get_by_test_id("modal")
    modal.locator("[data-input-block='arg:needs']").get_by_text("Fine-tuning with proprietary data").click()
    picture(page, "choose")
    fill(page, model="llama-3.3-70b-instruct", rps="2")
    told = whisper(page, "dedicated never pays for this model and shape")
    expect(told).to_contain_text("9,259.3 tokens/s")
    expect(told).to_contain_text("the model it makes is served by an endpoint, made on one too")
    picture(page, "chosen")


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
