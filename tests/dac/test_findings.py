from __future__ import annotations

from itertools import pairwise

import pytest

from dac.findings import Aspect, Finding, Severity
from tests.fakes import START


def found(severity: Severity, about: str = "ocid1.generativeaiendpoint.oc1..e") -> Finding:
    return Finding(severity=severity, aspect=Aspect.LIFECYCLE, about=about, sentence="It is as it is", at=START)


def test_the_worse_comes_first() -> None:
    assert sorted(Severity) == [Severity.BROKEN, Severity.ATTENTION, Severity.UNKNOWN, Severity.OK]
    assert all(worse < better for worse, better in pairwise(Severity))


@pytest.mark.parametrize(
    ("severity", "bad"),
    [(Severity.BROKEN, True), (Severity.ATTENTION, True), (Severity.UNKNOWN, False), (Severity.OK, False)],
)
def test_what_is_not_known_is_not_bad(severity: Severity, bad: bool) -> None:  # noqa: FBT001 - a column of the table
    assert found(severity).bad is bad


def test_a_finding_has_one_name_however_it_turns_out() -> None:
    assert found(Severity.BROKEN).name == found(Severity.OK).name
    assert found(Severity.BROKEN).name != found(Severity.BROKEN, "ocid1.generativeaiendpoint.oc1..other").name
