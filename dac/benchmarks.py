"""What one unit has been measured to carry: published tables, and a team's own."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from dac.catalog_file import Count, Factor, Sources, Text
from dac.figures import Frozen

COLUMNS = {
    "concurrency": "concurrency",
    "inference_tps": "tokens_per_second",
    "throughput_tps": "output_per_second",
    "latency_s": "latency",
    "rps": "requests_per_second",
    "ttft_s": "first_token",
    "total_tps": "total_per_second",
}
"""How Oracle heads a column, shortened, and what it is called here."""


class Row(Frozen):
    """What was measured while `concurrency` requests were under way at one unit.

    `tokens_per_second` is the speed one request sees, `output_per_second` what the unit puts out for all of them,
    `latency` the seconds a whole request takes, `first_token` those until it begins to answer, `total_per_second`
    tokens in and out. The last two are None where the table lacks them.
    """

    concurrency: int = Field(ge=1)
    tokens_per_second: Decimal = Field(gt=0)
    output_per_second: Decimal = Field(gt=0)
    latency: Decimal = Field(gt=0)
    requests_per_second: Decimal = Field(gt=0)
    first_token: Decimal | None = Field(None, gt=0)
    total_per_second: Decimal | None = Field(None, gt=0)


class Mix(Frozen):
    """How many tokens a request brings and takes in a benchmark, on average; `words` as Oracle describes it."""

    prompt_tokens: Factor
    response_tokens: Factor
    words: Text
    sources: Sources

    @property
    def tokens(self) -> Decimal:
        return self.prompt_tokens + self.response_tokens


def _rows(written: object) -> object:
    """Rows as written in the file: a line of text each, its numbers in the order of `columns`."""
    if isinstance(written, tuple):
        return written
    if not isinstance(written, dict) or written.keys() != {"columns", "rows"}:
        raise ValueError("must have columns and rows, and nothing else")
    columns = written["columns"]
    unknown = [name for name in columns if name not in COLUMNS]
    if unknown:
        raise ValueError(f'has a column "{unknown[0]}"; there are {", ".join(COLUMNS)}')
    return tuple(_row(columns, line) for line in written["rows"])


def _row(columns: list[str], line: object) -> dict[str, object]:
    try:
        numbers = [Decimal(each) for each in str(line).split()]
    except InvalidOperation:
        raise ValueError(f'has a row "{line}" that is not all numbers') from None
    if len(numbers) != len(columns):
        raise ValueError(f'has a row "{line}" with {len(numbers)} numbers for {len(columns)} columns')
    return {COLUMNS[name]: number for name, number in zip(columns, numbers, strict=True)}


class Benchmark(Frozen):
    """One model on one unit of one shape, under one mix of requests, at rising concurrency."""

    model: Text
    shape: Text
    mix: Text
    units: Count = 1
    table: Annotated[tuple[Row, ...], BeforeValidator(_rows), Field(min_length=1)]
    note: Text | None = None
    sources: Sources

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if any(one.concurrency >= other.concurrency for one, other in pairwise(self.table)):
            raise ValueError("must have rows of rising concurrency")
        return self

    @property
    def most(self) -> Row:
        """The row with the most requests a second; of several, the one with the least concurrency."""
        return max(self.table, key=lambda row: (row.requests_per_second, -row.concurrency))

    @property
    def rising(self) -> tuple[Row, ...]:
        """The rows that carry more requests a second than every one of fewer at once."""
        found: list[Row] = []
        for row in self.table:
            if not found or row.requests_per_second > found[-1].requests_per_second:
                found.append(row)
        return tuple(found)
