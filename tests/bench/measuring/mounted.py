"""The file systems that are measured: mounted on a temporary directory, in the foreground, until the end of `with`."""

import ctypes
import os
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from .place import Place

FTPFS = Path(os.environ.get("FTPFS") or Path(__file__).resolve().parents[3] / "build/release/src/ftpfs").absolute()
CACHE_SIZE_MIB = 64

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)

_START_TIMEOUT = 30.0
_END_TIMEOUT = 300.0  # what is still to be sent is sent


class Mounted(ABC):
    name: ClassVar[str]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.point = Path(tempfile.mkdtemp(prefix=f"{self.name}-bench-"))
        self.log = tempfile.TemporaryFile("w+")
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[object]: ...

    def environment(self) -> dict[str, str]:
        return {}

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self, which: str) -> float:
        """VmRSS, what it has now, or VmHWM, the most it had."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(which)).split()[1]) / 1024

    def __enter__(self) -> Self:
        words = [str(word) for word in self.command()]
        self._process = subprocess.Popen(
            words,
            env=os.environ | self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            preexec_fn=_end_with_parent,
        )
        deadline = time.monotonic() + _START_TIMEOUT
        while not os.path.ismount(self.point):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise RuntimeError(f"{self.name} did not mount: {self._said()}")
            time.sleep(0.01)  # between two looks, bounded by the deadline
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process
        ended = self._process.poll()
        if os.path.ismount(self.point) or ended is None:
            subprocess.run(["fusermount3", "-u", self.point], check=True)
        try:
            status = self._process.wait(_END_TIMEOUT)
        finally:
            self._process.kill()
            self._process.wait()
        if ended is not None:
            raise RuntimeError(f"{self.name} ended before its work, with {status}: {self._said()}")
        self.log.close()
        self.point.rmdir()

    def _said(self) -> str:
        self.log.seek(0)
        return self.log.read()


class Ftpfs(Mounted):
    name = "ftpfs"

    def command(self) -> list[object]:
        return [FTPFS, "-f", "-o", f"cache_size={CACHE_SIZE_MIB}M", self.place.url, self.point]


class Rclone(Mounted):
    """`rclone mount` as it comes, without a cache of contents: what is written is on the server after `close`."""

    name = "rclone"

    def command(self) -> list[object]:
        return ["rclone", "mount", "--config", "", ":ftp:", self.point]

    def environment(self) -> dict[str, str]:
        hidden = subprocess.run(
            ["rclone", "obscure", self.place.password], check=True, capture_output=True, text=True
        ).stdout.strip()
        return {
            "RCLONE_FTP_HOST": self.place.host,
            "RCLONE_FTP_PORT": str(self.place.port),
            "RCLONE_FTP_USER": self.place.user,
            "RCLONE_FTP_PASS": hidden,
        }


def _end_with_parent() -> None:
    """On SIGTERM both programs unmount."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
