"""What a check of a data set found, which holds for as long as the object is the one that was checked."""

from __future__ import annotations

from typing import Protocol

from pydantic import AwareDatetime

from dac.dataset_report import Report
from dac.figures import Frozen
from dac.steps import Dataset


class Checked(Frozen):
    """`etag` is the object's as it was read."""

    region: str
    dataset: Dataset
    etag: str
    at: AwareDatetime
    report: Report


class Checks(Protocol):
    """Checks that have been made, of each data set the last."""

    def keep(self, checked: Checked) -> None: ...

    def of(self, region: str, dataset: Dataset, etag: str) -> Checked | None:
        """None where this very object has not been checked."""
        ...
