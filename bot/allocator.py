"""How the C library keeps memory for threads, of which the bot has many that each need much for a moment."""

from __future__ import annotations

import ctypes
from contextlib import suppress

ARENAS = 2
"""Pools that threads share. Left alone, glibc gives each thread one of its own that keeps what it had at the most:
a reading of 200 clusters in parallel then takes 51 MB, and with two 37, in the same time (`python -m bench.status`)."""

_M_ARENA_MAX = -8
"""The option's number in glibc's malloc.h."""


def share_memory() -> None:
    """Before threads begin. Other C libraries have no such pools, and nothing to be told."""
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
