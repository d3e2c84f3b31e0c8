"""What has got lost is shown again by itself, without anything having happened to the request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

from sandbox.slack.config import WORKSPACE
from tests.bot.conftest import MakeHouse
from tests.bot.house import ONE_APPROVAL, House, Running, Time
from tests.bot.people import FINOPS, GENERAL, OPS, Json, Slack, shown, until

T = TypeVar("T")

TELLING = f'{ONE_APPROVAL}notify = {{ channels = ["{GENERAL}"] }}\n'


@pytest.fixture
def bot(home: House) -> Running:
    return home.start(policy_file=home.policy(TELLING))


@pytest.fixture
def card(bot: Running, slack: Slack) -> Json:
    """A card with all that belongs to it."""
    slack.command("rosa", "scale search-embed 2 because launch week")
    until(lambda: bot.count() and not bot.bot.store.unseen(), "all of it drawn")
    return slack.card("0 of 1")


def later(home: House, found: Callable[[], T | None], what: str, *, minutes: float = 3) -> T:
    """What is found while the bot's clock goes on."""

    def look() -> T | None:
        home.time.advance(minutes=minutes)
        return found()

    return until(look, what)


def drawn(bot: Running) -> None:
    until(lambda: not bot.bot.store.unseen(), "all of it drawn")


def notices(slack: Slack) -> list[Json]:
    return [each for each in slack.messages(GENERAL) if each.get("bot_id") and not each.get("is_ephemeral")]


class TestWhatSomebodyDeleted:
    def test_a_card_is_posted_anew_with_its_thread(self, home: House, bot: Running, slack: Slack, card: Json) -> None:
        slack.do("delete_message", channel=OPS, ts=card["ts"])
        anew = later(home, slack.cards, "another card")[0]
        assert anew["ts"] != card["ts"]
        slack.reply(anew, "What will be done")
        drawn(bot)
        assert len(slack.cards()) == 1
        slack.press("ada", anew, "Approve")
        home.carry_out(bot)
        slack.card("Done")

    def test_a_line_of_the_thread_is_posted_anew_and_the_rest_stays(
        self, home: House, bot: Running, slack: Slack, card: Json
    ) -> None:
        detail = slack.reply(card, "What will be done")
        slack.do("delete_message", channel=OPS, ts=detail["ts"])
        later(
            home,
            lambda: [each for each in slack.thread(card) if "What will be done" in shown(each)],
            "the line anew",
        )
        drawn(bot)
        assert [each["ts"] for each in slack.cards()] == [card["ts"]]

    def test_a_notice_is_posted_anew(self, home: House, bot: Running, slack: Slack, card: Json) -> None:
        (notice,) = notices(slack)
        slack.do("delete_message", channel=GENERAL, ts=notice["ts"])
        later(home, lambda: notices(slack), "another notice")
        drawn(bot)
        assert len(notices(slack)) == 1

    def test_two_bots_post_it_once(self, home: House, bot: Running, slack: Slack, card: Json) -> None:
        home.start(policy_file=bot.settings.policy_file, time=home.time)
        slack.do("delete_message", channel=OPS, ts=card["ts"])
        home.time.advance(minutes=3)
        anew = until(slack.cards, "another card")[0]
        slack.reply(anew, "What will be done")
        drawn(bot)
        assert len(slack.cards()) == 1


def test_what_somebody_else_painted_over_is_right_again(home: House, bot: Running, slack: Slack, card: Json) -> None:
    """As a process does that was stopped for a while with an older version of the card in its hands."""
    client = {"channel": OPS, "ts": card["ts"], "text": "Old", "blocks": []}
    slack.web("chat.update", **client)
    assert not slack.cards()
    later(home, slack.cards, "the card as it should be")


def test_as_long_as_nothing_is_lost_nothing_is_posted(home: House, bot: Running, slack: Slack, card: Json) -> None:
    posted, updated = len(slack.calls("chat.postMessage")), len(slack.calls("chat.update"))
    later(home, lambda: len(slack.calls("chat.update")) > updated + 6, "some looks")
    assert len(slack.calls("chat.postMessage")) == posted


def test_looking_takes_three_seconds_a_message(home: House, bot: Running, slack: Slack, card: Json) -> None:
    slack.command("rosa", "scale chat-prod 3")
    slack.card(request_id=2)
    drawn(bot)
    # Each has a card, a line in its thread and a notice.
    home.time.advance(minutes=3)
    until(lambda: len(slack.calls("chat.update")) >= 3, "a look at one of them")
    for _ in range(3):
        bot.on_loop(bot.bot.jobs.repair())
    assert len(slack.calls("chat.update")) == 3
    home.time.advance(seconds=10)
    until(lambda: len(slack.calls("chat.update")) >= 6, "a look at the other")


def test_what_is_over_for_a_day_is_left_alone(home: House, bot: Running, slack: Slack, card: Json) -> None:
    slack.command("rosa", "cancel 1")
    slack.card("Cancelled")
    drawn(bot)
    home.time.advance(days=1, minutes=5)
    until(lambda: bot.on_loop(_looked(bot)), "the last look")
    slack.do("delete_message", channel=OPS, ts=card["ts"])
    home.time.advance(minutes=10)
    bot.on_loop(bot.bot.jobs.repair())
    bot.on_loop(bot.bot.jobs.reconcile())
    assert not slack.cards()


async def _looked(bot: Running) -> bool:
    """Whether no card is left to be looked at."""
    await bot.bot.jobs.repair()
    with bot.database() as db:
        return not db.execute("SELECT 1 FROM postings WHERE looked_at IS NOT NULL").fetchall()


def test_slack_away_keeps_nothing_from_being_repaired_later(
    home: House, bot: Running, slack: Slack, card: Json
) -> None:
    slack.do("delete_message", channel=OPS, ts=card["ts"])
    slack.fault("http_500", method="chat.update", times=3)
    slack.fault("ratelimited", method="chat.postMessage", times=2, retry_after=7)
    later(home, slack.cards, "another card")
    drawn(bot)
    assert len(slack.cards()) == 1


class TestAChannelThatIsTold:
    def test_it_hears_what_is_asked_with_a_link_and_how_it_ends(
        self, home: House, bot: Running, slack: Slack, card: Json
    ) -> None:
        (notice,) = notices(slack)
        link = bot.bot.services.link(1)
        assert link
        assert card["ts"].replace(".", "") in link
        assert link in shown(notice)
        assert "Waiting for approval" in shown(notice)
        assert "at list price" in shown(notice).casefold()
        slack.press("ada", card, "Approve")
        home.carry_out(bot)
        until(lambda: "Done" in shown(notices(slack)[0]), "the end in the notice")
        assert len(notices(slack)) == 1

    def test_it_is_not_told_twice_where_the_card_is(self, home: House, bot: Running, slack: Slack) -> None:
        slack.command("rosa", "scale search-embed 2", channel=GENERAL)
        until(lambda: bot.count() and not bot.bot.store.unseen(), "all of it drawn")
        assert len([each for each in notices(slack) if "thread_ts" not in each or each["ts"] == each["thread_ts"]]) == 1

    def test_one_the_bot_is_not_in_keeps_nobody_waiting(
        self, home: House, slack: Slack, caplog: pytest.LogCaptureFixture
    ) -> None:
        bot = home.start(policy_file=home.policy(TELLING.replace(GENERAL, FINOPS)))
        slack.command("rosa", "scale search-embed 2")
        until(lambda: bot.count() and not bot.bot.store.unseen(), "all of it drawn")
        assert f"Telling {FINOPS} of request 1" in caplog.text
        assert not slack.direct("rosa")


def test_a_link_that_slack_does_not_tell_is_done_without_and_asked_for_again(home: House, slack: Slack) -> None:
    bot = home.start(policy_file=home.policy(TELLING), time=Time(longest=0.0))
    slack.fault("ratelimited", method="chat.getPermalink", retry_after=3600, times=None)
    slack.command("rosa", "scale search-embed 2")
    until(lambda: bot.count() and not bot.bot.store.unseen(), "all of it drawn")
    assert bot.bot.services.link(1) is None
    assert "Request 1" in shown(notices(slack)[0])
    slack.clear_faults()
    slack.command("rosa", "cancel 1")
    until(lambda: bot.bot.services.link(1), "the link")


class TestAWorkspaceThatLetsNobodyEditWhatIsOld:
    @pytest.fixture
    def home(self, make_house: MakeHouse, tmp_path: Path) -> House:
        strict = tmp_path / "workspace.toml"
        strict.write_text(WORKSPACE.read_text() + "\n[settings]\nedit_window = 60\n")
        return make_house(workspace=strict)

    def test_as_long_as_there_is_nothing_new_to_say_nothing_is_posted_anew(
        self, home: House, bot: Running, slack: Slack, card: Json
    ) -> None:
        slack.do("clock", advance=120)
        looks, posted = len(slack.calls("chat.update")), len(slack.calls("chat.postMessage"))
        later(home, lambda: len(slack.calls("chat.update")) > looks + 6, "some looks")
        drawn(bot)
        assert len(slack.calls("chat.postMessage")) == posted

    def test_what_is_new_is_said_in_a_card_posted_anew_with_its_thread(
        self, home: House, bot: Running, slack: Slack, card: Json
    ) -> None:
        slack.do("clock", advance=120)
        slack.press("ada", card, "Approve")
        home.carry_out(bot)
        anew = slack.card("Done")
        assert anew["ts"] != card["ts"]
        slack.reply(anew, "What will be done")
        slack.press("ben", card, "Approve")
        slack.told("ben", "it is too late to approve it")


def test_one_of_another_version_keeps_no_other_from_being_drawn(home: House, slack: Slack, bot: Running) -> None:
    bot.stop()
    with bot.database() as db, db:
        db.execute(
            "INSERT INTO requests (id, version, state, cluster_id, requester, asked_at, delivery, body) "
            "VALUES (1, 1, 'pending', 'c', 'U1', '2026-11-23T12:00:00.000000+00:00', 'older', '{}')"
        )
        db.execute("INSERT INTO unseen VALUES (1, 1)")
    again = home.start(policy_file=home.policy(TELLING))
    slack.command("rosa", "scale search-embed 2 because launch week")
    slack.card("0 of 1", 2)
    until(lambda: again.bot.store.unseen() == [1], "the other is drawn")
