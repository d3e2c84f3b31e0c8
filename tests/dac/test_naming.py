from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.cluster import Cluster, Fleet
from dac.errors import Invalid, NotFound, Unavailable
from dac.naming import SHOWN, clip, find_cluster, handle, nearest
from tests.fakes import cluster, fleet, gap

ASHBURN = "us-ashburn-1"
CHAT = cluster("chat")
CHAT_PROD = cluster("chat-prod")
EMBED = cluster("embed")
EMBED_THERE = cluster("embed", region=ASHBURN)
FLEET = fleet(CHAT, CHAT_PROD, EMBED, EMBED_THERE)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("chat", CHAT),
        ("CHAT", CHAT),
        ("  chat ", CHAT),
        ("chat-prod", CHAT_PROD),
        ("chat-p", CHAT_PROD),
        ("embed@us-ashburn-1", EMBED_THERE),
        ("Embed@EU-Frankfurt-1", EMBED),
        (EMBED_THERE.id, EMBED_THERE),
        (EMBED.id.upper(), EMBED),
    ],
)
def test_the_word_that_means_one_cluster_finds_it(word: str, meant: Cluster) -> None:
    assert find_cluster(FLEET, word) == meant


def test_a_name_goes_before_the_beginning_of_another() -> None:
    assert find_cluster(fleet(CHAT_PROD, CHAT), "chat") == CHAT


@pytest.mark.parametrize(
    ("seen", "word", "offered"),
    [
        (FLEET, "embed", "embed@eu-frankfurt-1 or embed@us-ashburn-1"),
        (FLEET, "emb", "embed@eu-frankfurt-1 or embed@us-ashburn-1"),
        (FLEET, "c", "chat or chat-prod"),
        (fleet(cluster("Chat"), cluster("chat", region=ASHBURN)), "chat", "Chat@eu-frankfurt-1 or chat@us-ashburn-1"),
        (
            fleet(CHAT, cluster("Chat", id="ocid1.other")),
            "chat",
            "ocid1.generativeaidedicatedaicluster.oc1.eu-frankfurt-1.chat or ocid1.other",
        ),
        (
            fleet(*(cluster(f"c{each}") for each in range(SHOWN + 3))),
            "c",
            "c0, c1, c2, c3, c4 or 3 more",
        ),
        (fleet(*(cluster(f"c{each}") for each in range(SHOWN))), "c", "c0, c1, c2, c3 or c4"),
    ],
    ids=["two regions", "beginnings", "two names", "another case", "one name in one region", "too many", "just enough"],
)
def test_a_word_that_means_several_is_asked_back(seen: Fleet, word: str, offered: str) -> None:
    with pytest.raises(Invalid) as asked:
        find_cluster(seen, word)
    assert str(asked.value) == f"“{word}” could be {offered}: which one?"


@pytest.mark.parametrize(
    "seen",
    [
        FLEET,
        fleet(cluster("Chat"), cluster("chat", region=ASHBURN)),
        fleet(CHAT, cluster("Chat", id="ocid1.other")),
        fleet(CHAT, cluster("CHAT", id="ocid1.other"), cluster("chat", region=ASHBURN)),
    ],
)
def test_every_answer_that_is_offered_finds_its_cluster(seen: Fleet) -> None:
    for word in ("chat", "embed"):
        try:
            find_cluster(seen, word)
        except (Invalid, NotFound) as asked:
            if isinstance(asked, Invalid):
                offered = (
                    str(asked).partition(" could be ")[2].partition(": which")[0].replace(" or ", ", ").split(", ")
                )
                assert len({find_cluster(seen, each).id for each in offered}) == len(offered)


@pytest.mark.parametrize(
    ("of", "among", "word"),
    [
        (CHAT, FLEET, "chat"),
        (EMBED, FLEET, "embed@eu-frankfurt-1"),
        (cluster("Chat", id="ocid1.other"), fleet(CHAT, cluster("Chat", id="ocid1.other")), "ocid1.other"),
        (cluster("x" * 101, id="ocid1.long"), fleet(cluster("x" * 101, id="ocid1.long")), "ocid1.long"),
        (cluster("x" * 100, id="ocid1.long"), fleet(cluster("x" * 100, id="ocid1.long")), "x" * 100),
        (cluster('"chat"', id="ocid1.odd"), fleet(cluster('"chat"', id="ocid1.odd")), "ocid1.odd"),
        (CHAT_PROD, fleet(CHAT, EMBED), CHAT_PROD.id),
    ],
    ids=["its name", "its address", "its OCID", "too long a name", "long enough", "odd signs", "not of this fleet"],
)
def test_the_shortest_word_that_means_one_cluster_alone(of: Cluster, among: Fleet, word: str) -> None:
    assert handle(of, among) == word


@pytest.mark.parametrize(
    ("name", "other"),
    [("chat@us-ashburn-1", cluster("chat", region=ASHBURN)), (CHAT.id, CHAT)],
    ids=["like another's address", "like another's OCID"],
)
def test_a_name_chosen_to_look_like_another_cluster_does_not_lead_there(name: str, other: Cluster) -> None:
    disguised = cluster(name, id="ocid1.disguised")
    seen = fleet(disguised, other)
    assert find_cluster(seen, handle(disguised, seen)) == disguised


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["chat", "Chat", " chat", "chat ", "cha", "chat@a", "chat@A", "ocid1.0", "ß", "SS", "c\tt", "-1"]
            ),
            st.sampled_from(["a", "b"]),
        ),
        min_size=1,
        max_size=4,
    )
)
@settings(derandomize=True, database=None, deadline=None)
def test_a_cluster_is_found_again_by_its_handle_whatever_the_others_are_called(clusters: list[tuple[str, str]]) -> None:
    seen = fleet(*(cluster(name, region=where, id=f"ocid1.{nth}") for nth, (name, where) in enumerate(clusters)))
    for each in seen.clusters:
        assert find_cluster(seen, handle(each, seen)) == each


ELSEWHERE = "It may be in eu-frankfurt-1 or us-ashburn-1, which did not answer."


@pytest.mark.parametrize(
    ("seen", "word", "said"),
    [
        (fleet(CHAT, EMBED), "chta", "There is no cluster “chta”. Did you mean chat?"),
        (fleet(CHAT, cluster("chap")), "chax", "There is no cluster “chax”. Did you mean chat or chap?"),
        (FLEET, "EMBDE", "There is no cluster “EMBDE”. Did you mean embed?"),
        (FLEET, "zzz", "There is no cluster “zzz”. /dac status lists those there are."),
        (FLEET, "", "There is no cluster “”. /dac status lists those there are."),
        (fleet(), "chat", "There is no cluster “chat”."),
        (
            fleet(EMBED, gaps=(gap(region=ASHBURN), gap(), gap("clusters in compartment …dev"))),
            "embde",
            f"There is no cluster “embde”. Did you mean embed? {ELSEWHERE}",
        ),
        (fleet(gaps=(gap("models in compartment …team"),)), "chat", "There is no cluster “chat”."),
    ],
    ids=[
        "misspelt",
        "like two",
        "in capitals",
        "nothing like it",
        "nothing",
        "no clusters",
        "regions unseen",
        "models unseen",
    ],
)
def test_a_word_that_means_none_is_answered_with_what_may_be_meant(seen: Fleet, word: str, said: str) -> None:
    with pytest.raises(NotFound) as answered:
        find_cluster(seen, word)
    assert str(answered.value) == said


def test_where_nothing_could_be_read_nothing_is_said_not_to_be_there() -> None:
    with pytest.raises(Unavailable, match="Oracle did not answer for eu-frankfurt-1, so I cannot tell"):
        find_cluster(fleet(gaps=(gap(),)), "chat")


def test_forty_kilobytes_are_quoted_short() -> None:
    with pytest.raises(NotFound) as answered:
        find_cluster(FLEET, "x" * 40_000)
    assert len(str(answered.value)) < 200


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("chat", "chat"),
        ("  two\n words ", "two words"),
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
    ],
)
def test_what_a_person_typed_is_quoted_on_one_short_line(word: str, shown: str) -> None:
    assert clip(word) == shown


def test_the_name_with_two_letters_swapped_comes_first() -> None:
    assert nearest("chta", ["chat-prod", "chat"])[0] == "chat"


def test_the_nearest_come_first_and_are_three_at_most() -> None:
    assert nearest("chat", ["rerank", "chat-5", "chats", "chat-prod", "chat"])[0] == "chat"
    assert len(nearest("chat", [f"chat{each}" for each in range(9)])) == 3
    assert nearest("chat", []) == []
