from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.sandbox.page.bot import Bot
from tests.sandbox.page.conftest import Open

pytestmark = pytest.mark.browser


def test_a_slash_offers_the_apps_commands_and_enter_sends_one(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("/d")
    expect(page.get_by_test_id("suggestion")).to_contain_text("/dac status | modal")
    composer.press("Enter")
    expect(composer).to_have_value("/dac ")
    composer.press_sequentially("hello there")
    composer.press("Enter")
    expect(page.get_by_test_id("message")).to_contain_text("You said: hello there")
    expect(composer).to_have_value("")


def test_a_suggestion_of_the_welcome_runs_its_command(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("try-this").get_by_role("button", name="/dac status").click()
    expect(page.locator("[data-ephemeral=true]")).to_contain_text("2 clusters, all healthy")


def test_what_a_person_types_is_shown_as_typed(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("composer").fill("a <b>bold</b> & *strong* claim by @ada")
    page.get_by_test_id("send").click()
    body = page.locator(".message-body")
    expect(body).to_have_text("a <b>bold</b> & strong claim by @Ada Okafor")
    expect(body.locator("b")).to_have_text("strong")
    expect(body.locator("[data-mention=U02ADA]")).to_be_visible()


def test_an_at_offers_people_and_the_app(open_as: Open) -> None:
    page = open_as("U01ROSA")
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("ask @")
    offered = page.get_by_test_id("suggestion").locator("b").all_text_contents()
    assert offered == ["Rosa Ramirez", "Ada Okafor", "Ben Larsen", "Olga Novak", "Gus Guest", "DAC"]
    composer.press_sequentially("be")
    composer.press("Tab")
    expect(composer).to_have_value("ask @ben ")


def test_shift_enter_starts_a_new_line_and_up_brings_the_last_input_back(open_as: Open) -> None:
    page = open_as("U01ROSA")
    composer = page.get_by_test_id("composer")
    composer.press_sequentially("one")
    composer.press("Shift+Enter")
    composer.press_sequentially("two")
    composer.press("Enter")
    expect(page.locator(".message-body")).to_have_text("one\ntwo")
    composer.press("ArrowUp")
    expect(composer).to_have_value("one\ntwo")


def test_a_draft_waits_in_its_channel(open_as: Open) -> None:
    page = open_as("U01ROSA")
    composer = page.get_by_test_id("composer")
    composer.fill("half a thought")
    page.locator("[data-channel=C02GENERAL]").click()
    expect(composer).to_have_value("")
    page.locator("[data-channel=C01OPS]").click()
    expect(composer).to_have_value("half a thought")


def test_a_reply_goes_into_the_thread(open_as: Open, bot: Bot) -> None:
    ts = bot.posts(text="a request")
    page = open_as("U01ROSA", thread=ts)
    page.get_by_test_id("thread-composer").fill("because launch week")
    page.get_by_test_id("thread-composer").press("Enter")
    expect(page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(2)
    expect(page.get_by_test_id("channel").get_by_test_id("message")).to_have_count(1)
    expect(page.get_by_test_id("thread-link")).to_contain_text("1 reply")


def test_a_slash_command_is_refused_in_a_thread(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA", thread=bot.posts(text="a request"))
    page.get_by_test_id("thread-composer").fill("/dac status")
    page.get_by_test_id("thread-composer").press("Enter")
    refusal = page.get_by_test_id("thread").locator("[data-ephemeral=true]")
    expect(refusal).to_contain_text("/dac is not supported in threads")


def test_an_unknown_command_is_answered_by_slackbot(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("composer").fill("/cad status")
    page.get_by_test_id("composer").press("Enter")
    expect(page.locator("[data-ephemeral=true]")).to_contain_text("/cad is not a valid command")


def test_a_command_that_is_not_acknowledged_in_time_is_reported(open_as: Open, slack: str, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("composer").fill("/dac dawdle")
    page.get_by_test_id("composer").press("Enter")
    expect(page.get_by_test_id("running")).to_contain_text("/dac dawdle is waiting for the app")
    page.request.post(f"{slack}/_control/clock", data={"advance": 4})
    notice = page.locator("[data-ephemeral=true]")
    expect(notice).to_contain_text('/dac failed with the error "operation_timeout"')
    expect(page.get_by_test_id("running")).to_have_count(0)


def test_switching_the_person_keeps_the_place_and_what_was_typed_stays_theirs(open_as: Open) -> None:
    page = open_as("U01ROSA", channel="C02GENERAL")
    page.get_by_test_id("composer").fill("mine")
    page.get_by_test_id("user-switcher").click()
    page.locator("[data-user=U02ADA]").click()
    expect(page.get_by_test_id("user-switcher")).to_contain_text("Ada Okafor")
    expect(page.locator("[data-channel=C02GENERAL]")).to_have_attribute("aria-current", "page")
    expect(page.get_by_test_id("composer")).to_have_value("")
    page.keyboard.press("Alt+Digit1")
    expect(page.get_by_test_id("composer")).to_have_value("mine")
    assert "user=U01ROSA" in page.url


def test_nobody_keeps_a_place_they_cannot_see(open_as: Open) -> None:
    page = open_as("U02ADA", channel="C03FINOPS")
    page.get_by_test_id("user-switcher").click()
    page.locator("[data-user=U05GUS]").click()
    expect(page.locator("[data-channel=C02GENERAL]")).to_have_attribute("aria-current", "page")
