"""The pieces of Block Kit keep Slack's limits, and text from people stays text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands._blocks import (
    Block,
    actions,
    button,
    clip,
    confirm,
    context,
    date,
    divider,
    escape,
    fields,
    header,
    length,
    meant_by,
    mentions,
    menu,
    mrkdwn,
    people,
    phrase,
    plain,
    quote,
    section,
)
from sandbox.slack.blockkit import text_length, validate

LONG = "x" * 10_000


@pytest.mark.parametrize(
    "block",
    [
        section(LONG),
        section("text", button("Press", "status")),
        section("text", button(LONG, "scale " + "x" * 1994)),
        fields((f"label {place}", LONG) for place in range(14)),
        header(LONG),
        context(*[LONG] * 14),
        divider(),
        actions(*(button(f"Button {place}", "status") for place in range(25))),
        actions(menu(*((LONG, "x" * 150) for _ in range(5))), menu(("Seen", "status"))),
        section("text", menu(("Seen", "status"))),
        actions(button("Sure?", "status", style="danger", confirm=confirm(LONG, LONG, LONG, LONG))),
        actions(button("Go", "status", style="primary", confirm=confirm("Title", "text", "Yes"))),
    ],
)
def test_pieces_are_cut_to_what_slack_takes(block: Block) -> None:
    assert validate("message", [block]) == []


def test_buttons_of_one_row_have_ids_of_their_own_that_begin_with_their_verb() -> None:
    row = actions(button("One", "status"), button("Two", "status --share"), button("Three", "deny 12"))
    assert [each["action_id"] for each in row["elements"]] == ["dac:status", "dac:status:2", "dac:deny"]
    assert [each["value"] for each in row["elements"]] == ["status", "status --share", "deny 12"]


def test_a_press_means_its_line_be_it_of_a_button_or_of_a_menu() -> None:
    chosen = {"type": "overflow", "selected_option": menu(("Seen", "status"))["options"][0]}
    assert [meant_by(each) for each in (button("Go", "deny 12"), chosen, {"type": "datepicker"})] == [
        "deny 12",
        "status",
        "",
    ]


def test_a_command_line_too_long_for_a_menu_is_a_fault_and_not_cut() -> None:
    with pytest.raises(ValueError, match="150"):
        menu(("Go", "x" * 151))


def test_a_command_line_too_long_for_a_button_is_a_fault_and_not_cut() -> None:
    assert button("Go", "x" * 2000)["value"] == "x" * 2000
    with pytest.raises(ValueError, match="2000"):
        button("Go", "x" * 2001)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1> & <#C1>", "&lt;@U1&gt; &amp; &lt;#C1&gt;"),
        ("&lt;", "&amp;lt;"),
        ("plain", "plain"),
    ],
)
def test_slacks_three_characters_are_made_harmless(text: str, shown: str) -> None:
    assert escape(text) == shown


@settings(deadline=None)
@given(st.text())
def test_nothing_survives_escaping_that_slack_could_read_as_markup(text: str) -> None:
    assert not set(escape(text)) & {"<", ">"}


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("one", ">one"),
        ("one\ntwo", ">one\n>two"),
        ("a\n\nb", ">a\n>\n>b"),
        ("", ">"),
        ("> cited <!here>", ">&gt; cited &lt;!here&gt;"),
        ("a\u2028b\rc", ">a\n>b\n>c"),
    ],
)
def test_every_line_of_a_quotation_is_quoted(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@settings(deadline=None)
@given(st.text(), st.integers(1, 50))
def test_cut_text_is_never_longer_than_asked_and_short_text_is_whole(text: str, most: int) -> None:
    cut = clip(text, most)
    assert len(cut) <= most
    assert cut == text if len(text) <= most else cut.endswith("…")


@settings(deadline=None)
@given(st.text(alphabet="&<>ab", max_size=80), st.integers(5, 60))
def test_a_cut_never_leaves_half_an_entity(text: str, most: int) -> None:
    cut = str(mrkdwn(escape(text), most)["text"])
    for entity in ("&amp;", "&lt;", "&gt;"):
        cut = cut.replace(entity, "")
    assert "&" not in cut


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 7, 0, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_moment_is_in_the_readers_time_zone_and_in_utc_where_that_is_not_known(moment: datetime) -> None:
    assert date(moment) == "<!date^1795435200^{date_short_pretty} {time}|2026-11-23 12:00 UTC>"


@pytest.mark.parametrize(
    ("users", "phrase"),
    [
        ((), ""),
        (("U1",), "<@U1>"),
        (("U1", "U2"), "<@U1> or <@U2>"),
        (("U1", "U2", "U3"), "<@U1>, <@U2> or <@U3>"),
        (tuple(f"U{n}" for n in range(8)), "<@U0>, <@U1>, <@U2>, <@U3>, <@U4>, <@U5> or 2 more"),
    ],
)
def test_people_are_one_phrase_and_a_crowd_is_counted(users: tuple[str, ...], phrase: str) -> None:
    assert people(users) == phrase


def test_users_and_groups_are_called_each_in_slacks_own_way() -> None:
    assert mentions(["U1", "U2"], ["S1"]) == ["<@U1>", "<@U2>", "<!subteam^S1>"]
    assert phrase(mentions(["U1"], ["S1"]), "and") == "<@U1> and <!subteam^S1>"
    assert phrase(mentions(["U1", "U2"], ["S1"]), most=1) == "<@U1> or 2 more"


def test_people_who_all_did_are_joined_by_and() -> None:
    assert people(("U1", "U2"), "and") == "<@U1> and <@U2>"


def test_the_length_of_a_message_is_counted_as_slack_counts_it() -> None:
    blocks = [
        section("12345", button("678", "status", confirm=confirm("9", "0", "a"))),
        fields([("b", "c")]),
        context("d", "e"),
        actions(button("f", "status")),
        header("g"),
        divider(),
    ]
    assert length(blocks) >= text_length(blocks) - len("9")
    assert length([section(LONG)]) == 3000
    assert length([]) == 0


def test_plain_text_is_cut_too() -> None:
    assert plain("abcdef", 3)["text"] == "ab…"
