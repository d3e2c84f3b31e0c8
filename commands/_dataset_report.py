"""What a person is told of a data set that was checked: the verdict, its reasons, figures, and where odd lines are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC
from pathlib import PurePosixPath
from typing import NamedTuple

from commands._advice import figure, offer
from commands._answer import Answer, Line
from commands._blocks import Block, clip, context, escape, named, people, phrase, picture
from commands._chart import Bar, Distributions, Spread
from commands._command import Enclosed, Reply, Services
from dac.dataset_faults import Kind
from dac.dataset_findings import measured
from dac.dataset_lengths import Bucket, Lengths
from dac.dataset_report import Report, Severity, Verdict
from dac.figures import Source, Trust
from dac.making import quoted
from dac.steps import Dataset

KILO = 1000
SIGNS = {Severity.REFUSED: "⛔", Severity.WARNING: "⚠️", Severity.HINT: "•"}
TOLD = 20
"""Findings told one by one; the rest are in the file of lines."""

PICTURE = "lengths"


class Looked(NamedTuple):
    """What is looked through, for whom: its name and where it is, in bytes; `dataset` where it is in Object Storage.

    `others` is how many files came with it that are not looked through.
    """

    name: str
    where: str
    size: int
    user: str
    dataset: Dataset | None = None
    others: int = 0


def report_on(looked: Looked, report: Report, services: Services) -> Reply:
    seen = Source(
        title=f"{named(looked.name)}, read by this bot",
        as_of=services.now().astimezone(UTC).date(),
        trust=Trust.LIVE,
    )
    said = verdict(report)
    answer = Answer(f"{looked.name}: {said.replace('*', '')}")
    answer.say(f"{_sign(report)} *{named(looked.name)}*: {said}", *_judged_by(report))
    answer.table(_figures(looked, report, seen))
    answer.lines(_findings(report, seen))
    for each in _notes(looked, report):
        answer.say(each)
    charted = bool(report.rows)
    chart = distributions(looked, report)
    if charted:
        answer.block(picture(PICTURE, chart.alt))
    told = [answer.marked(escape(each), (seen,)) for each in measured(report)]
    answer.block(context("\n".join([*told, f"Asked for by {people([looked.user])}."])))
    reply = answer.reply(*_next(looked, report), public=True)
    lines = offending_lines(looked, report)
    return Reply(
        text=reply.text,
        blocks=reply.blocks,
        public=True,
        pictures={PICTURE: chart} if charted else {},
        files=(lines,) if lines else (),
    )


def verdict(report: Report) -> str:
    """In one clause, which whoever only sees the notification can go by."""
    worst = [each.severity for each in report.findings]
    match report.verdict:
        case Verdict.REFUSED:
            return f"*not fit*, by what Oracle demands ({_counted(worst.count(Severity.REFUSED), 'reason')})"
        case Verdict.DOUBTFUL:
            read = ", as far as it was read," if Kind.TOO_LONG in report.counts else ","
            return f"what Oracle demands is met{read} *with {_counted(worst.count(Severity.WARNING), 'warning')}*"
        case Verdict.READY:
            return "*fit to be trained on*, by Oracle's demands and the handbook's"


def _sign(report: Report) -> str:
    return {Verdict.REFUSED: "⛔", Verdict.DOUBTFUL: "⚠️", Verdict.READY: "✅"}[report.verdict]


def _judged_by(report: Report) -> tuple[Source, ...]:
    return (report.rules.oracle, report.rules.handbook)


def _figures(looked: Looked, report: Report, seen: Source) -> Iterator[tuple[str, str, tuple[Source, ...]]]:
    rules = report.rules
    yield "Pairs", f"{report.rows:,} in {_counted(report.lines, 'line')}", (seen,)
    yield "Size", f"{size(looked.size)}, {escape(looked.where)}", (seen,)
    yield "Tokens, estimated", f"about {_about(report.tokens)}", (seen, rules.tokens)
    share = figure(rules.train_share * 100)
    yield (
        "Tokens of an epoch",
        f"about {_about(report.tokens_per_epoch)}, Oracle trains on {share} % of the pairs",
        (rules.oracle, rules.tokens),
    )
    for name, lengths in (("Prompts", report.prompts), ("Completions", report.completions)):
        if lengths.count:
            yield f"{name}, characters", _spread(lengths), (seen,)


def _spread(lengths: Lengths) -> str:
    middle, most = lengths.quantile(1, 2), lengths.quantile(95, 100)
    return f"median {_between(middle)}, 95 % up to {most.most:,}, from {lengths.least:,} to {lengths.most:,}"


def _between(bucket: Bucket) -> str:
    return f"{bucket.most:,}" if bucket.least == bucket.most else f"{bucket.least:,}–{bucket.most:,}"


def _findings(report: Report, seen: Source) -> Iterator[Line]:
    for each in report.findings[:TOLD]:
        yield f"{SIGNS[each.severity]} {escape(each.sentence)}", (seen, *([each.source] if each.source else []))
    if len(report.findings) > TOLD:
        yield f"• and {len(report.findings) - TOLD} more, in the file of lines", (seen,)


def _notes(looked: Looked, report: Report) -> Iterator[str]:
    if looked.others:
        more = "1 more file" if looked.others == 1 else f"{looked.others} more files"
        yield f"You attached {more}, not looked at: attach each to a message of its own."
    if not looked.dataset and report.verdict is not Verdict.REFUSED:
        yield "A fine-tune reads from Object Storage: put the file there to have a model trained on it."


def _next(looked: Looked, report: Report) -> list[Block]:
    of_cause = [("Handbook: training data", "handbook data")]
    if report.rows:
        of_cause.insert(0, ("What training takes", f"size finetune {report.rows}"))
    if looked.dataset and report.verdict is not Verdict.REFUSED:
        address = quoted(f"{looked.dataset.bucket}/{looked.dataset.object_name}")
        train = f"finetune --dataset {address} --namespace {looked.dataset.namespace}"
        of_cause.insert(0, ("Ask for a fine-tune …", train))
    return offer(*of_cause)


def distributions(looked: Looked, report: Report) -> Distributions:
    both = [(name, it) for name, it in (("Prompts", report.prompts), ("Completions", report.completions)) if it.count]
    told = phrase([f"{name.lower()} {_spread(it)} characters" for name, it in both], "and")
    return Distributions(
        title=f"How long the texts of {report.rows:,} pairs are",
        unit="characters",
        counted="pairs",
        spreads=tuple(
            Spread(
                name=name,
                bars=tuple(Bar(least=each.least, most=each.most, count=each.count) for each in it.buckets),
                median=it.quantile(1, 2).most,
            )
            for name, it in both
        ),
        alt=f"How long the texts of {looked.name} are: {told}",
    )


def offending_lines(looked: Looked, report: Report) -> Enclosed | None:
    """Where the odd lines are and what is odd, as a spreadsheet reads it; never what they say. None without any."""
    found = list(report.offences)
    if not found:
        return None
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["line", "byte offset", "what", "bytes", "prompt characters", "completion characters"])
    for each in found:
        lengths = (each.prompt_characters, each.completion_characters)
        sheet.writerow([each.line, each.offset, each.reason.value, each.bytes, *lengths])
    stem = PurePosixPath(looked.name).stem[:100] or "dataset"
    return Enclosed(
        name=f"{stem}-lines.csv",
        title=f"Odd lines of {clip(looked.name, 100)}: where they are, not what they say",
        content=text.getvalue().encode(),
    )


def size(count: int) -> str:
    """Of a file, as people say it."""
    number = float(count)
    for unit in ("bytes", "kB", "MB"):
        if number < KILO:
            return f"{number:.3g} {unit}" if unit != "bytes" else f"{count} bytes"
        number /= KILO
    return f"{number:,.3g} GB" if number < KILO else f"{number:,.0f} GB"


def _about(count: int) -> str:
    """An estimate is not told to the last digit."""
    return f"{int(float(f'{count:.3g}')):,}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
