"""From a file of examples to an endpoint that serves what was trained on them, as people see it in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser import PageFor
from tests.e2e.page import (
    Picture,
    act_as,
    browser,
    choose,
    fill,
    page_for,
    picture,
    press,
    typed,
    workspace,
    world,
)
from tests.e2e.world import ADA, CHICAGO, ROSA, World

__all__ = ["browser", "page_for", "picture", "workspace", "world"]

pytestmark = pytest.mark.browser

TALL: ViewportSize = {"width": 1180, "height": 1100}
"""A whole card in one picture."""

MODEL, HOSTED, ENDPOINT = "support-v2", "support-hosting", "support"


def said(page: Page, text: str) -> Locator:
    """A message for everybody."""
    shown = page.get_by_test_id("channel").locator("[data-testid=message]:not([data-ephemeral=true])")
    return shown.filter(has_text=text)


def agree(page: Page, card: Locator) -> None:
    press(card, "approve")
    page.get_by_test_id("confirm-ok").click()


def there(world: World, what: str, name: str) -> dict[str, str]:
    found = world.oracle_state()["regions"][CHICAGO][what]
    return next((it for it in found if it["displayName"] == name), {})


def carried_out(world: World, page: Page, card: Locator, what: str, name: str) -> None:
    """Ada agrees, and Oracle makes it."""
    act_as(page, ADA)
    agree(page, card)
    world.until(lambda: there(world, what, name))
    world.oracle_advances(600)
    expect(card).to_contain_text("Done")


def check_data(page: Page, picture: Picture) -> Locator:
    typed(page, "/dac dataset check training-data/support-chat.jsonl")
    checked = said(page, "fit to be trained on")
    expect(checked.get_by_role("img", name="How long the texts")).to_be_visible(timeout=60_000)
    picture(page, "finetune-1-dataset")
    return checked


def train(world: World, page: Page, checked: Locator, picture: Picture) -> Locator:
    press(checked, "finetune")
    choose(page, "model", "Llama 3.3")
    choose(page, "region", CHICAGO)
    choose(page, "compartment", "prod")
    choose(page, "preset", "Careful")
    picture(page, "finetune-2-form")
    fill(page, name=MODEL, because="the tone of our support")
    card = said(page, f"as {MODEL}")
    expect(card).to_contain_text("Batch size 4 of the handbook's preset careful is not taken")
    expect(card).to_contain_text("$96 to $192")
    picture(page, "finetune-3-card")

    act_as(page, ADA)
    agree(page, card)
    expect(card).to_contain_text("Step 2 of 2")
    card.get_by_test_id("thread-link").click()
    thread = page.get_by_test_id("thread")
    expect(thread).to_contain_text("is ACTIVE")
    picture(page, "finetune-4-training")
    world.oracle_advances(600)
    expect(card).to_contain_text("Done")
    expect(thread).to_contain_text("final accuracy")
    picture(page, "finetune-5-trained")
    return card


def host(world: World, page: Page, card: Locator, picture: Picture) -> Locator:
    act_as(page, ROSA)
    press(card, "create")
    expect(page.get_by_test_id("modal")).to_contain_text(MODEL)
    choose(page, "region", CHICAGO)
    choose(page, "compartment", "prod")
    picture(page, "finetune-6-hosting")
    fill(page, name=HOSTED)
    hosting = said(page, f"Create hosting cluster {HOSTED}")
    carried_out(world, page, hosting, "clusters", HOSTED)
    return hosting


def serve(world: World, page: Page, hosting: Locator, picture: Picture) -> None:
    act_as(page, ROSA)
    press(hosting, "endpoint")
    modal = page.get_by_test_id("modal")
    expect(modal).to_contain_text(HOSTED)
    expect(modal).to_contain_text(MODEL)
    choose(page, "moderation", "Stop it")
    picture(page, "finetune-7-endpoint")
    fill(page, name=ENDPOINT)
    serving = said(page, f"Create endpoint {ENDPOINT}")
    carried_out(world, page, serving, "endpoints", ENDPOINT)
    picture(page, "finetune-8-served")


def test_from_examples_to_an_endpoint_that_serves_the_model(world: World, page_for: PageFor, picture: Picture) -> None:
    page = page_for(world.slack, ROSA, channel="C01OPS")
    page.set_viewport_size(TALL)
    card = train(world, page, check_data(page, picture), picture)
    serve(world, page, host(world, page, card, picture), picture)

    served, model, cluster = (
        there(world, what, name) for what, name in (("endpoints", ENDPOINT), ("models", MODEL), ("clusters", HOSTED))
    )
    assert [each["lifecycleState"] for each in (served, model, cluster)] == ["ACTIVE"] * 3
    assert (served["modelId"], served["dedicatedAiClusterId"]) == (model["id"], cluster["id"])
