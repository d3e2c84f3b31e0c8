"""Compartments go by their names, and by the ends of their OCIDs where names do not tell them apart."""

from __future__ import annotations

import pytest

from dac.compartments import find_compartment, labels, named_only, spelled
from dac.errors import Invalid

PROD, DEV, TWIN, SEALED = (f"ocid1.compartment.oc1..aaaaaaaa{end}" for end in ("prod11", "dev222", "twin33", "sealed"))
NAMES = {PROD: "prod", DEV: "Dev"}
TWINS = {PROD: "prod", TWIN: "Prod"}
PARTLY = {PROD: "prod", SEALED: "…sealed"}


def test_a_name_is_enough_where_it_is_the_only_one() -> None:
    assert labels(NAMES) == {PROD: "prod", DEV: "Dev"}


def test_namesakes_are_shown_with_the_ends_of_their_ocids() -> None:
    assert labels(TWINS) == {PROD: "prod (…prod11)", TWIN: "Prod (…twin33)"}


def test_what_has_no_name_that_can_be_read_is_left_out_where_only_names_help() -> None:
    assert named_only(PARTLY) == {PROD: "prod"}


@pytest.mark.parametrize(
    ("name", "told"), [("prod", f"prod ({PROD})"), ("", PROD), ("…prod11", PROD)], ids=["named", "unknown", "unread"]
)
def test_an_ocid_stands_behind_the_name(name: str, told: str) -> None:
    assert spelled(PROD, name) == told


@pytest.mark.parametrize(
    ("word", "names", "found"),
    [
        ("prod", NAMES, PROD),
        (" DEV ", NAMES, DEV),
        (PROD.upper(), NAMES, PROD),
        ("dev222", NAMES, DEV),
        ("…dev222", NAMES, DEV),
        ("aaaaaaaadev222", NAMES, DEV),
        ("…twin33", TWINS, TWIN),
        ("prod (…prod11)", TWINS, PROD),
        ("…sealed", PARTLY, SEALED),
        ("team", {"ocid1.compartment.oc1..team": "ours"}, "ocid1.compartment.oc1..team"),
        # A name comes before an OCID that happens to end like it.
        ("dev222", {DEV: "one", PROD: "dev222"}, PROD),
    ],
)
def test_a_word_means_the_one_with_that_name_ocid_or_end_of_an_ocid(
    word: str, names: dict[str, str], found: str
) -> None:
    assert find_compartment(word, names) == found


@pytest.mark.parametrize(
    ("word", "names", "said"),
    [
        ("other", NAMES, "I look after no compartment “other”. Did you mean prod or Dev?"),
        ("prd", NAMES, "I look after no compartment “prd”. Did you mean prod?"),
        ("d", NAMES, "I look after no compartment “d”. Did you mean Dev or prod?"),
        ("22", NAMES, "I look after no compartment “22”. Did you mean prod or Dev?"),
        ("", NAMES, "I look after no compartment “”. Did you mean prod or Dev?"),
        ("prod", {}, "I look after no compartment “prod”."),
        (
            "prod",
            TWINS,
            "“prod” could be prod (…prod11) or Prod (…twin33): say which by the end of its OCID.",
        ),
        (
            "other",
            PARTLY,
            "Did you mean prod or …sealed? The names of some cannot be read: those go by the end of their OCIDs.",
        ),
    ],
)
def test_a_word_that_means_none_or_several_is_answered_with_those_there_are(
    word: str, names: dict[str, str], said: str
) -> None:
    with pytest.raises(Invalid) as caught:
        find_compartment(word, names)
    assert str(caught.value).endswith(said)
