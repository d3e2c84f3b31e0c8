"""What checks of data sets have found, so that a fine-tune knows what it is about to train on."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database, Migrations

from approvals.database import File, prepare
from dac.checked import Checked
from dac.steps import Dataset

dataset_checks = Migrations("dataset_checks")


@dataset_checks()
def checks(db: Database) -> None:
    db.execute(
        """
        CREATE TABLE dataset_checks (
            region TEXT NOT NULL,
            namespace TEXT NOT NULL,
            bucket TEXT NOT NULL,
            object TEXT NOT NULL,
            etag TEXT NOT NULL,
            checked TEXT NOT NULL,
            PRIMARY KEY (region, namespace, bucket, object)
        )
        """
    )


class DatasetChecks:
    """`dac.checked.Checks` in the bot's database; it holds figures and no training data."""

    def __init__(self, path: Path) -> None:
        prepare(path, dataset_checks)
        self._file = File(path)

    def keep(self, checked: Checked) -> None:
        with self._file.transaction(write=True) as db:
            db.execute(
                "INSERT OR REPLACE INTO dataset_checks VALUES (?, ?, ?, ?, ?, ?)",
                [*_where(checked.region, checked.dataset), checked.etag, checked.model_dump_json()],
            )

    def of(self, region: str, dataset: Dataset, etag: str) -> Checked | None:
        with self._file.transaction(write=False) as db:
            row = db.execute(
                "SELECT checked FROM dataset_checks "
                "WHERE region = ? AND namespace = ? AND bucket = ? AND object = ? AND etag = ?",
                [*_where(region, dataset), etag],
            ).fetchone()
        return Checked.model_validate_json(row["checked"]) if row else None


def _where(region: str, dataset: Dataset) -> tuple[str, str, str, str]:
    return region, dataset.namespace, dataset.bucket, dataset.object_name
