"""Words on a line of a digest: what they hide, and when they end by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from dac.digest import Digest, Kind, Line, Scope
from dac.figures import Unknown
from dac.marks import Mark, MarkKind, figures, hidden, standing
from tests.fakes import ANN, START

DAY = timedelta(days=1)
EVERYTHING = Scope()


def acknowledged(figure: str | None = "100", key: str = "idle:abc123") -> Mark:
    given = None if figure is None else Decimal(figure)
    return Mark(place="CFIN", scope="all", key=key, kind=MarkKind.ACKNOWLEDGED, by=ANN, at=START, figure=given)


def snoozed(days: int = 7, key: str = "idle:abc123") -> Mark:
    return Mark(place="CFIN", scope="all", key=key, kind=MarkKind.SNOOZED, by=ANN, at=START, until=START + days * DAY)


@pytest.mark.parametrize(
    ("given", "now", "hides"),
    [
        ("100", "100", True),
        ("100", "120", True),
        ("100", "120.01", False),
        ("100", "3", True),
        ("0", "0", True),
        ("0", "0.01", False),
        ("-10", "-11", True),
        ("-10", "-9", False),
        (None, None, True),
        (None, "1", False),
        ("100", None, True),
    ],
)
def test_an_acknowledged_line_is_told_again_once_its_figure_has_grown_by_a_fifth(
    given: str | None, now: str | None, *, hides: bool
) -> None:
    figure = None if now is None else Decimal(now)
    assert acknowledged(given).hides(figure, START + 400 * DAY) is hides


@pytest.mark.parametrize(("at", "hides"), [(START, True), (START + 7 * DAY, False), (START + 6.9 * DAY, True)])
def test_a_snooze_ends_at_its_date_and_not_before(at: datetime, *, hides: bool) -> None:
    assert snoozed().hides(Decimal(10**9), at) is hides


def test_a_snooze_without_an_end_hides_nothing() -> None:
    endless = snoozed().model_copy(update={"until": None})
    assert not endless.hides(None, START)


def test_what_is_hidden_is_of_this_digest() -> None:
    marks = [acknowledged(), snoozed(key="lease:12"), acknowledged(key="mover:gone")]
    told = {"idle:abc123": Decimal(110), "lease:12": None, "budget:b": Decimal(1)}
    assert hidden(marks, told, START) == {"idle:abc123": marks[0], "lease:12": marks[1]}
    assert hidden(marks, told | {"idle:abc123": Decimal(121)}, START) == {"lease:12": marks[1]}


def digest(
    days: int = 0, scope: Scope = EVERYTHING, unknown: tuple[Unknown, ...] = (), **figures: int | None
) -> Digest:
    lines = tuple(
        Line(key=key.replace("_", ":"), kind=Kind.IDLE, text="x", figure=None if each is None else Decimal(each))
        for key, each in figures.items()
    )
    return Digest(at=START + days * DAY, scope=scope, unknown=unknown, lines=lines)


def test_an_acknowledgement_ends_when_its_line_is_gone_for_a_digest_and_a_snooze_does_not() -> None:
    marks = [acknowledged(), snoozed(key="lease:12")]
    assert standing(marks, digest()) == (marks[1],)
    assert standing(marks, digest(days=7)) == ()
    assert standing(marks, digest(idle_abc123=200)) == (marks[1],)
    assert standing(marks, digest(idle_abc123=101, lease_12=None)) == tuple(marks)


def test_a_line_that_could_not_be_seen_or_is_of_another_scope_is_not_gone() -> None:
    marks = [acknowledged()]
    unread = Unknown(what="which clusters there are", settle="ask again")
    assert standing(marks, digest(unknown=(unread,))) == tuple(marks)
    assert standing(marks, digest().model_copy(update={"estimated": "no access"})) == tuple(marks)
    assert standing(marks, digest(scope=Scope(by="region", value="us-chicago-1"))) == tuple(marks)


def test_a_digest_that_comes_late_ends_nothing_that_was_said_after_its_moment() -> None:
    marks = [acknowledged(), acknowledged(key="lease:12")]
    assert standing(marks, digest(days=-1, lease_12=900)) == tuple(marks)


def test_the_figures_of_a_digest_are_those_of_its_lines() -> None:
    assert figures(digest(idle_abc123=3, lease_12=None)) == {"idle:abc123": Decimal(3), "lease:12": None}
