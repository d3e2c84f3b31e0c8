"""What is on the bill beside the sum: part numbers that dedicated clusters are not known to be sold by."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime

from dac.figures import Frozen, Money
from dac.usage import UsageRow, totals

DEDICATED = ("dedicated", "unit per hour", "cluster hour")
"""In the name of a product, or of what it is counted in, as Oracle's price list has them today."""


class Uncounted(Frozen):
    """Rows of some days that are in no sum of clusters, by part number, as read at one moment; `until` is not included.

    Of one resource all that it was charged for beside, otherwise what is Generative AI's by its name.
    """

    since: date
    until: date
    rows: tuple[UsageRow, ...]
    read_at: AwareDatetime

    @property
    def dedicated(self) -> Uncounted:
        """What looks like a cluster by its name: a part number that is newer than the catalogue."""
        return self._of(tuple(row for row in self.rows if _is_dedicated(row)))

    @property
    def others(self) -> Uncounted:
        """What is used without a cluster, on demand."""
        return self._of(tuple(row for row in self.rows if not _is_dedicated(row)))

    @property
    def totals(self) -> tuple[Money, ...]:
        return totals(self.rows)

    @property
    def products(self) -> tuple[tuple[str, str], ...]:
        """Part numbers and what Oracle calls them."""
        return tuple(sorted({(row.part_number, row.product) for row in self.rows}))

    def _of(self, rows: tuple[UsageRow, ...]) -> Uncounted:
        return self.model_copy(update={"rows": rows})


def _is_dedicated(row: UsageRow) -> bool:
    named = f"{row.product}\n{row.unit}".casefold()
    return any(each in named for each in DEDICATED)
