"""Stops processes so that nobody notices: neither they nor their parents get a signal.

SIGSTOP would do for most, but it tells the parent of each process, and vsftpd's takes the news for its child's end.
So the processes are traced, and halted by their tracer, which is the thread that called `freeze`; it also has to thaw
them. A process that is killed while it is frozen is gone only after `thaw`.
"""

import contextlib
import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_PTRACE_DETACH = 17
_PTRACE_SEIZE = 0x4206
_PTRACE_INTERRUPT = 0x4207
_WAIT_FOR_ANY_KIND = 0x40000000  # __WALL

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_LIBC.ptrace.restype = ctypes.c_long


class Freezer:
    def __init__(self) -> None:
        self._frozen: list[int] = []

    def freeze(self, processes: Iterable[int]) -> None:
        """Takes the next process only when the one before stands still."""
        for pid in processes:
            try:
                _ptrace(_PTRACE_SEIZE, pid)
                self._frozen.append(pid)
                _ptrace(_PTRACE_INTERRUPT, pid)
                os.waitpid(pid, _WAIT_FOR_ANY_KIND)
            except OSError:
                if not _has_ended(pid):
                    raise

    def thaw(self) -> None:
        for pid in self._frozen:
            with contextlib.suppress(ProcessLookupError):  # killed in between
                _ptrace(_PTRACE_DETACH, pid)
        self._frozen.clear()


def _has_ended(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def _ptrace(request: int, pid: int) -> None:
    if _LIBC.ptrace(request, pid, None, None) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot trace the process {pid}: {os.strerror(number)}")
