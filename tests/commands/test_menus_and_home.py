"""What menus offer can be chosen, and the Home tab shows the fleet and where to begin."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands._form import options
from commands._home import home
from commands._pick import clusters
from dac.cluster import Fleet
from dac.errors import Unavailable
from dac.naming import find_cluster
from sandbox.slack.blockkit import text_length, validate
from tests.commands.fleets import gappy, hostile, large, mixed, twins, unseen
from tests.commands.room import Room, lines, understood
from tests.commands.sound import live, markup, unsourced
from tests.fakes import cluster, fleet

TWIN = "ocid1.generativeaidedicatedaicluster.oc1..twin"


@pytest.mark.parametrize(
    "seen",
    [
        fleet(cluster("chat"), cluster("embed", units=3)),
        twins(),
        fleet(cluster('12" rack'), cluster("“fancy”"), cluster("because"), cluster("--share")),
        fleet(cluster("chat"), cluster("chat", id=TWIN)),
        fleet(cluster("Chat"), cluster("chat", id=TWIN)),
        fleet(cluster("n" * 200, id=TWIN)),
    ],
    ids=["two", "namesakes apart", "odd names", "namesakes in one region", "case", "long name"],
)
def test_whatever_is_chosen_from_the_menu_is_found(tmp_path: Path, seen: Fleet) -> None:
    room = Room(tmp_path, seen)
    chosen = [find_cluster(seen, each["value"]).id for each in options(clusters(room.services), "")]
    assert sorted(chosen) == sorted(each.id for each in seen.clusters)


def test_the_menu_is_in_the_order_of_names_and_tells_region_and_size(tmp_path: Path) -> None:
    room = Room(tmp_path, fleet(cluster("embed"), cluster("Chat", units=8), cluster("apex", region="us-chicago-1")))
    labels = [label for _, label in clusters(room.services)]
    assert [label.split(" · ")[0] for label in labels] == ["apex", "Chat", "embed"]
    assert "us-chicago-1" in labels[0]
    assert "8" in labels[1]


def test_every_cluster_of_a_large_fleet_can_be_reached_by_typing(tmp_path: Path) -> None:
    room = Room(tmp_path, large(200, 0))
    found = clusters(room.services)
    assert len(found) == 200
    assert [each["value"] for each in options(found, "chat-199")] == ["chat-199"]


@pytest.mark.parametrize("seen", [fleet(), unseen(), gappy(), mixed(), large(40, 40), hostile()])
def test_slack_takes_the_home_tab_of_every_fleet(tmp_path: Path, seen: Fleet) -> None:
    view = home(Room(tmp_path, seen).services)
    assert validate("home", view) == []
    assert text_length(view["blocks"]) < 12_000
    assert not unsourced("", view["blocks"])
    assert [wrong for text in markup(view) for wrong in live(text)] == []


def test_the_home_tab_shows_the_fleet_and_begins_with_what_can_be_done(tmp_path: Path) -> None:
    view = home(Room(tmp_path, mixed()).services)
    assert "9 clusters in 2 regions" in str(view)
    assert "*broken*" in str(view)
    offered = lines(view["blocks"])
    assert {"home", "scale", "help"} <= set(offered)
    for line in offered:
        if line != "home":
            assert understood(line)


def test_the_home_tab_of_a_large_fleet_leads_to_the_rest(tmp_path: Path) -> None:
    assert "status --page 2" in lines(home(Room(tmp_path, large(40, 0)).services)["blocks"])


def test_a_home_tab_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.oracle.fail("fleet", Unavailable("Oracle did not answer."))
    with pytest.raises(Unavailable):
        home(room.services)
