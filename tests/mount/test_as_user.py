"""An ordinary user mounts, reads and unmounts, with the help of fusermount3 alone.

The commands run in a mount namespace of their own, where /dev/fuse may be opened by anyone as on a desktop, whatever it
is outside.
"""

import os
import pwd
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixture_types import StartServer
from mount import COMMAND_TIMEOUT, FTPFS, environment, is_mounted
from servers import SERVERS, Server
from status import Status

pytestmark = [
    pytest.mark.cli,
    pytest.mark.skipif(os.geteuid() != 0, reason="all tests run as an ordinary user already"),
]

USER = pwd.getpwnam("nobody").pw_uid
"""A user of this machine: fusermount3 asks for the name."""

RunAsUser = Callable[[str, str], "subprocess.CompletedProcess[str]"]
_AS_USER = """
umount --all --lazy --types fuse.ftpfs
mount --bind "$1" /dev/fuse &&
exec setpriv --reuid "$2" --regid "$2" --clear-groups sh -c "$3" sh "$4" "$5" "$6"
"""


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server(SERVERS["vsftpd"])


@pytest.fixture
def home(scratch: Path, workspace: Path) -> Path:
    """A folder that belongs to the user, on a path that the user may walk."""
    for folder in (scratch, workspace):
        folder.chmod(0o755)
    folder = workspace / "home"
    folder.mkdir()
    (folder / "point").mkdir()
    for path in (folder, folder / "point"):
        os.chown(path, USER, USER)
    return folder


@pytest.fixture
def run_as_user(home: Path, workspace: Path) -> RunAsUser:
    """Runs a shell script with the program, the URL and the mount point as $1, $2 and $3."""
    device = workspace / "fuse"
    os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(10, 229))
    device.chmod(0o666)

    def run(script: str, url: str) -> "subprocess.CompletedProcess[str]":
        _require_reachable_program()
        words = [str(device), str(USER), script, str(FTPFS), url, str(home / "point")]
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", _AS_USER, "sh", *words],
            env=environment(home, home / "sanitizer"),
            cwd="/",
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            check=False,
        )

    return run


def _require_reachable_program() -> None:
    for folder in FTPFS.resolve().parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            pytest.skip(f"an ordinary user can't reach {FTPFS}, because of {folder}")


def test_mount_read_unmount(server: Server, run_as_user: RunAsUser, home: Path) -> None:
    script = '"$1" "$2" "$3" && cat "$3/hello.txt" && stat -c %u "$3/hello.txt" && fusermount3 -u "$3"'
    done = run_as_user(script, server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"hello\n{USER}\n", "")
    assert list(home.glob("sanitizer.*")) == []


def test_allow_other_is_refused(server: Server, run_as_user: RunAsUser, home: Path) -> None:
    if "\nuser_allow_other" in Path("/etc/fuse.conf").read_text():
        pytest.skip("/etc/fuse.conf has user_allow_other")
    done = run_as_user('"$1" -o allow_other "$2" "$3"', server.url)
    assert done.returncode == Status.NO_FUSE, done.stderr
    assert "user_allow_other" in done.stderr
    assert not is_mounted(home / "point")


def test_a_mount_point_of_somebody_else(server: Server, run_as_user: RunAsUser, home: Path) -> None:
    os.chown(home / "point", 0, 0)
    (home / "point").chmod(0o755)
    done = run_as_user('"$1" "$2" "$3"', server.url)
    assert done.returncode == Status.NO_FUSE, done.stderr
    assert str(home / "point") in done.stderr


def test_without_the_device(server: Server, run_as_user: RunAsUser, workspace: Path) -> None:
    (workspace / "fuse").chmod(0o600)
    done = run_as_user('"$1" "$2" "$3"', server.url)
    assert done.returncode == Status.NO_FUSE, done.stderr
    assert "/dev/fuse" in done.stderr
