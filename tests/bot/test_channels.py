"""What the bot finds out of channels, against the local Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack as speaking
from bot.channels import KEPT, ChannelFinder, Channels, sentence
from bot.slack_refusals import Closed
from commands._command import Channel
from dac.errors import Denied, Invalid, NotFound, Unavailable
from sandbox import serving
from sandbox.slack import Config, make_app
from tests.bot.house import BOT_TOKEN, MANIFEST
from tests.bot.people import FINOPS, GENERAL, OPS, ROSA, Slack
from tests.fakes import FakeClock

T = TypeVar("T")
OLGA = "U04OLGA"


@pytest.fixture
def town() -> Iterator[Slack]:
    config = Config(manifest=MANIFEST, bot_token=BOT_TOKEN, limits_enforced=False)
    with serving.running(lambda: make_app(config)) as url:
        yield Slack(url)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Slack]:
    """A workspace whose app may not look at channels."""
    less = tmp_path / "manifest.yml"
    kept = [each for each in MANIFEST.read_text("utf-8").splitlines() if "s:read #" not in each or "users" in each]
    less.write_text("\n".join(kept), encoding="utf-8")
    config = Config(manifest=less, bot_token=BOT_TOKEN, limits_enforced=False)
    with serving.running(lambda: make_app(config)) as url:
        yield Slack(url)


def asked(town: Slack, ask: Callable[[Channels], Awaitable[T]], clock: FakeClock | None = None) -> T:
    time = clock or FakeClock()

    async def sleep(seconds: float) -> None:
        time.advance(seconds=seconds)

    async def asking() -> T:
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(BOT_TOKEN, base_url=f"{town.url}/api/", session=session, retry_handlers=[])
            return await ask(Channels(speaking.Slack(client, session, time.now, sleep), client, time.now))

    return asyncio.run(asking())


@pytest.mark.parametrize("word", [OPS, "#dac-ops", "DAC-ops", f"<#{OPS}|dac-ops>", f"<#{OPS}>"])
def test_a_channel_is_found_by_whatever_people_say(town: Slack, word: str) -> None:
    assert asked(town, lambda channels: channels.find(word)) == Channel(OPS, "dac-ops")


@pytest.mark.parametrize(
    ("word", "why"),
    [
        (FINOPS, f"I know no channel {FINOPS}: it is gone, or private; `/invite @dac` there"),
        ("#dac-opps", r"I know no channel #dac-opps. Did you mean #dac-ops\? A private one"),
        ("#???", r"I know no channel #\?\?\?. A private one I know once I am in it"),
    ],
)
def test_one_that_is_not_there_or_not_shown_says_what_to_do(town: Slack, word: str, why: str) -> None:
    with pytest.raises(NotFound, match=why):
        asked(town, lambda channels: channels.find(word))


def test_it_is_known_who_is_in_it(town: Slack) -> None:
    assert asked(town, lambda channels: channels.has(OPS, ROSA))
    assert not asked(town, lambda channels: channels.has(OPS, "U0NOBODY"))


def test_where_the_bot_is_is_asked_once_for_a_while(town: Slack) -> None:
    clock = FakeClock()

    async def check(channels: Channels) -> None:
        await asyncio.gather(channels.check(OPS), channels.check(GENERAL))
        town.do("membership", channel=OPS, user="U0DACBOT", joined=False)
        await channels.check(OPS)
        clock.advance(seconds=KEPT.total_seconds())
        with pytest.raises(Closed, match="I am not in the channel"):
            await channels.check(OPS)
        town.do("archive", channel=OPS)
        with pytest.raises(Closed, match="the channel is archived"):
            await channels.check(OPS)

    asked(town, check, clock)
    assert len(town.calls("users.conversations")) == 2


def test_one_that_was_joined_a_moment_ago_is_no_trouble(town: Slack) -> None:
    async def check(channels: Channels) -> None:
        town.do("membership", channel=OPS, user="U0DACBOT", joined=False)
        await channels.check(GENERAL)
        town.do("membership", channel=OPS, user="U0DACBOT", joined=True)
        await channels.check(OPS)

    asked(town, check)


def test_without_the_scopes_it_is_said_and_nothing_else_stands_still(bare: Slack) -> None:
    with pytest.raises(Denied, match="lacks the scopes channels:read and groups:read"):
        asked(bare, lambda channels: channels.find("#dac-ops"))
    asked(bare, lambda channels: channels.check(OPS))


def test_an_outage_is_no_answer_and_asked_again(town: Slack) -> None:
    async def check(channels: Channels) -> None:
        town.fault("outage")
        with pytest.raises(Unavailable):
            await channels.check(OPS)
        town.clear_faults()
        await channels.check(OPS)

    asked(town, check)


def test_it_is_asked_from_a_thread_and_what_is_not_known_is_a_no(town: Slack) -> None:
    async def ask(channels: Channels) -> None:
        finder, loop = ChannelFinder(channels, asyncio.get_running_loop()), asyncio.get_running_loop()
        assert (await loop.run_in_executor(None, finder.find, "#general")).id == GENERAL
        assert await loop.run_in_executor(None, finder.has, OPS, ROSA)
        assert not await loop.run_in_executor(None, finder.has, FINOPS, ROSA)

    asked(town, ask)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Closed("Slack: is_archived."), "the channel is archived"),
        (Closed("Slack: not_in_channel."), "I am not in the channel; `/invite @dac` there has me in"),
        (Invalid("Slack refused this (msg_too_long)."), "Slack refused this (msg_too_long)"),
    ],
)
def test_why_a_channel_takes_nothing_is_said_in_words(error: Closed | Invalid, said: str) -> None:
    assert sentence(error) == said
