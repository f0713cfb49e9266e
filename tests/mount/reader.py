"""A `cat` in the background, to be caught while it waits for the server."""

import signal
import subprocess
import time
from pathlib import Path

from mount import poll

_STEADY = 0.4
"""A process that sleeps for so long without a break is waiting."""


class Reader:
    def __init__(self, file: Path) -> None:
        # Where the tests run in the background of a script, their children would ignore Ctrl-C.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT", "cat", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_until_blocked(self, timeout: float = 20.0) -> None:
        asleep_since = time.monotonic()

        def steadily_asleep() -> bool:
            nonlocal asleep_since
            assert self.process.poll() is None, f"cat did not wait: {self.process.communicate()[1]}"
            if not self._is_asleep():
                asleep_since = time.monotonic()
            return time.monotonic() - asleep_since > _STEADY

        assert poll(steadily_asleep, timeout), "cat is still busy"

    def interrupt(self) -> float:
        """Ctrl-C; the seconds until the process was gone."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        return time.monotonic() - start

    def complaint(self, timeout: float) -> str:
        """What it says when it ends by itself."""
        return self.process.communicate(timeout=timeout)[1]

    def _is_asleep(self) -> bool:
        statistics = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2]
        return statistics.split()[0] in "SD"
