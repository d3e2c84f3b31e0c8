"""Write the documentation that follows from the code: commands, settings, policy. `--check` only compares."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from approvals.policy import Policy
from bot.settings import Settings, variable
from commands import COMMANDS
from commands._command import Option, Rest, Word, described
from dac.checks import CHECKS
from dac.playbooks import PLACEHOLDERS, shipped
from dac.thresholds import Thresholds

DOCS = Path(__file__).resolve().parent.parent / "docs"
ROOT = DOCS.parent


def commands() -> str:
    """Every verb of /dac, as /dac help tells it."""
    parts = ["# Commands\n\nWhat is missing is asked in a form; `/dac help <command>` tells the same in Slack.\n"]
    for command in COMMANDS.values():
        parts.append(f"\n## {command.name}\n\n`{command.usage}`\n\n{command.summary}\n")
        rows = [
            f"| {_typed(name, kind)} | {'yes' if info.is_required() else 'no'} | {described(info)} |"
            for name, (kind, info) in command.arguments.kinds().items()
        ]
        if rows:
            parts.append("\n| argument | needed | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n")
        if command.examples:
            parts.append("\n" + "\n".join(f"    /dac {example}" for example in command.examples) + "\n")
    return "".join(parts)


def settings() -> str:
    """Every environment variable the bot reads."""
    rows = []
    for name, info in Settings.model_fields.items():
        if info.is_required():
            default = "**needed**"
        elif info.default is PydanticUndefined or info.default in {None, ()}:
            default = ""
        else:
            default = f"`{info.default}`"
        rows.append(f"| `{variable(name)}` | {default} | {described(info)} |")
    return (
        "# Settings\n\nRead once at the start, from the environment alone.\n\n"
        "| variable | default | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def policy() -> str:
    """The policy file: its tables, each with its fields, and the example."""
    intro = (
        "# Policy\n\n"
        "`DAC_POLICY_FILE` says who must approve what. The first `[[rule]]` that covers a change decides; what no rule "
        "covers is refused. A file with a mistake stops the start, with the line and the reason; `python -m bot "
        "policy` tells beforehand. On SIGHUP it is read again, and one with a mistake leaves everything as it was. A "
        "request keeps the rule it was judged under.\n"
    )
    parts = [intro, f"\n## The file\n\n{_fields(Policy)}"]
    parts += [f"\n## {title}\n\n{_gist(model)}\n\n{_fields(model)}" for title, model in _tables().items()]
    example = (ROOT / "policy.example.toml").read_text(encoding="utf-8")
    return "".join([*parts, "\n## Example\n\n```toml\n", example, "```\n"])


def playbooks() -> str:
    """The playbooks that are shipped, what can be looked for, and what a team's own file is made of."""
    parts = [
        (
            "# Playbooks\n\n`/dac playbook` goes through one, `/dac doctor` through all that fit a cluster. Each is a "
            "file in `dac/playbook_files`; a team's own stand in the folder that `DAC_PLAYBOOKS_DIR` names, beside "
            "these or in place of one of the same name. A mistake in one stops the start, with file and place.\n"
        )
    ]
    for each in shipped().playbooks:
        parts.append(f"\n## {each.title}\n\n{each.gist}. `/dac playbook {each.name}`, or: {', '.join(each.words)}.\n\n")
        parts.append("| cause | looked for by | what helps |\n|---|---|---|\n")
        for cause in each.causes:
            helps = " · ".join(f"{r.text} (`/dac {r.command}`)" if r.command else r.text for r in cause.remedies)
            parts.append(f"| {cause.text} | {', '.join(f'`{name}`' for name in cause.checks)} | {helps} |\n")
    rows = "\n".join(f"| `{each.name}` | {each.what} |" for each in sorted(CHECKS.values()))
    parts.append(f"\n## Checks\n\n| name | what it looks at |\n|---|---|\n{rows}\n")
    lines = "\n".join(f"| `{name}` | {info.description} |" for name, info in Thresholds.model_fields.items())
    parts.append(f"\n## thresholds.toml\n\n| name | meaning |\n|---|---|\n{lines}\n")
    example = (ROOT / "dac" / "playbook_files" / "model-retiring.toml").read_text(encoding="utf-8")
    names = ", ".join(f"`{{{name}}}`" for name in PLACEHOLDERS)
    parts.append(
        f"\n## A file\n\n`about` is hosting, fine-tuning, cluster or fleet. A command line may hold {names}; it ends "
        f"before the first that is not known, and a form asks for the rest.\n\n```toml\n{example}```\n"
    )
    return "".join(parts)


def _gist(model: type[BaseModel]) -> str:
    """What its docstring says first; the rest is for who reads the code."""
    return " ".join((model.__doc__ or "").partition("\n\n")[0].split())


def _tables() -> dict[str, type[BaseModel]]:
    """Every table that can stand in the file, by where it stands."""
    where: dict[type[BaseModel], list[str]] = {}

    def walk(model: type[BaseModel], inside: str) -> None:
        for name, info in model.model_fields.items():
            for nested in _models(info.annotation):
                key = WRITTEN.get(name, name)
                many = get_origin(info.annotation) is tuple
                place = f"`[[{inside}{key}]]`" if many else f"`{key}`"
                where.setdefault(nested, []).append(place)
                walk(nested, f"{key}.")

    walk(Policy, "")
    return {", ".join(dict.fromkeys(places)): model for model, places in where.items()}


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The tables in a field's type, such as the one in `People | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [each for part in get_args(annotation) for each in _models(part)]


def _fields(model: type[BaseModel]) -> str:
    rows = [
        f"| `{WRITTEN.get(name, info.alias or name)}` | {'yes' if info.is_required() else 'no'} | {described(info)} |"
        for name, info in model.model_fields.items()
    ]
    return "| field | needed | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


WRITTEN = {"rules": "rule", "budgets": "budget"}
"""Lists whose items each stand under a heading of their own."""

GENERATED = {"commands.md": commands, "settings.md": settings, "policy.md": policy, "playbooks.md": playbooks}


def _typed(name: str, kind: Word | Rest | Option) -> str:
    match kind:
        case Word():
            return f"`{name}`"
        case Rest():
            return f"`{kind.after or name} …`"
        case Option():
            return f"`--{name.replace('_', '-')}`"


def main() -> int:
    check = "--check" in sys.argv[1:]
    behind = [
        name
        for name, text in GENERATED.items()
        if not (DOCS / name).exists() or (DOCS / name).read_text(encoding="utf-8") != text()
    ]
    if check:
        for name in behind:
            print(f"docs/{name} does not say what the code does; run `make docs`")
        return 1 if behind else 0
    for name in behind:
        (DOCS / name).write_text(GENERATED[name](), encoding="utf-8")
        print(f"wrote docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
