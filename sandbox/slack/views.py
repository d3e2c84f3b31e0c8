"""Modals and App Home: a stack of views per user, with ids, hashes and the state of their inputs."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.elements import Values, fill_ids, initial_values
from sandbox.slack.errors import ApiError, Json, bad_arguments
from sandbox.slack.ids import Ids
from sandbox.slack.posting import check
from sandbox.slack.stream import Stream
from sandbox.slack.workspace import Workspace

STACK_LIMIT = 3
SIZE_LIMIT = 250_000


@dataclass
class View:
    id: str
    user: str
    type: str
    raw: Json
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.raw["blocks"]
        return blocks


class Views:
    def __init__(self, workspace: Workspace, stream: Stream, ids: Ids) -> None:
        self._workspace = workspace
        self._stream = stream
        self._ids = ids
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def clear(self) -> None:
        self._stacks.clear()
        self._homes.clear()

    def stack(self, user: str) -> list[View]:
        return self._stacks.get(user, [])

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def open(self, user: str, raw: Any, channel: str | None = None) -> View:
        """Start a new stack; a modal that was open makes way."""
        self.checked(raw, "modal", None)
        self._stacks[user] = []
        return self._add(user, raw, channel)

    def push(self, user: str, raw: Any, channel: str | None = None) -> View:
        self.checked(raw, "modal", None)
        if len(self.stack(user)) >= STACK_LIMIT:
            raise ApiError("push_limit_reached")
        return self._add(user, raw, channel)

    def update(self, view: View, raw: Any, hash_: str | None = None) -> View:
        """A new version in place; inputs with the same ids keep what was typed into them."""
        self.checked(raw, view.type, view)
        if hash_ and hash_ != view.hash:
            raise ApiError("hash_conflict")
        view.raw = self._prepared(raw)
        view.hash = self._hash()
        view.values = initial_values(view.blocks, view.values)
        self.changed(view)
        return view

    def publish(self, user: str, raw: Any, hash_: str | None) -> View:
        self.checked(raw, "home", self._homes.get(user))
        view = self._homes.get(user)
        if view:
            return self.update(view, raw, hash_)
        id_ = self._ids.new("V")
        view = View(id_, user, "home", self._prepared(raw), self._hash(), root=id_)
        view.values = initial_values(view.blocks)
        self._homes[user] = view
        self.changed(view)
        return view

    def find(self, *, view_id: str | None, external_id: str | None = None) -> View:
        for view in self._all():
            if view.id == view_id or (external_id and view.raw.get("external_id") == external_id):
                return view
        raise ApiError("not_found")

    def of_user(self, user: str, view_id: str | None) -> View:
        """The view a person acts in: the named one, or the one on top."""
        stack = self.stack(user)
        if view_id is None:
            if stack:
                return stack[-1]
            raise ApiError("view_not_found")
        home = self._homes.get(user)
        for view in [*stack, *([home] if home else [])]:
            if view.id == view_id:
                return view
        raise ApiError("view_not_found")

    def close(self, view: View) -> None:
        """The modal and what was pushed on top of it."""
        stack = self.stack(view.user)
        if view in stack:
            del stack[stack.index(view) :]
            self._tell(view.user)

    def close_all(self, user: str) -> None:
        self._stacks[user] = []
        self._tell(user)

    def changed(self, view: View) -> None:
        if view.type == "home":
            self._stream.publish({"type": "home", "view": self.as_json(view)}, {view.user})
        else:
            self._tell(view.user)

    def as_json(self, view: View) -> Json:
        raw = view.raw
        shown: Json = {
            "id": view.id,
            "team_id": self._workspace.team["id"],
            "type": view.type,
            "blocks": copy.deepcopy(view.blocks),
            "private_metadata": raw.get("private_metadata", ""),
            "callback_id": raw.get("callback_id", ""),
            "state": {"values": copy.deepcopy(view.values)},
            "hash": view.hash,
            "title": raw.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": bool(raw.get("clear_on_close", False)),
            "notify_on_close": bool(raw.get("notify_on_close", False)),
            "close": raw.get("close"),
            "submit": raw.get("submit"),
            "previous_view_id": view.previous,
            "root_view_id": view.root,
            "app_id": self._workspace.app_id,
            "external_id": raw.get("external_id", ""),
            "app_installed_team_id": self._workspace.team["id"],
            "bot_id": self._workspace.bot_id,
        }
        if "submit_disabled" in raw:
            shown["submit_disabled"] = bool(raw["submit_disabled"])
        return shown

    def stack_json(self, user: str) -> list[Json]:
        return [self.as_json(view) for view in self.stack(user)]

    def home_json(self, user: str) -> Json | None:
        home = self._homes.get(user)
        return self.as_json(home) if home else None

    def checked(self, raw: Any, type_: str, replaced: View | None) -> None:
        """Refuse what Slack refuses in a view, before anything is changed or used up."""
        if not isinstance(raw, dict):
            raise bad_arguments("missing required field: view")
        # a lone surrogate is legal in JSON but not in UTF-8; it must count, not raise
        if len(json.dumps(raw, ensure_ascii=False).encode(errors="surrogatepass")) > SIZE_LIMIT:
            raise ApiError("view_too_large")
        if raw.get("type") != type_:
            raise bad_arguments(f"view type must be {type_} [json-pointer:/view/type]")
        check(type_, raw, "invalid_arguments")
        external = raw.get("external_id")
        if external and any(view.raw.get("external_id") == external and view is not replaced for view in self._all()):
            raise ApiError("duplicate_external_id")

    def _all(self) -> list[View]:
        return [*(view for stack in self._stacks.values() for view in stack), *self._homes.values()]

    def _add(self, user: str, raw: Json, channel: str | None) -> View:
        stack = self._stacks.setdefault(user, [])
        id_ = self._ids.new("V")
        view = View(
            id_,
            user,
            "modal",
            self._prepared(raw),
            self._hash(),
            root=stack[0].id if stack else id_,
            previous=stack[-1].id if stack else None,
        )
        view.values = initial_values(view.blocks, channel=channel)
        stack.append(view)
        self.changed(view)
        return view

    def _prepared(self, raw: Json) -> Json:
        prepared = copy.deepcopy(raw)
        prepared.setdefault("blocks", [])
        fill_ids(prepared["blocks"])
        return prepared

    def _hash(self) -> str:
        return f"{self._ids.ts()}.{self._ids.new('')[-6:]}"

    def _tell(self, user: str) -> None:
        self._stream.publish({"type": "views", "stack": self.stack_json(user)}, {user})
