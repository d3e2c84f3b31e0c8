"""A playbook gone through: the strongest of what is likely comes first, and names are filled into command lines."""

from __future__ import annotations

import pytest

from dac.diagnosis import command_line, diagnose, likely_first, named, units_needed
from dac.figures import Unknown
from dac.playbooks import shipped
from dac.snapshot import READING, Snapshot, Work, worked_on
from dac.thresholds import Thresholds
from dac.verdicts import Ruling
from tests.dac.snapshots import CHAT, TUNE, UNREAD, WEB, history, hour, lately, seen, well, work
from tests.fakes import START, cluster, endpoint, fleet, model

BOOKS = shipped()
RULES = Thresholds()


def causes(name: str, snapshot: Snapshot) -> list[str]:
    return [each.cause.text for each in diagnose(BOOKS.find(name), snapshot, RULES).of(Ruling.LIKELY)]


def test_where_all_is_well_nothing_is_likely() -> None:
    for playbook in BOOKS.playbooks:
        assert causes(playbook.name, well()) == []


def test_the_strongest_comes_first_then_the_order_of_the_file() -> None:
    busy_and_changing = seen(cluster(lifecycle_state="UPDATING"), history=history(hour(3000, 9, 2000)))
    assert causes("high-latency", busy_and_changing) == [
        "The cluster is being changed, or is not well",
        "Cluster undersized for traffic",
        "Long prompts/completions",
    ]


def test_likely_causes_of_several_playbooks_are_told_once_each() -> None:
    snapshot = seen(cluster(lifecycle_state="FAILED"), traffic=lately(server_errors=900))
    found = likely_first([diagnose(each, snapshot, RULES) for each in BOOKS.playbooks])
    evidence = [each.verdict.evidence for _, each in found]
    assert len(evidence) == len(set(evidence))
    assert "chat is FAILED" in evidence[0]


def test_what_is_not_read_leaves_causes_open_after_the_likely_ones() -> None:
    found = diagnose(BOOKS.find("limit-refused"), well(work=UNREAD), RULES).found
    rulings = [each.verdict.ruling for each in found]
    assert rulings == sorted(rulings, key=list(Ruling).index)
    assert Ruling.UNKNOWN in rulings


def test_placeholders_are_what_is_looked_into_and_units_what_its_busiest_hour_needs() -> None:
    busy = well(history=history(hour(9000, 9)))
    assert named(busy) == {"cluster": "chat", "region": "eu-frankfurt-1", "endpoint": "chat-web", "units": "18"}
    assert named(seen(endpoints=(WEB, endpoint(CHAT, "b")))) == {"cluster": "chat", "region": "eu-frankfurt-1"}
    assert named(seen(None)) == {}
    assert units_needed(well(history=UNREAD)) is None
    assert units_needed(well()) is None


@pytest.mark.parametrize(
    ("line", "filled"),
    [
        ("scale {cluster} {units} because busy", 'scale "my chat" 4 because busy'),
        ("scale {cluster} {endpoint} because busy", 'scale "my chat"'),
        ("model", "model"),
    ],
)
def test_a_line_ends_where_something_is_not_known(line: str, filled: str) -> None:
    assert command_line(line, {"cluster": "my chat", "units": "4"}) == filled


def test_what_is_not_well_has_its_work_looked_at_and_no_more_than_six() -> None:
    bad = endpoint(CHAT, "bad", lifecycle_state="FAILED")
    assert [each.name for each in worked_on(CHAT, WEB, fleet(CHAT, endpoints=(WEB, bad)))] == [
        "chat",
        "chat-web",
        "bad",
    ]
    trained = [
        model(
            id=f"m{number}", name=f"m{number}", tuned_on=TUNE.id, lifecycle_state="FAILED" if number == 7 else "ACTIVE"
        )
        for number in range(9)
    ]
    names = [each.name for each in worked_on(TUNE, None, fleet(TUNE, models=tuple(trained)))]
    assert names == ["tune", "m7", "m0", "m1", "m2", "m3"]


def test_a_snapshot_tells_what_is_still_being_read() -> None:
    assert well().pending == ()
    assert well(work=Unknown(what="the work", settle=READING)).pending == ("the work",)
    assert isinstance(work(), Work)
    assert Snapshot(taken_at=START, fleet=fleet(CHAT)).pending == ()
