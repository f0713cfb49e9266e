"""A running ftpfs mount, and the plain command.

`FTPFS` names the program, by default the one of the `asan` build. It goes to the background by itself, so the daemon is
found among the processes that the system hands to this one when their parent ends, and its exit status is checked.
"""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
FTPFS = Path(os.environ.get("FTPFS") or ROOT / "build" / "asan" / "src" / "ftpfs").absolute()
COMMAND_TIMEOUT = 60.0
_PR_SET_CHILD_SUBREAPER = 36

Options = Mapping[str, str | int | bool]


class MountError(AssertionError):
    """A mount did not come up, or did not go away cleanly."""


class Mount:
    """Mounted from `start` to `unmount`; everything it leaves behind lies in `folder`."""

    def __init__(
        self,
        url: str,
        folder: Path,
        options: Options = {},
        stdin: str = "",
        home: Path | None = None,
        inside: Sequence[str] = (),
    ) -> None:
        self.url = url
        self.point = folder / "mnt"
        self.log = folder / "log"
        self.reports = folder / "sanitizer"
        self.options: dict[str, str | int | bool] = {
            "log_level": "debug",
            "log_file": str(self.log),
            "profile": "off",  # no test begins with what another one has learned
            **options,
        }
        self.stdin = stdin
        self.home = home
        self.inside = inside
        self.pid: int | None = None

    def start(self) -> Self:
        self.point.mkdir(parents=True, exist_ok=True)
        arguments = ["-o", option_string(self.options), self.url, str(self.point)]
        done = run_ftpfs(*arguments, stdin=self.stdin, home=self.home, reports=self.reports, inside=self.inside)
        if done.returncode != 0:
            raise MountError(f"ftpfs ended with {done.returncode}: {done.stdout}{done.stderr}\n{self.evidence()}")
        assert is_mounted(self.point), f"ftpfs returned 0 and {self.point} is not mounted\n{self.evidence()}"
        self.pid = daemon_of(self.point)
        return self

    def unmount(self) -> None:
        """Unmounts, and fails unless the daemon then ends by itself with status 0 and a sanitizer's blessing."""
        if self.pid is None:
            return
        done = subprocess.run(["fusermount3", "-u", str(self.point)], capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            self.kill()
            raise MountError(f"cannot unmount: {done.stderr}\n{self.evidence()}")
        self.expect_end()

    def expect_end(self) -> None:
        """Waits until the daemon is gone, and fails unless all is as it was."""
        assert self.pid is not None
        pid, self.pid = self.pid, None
        status = wait_for_exit(pid)
        if status is None:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
        assert status is not None, f"the daemon is still there after the unmount\n{self.evidence()}"
        assert status == 0, f"the daemon ended with {status}\n{self.evidence()}"
        assert not is_mounted(self.point)
        assert not self.sanitizer_reports(), self.evidence()

    def revive(self) -> str | None:
        """Mounts again if the daemon has died by itself, and tells what it left."""
        if self.pid is None or wait_for_exit(self.pid, timeout=0) is None:
            return None
        self.pid = None
        evidence = self.evidence()
        for report in self.sanitizer_reports():
            report.unlink()
        self.kill()
        self.start()
        return evidence

    def kill(self) -> None:
        """Ends the daemon without ceremony, so that nothing waits for it any more."""
        if self.pid is not None:
            pid, self.pid = self.pid, None
            os.kill(pid, 9)
            os.waitpid(pid, 0)
        subprocess.run(["fusermount3", "-uz", str(self.point)], capture_output=True, check=False)

    def sanitizer_reports(self) -> list[Path]:
        return list(self.reports.parent.glob(self.reports.name + ".*"))

    def evidence(self, lines: int = 40) -> str:
        """The end of the log and what the sanitizers said."""
        parts = []
        for file in [self.log, *self.sanitizer_reports()]:
            if file.exists():
                tail = file.read_text(errors="replace").splitlines()[-lines:]
                parts.append(f"--- {file.name} ---\n" + "\n".join(tail))
        return "\n".join(parts)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.unmount()
        else:
            self.kill()  # the first failure is the one to report


def run_ftpfs(
    *arguments: str,
    stdin: str = "",
    home: Path | None = None,
    reports: Path | None = None,
    program: Path = FTPFS,
    inside: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Runs the command until it comes back, with what it printed; `inside`: words before it, for another network."""
    return subprocess.run(
        [*inside, str(program), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_TIMEOUT,
        env=environment(home, reports),
        start_new_session=True,
        check=False,
    )


def environment(home: Path | None = None, reports: Path | None = None) -> dict[str, str]:
    """For ftpfs: no `.netrc` of the user who runs the tests; reports of sanitizers in files `REPORTS.PID`."""
    variables = dict(os.environ) | {"HOME": str(home or "/nonexistent"), "LC_ALL": "C.UTF-8"}
    if reports:
        # An illegal instruction is how compiled code says that it can't go on.
        for sanitizer, more in {"ASAN": "handle_sigill=1", "UBSAN": "", "LSAN": "", "TSAN": ""}.items():
            name = f"{sanitizer}_OPTIONS"
            variables[name] = ":".join(filter(None, (os.environ.get(name), f"log_path={reports}", more)))
    return variables


def option_string(options: Options) -> str:
    """`True` stands for an option without a value."""
    return ",".join(name if value is True else f"{name}={value}" for name, value in options.items())


def is_mounted(point: Path) -> bool:
    """Asks the mount table, not the mount."""
    escaped = str(point).replace("\\", r"\134").replace(" ", r"\040")
    return any(line.split()[4] == escaped for line in Path("/proc/self/mountinfo").read_text().splitlines())


def unmount_all_below(folder: Path) -> None:
    """Detaches what a failed test left mounted there, so that nobody deletes through it."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = line.split()[4]
        if point.startswith(f"{folder}/"):
            subprocess.run(["fusermount3", "-uz", point], capture_output=True, check=False)


def daemon_of(point: Path) -> int:
    """The process id of the ftpfs that was started for this mount point and now belongs to this process."""
    for pid in _children():
        if str(point) in _command_line(pid).decode(errors="replace").split("\0"):
            return pid
    raise MountError(f"no process of ftpfs has {point} on its command line")


def wait_for_exit(pid: int, timeout: float = 15.0) -> int | None:
    """The exit status (negative: the signal) of a child; nothing if it is still running after that time."""
    ended = 0

    def gone() -> bool:
        nonlocal ended
        done, status = os.waitpid(pid, os.WNOHANG)
        ended = os.waitstatus_to_exitcode(status) if done else 0
        return done == pid

    return ended if poll(gone, timeout) else None


def poll(condition: Callable[[], bool], timeout: float, step: float = 0.02) -> bool:
    """Whether the condition became true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)  # between two looks, bounded by the deadline
    return True


def adopt_orphans() -> None:
    """Makes daemons children of this process once the command that started them has returned."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children() -> list[int]:
    tasks = Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
