"""What is to be said to a person of a training data set, each with where its rule is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dac.dataset_close import ALL_OF, ONE_IN
from dac.dataset_counted import Counted
from dac.dataset_faults import Kind
from dac.dataset_lengths import TIMES
from dac.dataset_lines import LONGEST
from dac.dataset_personal import SEARCHED
from dac.dataset_report import Finding, Report, Rules, Severity, Whole
from dac.dataset_sample import FEWEST, OPENING, READ
from dac.figures import Source

ORACLE, HANDBOOK = "oracle", "handbook"
REFUSED, WARNING, HINT = Severity.REFUSED, Severity.WARNING, Severity.HINT

SHAPE = '{"prompt": "…", "completion": "…"}'


class Said(NamedTuple):
    """How a kind of line is spoken of: `does` begins with a verb for many of them.

    Where `worse_from` is set, it is a warning from one in so many of those looked at, and a hint below.
    """

    severity: Severity
    does: str
    so: str
    rule: str = ""
    worse_from: int = 0


FAULTS = {
    Kind.NOT_UTF8: Said(REFUSED, "are not in UTF-8", "save the file as UTF-8", ORACLE),
    Kind.NOT_JSON: Said(REFUSED, "are not valid JSON", f"each line must be {SHAPE}, whole and by itself", ORACLE),
    Kind.NOT_OBJECT: Said(REFUSED, "are JSON, but no object", f"each line must be {SHAPE}", ORACLE),
    Kind.NO_PROMPT: Said(REFUSED, "have no “prompt”", f"each line must be {SHAPE}", ORACLE),
    Kind.NO_COMPLETION: Said(REFUSED, "have no “completion”", f"each line must be {SHAPE}", ORACLE),
    Kind.EXTRA_KEY: Said(
        REFUSED,
        "have another key besides “prompt” and “completion”",
        "Oracle takes only these",
        ORACLE,
    ),
    Kind.PROMPT_NOT_TEXT: Said(REFUSED, "have a prompt that is no text", "it must be a string in quotes", ORACLE),
    Kind.COMPLETION_NOT_TEXT: Said(
        REFUSED, "have a completion that is no text", "it must be a string in quotes", ORACLE
    ),
    Kind.TOO_LONG: Said(WARNING, f"are longer than {LONGEST:,} bytes", "not read, for no model takes so much at once"),
    Kind.BLANK: Said(WARNING, "are blank", "take them out, for each line is to be a pair", ORACLE),
    Kind.BOM: Said(WARNING, "begin with a byte order mark", "save the file as UTF-8 without one", ORACLE),
    Kind.REPEATED_KEY: Said(WARNING, "have a key twice", "only the last was read here, and others may read the first"),
    Kind.EMPTY_PROMPT: Said(WARNING, "have an empty prompt", "fill it or take the line out", HANDBOOK),
    Kind.EMPTY_COMPLETION: Said(
        WARNING,
        "have an empty completion",
        "it teaches to say nothing; fill it or take the line out",
        HANDBOOK,
    ),
    Kind.BROKEN_CHARACTER: Said(
        WARNING, "hold half a character (a lone surrogate)", "it cannot be written in UTF-8; mend what wrote the file"
    ),
    Kind.CRLF: Said(HINT, "end as Windows ends lines (CRLF)", "most readers do not mind; LF alone is safe"),
}

ROWS = {
    Kind.REPEATED: Said(
        HINT, "repeat an earlier row to the letter", "a copy adds nothing new, and weighs double", HANDBOOK, 100
    ),
    Kind.CONFLICTING: Said(
        HINT,
        "have the prompt of an earlier row with another completion",
        "that is good where several answers are right, and confuses the model where one is wrong",
        HANDBOOK,
        100,
    ),
}

LENGTHS = frozenset({Kind.LONG_PROMPT, Kind.SHORT_PROMPT, Kind.LONG_COMPLETION, Kind.SHORT_COMPLETION})

LEARNT = "a model may repeat what it was trained on; take it out unless it is made up"

CLOSE = {
    Kind.NEARLY_REPEATED: Said(
        HINT,
        "are the same as an earlier row but for capitals (A–Z), spaces, punctuation and digits",
        "quality goes before quantity",
        HANDBOOK,
        20,
    ),
    Kind.EMAIL: Said(HINT, "seem to hold an e-mail address", LEARNT),
    Kind.PHONE: Said(HINT, "seem to hold a phone number", LEARNT),
    Kind.IBAN: Said(HINT, "seem to hold a bank account number (IBAN, check digits right)", LEARNT),
    Kind.CARD: Said(HINT, "seem to hold a payment card number (check digit right)", LEARNT),
    Kind.IPV4: Said(HINT, "seem to hold an IP address", LEARNT),
    Kind.NATIONAL_ID: Said(HINT, "seem to hold a national identity number (US or UK form)", LEARNT),
}

SAMPLED = {
    Kind.ALIKE: Said(
        HINT,
        "have much the same words in the same order as another row",
        "more variety would teach more",
        HANDBOOK,
        10,
    ),
    Kind.PROMPT_LANGUAGE: Said(
        HINT, "have a prompt in another language than most", "see whether it is meant", HANDBOOK
    ),
    Kind.COMPLETION_LANGUAGE: Said(
        HINT, "have a completion in another language than most", "see whether it is meant", HANDBOOK
    ),
}


def report_of(counted: Counted, rules: Rules) -> Report:
    """What was counted, held against these rules."""
    report = Report(rules=rules, **vars(counted), findings=())
    return report.model_copy(update={"findings": tuple(findings(report))})


def findings(report: Report) -> list[Finding]:
    """Worst first, and otherwise in the order of the tables."""
    return sorted(_findings(report), key=lambda each: list(Severity).index(each.severity))


def _findings(report: Report) -> Iterator[Finding]:
    yield from _quantity(report)
    for kind, said in FAULTS.items():
        yield from _found(report, kind, said, "lines", 0)
    for kind, said in ROWS.items():
        yield from _found(report, kind, said, "rows", report.rows)
    for kind, said in CLOSE.items():
        yield from _found(report, kind, said, "rows", report.looked_at)
    yield from _lengths(report)
    for kind, said in SAMPLED.items():
        yield from _found(report, kind, said, "rows", report.sampled.rows)
    yield from _habits(report)
    yield from _sameness(report)


def _found(report: Report, kind: Kind, said: Said, noun: str, looked_at: int) -> Iterator[Finding]:
    """What is said of the lines of a kind, if there are any; `looked_at` is 0 where that needs no saying."""
    count = report.counts.get(kind, 0)
    if not count:
        return
    how = " looked at" if looked_at < report.rows else ""
    what = f"of {looked_at:,} {noun}{how}" if looked_at else noun if count > 1 else noun.removesuffix("s")
    does = said.does if count > 1 else _singular(said.does)
    first = report.places[kind][0].line
    # Of unusual lengths the most unusual are kept, and so not the first of very many.
    one = "one of them" if kind in LENGTHS else "the first"
    where = f"line {first:,}" if count == 1 else f"{one} is line {first:,}"
    worse = said.worse_from and count * said.worse_from >= looked_at
    yield Finding(
        kind=kind,
        severity=WARNING if worse else said.severity,
        sentence=f"{count:,} {what} {does} ({where}): {said.so}.",
        count=count,
        source=_source(report, said.rule),
    )


def _singular(does: str) -> str:
    verb, _, rest = does.partition(" ")
    return f"{_ONE.get(verb, verb + 's')} {rest}"


_ONE = {"are": "is", "have": "has"}


def _source(report: Report, rule: str) -> Source | None:
    return {ORACLE: report.rules.oracle, HANDBOOK: report.rules.handbook}.get(rule)


def _quantity(report: Report) -> Iterator[Finding]:
    rules, rows = report.rules, report.rows
    pairs = "1 pair" if rows == 1 else f"{rows:,} pairs"
    least, most = rules.recommended
    if rows < rules.least:
        so = f"Oracle trains on no fewer than {rules.least:,}"
        yield _of_all(report, Whole.TOO_FEW, REFUSED, f"{pairs}: {so}.", ORACLE)
    elif rows < rules.advised:
        so = f"the handbook wants {rules.advised:,} at least, and recommends {least:,} to {most:,}"
        yield _of_all(report, Whole.FEW, WARNING, f"{pairs}: {so}.", HANDBOOK)
    elif rows < least:
        yield _of_all(report, Whole.FEW, HINT, f"{pairs}: the handbook recommends {least:,} to {most:,}.", HANDBOOK)
    elif rows > most:
        so = f"the handbook recommends {least:,} to {most:,}, for quality goes before quantity"
        yield _of_all(report, Whole.MANY, HINT, f"{pairs}: {so}.", HANDBOOK)


def _of_all(report: Report, kind: Whole, severity: Severity, sentence: str, rule: str) -> Finding:
    return Finding(kind=kind, severity=severity, sentence=sentence, count=report.rows, source=_source(report, rule))


def _lengths(report: Report) -> Iterator[Finding]:
    for long, short, lengths, name in (
        (Kind.LONG_PROMPT, Kind.SHORT_PROMPT, report.prompts, "prompt"),
        (Kind.LONG_COMPLETION, Kind.SHORT_COMPLETION, report.completions, "completion"),
    ):
        if lengths.count:
            does = f"have a {name} of more than {lengths.long_bound():,} characters"
            said = Said(HINT, does, f"that is about {TIMES} times the median", HANDBOOK)
            yield from _found(report, long, said, "rows", report.rows)
            does = f"have a {name} of fewer than {lengths.short_bound():,} characters"
            said = Said(HINT, does, f"that is about the {TIMES}th part of the median", HANDBOOK)
            yield from _found(report, short, said, "rows", report.rows)


def _habits(report: Report) -> Iterator[Finding]:
    sampled = report.sampled
    for kind, share, does in (
        (Kind.PROMPT_BEGINNING, sampled.prompt_beginning, "prompt that does not begin"),
        (Kind.PROMPT_ENDING, sampled.prompt_ending, "prompt that does not end"),
        (Kind.COMPLETION_BEGINNING, sampled.completion_beginning, "completion that does not begin"),
        (Kind.COMPLETION_ENDING, sampled.completion_ending, "completion that does not end"),
    ):
        if share:
            so = f"{share.rows:,} have {share.name} there"
            yield from _found(
                report, kind, Said(HINT, f"have a {does} as most do", so, HANDBOOK, 10), "rows", sampled.rows
            )


def _sameness(report: Report) -> Iterator[Finding]:
    sampled = report.sampled
    if sampled.rows >= FEWEST and 2 * sampled.commonest_opening > sampled.rows:
        sentence = (
            f"{sampled.commonest_opening:,} of {sampled.rows:,} prompts looked at open with the same {OPENING} words: "
            "vary how they are put, unless that is how they will be."
        )
        yield _of_all(report, Whole.SAMENESS, HINT, sentence, HANDBOOK)


def measured(report: Report) -> tuple[str, ...]:
    """How far the figures go: what was looked at whole, and what was sampled or estimated."""
    sampled, rules = report.sampled, report.rules
    known = "every row" if report.compared_all else f"every row with the first {report.remembered:,} different prompts"
    close = "every row" if report.looked_at == report.rows else f"the first {ALL_OF:,} rows and one in {ONE_IN} after"
    share = "every row" if sampled.one_in == 1 else f"one row in {sampled.one_in:,}"
    return (
        "Format and lengths: every line. A median or other share of the lengths is told within a bucket of an eighth.",
        f"Repeated rows: {known}, by hashes; a row is called repeated wrongly with a chance of 1 in 1,000,000,000.",
        f"Near repeats and personal data: {close}, {report.looked_at:,} in all.",
        f"Personal data: by its form alone, in the first {SEARCHED:,} characters of a text.",
        f"Languages, beginnings, endings and words: {share}, {sampled.rows:,} in all; the first {READ:,} characters.",
        f"Tokens: estimated at {rules.characters_per_token} characters each ({rules.tokens}).",
    )
