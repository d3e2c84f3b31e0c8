"""From the words of the handbook's topics to its figures and rows: a reader for each topic that has some."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from dac.handbook_text import Kind, Piece, groups, items, paragraphs, rows
from dac.naming import clip

Pieces = Sequence[Piece]
Read = dict[str, Any]
Thing = TypeVar("Thing")

NUMBER = r"\d+(?:\.\d+)?[KM]?"
SPAN = re.compile(rf"< *(?P<under>{NUMBER})|(?P<least>{NUMBER}) *- *(?P<most>{NUMBER})|(?P<over>{NUMBER})\+")
BAND = re.compile(r"(?P<name>[^(]+?) +\((?P<span>[^)]*)\): +(?P<what>.*)")
UNITS = re.compile(r"(\d+)-(\d+) units")
UNITS_AND_HOURS = re.compile(r"(\d+) units, ~?([\d.]+)-([\d.]+) hours")
CLUSTER_MAX = re.compile(r"(\d+) units \((\d+) endpoints\)")
PRESET = re.compile(r"# *(\w+) \(([^)]+)\)")
SETTING = re.compile(r"(\w+): +([\d.]+)")
MINIMUM = re.compile(r"Minimum: (\d+)")
RECOMMENDED = re.compile(r"Recommended: (\d+)-(\d+)")
HELD_OUT = re.compile(r"(\d+)-(\d+) ?%")
METRIC = re.compile(r"([^:]+): +(.+)")
RESOURCE = re.compile(r'^(?=resource ")', re.MULTILINE)
RESOURCE_NAME = re.compile(r'resource "\w+" "(\w+)"')
ATTRIBUTE = re.compile(r'^ *(\w+) *= *"(.*)"', re.MULTILINE)
QUERY = re.compile(r"(\w+)\[(\w+)\]\.(\w+)\(\) > ([\d.]+)")
HOURS = re.compile(r"× (\d+) hours")
ISSUE = re.compile(r"\*\*[^:*]+: ([^*]+)\*\*")
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
NO_ALTERNATIVE = "-"
COLUMNS = 4
TIMES = {"K": 1_000, "M": 1_000_000}


def _capabilities(text: Pieces) -> Read:
    know, can_do = _so_many(2, "lists", [items(piece.text) for piece in text if piece.kind is Kind.LINES])
    return {"capabilities": {"know": know, "can_do": can_do}}


def _dedicated(text: Pieces) -> Read:
    dedicated, on_demand = _code(text, 2)
    return {"dedicated_when": items(dedicated), "on_demand_when": items(on_demand)}


def _models(text: Pieces) -> Read:
    (table,) = _so_many(1, "tables", [rows(piece.text) for piece in text if piece.kind is Kind.TABLE])
    _, *lines = [row for row in table if len(row) > 1] or [[]]
    if any(len(row) != COLUMNS for row in lines):
        raise ValueError("every row of the table must have four cells")
    return {
        "selection": [
            {
                "use_case": use_case,
                "recommended": recommended,
                "alternative": None if alternative == NO_ALTERNATIVE else alternative,
                "why": why,
            }
            for use_case, recommended, alternative, why in lines
        ]
    }


def _sizing(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    units, endpoints = _found(CLUSTER_MAX, code, "Cluster max = 50 units (50 endpoints)")
    return {
        "traffic_bands": _bands(code, UNITS, ("units_least", "units_most"), "Light (< 10 req/sec): 2-5 units"),
        "units_per_endpoint_note": paragraphs(code)[-1].partition("\n")[0],
        "cluster_max_units": units,
        "cluster_max_endpoints": endpoints,
    }


def _fine_tuning(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    named = ("units", "hours_least", "hours_most")
    bands = _bands(code, UNITS_AND_HOURS, named, "Small (< 10K examples): 2 units, ~2-4 hours")
    return {"tuning_bands": bands}


def _bands(code: str, pattern: re.Pattern[str], named: Sequence[str], example: str) -> list[Read]:
    """The lines that begin as a band does; each must go on as the example, where the one before it ends."""
    bands: list[Read] = []
    for line in code.splitlines():
        if begun := BAND.fullmatch(line):
            above, below = _span(begun["span"], line, example)
            figures = dict(zip(named, _found(pattern, begun["what"], example, line), strict=True))
            bands.append({"name": begun["name"], "above": above, "below": below, "text": line, **figures})
    if not bands:
        raise _unread(code.partition("\n")[0], example)
    for before, band in pairwise(bands):
        if before["below"] != band["above"]:
            raise ValueError(f"“{band['text']}” must begin where “{before['text']}” ends")
    return bands


def _span(words: str, line: str, example: str) -> tuple[Decimal, Decimal | None]:
    """From where to where; None for the rest."""
    span = SPAN.match(words)
    if not span:
        raise _unread(line, example)
    if span["under"]:
        return Decimal(0), _number(span["under"])
    if span["over"]:
        return _number(span["over"]), None
    return _number(span["least"]), _number(span["most"])


def _number(word: str) -> Decimal:
    """Such as 10K, which is 10,000."""
    return Decimal(word.rstrip("KM")) * TIMES.get(word[-1], 1)


def _quality(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    (minimum,) = _found(MINIMUM, code, "Minimum: 100 high-quality examples")
    least, most = _found(RECOMMENDED, code, "Recommended: 500-2000 examples")
    held_least, held_most = _found(HELD_OUT, code, "Hold out 10-20% for testing")
    return {
        "quality": {
            "minimum": minimum,
            "recommended_least": least,
            "recommended_most": most,
            "hold_out_least": held_least,
            "hold_out_most": held_most,
            "guidelines": _guidelines(code),
        }
    }


def _hyperparameters(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    return {"presets": [_preset(each) for each in paragraphs(code)]}


def _preset(paragraph: str) -> Read:
    first, _, rest = paragraph.partition("\n")
    name, when = _found(PRESET, first, "# Conservative (start here)")
    return {"name": name.casefold(), "when": when, **dict(SETTING.findall(rest))}


def _metrics(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    found = []
    for group, lines in groups(code):
        for line in lines:
            name, meaning = _found(METRIC, line, "- error_rate: Failed requests %")
            found.append({"group": group, "name": name, "meaning": meaning})
    return {"metrics": found}


def _alarms(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    return {"alarms": [_alarm(each.strip("\n")) for each in RESOURCE.split(code) if each.strip()]}


def _alarm(hcl: str) -> Read:
    (name,) = _found(RESOURCE_NAME, hcl, 'resource "oci_monitoring_alarm" "high_latency" {')
    said = dict(ATTRIBUTE.findall(hcl))
    query = said.get("query", "")
    metric, window, statistic, threshold = _found(QUERY, query, 'query = "Latency[1m].p95() > 5000"', hcl)
    return {
        "name": name,
        "title": said.get("display_name"),
        "namespace": said.get("namespace"),
        "query": query,
        "metric": metric,
        "window": window,
        "statistic": statistic,
        "threshold": threshold,
        "severity": said.get("severity"),
        "hcl": hcl,
    }


def _strategies(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    return {"strategies": _guidelines(code)}


def _cost(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    formulas, example = _so_many(2, "paragraphs", paragraphs(code))
    hosting, _, tuning = formulas.partition("\n")
    (hours,) = _found(HOURS, example, "= 10 × ~$X/hour × 720 hours")
    return {"formula": {"hosting": hosting, "fine_tuning": tuning, "example": example, "hours": hours}}


def _troubleshooting(text: Pieces) -> Read:
    issues = []
    for title, block in pairwise(text):
        if block.kind is Kind.CODE:
            (name,) = _found(ISSUE, title.text, "**Issue: High Latency**")
            (_, causes), (_, solutions) = _so_many(2, "lists", groups(block.text))
            issues.append({"name": name, "causes": causes, "solutions": solutions})
    return {"issues": issues}


def _iam(text: Pieces) -> Read:
    (code,) = _code(text, 1)
    statements, comment = [], ""
    for line in filter(None, map(str.strip, code.splitlines())):
        if line.startswith("#"):
            comment = line.lstrip("# ")
        else:
            statements.append({"comment": comment, "text": line})
    return {"iam": statements}


def _links(text: Pieces) -> Read:
    found = [pair for piece in text for pair in LINK.findall(piece.text)]
    return {"links": [{"title": title, "url": url} for title, url in found]}


def _snippet(name: str) -> Callable[[Pieces], Read]:
    return lambda text: {"snippets": {name: _code(text, 1)[0]}}


def _terraform(text: Pieces) -> Read:
    hosting, tuning = _code(text, 2)
    return {"snippets": {"hosting": hosting, "fine_tuning": tuning}}


def _guidelines(code: str) -> list[Read]:
    return [{"name": name, "lines": lines} for name, lines in groups(code)]


def _code(text: Pieces, count: int) -> list[str]:
    return _so_many(count, "fenced blocks", [piece.text for piece in text if piece.kind is Kind.CODE and piece.text])


def _so_many(count: int, what: str, found: Sequence[Thing]) -> list[Thing]:
    if len(found) != count:
        raise ValueError(f"there must be {count} {what if count > 1 else what.removesuffix('s')}, not {len(found)}")
    return list(found)


def _found(pattern: re.Pattern[str], text: str, example: str, shown: str = "") -> tuple[str, ...]:
    """What the pattern picks out of the text."""
    if found := pattern.search(text):
        return found.groups()
    raise _unread(shown or text, example)


def _unread(text: str, example: str) -> ValueError:
    return ValueError(f"“{clip(text)}” is not understood; I look for something like “{example}”")


READERS: Mapping[str, Callable[[Pieces], Read]] = {
    "capabilities": _capabilities,
    "dedicated": _dedicated,
    "models": _models,
    "sizing": _sizing,
    "fine-tuning": _fine_tuning,
    "terraform": _terraform,
    "data": _snippet("training_data"),
    "quality": _quality,
    "hyperparameters": _hyperparameters,
    "metrics": _metrics,
    "alarms": _alarms,
    "strategies": _strategies,
    "cost": _cost,
    "troubleshooting": _troubleshooting,
    "iam": _iam,
    "python": _snippet("python"),
    "langchain": _snippet("langchain"),
    "links": _links,
}
"""By the topic in whose text they read; each raises `ValueError` saying what it cannot read and what it looks for."""
