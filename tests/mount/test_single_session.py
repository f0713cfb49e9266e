"""Several programs that write while the server allows a single session: all come to an end, with the right bytes."""

import subprocess
import threading
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from servers import Server

pytestmark = pytest.mark.writing

MIB = 1 << 20


@pytest.fixture
def single(server_type: type[Server], start_server: StartServer, start_mount: StartMount) -> Path:
    # Short, so that who waits longer than the timeout shows.
    options = {"connections": 1, "timeout": "5s"}
    return start_mount(start_server(server_type, writable=True).url, options).point


def test_two_programs_write_large_files_at_once(single: Path, small_export: Path, workspace: Path) -> None:
    names = ("one", "two")
    for name in names:
        tree.write(workspace / name, tree.random_bytes(name, 40 * MIB))
    copies = [subprocess.Popen(["dd", "bs=64k", f"if={workspace / name}", f"of={single / name}"]) for name in names]
    assert [copy.wait(timeout=120) for copy in copies] == [0, 0]
    for name in names:
        assert (small_export / name).read_bytes() == (workspace / name).read_bytes()


def test_a_program_writes_while_another_has_a_large_file_open(single: Path, small_export: Path) -> None:
    """Where the server cannot append, the second waits until the first closes, beyond the timeout."""
    large, small = tree.random_bytes("large", 20 * MIB), b"small"
    waited = threading.Event()
    told: list[OSError] = []

    def write_small() -> None:
        try:
            (single / "small").write_bytes(small)
        except OSError as error:
            told.append(error)
        waited.set()

    with (single / "large").open("wb", buffering=0) as file:
        for start in range(0, len(large), MIB):
            file.write(large[start : start + MIB])
        other = threading.Thread(target=write_small)
        other.start()
        # Bytes come often enough, for longer than the timeout, or until the other is done.
        extra = b""
        for _ in range(80):
            if waited.wait(0.1):
                break
            extra += b"more"
            file.write(b"more")
    other.join(60)
    assert told == []
    assert (small_export / "small").read_bytes() == small
    assert (small_export / "large").read_bytes() == large + extra
