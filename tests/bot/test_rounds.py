from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from approvals.clockwork import Clockwork
from approvals.executor import Executor
from approvals.leases import Leases
from bot import slack as speaking
from bot.cards import Cards
from bot.charts import Charts
from bot.desk import Desk, Way
from bot.enclosures import Enclosures
from bot.jobs import Jobs
from bot.lasting import Lasting
from bot.pictures import Pictures
from bot.slack_files import SlackFiles
from bot.under_way import UnderWay
from bot.workers import Workers
from commands._command import Call
from dac.cluster import Fleet
from dac.errors import Unavailable
from tests.bot.house import BOT_TOKEN, ONE_APPROVAL, House, Running, Time
from tests.bot.people import OPS, ROSA, Slack, until
from tests.fakes import FakeClock, FakeOracle


@pytest.fixture
def bot(home: House) -> Running:
    return home.start(policy_file=home.policy(ONE_APPROVAL))


@contextmanager
def without(table: str, path: Path) -> Iterator[None]:
    """A database that has lost a table, for a while."""

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.execute(f"ALTER TABLE {old} RENAME TO {new}")
            db.commit()

    rename(table, "away")
    try:
        yield
    finally:
        rename("away", table)


def test_a_click_the_database_did_not_take_is_owned_up_to_and_works_later(
    home: House, bot: Running, slack: Slack
) -> None:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    slack.reply(card, "What will be done")
    with without("events", bot.settings.database):
        slack.press("ada", card, "Approve")
        slack.told("ada", "The bot's own database")
    assert bot.happened() == ["submit"]
    slack.press("ada", card, "Approve")
    home.carry_out(bot)
    slack.card("Done")


def test_messages_go_on_after_a_round_that_failed(
    home: House, bot: Running, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    with without("postings", bot.settings.database):
        slack.command("rosa", "scale search-embed 2")
        slack.told("rosa", "Request 1")
        until(lambda: "no such table: postings" in caplog.text, "the failure in the log")
    slack.reply(slack.card("0 of 1"), "What will be done")
    assert len(slack.cards()) == 1


def test_a_change_goes_on_after_a_round_that_failed(
    home: House, bot: Running, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    slack.command("rosa", "scale search-embed 2")
    card = slack.card("0 of 1")
    home.oracle.fault("status", status=503, operation="GetDedicatedAiCluster", times=None)
    slack.press("ada", card, "Approve")
    slack.card("Oracle answered 503")
    with without("events", bot.settings.database):
        home.oracle.clear_faults()
        until(lambda: "Carrying out request 1" in caplog.text, "the failure in the log")
        assert home.oracle.changes() == 0
    home.carry_out(bot)
    slack.card("Done")
    assert home.oracle.changes() == 1


class Broken(FakeOracle):
    """An Oracle whose answers cannot be what they are: a fault of ours, not a refusal of theirs."""

    def fleet(self, *, soon: bool = False) -> Fleet:
        raise ZeroDivisionError("a fault of ours with a secret: xoxb-12")


def test_a_fault_of_ours_is_owned_up_to_without_its_details(
    home: House, bot: Running, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    good = bot.bot.services
    services = replace(good, fleet=Broken(FakeClock()))

    async def ask() -> None:
        workers = Workers("test", 1, 0)
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(BOT_TOKEN, base_url=f"{slack.url}/api/", session=session)
            time = Time()
            said = speaking.Slack(client, session, time.now, time.sleep)
            files, charts = SlackFiles(said, client, session, time.sleep), Charts()
            pictures = Pictures(charts, files, workers, time.now)
            under_way = UnderWay(bot.settings.database, time.now)
            enclosures = Enclosures(said, files)
            lasting = Lasting(said, pictures, enclosures, workers, under_way, time.now, time.sleep)
            desk = Desk(services, said, workers, lambda: None, lasting, pictures)
            await desk.line("status", Call(user=ROSA, channel=OPS, delivery="1"), Way())
            charts.close()
        workers.close(10)

    asyncio.run(ask())
    told = slack.told("rosa", "Something went wrong on my side; it has been logged as")
    assert "ZeroDivisionError" not in str(told)
    assert told["text"].rsplit(" ", 1)[-1].rstrip(".") in caplog.text
    assert "ZeroDivisionError" in caplog.text


class Failing(Cards):
    """Cards that fail in a way nobody thought of, the first time."""

    def __init__(self) -> None:
        self.rounds = 0
        self.went_on = asyncio.Event()

    async def reconcile(self) -> None:
        self.rounds += 1
        if self.rounds == 1:
            raise ZeroDivisionError("a fault of ours")
        self.went_on.set()

    async def repair(self) -> None:
        pass


def test_a_round_that_fails_unthought_of_is_logged_and_the_next_one_comes(
    bot: Running, home: House, caplog: pytest.LogCaptureFixture
) -> None:
    store, catalog, fleet = bot.bot.store, bot.bot.services.catalog, bot.bot.services.fleet
    time = home.time
    cards = Failing()

    async def rounds() -> None:
        workers = Workers("test", 2, 10)
        executor = Executor(
            store,
            fleet,
            None,  # type: ignore[arg-type]
            catalog,
            time.now,
            holder="x",
            lease=bot.settings.lease,
        )
        leases = Leases(store, fleet, catalog, time.now)
        jobs = Jobs(Clockwork(store, time.now), (leases,), executor, cards, workers, 0.01)
        jobs.start()
        async with asyncio.timeout(10):
            await cards.went_on.wait()
        await jobs.stop(1)
        workers.close(10)

    asyncio.run(rounds())
    assert "a fault of ours" in caplog.text


class Tending:
    """Something that is seen to, and how that goes."""

    def __init__(self, outcome: bool | Exception) -> None:  # noqa: FBT001 - what tend gives
        self.outcome, self.times = outcome, 0

    def tend(self) -> bool:
        self.times += 1
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_what_is_seen_to_does_not_wait_for_what_fails(caplog: pytest.LogCaptureFixture) -> None:
    tended = [
        Tending(Unavailable("Oracle did not answer.")),
        Tending(ZeroDivisionError("a fault of ours")),
        Tending(True),
    ]

    async def once() -> None:
        workers = Workers("test", 2, 10)
        jobs = Jobs(None, tended, None, None, workers, 60)  # type: ignore[arg-type]
        await jobs.tend()
        workers.close(10)

    asyncio.run(once())
    assert [each.times for each in tended] == [1, 1, 1]
    assert "Tending: Oracle did not answer." in caplog.text
    assert "a fault of ours" in caplog.text
