from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.page.bot import Bot
from tests.sandbox.page.conftest import Open
from tests.sandbox.page.gallery import MESSAGES, PRESSING, READING

pytestmark = pytest.mark.browser

# WCAG 2: relative luminance of what is really painted, alpha included by walking up to an opaque background.
CONTRAST = """(selector) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgb = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = (colour) => {
        const [r, g, b] = rgb(colour).map((part) => {
            const share = part / 255;
            return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const node = document.querySelector(selector);
    let behind = node;
    while (behind && rgb(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
    const pair = [light(getComputedStyle(node).color), light(getComputedStyle(behind).backgroundColor)];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
}"""


def background(page: Page) -> Any:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_the_theme_follows_the_system_until_a_person_chooses(open_as: Open) -> None:
    page = open_as("U01ROSA", dark=True)
    assert background(page) == "rgb(27, 28, 34)"
    page.get_by_test_id("theme-toggle").click()
    assert background(page) == "rgb(255, 255, 255)"
    page.reload()
    page.wait_for_selector("body[data-ready=true]")
    assert background(page) == "rgb(255, 255, 255)"


READ = (
    *(".message .text", ".stamp", ".btn-primary", ".btn-danger", ".mention-me", ".context-text", "code"),
    *(".place[aria-current]", ".place:not([aria-current])", ".sidebar-note", ".switcher-title", ".topic"),
)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(open_as: Open, bot: Bot, *, dark: bool) -> None:
    bot.posts(text="card", blocks=[*READING, *PRESSING[:1]])
    page = open_as("U01ROSA", dark=dark)
    expect(page.get_by_test_id("message")).to_have_count(1)
    ratios = {selector: page.evaluate(CONTRAST, selector) for selector in READ}
    assert {selector: ratio for selector, ratio in ratios.items() if ratio < 4.5} == {}


def test_on_a_phone_nothing_is_wider_than_the_screen(open_as: Open, bot: Bot) -> None:
    for kind, blocks in MESSAGES.items():
        bot.posts(text=kind, blocks=blocks)
    page = open_as("U01ROSA", phone=True)
    expect(page.get_by_test_id("message")).to_have_count(len(MESSAGES))
    assert overflow(page) == 0
    edges = page.locator("[data-block]").evaluate_all("all => all.map((node) => node.getBoundingClientRect().right)")
    assert max(edges) <= 390


def test_on_a_phone_the_channels_are_a_drawer_and_threads_fill_the_screen(open_as: Open, bot: Bot) -> None:
    ts = bot.posts(text="a request")
    bot.posts(text="its plan", thread_ts=ts)
    page = open_as("U01ROSA", phone=True)
    expect(page.locator("[data-channel=C02GENERAL]")).not_to_be_visible()
    page.get_by_test_id("thread-link").click()
    box = page.get_by_test_id("thread").bounding_box()
    assert box
    assert box["width"] == 390
    page.get_by_test_id("thread-close").click()
    page.get_by_test_id("drawer").click()
    page.locator("[data-channel=C02GENERAL]").click()
    expect(page.get_by_test_id("composer")).to_have_attribute("placeholder", "Message #general")
    expect(page.locator("[data-channel=C02GENERAL]")).not_to_be_visible()
    assert overflow(page) == 0


def test_on_a_phone_a_modal_fills_the_screen(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA", phone=True)
    page.get_by_test_id("composer").fill("/dac modal")
    page.get_by_test_id("send").click()
    box = page.get_by_test_id("modal").bounding_box()
    assert box
    assert (box["width"], box["height"]) == (390, 844)
    expect(page.get_by_test_id("modal-submit")).to_be_in_viewport()


def test_everything_can_be_reached_by_keyboard(open_as: Open, bot: Bot) -> None:
    bot.posts(text="one")
    bot.posts(text="two")
    page = open_as("U01ROSA")
    expect(page.get_by_test_id("composer")).to_be_focused()
    page.keyboard.press("Control+ArrowUp")
    expect(page.get_by_test_id("message").last).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_test_id("message").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("composer")).to_be_focused()
    page.get_by_test_id("user-switcher").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-user=U02ADA]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("user-switcher")).to_be_focused()


def test_every_control_has_a_name(open_as: Open, bot: Bot) -> None:
    for blocks in MESSAGES.values():
        bot.posts(text="all", blocks=blocks)
    page = open_as("U01ROSA")
    expect(page.get_by_test_id("message")).to_have_count(len(MESSAGES))
    page.get_by_test_id("inspector-toggle").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, input, textarea, a')].filter((node) =>
            !node.hidden && !node.textContent.trim() && !node.getAttribute('aria-label')
            && !node.labels?.length).map((node) => node.outerHTML)"""
    )
    assert nameless == []
