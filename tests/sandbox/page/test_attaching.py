from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.sandbox.page.bot import Bot
from tests.sandbox.page.conftest import Open

pytestmark = pytest.mark.browser

TRAIN = FilePayload(name="train.jsonl", mimeType="", buffer=b"{}\n" * 700)
PICTURE = FilePayload(
    name="dot.svg", mimeType="image/svg+xml", buffer=b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
)


def arrived(within: Locator | Page) -> Locator:
    return within.locator("[data-testid=attachment]:not([aria-busy])")


def test_files_go_with_a_message_pictures_to_see_and_others_to_download(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("attach").set_input_files([TRAIN, PICTURE])
    expect(arrived(page)).to_have_text(["train.jsonl2.1 kB", "dot.svg62 B"])
    page.get_by_test_id("composer").fill("@dac look")
    page.get_by_test_id("send").click()
    message = page.get_by_test_id("message")
    expect(message.locator("a.file-card")).to_contain_text("train.jsonlJSONL · 2.1 kB")
    expect(message.get_by_role("img", name="dot.svg")).to_be_visible()
    expect(page.get_by_test_id("attachment")).to_have_count(0)
    with page.expect_download() as downloading:
        message.locator("a.file-card").click()
    assert downloading.value.path().read_bytes() == TRAIN["buffer"]


def test_a_file_alone_can_be_sent_and_one_taken_off_is_not(open_as: Open, bot: Bot) -> None:
    thread = bot.posts(text="a request")
    page = open_as("U01ROSA", thread=thread)
    panel = page.get_by_test_id("thread")
    expect(page.get_by_test_id("thread-send")).to_be_disabled()
    page.get_by_test_id("thread-attach").set_input_files([TRAIN, PICTURE])
    expect(arrived(panel)).to_have_count(2)
    page.get_by_label("Take off dot.svg").click()
    page.get_by_test_id("thread-send").click()
    expect(panel.locator(".file-name")).to_have_text(["train.jsonl"])
    expect(page.get_by_test_id("thread-link")).to_contain_text("1 reply")


def test_what_is_picked_waits_in_its_place_and_what_cannot_be_sent_says_why(open_as: Open) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("attach").set_input_files([TRAIN, FilePayload(name="empty.txt", mimeType="", buffer=b"")])
    expect(arrived(page).last).to_contain_text("“empty.txt” is empty")
    page.locator("[data-channel=C02GENERAL]").click()
    expect(page.get_by_test_id("attachment")).to_have_count(0)
    page.locator("[data-channel=C01OPS]").click()
    expect(page.get_by_test_id("attachment")).to_have_count(2)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("message").locator(".file-name")).to_have_text(["train.jsonl"])


def test_a_slash_command_carries_no_files_and_says_so(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("attach").set_input_files([TRAIN])
    expect(arrived(page)).to_have_count(1)
    page.get_by_test_id("composer").fill("/dac status")
    page.get_by_test_id("send").click()
    expect(page.locator("[data-ephemeral=true]")).to_contain_text("A slash command carries no files")


def test_a_form_takes_a_file_of_its_kinds(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.get_by_test_id("composer").fill("/dac file")
    page.get_by_test_id("send").click()
    modal = page.get_by_test_id("modal")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error")).to_contain_text("complete this required field")
    picker = modal.get_by_test_id("file-input")
    picker.set_input_files([FilePayload(name="train.csv", mimeType="", buffer=b"a")])
    expect(arrived(modal)).to_contain_text("none of these types: jsonl, txt")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error")).to_contain_text("Take off what could not be uploaded")
    with page.expect_file_chooser() as choosing:
        modal.get_by_role("button", name="Add a file").click()
    choosing.value.set_files([TRAIN])
    expect(arrived(modal)).to_have_text(["train.jsonl2.1 kB"])
    modal.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("message").last).to_contain_text("checking train.jsonl of 2100 bytes")
    expect(modal).to_have_count(0)
