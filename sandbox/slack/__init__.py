"""A local Slack workspace that real Slack clients talk to unchanged."""

from sandbox.slack.app import make_app
from sandbox.slack.config import Config

__all__ = ["Config", "make_app"]
