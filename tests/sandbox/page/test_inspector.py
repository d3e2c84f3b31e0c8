from __future__ import annotations

import pytest
from playwright.sync_api import expect
from slack_sdk.errors import SlackApiError

from tests.sandbox.page.bot import Bot
from tests.sandbox.page.conftest import Open

pytestmark = pytest.mark.browser


def test_a_call_that_slack_refuses_raises_a_red_badge_with_the_reason(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    with pytest.raises(SlackApiError):
        bot.posts(blocks=[{"type": "header", "text": {"type": "mrkdwn", "text": "*no*"}}])
    expect(page.get_by_test_id("inspector-toggle").locator(".alarm")).to_have_text("1")
    page.get_by_test_id("inspector-toggle").click()
    refusal = page.get_by_test_id("inspector").get_by_test_id("refusal")
    expect(refusal).to_contain_text("chat.postMessage")
    expect(refusal).to_contain_text("invalid_blocks")
    expect(refusal).to_contain_text("/0/text/type")


def test_the_traffic_shows_deliveries_with_their_ack_and_calls(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("inspector-toggle").click()
    page.get_by_test_id("composer").fill("/dac hello")
    page.get_by_test_id("composer").press("Enter")
    entries = page.get_by_test_id("traffic").locator(".entry")
    call = entries.filter(has_text="chat.postMessage")
    expect(call.locator(".entry-outcome")).to_have_text("ok")
    delivery = entries.filter(has_text="/dac")
    expect(delivery.locator(".entry-outcome")).to_contain_text(" ms")
    delivery.locator("summary").click()
    expect(delivery).to_contain_text('"text": "hello"')


def test_the_clock_moves_when_told_to(open_as: Open, bot: Bot) -> None:
    page = open_as("U02ADA")
    page.get_by_test_id("inspector-toggle").click()
    page.locator("[data-tab=controls]").click()
    clock = page.get_by_test_id("clock")
    expect(clock).to_contain_text("12:00:00 · Europe/London · frozen")
    page.locator("[data-advance='86400']").click()
    expect(clock).to_contain_text("Tue, 24 Nov 2026, 12:00:00")
    bot.posts(text="a day later")
    expect(page.locator(".byline .stamp")).to_have_text("12:00 PM")
    expect(page.locator(".day")).to_have_text("Today")


def test_a_trouble_can_be_ordered_and_waits_for_its_call(open_as: Open, bot: Bot) -> None:
    page = open_as("U02ADA")
    page.get_by_test_id("inspector-toggle").click()
    page.locator("[data-tab=controls]").click()
    page.locator("[data-fault=ratelimited]").click()
    expect(page.locator(".waiting")).to_contain_text("ratelimited")
    with pytest.raises(SlackApiError) as refused:
        bot.posts(text="too fast")
    assert refused.value.response["error"] == "ratelimited"


def test_a_reset_empties_every_page(open_as: Open, bot: Bot) -> None:
    bot.posts(text="old news")
    page, other = open_as("U02ADA"), open_as("U01ROSA")
    expect(other.get_by_test_id("message")).to_have_count(1)
    page.get_by_test_id("inspector-toggle").click()
    page.locator("[data-tab=controls]").click()
    page.get_by_test_id("reset").click()
    expect(page.get_by_test_id("message")).to_have_count(1)
    page.get_by_test_id("reset").click()
    for each in (page, other):
        expect(each.get_by_test_id("message")).to_have_count(0)


def test_a_reset_closes_the_thread_that_is_gone(open_as: Open, slack: str, bot: Bot) -> None:
    page = open_as("U02ADA", thread=bot.posts(text="a request"))
    expect(page.get_by_test_id("thread")).to_be_visible()
    page.request.post(f"{slack}/_control/reset")
    expect(page.get_by_test_id("thread")).not_to_be_visible()
    assert "thread=" not in page.url
