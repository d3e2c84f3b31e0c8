"""Files that come with a message, put into its thread."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.slack import Slack
from bot.slack_files import SlackFiles
from commands._blocks import escape, section
from commands._command import Enclosed
from dac.errors import DacError

log = logging.getLogger(__name__)


class Enclosures:
    def __init__(self, slack: Slack, files: SlackFiles) -> None:
        self._slack = slack
        self._files = files

    async def give(self, files: Sequence[Enclosed], channel: str, thread_ts: str) -> None:
        """Of one that cannot be given it is said there."""
        for file in files:
            try:
                await self._files.upload(
                    file.name, file.content, title=file.title, channel=channel, thread_ts=thread_ts
                )
            except DacError as error:
                log.warning("Giving a file with a message: %s", error)
                said = f"The file {escape(file.name)} could not be given: {escape(str(error))}"
                await self._slack.post(channel, said, [section(said)], thread_ts=thread_ts)
