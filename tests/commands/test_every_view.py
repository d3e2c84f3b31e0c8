"""Everything shown of a request, in every state and whatever people typed, is taken by Slack and calls nobody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from commands._card import Message
from tests.commands.requests import NAMES, WORDS, every, story
from tests.commands.sound import halved, live, markup, refused, unsourced

KNOWN = list(itertools.product(WORDS, (True, False), (True, False)))
"""Kinds of words, and whether the price and the service limit are known."""


@pytest.mark.parametrize("name", NAMES)
def test_slack_takes_every_card_and_every_message_of_its_thread(name: str) -> None:
    for words, priced, limited in KNOWN:
        shown = story(name, WORDS[words], priced=priced, limited=limited).messages
        wrong = {key: found for key, each in shown.items() if (found := refused(each.text, each.blocks))}
        assert wrong == {}, (words, priced, limited)


@pytest.mark.parametrize("words", WORDS)
def test_no_block_calls_mentions_or_links_anybody_the_bot_did_not(words: str) -> None:
    found = {(label, wrong) for label, each in _messages(words) for text in markup(each.blocks) for wrong in live(text)}
    assert found == set()


@pytest.mark.parametrize(
    "words",
    list(WORDS),
)
def test_no_notification_calls_mentions_or_links_anybody_the_bot_did_not(words: str) -> None:
    assert {
        (label, wrong) for label, each in _messages(words) for wrong in live(each.text) + halved(each.text)
    } == set()


@pytest.mark.parametrize(
    "words",
    list(WORDS),
)
def test_no_text_is_cut_in_the_middle_of_an_entity(words: str) -> None:
    found = {
        (label, wrong) for label, each in _messages(words) for text in markup(each.blocks) for wrong in halved(text)
    }
    assert found == set()


@pytest.mark.parametrize(
    "name",
    list(NAMES),
)
def test_no_money_stands_on_a_card_or_in_a_thread_without_its_source_and_date(name: str) -> None:
    assert [key for key, each in story(name).messages.items() if unsourced(each.text, each.blocks)] == []


def _messages(kind: str) -> Iterator[tuple[str, Message]]:
    for label, found in every():
        if f" {kind} words" in label:
            for key, each in found.messages.items():
                yield f"{label}: {key}", each
