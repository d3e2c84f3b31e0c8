"""Answers that take a while, between the local Slack and the local Oracle: a data set that is checked."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from bot.inbox import Delivery, Inbox
from tests.bot.conftest import MakeHouse
from tests.bot.house import MANIFEST, House, Running
from tests.bot.people import CHICAGO, OPS, Json, Slack, shown, until
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
    return [each for each in slack.messages(channel) if each.get("bot_id") and ".jsonl" in each["text"]]


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
    told = answer(slack, "Oracle's demands")
    (picture,) = [each for each in told["blocks"] if each["type"] == "image"]
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


def test_what_a_process_that_is_gone_began_is_ended_in_its_own_message(home: House, slack: Slack) -> None:
    line = put(home, NO_PAIR)
    first = home.start()
    slack.command("rosa", line)
    answer(slack, "not fit")
    held = [each for each in slack.messages() if each["text"].startswith("training-data/odd")]
    first.stop()
    delivery = held[0]["metadata"]["event_payload"]["name"].removeprefix("lasting:")
    body = {"user_id": "U01ROSA", "channel_id": OPS, "text": line}
    other = Inbox(first.settings.database, "one that is gone", first.settings.lease)
    other.write([Delivery(delivery, "command", body)], [], home.time.now())
    put(home, NO_PAIR + b"[]\n")
    home.time.advance(minutes=2)
    home.start()
    told = answer(slack, "but no object (line 4)")
    assert [each["ts"] for each in answers(slack)] == [told["ts"]]
