"""Where each key of a TOML text stands, so that what is wrong with it can be told by its line."""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

Place: TypeAlias = tuple[int | str, ...]
"""The keys, and the numbers within lists, that lead to a value."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*')[ \t]*""")
_PLAIN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?'{3,5}|"(?:\\.|[^"\\])*"|'[^']*'|[^,\]}#\n]+''',
    re.DOTALL,
)


def places(text: str) -> dict[Place, int]:
    """The line of every key, table and list item; the text is one that `tomllib` has read."""
    reader = _Reader(text)
    reader.read()
    return reader.lines


class _Reader:
    """Follows what `tomllib` has found to be right, so it need not look for mistakes."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._tables: dict[Place, int] = {}

    def read(self) -> None:
        table: Place = ()
        while self._next():
            if self._took("[["):
                table = self._another(self._keys())
                self._at += len("]]")
            elif self._took("["):
                table = self._inside((), self._keys())
                self._at += len("]")
            else:
                self._pair(table)

    def _pair(self, table: Place) -> None:
        place = self._inside(table, self._keys())
        self._at += len("=")
        self._value(place)

    def _value(self, place: Place) -> None:
        self._next()
        if self._took("["):
            number = 0
            while self._next() != "]":
                if not self._took(","):
                    self._note((*place, number))
                    self._value((*place, number))
                    number += 1
            self._at += len("]")
        elif self._took("{"):
            while self._next() != "}":
                if not self._took(","):
                    self._pair(place)
            self._at += len("}")
        else:
            self._at = self._match(_PLAIN).end()

    def _keys(self) -> list[str]:
        keys = []
        while True:
            found = self._match(_KEY)
            self._at = found.end()
            bare = found[1][0] not in "\"'"
            keys.append(found[1] if bare else str(tomllib.loads(f"key = {found[1]}")["key"]))
            if not self._took("."):
                return keys

    def _inside(self, place: Place, keys: list[str]) -> Place:
        """Down along the keys, into the newest of the tables where there are several of a name."""
        for key in keys:
            place = (*place, key)
            self._note(place)
            if place in self._tables:
                place = (*place, self._tables[place])
        return place

    def _another(self, keys: list[str]) -> Place:
        place = (*self._inside((), keys[:-1]), keys[-1])
        self._note(place)
        self._tables[place] = self._tables.get(place, -1) + 1
        self._note((*place, self._tables[place]))
        return (*place, self._tables[place])

    def _note(self, place: Place) -> None:
        self.lines.setdefault(place, self._text.count("\n", 0, self._at) + 1)

    def _next(self) -> str:
        """The next character that says something; empty at the end."""
        self._at = self._match(_BLANK).end()
        return self._text[self._at : self._at + 1]

    def _took(self, word: str) -> bool:
        if not self._text.startswith(word, self._at):
            return False
        self._at += len(word)
        return True

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        assert found  # noqa: S101 - tomllib has read it
        return found
