"""How the command behaves: help, background and foreground, signals, and the path in the URL."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from fixture_types import StartMount, StartServer
from mount import FTPFS, environment, is_mounted, poll, run_ftpfs
from servers import HOME, SERVERS, Server

pytestmark = pytest.mark.cli


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server(SERVERS["vsftpd"])


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help(flag: str) -> None:
    done = run_ftpfs(flag)
    assert (done.returncode, done.stderr) == (0, "")
    assert "URL MOUNTPOINT" in done.stdout
    assert "timeout=" in done.stdout


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(flag: str) -> None:
    done = run_ftpfs(flag)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ftpfs ")


def test_the_command_says_nothing_when_all_is_well(server: Server, start_mount: StartMount) -> None:
    mount = start_mount(server.url)
    again = mount.point.parent / "again"
    again.mkdir()
    done = run_ftpfs(server.url, str(again))
    try:
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    finally:
        subprocess.run(["fusermount3", "-u", str(again)], check=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_unmounts(server: Server, start_mount: StartMount, number: signal.Signals) -> None:
    mount = start_mount(server.url)
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    assert mount.pid
    os.kill(mount.pid, number)
    mount.expect_end()


def test_signal_unmounts_while_a_file_is_open(server: Server, start_mount: StartMount) -> None:
    mount = start_mount(server.url)
    descriptor = os.open(mount.point / "hello.txt", os.O_RDONLY)
    assert mount.pid
    os.kill(mount.pid, signal.SIGTERM)
    mount.expect_end()
    with pytest.raises(OSError):
        os.read(descriptor, 10)
    os.close(descriptor)


@pytest.mark.parametrize("flag", ["-f", "-d"])
def test_foreground(server: Server, workspace: Path, flag: str) -> None:
    """Stays, logs to the terminal, and Ctrl-C unmounts."""
    point = workspace / "point"
    point.mkdir()
    running = subprocess.Popen(
        [str(FTPFS), flag, server.url, str(point)], env=environment(), stderr=subprocess.PIPE, text=True
    )
    try:
        assert poll(lambda: is_mounted(point) or running.poll() is not None, timeout=20)
        assert (point / "hello.txt").read_bytes() == b"hello\n"
        running.send_signal(signal.SIGINT)
        words = running.communicate(timeout=20)[1]
        assert running.returncode == 0, words
        assert server.account.password not in words
        assert not is_mounted(point)
    finally:
        running.kill()
        running.communicate()


def test_trace(server: Server, start_mount: StartMount, workspace: Path) -> None:
    """The dialogue in a file for its owner only, each line with time and session, and no password in it."""
    file = workspace / "trace"
    mount = start_mount(server.url, {"trace": str(file), "log_level": "info"})
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    mount.unmount()
    lines = file.read_text().splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} session \d+: ", line) for line in lines)
    dialogue = file.read_text()
    for words in ("connected to", "> USER tester", "> PASS ****", "< 230 ", "> RETR /hello.txt", "6 bytes received"):
        assert words in dialogue, dialogue
    assert server.account.password not in dialogue
    assert file.stat().st_mode & 0o777 == 0o600
    assert "> USER" not in mount.log.read_text()


def test_trace_that_cannot_be_written(server: Server, workspace: Path) -> None:
    done = run_ftpfs("-o", f"trace={workspace}/missing/trace", server.url, str(workspace))
    assert done.returncode == 1
    assert f"option trace: cannot open {workspace}/missing/trace: No such file or directory" in done.stderr


def test_the_daemon_holds_no_directory_and_no_terminal(server: Server, start_mount: StartMount) -> None:
    process = Path(f"/proc/{start_mount(server.url).pid}")
    assert os.readlink(process / "cwd") == "/"
    for descriptor in "012":
        assert os.readlink(process / "fd" / descriptor) == "/dev/null"


def test_path_in_the_url(
    server_type: type[Server], start_server: StartServer, export: Path, start_mount: StartMount
) -> None:
    """Percent-encoded, with or without a slash at its end."""
    server = start_server(server_type, export)
    for path in (
        "small/names/folders/%20leading%20space",
        "small/names/folders/%22/",
        "small/names/folders/percent%2541",
    ):
        mount = start_mount(server.url + path)
        assert os.listdir(mount.point) == ["inner"]
        assert (mount.point / "inner").read_bytes().startswith(b"inside ")


@pytest.mark.parametrize("name", ["vsftpd", "proftpd", "pure-ftpd", "inetutils-ftpd"])
def test_path_is_below_the_directory_of_the_login(
    start_server: StartServer, start_mount: StartMount, name: str
) -> None:
    """Unless a slash of its own makes it absolute."""
    server = start_server(SERVERS[name], chrooted=False)
    assert (start_mount(server.url).point / "hello.txt").read_bytes() == b"hello\n"
    for path in ("folder", f"%2F{HOME.strip('/')}/folder", f"{HOME}/folder"):
        assert os.listdir(start_mount(server.url + path).point) == ["inner.txt"]


@pytest.mark.parametrize("flag", ["ro", "rw"])
def test_the_mount_table_names_the_server(server: Server, start_mount: StartMount, flag: str) -> None:
    mount = start_mount(server.url, {flag: True})
    lines = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    source, _, kind, flags = next(line[:4] for line in lines if line[1] == str(mount.point))
    assert kind == "fuse.ftpfs"
    assert f"{server.host}:{server.port}" in source
    assert {flag, "nosuid", "nodev"} <= set(flags.split(","))
