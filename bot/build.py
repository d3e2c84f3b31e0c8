"""The composition root: every part of the bot made and connected, in the order in which they need each other."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from approvals.clockwork import Clockwork
from approvals.executor import Executor
from approvals.freezing import Freezer
from approvals.idling import Idling
from approvals.leases import Leases
from approvals.records import Records
from approvals.requests import Requests
from approvals.scheduling import Scheduling
from approvals.service import Approvals
from approvals.store import Store
from bot.boards import Boards
from bot.cards import Cards
from bot.catalog_files import read_catalog
from bot.channels import ChannelFinder, Channels
from bot.charts import Charts
from bot.checkers import Checkers
from bot.connection import Sleep, sign_in, take_deliveries
from bot.dataset_checks import DatasetChecks
from bot.desk import MENU_SECONDS, Desk
from bot.digesting import Digesting, Outlet, Press
from bot.directory import Directory
from bot.enclosures import Enclosures
from bot.errands import Errands
from bot.handbook_folder import read_handbook
from bot.inbox import Inbox
from bot.jobs import Jobs, Round
from bot.lasting import Lasting
from bot.listeners import Reception
from bot.marks import StoredMarks
from bot.occurrences import Occurrences
from bot.oracle import Identity, OracleConfig, connect
from bot.oracle.identity import Kind
from bot.owners import Owners
from bot.pictures import Pictures
from bot.playbook_folder import read_playbooks
from bot.policy_file import PolicyFile
from bot.postings import Postings
from bot.schedules import ScheduleBook
from bot.settings import Settings
from bot.slack import Slack
from bot.slack_files import FileReader, SlackFiles
from bot.tellings import Tellings
from bot.trouble_tellings import TroubleTellings
from bot.under_way import UnderWay
from bot.watching import Watch, Watched
from bot.workers import Workers
from commands._command import Services
from commands._digest import told
from commands._digest_message import message
from dac.alerting import Rules
from dac.catalog import Catalog
from dac.findings import Severity
from dac.gateway import FleetReader
from dac.thresholds import SHIPPED, Thresholds

log = logging.getLogger(__name__)

Now = Callable[[], datetime]

SLACK_TIMEOUT = 10
"""Seconds for one call of Slack's Web API."""

BACKGROUND_THREADS = 12
"""For the executor, the cards and look-ups, apart from the commands' so that neither starves the other."""

SLOWLY, SLOWLY_SECONDS = 15, 30
"""How many times as long as of all clusters, and at least how many seconds, a reading is used again of what changes
slowly, such as hours that are over."""

INBOX_SECONDS = 10.0
"""How long after its last sign of life another process's deliveries are left to it; it gives one at every poll."""

REPEAT_AFTER = timedelta(minutes=1)

PATIENT_THREADS, PATIENT_QUEUE = 6, 20
"""For answers that take a while: one of minutes, four of seconds and a picture; beyond that many waiting, the next who
asks is told."""

QUICK_THREADS = 4
"""For what is only a moment in our own database, and must not wait behind Oracle."""

LAST_THREAD_SECONDS = 1.0
"""How long each pool's threads are waited for after that; a call to Oracle may take longer, and a crash is survived."""

LAST_SECONDS = 3.0
"""How long answers under way are waited for when the bot is told to stop."""


@dataclass(frozen=True)
class Bot:
    """The running parts that someone outside may need."""

    app: AsyncApp
    jobs: Jobs
    services: Services
    store: Store
    reload_policy: Callable[[], Awaitable[None]]


def oracle_config(settings: Settings, catalog: Catalog, thresholds: Thresholds = SHIPPED) -> OracleConfig:
    reader = Identity(Kind(settings.oci_auth), str(settings.oci_config_file), settings.oci_profile)
    executor = Identity(
        Kind(settings.oci_executor_auth),
        str(settings.oci_executor_config_file or settings.oci_config_file),
        settings.oci_executor_profile or "DEFAULT",
    )
    in_file = settings.oci_executor_auth in {"config_file", "session_token"}
    return OracleConfig(
        regions=settings.oci_regions,
        compartments=settings.oci_compartments,
        reader=reader,
        executor=executor if settings.oci_executor_profile or not in_file else None,
        tenancy=settings.oci_tenancy,
        endpoint=settings.oci_endpoint,
        limit_of_shape=catalog.limit_of_shape,
        part_numbers=catalog.part_numbers,
        home_region=settings.oci_home_region,
        fresh_for=settings.fresh_seconds,
        slow_fresh_for=max(SLOWLY * settings.fresh_seconds, SLOWLY_SECONDS),
        idle=thresholds.idle,
    )


def watching(
    settings: Settings,
    reader: FleetReader,
    catalog: Catalog,
    thresholds: Thresholds,
    slack: Slack,
    workers: Workers,
    holder: str,
    now: Now,
) -> list[Round]:
    """The watch's round, if a channel is to be told."""
    if settings.watch_channel is None:
        return []
    watch = Watch(
        Watched(
            settings.watch_channel,
            timedelta(seconds=settings.watch_seconds),
            Rules(least=Severity[settings.watch_from.upper()], quiet=settings.quiet),
            thresholds,
        ),
        reader,
        catalog,
        Boards(settings.database, now),
        Tellings(settings.database, holder, settings.lease),
        slack,
        workers,
        now,
    )
    return [watch.watch]


def digesting(
    settings: Settings,
    services: Services,
    outlet: Outlet,
    owners: Owners,
    workers: Workers,
    holder: str,
) -> Round:
    """The round of the digests that come by themselves."""
    occurrences, patience = Occurrences(settings.database, holder, settings.lease), settings.lease / 2
    return Digesting(
        occurrences,
        Press(partial(told, services), message, services.marks),
        outlet,
        TroubleTellings(occurrences, owners, outlet.slack, workers, services.now, patience),
        workers,
        services.now,
        patience,
    ).digest


@asynccontextmanager
async def running(
    settings: Settings, *, now: Now, sleep: Sleep = asyncio.sleep, menu_seconds: float = MENU_SECONDS
) -> AsyncIterator[Bot]:
    """The bot at work, connected to Slack, until the context ends. `menu_seconds` as in `Desk`."""
    async with AsyncExitStack() as stack:
        catalog, handbook, playbooks = (
            read_catalog(settings.catalog_files),
            read_handbook(settings.handbook_dir),
            read_playbooks(settings.playbooks_dir),
        )
        holder = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        store = Store(settings.database)
        policy_file = PolicyFile(settings.policy_file, store, now)
        postings = Postings(settings.database, holder, settings.lease)
        oracle = connect(oracle_config(settings, catalog, playbooks.thresholds), now=now)
        stack.callback(oracle.close)

        # Ended after those who wait for it, who would otherwise tell people of its end.
        checkers = Checkers()
        stack.callback(checkers.close)
        front = Workers("command", settings.command_threads, settings.command_queue)
        background = Workers("background", BACKGROUND_THREADS, 10_000)
        quick = Workers("quick", QUICK_THREADS, 10_000)
        patient = Workers("patient", PATIENT_THREADS, PATIENT_QUEUE)
        for workers in (quick, background, front, patient):
            stack.callback(workers.close, LAST_THREAD_SECONDS)

        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT))
        )
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            session=session,
            timeout=SLACK_TIMEOUT,
            # What is tried again, and what must not be, is decided in one place: bot.slack.
            retry_handlers=[],
        )
        charts = stack.enter_context(closing(Charts()))
        slack = Slack(client, session, now, sleep)
        myself = await sign_in(client, settings, sleep)

        loop = asyncio.get_running_loop()
        directory = Directory(slack, loop, now)
        files = SlackFiles(slack, client, session, sleep)
        rules = policy_file.current
        approvals = Approvals(
            store, rules, directory.members, now, has_left=directory.has_left, dry_run=settings.dry_run
        )
        executor = Executor(
            store,
            oracle.reader,
            oracle.writer,
            catalog,
            now,
            holder=holder,
            lease=settings.lease,
            dry_run=settings.dry_run,
            policy=rules,
        )
        cards = Cards(store, postings, slack, background, now)
        jobs = Jobs(
            Clockwork(store, now),
            (Leases(store, oracle.reader, catalog, now), Idling(store, oracle.reader, catalog, now)),
            executor,
            cards,
            background,
            settings.poll_seconds,
        )
        under_way = UnderWay(settings.database, now)
        finder = ChannelFinder(Channels(slack, client, now), loop)
        services = Services(
            fleet=oracle.reader,
            approvals=approvals,
            requests=Requests(store, Records(settings.database), now),
            freezer=Freezer(store, rules, directory.members, now),
            catalog=catalog,
            handbook=handbook,
            checks=DatasetChecks(settings.database),
            checkers=checkers,
            now=now,
            zone_of=directory.zone,
            link=postings.link,
            playbooks=playbooks,
            thresholds=playbooks.thresholds,
            files=FileReader(files, slack, session, settings.slack_bot_token.get_secret_value(), loop),
            marks=StoredMarks(settings.database),
            schedules=Scheduling(ScheduleBook(settings.database), store, rules, directory.members, finder.has, now),
            channels=finder,
            under_way=under_way,
            alerts=Boards(settings.database, now) if settings.watch_channel else None,
            regions=settings.oci_regions,
            compartments=settings.oci_compartments,
        )
        pictures = Pictures(charts, files, patient, now)
        desk = Desk(
            services,
            slack,
            front,
            jobs.changed,
            Lasting(slack, pictures, Enclosures(slack, files), patient, under_way, now, sleep),
            pictures,
            menu_seconds=menu_seconds,
        )

        async def authorize() -> AuthorizeResult:
            # Known since the start: looked up at each delivery, it would delay the acknowledgement.
            return myself

        app = AsyncApp(
            # Its own would take the level of the root and, at DEBUG, log whole deliveries with their secrets.
            logger=_quiet("slack_bolt", now),
            # For opening Socket Mode, which brings its own token; everything else is said by `slack`.
            client=AsyncWebClient(base_url=settings.slack_api_url, session=session, timeout=SLACK_TIMEOUT),
            authorize=authorize,
            signing_secret=settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None,
            process_before_response=True,
        )
        errands = Errands()
        inbox = Inbox(settings.database, holder, timedelta(seconds=max(INBOX_SECONDS, 3 * settings.poll_seconds)))
        reception = Reception(desk, inbox, postings, quick, errands, now, sleep)
        reception.register(app)
        jobs.start(
            reception.recover,
            *watching(settings, oracle.reader, catalog, playbooks.thresholds, slack, background, holder, now),
            digesting(
                settings,
                services,
                Outlet(
                    slack,
                    Channels(slack, client, now),
                    Pictures(charts, files, background, now),
                    Enclosures(slack, files),
                ),
                Owners(directory.has_left, rules, directory.members),
                background,
                holder,
            ),
        )
        stack.push_async_callback(jobs.stop, LAST_SECONDS)
        jobs.changed()
        stack.push_async_callback(reception.finish)
        stack.push_async_callback(errands.finish, LAST_SECONDS)
        await take_deliveries(app, settings, stack, sleep)
        log.info("At work as %s", myself.bot_user_id)

        async def reload_policy() -> None:
            await quick.run(policy_file.reload)

        yield Bot(app=app, jobs=jobs, services=services, store=store, reload_policy=reload_policy)


def _quiet(name: str, now: Now) -> logging.Logger:
    """A library's log with what an operator needs: Slack's deliveries hold secrets and people's words."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    logger.addFilter(Once(now))
    return logger


class Once(logging.Filter):
    """The same line at most once a minute: while Slack is away its client would say so every two seconds."""

    def __init__(self, now: Now) -> None:
        super().__init__()
        self._now = now
        self._said: dict[str, datetime] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        line, now = record.getMessage()[:80], self._now()
        if line in self._said and now - self._said[line] < REPEAT_AFTER:
            return False
        self._said[line] = now
        return True
