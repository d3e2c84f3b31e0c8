"""Threads that each need much for a moment do not each keep it."""

from __future__ import annotations

import platform
import re
import subprocess
import sys

import pytest

from bot.allocator import ARENAS

LOOKED_AT = """
import ctypes, sys, threading
if sys.argv[1] == "shared":
    from bot.allocator import share_memory
    share_memory()
together = threading.Barrier(8)
def work():
    bytearray(60_000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for each in threads: each.start()
for each in threads: each.join()
libc = ctypes.CDLL(None)
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps memory apart for threads")
def test_threads_share_a_few_pools() -> None:
    assert _pools("apart") > ARENAS
    assert _pools("shared") <= ARENAS


def _pools(how: str) -> int:
    told = subprocess.run([sys.executable, "-c", LOOKED_AT, how], capture_output=True, check=True, text=True)
    return len(re.findall("<heap nr", told.stdout))
