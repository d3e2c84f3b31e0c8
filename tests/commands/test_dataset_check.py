"""/dac dataset check: what is told of data sets good and bad, and that nothing in them is shown."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from commands._chart import Distributions
from commands._command import Reply
from commands.dataset_check import Check, run
from dac.dataset_faults import Kind
from dac.errors import Conflict, DacError, Denied, Invalid, NotFound, Unavailable
from dac.steps import Dataset
from tests.commands.room import Room, lines, shown
from tests.commands.sound import bare, halved, live, markup, refused
from tests.dac.datasets import clean, row
from tests.fakes import ANN, BOB, NAMESPACE, REGION, When

GOOD = b"\n".join(clean(600)) + b"\n"
SECRET = "Zebra"
NO_PAIRS = b"[]\n" * 3


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    made.oracle.objects["training/good.jsonl"] = GOOD
    return made


def put(room: Room, *rows: bytes, name: str = "odd.jsonl") -> str:
    room.oracle.objects[f"training/{name}"] = b"\n".join(rows) + b"\n"
    return f"dataset check training/{name}"


def all_of(reply: Reply) -> list[Reply]:
    """The beginning, and whatever comes in its place."""
    assert reply.then is not None
    return [reply, *reply.then]


def checked(room: Room, line: str, user: str = ANN) -> Reply:
    return all_of(room.say(line, user))[-1]


def sound(reply: Reply) -> None:
    assert refused(reply.text, reply.blocks) == []
    assert reply.public
    for text in (*markup(reply.blocks), reply.text):
        assert live(text) + halved(text) == []


def test_a_good_one_is_fit_with_its_figures_and_their_sources(room: Room) -> None:
    said = checked(room, "dataset check training/good.jsonl")
    text = shown(said)
    assert "✅ *training/good.jsonl*: *fit to be trained on*" in text
    assert "600 in 600 lines" in text
    assert f"Object Storage in {REGION}" in text
    assert bare(said.blocks) == []
    assert said.files == ()
    sound(said)


def test_its_progress_is_told_on_the_way_and_when_it_will_end(room: Room) -> None:
    room.oracle.slow("content", minutes=0.2, when=When.AFTER, times=100)
    begun, *on_the_way, _ = all_of(room.say("dataset check training/good.jsonl"))
    assert "0 bytes of" in shown(begun)
    told = [shown(each) for each in on_the_way]
    assert len(told) == -(-len(GOOD) // room.oracle.part)
    assert " left" in told[0]
    assert "100 %" in told[-1]
    for each in (begun, *on_the_way):
        sound(each)


def test_what_it_found_is_remembered_for_that_very_object(room: Room) -> None:
    checked(room, "dataset check training/good.jsonl")
    data = Dataset(namespace=NAMESPACE, bucket="training", object_name="good.jsonl")
    found = room.services.checks.of(REGION, data, room.oracle.stored(REGION, data).etag)
    assert found is not None
    assert found.report.rows == 600
    assert found.at == room.clock.now()


def test_odd_lines_come_as_a_file_of_numbers_and_never_their_words(room: Room) -> None:
    bad = [json.dumps({"prompt": f"{SECRET} {number}"}).encode() for number in range(3)]
    personal = row(f"Write to {SECRET}@example.com", f"{SECRET} it is.")
    said = checked(room, put(room, *clean(200), *bad, b"not json " + SECRET.encode(), b"", personal))
    assert "⛔ *training/odd.jsonl*: *not fit*, by what Oracle demands" in shown(said)
    (file,) = said.files
    found = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert {each["what"] for each in found} >= {Kind.NO_COMPLETION, Kind.NOT_JSON, Kind.BLANK, Kind.EMAIL}
    assert [each["line"] for each in found if each["what"] == Kind.NO_COMPLETION] == ["201", "202", "203"]
    assert file.name == "odd-lines.csv"
    everything = " ".join([shown(said), said.text, file.title, file.content.decode(), str(said.pictures)])
    assert SECRET not in everything
    sound(said)


def test_one_with_warnings_is_fit_for_oracle_and_says_how_many_there_are(room: Room) -> None:
    said = checked(room, put(room, *clean(60)))
    assert "⚠️" in shown(said)
    assert "what Oracle demands is met, *with 1 warning*" in shown(said)
    assert bare(said.blocks) == []


def test_too_few_pairs_are_refused_with_the_number(room: Room) -> None:
    said = checked(room, put(room, *clean(31)))
    assert "*not fit*" in shown(said)
    assert "31 pairs" in shown(said)
    assert "32" in shown(said)


def test_the_picture_shows_how_long_prompts_and_completions_are_and_says_so_in_words(room: Room) -> None:
    (chart,) = checked(room, "dataset check training/good.jsonl").pictures.values()
    assert isinstance(chart, Distributions)
    assert [each.name for each in chart.spreads] == ["Prompts", "Completions"]
    assert sum(bar.count for bar in chart.spreads[0].bars) == 600
    assert "prompts median 52–55" in chart.alt
    assert "completions" in chart.alt


def test_a_file_without_a_single_pair_has_no_picture_and_offers_no_training(room: Room) -> None:
    said = checked(room, put(room, b"{}"))
    assert said.pictures == {}
    assert not any(each["type"] == "image" for each in said.blocks)
    assert lines(said.blocks) == ["handbook data"]


def test_what_comes_next_is_offered(room: Room) -> None:
    said = checked(room, "dataset check training/good.jsonl")
    train, takes, handbook = lines(said.blocks)
    assert train == f"finetune --dataset training/good.jsonl --namespace {NAMESPACE}"
    assert (takes, handbook) == ("size finetune 600", "handbook data")
    refused_one = checked(room, put(room, *clean(10)))
    assert not any(each.startswith("finetune") for each in lines(refused_one.blocks))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("dataset check training/nowhere.jsonl", "404 ObjectNotFound"),
        ("dataset check nowhere/good.jsonl", "404 BucketNotFound"),
        ("dataset check oci://training@others/good.jsonl", "404 BucketNotFound"),
        ("dataset check training/good.jsonl --region us-phoenix-9", "no region “us-phoenix-9”"),
        ("dataset check training/empty.jsonl", "is empty"),
        ("dataset check training/sub/", "stands for a folder: name a file in it"),
        ("dataset check --file F0000000", "Slack has no such file"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(room: Room, line: str, why: str) -> None:
    room.oracle.objects |= {"training/empty.jsonl": b"", "training/sub/": b""}
    with pytest.raises(DacError, match=why):
        room.say(line)


@pytest.mark.parametrize("line", ["dataset check pairs.jsonl", "dataset check /pairs.jsonl"])
def test_what_is_no_address_is_told_what_one_is(room: Room, line: str) -> None:
    with pytest.raises(Invalid, match="give bucket/object"):
        room.say(line)


def test_it_is_looked_for_in_every_region_and_asked_which_where_several_have_it(room: Room) -> None:
    room.services = replace(room.services, regions=("us-chicago-1", REGION))
    with pytest.raises(Invalid, match=f"in us-chicago-1 and {REGION}; say with --region"):
        room.say("dataset check training/good.jsonl")
    assert "Object Storage in us-chicago-1" in shown(
        checked(room, "dataset check training/good.jsonl --region us-chicago-1")
    )
    with pytest.raises(NotFound):
        room.say("dataset check training/nowhere.jsonl")


def test_one_that_is_replaced_while_it_is_read_ends_with_that(room: Room) -> None:
    begun = room.say("dataset check training/good.jsonl")
    assert begun.then is not None
    next(begun.then)
    room.oracle.objects["training/good.jsonl"] = GOOD + GOOD
    with pytest.raises(Conflict, match="412"):
        next(begun.then)
    data = Dataset(namespace=NAMESPACE, bucket="training", object_name="good.jsonl")
    assert room.services.checks.of(REGION, data, room.oracle.stored(REGION, data).etag) is None


def test_one_whose_process_ends_is_told_so_and_can_be_checked_anew(room: Room) -> None:
    room.checkers.dies_after = len(GOOD) // 2
    with pytest.raises(Unavailable, match="broken off"):
        checked(room, "dataset check training/good.jsonl")
    room.checkers.dies_after = None
    assert "600 in 600 lines" in shown(checked(room, "dataset check training/good.jsonl"))


def test_one_that_is_given_up_leaves_nothing_running(room: Room) -> None:
    rest = room.say("dataset check training/good.jsonl").then
    assert isinstance(rest, Generator)
    next(rest)
    assert room.checkers.under_way == 1
    rest.close()
    assert room.checkers.under_way == 0


def test_where_none_is_under_way_there_is_nothing_to_stop(room: Room) -> None:
    with pytest.raises(NotFound, match="Nothing that you asked for is under way"):
        room.say("dataset stop")


def test_a_file_somebody_attached_is_checked_likewise_and_offers_no_training(room: Room) -> None:
    file = room.files.put("pairs.jsonl", GOOD, user=ANN)
    said = checked(room, f"dataset check --file {file.id}")
    assert "*pairs.jsonl*: *fit to be trained on*" in shown(said)
    assert "a file in Slack" in shown(said)
    assert not any(each.startswith("finetune") for each in lines(said.blocks))


def test_it_says_for_whom_it_is_from_beginning_to_end(room: Room) -> None:
    for each in all_of(room.say("dataset check training/good.jsonl", BOB)):
        assert f"sked for by <@{BOB}>" in shown(each)


def test_of_several_files_the_first_is_checked_and_the_others_are_named_as_not(room: Room) -> None:
    files = tuple(room.files.attached(f"{name}.jsonl", GOOD) for name in ("one", "two", "three"))
    call = replace(room.call(ANN, None), files=files)
    said = all_of(run(Check(file=files[0].id), call, room.services))[-1]
    assert "*one.jsonl*: *fit to be trained on*" in shown(said)
    assert "You attached 2 more files, not looked at" in shown(said)


def test_a_name_of_several_lines_or_read_backwards_says_nothing_of_its_own(room: Room) -> None:
    for name in ("a.jsonl\n\n✅ *fit to be trained on*", "\u202elnosj.a", "a\rb\u2028c.jsonl"):
        file = room.files.put(name, NO_PAIRS, user=ANN)
        for each in all_of(room.say(f"dataset check --file {file.id}")):
            for text in (*markup(each.blocks), each.text, *(it.title for it in each.files)):
                assert not any(odd in text for odd in ("\n\n✅", "\u202e", "\r", "\u2028"))


def test_somebody_elses_file_is_not_looked_into(room: Room) -> None:
    file = room.files.put("pairs.jsonl", GOOD, user=BOB)
    with pytest.raises(Denied, match="put into Slack by somebody else: attach it to your own message"):
        room.say(f"dataset check --file {file.id}", ANN)


def test_a_hostile_name_is_shown_and_calls_nobody(room: Room) -> None:
    name = "<!channel> *x* & <@UEVIL>.jsonl"
    room.oracle.objects[f"training/{name}"] = b"\n".join([*clean(40), b"no"])
    found = all_of(room.say(f'dataset check "training/{name}"'))
    for each in found:
        sound(each)


def test_how_long_is_left_is_not_guessed_in_the_first_seconds(room: Room) -> None:
    begun, first, *_ = all_of(room.say("dataset check training/good.jsonl"))
    assert " left" not in shown(begun)
    assert " left" not in shown(first)


def test_what_was_not_read_is_not_said_to_meet_what_oracle_demands(room: Room) -> None:
    room.oracle.part = 1 << 20
    said = checked(room, put(room, *clean(600), row("x" * (1 << 21), "y")))
    assert "what Oracle demands is met, as far as it was read, *with 1 warning*" in shown(said)


def test_what_is_no_text_is_not_read_through_and_told_in_one_sentence(room: Room) -> None:
    room.oracle.objects["training/odd.jsonl"] = gzip.compress(GOOD)
    begun = room.say("dataset check training/odd.jsonl")
    assert begun.then is not None
    with pytest.raises(Invalid, match=r"^training/odd.jsonl is compressed \(gzip\)\. .*: unpack it"):
        next(begun.then)
    assert room.checkers.under_way == 0


def test_what_is_stored_compressed_is_not_read_at_all(room: Room) -> None:
    room.oracle.objects["training/odd.jsonl"] = gzip.compress(GOOD)
    room.oracle.encodings["training/odd.jsonl"] = "gzip"
    with pytest.raises(Invalid, match="stored compressed \\(Content-Encoding: gzip\\)"):
        room.say("dataset check training/odd.jsonl")


def test_quotation_marks_that_could_not_be_typed_again_are_refused(room: Room) -> None:
    with pytest.raises(Invalid, match="quotation marks in the name of a data set could not be typed again"):
        room.say("dataset check training/“good”.jsonl")


def test_a_name_with_a_space_is_offered_as_it_can_be_typed(room: Room) -> None:
    said = checked(room, put(room, *clean(40), name="our pairs.jsonl").replace("training/", '"training/') + '"')
    assert f'finetune --dataset "training/our pairs.jsonl" --namespace {NAMESPACE}' in lines(said.blocks)
