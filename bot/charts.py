"""Pictures of charts, each drawn in a process of its own: what draws takes a second and 60 MB, and gives both back."""

from __future__ import annotations

import os
import subprocess
import sys
from tempfile import TemporaryDirectory

from commands._chart import Chart
from dac.errors import Unavailable

SECONDS = 60.0
"""How long drawing may take; on a busy machine the first needs several, for it looks through all fonts."""


class Charts:
    """Blocking: for a worker thread. `close` clears away what it keeps on disk, which is a list of fonts."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="dac-charts-")

    def draw(self, chart: Chart) -> bytes:
        """A PNG; `Unavailable` where none comes of it."""
        try:
            done = subprocess.run(
                [sys.executable, "-m", "bot.drawing"],
                input=chart.model_dump_json().encode(),
                capture_output=True,
                timeout=SECONDS,
                check=True,
                env={name: value for name, value in os.environ.items() if not name.startswith("DAC_")}
                | {"MPLCONFIGDIR": self._folder.name},
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Unavailable(f"The picture could not be drawn ({type(error).__name__}).") from error
        return done.stdout

    def close(self) -> None:
        self._folder.cleanup()
