"""Oracle's side of the bot: its real SDK behind `dac.gateway`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.oracle.config import OracleConfig
from bot.oracle.identity import Identity

if TYPE_CHECKING:
    from bot.oracle.connection import Oracle

__all__ = ["Identity", "OracleConfig", "connect"]


def connect(
    config: OracleConfig, *, now: Callable[[], datetime], sleep: Callable[[float], None] = time.sleep
) -> Oracle:
    """Oracle as the bot sees it; nothing is asked of it yet, so a broken configuration shows at the first question.

    `now` gives aware time, `sleep` is how long waits between attempts pass.
    """
    # Oracle's SDK takes about a second and 50 MB to import: only who connects pays.
    from bot.oracle.connection import open_connection  # noqa: PLC0415

    return open_connection(config, now=now, sleep=sleep)
