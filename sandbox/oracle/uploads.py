"""Uploads: the body of a request goes into a file as it comes in, whatever its size."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Upload:
    """What came in; `md5` is base64, as in Content-MD5."""

    path: str
    size: int
    md5: str


NOTHING = Upload("", 0, "")


class Uploads:
    """The folder the files are in: beside the state file, or one that goes with the process."""

    def __init__(self, state: Path | None) -> None:
        self._kept = state is not None
        self._folder = state.with_suffix(".objects") if state else None

    async def receive(self, chunks: AsyncIterator[bytes]) -> Upload:
        """Write a body down; nothing is left of one that breaks off."""
        path = self._new()
        digest, size = hashlib.md5(usedforsecurity=False), 0
        try:
            with path.open("xb") as file:
                async for chunk in chunks:
                    digest.update(chunk)
                    size += file.write(chunk)
        except BaseException:
            discard(str(path))
            raise
        return Upload(str(path), size, base64.b64encode(digest.digest()).decode())

    def _new(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="oracle-objects-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / uuid.uuid4().hex

    def clear(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def close(self) -> None:
        """Leave nothing behind but what is kept with the state."""
        if not self._kept:
            self.clear()


def discard(path: str) -> None:
    with suppress(FileNotFoundError):
        Path(path).unlink()
