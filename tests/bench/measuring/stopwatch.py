"""Times of commands, each begun with cold caches."""

import mmap
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

# A client that hangs must not hang the measurement; the slowest measured needs a few minutes.
_PATIENCE = 1800.0

# Pages for the largest file once in the page cache, and once on its way.
_USED_BY_A_WORK = 2 << 30  # bytes
_MADV_POPULATE_WRITE = 23  # madvise(2), Linux 5.14; the module does not name it

Words = Sequence[object]


def seconds(*commands: Words, output: Path | None = None) -> float:
    """From the begin of all of them at once to the end of the last. Output goes nowhere, or into a file."""
    with (output or Path(os.devnull)).open("wb") as sink:
        begin = time.monotonic()
        running = [subprocess.Popen([str(word) for word in command], stdout=sink) for command in commands]
        try:
            statuses = [process.wait(_PATIENCE) for process in running]
        finally:
            for process in running:
                process.kill()
        taken = time.monotonic() - begin
    if any(statuses):
        raise RuntimeError(f"{commands[0][0]} failed with {max(statuses)}")
    return taken


def drop_caches() -> None:
    """Nobody finds what another one read; and the memory that is free then is at hand.

    A virtual machine gives memory that lies idle back to its host: who is first to use it again waits for the host,
    for several times as long as a copy takes.
    """
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3\n")
    with mmap.mmap(-1, _USED_BY_A_WORK) as memory:
        memory.madvise(_MADV_POPULATE_WRITE)
