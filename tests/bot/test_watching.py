"""The watch at work: a channel is told once of what turns bad, whatever happens to Slack, Oracle or the process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack as speaking
from bot.boards import Boards
from bot.tellings import ALERT, Tellings
from bot.watching import Watch, Watched
from bot.workers import Workers
from dac.alarms import Alarm
from dac.alerting import Rules
from dac.cluster import Cluster, Gap
from dac.errors import Conflict, Denied, Unavailable
from dac.quiet_hours import QuietHours
from sandbox import serving
from sandbox.slack import Config, make_app
from sandbox.slack.config import WORKSPACE
from tests.bot.house import BOT_TOKEN, MANIFEST, House
from tests.bot.people import ADA, FINOPS, GENERAL, OPS, Json, Slack, buttons, shown, until
from tests.commands import fleets
from tests.fakes import CATALOG, REGION, FakeClock, FakeOracle, When, cluster, fleet

MINUTE = timedelta(minutes=1)
FIVE = ("chat", "embed", "rank", "search", "vision", "docs", "tickets")


@dataclass
class Post:
    """A watch over Oracle in memory that tells a local Slack, one round at a time."""

    slack: Slack
    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    channel: str = OPS
    quiet: QuietHours | None = None
    seen: tuple[Cluster, ...] = (cluster("chat"),)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.oracle = FakeOracle(self.clock, fleets.world(*((each, fleets.BUSY) for each in self.seen)))
        self.boards = Boards(self.path, self.clock.now)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds=seconds)

    async def _rounds(self, holders: tuple[str, ...], times: int) -> None:
        workers = Workers("test", 4, 100)
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(BOT_TOKEN, base_url=f"{self.slack.url}/api/", session=session, retry_handlers=[])
            watches = [
                Watch(
                    Watched(self.channel, MINUTE, Rules(quiet=self.quiet)),
                    self.oracle,
                    CATALOG,
                    self.boards,
                    Tellings(self.path, holder, timedelta(seconds=30)),
                    speaking.Slack(client, session, self.clock.now, self.sleep),
                    workers,
                    self.clock.now,
                )
                for holder in holders
            ]
            for _ in range(times):
                await asyncio.gather(*(each.watch() for each in watches))
        workers.close(10)

    def round(self, *holders: str, minutes: float = 1, times: int = 1) -> None:
        """What happens after so many minutes."""
        self.clock.advance(minutes=minutes)
        asyncio.run(self._rounds(holders or ("one",), times))

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.round()

    def breaks(self, name: str = "chat", state: str = "FAILED") -> None:
        self.oracle.change(cluster(name).id, lifecycle_state=state)

    def heals(self, name: str = "chat") -> None:
        self.breaks(name, "ACTIVE")

    @property
    def messages(self) -> list[Json]:
        return [
            each
            for each in self.slack.messages(self.channel)
            if each.get("bot_id") and each.get("thread_ts") in {None, each["ts"]}
        ]

    @property
    def only(self) -> Json:
        (message,) = self.messages
        return message


@pytest.fixture
def town() -> Iterator[Slack]:
    config = Config(manifest=MANIFEST, bot_token=BOT_TOKEN, limits_enforced=False)
    with serving.running(lambda: make_app(config)) as url:
        yield Slack(url)


@pytest.fixture
def post(town: Slack, tmp_path: Path) -> Post:
    return Post(town, tmp_path / "dac.sqlite3")


def test_a_healthy_fleet_is_not_told_of(post: Post) -> None:
    post.rounds(3)
    assert post.messages == []


def test_one_message_tells_it_and_the_same_says_when_it_is_over(post: Post) -> None:
    post.breaks()
    post.rounds(3)
    message = post.only
    assert "Oracle reports FAILED" in shown(message)
    assert buttons(message) == ["Acknowledge", "Status", "What is wrong?"]
    post.heals()
    post.rounds(12)
    assert post.only["ts"] == message["ts"]
    assert "well again" in shown(post.only)
    assert buttons(post.only) == []
    assert len(post.slack.calls("chat.postMessage")) == 1
    assert len(post.slack.calls("chat.update")) == 1


def test_it_looks_once_a_minute(post: Post) -> None:
    looks = list[None]()
    post.oracle.on("fleet", When.BEFORE, lambda: looks.append(None), times=9)
    for _ in range(6):
        post.round(minutes=0.25)
    assert len(looks) == 2


def test_what_grows_worse_is_said_in_the_message_and_below_it(post: Post) -> None:
    post.breaks(state="SOMETHING_NEW")
    post.round()
    post.breaks()
    post.rounds(3)
    (reply,) = post.slack.thread(post.only)
    assert "Worse than before: Oracle reports FAILED" in shown(reply)
    assert post.only["text"].startswith("🔴")


def test_who_sees_to_it_stands_in_the_message(post: Post) -> None:
    post.breaks()
    post.round()
    post.boards.acknowledge(1, ADA, "on it")
    post.round(minutes=0)
    assert f"<@{ADA}> acknowledged it" in shown(post.only)
    assert buttons(post.only) == ["Status", "What is wrong?"]
    with pytest.raises(Conflict):
        post.boards.acknowledge(1, ADA, "")


def test_oracles_own_alarms_stand_beside_it_and_failing_hide_nothing_else(post: Post) -> None:
    fires = Alarm(
        id="ocid1.alarm.oc1..a",
        name="Chat is slow",
        severity="CRITICAL",
        region=REGION,
        compartment_id=cluster("chat").compartment_id,
        status="FIRING",
        since=post.clock.now(),
        query="Latency[1m].p95() > 5",
    )
    whole = post.oracle.fleet_seen
    post.oracle.fleet_seen = whole.model_copy(update={"alarms": (fires,)})
    post.breaks()
    post.round()
    assert "Oracle's own alarms firing: *Chat is slow* (CRITICAL)" in shown(post.only)
    gap = Gap(region=REGION, what="alarms in compartment x", because="no")
    post.oracle.fleet_seen = whole.model_copy(update={"gaps": (gap,)})
    post.round()
    assert "could not all be read" in shown(post.only)
    assert "Oracle reports FAILED" in shown(post.only)


def test_at_night_only_what_is_broken_is_told(town: Slack, tmp_path: Path) -> None:
    night = QuietHours(time(12), time(13), ZoneInfo("UTC"))
    post = Post(town, tmp_path / "dac.sqlite3", quiet=night, seen=(cluster("chat"), cluster("embed")))
    post.breaks("chat", "SOMETHING_NEW")
    post.rounds(57)
    assert post.messages == []
    post.breaks("embed")
    post.round()
    assert "embed" in post.only["text"]
    post.rounds(2)
    assert len(post.messages) == 2


def test_an_old_trouble_of_many_is_one_message_at_the_first_start(town: Slack, tmp_path: Path) -> None:
    post = Post(town, tmp_path / "dac.sqlite3", seen=tuple(map(cluster, FIVE)))
    for each in FIVE:
        post.breaks(each)
    post.rounds(2)
    assert "7 clusters" in post.only["text"]


class TestWithoutOracle:
    def test_a_message_says_since_when_nothing_is_seen_and_nothing_counts_as_well(self, post: Post) -> None:
        post.breaks()
        post.round()
        post.oracle.fail("fleet", Denied("Oracle does not know me (401)."), times=30)
        post.rounds(20)
        first, second = post.messages
        assert "cannot be seen since" in shown(first)
        assert "Oracle does not know me" in shown(second)
        post.oracle.calm()
        post.heals()
        post.rounds(12)
        assert all("well again" in shown(each) for each in post.messages)

    def test_a_region_that_cannot_be_listed_is_one_message_for_all_of_its_clusters(
        self, town: Slack, tmp_path: Path
    ) -> None:
        post = Post(town, tmp_path / "dac.sqlite3", seen=tuple(map(cluster, FIVE)))
        post.rounds(2)
        gap = Gap(region=REGION, what="clusters in compartment x", because="Oracle did not answer")
        post.oracle.fleet_seen = fleet(gaps=(gap,))
        for each in FIVE:
            post.oracle.remove(cluster(each).id)
        post.rounds(7)
        assert f"Region {REGION}" in post.only["text"]


class TestTroublesOfSlack:
    def test_a_posting_cut_short_is_found_again(self, post: Post) -> None:
        post.breaks()
        post.slack.fault("drop_after", method="chat.postMessage")
        post.round()
        post.rounds(3)
        assert "Oracle reports FAILED" in shown(post.only)
        assert post.slack.calls("conversations.history")

    def test_a_reply_cut_short_is_found_again(self, post: Post) -> None:
        post.breaks(state="SOMETHING_NEW")
        post.round()
        post.breaks()
        post.slack.fault("drop_after", method="chat.postMessage")
        post.rounds(4)
        assert len(post.slack.thread(post.only)) == 1

    def test_one_that_was_cut_short_and_never_came_is_posted_once(self, post: Post) -> None:
        post.breaks()
        post.slack.fault("drop", method="chat.postMessage")
        post.rounds(4)
        assert "Oracle reports FAILED" in shown(post.only)

    @pytest.mark.parametrize("kind", ["drop", "drop_after"])
    def test_over_before_it_is_known_to_have_come_it_is_there_once(self, post: Post, kind: str) -> None:
        post.breaks()
        post.slack.fault(kind, method="chat.postMessage")
        post.round()
        post.oracle.remove(cluster("chat").id)
        post.rounds(4)
        assert "deleted" in shown(post.only)
        assert ("Told late" in shown(post.only)) == (kind == "drop")

    @pytest.mark.parametrize("holders", [("one",), ("one", "two")])
    def test_what_came_and_went_in_an_outage_is_told_once_afterwards(
        self, post: Post, holders: tuple[str, ...]
    ) -> None:
        post.slack.fault("outage")
        post.breaks()
        post.round(*holders)
        post.heals()
        for minutes in (5, 11, 300):
            post.round(*holders, minutes=minutes)
        post.slack.clear_faults()
        for _ in range(4):
            post.round(*holders)
        told = shown(post.only)
        assert "chat in eu-frankfurt-1: well again" in told
        assert "Oracle reports FAILED" in told
        assert "cleared" in told
        assert "Told late" in told
        assert buttons(post.only) == []
        assert len(post.slack.calls("chat.update")) == 0

    def test_what_was_told_late_is_open_again_in_the_same_message(self, post: Post) -> None:
        post.slack.fault("outage")
        post.breaks()
        post.round()
        post.heals()
        for minutes in (1, 11):
            post.round(minutes=minutes)
        post.slack.clear_faults()
        post.round()
        assert "Told late" in shown(post.only)
        post.breaks()
        post.round()
        assert "2nd time in 2 h" in shown(post.only)
        assert "Told late" not in shown(post.only)

    def test_told_to_wait_it_waits(self, post: Post) -> None:
        post.breaks()
        post.slack.fault("ratelimited", method="chat.postMessage", retry_after=7)
        post.round()
        assert 7 in post.pauses
        assert post.only

    def test_after_an_outage_the_message_says_what_is_so_then(self, post: Post) -> None:
        post.breaks()
        post.round()
        post.slack.fault("outage")
        post.heals()
        post.rounds(13)
        post.slack.clear_faults()
        post.rounds(2)
        assert "well again" in shown(post.only)

    def test_where_it_may_not_speak_it_comes_once_it_may(self, post: Post, caplog: pytest.LogCaptureFixture) -> None:
        post.channel = FINOPS
        post.breaks()
        post.round()
        assert "Telling of alert 1: Slack:" in caplog.text
        post.slack.do("membership", channel=FINOPS, user="U0DACBOT", joined=True)
        post.rounds(2)
        assert post.only

    def test_one_that_slack_refuses_leaves_the_others_alone(self, town: Slack, tmp_path: Path) -> None:
        post = Post(town, tmp_path / "dac.sqlite3", seen=(cluster("chat"), cluster("embed")))
        post.breaks("chat")
        post.breaks("embed")
        post.slack.fault("http_500", method="chat.postMessage")
        post.round()
        assert "embed" in post.only["text"]
        post.rounds(2)
        assert len(post.messages) == 2

    def test_what_slack_refused_rests_for_a_minute(self, post: Post) -> None:
        post.breaks()
        post.slack.fault("http_500", method="chat.postMessage")
        post.round(times=3)
        assert post.messages == []
        post.round()
        assert post.only


class TestDeletedBySomebody:
    @pytest.fixture
    def gone(self, post: Post) -> Post:
        post.breaks(state="SOMETHING_NEW")
        post.round()
        post.slack.do("delete_message", channel=OPS, ts=post.only["ts"])
        return post

    def test_it_stays_away_as_long_as_nothing_is_new(self, gone: Post) -> None:
        gone.boards.acknowledge(1, ADA, "")
        gone.rounds(30)
        assert gone.messages == []
        assert gone.slack.calls("chat.update")

    def test_what_is_new_is_told_again(self, gone: Post) -> None:
        gone.rounds(2)
        gone.breaks()
        gone.rounds(2)
        assert "Oracle reports FAILED" in shown(gone.only)

    def test_that_it_is_over_is_not(self, gone: Post) -> None:
        gone.heals()
        gone.rounds(15)
        assert gone.messages == []


def test_two_processes_look_once_and_post_once(town: Slack, tmp_path: Path) -> None:
    post = Post(town, tmp_path / "dac.sqlite3", seen=(cluster("chat"), cluster("embed")))
    post.breaks("chat")
    post.breaks("embed", "SOMETHING_NEW")
    for _ in range(3):
        post.round("one", "two")
    post.breaks("embed")
    for _ in range(3):
        post.round("one", "two")
    assert len(post.messages) == 2
    assert [len(post.slack.thread(each)) for each in post.messages if "embed" in each["text"]] == [1]


def test_a_process_that_claimed_and_died_keeps_the_other_waiting_only_for_its_lease(post: Post) -> None:
    post.breaks()
    claimed_at = post.clock.now() + MINUTE
    assert Tellings(post.path, "dead", timedelta(seconds=30)).claim(1, ALERT, OPS, claimed_at)
    post.round()
    assert post.messages == []
    post.round(minutes=0.6)
    assert post.only


def test_what_is_new_of_one_too_old_to_be_edited_is_told_in_another_and_that_it_is_over_in_none(tmp_path: Path) -> None:
    strict = tmp_path / "strict.toml"
    strict.write_text(WORKSPACE.read_text() + "\n[settings]\nedit_window = 60\n")
    config = Config(manifest=MANIFEST, workspace=strict, bot_token=BOT_TOKEN, limits_enforced=False)
    with serving.running(lambda: make_app(config)) as url:
        post = Post(Slack(url), tmp_path / "dac.sqlite3")
        post.breaks(state="SOMETHING_NEW")
        post.round()
        post.slack.do("clock", advance=3600)
        post.breaks()
        post.rounds(3)
        _, second = post.messages
        assert "Oracle reports FAILED" in shown(second)
        post.slack.do("clock", advance=3600)
        post.heals()
        post.rounds(13)
        assert post.messages[1:] == [second]


def test_in_the_bot_it_tells_the_channel_and_a_click_acknowledges(home: House, slack: Slack) -> None:
    home.start(watch_channel=GENERAL, watch_seconds=0.05)
    broken = next(each for each in home.oracle.state()["regions"]["us-chicago-1"]["clusters"])
    home.oracle.do("set", ocid=broken["id"], lifecycleState="NEEDS_ATTENTION", lifecycleDetails="A host is down")

    def telling() -> Json | None:
        found = [each for each in slack.messages(GENERAL) if "A host is down" in shown(each)]
        return found[0] if found else None

    message = until(telling, "the alert")
    slack.press("ada", message, "Acknowledge")
    until(lambda: "acknowledged it" in shown(telling() or {}), "the word of who sees to it")
    slack.command("rosa", "alerts")
    slack.told("rosa", "open alert")


def test_without_oracle_the_bot_goes_on(post: Post) -> None:
    post.oracle.fail("fleet", Unavailable("Oracle did not answer."))
    post.rounds(2)
    assert post.messages == []
