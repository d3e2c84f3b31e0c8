"""Checks Block Kit payloads as Slack does: `validate` for messages and views, `text_length` for the sum of text."""

from sandbox.slack.blockkit.problem import Problem
from sandbox.slack.blockkit.surfaces import Surface, validate
from sandbox.slack.blockkit.text import text_length

__all__ = ["Problem", "Surface", "text_length", "validate"]
