"""An answer names the source of every line, once, and refuses what nobody has confirmed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from commands._answer import Answer
from commands._blocks import button
from dac.figures import Figure, Money, Price, Source, Trust, Unknown
from tests.commands.sound import bare, markup, refused

LIST = Source(title="The list", url="https://example.com/list", as_of=date(2026, 8, 10), trust=Trust.MIRROR)
PAGE = Source(title="A page", url="https://example.com/page", as_of=date(2026, 11, 23), trust=Trust.DOC)
BOOK = Source(title="Team handbook", as_of=date(2026, 1, 6), trust=Trust.TEAM)
PRICE = Price(money=Money(amount=Decimal(24)), per="unit-hour", sources=(LIST, PAGE))


def answer() -> Answer:
    made = Answer("About <it>")
    made.header("Sizing")
    made.asked("12 requests/s")
    made.say("A unit costs $24 an hour", PRICE)
    made.lines([("A unit carries 8.49", [Figure(value=Decimal("8.49"), unit="requests/s", sources=(PAGE,))])])
    made.table([("Handbook", "2-5 units", [BOOK]), ("Price", "unknown", [Unknown(what="x", settle="y")])])
    made.rule()
    made.small("As of the handbook, 5", BOOK)
    return made


def test_marks_count_sources_in_the_order_they_are_first_named_and_stand_at_the_end() -> None:
    reply = answer().reply(button("Next", "cost"))
    said = markup(reply.blocks)
    assert "A unit costs $24 an hour ¹\u202f²" in said
    assert "A unit carries 8.49 ²" in said
    assert "*Handbook*\n2-5 units ³" in said
    assert "*Price*\nunknown" in said
    assert said[-1] == (
        "¹ <https://example.com/list|The list>, 2026-08-10\n² <https://example.com/page|A page>, 2026-11-23\n"
        "³ Team handbook, 2026-01-06"
    )
    assert [block["type"] for block in reply.blocks[-2:]] == ["actions", "context"]
    assert reply.text == "About &lt;it&gt;"
    assert refused(reply.text, reply.blocks) == []
    assert bare(reply.blocks) == []


def test_a_figure_without_a_mark_is_found_bare() -> None:
    made = answer()
    made.say("It takes 3 units")
    assert bare(made.reply().blocks) == ["It takes 3 units"]


def test_what_nobody_has_confirmed_is_no_source() -> None:
    with pytest.raises(ValueError, match="is not confirmed"):
        Answer("x").say("5", LIST.model_copy(update={"trust": Trust.UNVERIFIED}))


def test_an_answer_without_figures_has_no_footnotes() -> None:
    made = Answer("Nothing")
    made.lines([])
    made.say("Nothing to say")
    made.block({"type": "divider"})
    assert [block["type"] for block in made.reply().blocks] == ["section", "divider"]


def test_many_lines_and_many_sources_are_spread_over_blocks_that_slack_takes() -> None:
    made = Answer("Much")
    sources = [LIST.model_copy(update={"title": f"List {number} " + "x" * 90}) for number in range(30)]
    made.lines((f"{'y' * 150} {number}", [source]) for number, source in enumerate(sources))
    reply = made.reply()
    assert [block["type"] for block in reply.blocks].count("section") == 2
    assert [block["type"] for block in reply.blocks].count("context") == 3
    assert refused(reply.text, reply.blocks) == []
    assert "³⁰" in markup(reply.blocks)[-1]
