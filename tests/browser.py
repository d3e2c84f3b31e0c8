"""A real chromium for tests of what people see: fixtures `browser` and `page_for`, to be imported by a conftest."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = ("chromium-headless-shell", "chromium")
"""In this order: the shell is Chromium without its windows, and opens a page with a third of the work."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page opens with less work where it needs no processes of its own.
    "--in-process-gpu",
    "--renderer-process-limit=1",
)
DESKTOP, PHONE = (1280, 800), (390, 844)
PATIENCE_MS = 60_000


class PageFor(Protocol):
    """Open the local Slack at `url` as `user`; further keywords go into the address (channel, thread, message)."""

    def __call__(self, url: str, user: str, *, dark: bool = False, phone: bool = False, **place: str) -> Page: ...


# Not for the session: while Playwright's synchronous interface is on, its event loop counts as running in this
# thread, and other modules' `asyncio.run` would be refused.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        missing = "chromium is missing: run `scripts/setup browser`, or apt-get install chromium-headless-shell"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page_for(browser: Browser) -> Iterator[PageFor]:
    """Pages that fail their test when a script of theirs fails."""
    contexts, broken = [], list[str]()

    def heard(message: ConsoleMessage) -> None:
        # a refused request is part of the play; the page's own complaints are not
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            broken.append(message.text)

    def open_page(url: str, user: str, *, dark: bool = False, phone: bool = False, **place: str) -> Page:
        width, height = PHONE if phone else DESKTOP
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=phone,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(f"{url}/?{urlencode({'user': user, **place})}")
        page.wait_for_selector("body[data-ready=true]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not broken
