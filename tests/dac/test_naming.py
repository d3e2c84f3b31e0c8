from __future__ import annotations

import pytest

from dac.cluster import Cluster, Fleet
from dac.errors import Invalid, NotFound
from dac.naming import SHOWN, clip, find_cluster, nearest
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
    ("seen", "word", "said"),
    [
        (fleet(CHAT, EMBED), "chta", "There is no cluster “chta”. Did you mean chat?"),
        (fleet(CHAT, cluster("chap")), "chax", "There is no cluster “chax”. Did you mean chat or chap?"),
        (FLEET, "EMBDE", "There is no cluster “EMBDE”. Did you mean embed?"),
        (FLEET, "zzz", "There is no cluster “zzz”. /dac status lists those there are."),
        (FLEET, "", "There is no cluster “”. /dac status lists those there are."),
        (fleet(), "chat", "There is no cluster “chat”."),
        (
            fleet(gaps=(gap(region=ASHBURN), gap(), gap("clusters in compartment …dev"))),
            "chat",
            "There is no cluster “chat”. It may be in eu-frankfurt-1 or us-ashburn-1, which did not answer.",
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


@pytest.mark.xfail(strict=True, reason="D21: a longer name that holds part of the word goes before the one misspelt")
def test_the_name_with_two_letters_swapped_comes_first() -> None:
    assert nearest("chta", ["chat-prod", "chat"])[0] == "chat"


def test_the_nearest_come_first_and_are_three_at_most() -> None:
    assert nearest("chat", ["rerank", "chat-5", "chats", "chat-prod", "chat"])[0] == "chat"
    assert len(nearest("chat", [f"chat{each}" for each in range(9)])) == 3
    assert nearest("chat", []) == []
