from __future__ import annotations

import asyncio
import gc
import itertools
import logging
from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any, TypeVar

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.download import PIECE
from bot.slack import Slack as BotSlack
from bot.slack_files import FileReader, SlackFiles
from commands._command import File
from dac.errors import DacError, Denied, Invalid, NotFound, Unavailable
from sandbox import serving
from sandbox.slack import Config, make_app
from tests.bot.edge import Edge, FakeTime, broken, limited, no, ok
from tests.bot.house import APP_TOKEN, BOT_TOKEN, MANIFEST, SECRET
from tests.bot.people import FINOPS, OPS, Json, Slack

T = TypeVar("T")
CONTENT = bytes(range(256)) * 8
LARGE = bytes(itertools.islice(itertools.cycle(range(251)), 3 * PIECE + 7))
STEPS = ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]
PNG = b"\x89PNG"


class Files:
    """The bot's way to files in a Slack, from the loop and from a thread."""

    def __init__(self, url: str, time: FakeTime) -> None:
        self._url = url
        self._time = time

    def use(self, work: Callable[[SlackFiles, FileReader], Awaitable[T]]) -> T:
        async def using() -> T:
            async with aiohttp.ClientSession() as session:
                client = AsyncWebClient(BOT_TOKEN, base_url=f"{self._url}/api/", session=session, retry_handlers=[])
                slack = BotSlack(client, session, self._time.now, self._time.sleep)
                files = SlackFiles(slack, client, session, self._time.sleep)
                reader = FileReader(files, slack, session, BOT_TOKEN, asyncio.get_running_loop())
                return await work(files, reader)

        return asyncio.run(using())

    def upload(self, content: bytes = CONTENT, name: str = "costs.png", **more: Any) -> str:
        return self.use(lambda files, _: files.upload(name, content, title="Costs", **more))

    def info(self, file_id: str) -> File:
        return self.use(lambda _, reader: asyncio.to_thread(reader.info, file_id))

    def read(self, file: File) -> bytes:
        return b"".join(self.pieces(file))

    def pieces(self, file: File) -> list[bytes]:
        return self.use(lambda _, reader: asyncio.to_thread(lambda: list(reader.read(file))))


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def slack() -> Iterator[Slack]:
    config = Config(
        manifest=MANIFEST, bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SECRET, limits_enforced=False
    )
    with serving.running(lambda: make_app(config)) as url:
        served = Slack(url)
        served.token = BOT_TOKEN
        yield served


@pytest.fixture
def files(slack: Slack, time: FakeTime) -> Files:
    return Files(slack.url, time)


@pytest.fixture
def given(slack: Slack, files: Files) -> File:
    """A file of four pieces that Rosa has shared with the bot."""
    slack.say("rosa", "look", files={"train.jsonl": LARGE})
    return files.info(slack.messages()[-1]["files"][0]["id"])


def shared(slack: Slack) -> list[Json]:
    return [each for each in slack.messages() if each.get("files")]


class TestUpload:
    def test_unshared_it_stands_in_an_image_block(self, slack: Slack, files: Files) -> None:
        file_id = files.upload(alt_text="What it costs a day")
        assert shared(slack) == []
        picture = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "What it costs a day"}
        slack.web("chat.postMessage", channel=OPS, text="costs", blocks=[picture])
        assert slack.web("files.info", file=file_id)["file"]["alt_txt"] == "What it costs a day"

    def test_it_is_shared_in_a_thread(self, slack: Slack, files: Files) -> None:
        thread = slack.say("rosa", "how much?")
        file_id = files.upload(channel=OPS, thread_ts=thread, name="a name.csv")
        (message,) = shared(slack)
        assert (message["thread_ts"], message["files"][0]["id"]) == (thread, file_id)
        assert files.read(files.info(file_id)) == CONTENT

    def test_a_description_too_long_is_cut(self, slack: Slack, files: Files) -> None:
        told = slack.web("files.info", file=files.upload(alt_text="x" * 2000))["file"]["alt_txt"]
        assert len(told) == 1000

    @pytest.mark.parametrize("method", STEPS)
    @pytest.mark.parametrize("kind", ["http_500", "ratelimited", "drop", "drop_after"])
    @pytest.mark.parametrize("times", [1, 2])
    def test_cut_short_it_begins_anew_and_is_shared_once(
        self, slack: Slack, files: Files, method: str, kind: str, times: int
    ) -> None:
        slack.fault(kind, method=method, times=times)
        file_id = files.upload(channel=OPS)
        assert [each["files"][0]["id"] for each in shared(slack)] == [file_id]
        assert files.read(files.info(file_id)) == CONTENT

    @pytest.mark.parametrize("method", STEPS)
    def test_told_to_come_back_later_it_does_so_then(
        self, slack: Slack, files: Files, time: FakeTime, method: str
    ) -> None:
        slack.fault("ratelimited", method=method, retry_after=17)
        files.upload()
        assert time.waits == [17]

    def test_an_outage_is_waited_out(self, slack: Slack) -> None:
        class Ending(FakeTime):
            """Time after some of which the outage is over."""

            async def sleep(self, seconds: float) -> None:
                await super().sleep(seconds)
                if len(self.waits) > 5:
                    await asyncio.to_thread(slack.clear_faults)

        slack.fault("outage")
        Files(slack.url, Ending()).upload(channel=OPS)
        assert len(shared(slack)) == 1

    def test_patience_ends(self, slack: Slack, files: Files, time: FakeTime) -> None:
        slack.fault("outage")
        with pytest.raises(Unavailable, match="Slack does not answer"):
            files.upload()
        assert 9 * 60 < sum(time.waits) <= 10 * 60

    def test_where_the_bot_is_not_nothing_is_shared(self, files: Files) -> None:
        with pytest.raises(NotFound, match="channel_not_found"):
            files.upload(channel=FINOPS)

    def test_nothing_secret_is_logged(self, slack: Slack, files: Files, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        slack.fault("http_500", method="upload")
        slack.fault("drop_after", method="files.completeUploadExternal")
        files.read(files.info(files.upload(channel=OPS)))
        assert "waiting" in caplog.text
        assert BOT_TOKEN not in caplog.text
        assert "/upload/" not in "".join(each.message for each in caplog.records if each.name.startswith("bot"))

    def test_a_picture_is_ready_once_slack_knows_what_it_is(self, edge: Edge) -> None:
        promise = ok(file_id="F1", upload_url=f"{edge.url}/upload/F1")
        unread, read = ({"id": "F1", "mimetype": kind} for kind in ("", "image/png"))
        edge.told = [promise, web.Response(), ok(files=[]), ok(file=unread), ok(file=unread), ok(file=read)]
        assert Files(edge.url, edge.time).upload() == "F1"
        assert edge.time.waits == [0.5, 0.5]
        assert [each for each in edge.headers if "Authorization" in each] == [*edge.headers[:1], *edge.headers[2:]]

    def test_a_picture_that_slack_makes_nothing_of_is_given_up(self, edge: Edge) -> None:
        promise = ok(file_id="F1", upload_url=f"{edge.url}/upload/F1")
        edge.told = [promise, web.Response(), ok(files=[]), *(ok(file={"id": "F1"}) for _ in range(10))]
        assert Files(edge.url, edge.time).upload() == "F1"
        assert sum(edge.time.waits) < 5

    def test_a_file_taken_that_is_shown_nowhere_is_not_sent_again(self, edge: Edge) -> None:
        promise = ok(file_id="F1", upload_url=f"{edge.url}/upload/F1")
        edge.told = [promise, web.Response(), None, *(ok(file={"id": "F1"}) for _ in range(10))]
        with pytest.raises(Unavailable, match="whether it shows it is not known"):
            Files(edge.url, edge.time).upload(channel=OPS)
        assert edge.asked["files.completeUploadExternal"] == 1

    @pytest.mark.parametrize("shares", [{"shares": {"private": {"G1": []}}}, {"groups": ["G1"]}])
    def test_a_file_that_was_shared_after_all_is_done(self, edge: Edge, shares: Json) -> None:
        promise = ok(file_id="F1", upload_url=f"{edge.url}/upload/F1")
        edge.told = [promise, web.Response(), broken(), ok(file={"id": "F1", **shares})]
        assert Files(edge.url, edge.time).upload(channel="G1") == "F1"

    def test_what_the_upload_address_does_not_take_is_told(self, edge: Edge) -> None:
        edge.told = [ok(file_id="F1", upload_url=f"{edge.url}/upload/F1"), web.Response(status=400, text="too_short")]
        with pytest.raises(Invalid, match="too_short"):
            Files(edge.url, edge.time).upload()


class TestInfo:
    def test_what_slack_knows_of_it(self, given: File) -> None:
        assert (given.name, given.size, given.user) == ("train.jsonl", len(LARGE), "U01ROSA")

    def test_what_is_not_there_is_not_found(self, files: Files) -> None:
        with pytest.raises(NotFound, match="does not show it to me: attach it to what you say"):
            files.info("F0NOTHING")

    def test_without_the_scope_that_is_said(self, edge: Edge) -> None:
        edge.told = [no("missing_scope")]
        with pytest.raises(Denied, match="lacks the scope files:read"):
            Files(edge.url, edge.time).info("F1")

    @pytest.mark.parametrize("what", [{"is_external": True}, {"mode": "external"}, {"url_private_download": None}])
    def test_a_link_to_elsewhere_is_no_file(self, edge: Edge, what: Json) -> None:
        elsewhere = {"id": "F1", "name": "Sheet", "url_private_download": "https://docs.example/1"}
        edge.told = [ok(file=elsewhere | what)]
        reading = Files(edge.url, edge.time)
        file = reading.info("F1")
        with pytest.raises(Invalid, match="“Sheet” is only a link"):
            reading.read(file)


class TestDownload:
    def test_it_comes_in_pieces_of_a_megabyte(self, files: Files, given: File) -> None:
        pieces = files.pieces(given)
        assert b"".join(pieces) == LARGE
        assert [len(each) for each in pieces] == [PIECE, PIECE, PIECE, 7]

    @pytest.mark.parametrize("kind", ["http_500", "ratelimited", "drop", "drop_after"])
    @pytest.mark.parametrize("times", [1, 3])
    def test_a_cut_is_made_good(self, slack: Slack, files: Files, given: File, kind: str, times: int) -> None:
        slack.fault(kind, method="download", times=times)
        assert files.read(given) == LARGE

    def test_it_goes_on_where_it_was_cut(self, slack: Slack, files: Files, given: File, time: FakeTime) -> None:
        slack.fault("drop_after", method="download", times=2)
        files.read(given)
        assert len(slack.calls("download")) == 3
        # Whether some of it had come before each cut, and so whether there is a pause, is the network's to say.
        assert set(time.waits) <= {0.5}

    def test_an_outage_ends_patience(self, slack: Slack, files: Files, given: File, time: FakeTime) -> None:
        slack.fault("outage")
        with pytest.raises(Unavailable, match="Slack does not answer"):
            files.read(given)
        assert 9 * 60 < sum(time.waits) <= 10 * 60

    def test_whoever_stops_early_leaves_nothing_open(self, files: Files, given: File) -> None:
        async def first(_: SlackFiles, reader: FileReader) -> bytes:
            pieces = reader.read(given)
            begun = await asyncio.to_thread(next, pieces)
            await asyncio.to_thread(pieces.close)
            return begun

        assert files.use(first) == LARGE[:PIECE]

    @pytest.mark.filterwarnings("ignore:Unclosed connection:ResourceWarning")
    def test_stopped_after_the_loop_has_ended_it_is_gone_already(self, files: Files, given: File) -> None:
        async def begin(_: SlackFiles, reader: FileReader) -> Generator[bytes, None, None]:
            pieces = reader.read(given)
            await asyncio.to_thread(next, pieces)
            return pieces

        pieces = files.use(begin)
        pieces.close()
        del pieces
        gc.collect()

    def test_a_file_the_bot_is_not_shown_is_denied(self, slack: Slack, files: Files, given: File) -> None:
        slack.do("membership", channel=OPS, user="U0DACBOT", joined=False)
        with pytest.raises(Denied, match=r"sign in before it hands out “train\.jsonl”"):
            files.read(given)


def a_file(edge: Edge, size: int = 6, mimetype: str = "text/plain") -> File:
    return File("F1", "train.jsonl", size, mimetype, "U1", f"{edge.url}/files/train.jsonl")


def cut(body: bytes, of: int) -> web.Response:
    """An answer that promises more than it brings."""

    class Cut(web.Response):
        async def write_eof(self, data: bytes = b"") -> None:
            await self.write(body)
            assert self._req
            assert self._req.transport
            self._req.transport.close()

    return Cut(headers={"Content-Length": str(of)})


class TestWhatServersDo:
    @pytest.fixture
    def reading(self, edge: Edge) -> Files:
        return Files(edge.url, edge.time)

    def test_the_token_goes_to_where_slack_says_and_asks_for_plain_bytes(self, edge: Edge, reading: Files) -> None:
        edge.told = [web.Response(body=b"abcdef")]
        assert reading.read(a_file(edge)) == b"abcdef"
        assert edge.headers[0]["Authorization"] == f"Bearer {BOT_TOKEN}"
        assert edge.headers[0]["Accept-Encoding"] == "identity"

    def test_the_token_goes_to_no_other_host(self, edge: Edge, reading: Files) -> None:
        other = Edge()
        with serving.running(other.app) as url:
            edge.told = [web.Response(status=302, headers={"Location": f"{url}/files/train.jsonl"})]
            with pytest.raises(Denied, match="sign in"):
                reading.read(a_file(edge))
        assert other.headers == []

    def test_within_one_host_it_follows(self, edge: Edge, reading: Files) -> None:
        edge.told = [web.Response(status=302, headers={"Location": "/elsewhere"}), web.Response(body=b"abcdef")]
        assert reading.read(a_file(edge)) == b"abcdef"
        assert edge.headers[1]["Authorization"] == f"Bearer {BOT_TOKEN}"

    def test_but_not_round_in_circles(self, edge: Edge, reading: Files) -> None:
        edge.told = [web.Response(status=302, headers={"Location": "/elsewhere"}) for _ in range(5)]
        with pytest.raises(Denied, match="sign in"):
            reading.read(a_file(edge))
        assert len(edge.headers) == 3

    def test_a_page_is_no_file(self, edge: Edge, reading: Files) -> None:
        edge.told = [web.Response(text="<html>", content_type="text/html")]
        with pytest.raises(Denied, match="sign in"):
            reading.read(a_file(edge))

    def test_but_a_file_may_be_a_page(self, edge: Edge, reading: Files) -> None:
        edge.told = [web.Response(text="<html>", content_type="text/html")]
        assert reading.read(a_file(edge, mimetype="text/html")) == b"<html>"

    @pytest.mark.parametrize(
        ("status", "kind", "why"),
        [
            (401, Denied, "sign in"),
            (403, Denied, "sign in"),
            (404, NotFound, "does not have the file “train.jsonl” any more"),
            (410, NotFound, "does not have the file"),
            (400, Invalid, "answers 400"),
            (416, Invalid, "answers 416"),
        ],
    )
    def test_a_refusal_is_told(self, edge: Edge, reading: Files, status: int, kind: type[DacError], why: str) -> None:
        edge.told = [web.Response(status=status, text="no", content_type="text/html")]
        with pytest.raises(kind, match=why):
            reading.read(a_file(edge))
        assert edge.time.waits == []

    def test_told_to_wait_it_waits(self, edge: Edge, reading: Files) -> None:
        edge.told = [limited("9"), broken(502), web.Response(body=b"abcdef")]
        assert reading.read(a_file(edge)) == b"abcdef"
        assert edge.time.waits == [9, 1]

    @pytest.mark.parametrize(
        "rest",
        [
            web.Response(status=206, body=b"def", headers={"Content-Range": "bytes 3-5/6"}),
            web.Response(status=206, body=b"cdef", headers={"Content-Range": "bytes 2-5/6"}),
            web.Response(status=200, body=b"abcdef"),
        ],
        ids=["the rest", "somewhat more", "all of it"],
    )
    def test_what_comes_after_a_cut_is_fitted_on(self, edge: Edge, reading: Files, rest: web.Response) -> None:
        edge.told = [cut(b"abc", of=6), rest]
        assert reading.read(a_file(edge)) == b"abcdef"
        assert edge.headers[1]["Range"] == "bytes=3-"

    @pytest.mark.parametrize(
        "wrong",
        [
            web.Response(status=206, body=b"ef", headers={"Content-Range": "bytes 4-5/6"}),
            web.Response(status=200, body=b"ab"),
        ],
        ids=["a later part", "a shorter file"],
    )
    def test_what_does_not_fit_is_asked_for_again(self, edge: Edge, reading: Files, wrong: web.Response) -> None:
        edge.told = [cut(b"abc", of=6), wrong, web.Response(body=b"abcdef")]
        assert reading.read(a_file(edge)) == b"abcdef"

    def test_a_cut_behind_the_last_byte_is_the_end(self, edge: Edge, reading: Files) -> None:
        edge.told = [cut(b"abcdef", of=7), web.Response(status=416)]
        assert reading.read(a_file(edge)) == b"abcdef"
