from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import pytest

from dac.scaling import ScalePlan, plan_scale
from tests.bot.house import ONE_APPROVAL, House, Running, Time
from tests.bot.people import FINOPS, GENERAL, OPS, PATIENCE, ROSA, Json, Slack, shown, until

T = TypeVar("T")


@pytest.fixture
def bot(home: House) -> Running:
    return home.start(policy_file=home.policy(ONE_APPROVAL))


@pytest.fixture
def card(bot: Running, slack: Slack) -> Json:
    """The card of a request that one person has to approve, with its thread."""
    return asked(slack)


def asked(slack: Slack) -> Json:
    slack.command("rosa", "scale search-embed 2 because launch week")
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    return card


def later(home: House, found: Callable[[], T | None], what: str) -> T:
    """What is found after some minutes of the bot's clock."""

    def look() -> T | None:
        home.time.advance(minutes=2)
        return found()

    return until(look, what)


def finished(home: House, bot: Running) -> None:
    """The change carried out once, and every message there once."""
    slack = home.slack
    home.carry_out(bot)
    card = slack.card("Done")
    slack.reply(card, "done in")
    slack.reply(card, "100 %")
    assert home.oracle.changes() == 1
    assert len(slack.cards()) == 1
    texts = [each["text"] for each in slack.thread(card) if each.get("bot_id")]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
def test_slack_says_how_long_to_wait_and_the_bot_does(home: House, bot: Running, slack: Slack, method: str) -> None:
    slack.fault("ratelimited", method=method, times=2, retry_after=7)
    card = asked(slack)
    slack.press("ada", card, "Approve")
    finished(home, bot)
    assert home.time.waits.count(7) == 2


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("drop", "chat.postMessage"),
        ("drop_after", "chat.postMessage"),
        ("http_500", "chat.postMessage"),
        ("drop", "chat.update"),
        ("drop_after", "chat.update"),
        ("http_500", "chat.update"),
        ("drop", "response_url"),
        ("http_500", "response_url"),
        ("ratelimited", "response_url"),
    ],
)
@pytest.mark.parametrize("times", [1, 3])
def test_every_message_comes_and_comes_once_whatever_happens_to_a_call(
    home: House, bot: Running, slack: Slack, kind: str, method: str, times: int
) -> None:
    slack.fault(kind, method=method, times=times)
    card = asked(slack)
    slack.told("rosa", "Request 1")
    slack.press("ada", card, "Approve")
    finished(home, bot)
    assert bot.count() == 1


def test_a_card_whose_posting_was_cut_short_is_found_again(home: House, bot: Running, slack: Slack) -> None:
    slack.fault("drop_after", method="chat.postMessage")
    card = asked(slack)
    assert len(slack.cards()) == 1
    assert slack.calls("conversations.history")
    assert bot.request().channel == card["channel"]


def test_a_line_of_the_thread_whose_posting_was_cut_short_is_found_again(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.fault("drop_after", method="chat.postMessage", times=2)
    slack.press("ada", card, "Approve")
    finished(home, bot)
    assert slack.calls("conversations.replies")


def test_a_card_deleted_by_somebody_is_posted_anew_with_its_thread(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.do("delete_message", channel=OPS, ts=card["ts"])
    slack.command("ada", "approve 1 because it is needed")
    slack.card("Being carried out")
    anew = slack.cards()[-1]
    assert anew["ts"] != card["ts"]
    slack.reply(anew, "What will be done")
    slack.reply(anew, "it is needed")
    finished(home, bot)


def test_a_line_of_the_thread_deleted_by_somebody_is_posted_anew(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.press("ada", card, "Approve")
    progress = slack.reply(card, "Oracle has been at it")
    slack.do("delete_message", channel=OPS, ts=progress["ts"])
    finished(home, bot)


def test_a_card_deleted_before_its_thread_was_begun_is_posted_anew(home: House, slack: Slack) -> None:
    go = threading.Event()
    stands = Time().now()

    class Halted(Time):
        """Time that stands still, so that whoever has to keep to a pace waits until told to go on."""

        def now(self) -> datetime:
            return stands

        async def sleep(self, seconds: float) -> None:
            self.waits.append(seconds)
            await asyncio.to_thread(go.wait, PATIENCE)

    halted = Halted()
    home.start(time=halted, policy_file=home.policy(ONE_APPROVAL))
    slack.reply(asked(slack), "What will be done")
    slack.command("rosa", "scale chat-prod 3")
    card = slack.card(request_id=2)
    until(lambda: halted.waits, "the thread to wait")
    slack.do("delete_message", channel=OPS, ts=card["ts"])
    go.set()
    anew = until(lambda: [each for each in slack.cards(2) if each["ts"] != card["ts"]], "another card")
    slack.reply(anew[0], "What will be done")
    assert len(slack.cards(2)) == 1


def test_an_answer_too_late_for_its_command_comes_as_a_whisper(home: House, bot: Running, slack: Slack) -> None:
    home.oracle.fault("hold_before", times=None)
    slack.command("olga", "status")
    until(lambda: home.oracle.ask("GET", "held"), "a call that Oracle holds")
    slack.do("clock", advance=31 * 60)
    home.oracle.clear_faults()
    home.oracle.do("release")
    slack.told("olga", "10 clusters")
    assert [each["error"] for each in slack.calls("response_url")] == ["expired_url"]


def test_an_answer_for_somebody_who_has_left_the_channel_comes_directly(
    home: House, bot: Running, slack: Slack
) -> None:
    home.oracle.fault("hold_before", times=None)
    slack.command("olga", "status")
    until(lambda: home.oracle.ask("GET", "held"), "a call that Oracle holds")
    slack.do("clock", advance=31 * 60)
    slack.do("membership", channel=OPS, user="olga", joined=False)
    home.oracle.clear_faults()
    home.oracle.do("release")
    until(lambda: [each for each in slack.direct("olga") if "10 clusters" in each["text"]], "a direct message")


def test_a_shared_answer_too_late_for_its_command_is_posted(home: House, bot: Running, slack: Slack) -> None:
    home.oracle.fault("hold_before", times=None)
    slack.command("olga", "status --share")
    until(lambda: home.oracle.ask("GET", "held"), "a call that Oracle holds")
    slack.do("clock", advance=31 * 60)
    home.oracle.clear_faults()
    home.oracle.do("release")
    until(lambda: [each for each in slack.messages(user="ada") if "10 clusters" in each["text"]], "the shared answer")


@pytest.mark.parametrize("kind", ["http_500", "drop", "ratelimited"])
def test_a_form_that_slack_did_not_open_is_owned_up_to(home: House, bot: Running, slack: Slack, kind: str) -> None:
    slack.fault(kind, method="views.open", times=None)
    slack.command("rosa", "scale")
    until(lambda: slack.private("rosa"), "an answer")
    assert slack.view("rosa") is None


class TestWhereTheBotIsNot:
    """A private channel that the rule wants the card in, and that it was asked in."""

    @pytest.fixture
    def bot(self, home: House) -> Running:
        bot = home.start(policy_file=home.policy(f'{ONE_APPROVAL}channel = "{FINOPS}"\n'))
        home.slack.do("membership", channel=FINOPS, user="rosa", joined=True)
        return bot

    def test_who_asked_is_told_once_and_the_card_comes_after_the_invitation(
        self, home: House, bot: Running, slack: Slack
    ) -> None:
        slack.command("rosa", "scale search-embed 2", channel=FINOPS)
        told = until(lambda: slack.direct("rosa"), "a direct message")
        assert f"cannot show it in <#{FINOPS}>" in told[0]["text"]
        later(home, lambda: len(slack.calls("chat.postMessage")) >= 5, "further tries")
        slack.do("membership", channel=FINOPS, user="U0DACBOT", joined=True)
        card = later(home, lambda: slack.cards(channel=FINOPS), "the card")[0]
        slack.reply(card, "What will be done")
        assert len(slack.direct("rosa")) == 1
        slack.command("ada", "approve 1", channel=FINOPS)
        slack.card("Being carried out", channel=FINOPS)

    def test_it_is_carried_out_all_the_same(self, home: House, bot: Running, slack: Slack) -> None:
        slack.command("rosa", "scale search-embed 2", channel=FINOPS)
        until(lambda: slack.direct("rosa"), "a direct message")
        slack.command("ada", "approve 1")
        home.carry_out(bot)
        until(lambda: bot.request().state == "applied", "its end")

    def test_asked_elsewhere_the_card_goes_there_and_who_asked_is_told_once(
        self, home: House, bot: Running, slack: Slack
    ) -> None:
        slack.command("rosa", "scale search-embed 2")
        card = slack.card("0 of 1")
        slack.reply(card, "What will be done")
        told = until(lambda: slack.direct("rosa"), "a direct message")
        assert f"cannot be shown in <#{FINOPS}>" in told[0]["text"]
        assert f"its card is in <#{OPS}>" in told[0]["text"]
        slack.press("ada", card, "Approve")
        finished(home, bot)
        assert len(slack.direct("rosa")) == 1


class TestAnArchivedChannel:
    @pytest.fixture
    def bot(self, home: House) -> Running:
        """The rule wants the card in #general."""
        return home.start(policy_file=home.policy(f'{ONE_APPROVAL}channel = "{GENERAL}"\n'))

    @pytest.fixture
    def card(self, bot: Running, slack: Slack) -> Json:
        slack.command("rosa", "scale search-embed 2 because launch week")
        card = slack.card("0 of 1", channel=GENERAL)
        slack.reply(card, "What will be done")
        until(lambda: not bot.bot.store.unseen(), "all of it drawn")
        return card

    def test_its_card_and_thread_come_where_it_was_asked(
        self, home: House, bot: Running, slack: Slack, card: Json
    ) -> None:
        slack.do("archive", channel=GENERAL)
        slack.command("ada", "approve 1 because it is needed")
        anew = slack.card("Being carried out")
        for words in ("What will be done", "it is needed"):
            slack.reply(anew, words)
        finished(home, bot)
        assert len(slack.direct("rosa")) == 1

    def test_nobody_has_to_do_anything_for_that(self, home: House, bot: Running, slack: Slack, card: Json) -> None:
        slack.do("archive", channel=GENERAL)
        later(home, slack.cards, "the card")
        slack.press("ada", slack.card("0 of 1"), "Approve")
        finished(home, bot)

    def test_opened_again_it_stays_where_it_is_now(self, home: House, bot: Running, slack: Slack, card: Json) -> None:
        slack.do("archive", channel=GENERAL)
        later(home, slack.cards, "the card")
        slack.do("archive", channel=GENERAL, archived=False)
        slack.do("delete_message", channel=OPS, ts=slack.card("0 of 1")["ts"])
        later(home, slack.cards, "the card anew")
        assert len(slack.cards(channel=GENERAL)) == 1

    def test_with_every_channel_archived_it_comes_when_one_is_opened_again(
        self, home: House, bot: Running, slack: Slack
    ) -> None:
        for channel in (GENERAL, OPS):
            slack.do("archive", channel=channel)
        bot.bot.services.approvals.submit(
            plan(bot), requester=ROSA, reason="", channel=OPS, delivery="typed before that"
        )
        told = later(home, lambda: slack.direct("rosa"), "a direct message")
        assert "is_archived" in told[0]["text"]
        slack.do("archive", channel=GENERAL, archived=False)
        slack.do("membership", channel=GENERAL, user="U0DACBOT", joined=True)
        later(home, lambda: slack.cards(channel=GENERAL), "the card")
        assert len(slack.direct("rosa")) == 1


def plan(bot: Running) -> ScalePlan:
    services = bot.bot.services
    cluster = next(each for each in services.fleet.fleet().clusters if each.name == "search-embed")
    headroom = services.fleet.headroom(cluster)
    return plan_scale(cluster, 2, catalog=services.catalog, headroom=headroom, now=services.now())


def test_a_card_that_slack_refuses_leaves_the_others_alone(home: House, bot: Running, slack: Slack) -> None:
    slack.do("membership", channel=FINOPS, user="rosa", joined=True)
    slack.command("rosa", "scale search-embed 2", channel=FINOPS)
    until(lambda: slack.direct("rosa"), "a direct message")
    slack.command("rosa", "scale chat-prod 3")
    assert "chat-prod" in shown(slack.card(request_id=2))


def test_who_asked_cannot_be_told_either(home: House, bot: Running, slack: Slack) -> None:
    slack.do("membership", channel=FINOPS, user="rosa", joined=True)
    slack.fault("ratelimited", method="conversations.open", times=None, retry_after=3600)
    slack.command("rosa", "scale search-embed 2", channel=FINOPS)
    slack.told("rosa", "Request 1", channel=FINOPS)
    slack.command("rosa", "scale chat-prod 3")
    slack.card(request_id=2)
