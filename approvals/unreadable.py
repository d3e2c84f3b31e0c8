"""A request that this version of the bot cannot read, because another one wrote it."""

from __future__ import annotations

from dac.errors import Conflict


class Unreadable(Conflict):
    """It stays as it is, and keeps no other from being seen or carried out."""

    def __init__(self, request_id: int) -> None:
        super().__init__(
            f"Request {request_id} cannot be read: another version of the bot wrote it. It stays as it is, and no "
            "other request can change what it holds, until that version of the bot runs again and ends it; "
            f"`python -m bot audit export --request {request_id}` shows its events."
        )
