from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from approvals.database import stamp
from approvals.store import Store
from bot.claims import Try
from bot.postings import CARD, NOTICE, Postings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "dac.sqlite3"
    Store(path)
    return path


@pytest.fixture
def one(path: Path) -> Postings:
    return Postings(path, "one", LEASE)


@pytest.fixture
def two(path: Path) -> Postings:
    return Postings(path, "two", LEASE)


def test_of_two_processes_one_posts(one: Postings, two: Postings) -> None:
    assert one.claim(1, CARD, "C1", NOW)
    assert two.claim(1, CARD, "C1", NOW) is None


def test_of_many_at_once_one_posts(path: Path) -> None:
    everybody = [Postings(path, str(each), LEASE) for each in range(16)]
    with ThreadPoolExecutor(16) as pool:
        claimed = list(pool.map(lambda postings: postings.claim(1, CARD, "C1", NOW), everybody))
    assert len([each for each in claimed if each]) == 1


def test_who_claims_first_has_nothing_to_look_for(one: Postings) -> None:
    assert one.claim(1, CARD, "C1", NOW) == Try("C1", None)


def test_a_claim_alone_leaves_nothing_to_look_for(one: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    assert one.claim(1, CARD, "C2", NOW + timedelta(seconds=1)) == Try("C1", None)


def test_where_and_when_it_was_tried_is_known_until_it_is_tried_again_however_often_it_is_claimed(
    one: Postings, two: Postings
) -> None:
    one.claim(1, CARD, "C1", NOW)
    assert one.begin(1, CARD, "C2", NOW)
    for minutes in (1, 2, 3):
        assert two.claim(1, CARD, "C3", NOW + timedelta(minutes=minutes)) == Try("C2", NOW)
    assert two.begin(1, CARD, "C3", NOW + timedelta(minutes=4))
    assert two.claim(1, CARD, "C3", NOW + timedelta(minutes=5)) == Try("C3", NOW + timedelta(minutes=4))


@pytest.mark.parametrize(("after", "may"), [(29, False), (31, True)])
def test_a_claim_passes_on_when_its_lease_ends(one: Postings, two: Postings, after: int, *, may: bool) -> None:
    one.claim(1, CARD, "C1", NOW)
    assert bool(two.claim(1, CARD, "C1", NOW + timedelta(seconds=after))) is may
    assert one.begin(1, CARD, "C1", NOW + timedelta(seconds=after + 1)) is not may


@pytest.mark.parametrize(("after", "may"), [(29, False), (31, True)])
def test_a_process_that_puts_down_only_when_it_tried_has_a_lease_too(
    path: Path, two: Postings, after: int, *, may: bool
) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO postings (request_id, name, channel, holder, tried_at) VALUES (1, ?, 'C1', 'older', ?)",
            [CARD, stamp(NOW)],
        )
    claimed = two.claim(1, CARD, "C1", NOW + timedelta(seconds=after))
    assert claimed == (Try("C1", NOW) if may else None)


def test_who_begins_late_has_it_for_as_long_again(one: Postings, two: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    assert one.begin(1, CARD, "C1", NOW + timedelta(seconds=50))
    assert two.claim(1, CARD, "C1", NOW + timedelta(seconds=79)) is None


def test_what_has_been_posted_is_not_posted_again(one: Postings, two: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.posted(1, CARD, "C1", "1.1", "digest", NOW)
    for postings in (one, two):
        assert postings.claim(1, CARD, "C1", NOW + timedelta(days=1)) is None
    found = two.of(1)[CARD]
    assert (found.channel, found.ts, found.digest) == ("C1", "1.1", "digest")


@pytest.mark.parametrize("before", [Try("C1", None), Try("C0", NOW - timedelta(hours=1))])
def test_what_slack_refused_is_free_at_once_and_known_as_it_was(one: Postings, two: Postings, before: Try) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.begin(1, CARD, "C1", NOW)
    one.refused(1, CARD, before)
    assert two.claim(1, CARD, "C1", NOW) == before
    one.refused(1, CARD, Try("C9", None))
    assert one.claim(1, CARD, "C1", NOW) is None


def test_what_is_posted_is_refused_by_nobody(one: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.posted(1, CARD, "C1", "1.1", "digest", NOW)
    one.refused(1, CARD, Try("C1", None))
    assert one.of(1)[CARD].ts == "1.1"


def test_of_two_that_are_there_the_first_put_down_stays_on_record(one: Postings, two: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.posted(1, CARD, "C1", "1.1", "digest", NOW)
    two.posted(1, CARD, "C1", "1.2", "digest", NOW)
    assert one.of(1)[CARD].ts == "1.1"


def test_a_lost_card_takes_its_thread_with_it(one: Postings) -> None:
    for name, ts in ((CARD, "1.1"), ("detail", "1.2")):
        one.claim(1, name, "C1", NOW)
        one.posted(1, name, "C1", ts, "digest", NOW)
    one.lost(1, CARD, "1.1")
    assert {each.ts for each in one.of(1).values()} == {None}
    assert one.claim(1, "detail", "C1", NOW) == Try("C1", None)


def test_a_lost_line_leaves_the_rest(one: Postings) -> None:
    for request_id, name, ts in ((1, CARD, "1.1"), (1, "detail", "1.2"), (2, CARD, "2.1")):
        one.claim(request_id, name, "C1", NOW)
        one.posted(request_id, name, "C1", ts, "digest", NOW)
    one.lost(1, "detail", "1.2")
    assert one.of(1)[CARD].ts == "1.1"
    assert one.of(1)["detail"].ts is None
    one.lost(1, CARD, "1.1")
    assert one.of(2)[CARD].ts == "2.1"


def test_a_thread_leads_to_its_request_by_its_card_alone(one: Postings) -> None:
    for name, ts in ((CARD, "1.1"), ("detail", "1.2")):
        one.claim(7, name, "C1", NOW)
        one.posted(7, name, "C1", ts, "digest", NOW)
    assert one.request_of("C1", "1.1") == 7
    assert one.request_of("C1", "1.2") is None
    assert one.request_of("C2", "1.1") is None


def test_what_has_been_posted_anew_meanwhile_is_not_what_was_lost(one: Postings, two: Postings) -> None:
    for name, ts in ((CARD, "1.1"), ("detail", "1.2")):
        one.claim(1, name, "C1", NOW)
        one.posted(1, name, "C1", ts, "digest", NOW)
    one.lost(1, CARD, "1.1")
    one.claim(1, CARD, "C1", NOW)
    one.posted(1, CARD, "C1", "2.1", "digest", NOW)
    two.lost(1, CARD, "1.1")
    two.lost(1, "detail", "1.2")
    assert two.of(1)[CARD].ts == "2.1"


def test_a_notice_elsewhere_outlives_a_lost_card(one: Postings) -> None:
    notice = f"{NOTICE}C2"
    for name, channel in ((CARD, "C1"), (notice, "C2")):
        one.claim(1, name, channel, NOW)
        one.posted(1, name, channel, "1.1", "digest", NOW)
    one.lost(1, CARD, "1.1")
    assert one.of(1)[notice].ts == "1.1"
    one.lost(1, notice, "1.1")
    assert one.of(1)[notice].ts is None


def test_a_link_goes_with_its_card(one: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    assert one.link(1) is None
    one.posted(1, CARD, "C1", "1.1", "digest", NOW)
    one.linked(1, "https://sandbox.slack.com/archives/C1/p11")
    assert one.link(1) == "https://sandbox.slack.com/archives/C1/p11"
    assert one.link(2) is None
    one.lost(1, CARD, "1.1")
    assert one.link(1) is None


def test_the_card_looked_at_longest_ago_is_next_and_each_comes_once(one: Postings, two: Postings) -> None:
    for request_id, minutes in ((1, 3), (2, 1), (3, 2)):
        one.claim(request_id, CARD, "C1", NOW)
        one.posted(request_id, CARD, "C1", f"{request_id}.1", "digest", NOW + timedelta(minutes=minutes))
    later = NOW + timedelta(minutes=10)
    looked = [postings.look(NOW + timedelta(minutes=5), later) for postings in (one, two, one, two)]
    assert looked == [2, 3, 1, None]


def test_neither_a_young_card_nor_a_lost_one_nor_one_left_alone_is_looked_at(one: Postings) -> None:
    for request_id, at in ((1, NOW), (2, NOW), (3, NOW + timedelta(minutes=6))):
        one.claim(request_id, CARD, "C1", NOW)
        one.posted(request_id, CARD, "C1", f"{request_id}.1", "digest", at)
    one.lost(1, CARD, "1.1")
    one.leave(2)
    assert one.look(NOW + timedelta(minutes=5), NOW) is None


def test_lines_of_a_thread_are_not_looked_at_by_themselves(one: Postings) -> None:
    one.claim(1, "detail", "C1", NOW)
    one.posted(1, "detail", "C1", "1.2", "digest", NOW)
    assert one.look(NOW + timedelta(days=1), NOW) is None


@pytest.mark.parametrize(
    "query",
    [
        "SELECT request_id, name FROM postings WHERE looked_at IS NOT NULL AND looked_at <= '' ORDER BY looked_at",
        "SELECT * FROM postings WHERE request_id = 1",
        "SELECT request_id FROM postings WHERE channel = 'C1' AND ts = '1.1' AND name = 'card'",
    ],
)
def test_nothing_is_found_by_looking_at_all_that_was_ever_posted(one: Postings, path: Path, query: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert plan
    assert all(each.startswith("SEARCH") for each in plan), plan
