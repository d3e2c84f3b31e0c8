"""The handbook as its authors wrote it: what everything that the bot says of it is held against."""

from __future__ import annotations

from pathlib import Path

SEED = (Path(__file__).parent / "genai-dac-specialist.md").read_text(encoding="utf-8")
LINES = SEED.splitlines()
TEXT = [(number, line) for number, line in enumerate(LINES, 1) if line.strip() and not line.startswith("```")]
"""Every line with words in it, by its number; where a fenced block begins and ends is no line of these."""


def fenced(heading: str) -> list[list[str]]:
    """The lines of each fenced block between this heading and the next one."""
    blocks: list[list[str]] = []
    inside = False
    for line in LINES[LINES.index(heading) + 1 :]:
        if line.startswith("```"):
            inside = not inside
            if inside:
                blocks.append([])
        elif inside:
            blocks[-1].append(line)
        elif line.startswith("#"):
            break
    return blocks


def listed(heading: str) -> list[str]:
    """The bullets that follow this line, up to the next line that is none."""
    found = []
    for line in LINES[LINES.index(heading) + 1 :]:
        if line.startswith("- "):
            found.append(line[2:])
        elif found:
            break
    return found


def under(lines: list[str]) -> dict[str, list[str]]:
    """Bullets by the line without one that they stand under."""
    found: dict[str, list[str]] = {}
    for line in lines:
        words = line.strip()
        if words.startswith("- "):
            found[list(found)[-1]].append(words[2:])
        elif words:
            found[words] = []
    return found
