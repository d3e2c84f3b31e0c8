"""Answers that take a while, between the local Slack and the local Oracle: a data set that is checked."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import slack as speaking
from bot.charts import Charts
from bot.enclosures import Enclosures
from bot.inbox import Delivery, Inbox
from bot.lasting import AT_ONCE, Lasting
from bot.pictures import Pictures
from bot.slack_files import SlackFiles
from bot.under_way import UnderWay
from bot.workers import Workers
from commands._blocks import picture, section
from commands._chart import Chart, Distributions
from commands._command import Call, Reply
from dac.errors import NotFound
from tests.bot.conftest import MakeHouse
from tests.bot.house import MANIFEST, House, Running, Time
from tests.bot.people import CHICAGO, OPS, Json, Slack, buttons, shown, until
from tests.dac.datasets import clean

CHAT = "dataset check training-data/support-chat.jsonl"
PNG = b"\x89PNG"
FINOPS = "C03FINOPS"
"""Private, and the bot is not in it."""

NO_PAIR = b'{"prompt": "Zebra"}\n' * 3
"""No pair, so no picture, which takes seconds to draw."""


def put(home: House, content: bytes, name: str = "odd.jsonl", bucket: str = "training-data") -> str:
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{home.oracle.url}/_control/objects/{CHICAGO}/{bucket}/{name}", content, method="PUT"
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310
    return f"dataset check {bucket}/{name}"


def answers(slack: Slack, channel: str = OPS) -> list[Json]:
    """The messages themselves, without what is said below them."""
    said = [each for each in slack.messages(channel) if each.get("bot_id") and ".jsonl" in each["text"]]
    return [each for each in said if each.get("thread_ts") in {None, each["ts"]}]


def answer(slack: Slack, words: str, channel: str = OPS) -> Json:
    return until(
        lambda: next((each for each in answers(slack, channel) if words in shown(each)), None),
        lambda: f"“{words}” in {[*map(shown, answers(slack, channel))]}",
        60,
    )


def content(slack: Slack, file: Json) -> bytes:
    request = urllib.request.Request(file["url_private"], headers={"Authorization": f"Bearer {slack.token}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as found:  # noqa: S310 - loopback
        read: bytes = found.read()
        return read


@pytest.mark.usefixtures("bot")
def test_a_data_set_is_checked_in_one_message_with_its_picture(slack: Slack) -> None:
    slack.command("rosa", CHAT)
    (picture,) = until(
        lambda: [block for each in answers(slack) for block in each["blocks"] if block["type"] == "image"],
        "the picture",
        60,
    )
    assert "Oracle's demands" in shown(answer(slack, "Oracle's demands"))
    (file,) = [each for each in slack.state()["files"] if each["id"] == picture["slack_file"]["id"]]
    assert content(slack, file).startswith(PNG)
    assert "prompts median" in picture["alt_text"]
    assert len(answers(slack)) == 1


@pytest.mark.usefixtures("bot")
def test_the_odd_lines_lie_in_its_thread_as_numbers(home: House, slack: Slack) -> None:
    slack.command("rosa", put(home, NO_PAIR))
    told = answer(slack, "not fit")
    (reply,) = until(lambda: [each for each in slack.thread(told) if each.get("files")], "the file of lines")
    (file,) = reply["files"]
    assert file["name"] == "odd-lines.csv"
    assert content(slack, file).decode().splitlines()[1] == "1,0,no completion,19,,"
    assert "Zebra" not in str(slack.messages())


@pytest.mark.usefixtures("bot")
def test_a_file_attached_in_a_thread_is_checked_there(slack: Slack) -> None:
    begun = slack.say("rosa", "is this any good?")
    slack.say("rosa", "<@U0DACBOT> dataset check", thread_ts=begun, files={"pairs.jsonl": NO_PAIR})
    message = {"channel": OPS, "ts": begun}
    said = until(lambda: next((each for each in slack.thread(message) if "not fit" in shown(each)), None), "the answer")
    assert "pairs.jsonl" in shown(said)
    until(lambda: [each for each in slack.thread(message) if each.get("bot_id") and each.get("files")], "the file")
    assert "Zebra" not in " ".join(shown(each) for each in slack.thread(message))


@pytest.mark.usefixtures("bot")
def test_where_nothing_can_be_said_it_is_answered_directly(home: House, slack: Slack) -> None:
    slack.command("ada", put(home, NO_PAIR), channel=FINOPS)
    (told,) = until(lambda: [each for each in slack.direct("ada") if "not fit" in shown(each)], "the answer")
    until(lambda: [each for each in slack.thread(told) if each.get("files")], "the file of lines")


def test_where_no_files_may_be_given_the_words_are_there_and_say_so(make_house: MakeHouse, tmp_path: Path) -> None:
    less = tmp_path / "manifest.yml"
    kept = [each for each in MANIFEST.read_text("utf-8").splitlines() if "files:write" not in each]
    less.write_text("\n".join(kept), encoding="utf-8")
    home = make_house(manifest=less)
    home.start()
    home.slack.command("rosa", put(home, b"\n".join([*clean(40), b"[]"])))
    told = answer(home.slack, "not fit")
    assert not [each for each in told["blocks"] if each["type"] == "image"]
    said = until(lambda: home.slack.thread(told), "what became of the file")
    assert "The file odd-lines.csv could not be given" in shown(said[0])


def test_what_goes_wrong_on_the_way_is_said_in_its_place(home: House, bot: Running, slack: Slack) -> None:
    line = put(home, NO_PAIR)
    home.oracle.fault("status", operation="GetObject", status=400, code="InvalidRange")
    slack.command("rosa", line)
    told = until(lambda: [each for each in slack.messages() if "400 InvalidRange" in each["text"]], "the sentence")
    assert len(told) == 1
    assert bot.loop.is_running()


def begun_by_another(home: House, line: str) -> str:
    """A check that a process which is gone has begun, and its message, whose ts this is."""
    first = home.start()
    home.slack.command("rosa", line)
    answer(home.slack, "not fit")
    (begun,) = answers(home.slack)
    first.stop()
    delivery = begun["metadata"]["event_payload"]["name"].removeprefix("lasting:")
    body = {"user_id": "U01ROSA", "channel_id": OPS, "text": line}
    other = Inbox(first.settings.database, "one that is gone", first.settings.lease)
    other.write([Delivery(delivery, "command", body)], [], home.time.now())
    return str(begun["ts"])


def test_what_a_process_that_is_gone_began_is_ended_in_its_own_message(home: House, slack: Slack) -> None:
    ts = begun_by_another(home, put(home, NO_PAIR))
    put(home, NO_PAIR + b"[]\n")
    home.time.advance(minutes=2)
    home.start()
    assert answer(slack, "but no object (line 4)")["ts"] == ts
    assert len(answers(slack)) == 1


def test_what_cannot_be_taken_up_again_says_so_in_its_own_message(home: House, slack: Slack) -> None:
    ts = begun_by_another(home, put(home, NO_PAIR))
    home.oracle.ask("DELETE", f"objects/{CHICAGO}/training-data/odd.jsonl")
    home.time.advance(minutes=2)
    home.start()
    assert answer(slack, "404 ObjectNotFound")["ts"] == ts
    assert slack.private("rosa") == []


def test_what_was_begun_too_long_ago_is_given_up_in_its_own_message_and_can_be_asked_anew(
    home: House, slack: Slack
) -> None:
    ts = begun_by_another(home, put(home, NO_PAIR))
    home.time.advance(minutes=45)
    home.start()
    told = answer(slack, "I was away while this was being worked at")
    assert told["ts"] == ts
    assert "ask anew: `/dac dataset check training-data/odd.jsonl`" in shown(told)
    slack.press("rosa", told, "Ask anew")
    assert answer(slack, "not fit")["ts"] != ts


def test_what_is_said_of_a_file_that_was_given_up_names_the_file(home: House, slack: Slack) -> None:
    first = home.start()
    begun = slack.say("rosa", "<@U0DACBOT> dataset check", files={"pairs.jsonl": NO_PAIR})
    answer(slack, "not fit")
    first.stop()
    (told,) = answers(slack)
    (said,) = [each for each in slack.messages() if each["ts"] == begun]
    event = {"type": "app_mention", "channel": OPS, **said}
    delivery = told["metadata"]["event_payload"]["name"].removeprefix("lasting:")
    other = Inbox(first.settings.database, "one that is gone", first.settings.lease)
    other.write([Delivery(delivery, "mention", {"event": event})], [], home.time.now())
    home.time.advance(minutes=45)
    home.start()
    file_id = said["files"][0]["id"]
    until(lambda: [each for each in slack.messages() if f"check --file {file_id}`" in shown(each)], "the way to ask")


@pytest.mark.parametrize("text", ["status", "approve 7", "no such thing", ""])
def test_what_was_not_begun_and_is_too_old_is_not_answered(home: House, slack: Slack, text: str) -> None:
    first = home.start()
    first.stop()
    body = {"user_id": "U01ROSA", "channel_id": OPS, "text": text}
    other = Inbox(first.settings.database, "one that is gone", first.settings.lease)
    other.write([Delivery("command:1", "command", body)], [], home.time.now())
    home.time.advance(minutes=45)
    bot = home.start()

    def kept() -> int:
        with bot.database() as db:
            return int(db.execute("SELECT count(*) FROM inbox").fetchone()[0])

    until(lambda: kept() == 0 or None, "the delivery to be done with")
    assert slack.messages() == []
    assert slack.private("rosa") == []


@pytest.mark.usefixtures("bot")
def test_while_more_is_checked_than_is_worked_at_together_others_are_answered(home: House, slack: Slack) -> None:
    lines = [put(home, NO_PAIR, name=f"odd-{number}.jsonl") for number in range(AT_ONCE + 1)]
    home.oracle.fault("hold_before", operation="GetObject", region=CHICAGO)
    for line in lines:
        assert slack.command("rosa", line)["ack"] == "acked"
    until(lambda: len(home.oracle.ask("GET", "held")) == AT_ONCE, "the checks that Oracle holds up")
    until(lambda: [each for each in answers(slack) if "It begins by itself" in shown(each)], "who waits")
    assert slack.command("ada", "status")["ack"] == "acked"
    slack.told("ada", "10 clusters")
    assert not [each for each in answers(slack) if "not fit" in shown(each)]
    home.oracle.clear_faults()
    home.oracle.do("release")
    until(lambda: len([each for each in answers(slack) if "not fit" in shown(each)]) == len(lines), "all verdicts")


def test_none_is_lost_where_the_bot_is_stopped_while_they_wait(home: House, slack: Slack) -> None:
    lines = [put(home, NO_PAIR, name=f"odd-{number}.jsonl") for number in range(4)]
    home.oracle.fault("hold_before", operation="GetObject", region=CHICAGO)
    bot = home.start()
    for line in lines:
        slack.command("rosa", line)
    until(lambda: len([each for each in answers(slack) if "It begins by itself" in shown(each)]) == 3, "who waits")
    begun = {each["ts"] for each in answers(slack)}
    bot.stop()
    home.oracle.clear_faults()
    home.oracle.do("release")
    home.time.advance(minutes=2)
    home.start()
    until(lambda: len([each for each in answers(slack) if "not fit" in shown(each)]) == len(lines), "all verdicts")
    assert {each["ts"] for each in answers(slack)} == begun


CALL = Call(user="U01ROSA", channel=OPS, delivery="command:1")


NAME = f"lasting:{CALL.delivery}"


def followed(
    slack: Slack,
    time: Time,
    reply: Reply,
    call: Call = CALL,
    charts: Charts | None = None,
    under_way: UnderWay | None = None,
) -> None:
    """The answer given to the end by what gives such answers, at the local Slack."""

    async def follow(noted: UnderWay) -> None:
        workers = Workers("test", 1, 5)
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(slack.token, base_url=f"{slack.url}/api/", session=session, retry_handlers=[])
            said = speaking.Slack(client, session, time.now, time.sleep)
            with closing(charts or Charts()) as drawing:
                files = SlackFiles(said, client, session, time.sleep)
                pictures = Pictures(drawing, files, workers, time.now)
                enclosures = Enclosures(said, files)
                lasting = Lasting(said, pictures, enclosures, workers, noted, time.now, time.sleep)
                await lasting.follow(reply, call, f"/dac {CHAT}")
        workers.close(10)

    with TemporaryDirectory() as folder:
        asyncio.run(follow(under_way or UnderWay(Path(folder) / "dac.sqlite3", time.now)))


def test_it_is_drawn_anew_every_few_seconds_and_ends_as_its_last_word(slack: Slack) -> None:
    time = Time()

    def rest() -> Iterator[Reply]:
        for number in range(5):
            time.advance(seconds=2)
            yield Reply(text=f"step {number}", public=True)

    followed(slack, time, Reply(text="begun", public=True, then=rest()))
    (told,) = [each for each in slack.messages() if each.get("bot_id")]
    assert told["text"] == "step 4"
    assert len(slack.calls("chat.update")) == 3


@pytest.mark.parametrize("lost", ["message", "channel"])
def test_where_its_message_is_lost_on_the_way_the_answer_comes_directly(slack: Slack, lost: str) -> None:
    time, went_on = Time(), list[int]()

    def rest() -> Iterator[Reply]:
        if lost == "channel":
            slack.do("archive", channel=OPS)
        else:
            (told,) = [each for each in slack.messages() if each.get("bot_id")]
            slack.do("delete_message", channel=OPS, ts=told["ts"])
        for number in range(5):
            time.advance(seconds=4)
            went_on.append(number)
            yield Reply(text=f"step {number}", public=True)

    followed(slack, time, Reply(text="begun", public=True, then=rest()))
    assert went_on == [*range(5)]
    assert [each["text"] for each in slack.direct("rosa")] == ["step 4"]


def test_how_far_it_is_may_not_be_updatesand_keeps_nothing_waiting(slack: Slack) -> None:
    time = Time()

    def rest() -> Iterator[Reply]:
        slack.fault("ratelimited", method="chat.update", retry_after=20)
        for number in range(10):
            time.advance(seconds=4)
            yield Reply(text=f"step {number}", public=True)

    followed(slack, time, Reply(text="begun", public=True, then=rest()))
    assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["step 9"]
    # Once refused; then nothing for half a minute.
    updates = [each["error"] for each in slack.calls("chat.update")]
    assert updates == ["ratelimited", None, None, None]
    assert time.waits == []


def test_its_end_is_updateshowever_long_slack_is_away(slack: Slack) -> None:
    time = Time()
    asked = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        time.advance(minutes=10)
        if len(asked) == 4:
            slack.clear_faults()

    time.sleep = sleep  # type: ignore[method-assign]

    def rest() -> Iterator[Reply]:
        slack.fault("outage")
        yield Reply(text="ended", public=True)

    followed(slack, time, Reply(text="begun", public=True, then=rest()))
    assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["ended", "<@U01ROSA> ended"]


def test_a_beginning_whose_answer_is_lost_is_not_posted_twice(slack: Slack) -> None:
    slack.fault("drop_after", method="chat.postMessage")
    followed(slack, Time(), Reply(text="begun", public=True, then=iter([Reply(text="ended", public=True)])))
    assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["ended"]
    assert len(slack.calls("chat.postMessage")) == 1


def test_one_that_ends_at_once_is_its_own_last_word(slack: Slack) -> None:
    followed(slack, Time(), Reply(text="begun", public=True, then=iter(())))
    assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["begun"]


def test_what_was_said_on_the_home_tab_is_answered_directly(slack: Slack) -> None:
    at_home = replace(CALL, channel=CALL.user)
    followed(slack, Time(), Reply(text="begun", public=True, then=iter([Reply(text="ended")])), at_home)
    assert [each["text"] for each in slack.direct("rosa")] == ["ended"]


def test_a_picture_that_cannot_be_drawn_leaves_the_words(slack: Slack) -> None:
    nothing = Distributions(title="x", unit="x", counted="x", spreads=(), alt="x")
    last = Reply(text="ended", blocks=[section("ended"), picture("lengths", "x")], pictures={"lengths": nothing})
    # It begins with a place for a picture, too, as a digest with its sheet does.
    followed(slack, Time(), replace(last, public=True, then=iter([last])))
    (told,) = [each for each in slack.messages() if each.get("bot_id")]
    assert [each["type"] for each in told["blocks"]] == ["section"]


class Onlooker(Charts):
    """Sees what is said while a picture is drawn."""

    def __init__(self, slack: Slack) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._slack = slack

    def draw(self, chart: Chart) -> bytes:
        self.seen += [shown(each) for each in self._slack.messages() if each.get("bot_id")]
        return super().draw(chart)


def test_the_words_can_be_read_while_the_picture_is_drawn(slack: Slack) -> None:
    nothing = Distributions(title="x", unit="x", counted="x", spreads=(), alt="x")
    last = Reply(text="ended", blocks=[section("all is well"), picture("lengths", "x")], pictures={"lengths": nothing})
    charts = Onlooker(slack)
    followed(slack, Time(), Reply(text="begun", public=True, then=iter([last])), charts=charts)
    (seen,) = charts.seen
    assert "all is well" in seen


def test_the_last_word_is_there_before_its_picture_where_time_is_up_just_then(slack: Slack) -> None:
    time, nothing = Time(), Distributions(title="x", unit="x", counted="x", spreads=(), alt="x")

    def rest() -> Iterator[Reply]:
        time.advance(seconds=5)
        yield Reply(text="ended", blocks=[section("ended"), picture("lengths", "x")], pictures={"lengths": nothing})

    followed(slack, time, Reply(text="begun", public=True, then=rest()))
    assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["ended"]
    assert {each["error"] for each in slack.calls("chat.update")} == {None}


def test_a_fault_of_ours_on_the_way_is_owned_up_to_without_its_details(
    slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    def rest() -> Iterator[Reply]:
        yield Reply(text="on the way")
        raise ZeroDivisionError("a fault of ours with a secret: xoxb-12")

    followed(slack, Time(), Reply(text="begun", public=True, then=rest()))
    (told,) = [each for each in slack.messages() if each.get("bot_id")]
    assert told["text"].startswith("Something went wrong on my side; it has been logged as")
    assert "ZeroDivisionError" in caplog.text


def after(time: Time, seconds: float) -> Iterator[Reply]:
    time.advance(seconds=seconds)
    yield Reply(text="pairs.jsonl is fit", public=True)


class TestCallingBack:
    def test_who_asked_is_told_in_its_thread_that_what_took_long_is_done(self, slack: Slack) -> None:
        time = Time()
        followed(slack, time, Reply(text="begun", public=True, then=after(time, 70)))
        told, _ = [each for each in slack.messages() if each.get("bot_id")]
        (reply,) = slack.thread(told)
        assert reply["text"] == "<@U01ROSA> pairs.jsonl is fit"

    @pytest.mark.parametrize("brief", [False, True])
    def test_what_is_there_soon_calls_nobody(self, slack: Slack, *, brief: bool) -> None:
        time = Time()
        followed(slack, time, Reply(text="begun", public=True, brief=brief, then=after(time, 40)))
        assert len([each for each in slack.messages() if each.get("bot_id")]) == 1

    def test_begun_again_after_a_crash_it_calls_once(self, slack: Slack) -> None:
        time = Time()
        again = replace(CALL, since=time.now())
        for call in (CALL, again, again):
            followed(slack, time, Reply(text="begun", public=True, then=after(time, 70)), call)
        (told,) = [
            each for each in slack.messages() if each.get("bot_id") and each.get("thread_ts") in {None, each["ts"]}
        ]
        assert len(slack.thread(told)) == 1

    def test_that_nobody_can_be_called_is_no_trouble(self, slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
        time = Time()

        def rest() -> Iterator[Reply]:
            yield from after(time, 70)
            slack.fault("http_500", method="chat.postMessage")

        followed(slack, time, Reply(text="begun", public=True, then=rest()))
        (told,) = [each for each in slack.messages() if each.get("bot_id")]
        assert told["text"] == "pairs.jsonl is fit"
        assert "Calling back who asked" in caplog.text

    def test_what_is_answered_directly_has_told_them_already(self, slack: Slack) -> None:
        time = Time()

        def rest() -> Iterator[Reply]:
            (told,) = [each for each in slack.messages() if each.get("bot_id")]
            slack.do("delete_message", channel=OPS, ts=told["ts"])
            yield from after(time, 70)

        followed(slack, time, Reply(text="begun", public=True, then=rest()))
        assert [each["text"] for each in slack.direct("rosa")] == ["pairs.jsonl is fit"]


class Long:
    """An answer of many steps during one of which something happens, and what becomes of it."""

    def __init__(self, time: Time, during: Callable[[], object]) -> None:
        self.steps, self.given_up = 0, False
        self._time, self._during = time, during

    def __iter__(self) -> Iterator[Reply]:
        try:
            for step in range(9):
                self._time.advance(seconds=4)
                self.steps += 1
                if step == 3:
                    self._during()
                yield Reply(text=f"step {step}", public=True)
        finally:
            self.given_up = self.steps < 9


class TestStopping:
    @pytest.fixture
    def under_way(self, tmp_path: Path) -> UnderWay:
        return UnderWay(tmp_path / "dac.sqlite3", Time().now)

    @pytest.mark.parametrize("here", [True, False], ids=["told itself", "another process was told"])
    def test_it_ends_and_says_by_whom_and_how_far_it_was(
        self, slack: Slack, under_way: UnderWay, tmp_path: Path, *, here: bool
    ) -> None:
        time = Time()
        told_to = under_way if here else UnderWay(tmp_path / "dac.sqlite3", time.now)
        work = Long(time, lambda: told_to.stop(NAME, "U01ROSA"))
        followed(slack, time, Reply(text="begun", public=True, stoppable=True, then=iter(work)), under_way=under_way)
        (told,) = [each for each in slack.messages() if each.get("bot_id")]
        assert told["text"] == "Stopped by <@U01ROSA>: step 3"
        assert buttons(told) == ["Ask anew"]
        assert (work.steps, work.given_up) == (4, True)
        with pytest.raises(NotFound, match="ended already"):
            under_way.stop(NAME, "U01ROSA")

    def test_while_it_is_worked_at_its_message_has_the_button_and_none_at_its_end(
        self, slack: Slack, under_way: UnderWay
    ) -> None:
        time, seen = Time(), list[list[str]]()

        def look() -> None:
            seen.extend(buttons(each) for each in slack.messages() if each.get("bot_id"))

        followed(
            slack,
            time,
            Reply(text="begun", public=True, stoppable=True, then=iter(Long(time, look))),
            under_way=under_way,
        )
        assert seen == [["Stop"]]
        (told,) = [each for each in slack.messages() if each.get("bot_id")]
        assert (told["text"], buttons(told)) == ("step 8", [])

    def test_stopped_before_a_crash_it_is_not_begun_again(self, slack: Slack, under_way: UnderWay) -> None:
        time = Time()
        under_way.begin(NAME, "U01ROSA", lambda: None)
        under_way.stop(NAME, "U01ROSA")
        work = Long(time, lambda: None)
        again = replace(CALL, since=time.now())
        followed(
            slack, time, Reply(text="begun", public=True, stoppable=True, then=iter(work)), again, under_way=under_way
        )
        assert work.steps == 0
        assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["Stopped by <@U01ROSA>: begun"]

    def test_without_our_own_file_it_is_answered_all_the_same(
        self, slack: Slack, under_way: UnderWay, tmp_path: Path
    ) -> None:
        (tmp_path / "dac.sqlite3").unlink()
        followed(
            slack,
            Time(),
            Reply(text="begun", public=True, stoppable=True, then=iter([Reply(text="ended")])),
            under_way=under_way,
        )
        assert [each["text"] for each in slack.messages() if each.get("bot_id")] == ["ended"]

    @pytest.mark.usefixtures("bot")
    def test_in_the_bot_only_who_asked_can_and_one_that_waits_ends_at_once(self, home: House, slack: Slack) -> None:
        first, second = (put(home, NO_PAIR, name=f"odd-{number}.jsonl") for number in range(2))
        home.oracle.fault("hold_before", operation="GetObject", region=CHICAGO)
        slack.command("rosa", first)
        until(lambda: home.oracle.ask("GET", "held"), "the check that Oracle holds up")
        slack.command("rosa", second)
        waiting = answer(slack, "It begins by itself")
        slack.press("ada", waiting, "Stop")
        slack.told("ada", "Only who asked for it can stop it")
        slack.press("rosa", waiting, "Stop")
        assert "odd-1.jsonl" in shown(answer(slack, "Stopped* by <@U01ROSA>"))
        (working,) = [each for each in answers(slack) if "Stop" in buttons(each)]
        slack.command("rosa", "dataset stop")
        slack.told("rosa", "It is being stopped")
        home.oracle.clear_faults()
        home.oracle.do("release")
        ended = until(lambda: [each for each in answers(slack) if "Stopped by" in each["text"]][1:], "the other one")
        assert {each["ts"] for each in answers(slack)} == {waiting["ts"], working["ts"]}
        slack.press("rosa", ended[0], "Ask anew")
        answer(slack, "not fit")
