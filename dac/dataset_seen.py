"""A training data set as it was when a plan was made for it: what tells it from another, and what is known of it."""

from __future__ import annotations

from dac.checked import Checked
from dac.dataset_report import Report, Severity, Verdict
from dac.errors import Invalid
from dac.figures import Frozen, Source, Unknown
from dac.gateway import Stored
from dac.making import quoted
from dac.steps import Dataset


class Seen(Frozen):
    """`pairs` are those Oracle could train on; `doubt` is what the check found against it, empty where it found none.

    Its `etag` is not known where it may not be looked at, and then nothing of it is.
    """

    etag: str | Unknown
    pairs: int | Unknown
    doubt: str = ""
    sources: tuple[Source, ...] = ()

    def __str__(self) -> str:
        if isinstance(self.etag, Unknown):
            return "one that could not be looked at"
        what = "a file that nobody has checked" if isinstance(self.pairs, Unknown) else f"{self.pairs:,} pairs"
        return f"{what} (etag {self.etag})"

    def now(self, etag: str) -> Seen:
        """What is known of it once its etag has been read again: of another file, nothing."""
        if etag == self.etag:
            return self
        settle = "ask for the fine-tune anew"
        return Seen(etag=etag, pairs=Unknown(what="what is in the data set", settle=settle))


def seen(dataset: Dataset, stored: Stored, checked: Checked | Unknown) -> Seen:
    """`Invalid` with the worst that was found where Oracle would not train on it."""
    if isinstance(checked, Unknown):
        return Seen(etag=stored.etag, pairs=checked)
    report, whole = checked.report, f"/dac dataset check {quoted(str(dataset))}"
    if report.verdict is Verdict.REFUSED:
        raise Invalid(f"Oracle would not train on {dataset}. {report.findings[0].sentence} All that was found: {whole}")
    doubt = f"{_doubt(report)} All that was found: {whole}" if report.verdict is Verdict.DOUBTFUL else ""
    sources = {each.source: None for each in report.findings[:1] if doubt and each.source}
    return Seen(etag=stored.etag, pairs=report.rows, doubt=doubt, sources=tuple(sources))


def unseen(why: str) -> Seen:
    """One that the everyday identity may not look at; `why` is Oracle's word for it."""
    hidden = Unknown(what="whether the data set is there, and fit", settle=why)
    return Seen(etag=hidden, pairs=hidden)


def _doubt(report: Report) -> str:
    """How much there is, and the worst of it."""
    found = sum(each.severity is Severity.WARNING for each in report.findings)
    if found == 1:
        return f"The check of the data set warns: {report.findings[0].sentence}"
    return f"The check of the data set has {found} warnings, the first: {report.findings[0].sentence}"
