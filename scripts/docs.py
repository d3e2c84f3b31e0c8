"""Write the documentation that follows from the code: commands, settings, policy. `--check` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic_core import PydanticUndefined

from approvals.policy import Rule
from bot.settings import Settings, variable
from commands import COMMANDS
from commands._command import Option, Rest, Word, described

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
        elif info.default is PydanticUndefined or info.default is None:
            default = ""
        else:
            default = f"`{info.default}`"
        rows.append(f"| `{variable(name)}` | {default} | {described(info)} |")
    return (
        "# Settings\n\nRead once at the start, from the environment alone.\n\n"
        "| variable | default | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    )


def policy() -> str:
    """The policy file: its fields, and the example."""
    rows = [
        f"| `{name}` | {'yes' if info.is_required() else 'no'} | {described(info)} |"
        for name, info in Rule.model_fields.items()
    ]
    example = (ROOT / "policy.example.toml").read_text(encoding="utf-8")
    return (
        "# Policy\n\n"
        "`DAC_POLICY_FILE` says who must approve what. The first `[[rule]]` that covers a change decides; what no rule "
        "covers is refused. A file with a mistake stops the start, with the place and the reason.\n\n"
        "| field | needed | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n\n"
        "## Example\n\n```toml\n" + example + "```\n"
    )


GENERATED = {"commands.md": commands, "settings.md": settings, "policy.md": policy}


def _typed(name: str, kind: Word | Rest | Option) -> str:
    match kind:
        case Word():
            return f"`{name}`"
        case Rest():
            return f"`{kind.after} …`"
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
