"""What commands share that are about a training data set: where it is, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from commands._command import Services
from dac.checked import Checked
from dac.dataset import Checker
from dac.dataset_findings import report_of
from dac.dataset_form import TRAINED_ON, compressed_by, no_lines
from dac.dataset_report import Report
from dac.dataset_rules import rules_of
from dac.errors import Denied, Invalid, NotFound
from dac.figures import Unknown
from dac.gateway import Stored
from dac.making import quoted
from dac.naming import clip
from dac.steps import Dataset

ADDRESS = re.compile(r"(?:oci://)?(?P<bucket>[^/@\s]+)(?:@(?P<namespace>[^/@\s]+))?/(?P<object>.+)")
"""Oracle's own way of writing where an object is, oci://bucket@namespace/object, all but bucket and object optional."""

QUOTES = frozenset('"“”„')

AT_ONCE = 4_000_000
"""Bytes that are checked while somebody waits for an answer: a fraction of a second."""


def is_address(word: str) -> str:
    """For a validator."""
    if set(word) & QUOTES:
        raise ValueError("quotation marks in the name of a data set could not be typed again; copy it to another name")
    if not ADDRESS.fullmatch(word.strip()):
        raise ValueError(f"“{clip(word)}” does not say where the data set is: give bucket/object")
    return word.strip()


def dataset_at(address: str, namespace: str | None, region: str, services: Services) -> Dataset:
    """The data set that is meant; a namespace that is not named is the tenancy's. Raises as `FleetReader.namespace`."""
    found = ADDRESS.fullmatch(address)
    assert found  # noqa: S101 - checked as it was typed
    named = namespace or found["namespace"] or services.fleet.namespace(region)
    return Dataset(namespace=named, bucket=found["bucket"], object_name=found["object"])


class Found(NamedTuple):
    region: str
    dataset: Dataset
    stored: Stored


def find(address: str, namespace: str | None, regions: Iterable[str], services: Services) -> Found:
    """The object in the one of these regions that has it.

    `Invalid` where several have; where none does, what Oracle said, by preference that it is missing.
    """
    found: list[Found] = []
    refused: list[NotFound | Denied] = []
    for region in regions:
        try:
            dataset = dataset_at(address, namespace, region, services)
            found.append(Found(region, dataset, services.fleet.stored(region, dataset)))
        except (NotFound, Denied) as error:
            refused.append(error)
    if not found:
        raise min(refused, key=lambda error: not isinstance(error, NotFound))
    if len(found) > 1:
        where = " and ".join(each.region for each in found)
        raise Invalid(f"There is such an object in {where}; say with --region which you mean.")
    return found[0]


def check_plain(dataset: Dataset, stored: Stored) -> None:
    """Raise `Invalid` for what is said to be stored compressed: no part of it could be read by itself."""
    encoding = compressed_by(stored.encoding)
    if encoding:
        raise Invalid(
            f"{clip(str(dataset))} is stored compressed (Content-Encoding: {encoding}). {TRAINED_ON}: unpack it, and "
            "upload what comes out without that header."
        )


def as_lines(name: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same parts; `Invalid` where the first tells that these are no lines of text."""
    begun = False
    for part in parts:
        why = None if begun else no_lines(part)
        if why:
            raise Invalid(f"{clip(name)} {why}")
        begun = True
        yield part


def known(region: str, dataset: Dataset, stored: Stored, services: Services) -> Checked | Unknown:
    """What a check of this very object has found; one that is small is checked now.

    Raises as `FleetReader.content`, and `Invalid` for what is compressed or no text.
    """
    check_plain(dataset, stored)
    found = services.checks.of(region, dataset, stored.etag)
    if found:
        return found
    if stored.size > AT_ONCE:
        return Unknown(what="what is in the data set", settle=f"check it: /dac dataset check {quoted(str(dataset))}")
    checker = Checker()
    for part in as_lines(str(dataset), services.fleet.content(region, dataset, stored)):
        checker.feed(part)
    report = report_of(checker.finish(), rules_of(services.catalog, services.handbook))
    return kept(region, dataset, stored, report, services)


def kept(region: str, dataset: Dataset, stored: Stored, report: Report, services: Services) -> Checked:
    """Remembered, without the places of odd lines: only who has asked for the check needs them."""
    checked = Checked(
        region=region,
        dataset=dataset,
        etag=stored.etag,
        at=services.now(),
        report=report.model_copy(update={"places": {}}),
    )
    services.checks.keep(checked)
    return checked
