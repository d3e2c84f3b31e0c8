"""A fleet of two hundred clusters and two thousand endpoints is told page by page, every cluster once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dac.errors import Invalid, NotFound
from tests.commands.fleets import hostile, large
from tests.commands.room import Room, lines, shown, texts
from tests.commands.sound import refused
from tests.fakes import cluster, fleet


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("crowd"), large())


@pytest.fixture(scope="module")
def pages(crowd: Room) -> list[list[str]]:
    return following(crowd)


def following(room: Room, line: str = "status") -> list[list[str]]:
    """Press “Next page” to the end: the clusters named on each page."""
    pages = []
    while line:
        reply = room.say(line)
        assert refused(reply.text, reply.blocks) == []
        pages.append([match[1] for text in texts(reply.blocks) if (match := re.match(r"\S+ \*([^*]+)\* · ", text))])
        offered = lines(reply.blocks)
        number = len(pages)
        line = f"status --page {number + 1}" if f"status --page {number + 1}" in offered else ""
    return pages


def test_every_cluster_stands_on_exactly_one_page(pages: list[list[str]]) -> None:
    named = [name for page in pages for name in page]
    assert sorted(named) == [f"chat-{number:03}" for number in range(200)]


def test_each_page_but_the_last_has_a_button_for_the_next_that_says_how_many_follow(
    crowd: Room, pages: list[list[str]]
) -> None:
    assert f"{200 - len(pages[0])} more" in shown(crowd.say("status"))
    assert "more)" not in shown(crowd.say(f"status --page {len(pages)}"))


def test_a_page_says_which_part_of_the_whole_it_is(crowd: Room, pages: list[list[str]]) -> None:
    size = len(pages[0])
    assert f"1 to {size} of 200" in shown(crowd.say("status"))
    assert f"{size + 1} to {2 * size} of 200" in shown(crowd.say("status --page 2"))


def test_the_summary_is_of_the_whole_fleet_on_every_page(crowd: Room) -> None:
    for page in (1, 9):
        assert crowd.say(f"status --page {page}").text.startswith("200 clusters in 3 regions")


@pytest.mark.parametrize("page", [21, 999_999_999])
def test_a_page_past_the_end_is_refused_naming_the_last(crowd: Room, pages: list[list[str]], page: int) -> None:
    with pytest.raises(NotFound, match=f"There is no page {page}.*{len(pages)}"):
        crowd.say(f"status --page {page}")


def test_page_zero_is_refused(crowd: Room) -> None:
    with pytest.raises(Invalid, match="Page"):
        crowd.say("status --page 0")


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 3)])
def test_there_are_as_many_pages_as_the_clusters_need(tmp_path: Path, count: int, pages: int) -> None:
    room = Room(tmp_path, fleet(*(cluster(f"c{number:02}") for number in range(count))))
    found = following(room)
    assert len(found) == pages
    assert sum(map(len, found)) == count


def test_the_detail_of_one_of_many_fits_a_message(crowd: Room) -> None:
    reply = crowd.say("status chat-007")
    assert refused(reply.text, reply.blocks) == []
    assert "10 endpoints" in shown(reply).casefold()


def test_a_hostile_fleet_of_many_pages_fits_on_each(tmp_path: Path) -> None:
    room = Room(tmp_path, hostile(40))
    for page in (1, 2, 3, 4):
        reply = room.say(f"status --page {page}")
        assert refused(reply.text, reply.blocks) == []
