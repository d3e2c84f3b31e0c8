"""Files: promised with a length, uploaded as bytes, shared when completed."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from sandbox.clock import Clock
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ids import Ids
from sandbox.slack.workspace import Workspace


@dataclass
class File:
    id: str
    name: str
    length: int
    user: str
    created: int
    alt_txt: str = ""
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    channels: list[str] = field(default_factory=list)

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
        self.base_url = ""
        """Where this server is reached; known with the first call."""

    def clear(self) -> None:
        self._files.clear()

    def promise(self, name: str, length: int, alt_txt: str) -> File:
        file = File(
            self._ids.new("F"),
            name,
            length,
            self._workspace.bot_user,
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

    def find(self, id_: str | None) -> File:
        file = self.promised(id_)
        if not file.completed:
            raise ApiError("file_not_found")
        return file

    def has(self, reference: Json) -> bool:
        """Whether an image block's `slack_file` leads somewhere."""
        return any(
            file.completed and (file.id == reference.get("id") or self.url(file) == reference.get("url"))
            for file in self._files.values()
        )

    def delete(self, file: File) -> None:
        del self._files[file.id]

    def all(self) -> list[File]:
        return [file for file in self._files.values() if file.completed]

    def url(self, file: File) -> str:
        return f"{self.base_url}/files/{file.id}/{file.name}"

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
            "size": len(file.content or b""),
            "mode": "hosted",
            "is_external": False,
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
