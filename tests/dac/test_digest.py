"""What a digest compares with what, in which scope, and that it can be kept and read again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dac import digest_sums
from dac.digest import Digest, Kind, Line, Press, Scope, Total, read_scope, tail, tails
from dac.errors import Invalid
from dac.figures import Money, Unknown
from dac.findings import Severity
from dac.usage import Spend, UsageRow
from tests.fakes import START, cluster, fleet

TODAY = START.date()
PLACES = {"ocid1.compartment.oc1..team": "genai-prod", "ocid1.compartment.oc1..other1": "lab"}
DAY = timedelta(days=1)


def row(day: date, amount: str = "1", **changes: object) -> UsageRow:
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    known = {"since": since, "until": since + DAY, "currency": "USD", "amount": amount, "resource_id": cluster().id}
    return UsageRow.model_validate(known | changes)


def spend(*rows: UsageRow, at: datetime = START) -> Spend:
    return Spend(since=digest_sums.since(at.date()), until=at.date(), rows=rows, read_at=at)


def usd(amount: str) -> tuple[Money, ...]:
    return (Money(amount=Decimal(amount)),)


@pytest.mark.parametrize(
    ("typed", "scope"),
    [
        ("all", Scope()),
        ("", Scope()),
        (" ALL ", Scope()),
        ("region:EU-Frankfurt-1", Scope(by="region", value="eu-frankfurt-1")),
        ("tag:team=chat", Scope(by="tag", value="team=chat")),
        ("tag: ops.team = chat = 1", Scope(by="tag", value="ops.team=chat = 1")),
        ("compartment:Genai-Prod", Scope(by="compartment", value="ocid1.compartment.oc1..team", name="genai-prod")),
        ("Compartment: other1", Scope(by="compartment", value="ocid1.compartment.oc1..other1", name="lab")),
    ],
)
def test_a_scope_is_read_and_typed_again_the_same(typed: str, scope: Scope) -> None:
    assert read_scope(typed, PLACES) == scope
    assert read_scope(str(scope), PLACES) == scope


@pytest.mark.parametrize(
    "typed", ["chat", "all:", "region:", "tag:", "tag:team", "tag:=", "tag:=x", "compartment:", ":"]
)
def test_what_is_no_scope_is_told_with_what_there_is(typed: str) -> None:
    with pytest.raises(Invalid, match="is no scope: give all, compartment:<name>"):
        read_scope(typed, PLACES)


def test_a_compartment_that_is_not_looked_after_is_told() -> None:
    with pytest.raises(Invalid, match=r"I look after no compartment “genai-prd”. Did you mean genai-prod"):
        read_scope("compartment:genai-prd", PLACES)


@pytest.mark.parametrize(
    ("scope", "covers", "words"),
    [
        ("all", True, "all dedicated AI clusters"),
        ("region:eu-frankfurt-1", True, "the clusters in eu-frankfurt-1"),
        ("region:us-chicago-1", False, "the clusters in us-chicago-1"),
        ("tag:team=chat", True, "the clusters tagged team=chat"),
        ("tag:team=other", False, "the clusters tagged team=other"),
        ("tag:ops.owner=search", True, "the clusters tagged ops.owner=search"),
        ("tag:owner=search", False, "the clusters tagged owner=search"),
        ("tag:other=chat", False, "the clusters tagged other=chat"),
        ("compartment:genai-prod", True, "the clusters in compartment genai-prod"),
        ("compartment:lab", False, "the clusters in compartment lab"),
    ],
)
def test_a_scope_covers_what_is_there(scope: str, *, covers: bool, words: str) -> None:
    read = read_scope(scope, PLACES)
    assert read.covers(cluster(freeform_tags={"team": "chat"}, defined_tags={"ops.owner": "search"})) is covers
    assert read.words == words


def days(today: date) -> dict[str, tuple[str, ...]]:
    return {
        each.key: tuple(f"{span.name}: {span.since} {span.until}" for span in (each.span, *each.before))
        for each in digest_sums.spans(today)
    }


def test_like_is_compared_with_like() -> None:
    assert days(date(2026, 11, 23)) == {
        "total:yesterday": (
            "Yesterday: 2026-11-22 2026-11-23",
            "the day before: 2026-11-21 2026-11-22",
            "the Sunday before: 2026-11-15 2026-11-16",
        ),
        "total:week": ("Last 7 days: 2026-11-16 2026-11-23", "the 7 days before: 2026-11-09 2026-11-16"),
        "total:month": (
            "November so far: 2026-11-01 2026-11-23",
            "the same 22 days of October: 2026-10-01 2026-10-23",
        ),
    }


@pytest.mark.parametrize(
    ("today", "month", "before"),
    [
        (date(2026, 11, 1), "October: 2026-10-01 2026-11-01", "all of September: 2026-09-01 2026-10-01"),
        (date(2027, 1, 1), "December: 2026-12-01 2027-01-01", "all of November: 2026-11-01 2026-12-01"),
        (date(2026, 11, 2), "November so far: 2026-11-01 2026-11-02", "October 1: 2026-10-01 2026-10-02"),
        (date(2027, 3, 31), "March so far: 2027-03-01 2027-03-31", "all of February: 2027-02-01 2027-03-01"),
        (date(2027, 3, 1), "February: 2027-02-01 2027-03-01", "all of January: 2027-01-01 2027-02-01"),
    ],
)
def test_a_month_is_compared_with_as_many_days_or_a_whole_one(today: date, month: str, before: str) -> None:
    assert days(today)["total:month"] == (month, before)


@given(st.dates(date(2024, 1, 1), date(2032, 1, 1)))
def test_every_day_has_its_spans_in_one_reading(today: date) -> None:
    for each in digest_sums.spans(today):
        assert each.span.until == today
        assert each.span.since < today
        for before in each.before:
            assert digest_sums.since(today) <= before.since < before.until <= each.span.until
            assert before.since < each.span.since
    assert (today - digest_sums.since(today)).days <= 62


def test_sums_are_exact_and_what_may_change_is_apart() -> None:
    rows = [row(TODAY - DAY * back, "0.105") for back in range(1, 60)]
    yesterday, week, month = digest_sums.told(spend(*rows, row(TODAY - DAY, "2", currency="EUR")), TODAY)
    assert yesterday.spent == (Money(amount=Decimal(2), currency="EUR"), *usd("0.105"))
    assert (yesterday.provisional, yesterday.settled) == (yesterday.spent, False)
    assert [each.spent for each in yesterday.compared] == [usd("0.105"), usd("0.105")]
    assert week.spent[1:] == usd("0.735")
    assert week.provisional[1:] == usd("0.210")
    assert week.compared[0].spent == usd("0.735")
    assert month.spent[1:] == usd("2.310")
    assert month.compared[0].spent == usd("2.310")
    late = spend(*rows).model_copy(update={"read_at": START + timedelta(days=9)})
    assert all(each.settled and not each.provisional for each in digest_sums.told(late, TODAY))


def test_an_estimate_is_compared_with_nothing() -> None:
    totals = digest_sums.estimated(lambda since, until: (usd(str((until - since).days)), ()), TODAY)
    assert [(each.spent, each.estimated, each.compared) for each in totals] == [
        (usd("1"), True, ()),
        (usd("7"), True, ()),
        (usd("22"), True, ()),
    ]


def test_an_estimate_that_misses_something_is_the_least_or_not_known() -> None:
    some = digest_sums.estimated(lambda _since, _until: (usd("1"), ("odd",)), TODAY)
    none = digest_sums.estimated(lambda _since, _until: (usd("0"), ("odd",)), TODAY)
    assert {(each.spent, each.missing) for each in some} == {(usd("1"), ("odd",))}
    assert {(each.spent, each.missing) for each in none} == {((), ("odd",))}


def test_rows_are_of_the_scope_of_their_cluster() -> None:
    here, there = cluster("here", freeform_tags={"team": "chat"}), cluster("there", region="us-chicago-1")
    rows = [row(TODAY - DAY, amount, resource_id=ocid) for amount, ocid in (
        ("1", here.id),
        ("2", there.id),
        ("4", "ocid1.generativeaidedicatedaicluster.oc1.eu-frankfurt-1.gone"),
        ("8", "ocid1.generativeaidedicatedaicluster.oc1.us-chicago-1.gone"),
        ("16", ""),
        ("32", "ocid1.generativeaidedicatedaicluster.oc1..gone"),
        ("64", "something.else.altogether.eu-frankfurt-1.x"),
    )]  # fmt: skip
    for scope, ours, unknown in (
        ("all", "127", ()),
        ("region:eu-frankfurt-1", "5", usd("112")),
        ("tag:team=chat", "1", usd("124")),
        ("compartment:lab", (), usd("124")),
    ):
        part, open_ = digest_sums.parted(spend(*rows), fleet(here, there), read_scope(scope, PLACES))
        assert part.totals == (usd(ours) if isinstance(ours, str) else ours)
        assert open_.totals == unknown


def test_a_region_that_ocids_name_by_its_key_is_that_region() -> None:
    gone = "ocid1.generativeaidedicatedaicluster.oc1.{}.gone".format
    rows = spend(row(TODAY, "1", resource_id=gone("iad")), row(TODAY, "2", resource_id=gone("phx")))
    for region, ours in (("us-ashburn-1", usd("1")), ("us-phoenix-1", usd("2")), ("us-chicago-1", ())):
        part, open_ = digest_sums.parted(rows, fleet(), read_scope(f"region:{region}", PLACES))
        assert (part.totals, open_.totals) == (ours, ())


def test_days_before_are_told_to_be_open_as_long_as_they_may_change() -> None:
    settled = {
        (total.key, each.name): each.settled
        for total in digest_sums.told(spend(row(TODAY - DAY)), TODAY)
        for each in total.compared
    }
    assert [what for what, done in settled.items() if not done] == [("total:yesterday", "the day before")]


@pytest.mark.parametrize(
    ("today", "week", "month"),
    [
        (date(2026, 11, 23), ("16 21", "09 14"), ("01 21", "01 21")),
        (date(2026, 11, 4), ("28 02", "21 26"), ("01 02", "01 02")),
        (date(2026, 11, 3), ("27 01", "20 25"), None),
        (date(2026, 12, 1), ("24 29", "17 22"), ("01 29", "01 29")),
        (date(2027, 3, 31), ("24 29", "17 22"), ("01 29", "01 01")),
    ],
)
def test_final_days_are_beside_as_many(today: date, week: tuple[str, str], month: tuple[str, str] | None) -> None:
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    rows = [row(today - DAY * back) for back in range(1, 92)]
    found = [
        each.final
        and (f"{each.since:%d} {each.final.until:%d}", f"{each.final.before.since:%d} {each.final.before.until:%d}")
        for each in digest_sums.told(spend(*rows, at=noon), today)
    ]
    assert found == [None, week, month]
    for each in digest_sums.told(spend(*rows, at=noon), today):
        if each.final:
            assert each.final.spent == each.final.before.spent == usd(str((each.final.until - each.since).days))


def test_a_digest_is_kept_as_it_is() -> None:
    total = Total(key="total:week", name="Last 7 days", since=TODAY - DAY, until=TODAY, spent=usd("1.005"))
    line = Line(
        key="idle:1.chat",
        kind=Kind.IDLE,
        text="No calls in 72 h",
        severity=Severity.ATTENTION,
        presses=(Press(label="Ask to delete it", line="delete chat"),),
    )
    made = Digest(at=START, totals=(total,), lines=(line,), unknown=(Unknown(what="x", settle="y"),))
    assert Digest.model_validate_json(made.model_dump_json()) == made
    assert made.total("total:week") == total
    assert made.total("total:month") is None
    assert made.line("idle:1.chat") == line
    assert made.line("idle:other") is None
    assert line.asks
    assert not Line(key="mover:x", kind=Kind.MOVER, text="x").asks


def test_clusters_are_named_by_the_shortest_end_that_is_theirs_alone() -> None:
    assert tails(("ocid1.x.frankfurt.chat", "ocid1.x.chicago.chat", "ocid1.x.y.other")) == {
        "ocid1.x.frankfurt.chat": "t.chat",
        "ocid1.x.chicago.chat": "o.chat",
        "ocid1.x.y.other": ".other",
    }
    assert tails(("1.chat", "x1.chat", "yx1.chat")) == {
        "1.chat": "1.chat",
        "x1.chat": "x1.chat",
        "yx1.chat": "yx1.chat",
    }


def test_final_weeks_end_where_rows_may_still_change() -> None:
    assert digest_sums.final_weeks(START) == (date(2026, 11, 7), date(2026, 11, 14), date(2026, 11, 21))
    assert digest_sums.since(TODAY) <= digest_sums.final_weeks(START)[0]


def test_a_day_is_the_one_in_utc() -> None:
    assert digest_sums.day_of(datetime(2026, 11, 23, 1, tzinfo=ZoneInfo("Europe/Berlin"))) == date(2026, 11, 23)
    assert digest_sums.day_of(datetime(2026, 11, 23, 0, 59, tzinfo=ZoneInfo("Europe/Berlin"))) == date(2026, 11, 22)


def test_a_key_can_be_typed_whatever_a_thing_is_called() -> None:
    assert tail("ocid1.budget.oc1..prod0001") == "prod0001"
    assert tail("<!here>`x&") == "herex"
    assert tail("") == "none"
