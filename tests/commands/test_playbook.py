"""/dac playbook and /dac doctor: likely causes first with evidence and buttons, and a transcript of all of it."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from pathlib import Path

import pytest

from commands import _heard
from commands._blocks import MESSAGE_TEXT, length
from commands._command import Reply
from dac.cluster import Fleet
from dac.errors import DacError, Invalid, NotFound, Unavailable
from dac.playbooks import shipped
from tests.commands.requests import HOSTILE, HOSTILE_NAME
from tests.commands.room import Room, lines, shown, understood
from tests.commands.sound import halved, live, markup, refused
from tests.dac.snapshots import CHAT, TUNE, WEB, history, hour, lately
from tests.fakes import START, cluster, endpoint, fleet, gap, model, traffic

BOOKS = shipped()
NAMES = [each.name for each in BOOKS.playbooks]


def seen(**figures: object) -> Fleet:
    return fleet(CHAT, TUNE, endpoints=(WEB,), models=(model(),), traffic=lately(**figures))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path, seen())
    made.oracle.histories[CHAT.id] = history()
    return made


def busy(path: Path) -> Room:
    made = Room(path, seen(calls=9000, p95_latency=9000, input_tokens=4_500_000, output_tokens=1_800_000))
    made.oracle.histories[CHAT.id] = history(hour(9000, 9))
    return made


def last(reply: Reply) -> Reply:
    assert reply.then is not None
    return list(reply.then)[-1]


def read(reply: Reply) -> str:
    return html.unescape(shown(reply))


def sound(reply: Reply) -> None:
    assert refused(reply.text, reply.blocks) == []
    assert length(reply.blocks) <= MESSAGE_TEXT
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []
    for line in lines(reply.blocks):
        assert understood(line)


def test_without_a_symptom_all_are_there_with_a_button_each(room: Room) -> None:
    reply = room.say("playbook")
    assert lines(reply.blocks) == [f"playbook {name}" for name in NAMES]
    assert not reply.public
    sound(reply)


def test_what_is_likely_stands_first_with_its_evidence_and_the_next_request_filled_in(tmp_path: Path) -> None:
    reply = last(busy(tmp_path).say("playbook slow chat"))
    text = read(reply)
    assert "Likely: Cluster undersized for traffic" in text
    assert text.index("2 slow hours (p95 up to 9.0 s, above 5 s)") < text.index("Ruled out")
    assert lines(reply.blocks)[0] == "scale chat 18 because its busiest hours are too much for it"
    assert lines(reply.blocks)[-1] == "playbook high-latency chat"
    assert "_(measured, " in text
    sound(reply)


def test_where_all_is_well_nothing_is_accused_and_what_was_looked_at_is_told(room: Room) -> None:
    text = read(last(room.say("playbook endpoint-not-responding chat-web")))
    assert "chat-web on chat" in text
    assert "None of 8 causes is likely" in text
    assert "1 endpoint ACTIVE" in text


def test_its_progress_is_told_part_after_part(room: Room) -> None:
    begun = room.say("playbook high-latency chat")
    assert begun.public
    assert begun.brief
    assert begun.then is not None
    told = [read(each) for each in begun.then]
    percents = [found[0] for each in told if (found := re.findall(r"\d+ %", each))]
    assert percents == ["16 %", "33 %", "50 %", "66 %", "83 %", "100 %"]
    assert "Reading what Oracle was asked to do" in told[0]
    assert "0 %" in read(begun)
    assert "Reading the clusters, their endpoints and traffic" in read(begun)


def test_what_cannot_be_read_is_not_known_and_never_well(room: Room) -> None:
    for call in ("history", "work_requests", "headroom", "discover"):
        room.oracle.fail(call, Unavailable("Oracle did not answer in time."), times=9)
    text = read(last(room.say("playbook limit-refused chat")))
    assert "Not known" in text
    assert "→ Oracle did not answer in time." in text
    assert "The service limit is used up" not in text.partition("Ruled out")[2]


@pytest.mark.parametrize(
    ("line", "title", "about"),
    [
        ("playbook high-latency chat", "High latency", "chat"),
        ("playbook endpoint not responding chat-web", "Endpoint not responding", "chat-web on chat"),
        ("playbook very slow lately chat", "High latency", "chat"),
        ("playbook fine-tuning-fails tune", "Fine-tuning fails", "tune"),
        ("playbook slow", "High latency", "chat"),
        ("playbook cost-surprise", "Cost surprise", "the fleet"),
        ("playbook our bill is huge", "Cost surprise", "the fleet"),
        ("doctor chat", "Doctor", "chat"),
        ("doctor chat-web", "Doctor", "chat-web on chat"),
        ("doctor tune", "Doctor", "tune"),
    ],
)
def test_symptom_and_what_it_is_about_are_understood(room: Room, line: str, title: str, about: str) -> None:
    assert f"*{title}: {about}*" in read(last(room.say(line)))


def test_where_several_could_be_meant_they_are_offered_the_worst_first(tmp_path: Path) -> None:
    many = [cluster(f"c{number:02}") for number in range(12)]
    bad = cluster("zz bad", lifecycle_state="FAILED")
    reply = Room(tmp_path, fleet(*many, bad)).say("playbook slow")
    assert lines(reply.blocks)[0] == 'playbook high-latency "zz bad"'
    assert len(lines(reply.blocks)) == 10
    assert "3 more: `/dac playbook high-latency <its name>`" in read(reply)
    sound(reply)


def test_where_there_is_no_such_cluster_that_is_said(tmp_path: Path) -> None:
    assert "There is no cluster that Fine-tuning fails could be about" in read(
        Room(tmp_path, fleet(cluster())).say("playbook fine-tuning-fails")
    )


def test_one_that_is_seen_alone_is_not_taken_for_the_only_one(tmp_path: Path) -> None:
    reply = Room(tmp_path, fleet(CHAT, gaps=(gap(),))).say("playbook slow")
    assert lines(reply.blocks) == ["playbook high-latency chat"]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("playbook 🚀", "There is no playbook for “🚀”"),
        ("playbook high-latency nowhere", "There is no cluster “nowhere”"),
        ("doctor nowhere", "There is no cluster “nowhere”"),
    ],
)
def test_what_is_not_there_is_said(room: Room, line: str, sentence: str) -> None:
    room.oracle.fleet()
    with pytest.raises(NotFound, match=sentence):
        room.say(line)


@pytest.mark.parametrize("minutes", [None, 2])
def test_where_nothing_recent_is_known_it_is_begun_before_oracle_is_asked(room: Room, minutes: int | None) -> None:
    if minutes:
        room.oracle.fleet()
        room.clock.advance(minutes=minutes)
        room.oracle.add(cluster("new"))
    room.oracle.fail("fleet", Unavailable("Oracle did not answer within 10 s; ask again."))
    begun = room.say("doctor new")
    assert "looking into new" in read(begun)
    assert begun.then is not None
    with pytest.raises(Unavailable, match="within 10 s"):
        next(begun.then)


def test_a_name_that_turns_out_not_to_be_there_ends_what_was_begun(room: Room) -> None:
    begun = room.say("doctor nowhere")
    assert begun.then is not None
    with pytest.raises(NotFound, match="There is no cluster “nowhere”"):
        next(begun.then)


def test_what_is_known_names_it_and_is_read_anew_all_the_same(room: Room) -> None:
    room.oracle.fleet()
    room.oracle.change(CHAT.id, lifecycle_state="FAILED")
    begun = room.say("doctor ch")
    assert "looking into chat" in read(begun)
    assert "FAILED" in read(last(begun))


def test_an_endpoint_of_a_cluster_nobody_sees_cannot_be_looked_into(tmp_path: Path) -> None:
    stray = endpoint(cluster("gone"), "stray")
    with pytest.raises(NotFound, match="The cluster of endpoint stray is not among those I see"):
        last(Room(tmp_path, fleet(CHAT, endpoints=(stray,))).say("doctor stray"))


def test_an_endpoint_that_was_deleted_is_still_known_to_who_asks_for_it(tmp_path: Path) -> None:
    gone = endpoint(CHAT, "chat-old", lifecycle_state="DELETED", time_updated=START)
    room = Room(tmp_path, fleet(CHAT, endpoints=(WEB,), models=(model(),), traffic=lately(), deleted=(gone,)))
    found = read(last(room.say("playbook not responding chat-old")))
    assert "Likely: An endpoint was deleted lately" in found
    assert "chat-old was deleted on 2026-11-23 12:00 UTC" in found


def test_a_word_that_could_be_several_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="could be aa or ab"):
        last(Room(tmp_path, fleet(cluster("aa"), cluster("ab"))).say("doctor a"))


def test_the_transcript_holds_every_cause_with_its_checks_evidence_and_time(tmp_path: Path) -> None:
    reply = last(busy(tmp_path).say("doctor chat"))
    (file,) = reply.files
    text = file.content.decode()
    assert file.name == "doctor-chat-20261123T1200Z.md"
    for playbook in BOOKS.playbooks:
        if playbook.fits("HOSTING"):
            assert f"## {playbook.title}" in text
            for cause in playbook.causes:
                assert f"### {cause.text}: " in text
    assert "- undersized (likely, measured, 2026-11-23 12:00:00 UTC): 2 slow hours" in text
    assert "What would settle it: " in text


def test_a_transcript_tells_what_was_not_read_and_which_endpoint(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(CHAT, endpoints=(WEB,), gaps=(gap("models in compartment …team"),)))
    text = last(room.say("playbook slow chat-web")).files[0].content.decode()
    assert f"Endpoint chat-web, ACTIVE (`{WEB.id}`)." in text
    assert "Not read: models in compartment …team in eu-frankfurt-1: Oracle did not answer in time" in text
    fleets = last(room.say("playbook cold-region")).files[0]
    assert fleets.name.startswith("cold-region-fleet-")


def test_the_doctor_tells_all_that_is_wrong_and_stays_within_a_message(tmp_path: Path) -> None:
    sick = cluster(
        lifecycle_state="NEEDS_ATTENTION",
        lifecycle_details="LimitExceeded QuotaExceeded OutOfHostCapacity " + "x" * 900,
    )
    broken = tuple(endpoint(sick, f"e{number}", lifecycle_state="FAILED") for number in range(50))
    ends = model(time_dedicated_retired="2026-12-01T00:00:00Z")
    calls = tuple(
        traffic(each, calls=Decimal(9000), client_errors=Decimal(3000), server_errors=Decimal(3000)) for each in broken
    )
    room = Room(tmp_path, fleet(sick, endpoints=broken, models=(ends,), traffic=calls))
    reply = last(room.say("doctor chat"))
    text = read(reply)
    assert "Likely as well" in text
    assert "in the transcript" in text or "Not known" in text
    sound(reply)


@pytest.mark.parametrize("line", [*(f"playbook {name} ocid1.hostile" for name in NAMES), "doctor ocid1.hostile"])
def test_whatever_people_and_oracle_have_named_calls_nobody(tmp_path: Path, line: str) -> None:
    held = cluster(HOSTILE_NAME, lifecycle_state="FAILED", lifecycle_details=HOSTILE * 9).model_copy(
        update={"id": "ocid1.hostile"}
    )
    one = endpoint(held, HOSTILE_NAME, lifecycle_state="FAILED", lifecycle_details=HOSTILE)
    ours = model(name=HOSTILE_NAME, time_dedicated_retired="2026-12-01T00:00:00Z")
    room = Room(tmp_path, fleet(held, endpoints=(one,), models=(ours,)))
    room.oracle.fail("work_requests", DacError(HOSTILE), times=9)
    begun = room.say(line)
    sound(begun)
    sound(last(begun))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("endpoint not responding", "endpoint-not-responding"),
        ("DAC slow", "high-latency"),
        ("the cluster keeps timing out!", "high-latency"),
        ("endpoint create not responding", "endpoint-not-responding"),
        ("scale chat slow", None),
        ("hello there", None),
    ],
)
def test_what_is_no_command_may_be_a_symptom(said: str, name: str | None) -> None:
    found = _heard.heard(said, BOOKS)
    assert (found.name if found else None) == name


def test_the_offer_names_what_was_named_and_why_it_was_no_command() -> None:
    problem = Invalid("I do not know “why”.")
    here = fleet(CHAT, endpoints=(WEB,))
    for said, line in (
        ("chat is slow", "playbook high-latency chat"),
        ("chat-web is slow", "playbook high-latency chat-web"),
        ("something is slow", "playbook high-latency"),
    ):
        reply = _heard.offer(BOOKS.find("slow"), said, here, problem)
        assert lines(reply.blocks) == [line]
        assert "I do not know “why”." in shown(reply)
        assert not reply.public
        sound(reply)
    assert lines(_heard.offer(BOOKS.find("slow"), "chat is slow", None, problem).blocks) == ["playbook high-latency"]
