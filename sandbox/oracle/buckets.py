"""Buckets and their objects: uploaded, written down in the scenario, or made while they are read."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sandbox.oracle.datasets import CHUNK, Generated, dataset

Json = dict[str, Any]


class Source(Protocol):
    """Where the bytes of an object come from."""

    @property
    def size(self) -> int: ...

    @property
    def md5(self) -> str: ...

    def read(self, start: int, end: int) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Written:
    """Content that was written down."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def md5(self) -> str:
        return base64.b64encode(hashlib.md5(self.content, usedforsecurity=False).digest()).decode()

    def read(self, start: int, end: int) -> Iterator[bytes]:
        yield self.content[start:end]


@dataclass(frozen=True)
class Uploaded:
    """Content in a file, with what was noted when it came in."""

    path: Path
    size: int
    md5: str

    def read(self, start: int, end: int) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(start)
            while start < end and (chunk := file.read(min(CHUNK, end - start))):
                start += len(chunk)
                yield chunk


@dataclass
class Stored:
    """An object; one of `generated`, `text` and `upload` tells what is in it."""

    name: str
    created: str
    etag: str = field(default_factory=lambda: str(uuid.uuid4()))
    content_type: str = "application/octet-stream"
    content_encoding: str | None = None
    """What whoever stored it says it is compressed by."""
    metadata: dict[str, str] = field(default_factory=dict)
    generated: Json | None = None
    text: str | None = None
    upload: Json | None = None

    @property
    def source(self) -> Source:
        if self.generated is not None:
            return dataset(Generated.model_validate(self.generated))
        if self.upload is not None:
            return Uploaded(Path(self.upload["path"]), self.upload["size"], self.upload["md5"])
        return Written((self.text or "").encode())


@dataclass
class Bucket:
    """A bucket; `body` is what a GET answers but for what is counted on the spot."""

    region: str
    body: Json
    objects: dict[str, Stored] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.body["name"])


def key(region: str, name: str) -> str:
    """Give the key a world keeps a bucket under: another region may have a bucket of the same name."""
    return f"{region}/{name}"
