"""A process tree that sees a private /etc and the exported directory, and can be ended or stopped as a whole.

It lives in mount and PID namespaces of its own: killing the first process ends every other one, however they forked,
and the kernel kills the first one when the process that started it goes away. An ordinary user gets the same
inside a user namespace, where the system allows that.
"""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .account import HOME
from .freezer import Freezer

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
# The namespace begins as a copy: mounts of the tests would live on in it after their unmount. The shell stays as
# process 1 and buries orphans: sessions of vsftpd end themselves when their parent has that number.
_ENTER = """
umount --all --lazy --types fuse.ftpfs
mount --bind "$1" "$2" && mount --bind "$3" /etc && shift 3 && "$@"
exit $?
"""


class Jail:
    def __init__(self, command: list[str], export: Path, etc: Path, environment: dict[str, str], log: Path) -> None:
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL"]
        if os.geteuid() != 0:
            namespaces += ["--user", "--map-root-user"]
        self._freezer = Freezer()
        enter = ["/bin/sh", "-c", _ENTER, "jail", str(export), HOME, str(etc)]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                namespaces + enter + command,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """Ends all processes at once, as a crash would, and waits until they are gone."""
        self.thaw()
        outside = self._process.pid
        # `unshare` outside waits for the first process inside, and ends with it.
        os.kill(next(_below(outside), outside), signal.SIGKILL)
        self._process.wait()

    def freeze(self) -> None:
        self._freezer.freeze(_below(self._process.pid))

    def thaw(self) -> None:
        self._freezer.thaw()


def _die_with_parent() -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _below(pid: int) -> Iterator[int]:
    """The processes below this one. A process is asked for its children only after it was yielded, so that one that
    was frozen by then has no more of them."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in map(int, children):
        yield child
        yield from _below(child)
