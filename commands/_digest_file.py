"""A digest as a sheet: every sum, every line and what is not known, to every digit and in full."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta

from commands._bill import cell
from commands._command import Enclosed
from dac.digest import Digest, Line, Total
from dac.figures import Money, Unknown

ONE_DAY = timedelta(days=1)
COLUMNS = ("line", "kind", "name", "text", "since", "until", "amount", "currency", "standing", "request", "next")


def sheet(digest: Digest) -> Enclosed:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for total in digest.totals:
        writer.writerows(_total(total))
    writer.writerows(_others(digest))
    for line in digest.lines:
        writer.writerow(_line(line))
    for each in digest.unknown:
        writer.writerow(("", "not known", cell(each.what), cell(each.settle), *[""] * 7))
    name = f"digest-{digest.at:%Y-%m-%d}"
    return Enclosed(name=f"{name}.csv", title=f"Cost digest of {digest.at:%Y-%m-%d}", content=text.getvalue().encode())


def _total(total: Total) -> Iterator[Sequence[object]]:
    standing = "estimated" if total.estimated else "final" if total.settled else "provisional"
    standing += ", at least" if total.missing else ""
    for money in total.spent:
        yield _sum(total.key, "total", total.name, (total.since, total.until), money, standing)
    for before in total.compared:
        for money in before.spent:
            yield _sum(total.key, "compared", before.name, (before.since, before.until), money, "")
    if final := total.final:
        for money in final.spent:
            yield _sum(total.key, "final days", total.name, (total.since, final.until), money, "final")
        then = final.before
        for money in then.spent:
            yield _sum(total.key, "final days compared", then.name, (then.since, then.until), money, "final")


def _others(digest: Digest) -> Iterator[Sequence[object]]:
    """What is told beside the totals."""
    month = digest.totals[-1] if digest.totals else None
    days = (month.since, month.until) if month else ("", "")
    if (ahead := digest.foreseen) and not isinstance(ahead.sums, Unknown):
        for method, sums in ((ahead.method, ahead.sums), (ahead.plain_method, ahead.plain)):
            for money in sums:
                yield _sum("forecast", "forecast", method, (days[0], ahead.until), money, "estimated")
    for each in digest.restated:
        was = f"told as {each.then.amount:f} before, {'final' if each.final else 'provisional'}"
        yield _sum("", "told otherwise before", was, (each.day, each.day + ONE_DAY), each.now, "")
    for money in digest.uncounted:
        yield _sum("", "not in the sums", "part numbers that are not known", days, money, "")
    for money in digest.unattributed:
        yield _sum("", "not in the sums", "not attributable", ("", days[1]), money, "")


def _sum(key: str, kind: str, name: str, days: tuple[object, object], money: Money, standing: str) -> Sequence[object]:
    return (key, kind, name, "", *days, f"{money.amount:f}", cell(money.currency), standing, "", "")


def _line(line: Line) -> Sequence[object]:
    worth = (f"{line.worth.amount:f}", cell(line.worth.currency)) if line.worth else ("", "")
    ends = f"{line.until:%Y-%m-%d %H:%M}" if line.until else ""
    nexts = "; ".join(f"/dac {each.line}" for each in line.presses)
    request = "" if line.request is None else line.request
    return (
        cell(line.key),
        line.kind,
        cell(line.name),
        cell(line.text),
        "",
        ends,
        *worth,
        "",
        request,
        cell(nexts),
    )
