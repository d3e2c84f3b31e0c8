from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from sandbox.serving import running
from sandbox.slack import Config, make_app
from tests.browser import PageFor
from tests.sandbox.page.bot import Bot
from tests.sandbox.page.conftest import Open, write_manifest
from tests.sandbox.page.gallery import MESSAGES, READING
from tests.sandbox.page.pieces import plain

pytestmark = pytest.mark.browser

LEGIBLE = 9
"""Pixels; smaller letters are for nobody."""


def test_an_empty_channel_says_what_to_try(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    offered = page.get_by_test_id("try-this").locator("button")
    expect(offered).to_have_text(
        [
            "//dac",
            "//dac status",
            "//dac scale chat-prod 4 because launch week",
            "Aswitch to Ada and approve",
        ]
    )
    expect(page.locator(".pill")).to_have_text("App connected")


def test_without_a_bot_the_page_says_so(open_as: Open) -> None:
    expect(open_as("U01ROSA").locator(".pill")).to_have_text("App not connected")


@pytest.mark.parametrize("kind", list(MESSAGES))
def test_every_kind_of_block_is_drawn(open_as: Open, bot: Bot, kind: str) -> None:
    bot.posts(text=kind, blocks=MESSAGES[kind])
    page = open_as("U01ROSA")
    row = page.get_by_test_id("message")
    expect(row).to_have_count(1)
    drawn = row.locator("[data-block]").evaluate_all("nodes => nodes.map(node => node.dataset.block)")
    assert {block["type"] for block in MESSAGES[kind]} <= set(drawn)
    expect(page.get_by_test_id("cannot-draw")).to_have_count(0)


def test_an_unknown_block_is_shown_as_its_json(open_as: Open) -> None:
    page = open_as("U01ROSA")
    block = {"type": "hologram", "depth": 3}
    shown = page.evaluate(
        """async (block) => {
            const { blocks } = await import('/page/render/blocks.js');
            document.querySelector('.messages').append(...blocks([block], {}));
            return document.querySelector('[data-testid=cannot-draw]').textContent;
        }""",
        block,
    )
    assert "cannot draw this block type: hologram" in shown
    assert '"depth": 3' in shown


def test_hostile_text_stays_text(open_as: Open, bot: Bot) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"> <script>1</script> [x](javascript:alert(1))"
    bot.posts(text=hostile)
    bot.posts(
        text="blocks",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": hostile}},
            {"type": "section", "text": plain(hostile)},
            {"type": "markdown", "text": hostile},
        ],
    )
    page = open_as("U01ROSA")
    body = page.locator(".message-body")
    expect(body).to_have_count(2)
    expect(body.first).to_contain_text("<img src=x onerror=")
    for tag in ("img", "script", "a[href^=javascript]"):
        expect(body.locator(tag)).to_have_count(0)
    assert "owned" not in page.title()


def test_a_person_sees_the_times_of_their_own_zone(open_as: Open, bot: Bot) -> None:
    bot.posts(text="at noon UTC <!date^1795435200^{date_num} {time}|x>")
    for user, time in {"U01ROSA": "6:00 AM", "U03BEN": "1:00 PM", "U05GUS": None}.items():
        page = open_as(user)
        if time is None:
            expect(page.get_by_test_id("message")).to_have_count(0)
            continue
        expect(page.locator(".byline .stamp")).to_have_text(time)
        expect(page.locator(".message-body time")).to_have_text(f"2026-11-23 {time}")
        expect(page.locator(".day")).to_have_text("Today")


def test_an_ephemeral_answer_is_seen_by_its_user_alone(open_as: Open, bot: Bot) -> None:
    bot.web.chat_postEphemeral(channel="C01OPS", user="U01ROSA", text="just for Rosa")
    rosa, ada = open_as("U01ROSA"), open_as("U02ADA")
    mine = rosa.locator("[data-ephemeral=true]")
    expect(mine).to_contain_text("Only visible to you")
    expect(mine).to_contain_text("just for Rosa")
    expect(ada.get_by_test_id("message")).to_have_count(0)
    mine.get_by_role("button", name="Dismiss").click()
    expect(mine).to_have_count(0)


def test_a_guest_sees_only_their_own_channels(open_as: Open) -> None:
    page = open_as("U05GUS")
    places = page.locator("[data-channel]").evaluate_all("nodes => nodes.map(node => node.dataset.channel)")
    assert places == ["C02GENERAL", "home", "D05GUS"]


def test_a_message_elsewhere_marks_its_channel_until_it_is_read(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    bot.posts(channel="C02GENERAL", text="over here")
    dot = page.locator("[data-channel=C02GENERAL] .dot")
    expect(dot).to_be_visible()
    page.locator("[data-channel=C02GENERAL]").click()
    expect(page.get_by_test_id("message")).to_contain_text("over here")
    page.locator("[data-channel=C01OPS]").click()
    expect(page.get_by_test_id("composer")).to_have_attribute("placeholder", "Message #dac-ops")
    expect(dot).to_have_count(0)


def test_an_edit_a_reaction_and_a_deletion_show_at_once(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    ts = bot.posts(text="first")
    row = page.locator(f'[data-ts="{ts}"]')
    expect(row).to_contain_text("first")
    bot.web.chat_update(channel="C01OPS", ts=ts, text="second")
    expect(row).to_contain_text("second (edited)")
    bot.web.reactions_add(channel="C01OPS", timestamp=ts, name="rocket")
    expect(row.locator("[data-reaction=rocket]")).to_have_text("🚀1")
    row.locator("[data-reaction=rocket]").click()
    expect(row.locator("[data-reaction=rocket]")).to_have_text("🚀2")
    bot.web.chat_delete(channel="C01OPS", ts=ts)
    expect(row).to_have_count(0)


def test_a_picture_is_drawn_from_the_files_of_the_workspace(open_as: Open, bot: Bot) -> None:
    bot.web.files_upload_v2(channel="C01OPS", content=png(), filename="cost.png", title="Cost", alt_txt="A red square")
    page = open_as("U01ROSA")
    picture = page.get_by_alt_text("A red square")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.decode().then(() => node.naturalWidth)") == 2


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xc0\x10\x30" * 2) * 2
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_data_table_sorts_filters_and_turns_pages(open_as: Open, bot: Bot) -> None:
    bot.posts(text="table", blocks=MESSAGES["figures"][:1])
    page = open_as("U01ROSA")
    table = page.locator(".data-table")

    def first_column() -> list[str]:
        return table.locator("tbody th").all_text_contents()

    assert first_column() == ["chat-prod", "embed", "tune-a"]
    table.get_by_role("button", name="Next page").click()
    assert first_column() == ["rerank", "chat-dev"]
    table.get_by_role("button", name="Month").click()
    table.get_by_role("button", name="Previous page").click()
    assert first_column() == ["embed", "rerank", "chat-dev"]
    table.get_by_role("button", name="Month").click()
    assert first_column() == ["tune-a", "chat-prod", "chat-dev"]
    table.get_by_role("searchbox").fill("chat")
    assert first_column() == ["chat-prod", "chat-dev"]


def test_a_chart_can_be_heard(open_as: Open, bot: Bot) -> None:
    bot.posts(text="charts", blocks=MESSAGES["more figures"][2:])
    page = open_as("U01ROSA")
    chart = page.get_by_role("img", name="Who pays. Pie chart: Support 52, Search 31, Research 17")
    expect(chart).to_be_visible()
    expect(page.locator(".legend li")).to_have_text(["Support52 · 52%", "Search31 · 31%", "Research17 · 17%"])


PIXELS = """svg => [...svg.querySelectorAll("text")].map(
    text => parseFloat(getComputedStyle(text).fontSize) * svg.clientWidth / svg.viewBox.baseVal.width
)"""
"""How many pixels high the letters of a chart are set."""


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_the_letters_of_a_chart_keep_their_size_on_a_phone(open_as: Open, bot: Bot, *, phone: bool) -> None:
    for each in (*MESSAGES["more figures"][1:], *MESSAGES["line"]):
        bot.posts(text="chart", blocks=[each])
    page = open_as("U01ROSA", phone=phone)
    charts = page.locator(".chart svg")
    expect(charts).to_have_count(3)
    for chart in charts.all():
        assert min(chart.evaluate(PIXELS)) >= LEGIBLE


def test_a_permalink_leads_to_its_message_without_leaving_the_page(open_as: Open, bot: Bot) -> None:
    target = bot.posts(channel="C02GENERAL", text="the one")
    link = bot.web.chat_getPermalink(channel="C02GENERAL", message_ts=target)["permalink"]
    bot.posts(text=f"see <{link}|there>")
    page = open_as("U01ROSA")
    page.get_by_role("link", name="there").click()
    expect(page.locator(f'[data-ts="{target}"]')).to_be_focused()
    assert "channel=C02GENERAL" in page.url


def test_the_address_leads_straight_to_a_thread(open_as: Open, bot: Bot) -> None:
    ts = bot.posts(text="card", blocks=READING)
    bot.posts(text="the plan", thread_ts=ts)
    page = open_as("U02ADA", thread=ts)
    thread = page.get_by_test_id("thread")
    expect(thread.get_by_test_id("message")).to_have_count(2)
    expect(thread).to_contain_text("the plan")
    expect(page.get_by_test_id("channel").get_by_test_id("thread-link")).to_contain_text("1 reply")


def test_the_page_finds_its_way_back_to_a_server_that_was_restarted(page_for: PageFor, tmp_path: Path) -> None:
    manifest = write_manifest(tmp_path)
    with running(lambda: make_app(Config(manifest=manifest))) as url:
        page = page_for(url, "U01ROSA", channel="C01OPS")
    expect(page.locator(".pill")).to_have_text("Reconnecting")
    with running(lambda: make_app(Config(manifest=manifest)), port=int(url.rsplit(":", 1)[1])):
        client = WebClient(token="xoxb-sandbox", base_url=f"{url}/api/")
        client.chat_postMessage(channel="C01OPS", text="meanwhile")
        expect(page.get_by_test_id("message")).to_contain_text("meanwhile")
        expect(page.locator(".pill")).to_have_text("App not connected")
        page.close()
