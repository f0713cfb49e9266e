"""Any part of a file can be read, in any order, in any way, also past 4 GiB."""

import mmap
import os
import random
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from mount import Mount
from servers import Proftpd
from tools import output
from tree import HUGE_MARKS, HUGE_SIZE

pytestmark = pytest.mark.reading

MEDIUM = Path("small", "plain", "medium.bin")
HUGE = Path("huge", "sparse.bin")


@pytest.mark.parametrize("count", ["0", "1", "4096", "100001"])
@pytest.mark.parametrize("tool", ["head", "tail"])
def test_head_and_tail(export: Path, mounted: Mount, tool: str, count: str) -> None:
    assert output(tool, "-c", count, mounted.point / MEDIUM) == output(tool, "-c", count, export / MEDIUM)


def test_tail_lines(export: Path, mounted: Mount) -> None:
    file = Path("small", "plain", "crlf.txt")
    assert output("tail", "-n", "2", mounted.point / file) == output("tail", "-n", "2", export / file)


@pytest.mark.parametrize("block", [1000, 65536])
@pytest.mark.parametrize("skip", [0, 1, 30])
def test_dd_skip(export: Path, mounted: Mount, block: int, skip: int) -> None:
    arguments = [f"bs={block}", f"skip={skip}", "count=7", "status=none"]
    assert output("dd", f"if={mounted.point / MEDIUM}", *arguments) == output("dd", f"if={export / MEDIUM}", *arguments)


def test_random_preads(export: Path, mounted: Mount) -> None:
    content = (export / MEDIUM).read_bytes()
    dice = random.Random(1)
    descriptor = os.open(mounted.point / MEDIUM, os.O_RDONLY)
    try:
        for _ in range(200):
            offset, size = dice.randrange(len(content) + 5000), dice.choice((1, 100, 4096, 70_000, 300_000))
            assert os.pread(descriptor, size, offset) == content[offset : offset + size], (offset, size)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("rang", ["on", "off"])
def test_parts_of_a_file(start_server: StartServer, start_mount: StartMount, workspace: Path, rang: str) -> None:
    """ProFTPD can end a transfer by itself, so that none has to be broken off."""
    content = tree.random_bytes("parts", 8 << 20)
    (workspace / "parts").mkdir()
    tree.write(workspace / "parts" / "file", content)
    server = start_server(Proftpd, workspace / "parts")
    mount = start_mount(server.url, {"trace": str(workspace / "trace"), "rang": rang})
    descriptor = os.open(mount.point / "file", os.O_RDONLY)
    try:
        for offset in (5_000_000, 1_000_000, 3_000_001, 7_000_000, 2_000_000):
            assert os.pread(descriptor, 4096, offset) == content[offset : offset + 4096], offset
        assert os.pread(descriptor, 2_000_000, 4_000_000) == content[4_000_000:6_000_000]
        assert os.pread(descriptor, 10_000, (8 << 20) - 5000) == content[-5000:]
    finally:
        os.close(descriptor)
    mount.unmount()
    dialogue = (workspace / "trace").read_text()
    assert dialogue.count("> RANG ") >= (6 if rang == "on" else 0), dialogue
    assert rang == "on" or "> RANG " not in dialogue


def test_backwards(export: Path, mounted: Mount) -> None:
    content = (export / MEDIUM).read_bytes()
    with open(mounted.point / MEDIUM, "rb", buffering=0) as file:
        for offset in range(len(content) - 100_000, 0, -100_000):
            file.seek(offset)
            assert file.read(1000) == content[offset : offset + 1000], offset


def test_odd_sized_reads_in_order(export: Path, mounted: Mount) -> None:
    content = (export / MEDIUM).read_bytes()
    with open(mounted.point / MEDIUM, "rb", buffering=0) as file:
        parts = iter(lambda: file.read(77_777), b"")
        assert b"".join(parts) == content


def test_reads_at_and_past_the_end(mounted: Mount, export: Path) -> None:
    size = (export / MEDIUM).stat().st_size
    descriptor = os.open(mounted.point / MEDIUM, os.O_RDONLY)
    try:
        assert os.pread(descriptor, 10, size) == b""
        assert os.pread(descriptor, 10, size + 1_000_000) == b""
        assert len(os.pread(descriptor, 10, size - 3)) == 3
    finally:
        os.close(descriptor)


def test_mmap(export: Path, mounted: Mount) -> None:
    content = (export / MEDIUM).read_bytes()
    dice = random.Random(2)
    with open(mounted.point / MEDIUM, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert len(mapped) == len(content)
        for _ in range(50):
            offset = dice.randrange(len(content))
            assert mapped[offset : offset + 5000] == content[offset : offset + 5000], offset
        assert mapped[:] == content


def test_huge_size(mounted: Mount) -> None:
    assert (mounted.point / HUGE).stat().st_size == HUGE_SIZE


@pytest.mark.parametrize("offset", sorted(HUGE_MARKS, reverse=True))
def test_huge_marks(mounted: Mount, offset: int) -> None:
    mark = HUGE_MARKS[offset]
    descriptor = os.open(mounted.point / HUGE, os.O_RDONLY)
    try:
        assert os.pread(descriptor, len(mark), offset) == mark
    finally:
        os.close(descriptor)


def test_huge_in_one_handle(mounted: Mount) -> None:
    """Jumps between both sides of 4 GiB, then reads on from there."""
    with open(mounted.point / HUGE, "rb") as file:
        for offset in (*HUGE_MARKS, *reversed(HUGE_MARKS)):
            file.seek(offset)
            assert file.read(len(HUGE_MARKS[offset])) == HUGE_MARKS[offset]
        file.seek((1 << 32) - 300_000)
        around = file.read(600_000)
    assert around[300_000 - 7 :].startswith(b"around 4 GiB")
    assert around.endswith(b"past 4 GiB" + bytes(600_000 - 300_000 - 123_457 - 10))


def test_huge_tail_and_dd(mounted: Mount) -> None:
    assert output("tail", "-c", "10", mounted.point / HUGE) == b"last bytes"
    skip = (1 << 32) + 123_457
    arguments = ["bs=10", f"skip={skip}", "count=1", "iflag=skip_bytes", "status=none"]
    assert output("dd", f"if={mounted.point / HUGE}", *arguments) == b"past 4 GiB"
