"""Processes that begin with all of the bot imported: each is forked from one that has done so and does nothing else."""

from __future__ import annotations

import multiprocessing

FORKED = multiprocessing.get_context("forkserver")
"""Its own process from the first moment on, and there in milliseconds: importing Slack's and Oracle's parts takes two
seconds of a processor, more than most tests that need a process do with it."""

FORKED.set_forkserver_preload(
    [
        "bot.audit",
        "bot.build",
        "bot.check",
        "bot.oracle.connection",
        "bot.prices",
        "oci.generative_ai",
        "oci.limits",
        "oci.monitoring",
        "tests.bot.oracle.lives",
        "tests.e2e.processes",
    ]
)
