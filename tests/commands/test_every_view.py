"""Everything shown of a request, in every state and whatever people typed, is taken by Slack and calls nobody."""

from __future__ import annotations

import itertools

import pytest

from commands._card import Message
from tests.commands.requests import NAMES, WORDS, story
from tests.commands.sound import halved, live, markup, refused, unsourced

KNOWN = list(itertools.product(WORDS, (True, False), (True, False)))
"""Kinds of words, and whether the price and the service limit are known."""


@pytest.fixture(scope="module", params=NAMES)
def shown(request: pytest.FixtureRequest) -> dict[str, Message]:
    """The card and its thread at one turn, in whatever words; drawn once for all that must hold of them."""
    return {
        f"{key}, {words} words, price {priced}, limit {limited}": each
        for words, priced, limited in KNOWN
        for key, each in story(request.param, WORDS[words], priced=priced, limited=limited).messages.items()
    }


def test_slack_takes_every_card_and_every_message_of_its_thread(shown: dict[str, Message]) -> None:
    wrong = {label: found for label, each in shown.items() if (found := refused(each.text, each.blocks))}
    assert wrong == {}


def test_no_block_calls_mentions_or_links_anybody_the_bot_did_not(shown: dict[str, Message]) -> None:
    found = {(label, wrong) for label, each in shown.items() for text in markup(each.blocks) for wrong in live(text)}
    assert found == set()


def test_no_notification_calls_mentions_or_links_anybody_the_bot_did_not(shown: dict[str, Message]) -> None:
    found = {(label, wrong) for label, each in shown.items() for wrong in live(each.text) + halved(each.text)}
    assert found == set()


def test_no_text_is_cut_in_the_middle_of_an_entity(shown: dict[str, Message]) -> None:
    found = {(label, wrong) for label, each in shown.items() for text in markup(each.blocks) for wrong in halved(text)}
    assert found == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_money_stands_on_a_card_or_in_a_thread_without_its_source_and_date(name: str) -> None:
    assert [key for key, each in story(name).messages.items() if unsourced(each.text, each.blocks)] == []
