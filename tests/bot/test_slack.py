from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web

from bot.pace import Pace
from bot.slack import Posted, Slack
from bot.slack_refusals import Barred, Gone, LockedOut, Sealed
from dac.errors import DacError, Denied, Invalid, NotFound, Unavailable
from tests.bot.edge import NOW, Edge, FakeTime, broken, limited, no, ok

CARD = Posted("C01OPS", "1.1")


def post(slack: Slack) -> Awaitable[Posted]:
    return slack.post("C01OPS", "text", ())


def update(slack: Slack) -> Awaitable[None]:
    return slack.update(CARD, "text", ())


class TestPace:
    def starts(self, channels: list[str], *, quiet: float = 0) -> list[float]:
        """When each message, all wanted at once, gets its turn; the last one only after a quiet time."""
        time = FakeTime()

        async def all_at_once() -> list[float]:
            pace = Pace(time.now, time.sleep)

            async def one(channel: str) -> float:
                async with pace.turn(channel):
                    return (time.at - NOW).total_seconds()

            found = [await one(each) for each in channels[:-1]]
            time.at += timedelta(seconds=quiet)
            return [*found, await one(channels[-1])]

        return asyncio.run(all_at_once())

    def test_a_burst_of_three_goes_at_once_and_then_one_a_second(self) -> None:
        assert self.starts(["C1"] * 6) == [0, 0, 0, 1, 2, 3]

    def test_each_channel_has_its_own(self) -> None:
        assert self.starts(["C1", "C1", "C1", "C2", "C2", "C2"]) == [0] * 6

    def test_after_a_quiet_time_a_burst_goes_at_once_again(self) -> None:
        assert self.starts(["C1"] * 4 + ["C1"], quiet=10) == [0, 0, 0, 1, 11]

    def test_half_a_second_of_quiet_is_half_a_second_less_to_wait(self) -> None:
        assert self.starts(["C1"] * 4, quiet=0.5) == [0, 0, 0, 1]

    def test_those_who_come_at_the_same_time_go_one_after_the_other(self) -> None:
        time = FakeTime()

        async def together() -> list[float]:
            pace = Pace(time.now, time.sleep)

            async def one() -> float:
                async with pace.turn("C1"):
                    return (time.at - NOW).total_seconds()

            return list(await asyncio.gather(*(one() for _ in range(5))))

        assert asyncio.run(together()) == [0, 0, 0, 1, 2]


@pytest.mark.parametrize("say", [post, update], ids=["post", "update"])
@pytest.mark.parametrize(
    ("header", "waits"), [("7", 7.0), ("30", 30.0), (None, 1.0), ("soon", 1.0)], ids=["7 s", "30 s", "none", "a word"]
)
def test_told_to_come_back_later_it_does_so_then(
    edge: Edge, say: Callable[[Slack], Awaitable[object]], header: str | None, waits: float
) -> None:
    edge.told = [limited(header), limited(header), ok(channel="C01OPS", ts="1.1")]
    edge.speak(say)
    assert edge.time.waits == [waits, waits]


@pytest.mark.parametrize(
    "trouble",
    [broken(503), broken(500), no("internal_error"), no("fatal_error"), web.Response(status=502, text="Bad gateway")],
    ids=["503", "500", "internal_error", "fatal_error", "not JSON"],
)
def test_what_may_be_repeated_is_repeated_less_and_less_often(edge: Edge, trouble: web.Response) -> None:
    edge.told = [trouble, None, broken(), None, ok()]
    edge.speak(update)
    assert edge.time.waits == [0.5, 1, 2, 4]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_answer_that_is_no_json_is_repeated_as_well(edge: Edge, status: int) -> None:
    edge.told = [web.Response(status=status, text="<html>upstream</html>", content_type="text/html")] * 1
    edge.told += [web.Response(status=status, text="upstream")]
    edge.speak(update)
    assert edge.time.waits == [0.5, 1]


@pytest.mark.parametrize("make", [broken, lambda: None, lambda: no("internal_error")], ids=["503", "cut", "internal"])
def test_a_posting_whose_fate_is_unknown_is_not_repeated(edge: Edge, make: Callable[[], web.Response | None]) -> None:
    edge.told = [make()]
    with pytest.raises(Unavailable, match="whether it did it is not known"):
        edge.speak(post)
    assert edge.asked["chat.postMessage"] == 1


def test_patience_ends_after_ten_minutes(edge: Edge) -> None:
    edge.told = [broken() for _ in range(200)]
    with pytest.raises(Unavailable, match="Slack does not answer"):
        edge.speak(update)
    waited = (edge.time.at - NOW).total_seconds()
    assert 9 * 60 < waited <= 10 * 60
    assert max(edge.time.waits) == 5


def test_a_wait_longer_than_patience_is_not_begun(edge: Edge) -> None:
    edge.told = [limited("3600")]
    with pytest.raises(Unavailable):
        edge.speak(update)
    assert edge.time.waits == []


def test_no_posting_is_begun_after_its_time_though_another_held_the_turn_of_its_channel(edge: Edge) -> None:
    edge.told = [limited("60")]

    async def both(slack: Slack) -> None:
        first = asyncio.ensure_future(post(slack))
        await asyncio.sleep(0)
        until = edge.time.now() + timedelta(seconds=15)
        with pytest.raises(Unavailable, match="asked too often"):
            await slack.post("C01OPS", "a digest", (), until=until)
        await first

    edge.speak(both)
    assert edge.asked["chat.postMessage"] == 2


def test_who_waits_for_a_group_waits_ten_seconds_at_most(edge: Edge) -> None:
    edge.told = [broken() for _ in range(200)]
    with pytest.raises(Unavailable):
        edge.speak(lambda slack: slack.members("S1"))
    assert sum(edge.time.waits) <= 10


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("message_not_found", Gone),
        ("channel_not_found", Gone),
        ("not_in_channel", Gone),
        ("is_archived", Gone),
        ("cant_update_message", Gone),
        ("edit_window_closed", Sealed),
        ("user_not_found", NotFound),
        ("missing_scope", Denied),
        ("restricted_action", Barred),
        ("token_revoked", LockedOut),
        ("msg_too_long", Invalid),
        ("invalid_blocks", Invalid),
    ],
)
def test_a_refusal_is_translated_and_not_repeated(edge: Edge, error: str, kind: type[DacError]) -> None:
    edge.told = [no(error)]
    with pytest.raises(kind, match=error):
        edge.speak(update)
    assert edge.asked["chat.update"] == 1


@pytest.mark.parametrize("error", ["expired_trigger_id", "invalid_trigger_id", "exchanged_trigger_id"])
def test_a_form_too_late_says_so(edge: Edge, error: str) -> None:
    edge.told = [no(error)]
    with pytest.raises(Invalid, match="three seconds; try again"):
        edge.speak(lambda slack: slack.open_view("1.2", {}))


@pytest.mark.parametrize("make", [broken, lambda: None, lambda: limited("1")], ids=["503", "cut", "limited"])
def test_a_form_is_opened_once_or_not_at_all(edge: Edge, make: Callable[[], web.Response | None]) -> None:
    edge.told = [make()]
    with pytest.raises(DacError):
        edge.speak(lambda slack: slack.open_view("1.2", {}))
    assert edge.asked["views.open"] == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.json_response({"ok": False, "error": "expired_url"}, status=404), Gone),
        (web.json_response({"ok": False, "error": "used_url"}, status=404), Gone),
        (web.Response(status=404, text="used_url"), Gone),
        (web.Response(status=404, text="no_service"), Invalid),
        (web.Response(status=400, text=""), Invalid),
        (web.json_response(["what"], status=400), Invalid),
    ],
    ids=["expired", "used", "used, as a word", "other", "empty", "a list"],
)
def test_a_response_url_that_does_not_take_the_answer(edge: Edge, answer: web.Response, kind: type[DacError]) -> None:
    edge.told = [answer]
    with pytest.raises(kind):
        edge.speak(lambda slack: slack.respond(f"{edge.url}/response/1", "text", (), public=False))


def test_a_response_url_told_to_wait_waits(edge: Edge) -> None:
    edge.told = [limited("9"), broken(), None, web.Response(text="ok")]
    edge.speak(lambda slack: slack.respond(f"{edge.url}/response/1", "text", (), public=True))
    assert edge.time.waits == [9, 1, 2]


def test_a_whisper_for_somebody_who_is_not_there_becomes_a_direct_message(edge: Edge) -> None:
    edge.told = [no("user_not_in_channel"), ok(channel={"id": "D7"}), ok(channel="D7", ts="2.2")]
    edge.speak(lambda slack: slack.whisper("C01OPS", "U1", "text", ()))
    assert dict(edge.asked) == {"chat.postEphemeral": 1, "conversations.open": 1, "chat.postMessage": 1}


def test_a_message_is_found_by_its_name(edge: Edge) -> None:
    mine = {"ts": "3.3", "metadata": {"event_type": "dac_message", "event_payload": {"name": "r1/card"}}}
    others = [{"ts": "1.1"}, {"ts": "2.2", "metadata": {"event_type": "dac_message", "event_payload": {"name": "r2"}}}]
    edge.told = [ok(messages=[*others, mine])]
    assert edge.speak(lambda slack: slack.find("C1", "r1/card", NOW, None)) == Posted("C1", "3.3")
    edge.told = [ok(messages=others)]
    assert edge.speak(lambda slack: slack.find("C1", "r1/card", NOW, "1.1")) is None
    assert dict(edge.asked) == {"conversations.history": 1, "conversations.replies": 1}


@pytest.mark.parametrize("error", ["missing_scope", "channel_not_found", "invalid_ts_oldest"])
def test_where_nothing_may_be_looked_up_nothing_is_found(edge: Edge, error: str) -> None:
    edge.told = [no(error)]
    assert edge.speak(lambda slack: slack.find("C1", "r1/card", NOW, None)) is None
