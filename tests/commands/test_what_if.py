"""What a person wants reckoned is read as it is said; a number that is no plain one never slips through."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands._what_if import Item, items
from dac.errors import Invalid
from dac.estimate import Schedule

OFFICE = Schedule(hours=Decimal(12), days=5)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("chat-prod", Item(name="chat-prod")),
        ("10 units LARGE_COHERE_V3, 12 h a day, weekdays", Item(name="LARGE_COHERE_V3", units=10, schedule=OFFICE)),
        ("LARGE_COHERE_V3 10 units weekdays 12h/day", Item(name="LARGE_COHERE_V3", units=10, schedule=OFFICE)),
        ("weekdays, 12 hours daily, 10x LARGE_COHERE_V3", Item(name="LARGE_COHERE_V3", units=10, schedule=OFFICE)),
        ("12 h, on working days, 10 × LARGE_COHERE_V3", Item(name="LARGE_COHERE_V3", units=10, schedule=OFFICE)),
        ("10 units of chat, 12hrs per day, 5 days a week", Item(name="chat", units=10, schedule=OFFICE)),
        ("chat, 12 h each day, 5 days/week", Item(name="chat", schedule=OFFICE)),
        ("chat 7.5 h a day", Item(name="chat", schedule=Schedule(hours=Decimal("7.5")))),
        ("chat at weekends", Item(name="chat", schedule=Schedule(days=2))),
        ("chat 24/7", Item(name="chat")),
        ("chat round the clock", Item(name="chat")),
        ("chat every day", Item(name="chat")),
        (
            "8 units chat-prod 12 h a day, weekdays, otherwise 2 units",
            Item(name="chat-prod", units=8, schedule=Schedule(hours=Decimal(12), days=5, otherwise=2)),
        ),
        (
            "chat, otherwise 2 units, 10h",
            Item(name="chat", schedule=Schedule(hours=Decimal(10), otherwise=2)),
        ),
        ("10,000 units H100_X2", Item(name="H100_X2", units=10_000)),
        ("2 units gpt-oss-20b on OAI_H100_X1", Item(name="gpt-oss-20b", units=2, shape="OAI_H100_X1")),
        ("cohere.embed-english-v3.0", Item(name="cohere.embed-english-v3.0")),
        ('3 units "our odd, 2 units vs chat"', Item(name="our odd, 2 units vs chat", units=3)),
        ("“chat prod” weekdays", Item(name="chat prod", schedule=Schedule(days=5))),
        ("finetune llama-3.3 6 h", Item(name="llama-3.3", tuning=True, hours=Decimal(6))),
        (
            "fine-tuning of llama-3.3, 2 units, 1.5 hours",
            Item(name="llama-3.3", units=2, tuning=True, hours=Decimal("1.5")),
        ),
        ("Fine tune llama-3.3", Item(name="llama-3.3", tuning=True)),
        ("finetune-eu 2 units", Item(name="finetune-eu", units=2)),
        ("unit-tests", Item(name="unit-tests")),
        ("weekdays-only", Item(name="weekdays-only")),
        ("chat-weekdays", Item(name="chat-weekdays")),
    ],
)
def test_what_is_said_is_understood_in_any_order(text: str, item: Item) -> None:
    assert items(text) == (item,)


@pytest.mark.parametrize("between", [" vs ", " vs. ", " VERSUS ", "; ", ";", "\n", " \n "])
def test_several_are_told_apart(between: str) -> None:
    found = items(f"2 units command-a{between}3 units llama-3.3")
    assert [(each.name, each.units) for each in found] == [("command-a", 2), ("llama-3.3", 3)]


def test_what_ends_in_a_separator_is_one() -> None:
    assert items("chat;") == items("; chat") == (Item(name="chat"),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("-3 units chat", "“-3” is no number of units: give a whole one up to 10,000, such as 10."),
        ("+3 units chat", "“+3” is no number of units"),
        ("1.5 units chat", "“1.5” is no number of units"),
        ("1,5 units chat", "“1,5” is no number of units"),
        ("1e3 units chat", "“1e3” is no number of units"),
        ("0x10 units chat", "“0x10” is no number of units"),
        ("٣ units chat", "“٣” is no number of units"),
        ("1,0000 units chat", "“1,0000” is no number of units"),
        ("10,001 units chat", "“10,001” is no number of units"),
        ("9999999 units chat", "“9999999” is no number of units"),
        ("chat 1,5 h a day", "“1,5” is no number of hours: give one such as 8 or 7.5."),
        ("chat 1e1 h a day", "“1e1” is no number of hours"),
        ("chat -8 h a day", "“-8” is no number of hours"),
        ("chat 12:30 h", "“12:30” is no number of hours"),
        ("chat 1.5 days a week", "“1.5” is no number of days of a week: give 1 to 7."),
        ("chat 8 h a day, otherwise two", "“two” is no number of units"),
        ("chat 8 h a day, otherwise -1", "“-1” is no number of units"),
        ("chat, otherwise 2", "“chat, otherwise 2” does not say when it is otherwise: add such as “12 h a day"),
        ("chat weekdays weekends", "“chat weekdays weekends” names its days twice"),
        ("chat weekdays 3 days a week", "names its days twice"),
        ("10 units", "“10 units” names no shape, model or cluster, such as “10 units LARGE_COHERE_V3”."),
        (";", "“;” names no shape, model or cluster"),
        ("", "“” names no shape, model or cluster"),
        ('""', "names no shape, model or cluster"),
        ('2 units " "', "names no shape, model or cluster"),
        ("finetune llama 6 h a day", "A fine-tune runs until it is done: give its hours in all, such as 6 h"),
        ("finetune llama weekdays", "A fine-tune runs until it is done"),
        ("finetune llama 6 h otherwise 2", "A fine-tune runs until it is done"),
        ("finetune llama 1,5 h", "“1,5” is no number of hours"),
        ("command-a, llama-3.3", "I do not understand “llama-3.3” after “command-a”. Say it as in"),
        ("2 units command-a, 3 units llama-3.3", "I do not understand “3 units llama-3.3” after “command-a”."),
        ('"chat" prod', "I do not understand “prod” after “chat”."),
        ("a vs b vs c vs d vs e", "I compare 4 at the most; you named 5."),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(text: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        items(text)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["NaN units chat", "Infinity h a day chat", "∞ h a day chat", "chat NaN h"])
def test_words_that_python_takes_for_numbers_are_left_to_be_a_name_that_nobody_has(text: str) -> None:
    assert items(text) == (Item(name=text),)


@given(text=st.text(max_size=80))
@settings(deadline=None, max_examples=200)
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(text: str) -> None:
    found = read(text)
    assert found
    assert isinstance(found, str) or all(each.name and (each.units or 0) <= 10_000 for each in found)


def read(text: str) -> tuple[Item, ...] | str:
    try:
        return items(text)
    except Invalid as sorry:
        return str(sorry)
