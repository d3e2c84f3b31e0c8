"""Slack's Web API: one file per family of methods."""

from sandbox.slack.webapi import (
    apps,
    bookmarks,
    chat,
    conversations,
    files,
    membership,
    pins,
    reactions,
    scheduled,
    streaming,
    team,
    usergroups,
    users,
    views,
)

__all__ = [
    "apps",
    "bookmarks",
    "chat",
    "conversations",
    "files",
    "membership",
    "pins",
    "reactions",
    "scheduled",
    "streaming",
    "team",
    "usergroups",
    "users",
    "views",
]
