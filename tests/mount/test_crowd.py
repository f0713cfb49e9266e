"""A server that allows few connections serves many readers, only more slowly."""

import ftplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import tree
from fixture_types import StartMount, StartServer
from mount import Mount
from servers import Server

pytestmark = pytest.mark.resilience


@contextmanager
def _occupied(server: Server) -> Iterator[None]:
    """Another client holds one connection."""
    with ftplib.FTP() as other:
        other.connect(server.host, server.port, timeout=10)
        other.login(server.account.user, server.account.password)
        yield


def _read_all_at_once(mount: Mount) -> None:
    names = [f"{number}.bin" for number in range(8)]
    readers = [subprocess.Popen(["cat", str(mount.point / name)], stdout=subprocess.PIPE) for name in names]
    for number, reader in enumerate(readers):
        content, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        assert content == tree.random_bytes(f"{number}", 1_000_000 + number)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_eight_readers(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, limit: int
) -> None:
    server = start_server(server_type, max_connections=limit)
    _read_all_at_once(start_mount(server.url, {"connections": 8}))


def test_eight_readers_beside_another_client(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount
) -> None:
    """The limit that the mount meets is not its own."""
    server = start_server(server_type, max_connections=3)
    with _occupied(server):
        _read_all_at_once(start_mount(server.url, {"connections": 8}))
