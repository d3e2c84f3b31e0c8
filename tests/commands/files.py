"""Files in memory that stand for those in Slack: what is not there is not found, and a link has no bytes."""

from __future__ import annotations

from collections.abc import Generator
from itertools import count

from commands._command import Attachment, File
from dac.errors import Invalid, NotFound
from tests.fakes import ANN


class FakeFiles:
    """`piece` is how many bytes come at a time."""

    def __init__(self, piece: int = 1 << 16) -> None:
        self.piece = piece
        self._held: dict[str, tuple[File, bytes]] = {}
        self._numbers = count(1)

    def put(self, name: str, content: bytes, *, user: str = ANN, mimetype: str = "text/plain", url: str = "-") -> File:
        file = File(f"F{next(self._numbers):05}", name, len(content), mimetype, user, url)
        self._held[file.id] = (file, content)
        return file

    def attached(self, name: str, content: bytes, *, user: str = ANN) -> Attachment:
        """The same as a call tells of it."""
        file = self.put(name, content, user=user)
        return Attachment(file.id, file.name, file.size)

    def info(self, file_id: str) -> File:
        if file_id not in self._held:
            raise NotFound("Slack has no such file, or does not show it to me: attach it to what you say to me.")
        return self._held[file_id][0]

    def read(self, file: File) -> Generator[bytes, None, None]:
        if not file.url:
            raise Invalid(f"“{file.name}” is only a link to a file elsewhere: attach the file itself.")
        content = self._held[file.id][1]
        for start in range(0, len(content), self.piece):
            yield content[start : start + self.piece]
