"""A server that says nothing any more holds up only who needs it, and not for ever."""

import os
import signal
import time
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from reader import Reader
from servers import SERVERS, Server
from tools import output

pytestmark = pytest.mark.resilience

TIMEOUT = 5
"""What `timeout=` is set to where a test waits for it."""

AT_ONCE = 2.0
SOME_SERVERS = [SERVERS["vsftpd"], SERVERS["pyftpdlib"]]


@pytest.fixture
def long_file(small_export: Path) -> str:
    """The name of a file that is not read at one go."""
    name = "long.bin"
    with open(small_export / name, "wb") as file:
        file.truncate(1 << 30)
    return name


def test_interrupt_before_the_first_byte(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount
) -> None:
    server = start_server(server_type)
    mount = start_mount(server.url, {"timeout": 60})
    assert output("ls", mount.point)
    server.freeze()
    reader = Reader(mount.point / "hello.txt")
    reader.wait_until_blocked()
    assert reader.interrupt() < AT_ONCE
    assert reader.process.returncode == -signal.SIGINT
    server.thaw()
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"


def test_interrupt_in_the_middle(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, long_file: str
) -> None:
    server = start_server(server_type)
    mount = start_mount(server.url, {"timeout": 60})
    with open(mount.point / long_file, "rb", buffering=0) as file:
        assert file.read(100_000) == bytes(100_000)
        server.freeze()
        reader = Reader(mount.point / long_file)
        reader.wait_until_blocked()
        assert reader.interrupt() < AT_ONCE
        server.thaw()
        file.seek(500_000_000)
        assert file.read(100_000) == bytes(100_000)


@pytest.mark.parametrize("kind", SOME_SERVERS, ids=lambda kind: kind.name)
def test_interrupt_of_a_listing(kind: type[Server], start_server: StartServer, start_mount: StartMount) -> None:
    server = start_server(kind)
    mount = start_mount(server.url, {"timeout": 60})
    server.freeze()
    reader = Reader(mount.point / "folder" / "inner.txt")
    reader.wait_until_blocked()
    assert reader.interrupt() < AT_ONCE
    server.thaw()
    assert (mount.point / "folder" / "inner.txt").read_bytes() == b"inner\n"


@pytest.mark.parametrize("kind", SOME_SERVERS, ids=lambda kind: kind.name)
def test_error_within_the_timeout(kind: type[Server], start_server: StartServer, start_mount: StartMount) -> None:
    server = start_server(kind)
    mount = start_mount(server.url, {"timeout": TIMEOUT, "connect_timeout": TIMEOUT})
    assert output("ls", mount.point)
    server.freeze()
    start = time.monotonic()
    complaint = Reader(mount.point / "hello.txt").complaint(timeout=60)
    assert "Connection timed out" in complaint or "Input/output error" in complaint
    assert time.monotonic() - start < TIMEOUT + 2.5
    server.thaw()
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"


@pytest.mark.parametrize("kind", SOME_SERVERS, ids=lambda kind: kind.name)
def test_nothing_else_is_held_up(kind: type[Server], start_server: StartServer, start_mount: StartMount) -> None:
    """What is known already is answered while somebody waits for the server."""
    server = start_server(kind)
    mount = start_mount(server.url, {"timeout": 60, "dir_ttl": 300, "attr_ttl": 300})
    names = os.listdir(mount.point)
    content = (mount.point / "0.bin").read_bytes()
    server.freeze()
    reader = Reader(mount.point / "7.bin")
    reader.wait_until_blocked()
    start = time.monotonic()
    assert os.listdir(mount.point) == names
    assert (mount.point / "5.bin").stat().st_size == 1_000_005
    assert (mount.point / "0.bin").read_bytes() == content == tree.random_bytes("0", 1_000_000)
    assert not os.path.exists(mount.point / "no such name")
    assert time.monotonic() - start < 1
    os.statvfs(mount.point)
    assert time.monotonic() - start < 5, "free space is asked of the server, and not waited for"
    assert reader.process.poll() is None
    reader.interrupt()
    server.thaw()


def test_unmount_while_it_is_silent(start_server: StartServer, start_mount: StartMount) -> None:
    server = start_server(SERVERS["vsftpd"])
    mount = start_mount(server.url, {"timeout": 60})
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    server.freeze()
    start = time.monotonic()
    mount.unmount()
    assert time.monotonic() - start < 10
