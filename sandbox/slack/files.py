"""Files: promised with a length, their bytes kept on disk as they come, shared when completed or sent along."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from sandbox.clock import Clock
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ids import Ids
from sandbox.slack.workspace import Workspace

PICTURES = frozenset({"image/gif", "image/jpeg", "image/png"})
"""What an image block shows of the files in Slack."""


@dataclass
class File:
    id: str
    name: str
    length: int
    user: str
    created: int
    alt_txt: str = ""
    title: str = ""
    path: Path | None = None
    """Where its bytes are, once they have come."""
    completed: bool = False
    channels: list[str] = field(default_factory=list)
    entered: bool = False
    """Whether it was put into a form of the app's."""

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def filetype(self) -> str:
        return PurePosixPath(self.name).suffix.removeprefix(".").lower() or "binary"


class Files:
    def __init__(self, clock: Clock, ids: Ids, workspace: Workspace) -> None:
        self._clock = clock
        self._ids = ids
        self._workspace = workspace
        self._files: dict[str, File] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.base_url = ""
        """Where this server is reached; known with the first call."""

    def clear(self) -> None:
        self._files.clear()
        if self._folder:
            self._folder.cleanup()
        self._folder = None

    def promise(self, name: str, length: int, alt_txt: str = "", user: str | None = None) -> File:
        """A file of the app's, or of a person's, that is to be so many bytes long."""
        file = File(
            self._ids.new("F"),
            name,
            length,
            user or self._workspace.bot_user,
            int(self._clock.now().timestamp()),
            alt_txt,
            title=name,
        )
        self._files[file.id] = file
        return file

    def promised(self, id_: str | None) -> File:
        file = self._files.get(id_ or "")
        if not file:
            raise ApiError("file_not_found")
        return file

    @contextmanager
    def writing(self, file: File) -> Iterator[BinaryIO]:
        """Where the bytes of a promised file go; it has them when the context ends well."""
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="local-slack-")
        path = Path(self._folder.name) / file.id
        with path.open("wb") as out:
            yield out
        file.path = path

    def find(self, id_: str | None) -> File:
        file = self.promised(id_)
        if not file.completed:
            raise ApiError("file_not_found")
        return file

    def seen_by_app(self, id_: str | None) -> File:
        """A file of the app's own, in a conversation it is in, or put into a form of its."""
        file = self.find(id_)
        channels = [self._workspace.channels[each] for each in file.channels if each in self._workspace.channels]
        own = file.entered or file.user == self._workspace.bot_user
        if not own and not any(self._workspace.has_bot(channel) for channel in channels):
            raise ApiError("file_not_found")
        return file

    def brought_by(self, user: str, id_: str) -> File:
        """A file this person has uploaded, to be sent along with something."""
        file = self.promised(id_)
        if file.user != user or file.path is None:
            raise ApiError("file_not_found")
        file.completed = True
        return file

    def has(self, reference: Json) -> bool:
        """Whether an image block's `slack_file` leads to a picture."""
        return any(
            file.completed
            and file.mimetype in PICTURES
            and (file.id == reference.get("id") or self.url(file) == reference.get("url"))
            for file in self._files.values()
        )

    def delete(self, file: File) -> None:
        del self._files[file.id]

    def all(self) -> list[File]:
        return [file for file in self._files.values() if file.completed]

    def url(self, file: File) -> str:
        return f"{self.base_url}/files/{file.id}/{quote(file.name, safe='')}"

    def as_json(self, file: File) -> Json:
        shown: Json = {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": file.filetype,
            "pretty_type": file.filetype.upper(),
            "user": file.user,
            "editable": False,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "file_access": "visible",
            "is_public": any(
                self._workspace.channels[each].kind == "channel"
                for each in file.channels
                if each in self._workspace.channels
            ),
            "url_private": self.url(file),
            "url_private_download": self.url(file),
            "permalink": f"https://{self._workspace.team['domain']}.slack.com/files/{file.user}/{file.id}/{file.name}",
            "channels": [each for each in file.channels if each.startswith("C")],
            "groups": [each for each in file.channels if each.startswith("G")],
            "ims": [each for each in file.channels if each.startswith("D")],
            "comments_count": 0,
        }
        return shown | ({"alt_txt": file.alt_txt} if file.alt_txt else {})
