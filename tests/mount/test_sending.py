"""Uploads that meet a full disk, a refusal, a dead server or an end of the mount: no success with wrong bytes."""

import errno
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from limits import Limits
from mount import FTPFS, Mount, environment, is_mounted, poll, run_ftpfs
from servers import Server
from status import Status

pytestmark = pytest.mark.resilience

MIB = 1 << 20


@pytest.fixture
def server(server_type: type[Server], start_server: StartServer) -> Server:
    return start_server(server_type, writable=True)


@pytest.fixture
def small_disk(workspace: Path) -> Iterator[Path]:
    """An export of 8 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a tmpfs takes root")
    folder = workspace / "small disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_told_and_harms_nothing(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, small_disk: Path, limits: Limits
) -> None:
    old = tree.random_bytes("old", 3 * MIB)
    tree.write(small_disk / "old", old)
    point = start_mount(start_server(server_type, small_disk, writable=True).url).point
    with pytest.raises(OSError) as new:
        (point / "new").write_bytes(tree.random_bytes("new", 20 * MIB))
    possible = {errno.ENOSPC} if limits.names_full_disk else {errno.ENOSPC, errno.EIO}
    assert new.value.errno in possible
    with pytest.raises(OSError) as changed, (point / "old").open("r+b", buffering=0) as file:
        file.seek(100)
        file.write(b"x" * 6 * MIB)
        os.fsync(file.fileno())
    assert changed.value.errno in possible
    assert (small_disk / "old").read_bytes() == old
    assert (point / "old").read_bytes() == old
    if (point / "new").exists():
        (point / "new").unlink()
    (point / "small").write_bytes(b"fits")
    assert (small_disk / "small").read_bytes() == b"fits"
    assert sorted(os.listdir(small_disk)) == ["old", "small"]


def test_refusals_are_told_at_once(server: Server, start_mount: StartMount, small_export: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("as an ordinary user the server owns everything")
    closed = small_export / "closed"
    closed.mkdir()
    tree.write(closed / "file", b"content")
    point = start_mount(server.url).point
    for refused in (
        lambda: os.open(point / "closed" / "new", os.O_WRONLY | os.O_CREAT),
        lambda: (point / "closed" / "file").unlink(),
        lambda: (point / "closed" / "new").mkdir(),
        lambda: (point / "closed" / "file").rename(point / "moved"),
        lambda: os.open(point / "closed" / "file", os.O_WRONLY | os.O_TRUNC),
    ):
        with pytest.raises(PermissionError):
            refused()
    assert os.listdir(closed) == ["file"]
    assert (closed / "file").read_bytes() == b"content"


def test_a_server_that_dies_while_a_file_is_sent(server: Server, start_mount: StartMount, small_export: Path) -> None:
    """It goes on where it stopped, or says that it did not."""
    point = start_mount(server.url).point
    content = tree.random_bytes("sent", 12 * MIB)
    told = None
    descriptor = os.open(point / "new", os.O_WRONLY | os.O_CREAT)
    try:
        os.write(descriptor, content[: 6 * MIB])
        server.kill()
        server.start()
        rest = memoryview(content)[6 * MIB :]
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError as error:
        told = error
    try:
        os.close(descriptor)
    except OSError as error:
        told = error
    if told is None:
        assert (small_export / "new").read_bytes() == content
    (point / "again").write_bytes(content)
    assert (small_export / "again").read_bytes() == content


def test_a_change_that_cannot_be_sent_is_kept(
    server: Server, start_mount: StartMount, small_export: Path, workspace: Path
) -> None:
    old = (small_export / "1.bin").read_bytes()
    mount = start_mount(server.url, {"staging_dir": str(workspace / "staging"), "timeout": 5})
    descriptor = os.open(mount.point / "1.bin", os.O_RDWR)
    os.pwrite(descriptor, b"changed", 1000)
    assert os.pread(descriptor, 7, 1000) == b"changed"
    os.pread(descriptor, len(old), 0)
    server.kill()
    with pytest.raises(OSError):
        os.fsync(descriptor)
    with pytest.raises(OSError):
        os.close(descriptor)
    server.start()
    assert (small_export / "1.bin").read_bytes() == old
    assert (mount.point / "1.bin").read_bytes() == old
    kept = [file for file in (workspace / "staging" / "recovery").iterdir() if file.suffix != ".txt"]
    assert len(kept) == 1
    assert kept[0].read_bytes() == old[:1000] + b"changed" + old[1007:]
    note = kept[0].with_name(kept[0].name + ".txt").read_text()
    assert "1.bin" in note
    assert server.account.password not in note
    assert str(kept[0]) in mount.log.read_text()
    assert '"kept_copies":1' in os.getxattr(mount.point, "user.ftpfs.status").decode()


@pytest.mark.parametrize("in_place", [False, True], ids=["stream", "staged"])
def test_a_signal_sends_what_an_open_file_holds(
    server: Server, start_mount: StartMount, small_export: Path, in_place: bool
) -> None:
    mount = start_mount(server.url)
    name, expected = ("1.bin", (small_export / "1.bin").read_bytes()) if in_place else ("new", b"")
    expected = expected[:10] + b"y" * MIB + expected[10 + MIB :] if in_place else b"y" * MIB
    descriptor = os.open(mount.point / name, os.O_RDWR | os.O_CREAT)
    os.pwrite(descriptor, b"y" * MIB, 10 if in_place else 0)
    assert mount.pid
    os.kill(mount.pid, signal.SIGTERM)
    mount.expect_end()
    assert (small_export / name).read_bytes() == expected
    with pytest.raises(OSError):
        os.close(descriptor)


def test_umount_waits_until_everything_is_sent(server: Server, start_mount: StartMount, small_export: Path) -> None:
    mount = start_mount(server.url)
    with (mount.point / "hello.txt").open("rb"):
        busy = run_ftpfs("umount", str(mount.point))
        assert busy.returncode == Status.OTHER
        assert "is in use" in busy.stderr
        assert is_mounted(mount.point)
    # Not written by this process: what it starts would close the file, which is a time to send it.
    writer = subprocess.Popen(
        ["dd", f"of={mount.point}/new", "bs=1M", "iflag=fullblock", "status=none"], stdin=subprocess.PIPE
    )
    assert poll((mount.point / "new").exists, 20)
    waiting = subprocess.Popen(
        [str(FTPFS), "umount", str(mount.point)], env=environment(), stderr=subprocess.PIPE, text=True
    )
    assert waiting.stderr
    assert "1 file" in waiting.stderr.readline(), "it tells that it waits"
    writer.communicate(b"z" * 3 * MIB + b"the end", timeout=60)
    assert writer.returncode == 0
    _, complaints = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, complaints
    assert not is_mounted(mount.point)
    mount.expect_end()
    assert (small_export / "new").read_bytes() == b"z" * 3 * MIB + b"the end"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_eight_writers_share_few_connections(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, small_export: Path, limit: int
) -> None:
    server = start_server(server_type, max_connections=limit, writable=True)
    point = start_mount(server.url, {"connections": 8}).point
    contents = [tree.random_bytes(f"writer {number}", 1_500_000 + number) for number in range(8)]
    failed: list[OSError] = []

    def write(number: int) -> None:
        try:
            with (point / f"new {number}").open("wb", buffering=100_000) as file:
                file.write(contents[number])
        except OSError as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failed
    for number, content in enumerate(contents):
        assert (small_export / f"new {number}").read_bytes() == content


def test_everything_written_by_one_mount_is_gone_with_it(server: Server, workspace: Path, small_export: Path) -> None:
    """Staging leaves nothing behind when all was sent."""
    staging = workspace / "staging"
    with Mount(server.url, workspace, {"staging_dir": str(staging)}) as mount:
        with (mount.point / "1.bin").open("r+b") as file:
            file.seek(500)
            file.write(b"changed")
    assert (small_export / "1.bin").read_bytes()[500:507] == b"changed"
    assert [path for path in staging.rglob("*") if path.is_file()] == []
    assert not [name for name in os.listdir(small_export) if ".ftpfs-" in name]
