from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from approvals.store import Store
from bot.postings import CARD, Postings

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
    claimed = one.claim(1, CARD, "C1", NOW)
    assert claimed
    assert claimed.tried_at is None


def test_who_claims_again_is_told_when_it_was_tried(one: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    again = one.claim(1, CARD, "C1", NOW + timedelta(seconds=1))
    assert again
    assert again.tried_at == NOW


@pytest.mark.parametrize(("after", "may"), [(29, False), (31, True)])
def test_a_claim_passes_on_when_its_lease_ends(one: Postings, two: Postings, after: int, *, may: bool) -> None:
    one.claim(1, CARD, "C1", NOW)
    taken = two.claim(1, CARD, "C1", NOW + timedelta(seconds=after))
    assert bool(taken) is may
    if taken:
        assert taken.tried_at == NOW
        assert one.claim(1, CARD, "C1", NOW + timedelta(seconds=after + 1)) is None


def test_what_has_been_posted_is_not_posted_again(one: Postings, two: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.posted(1, CARD, "C1", "1.1", "digest")
    for postings in (one, two):
        assert postings.claim(1, CARD, "C1", NOW + timedelta(days=1)) is None
    found = two.of(1)[CARD]
    assert (found.channel, found.ts, found.digest) == ("C1", "1.1", "digest")


def test_what_slack_refused_is_free_at_once_and_not_looked_for(one: Postings, two: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.unclaim(1, CARD)
    claimed = two.claim(1, CARD, "C1", NOW)
    assert claimed
    assert claimed.tried_at is None


def test_what_is_posted_is_not_unclaimed(one: Postings) -> None:
    one.claim(1, CARD, "C1", NOW)
    one.posted(1, CARD, "C1", "1.1", "digest")
    one.unclaim(1, CARD)
    assert one.of(1)[CARD].ts == "1.1"


def test_a_lost_card_takes_its_thread_with_it(one: Postings) -> None:
    for name, ts in ((CARD, "1.1"), ("detail", "1.2")):
        one.claim(1, name, "C1", NOW)
        one.posted(1, name, "C1", ts, "digest")
    one.lost(1, CARD)
    assert {each.ts for each in one.of(1).values()} == {None}
    claimed = one.claim(1, "detail", "C1", NOW)
    assert claimed
    assert claimed.tried_at is None


def test_a_lost_line_leaves_the_rest(one: Postings) -> None:
    for request_id, name, ts in ((1, CARD, "1.1"), (1, "detail", "1.2"), (2, CARD, "2.1")):
        one.claim(request_id, name, "C1", NOW)
        one.posted(request_id, name, "C1", ts, "digest")
    one.lost(1, "detail")
    assert one.of(1)[CARD].ts == "1.1"
    assert one.of(1)["detail"].ts is None
    one.lost(1, CARD)
    assert one.of(2)[CARD].ts == "2.1"


def test_a_thread_leads_to_its_request_by_its_card_alone(one: Postings) -> None:
    for name, ts in ((CARD, "1.1"), ("detail", "1.2")):
        one.claim(7, name, "C1", NOW)
        one.posted(7, name, "C1", ts, "digest")
    assert one.request_of("C1", "1.1") == 7
    assert one.request_of("C1", "1.2") is None
    assert one.request_of("C2", "1.1") is None


def test_a_version_drawn_is_never_forgotten_for_an_older_one(one: Postings, two: Postings) -> None:
    one.drawn(1, 5)
    two.drawn(1, 3)
    assert two.behind() == []
