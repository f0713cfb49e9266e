"""A server that dies and comes back is a pause, not an error that stays."""

import os
import time
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from servers import Server
from tools import output

pytestmark = pytest.mark.resilience


def test_next_operation_works(server_type: type[Server], start_server: StartServer, start_mount: StartMount) -> None:
    server = start_server(server_type)
    mount = start_mount(server.url)
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    server.kill()
    server.start()
    assert (mount.point / "folder" / "inner.txt").read_bytes() == b"inner\n"
    assert len(os.listdir(mount.point)) == 10


def test_open_file_reads_on(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, small_export: Path
) -> None:
    content = tree.random_bytes("long", 24_000_000)
    tree.write(small_export / "long.bin", content)
    server = start_server(server_type)
    mount = start_mount(server.url, {"read_ahead": "256K"})
    with open(mount.point / "long.bin", "rb", buffering=0) as file:
        assert file.read(100_000) == content[:100_000]
        server.kill()
        server.start()
        file.seek(20_000_000)
        assert file.read(100_000) == content[20_000_000:20_100_000]
        file.seek(100_000)
        assert b"".join(iter(lambda: file.read(1 << 20), b"")) == content[100_000:]


def test_errors_while_it_is_away(server_type: type[Server], start_server: StartServer, start_mount: StartMount) -> None:
    """Nothing hangs, and nothing of it is remembered."""
    server = start_server(server_type)
    mount = start_mount(server.url)
    server.kill()
    start = time.monotonic()
    with pytest.raises(OSError):
        (mount.point / "folder" / "inner.txt").read_bytes()
    assert time.monotonic() - start < 20
    server.start()
    assert (mount.point / "folder" / "inner.txt").read_bytes() == b"inner\n"


def test_unmount_while_it_is_away(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount
) -> None:
    server = start_server(server_type)
    mount = start_mount(server.url)
    assert output("ls", mount.point)
    server.kill()
    start = time.monotonic()
    mount.unmount()
    assert time.monotonic() - start < 5
