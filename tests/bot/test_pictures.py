"""Charts in messages: Slack's own where the workspace takes them, else pictures, each drawn once."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack as speaking
from bot.charts import Charts
from bot.pictures import AGAIN, KEPT, KEPT_FOR, Pictures
from bot.slack import Posted
from bot.slack_files import SlackFiles
from bot.slack_refusals import BadBlocks
from bot.workers import Workers
from commands._blocks import Block, picture, section
from commands._chart import Bar, Chart, Curve, Curves, Distributions, SpendDay, SpendDays, Spread
from commands._command import Reply
from dac.errors import Unavailable
from sandbox import serving
from sandbox.slack import Config, make_app
from tests.bot.house import MANIFEST, Time
from tests.bot.people import OPS, Json, Slack

BOT_TOKEN = "xoxb-pictures"
NATIVE = "data_visualization"


@pytest.fixture
def slack() -> Iterator[Slack]:
    config = Config(manifest=MANIFEST, bot_token=BOT_TOKEN, limits_enforced=False)
    with serving.running(lambda: make_app(config)) as url:
        served = Slack(url)
        served.token = BOT_TOKEN
        yield served


class Counting(Charts):
    """Draws a dot, and remembers of what."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[str] = []
        self.problem: Unavailable | None = None

    def draw(self, chart: Chart) -> bytes:
        self.drawn.append(chart.title)
        if self.problem:
            raise self.problem
        return dot()


def dot() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\0\0")) + part(b"IEND", b"")


def spend(title: str = "Spend by day") -> SpendDays:
    days = tuple(SpendDay(label=f"{day} Nov", amount=864, before=800, provisional=day > 1) for day in (1, 2))
    return SpendDays(title=title, currency="USD", name="November", before_name="October", days=days, alt="864 a day")


def lengths() -> Distributions:
    spread = Spread(name="Prompts", bars=(Bar(least=1, most=2, count=3),), median=1)
    return Distributions(title="lengths", unit="characters", counted="pairs", spreads=(spread,), alt="short")


def reply(**charts: Chart) -> Reply:
    blocks = [section("Spend"), *(picture(name, chart.alt) for name, chart in charts.items())]
    return Reply(text="Spend", blocks=blocks, pictures=charts)


class Desk:
    """Says answers with charts to the local Slack, one after the other or all at once."""

    def __init__(self, slack: Slack) -> None:
        self.slack, self.time, self.charts = slack, Time(), Counting()

    def use(self, work: Callable[[Pictures, speaking.Slack], Awaitable[None]]) -> None:
        async def using() -> None:
            workers = Workers("test", 2, 200)
            async with aiohttp.ClientSession() as session:
                url = f"{self.slack.url}/api/"
                client = AsyncWebClient(BOT_TOKEN, base_url=url, session=session, retry_handlers=[])
                said = speaking.Slack(client, session, self.time.now, self.time.sleep)
                files = SlackFiles(said, client, session, self.time.sleep)
                await work(Pictures(self.charts, files, workers, self.time.now), said)
            workers.close(10)

        asyncio.run(using())
        self.charts.close()

    def say(self, *replies: Reply, between: Callable[[int], None] = lambda _: None) -> None:
        async def work(pictures: Pictures, slack: speaking.Slack) -> None:
            for number, each in enumerate(replies):
                between(number)
                await pictures.said(each, _post(slack, each))

        self.use(work)

    def kinds(self) -> list[list[str]]:
        return [[block["type"] for block in each["blocks"]] for each in self.messages()]

    def messages(self) -> list[Json]:
        return [each for each in self.slack.messages() if each.get("bot_id")]

    def refusals(self) -> int:
        return len([each for each in self.slack.calls("chat.postMessage") if each["error"] == "invalid_blocks"])


def _post(slack: speaking.Slack, reply: Reply) -> Callable[[list[Block]], Awaitable[Posted]]:
    return lambda blocks: slack.post(OPS, reply.text, blocks)


@pytest.fixture
def desk(slack: Slack) -> Desk:
    return Desk(slack)


def test_a_chart_that_slack_draws_by_itself_needs_no_picture(desk: Desk) -> None:
    desk.say(reply(spend=spend()))
    assert desk.kinds() == [["section", NATIVE]]
    assert desk.charts.drawn == []
    assert desk.slack.state()["files"] == []


def test_one_of_several_curves_is_as_many_of_slacks_own_or_a_picture_of_all(desk: Desk) -> None:
    curve = Curve(name="Calls", points=(1.0, 2.0), together="sum")
    both = Curves(title="day", unit="hours", first_hour=7, curves=(curve, curve), alt="day")
    desk.say(reply(day=both), reply(spend=spend(), day=both))
    assert desk.kinds() == [["section", NATIVE, NATIVE], ["section", NATIVE, "image"]]
    assert desk.charts.drawn == ["day"]


def test_what_slack_has_no_chart_for_is_drawn(desk: Desk) -> None:
    desk.say(reply(spend=spend(), lengths=lengths()))
    assert desk.kinds() == [["section", NATIVE, "image"]]
    assert desk.charts.drawn == ["lengths"]


def test_a_message_has_two_of_slacks_own_and_pictures_after_them(desk: Desk) -> None:
    desk.say(reply(one=spend("one"), two=spend("two"), three=spend("three")))
    assert desk.kinds() == [["section", NATIVE, NATIVE, "image"]]
    assert desk.charts.drawn == ["three"]


def test_a_workspace_that_does_not_take_them_gets_pictures_and_is_not_asked_again_for_a_day(desk: Desk) -> None:
    desk.slack.do("blocks", without=[NATIVE])

    def later(number: int) -> None:
        if number == 2:
            desk.time.advance(minutes=AGAIN / timedelta(minutes=1))
            desk.slack.do("blocks", without=[])

    desk.say(reply(spend=spend("one")), reply(spend=spend("two")), reply(spend=spend("three")), between=later)
    assert desk.kinds() == [["section", "image"], ["section", "image"], ["section", NATIVE]]
    assert desk.refusals() == 1
    (first, *_) = desk.messages()
    assert first["blocks"][1]["alt_text"] == "864 a day"


def test_what_is_refused_with_a_picture_too_is_not_the_charts_fault(desk: Desk) -> None:
    wrong = reply(spend=spend())
    wrong = Reply(text="x", blocks=[*wrong.blocks, {"type": "hologram"}], pictures=wrong.pictures)

    async def work(pictures: Pictures, slack: speaking.Slack) -> None:
        with pytest.raises(BadBlocks, match="invalid_blocks"):
            await pictures.said(wrong, _post(slack, wrong))
        await pictures.said(reply(spend=spend()), _post(slack, wrong))

    desk.use(work)
    assert desk.kinds() == [["section", NATIVE]]


def test_a_hundred_of_one_morning_are_drawn_once(desk: Desk) -> None:
    desk.slack.do("blocks", without=[NATIVE])

    async def work(pictures: Pictures, slack: speaking.Slack) -> None:
        await pictures.said(reply(spend=spend("first")), _post(slack, reply()))
        each = reply(spend=spend())
        await asyncio.gather(*(pictures.said(each, _post(slack, each)) for _ in range(100)))

    desk.use(work)
    assert desk.kinds() == [["section", "image"]] * 101
    assert desk.charts.drawn == ["first", "Spend by day"]
    assert len(desk.slack.state()["files"]) == 2


def test_a_picture_is_drawn_anew_after_a_while_and_no_more_are_remembered_than_needed(desk: Desk) -> None:
    desk.slack.do("blocks", without=[NATIVE])
    titles = [f"chart {number}" for number in range(KEPT + 1)]

    def later(number: int) -> None:
        if number == len(titles) + 1:
            desk.time.advance(minutes=KEPT_FOR / timedelta(minutes=1))

    said = [*titles, titles[-1], titles[-1], titles[-1]]
    desk.say(*(reply(spend=spend(title)) for title in said), between=later)
    assert desk.charts.drawn == [*titles, titles[-1]]


def test_a_picture_that_cannot_be_had_leaves_the_words(desk: Desk) -> None:
    desk.charts.problem = Unavailable("The picture could not be drawn (TimeoutExpired).")
    desk.slack.do("blocks", without=[NATIVE])
    desk.say(reply(spend=spend()), Reply(text="Spend", pictures={"lengths": lengths()}))
    assert desk.kinds() == [["section"], ["section"]]


def test_whether_it_takes_a_while_is_known_before(desk: Desk) -> None:
    async def work(pictures: Pictures, _: speaking.Slack) -> None:
        assert pictures.to_draw(reply(lengths=lengths()))
        assert not pictures.to_draw(reply(spend=spend()))
        assert not pictures.to_draw(reply())

    desk.use(work)
