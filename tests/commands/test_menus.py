"""What menus offer can be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands._form import options
from commands._pick import clusters
from dac.cluster import Fleet
from dac.naming import find_cluster
from tests.commands.fleets import large, twins
from tests.commands.room import Room
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
