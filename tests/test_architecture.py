from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

INWARDS = ("bot", "commands", "approvals", "dac")
"""Each may import those after it and none before."""

APART = "sandbox"

OUTSIDE = {
    "the clock": {"time", "sched"},
    "the network": {
        "aiohttp",
        "ftplib",
        "http",
        "requests",
        "smtplib",
        "socket",
        "ssl",
        "urllib",
        "urllib3",
        "uvicorn",
    },
    "databases": {"dbm", "shelve", "sqlite3", "sqlite_utils"},
    "the environment": {"dotenv", "getpass", "os", "platform", "pydantic_settings", "subprocess"},
    "Slack": {"slack", "slack_bolt", "slack_sdk"},
    "Oracle's SDK": {"oci"},
    "schedules": {"apscheduler", "asyncio"},
}
FORBIDDEN: Mapping[str, set[str]] = {
    "dac": set.union(*OUTSIDE.values()),
    "approvals": set.union(*(names for what, names in OUTSIDE.items() if what not in {"databases", "the clock"})),
    "commands": set.union(*OUTSIDE.values()),
}

CLOCKS = {
    *(f"{of}.{call}" for of in ("datetime", "date") for call in ("now", "utcnow", "today")),
    *(f"time.{call}" for call in ("time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime")),
}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb", "sys.argv"}
NEVER_USED = dict.fromkeys(("dac", "approvals", "commands"), CLOCKS | ENVIRONMENT)
"""Time and settings are handed in; `sandbox` and `bot` are where they come from."""


def problems(root: Path, packages: Iterable[str] = (*INWARDS, APART)) -> list[str]:
    """What in these packages under `root` goes against the house's rules, one line each."""
    return [
        f"{path.relative_to(root)}: {problem}"
        for package in packages
        for path in sorted((root / package).rglob("*.py"))
        for problem in problems_of(package, path, root)
    ]


def problems_of(package: str, path: Path, root: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name in sorted(set(imported(tree, path.relative_to(root)))):
        top = name.partition(".")[0]
        if top in (*INWARDS, APART, "tests", "bench", "scripts") and top not in allowed(package):
            yield f"{package} may not import {name}"
        if top in FORBIDDEN.get(package, ()):
            yield f"{package} knows nothing of {top}, and imports {name}"
    for used in sorted(set(dotted(tree)) & NEVER_USED.get(package, set())):
        yield f"{package} is handed what {used} would give it"
    if problem := docstring_problem(ast.get_docstring(tree)):
        yield problem


def allowed(package: str) -> tuple[str, ...]:
    return (APART,) if package == APART else INWARDS[INWARDS.index(package) :]


def imported(tree: ast.Module, path: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            # "from . import x" in a/b.py and in a/__init__.py alike is of package a.
            package = path.parent.parts[: len(path.parent.parts) - node.level + 1]
            yield ".".join((*package, *filter(None, [node.module])))
        elif isinstance(node, ast.ImportFrom):
            # "from bot import slack" and "from os import environ" name a module by their second half too.
            yield from (f"{node.module}.{each.name}" for each in node.names)


def dotted(tree: ast.Module) -> Iterator[str]:
    """`datetime.now`, however much stands before it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            yield f"{of}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def docstring_problem(text: str | None) -> str:
    if not text:
        return "has no docstring that says what it is about"
    if "\n\n" in text:
        return "its docstring is more than one paragraph"
    if not text.endswith("."):
        return "its docstring does not end as a sentence"
    if re.search(r"[.!?]\s+[A-Z]", text):
        return "its docstring is more than one sentence"
    return ""


@pytest.mark.parametrize("package", [*INWARDS, APART])
def test_every_package_keeps_the_rules_of_the_house(package: str) -> None:
    assert list((ROOT / package).rglob("*.py")), f"{package} is empty or has moved"
    assert problems(ROOT, [package]) == []


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("dac/x.py", "from approvals.store import Store", "dac may not import approvals.store.Store"),
        ("dac/x.py", "import bot", "dac may not import bot"),
        ("dac/deep/x.py", "from ...bot import slack", "dac may not import bot"),
        ("approvals/x.py", "from commands import _card", "approvals may not import commands._card"),
        ("approvals/x.py", "def f():\n    import commands", "approvals may not import commands"),
        ("commands/x.py", "if True:\n    from bot.slack import Slack", "commands may not import bot.slack.Slack"),
        ("commands/x.py", "import tests.fakes", "commands may not import tests.fakes"),
        ("sandbox/x.py", "from dac.errors import Invalid", "sandbox may not import dac.errors.Invalid"),
        ("sandbox/x.py", "import bot.settings", "sandbox may not import bot.settings"),
        ("bot/x.py", "from sandbox.clock import Clock", "bot may not import sandbox.clock.Clock"),
        ("dac/x.py", "import sandbox", "dac may not import sandbox"),
        ("dac/x.py", "import time", "dac knows nothing of time, and imports time"),
        ("dac/x.py", "import sqlite3", "dac knows nothing of sqlite3, and imports sqlite3"),
        ("dac/x.py", "from urllib.request import urlopen", "dac knows nothing of urllib, and imports urllib.request"),
        ("dac/x.py", "import os.path", "dac knows nothing of os, and imports os.path"),
        ("dac/x.py", "from slack_sdk import WebClient", "dac knows nothing of slack_sdk"),
        ("approvals/x.py", "import slack_bolt", "approvals knows nothing of slack_bolt"),
        ("approvals/x.py", "import oci", "approvals knows nothing of oci"),
        ("commands/x.py", "from slack_sdk.models import blocks", "commands knows nothing of slack_sdk"),
        ("commands/x.py", "from sqlite_utils import Database", "commands knows nothing of sqlite_utils"),
        ("commands/x.py", "import oci", "commands knows nothing of oci"),
        ("dac/x.py", "from datetime import datetime\nat = datetime.now()", "handed what datetime.now would give it"),
        ("dac/x.py", "import datetime\nat = datetime.datetime.utcnow()", "handed what datetime.utcnow would give it"),
        ("approvals/x.py", "from datetime import date\nday = date.today()", "handed what date.today would give it"),
        ("approvals/x.py", "import time\nat = time.monotonic()", "handed what time.monotonic would give it"),
        ("approvals/x.py", "from time import time", "handed what time.time would give it"),
        ("commands/x.py", "import os\nhome = os.environ['HOME']", "handed what os.environ would give it"),
        ("commands/x.py", "from os import getenv", "handed what os.getenv would give it"),
    ],
)
def test_a_wrong_import_or_call_is_reported(tmp_path: Path, path: str, code: str, said: str) -> None:
    broken = tmp_path / path
    broken.parent.mkdir(parents=True)
    broken.write_text(f'"""A file that goes astray."""\n\n{code}\n')
    assert [each for each in problems(tmp_path) if each.startswith(f"{path}: ") and said in each]


@pytest.mark.parametrize(
    "code",
    [
        "from datetime import UTC, datetime\nfrom dac.errors import Invalid",
        "from . import x\nfrom .x import y",
        "def now(clock: object) -> None: ...\nclock = 1",
        "import hashlib\nimport json\nfrom importlib.resources import files",
    ],
)
def test_what_is_allowed_is_not_reported(tmp_path: Path, code: str) -> None:
    (tmp_path / "dac").mkdir()
    (tmp_path / "dac" / "x.py").write_text(f'"""A file that keeps the rules, e.g. this one."""\n\n{code}\n')
    assert problems(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no docstring"),
        ('"""What it is about"""', "does not end as a sentence"),
        ('"""What it is about. And more."""', "more than one sentence"),
        ('"""What it is about! More."""', "more than one sentence"),
        ('"""What it is about.\n\nAnd more.\n"""', "more than one paragraph"),
        ("# What it is about.", "has no docstring"),
    ],
)
def test_a_file_that_does_not_say_in_one_sentence_what_it_is_about_is_reported(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "x.py").write_text(f"{text}\n\nx = 1\n")
    (found,) = problems(tmp_path)
    assert said in found
