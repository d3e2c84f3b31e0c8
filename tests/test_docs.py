"""The documentation says what the code does, and everything in the code is documented."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from approvals.policy import Rule, load
from bot.settings import Settings, variable
from commands import COMMANDS
from commands._command import AnyCommand, described
from commands._parse import arguments, understood
from scripts.docs import DOCS, GENERATED, ROOT


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == GENERATED[name]()


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda command: command.name)
def test_every_command_and_each_of_its_arguments_is_described(command: AnyCommand) -> None:
    assert command.summary.endswith(".")
    assert command.examples
    for name, (_, info) in command.arguments.kinds().items():
        assert described(info), f"{command.name}: {name} has no description"


@pytest.mark.parametrize(
    "line", [each for command in COMMANDS.values() for each in command.examples], ids=lambda line: line
)
def test_every_example_is_understood(line: str) -> None:
    command, parsed = understood(COMMANDS, line)
    assert not parsed.missing
    arguments(command, parsed.values)


def test_a_command_is_named_as_its_file() -> None:
    files = {path.stem.replace("_", "-") for path in (ROOT / "commands").glob("[a-z]*.py")}
    assert files == {name.replace(" ", "-") for name in COMMANDS}


def test_every_setting_is_described_and_its_variable_is_ours() -> None:
    for name, info in Settings.model_fields.items():
        assert described(info), f"{name} has no description"
        assert variable(name).startswith("DAC_") or variable(name) == "SLACK_API_URL"


def test_every_field_of_a_rule_is_described_and_stands_in_the_example() -> None:
    text = (ROOT / "policy.example.toml").read_text(encoding="utf-8")
    shown = set(tomllib.loads(text)["rule"][0])
    for name, info in Rule.model_fields.items():
        assert described(info), f"{name} has no description"
        assert name in shown
    assert len(load(text, "policy.example.toml").rules) == 3


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in DOCS.glob("*.md"))])
def test_links_to_our_own_files_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), f"{page} points to {target}"


def test_the_readme_maps_every_package() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert all(f"`{name}/`" in readme for name in packages)


def test_the_check_fails_when_a_page_is_behind(tmp_path: Path) -> None:
    """The generator's --check is what a commit hook would run; it has to notice."""
    script = (
        "import pathlib, sys, scripts.docs as docs\ndocs.DOCS = pathlib.Path(sys.argv.pop())\nsys.exit(docs.main())\n"
    )
    run = [sys.executable, "-c", script, "--check", str(tmp_path)]
    assert subprocess.run(run, cwd=ROOT, check=False, capture_output=True).returncode == 1
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    assert subprocess.run(run, cwd=ROOT, check=False, capture_output=True).returncode == 0
