"""The table of Web API methods: what each needs to be called, and the function that answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sandbox.slack.args import Args
from sandbox.slack.core import Slack
from sandbox.slack.errors import ApiError, Json
from sandbox.slack.ratelimits import Tier
from sandbox.slack.workspace import Channel, User


class Token(Enum):
    NONE = "none"
    BOT = "bot"
    APP = "app"


@dataclass(frozen=True)
class Call:
    slack: Slack
    args: Args
    url: str
    """Where the caller reached this server."""

    def require(self, *any_of: str) -> None:
        """Refuse unless the app holds one of these scopes."""
        held = self.slack.manifest.scopes
        if any_of and not set(any_of) & set(held):
            raise ApiError("missing_scope", needed=any_of[0], provided=",".join(held))

    def channel(self, name: str = "channel") -> Channel:
        """The channel the call names by id, if the bot may know of it."""
        channel = self.slack.workspace.channels.get(self.args.text(name))
        if not channel or not self.visible(channel):
            raise ApiError("channel_not_found")
        return channel

    def joined(self, name: str = "channel") -> Channel:
        channel = self.channel(name)
        if not self.slack.workspace.has_bot(channel):
            raise ApiError("not_in_channel")
        return channel

    def visible(self, channel: Channel) -> bool:
        return channel.kind == "channel" or self.slack.workspace.has_bot(channel)

    def user(self, name: str = "user") -> User:
        user = self.slack.workspace.users.get(self.args.text(name))
        if not user:
            raise ApiError("user_not_found")
        return user

    @property
    def bot(self) -> str:
        return self.slack.workspace.bot_user


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Method:
    name: str
    handler: Handler
    scopes: tuple[str, ...]
    """Any one of these is enough to be let in; some methods look closer."""
    token: Token
    tier: Tier


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, tier: Tier = Tier.THREE, token: Token = Token.BOT) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name, handler, scopes, token, tier)
        return handler

    return register
