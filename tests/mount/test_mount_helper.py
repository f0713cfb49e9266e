"""`mount -t ftpfs` and a line of fstab."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixture_types import StartServer
from mount import COMMAND_TIMEOUT, FTPFS, daemon_of, environment, is_mounted, wait_for_exit
from servers import SERVERS, Server

HELPER = Path("/sbin/mount.ftpfs")

pytestmark = [pytest.mark.cli, pytest.mark.skipif(os.geteuid() != 0, reason="mount(8) takes root")]


@pytest.fixture(autouse=True)
def helper() -> Iterator[None]:
    """mount(8) finds helpers in /sbin only, so the program is there for the length of a test."""
    if HELPER.exists() and not HELPER.samefile(FTPFS):
        pytest.skip(f"{HELPER} belongs to another ftpfs")
    if HELPER.exists():
        yield
        return
    HELPER.symlink_to(FTPFS)
    yield
    HELPER.unlink()


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server(SERVERS["vsftpd"])


@pytest.fixture
def credentials(server: Server, workspace: Path) -> Path:
    file = workspace / "credentials"
    file.write_text(f"username={server.account.user}\npassword={server.account.password}\n")
    file.chmod(0o600)
    return file


def _mount_and_look(command: list[str], point: Path) -> None:
    done = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    pid = daemon_of(point)
    try:
        assert (point / "hello.txt").read_bytes() == b"hello\n"
    finally:
        subprocess.run(["umount", str(point)], check=True)
    assert wait_for_exit(pid) == 0
    assert not is_mounted(point)


def test_mount_t(server: Server, credentials: Path, workspace: Path) -> None:
    point = workspace / "point"
    point.mkdir()
    options = f"credentials={credentials},noatime,noexec"
    _mount_and_look(["mount", "-t", "ftpfs", server.bare_url, str(point), "-o", options], point)


def test_fstab_line(server: Server, credentials: Path, workspace: Path) -> None:
    point = workspace / "point"
    point.mkdir()
    options = f"ro,noauto,user,_netdev,nofail,x-systemd.automount,comment=test,credentials={credentials}"
    table = workspace / "fstab"
    table.write_text(f"{server.bare_url} {point} ftpfs {options} 0 0\n")
    _mount_and_look(["mount", "--fstab", str(table), str(point)], point)


def test_failure_is_told(server: Server, workspace: Path) -> None:
    point = workspace / "point"
    point.mkdir()
    command = ["mount", "-t", "ftpfs", server.url.replace("s3cret", "wr0ng"), str(point)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=COMMAND_TIMEOUT)
    assert done.returncode != 0
    assert "login" in done.stderr.lower()
    assert "wr0ng" not in done.stderr
