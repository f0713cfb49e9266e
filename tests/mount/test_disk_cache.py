"""Blocks kept on a local disk: a later mount reads them without the server, and never takes wrong ones for right."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import tree
from fixture_types import StartMount, StartServer
from mount import Mount, poll
from servers import Server
from tools import output

pytestmark = pytest.mark.reading

SIZES = {"hello.txt": 6} | {f"{number}.bin": 1_000_000 + number for number in range(8)}
TOTAL = sum(SIZES.values())


def options(folder: Path, size: str = "64M", **more: str | int | bool) -> dict[str, str | int | bool]:
    return {"disk_cache": size, "cache_dir": str(folder / "cache"), **more}


def status(mount: Mount, part: str = "disk_cache") -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(os.getxattr(mount.point, "user.ftpfs.status"))[part]
    return answer


def read_all(mount: Mount) -> dict[str, bytes]:
    return {name: (mount.point / name).read_bytes() for name in SIZES}


def originals(export: Path) -> dict[str, bytes]:
    return {name: (export / name).read_bytes() for name in SIZES}


def wait_until_kept(mount: Mount, count: int = TOTAL) -> None:
    assert poll(lambda: status(mount)["bytes_written"] >= count, 20), status(mount)


def keep_everything(start_mount: StartMount, server: Server, export: Path, folder: Path) -> None:
    """A mount that ends when all it has read is on the disk."""
    mount = start_mount(server.url, options(folder))
    assert read_all(mount) == originals(export)
    wait_until_kept(mount)
    mount.unmount()


def entries(folder: Path) -> list[Path]:
    return [file for file in (folder / "cache" / "ftpfs-blocks-1").iterdir() if file.name != "lock"]


def used(folder: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in entries(folder))


OLD = 1_700_000_000.0
"""A file that was changed within the last day is kept only when it is read again later."""


def make_old(folder: Path) -> None:
    for file in folder.rglob("*"):
        os.utime(file, (OLD, OLD))


@pytest.fixture(autouse=True)
def old_export(small_export: Path) -> None:
    make_old(small_export)


@pytest.fixture
def tmpfs(workspace: Path) -> Iterator[Path]:
    """A disk of 4 MiB in the place of the cache's folder."""
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs takes root")
    folder = workspace / "cache"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M,mode=700", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_remount_reads_without_the_server(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    server = start_server(server_type)
    keep_everything(start_mount, server, small_export, workspace)
    second = start_mount(server.url, options(workspace))
    assert read_all(second) == originals(small_export)
    assert status(second, "reading")["bytes_downloaded"] == 0
    assert status(second)["bytes_read"] == TOTAL
    for name in SIZES:
        expected = hashlib.md5((small_export / name).read_bytes()).hexdigest()
        assert output("md5sum", second.point / name).split()[0].decode() == expected
    output("cp", "-r", second.point, workspace / "copy")
    assert output("diff", "-r", small_export, workspace / "copy") == b""
    assert status(second, "reading")["downloads"] == 1, "folder/inner.txt was not read before"


def test_crash_leaves_no_wrong_bytes(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    """Killed at any moment, also while blocks are written."""
    server = start_server(server_type)
    for round_number in range(4):
        mount = start_mount(server.url, options(workspace))
        with ThreadPoolExecutor(4) as readers:
            pending = [readers.submit((mount.point / name).read_bytes) for name in SIZES]
            for one in pending[: 2 * round_number]:
                one.result()
            mount.kill()
            for one in pending:
                one.exception()
    last = start_mount(server.url, options(workspace))
    assert read_all(last) == originals(small_export)
    assert status(last)["hits"] > 0


def test_changed_file_is_fetched_anew(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    server = start_server(server_type)
    keep_everything(start_mount, server, small_export, workspace)
    changed = small_export / "1.bin"
    changed.write_bytes(tree.random_bytes("another", SIZES["1.bin"]))
    os.utime(changed, (OLD + 86_400, OLD + 86_400))

    second = start_mount(server.url, options(workspace))
    assert read_all(second) == originals(small_export)
    assert status(second, "reading")["bytes_downloaded"] == SIZES["1.bin"]


def test_written_file_loses_its_blocks(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, workspace: Path
) -> None:
    """Even if it ends with the size and the time it had."""
    folder = workspace / "writable"
    folder.mkdir()
    tree.write(folder / "file", b"old " * 1000)
    make_old(folder)
    server = start_server(server_type, folder, writable=True)
    mount = start_mount(server.url, options(workspace))
    assert (mount.point / "file").read_bytes() == b"old " * 1000
    wait_until_kept(mount, 4000)
    (mount.point / "file").write_bytes(b"new " * 1000)
    make_old(folder)
    mount.unmount()
    again = start_mount(server.url, options(workspace))
    assert (again.point / "file").read_bytes() == b"new " * 1000


def test_damaged_and_foreign_entries_are_dropped(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    server = start_server(server_type)
    keep_everything(start_mount, server, small_export, workspace)
    precious = workspace / "precious"
    precious.write_bytes(b"text")
    for number, entry in enumerate(sorted(entries(workspace))):
        if number % 3 == 0:
            entry.unlink()
            entry.symlink_to(precious)
        elif number % 3 == 1:
            content = bytearray(entry.read_bytes())
            content[-1] ^= 1
            entry.write_bytes(content)
        else:
            entry.write_bytes(tree.random_bytes("hostile", 10_000))
    second = start_mount(server.url, options(workspace))
    assert read_all(second) == originals(small_export)
    assert precious.read_bytes() == b"text"
    wait_until_kept(second, TOTAL // 2)
    second.unmount()
    for file in [workspace / "cache", *entries(workspace)]:
        assert not file.is_symlink()
        assert file.stat().st_mode & 0o077 == 0


def test_size_is_a_limit(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    server = start_server(server_type)
    mount = start_mount(server.url, options(workspace, "3M"))
    for _ in range(2):
        for name in SIZES:
            assert (mount.point / name).read_bytes() == (small_export / name).read_bytes()
            assert used(workspace) <= 3 << 20
    wait_until_kept(mount, 2 << 20)
    mount.unmount()
    assert 1 << 20 < used(workspace) <= 3 << 20


def test_two_mounts_share_a_folder(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    """Of the same server, at the same time, with room for half of it."""
    server = start_server(server_type)
    expected = originals(small_export)
    for _ in range(3):
        mounts = [start_mount(server.url, options(workspace, "4M")) for _ in range(2)]
        with ThreadPoolExecutor(2) as readers:
            for found in readers.map(read_all, mounts):
                assert found == expected
        for mount in mounts:
            assert status(mount)["state"] == "on"
            mount.unmount()
        assert 1 << 20 < used(workspace) <= 4 << 20


def test_two_servers_share_a_folder(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
) -> None:
    """The same names, sizes and times, and other bytes."""
    other = workspace / "other"
    other.mkdir()
    for name, size in SIZES.items():
        tree.write(other / name, tree.random_bytes(f"other {name}", size))
    make_old(other)
    urls = [start_server(server_type).url, start_server(server_type, other).url]
    for _ in range(2):
        mounts = [start_mount(url, options(workspace)) for url in urls]
        assert read_all(mounts[0]) == originals(small_export)
        assert read_all(mounts[1]) == originals(other)
        for mount in mounts:
            poll(lambda mount=mount: status(mount)["bytes_written"] >= TOTAL, 1)  # type: ignore[misc]
            mount.unmount()


def test_a_little_of_the_disk_stays_free(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
    tmpfs: Path,
) -> None:
    server = start_server(server_type)
    ballast = tmpfs / "ballast"
    ballast.write_bytes(bytes((4 << 20) - 100_000))
    mount = start_mount(server.url, options(workspace))
    assert read_all(mount) == originals(small_export)
    assert status(mount)["bytes_written"] == 0
    mount.unmount()
    assert mount.log.read_text().count("nearly full") == 1

    ballast.unlink()
    again = start_mount(server.url, options(workspace))
    assert read_all(again) == originals(small_export)
    wait_until_kept(again, 2 << 20)
    again.unmount()
    disk = os.statvfs(tmpfs)
    assert disk.f_bavail >= disk.f_blocks // 20


def test_full_disk_turns_it_off(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
    tmpfs: Path,
) -> None:
    """A disk may be full without saying so before: here, no file can be made."""
    server = start_server(server_type)
    subprocess.run(["mount", "-o", "remount,nr_inodes=5", tmpfs], check=True)
    mount = start_mount(server.url, options(workspace))
    assert read_all(mount) == originals(small_export)
    assert poll(lambda: status(mount)["state"] == "failed", 20), status(mount)
    assert read_all(mount) == originals(small_export)
    mount.unmount()
    warnings = [line for line in mount.log.read_text().splitlines() if "disk cache" in line and "off" in line]
    assert len(warnings) == 1 and "no space left" in warnings[0]


def test_unusable_folder_is_done_without(
    server_type: type[Server],
    start_server: StartServer,
    start_mount: StartMount,
    small_export: Path,
    workspace: Path,
    tmpfs: Path,
) -> None:
    subprocess.run(["mount", "-o", "remount,ro", tmpfs], check=True)
    server = start_server(server_type)
    mount = start_mount(server.url, options(workspace))
    assert read_all(mount) == originals(small_export)
    assert status(mount)["state"] == "failed"
    mount.unmount()
    warnings = [line for line in mount.log.read_text().splitlines() if "disk cache" in line]
    assert len(warnings) == 1 and "Read-only file system" in warnings[0] and "cache_dir" in warnings[0]
