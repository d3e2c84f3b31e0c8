from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.sandbox.page.bot import Bot
from tests.sandbox.page.conftest import Open
from tests.sandbox.page.gallery import PRESSING
from tests.sandbox.page.pieces import button

pytestmark = pytest.mark.browser


def modal_of(page: Page) -> Any:
    page.get_by_test_id("composer").fill("/dac modal")
    page.get_by_test_id("composer").press("Enter")
    modal = page.get_by_test_id("modal")
    expect(modal).to_have_attribute("data-callback-id", "scale")
    return modal


def fill(modal: Any, units: str, why: str) -> None:
    modal.locator("[data-action-id=cluster]").click()
    modal.locator("[data-option-value=embed]").click()
    modal.locator("[data-action-id=units]").fill(units)
    modal.locator("[data-action-id=why]").fill(why)


def test_a_pressed_button_reaches_the_app_as_the_person_who_pressed(open_as: Open, bot: Bot) -> None:
    bot.posts(text="card", blocks=PRESSING[:1])
    page = open_as("U02ADA")
    page.locator("[data-action-id=approve][data-value=REQ-42]").click()
    expect(page.locator(".message-body")).to_have_text("approve by @Ada Okafor")
    (heard,) = bot.heard
    assert heard["user"]["id"] == "U02ADA"
    assert heard["actions"][0]["value"] == "REQ-42"


def test_a_click_while_the_person_is_switched_is_nobodys(open_as: Open, bot: Bot) -> None:
    bot.posts(text="card", blocks=PRESSING[:1])
    page = open_as("U01ROSA")
    approve = page.locator("[data-action-id=approve][data-value=REQ-42]")
    expect(approve).to_be_visible()
    held: list[Route] = []
    page.route("**/_page/state?**", lambda route: held.append(route))  # noqa: PLW0108 - it marks what it is given
    page.get_by_test_id("user-switcher").click()
    with page.expect_request("**/_page/state?**"):
        page.locator("[data-user=U02ADA]").click()
    expect(page.locator("[inert]")).to_have_count(1)

    box = approve.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    held[0].continue_()
    approve.click()

    expect(page.locator(".message-body")).to_have_text("approve by @Ada Okafor")
    assert [each["user"]["id"] for each in bot.heard] == ["U02ADA"]


def test_a_confirmation_stands_before_the_deed(open_as: Open, bot: Bot) -> None:
    bot.posts(text="card", blocks=PRESSING[:1])
    page = open_as("U02ADA")
    page.locator("[data-action-id=deny]").click()
    dialog = page.get_by_test_id("confirm")
    expect(dialog).to_contain_text("chat-prod stays at 2 units.")
    page.get_by_test_id("confirm-cancel").click()
    expect(dialog).to_have_count(0)
    assert bot.heard == []
    page.locator("[data-action-id=deny]").click()
    page.get_by_test_id("confirm-ok").click()
    expect(page.locator(".message-body")).to_have_text("deny by @Ada Okafor")


def test_a_button_nobody_answers_shows_that(open_as: Open, slack: str, bot: Bot) -> None:
    bot.posts(text="card", blocks=[{"type": "actions", "elements": [button("Wait", "dawdle")]}])
    page = open_as("U02ADA")
    pressed = page.locator("[data-action-id=dawdle]")
    pressed.click()
    expect(pressed).to_have_attribute("aria-busy", "true")
    page.request.post(f"{slack}/_control/clock", data={"advance": 4})
    why = "The app did not accept this: operation_timeout"
    expect(pressed.get_by_role("img", name=why)).to_be_visible()
    expect(page.locator("[data-ephemeral=true]")).to_contain_text("The app took too long to respond.")


def chosen(bot: Bot) -> dict[str, Any]:
    """action_id -> what the app was last told of it."""
    said: dict[str, Any] = {}
    for body in bot.heard:
        (acted,) = body["actions"]
        options = acted.get("selected_options")
        said[acted["action_id"]] = (
            [each["value"] for each in options]
            if options is not None
            else acted.get("selected_option", {}).get("value")
            or next((acted[key] for key in acted if key.startswith("selected_")), None)
        )
    return said


@pytest.mark.parametrize(
    ("action", "pick", "told"),
    [
        ("region", ["kix"], "kix"),
        ("person", ["U03BEN"], "U03BEN"),
        ("channel", ["C02GENERAL"], "C02GENERAL"),
        ("conversation", ["D02ADA"], "D02ADA"),
        ("cluster", ["tune-a"], "tune-a"),
        ("regions", ["fra", "ord"], ["fra", "ord"]),
    ],
)
def test_every_menu_tells_the_app_what_was_picked(
    open_as: Open, bot: Bot, action: str, pick: list[str], told: str | list[str]
) -> None:
    bot.posts(text="menus", blocks=PRESSING)
    page = open_as("U02ADA")
    trigger = page.locator(f"[data-action-id={action}]")
    trigger.click()
    if action == "cluster":
        page.get_by_test_id("select-search").fill("une")
    for value in pick:
        page.locator(f"[data-option-value={value}]").click()
    if len(pick) > 1:
        page.keyboard.press("Escape")
    expect(trigger).to_have_attribute("data-value", ",".join(pick))
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert chosen(bot)[action] == told


def test_boxes_radios_dates_and_the_overflow_tell_the_app(open_as: Open, bot: Bot) -> None:
    bot.posts(text="all", blocks=PRESSING)
    page = open_as("U02ADA")
    page.locator("[data-action-id=tell][data-value=all]").check()
    page.locator("[data-action-id=when][data-value=night]").check()
    page.locator("[data-action-id=day]").fill("2026-12-01")
    page.locator("[data-action-id=hour]").fill("17:45")
    # London is at UTC in November
    page.locator("[data-action-id=moment]").fill("2026-11-30T08:00")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    said = chosen(bot)
    assert said == {
        "tell": ["all"],
        "when": "night",
        "day": "2026-12-01",
        "hour": "17:45",
        "moment": 1796025600,
    }


def test_inputs_of_a_message_travel_with_the_next_press(open_as: Open, bot: Bot) -> None:
    bot.posts(text="all", blocks=PRESSING)
    page = open_as("U02ADA")
    page.locator("[data-action-id=tell][data-value=finops]").check()
    page.locator("[data-action-id=approve]").click()
    expect(page.locator(".message-body")).to_have_text("approve by @Ada Okafor")
    values = bot.heard[-1]["state"]["values"]
    held = [state for block in values.values() for action, state in block.items() if action == "tell"]
    assert [each["value"] for each in held[0]["selected_options"]] == ["finops"]


def test_an_empty_required_field_is_kept_from_the_app(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    modal = modal_of(page)
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("input-error")).to_have_text(["Please complete this required field."] * 3)
    expect(modal.locator("[data-action-id=cluster]")).to_be_focused()


def test_a_modal_shows_the_apps_error_at_the_field_and_then_goes_through(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    modal = modal_of(page)
    fill(modal, "99", "launch week")
    modal.get_by_text("FinOps").click()
    modal.get_by_test_id("modal-submit").click()
    wrong = modal.locator("[data-input-block=units]")
    expect(wrong.get_by_test_id("input-error")).to_have_text("At most 50 units fit.")
    expect(modal.locator("[data-action-id=units]")).to_be_focused()
    expect(modal.locator("[data-action-id=why]")).to_have_value("launch week")
    modal.locator("[data-action-id=units]").fill("9")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_have_count(0)
    expect(page.get_by_test_id("message")).to_contain_text("embed to 9, ['finops']")


def test_a_menu_lies_at_its_field_while_its_modal_still_appears(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    slowly = ".sheet { animation-duration: 1000s !important; }"
    page.evaluate(
        "rule => { const sheet = new CSSStyleSheet(); sheet.insertRule(rule); document.adoptedStyleSheets = [sheet]; }",
        slowly,
    )
    field = modal_of(page).locator("[data-action-id=cluster]")
    field.evaluate("field => field.click()")
    page.locator("[data-option-value=embed]").wait_for()
    at, menu = field.bounding_box(), page.locator(".popover").bounding_box()
    assert at
    assert menu
    assert abs(menu["x"] - at["x"]) < 2
    assert min(abs(menu["y"] - at["y"] - at["height"]), abs(menu["y"] + menu["height"] - at["y"])) < 12


def test_a_modal_whose_app_dawdles_can_be_sent_again(open_as: Open, slack: str, bot: Bot) -> None:
    page = open_as("U01ROSA")
    modal = modal_of(page)
    fill(modal, "4", "dawdle")
    modal.get_by_test_id("modal-submit").click()
    expect(modal.get_by_test_id("modal-submit")).to_be_disabled()
    page.request.post(f"{slack}/_control/clock", data={"advance": 4})
    expect(modal.get_by_test_id("modal-banner")).to_have_text(
        "We had some trouble connecting. Try again? operation_timeout"
    )
    modal.locator("[data-action-id=why]").fill("launch week")
    modal.get_by_test_id("modal-submit").click()
    expect(modal).to_have_count(0)


def test_a_pushed_view_lies_over_the_first_which_keeps_what_was_typed(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    modal = modal_of(page)
    fill(modal, "4", "launch week")
    modal.locator("[data-action-id=preview]").click()
    expect(modal).to_contain_text("About $ 43,896")
    page.get_by_test_id("modal-back").click()
    expect(modal.locator("[data-action-id=why]")).to_have_value("launch week")
    expect(modal.locator("[data-action-id=cluster]")).to_have_attribute("data-value", "embed")
    assert bot.heard[0]["view"]["state"]["values"]["why"]["why"]["value"] == "launch week"


def test_escape_closes_the_modal_and_tells_the_app(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    modal = modal_of(page)
    page.keyboard.press("Escape")
    expect(modal).to_have_count(0)
    expect(page.get_by_test_id("message")).to_contain_text("thought better of it")


def test_a_modal_survives_a_reload_of_the_page(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    modal_of(page)
    page.reload()
    expect(page.get_by_test_id("modal")).to_contain_text("Scale a cluster")


def test_opening_home_asks_the_app_for_it_and_its_buttons_work(open_as: Open, bot: Bot) -> None:
    page = open_as("U01ROSA")
    page.locator("[data-channel=home]").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Your clusters")
    home.locator("[data-action-id=go]").click()
    expect(home.locator("[aria-busy=true]")).to_have_count(0)
    (heard,) = bot.heard
    assert heard["view"]["type"] == "home"


def test_the_focus_comes_back_to_a_message_that_was_redrawn(open_as: Open, bot: Bot) -> None:
    bot.posts(text="card", blocks=PRESSING[:1])
    page = open_as("U02ADA")
    page.locator("[data-action-id=details]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message-body")).to_have_text("details by @Ada Okafor")
    expect(page.get_by_test_id("message")).to_be_focused()
