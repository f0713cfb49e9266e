"""What changes on the server is seen in time, and never mixed with what was there before."""

import errno
import os
import shutil
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from limits import Limits
from mount import Mount, poll
from servers import SERVERS, Server

pytestmark = pytest.mark.resilience

QUICK = {"dir_ttl": 1, "attr_ttl": 1, "negative_ttl": 1}
SOON = 3.0
PROMISED = 10.5
"""The time to live of everything by default, and a little for the look itself."""


@pytest.fixture
def quick_mount(server_type: type[Server], start_server: StartServer, start_mount: StartMount) -> Mount:
    return start_mount(start_server(server_type).url, QUICK)


def _replace(path: Path, content: bytes) -> None:
    """As an upload by rename does: readers of the old file keep it."""
    tree.write(path.with_name("upload"), content)
    path.with_name("upload").rename(path)


def test_new_and_removed_entries(quick_mount: Mount, small_export: Path) -> None:
    point = quick_mount.point
    assert not (point / "new").exists()
    assert len(os.listdir(point)) == 10
    (small_export / "new").mkdir()
    tree.write(small_export / "new" / "file", b"new")
    shutil.rmtree(small_export / "folder")
    assert poll(lambda: (point / "new").is_dir(), SOON)
    assert (point / "new" / "file").read_bytes() == b"new"
    assert poll(lambda: not (point / "folder").exists(), SOON)
    assert "folder" not in os.listdir(point)


def test_new_content(quick_mount: Mount, small_export: Path) -> None:
    file = quick_mount.point / "hello.txt"
    assert file.read_bytes() == b"hello\n"
    _replace(small_export / "hello.txt", b"hello, world\n")
    assert poll(lambda: file.read_bytes() == b"hello, world\n", SOON)
    assert file.stat().st_size == 13


def test_new_content_of_the_same_size(quick_mount: Mount, small_export: Path, limits: Limits) -> None:
    """Only the time tells; where the server tells it to the minute, a change in the next minute is what can be seen."""
    file, step = quick_mount.point / "hello.txt", 120 if limits.listed_times else 2
    assert file.read_bytes() == b"hello\n"
    later = int(file.stat().st_mtime) - step
    tree.write(small_export / "hello.txt", b"HELLO\n")
    os.utime(small_export / "hello.txt", (later, later))
    assert poll(lambda: file.read_bytes() == b"HELLO\n", SOON)


def test_file_becomes_directory(quick_mount: Mount, small_export: Path) -> None:
    point = quick_mount.point / "hello.txt"
    assert point.is_file()
    (small_export / "hello.txt").unlink()
    (small_export / "hello.txt").mkdir()
    assert poll(point.is_dir, SOON)
    assert os.listdir(point) == []


def test_default_times_to_live(start_server: StartServer, start_mount: StartMount, small_export: Path) -> None:
    mount = start_mount(start_server(SERVERS["proftpd"]).url)
    assert not (mount.point / "new").exists()
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    tree.write(small_export / "new", b"")
    _replace(small_export / "hello.txt", b"changed\n")
    assert poll(lambda: (mount.point / "new").exists(), PROMISED, step=0.2)
    assert poll(lambda: (mount.point / "hello.txt").read_bytes() == b"changed\n", PROMISED, step=0.2)


def test_two_versions_are_never_mixed(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, small_export: Path
) -> None:
    """The stream breaks, and what the server has when it can be read again is another file."""
    size = 48_000_000
    tree.write(small_export / "long.bin", b"A" * size)
    server = start_server(server_type)
    mount = start_mount(server.url, {**QUICK, "cache_size": "4M", "read_ahead": "256K"})
    with open(mount.point / "long.bin", "rb", buffering=0) as file:
        assert file.read(100_000) == b"A" * 100_000
        server.kill()
        _replace(small_export / "long.bin", b"B" * (size + 1))
        server.start()
        with pytest.raises(OSError) as caught:
            while part := file.read(1 << 20):
                assert b"B" not in part
        assert caught.value.errno == errno.ESTALE
    assert poll(lambda: (mount.point / "long.bin").stat().st_size == size + 1, SOON)
    assert (mount.point / "long.bin").read_bytes() == b"B" * (size + 1)


def test_change_under_an_open_file(quick_mount: Mount, small_export: Path) -> None:
    """Between two reads of one handle: the old bytes or an error, never the new ones behind the old ones."""
    tree.write(small_export / "long.bin", b"A" * 24_000_000)
    assert poll((quick_mount.point / "long.bin").exists, SOON)
    with open(quick_mount.point / "long.bin", "rb", buffering=0) as file:
        assert file.read(100_000) == b"A" * 100_000
        _replace(small_export / "long.bin", b"B" * 23_000_000)
        try:
            while part := file.read(1 << 20):
                assert b"B" not in part
        except OSError as error:
            assert error.errno == errno.ESTALE
