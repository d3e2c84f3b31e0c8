"""A ledger that somebody hands over: rows of the Usage API in Oracle's words, each looked at before it counts."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from sandbox.oracle import exactly, ids, usage
from sandbox.oracle.asked import Asked
from sandbox.oracle.times import later, moment, stamp
from sandbox.oracle.world import Json, World


class LedgerError(LookupError):
    """Its text says which row of the ledger is wrong, and how."""


def _time(told: object) -> str:
    if not isinstance(told, str):
        raise ValueError("a time is text such as 2026-11-23T00:00:00Z")  # noqa: TRY004 - what pydantic tells on
    try:
        return stamp(moment(told))
    except ValueError as error:
        raise ValueError(f"{told!r} is no time; write it like 2026-11-23 or 2026-11-23T05:00:00Z") from error


def _figure(told: object) -> Decimal | None:
    if told is None:
        return None
    try:
        figure = Decimal(str(told))
    except ArithmeticError:
        figure = Decimal("NaN")
    if not figure.is_finite():
        raise ValueError(f"{told!r} is no number")
    return figure


Time = Annotated[str, BeforeValidator(_time)]
Figure = Annotated[Decimal | None, BeforeValidator(_figure)]


class Tag(Asked):
    namespace: str | None = None
    key: str
    value: str


class Row(Asked):
    """What is not said of a cluster, such as its compartment, is as in the cluster's own rows."""

    timeUsageStarted: Time  # noqa: N815 - Oracle's word, as are those below
    computedAmount: Figure  # noqa: N815
    computedQuantity: Figure = None  # noqa: N815
    unitPrice: Figure = None  # noqa: N815
    listRate: Figure = None  # noqa: N815
    currency: str | None = "USD"
    service: str | None = None
    skuPartNumber: str | None = None  # noqa: N815
    skuName: str | None = None  # noqa: N815
    unit: str | None = None
    resourceId: str | None = None  # noqa: N815
    cluster: str | None = None
    """The name of a cluster that runs here, in place of its OCID."""
    compartmentId: str | None = None  # noqa: N815
    compartment: str | None = None
    """The name of a compartment of the tenancy, in place of its OCID."""
    compartmentName: str | None = None  # noqa: N815
    compartmentPath: str | None = None  # noqa: N815
    region: str | None = None
    tenantId: str | None = None  # noqa: N815
    tenantName: str | None = None  # noqa: N815
    discount: Figure = None
    overage: str | None = None
    overagesFlag: Literal["Y", "N"] = "N"  # noqa: N815
    subscriptionId: str | None = None  # noqa: N815
    isForecast: bool = False  # noqa: N815
    tags: list[Tag] = Field(default_factory=list)
    credit: bool = False
    """Whether it is a credit; not a field of Oracle's, which is asked for them by `queryType`."""
    arrives: Time | None = None
    """The moment from which Oracle shows it; at once if it is not said."""


class Ledger(Asked):
    """What is not said stays as it is; rows are added."""

    rows: list[Row] = Field(default_factory=list)
    arrives_in: float = Field(0, ge=0)
    """Seconds until those rows show that do not say when they arrive."""
    credit: bool = False
    """Whether all of these rows are credits."""
    alone: bool | None = None
    """Whether rows of ledgers are all that is charged, and the clusters that run here cost nothing."""
    discount: float | None = Field(None, ge=0, le=1)
    """How much less than the list price the contract says, as a share."""
    delay: float | None = Field(None, ge=0)
    """Hours after which the usage of what runs here shows."""


def read(told: Any) -> Ledger:
    """Raise `LedgerError`; figures had better be Decimal or text, as those of `exactly.loads` are."""
    try:
        return Ledger.model_validate(told)
    except ValidationError as error:
        raise LedgerError("; ".join(_said(each) for each in error.errors()[:5])) from None


def read_file(path: Path) -> Ledger:
    """Raise `LedgerError`."""
    try:
        return read(exactly.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise LedgerError(f"{path} is not JSON: {error}") from None
    except LedgerError as error:
        raise LedgerError(f"{path}: {error.args[0]}") from None


def load(world: World, ledger: Ledger) -> None:
    """Add its rows to the world's, all or none; raise `LedgerError`."""
    rows = [_named(world, number, row) for number, row in enumerate(ledger.rows, 1)]
    for row in rows:
        row.setdefault("arrives", later(world.now(), ledger.arrives_in))
        usage.put(world, row | {"credit": row.get("credit", False) or ledger.credit})
    if ledger.alone is not None:
        world.ledger_alone = ledger.alone
    if ledger.discount is not None:
        world.discount = ledger.discount
    if ledger.delay is not None:
        world.usage_delay = ledger.delay
    world.changed = True


def _named(world: World, number: int, row: Row) -> Json:
    """What the row says, with OCIDs where it says names."""
    told = row.model_dump(exclude_unset=True)
    if name := told.pop("compartment", None):
        if name not in world.compartments:
            known = ", ".join(world.compartments)
            raise LedgerError(f"row {number}, compartment: there is no {name!r}, only {known}")
        told["compartmentId"] = world.compartments[name]
    if name := told.pop("cluster", None):
        clusters = [it.body for it in world.resources.values() if it.kind == ids.CLUSTER and not it.deleted]
        found = [body["id"] for body in clusters if body["displayName"] == name]
        if len(found) != 1:
            why = "several clusters are" if found else "no cluster is"
            raise LedgerError(f"row {number}, cluster: {why} called {name!r}; write its OCID as resourceId")
        told["resourceId"] = found[0]
    return told


def _said(error: Any) -> str:
    where, *inside = error["loc"] or ("it",)
    path = ", ".join(str(each) for each in inside[1:])
    place = f"row {inside[0] + 1}" if where == "rows" and inside and isinstance(inside[0], int) else str(where)
    what = "is no field of a ledger" if error["type"] == "extra_forbidden" else str(error["msg"])
    return f"{place}{', ' if path else ''}{path}: {what.removeprefix('Value error, ')}"
