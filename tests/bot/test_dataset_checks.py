"""Checks of data sets survive a restart, and count for the very object that was checked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.dataset_checks import DatasetChecks
from dac.checked import Checked
from dac.steps import Dataset
from tests.dac.datasets import check, clean, row

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DATA = Dataset(namespace="acme", bucket="training", object_name="pairs.jsonl")


def checked(etag: str = "one", rows: int = 40, **more: object) -> Checked:
    report = check([*clean(rows), row("", "so")]).model_copy(update={"places": {}})
    values = {"region": "us-chicago-1", "dataset": DATA, "etag": etag, "at": AT, "report": report}
    return Checked.model_validate(values | more)


def test_a_check_is_found_again_after_a_restart_as_it_was(tmp_path: Path) -> None:
    DatasetChecks(tmp_path / "dac.sqlite3").keep(checked())
    assert DatasetChecks(tmp_path / "dac.sqlite3").of("us-chicago-1", DATA, "one") == checked()


def test_it_counts_for_no_other_object_and_the_last_one_counts(tmp_path: Path) -> None:
    checks = DatasetChecks(tmp_path / "dac.sqlite3")
    checks.keep(checked())
    assert checks.of("us-chicago-1", DATA, "two") is None
    assert checks.of("eu-frankfurt-1", DATA, "one") is None
    assert checks.of("us-chicago-1", DATA.model_copy(update={"bucket": "other"}), "one") is None
    checks.keep(checked("two", rows=50))
    assert checks.of("us-chicago-1", DATA, "one") is None
    assert checks.of("us-chicago-1", DATA, "two") == checked("two", rows=50)


def test_nothing_of_what_was_trained_on_is_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "dac.sqlite3"
    checks = DatasetChecks(path)
    secret = [row(f"How is Zebra {number}?", "Fine is Walrus.") for number in range(40)]
    checks.keep(checked(report=check(secret).model_copy(update={"places": {}})))
    kept = b"".join(each.read_bytes() for each in tmp_path.glob("dac.sqlite3*"))
    assert b"pairs.jsonl" in kept
    assert b"Zebra" not in kept
    assert b"Walrus" not in kept
