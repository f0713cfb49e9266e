"""Times of commands, each begun with cold caches."""

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

# A client that hangs must not hang the measurement; the slowest measured needs a few minutes.
_PATIENCE = 1800.0

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
    """The kernel's pages, entries and inodes; what lies on a tmpfs stays."""
    os.sync()
    Path("/proc/sys/vm/drop_caches").write_text("3\n")
