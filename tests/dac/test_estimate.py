"""What clusters and fine-tunes cost, against sums made by hand from the published prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dac.catalog import Catalog, Commitment, Localised, shipped
from dac.errors import DacError, Invalid, NotFound
from dac.estimate import Estimate, Job, Schedule, estimate, job, said
from dac.figures import Money, Price, Source, Trust, Unknown
from dac.pricing import cents, monthly

CATALOG = shipped()
PRICED = sorted(name for name, shape in CATALOG.shapes.items() if shape.billing is not None)
DARK = sorted(CATALOG.shapes.keys() - set(PRICED))
RUMOUR = Source(title="A rumour", as_of=date(2026, 11, 1), trust=Trust.UNVERIFIED)

ALWAYS = Schedule()
OFFICE = Schedule(hours=Decimal(12), days=5)

MONTH = {
    "LARGE_COHERE": "17856.00",
    "LARGE_COHERE_V2_2": "35712.00",
    "LARGE_COHERE_V3": "17856.00",
    "SMALL_COHERE": "4836.00",
    "SMALL_COHERE_V2": "4836.00",
    "SMALL_COHERE_4": "19344.00",
    "EMBED_COHERE": "8109.60",
    "RERANK_COHERE": "7440.00",
    "LARGE_GENERIC": "17856.00",
    "A100_80G_X1": "2410.56",
    "A100_80G_X2": "4821.12",
    "A100_80G_X4": "9642.24",
    "A100_80G_X8": "19284.48",
    "H100_X1": "4471.44",
    "H100_X2": "8942.88",
    "H100_X4": "17885.76",
    "H100_X8": "35771.52",
    "H100_X16": "71543.04",
    "H100_X32": "143086.08",
    "H200_X1": "4627.68",
    "H200_X2": "9255.36",
    "H200_X4": "18510.72",
    "H200_X8": "37021.44",
    "B200_X1": "5966.88",
    "B200_X2": "11933.76",
    "B200_X4": "23867.52",
    "B200_X8": "47735.04",
    "B200_X16": "95470.08",
    "B200_X32": "190940.16",
}
"""A month of one unit, by hand: AI units of a unit x price of one x 744. A vendor's prefix changes nothing."""


def by_hand(shape: str) -> Decimal:
    bare = next((shape.removeprefix(each) for each in ("COHERE_", "META_", "OAI_") if shape.startswith(each)), shape)
    return Decimal(MONTH[bare])


def month(shape: str, units: int = 1, schedule: Schedule = ALWAYS, catalog: Catalog = CATALOG) -> Decimal:
    made = estimate(catalog, shape, units, schedule)
    assert isinstance(made.cost, Price)
    return cents(made.cost.money).amount


@pytest.mark.parametrize("shape", PRICED)
def test_every_shape_with_a_price_costs_a_month_what_it_does_by_hand(shape: str) -> None:
    assert month(shape) == by_hand(shape)
    ten = by_hand(shape) * (1 if shape == "RERANK_COHERE" else 10)
    assert month(shape, 10) == ten


@pytest.mark.parametrize("shape", PRICED)
def test_round_the_clock_an_estimate_is_the_month_that_every_other_answer_names(shape: str) -> None:
    every = monthly(CATALOG, shape, 3)
    made = estimate(CATALOG, shape, 3, ALWAYS).cost
    assert isinstance(every, Price)
    assert isinstance(made, Price)
    assert (made.money, made.per, made.basis) == (every.money, every.per, every.basis)
    assert set(every.sources) <= set(made.sources)


@pytest.mark.parametrize(
    ("units", "shape", "schedule", "used", "billed", "cost"),
    [
        # 10 x 744 x 12/24 x 5/7 = 2,657.142857; x $24
        (10, "LARGE_COHERE_V3", OFFICE, "2657.142857143", "2657.142857143", "63771.43"),
        # 10 x 744 x 8/24 x 5/7 = 1,771.428571; x $24
        (10, "LARGE_GENERIC", Schedule(hours=Decimal(8), days=5), "1771.428571429", "1771.428571429", "42514.29"),
        # 8 x 372 + 2 x 372 = 3,720; x $6.50
        (8, "SMALL_COHERE_V2", Schedule(hours=Decimal(12), otherwise=2), "3720", "3720", "24180.00"),
        # share 10/24 x 5/7 = 25/84; 744 x (4 x 25 + 1 x 59) / 84 = 1,408.285714; x $24
        (
            4,
            "LARGE_GENERIC",
            Schedule(hours=Decimal(10), days=5, otherwise=1),
            "1408.285714286",
            "1408.285714286",
            "33798.86",
        ),
        # 4 x 744 x 7.5/24 = 930; x $48
        (4, "LARGE_COHERE_V2_2", Schedule(hours=Decimal("7.5")), "930", "930", "44640.00"),
        # more at night than by day: 744 x (1 x 1/2 + 3 x 1/2) = 1,488; x $10.90
        (1, "EMBED_COHERE", Schedule(hours=Decimal(12), otherwise=3), "1488", "1488", "16219.20"),
        # an imported model: 744 x 8/24 x 5/7 = 177.142857, and no 744 to owe; x 2 x 6.01 x $1
        (1, "H100_X2", Schedule(hours=Decimal(8), days=5), "177.142857143", "177.142857143", "2129.26"),
    ],
)
def test_a_schedule_costs_its_share_of_744_hours(
    units: int, shape: str, schedule: Schedule, used: str, billed: str, cost: str
) -> None:
    made = estimate(CATALOG, shape, units, schedule)
    assert (made.used, made.billed, made.minimum_bites) == (Decimal(used), Decimal(billed), False)
    assert month(shape, units, schedule) == Decimal(cost)


@pytest.mark.parametrize(
    ("units", "shape", "schedule", "used", "billed", "cost"),
    [
        # 3 x 744 x 8/24 x 5/7 = 531.428571 are used, 744 are owed; x $24
        (3, "LARGE_GENERIC", Schedule(hours=Decimal(8), days=5), "531.428571429", "744", "17856.00"),
        # 744 x 2/7 = 212.571429 are used; x $10.90
        (1, "EMBED_COHERE", Schedule(days=2), "212.571428571", "744", "8109.60"),
        # the cluster's hours: 372 are used; x $10
        (5, "RERANK_COHERE", Schedule(hours=Decimal(12)), "372", "744", "7440.00"),
        # a vendor's hardware shape owes the 744 as well: 372; x 6.01 x $1
        (1, "OAI_H100_X1", Schedule(hours=Decimal(12)), "372", "744", "4471.44"),
        # an imported model owes one hour of each unit: 2 x 744 x 0.001/24 x 1/7 = 0.008857; x 6.01
        (2, "H100_X1", Schedule(hours=Decimal("0.001"), days=1), "0.008857143", "2", "12.02"),
    ],
)
def test_the_least_that_oracle_bills_is_billed(
    units: int, shape: str, schedule: Schedule, used: str, billed: str, cost: str
) -> None:
    made = estimate(CATALOG, shape, units, schedule)
    assert (made.used, made.billed, made.minimum_bites) == (Decimal(used), Decimal(billed), True)
    assert month(shape, units, schedule) == Decimal(cost)


def test_an_estimate_names_the_commitment_and_everything_it_rests_on() -> None:
    hosted, imported = estimate(CATALOG, "large_cohere_v3", 1, ALWAYS), estimate(CATALOG, "H100_X1", 1, ALWAYS)
    assert str(hosted.least) == "744 unit-hours for each hosting cluster"
    assert str(imported.least) == "1 hour for each hosting cluster of an imported model"
    assert (hosted.shape, hosted.hours, hosted.measure) == ("LARGE_COHERE_V3", 744, "unit-hours")
    assert estimate(CATALOG, "RERANK_COHERE", 2, ALWAYS).measure == "cluster-hours"
    assert isinstance(hosted.cost, Price)
    assert isinstance(imported.cost, Price)
    assert set(hosted.cost.sources) == {CATALOG.sources[each] for each in ("price-list", "command-a", "pay-dedicated")}
    assert CATALOG.sources["skills-imported"] in imported.cost.sources


@pytest.mark.parametrize(
    ("shape", "units", "hours", "billed", "cost"),
    [
        ("LARGE_GENERIC", 2, "6", "12", "288.00"),  # 2 x 2 AI units x $12 x 6 h: Llama 3.3's preset
        ("LARGE_GENERIC", 2, "4", "8", "192.00"),
        ("LARGE_GENERIC", 2, "7.25", "14.5", "348.00"),
        ("SMALL_COHERE_V2", 8, "2", "16", "104.00"),  # Command R 08-2024's preset
        ("LARGE_COHERE", 2, "24", "48", "1152.00"),
        ("LARGE_GENERIC", 2, "0.25", "1", "24.00"),  # half a unit-hour is used, one is owed
        ("LARGE_GENERIC", 2, "0.5", "1", "24.00"),
        ("RERANK_COHERE", 2, "3", "3", "30.00"),  # were there one: by the cluster's hours
    ],
)
def test_a_fine_tune_costs_its_unit_hours_and_one_at_least(
    shape: str, units: int, hours: str, billed: str, cost: str
) -> None:
    made = job(CATALOG, shape.lower(), units, Decimal(hours))
    assert (made.shape, made.billed) == (shape, Decimal(billed))
    assert isinstance(made.cost, Price)
    assert cents(made.cost.money).amount == Decimal(cost)
    assert made.cost.per == f"fine-tune of {hours} hours"
    assert CATALOG.sources["pay-dedicated"] in made.cost.sources


@pytest.mark.parametrize(
    ("units", "schedule", "why"),
    [
        (0, ALWAYS, "A cluster has at least 1 unit; 0 is not a number of units."),
        (-3, ALWAYS, "A cluster has at least 1 unit; -3 is not a number of units."),
        (1, Schedule(hours=Decimal(0)), "A day has 24 hours: 0 is no part of it."),
        (1, Schedule(hours=Decimal(-1)), "A day has 24 hours: -1 is no part of it."),
        (1, Schedule(hours=Decimal("24.01")), "A day has 24 hours: 24.01 is no part of it."),
        (1, Schedule.model_construct(hours=Decimal("NaN"), days=7), "A day has 24 hours: NaN is no part of it."),
        (1, Schedule.model_construct(hours=Decimal("Infinity"), days=7), "A day has 24 hours: Infinity is no"),
        (1, Schedule(days=0), "A week has 7 days: 0 is no number of them."),
        (1, Schedule(days=8), "A week has 7 days: 8 is no number of them."),
        (1, Schedule(otherwise=-1), "-1 is not a number of units."),
    ],
)
def test_what_is_no_size_or_no_schedule_is_refused_in_one_sentence(units: int, schedule: Schedule, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        estimate(CATALOG, "LARGE_GENERIC", units, schedule)
    assert str(refused.value).startswith(why)


@pytest.mark.parametrize("hours", ["0", "-6", "8785", "NaN", "Infinity", "sNaN"])
def test_a_fine_tune_that_takes_no_time_or_for_ever_is_refused(hours: str) -> None:
    with pytest.raises(Invalid, match="A fine-tune takes some hours, and a year at most: give a number such as 6"):
        job(CATALOG, "LARGE_GENERIC", 2, Decimal(hours))


def test_a_fine_tune_on_no_units_is_refused() -> None:
    with pytest.raises(Invalid, match="A fine-tuning cluster has at least 1 unit; 0 is not a number of units"):
        job(CATALOG, "LARGE_GENERIC", 0, Decimal(6))


@pytest.mark.parametrize(
    "ask",
    [lambda name: estimate(CATALOG, name, 1, ALWAYS), lambda name: job(CATALOG, name, 2, Decimal(6))],
    ids=["a month", "a fine-tune"],
)
def test_a_shape_the_catalogue_has_never_seen_is_answered_with_the_nearest(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(
        NotFound, match=r"The catalogue has no unit shape “LARGE_COHERE_V9”. Did you mean LARGE_COHERE_V"
    ):
        ask("LARGE_COHERE_V9")


@pytest.mark.parametrize("shape", DARK)
def test_where_the_price_is_unknown_so_is_the_cost(shape: str) -> None:
    made = estimate(CATALOG, shape, 2, OFFICE)
    assert isinstance(made.cost, Unknown)
    assert made.cost == made.rate == monthly(CATALOG, shape, 2)
    assert CATALOG.pricing_page in made.cost.settle
    assert (made.used, made.billed) == (
        Decimal("531.428571429"),
        Decimal(744 if made.least.count == 744 else made.used),
    )
    tuned = job(CATALOG, shape, 2, Decimal(6))
    assert isinstance(tuned.cost, Unknown)


def test_a_currency_knows_what_is_on_file_in_it_alone() -> None:
    own = Localised(amount=Decimal("11.25"), sources=(CATALOG.sources["price-list"],))
    catalog = CATALOG.model_copy(update={"localised": {"EUR": {"B108085": own}}}).in_currency("EUR")
    made, other = estimate(catalog, "LARGE_GENERIC", 1, ALWAYS).cost, estimate(catalog, "EMBED_COHERE", 1, ALWAYS).cost
    assert isinstance(made, Price)
    assert made.money == Money(amount=Decimal(16740), currency="EUR")
    assert isinstance(other, Unknown)
    assert other.settle.startswith("no price of B108084 in EUR is on file; read Oracle's pricing page")


def rumoured(which: str) -> Catalog:
    """A catalogue in which one of the commitments has not been confirmed."""
    least = getattr(CATALOG.commitments, which)
    assert isinstance(least, Commitment)
    doubted = least.model_copy(update={"sources": (RUMOUR,)})
    return CATALOG.model_copy(update={"commitments": CATALOG.commitments.model_copy(update={which: doubted})})


@pytest.mark.parametrize(("which", "shape"), [("hosting", "LARGE_GENERIC"), ("imported", "H100_X1")])
def test_what_rests_on_a_minimum_nobody_has_confirmed_is_unknown(which: str, shape: str) -> None:
    made = estimate(rumoured(which), shape, 1, ALWAYS).cost
    assert isinstance(made, Unknown)
    assert made.what == "what a month at 744 hours costs"
    assert made.settle.startswith("what we hold of it is not confirmed (A rumour, 2026-11-01); read Oracle's pricing")


def test_so_is_a_fine_tune() -> None:
    made = job(rumoured("fine_tuning"), "LARGE_GENERIC", 2, Decimal(6)).cost
    assert isinstance(made, Unknown)
    assert made.what == "what a fine-tune of 6 hours costs"


@pytest.mark.parametrize(
    ("units", "schedule", "words"),
    [
        (1, ALWAYS, "1 unit LARGE_GENERIC"),
        (10, OFFICE, "10 units LARGE_GENERIC, 12 h a day, 5 days a week"),
        (2, Schedule(hours=Decimal("7.5")), "2 units LARGE_GENERIC, 7.5 h a day"),
        (2, Schedule(days=1), "2 units LARGE_GENERIC, 24 h a day, 1 day a week"),
        (8, Schedule(hours=Decimal(12), otherwise=2), "8 units LARGE_GENERIC, 12 h a day, otherwise 2"),
    ],
)
def test_an_estimate_says_what_it_is_of(units: int, schedule: Schedule, words: str) -> None:
    assert said(estimate(CATALOG, "LARGE_GENERIC", units, schedule)) == words


def test_a_contracts_rate_is_said_to_be_one() -> None:
    own = CATALOG.prices["B108085"].model_copy(update={"amount": Decimal("9.37"), "basis": "contract"})
    catalog = CATALOG.model_copy(update={"prices": {**CATALOG.prices, "B108085": own}})
    made, tuned = estimate(catalog, "LARGE_GENERIC", 3, OFFICE), job(catalog, "LARGE_GENERIC", 2, Decimal(6))
    # 3 x 744 x 5/14 = 797.142857; x 2 x 9.37
    assert month("LARGE_GENERIC", 3, OFFICE, catalog) == Decimal("14938.46")
    assert isinstance(made.cost, Price)
    assert isinstance(tuned.cost, Price)
    assert made.cost.basis == tuned.cost.basis == "contract"


UNITS = st.integers(min_value=1, max_value=1000)
HOURS = st.decimals(min_value="0.01", max_value=24, places=2)
DAYS = st.integers(min_value=1, max_value=7)
SCHEDULES = st.builds(Schedule, hours=HOURS, days=DAYS, otherwise=st.integers(min_value=0, max_value=20))


def exact(made: Estimate | Job) -> Decimal:
    assert isinstance(made.cost, Price)
    assert isinstance(made.cost.money.amount, Decimal)
    return made.cost.money.amount


@given(shape=st.sampled_from(PRICED), units=UNITS, more=UNITS, schedule=SCHEDULES)
@settings(deadline=None)
def test_more_units_never_cost_less(shape: str, units: int, more: int, schedule: Schedule) -> None:
    few = estimate(CATALOG, shape, units, schedule)
    many = estimate(CATALOG, shape, units + more, schedule)
    assert exact(few) <= exact(many)


@given(shape=st.sampled_from(PRICED), units=UNITS, hours=HOURS, more=HOURS, days=DAYS)
@settings(deadline=None)
def test_longer_hours_and_more_days_never_cost_less(
    shape: str, units: int, hours: Decimal, more: Decimal, days: int
) -> None:
    short = estimate(CATALOG, shape, units, Schedule(hours=min(hours, more), days=days))
    long = estimate(CATALOG, shape, units, Schedule(hours=max(hours, more), days=days))
    all_week = estimate(CATALOG, shape, units, Schedule(hours=max(hours, more)))
    assert exact(short) <= exact(long) <= exact(all_week)


@given(shape=st.sampled_from(PRICED), units=UNITS, schedule=SCHEDULES)
@settings(deadline=None)
def test_no_schedule_costs_less_than_the_minimum_or_more_than_its_larger_size_all_month(
    shape: str, units: int, schedule: Schedule
) -> None:
    made = estimate(CATALOG, shape, units, schedule)
    assert made.billed >= max(made.used, Decimal(made.least.count))
    assert exact(made) <= exact(estimate(CATALOG, shape, max(units, schedule.otherwise), ALWAYS))


@given(shape=st.sampled_from(PRICED), units=UNITS, hours=HOURS, more=HOURS)
@settings(deadline=None)
def test_a_longer_fine_tune_never_costs_less(shape: str, units: int, hours: Decimal, more: Decimal) -> None:
    assert exact(job(CATALOG, shape, units, hours)) <= exact(job(CATALOG, shape, units, hours + more))


@given(shape=st.sampled_from(DARK), units=UNITS, schedule=SCHEDULES)
@settings(deadline=None)
def test_unknown_in_unknown_out(shape: str, units: int, schedule: Schedule) -> None:
    assert isinstance(estimate(CATALOG, shape, units, schedule).cost, Unknown)


@given(name=st.text(max_size=40))
@settings(deadline=None)
def test_whatever_is_no_shape_gets_a_sentence(name: str) -> None:
    if CATALOG.shape(name) is None:
        with pytest.raises(DacError, match="The catalogue has no unit shape"):
            estimate(CATALOG, name, 1, ALWAYS)
