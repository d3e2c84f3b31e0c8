"""What is on a bill and in no sum, told apart by what it is called."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dac.figures import Money
from dac.uncounted import Uncounted
from dac.usage import UsageRow, is_generative_ai

DAY = datetime(2026, 10, 2, tzinfo=UTC)


def row(amount: str, part: str, **changes: str) -> UsageRow:
    known = {"since": DAY, "until": DAY, "currency": "USD", "amount": amount, "part_number": part}
    return UsageRow.model_validate(known | changes)


def test_what_is_dedicated_by_its_name_or_unit_is_new_and_the_rest_is_on_demand() -> None:
    rows = (
        row("1", "B3", product="Huge Cohere - Dedicated"),
        row("2", "B2", unit="AI Unit Per Hour"),
        row("4", "B2", unit="AI Unit Per Hour"),
        row("8", "B1", product="Large Cohere"),
        row("16", "B0", unit="Cluster Hour"),
    )
    every = Uncounted(since=DAY.date(), until=date(2026, 10, 3), rows=rows, read_at=DAY)
    assert every.dedicated.totals == (Money(amount=Decimal(23)),)
    assert every.dedicated.products == (("B0", ""), ("B2", ""), ("B3", "Huge Cohere - Dedicated"))
    assert every.others.totals == (Money(amount=Decimal(8)),)
    assert every.others.products == (("B1", "Large Cohere"),)


@pytest.mark.parametrize(
    ("names", "is_it"),
    [
        (("Generative AI", ""), True),
        (("GENERATIVE_AI",), True),
        (("", "OCI Generative AI - Models"), True),
        (("Compute", "Standard E5"), False),
        ((), False),
    ],
)
def test_the_service_is_known_by_its_names(names: tuple[str, ...], is_it: bool) -> None:  # noqa: FBT001 - a parameter of the case
    assert is_generative_ai(*names) is is_it
