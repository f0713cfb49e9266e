"""Times of servers that live in another zone."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from fixture_types import StartMount
from mount import Mount, poll
from servers import Server, Vsftpd
from tools import output

pytestmark = pytest.mark.reading

ZONE = "XXX5"
"""Five hours behind UTC, without summer time."""
TOLERANCE = 60


def export(folder: Path, age: float = 7200.0) -> Path:
    folder.mkdir()
    file = folder / "recent.txt"
    file.write_bytes(b"x")
    stamp = time.time() - age
    os.utime(file, (stamp, stamp))
    return file


def is_close(here: Path, there: Path) -> bool:
    return abs(here.stat().st_mtime - there.stat().st_mtime) < TOLERANCE


def test_times_are_utc_wherever_the_server_lives(
    server_type: type[Server], workspace: Path, start_mount: StartMount
) -> None:
    if server_type.name == "vsftpd":
        pytest.skip("vsftpd in another zone tells its local time everywhere; that has a test of its own")
    there = export(workspace / "export")
    with server_type(there.parent, zone=ZONE) as server:
        for listing in ("auto", "list"):
            mount = start_mount(server.url, {"listing": listing})
            assert is_close(mount.point / there.name, there), mount.log.read_text()


def test_a_zone_that_is_told_corrects_listings_and_facts(workspace: Path, start_mount: StartMount) -> None:
    there = export(workspace / "export")
    with Vsftpd(there.parent, zone=ZONE, writable=True) as server:
        mount = start_mount(server.url, {"server_tz": "-05:00", "attr_ttl": 0})
        assert is_close(mount.point / there.name, there)
        assert (mount.point / there.name).read_bytes() == b"x"
        os.utime(mount.point / there.name, (1_700_000_000, 1_700_000_000))
        assert there.stat().st_mtime == 1_700_000_000


def warnings(mount: Mount) -> list[str]:
    return [line for line in mount.log.read_text().splitlines() if "in its own zone" in line]


@pytest.mark.writing
def test_local_facts_are_found_by_the_first_upload(workspace: Path, start_mount: StartMount) -> None:
    there = export(workspace / "export")
    with Vsftpd(there.parent, zone=ZONE, writable=True) as server:
        mount = start_mount(server.url, {"dir_ttl": 0, "attr_ttl": 0})
        assert not is_close(mount.point / there.name, there)  # LIST and MDTM agree
        (mount.point / "new").write_bytes(b"new")
        assert is_close(mount.point / "new", there.parent / "new")
        # A listing from before is believed for a moment, as long as it took.
        assert poll(lambda: is_close(mount.point / there.name, there), 5), mount.log.read_text()
        os.utime(mount.point / "new", (1_700_000_000, 1_700_000_000))
        assert (there.parent / "new").stat().st_mtime == 1_700_000_000
        assert poll(lambda: len(warnings(mount)) == 1, 5)
        assert "-300 minutes" in warnings(mount)[0]


def fresh_files(folder: Path) -> Path:
    """With times whose second LIST does not tell, and vsftpd's MDTM does."""
    folder.mkdir()
    beginning = int(time.time() - 7200) // 60 * 60
    for number in range(5):
        file = folder / f"file {number}"
        file.write_bytes(b"content\n" * 1000)
        os.utime(file, (beginning + 41, beginning + 41))
    return folder


def test_reading_a_file_does_not_change_its_time(workspace: Path, start_mount: StartMount) -> None:
    """Not in the middle of it, as tar would see, nor afterwards, as editors and rsync would."""
    there = fresh_files(workspace / "export")
    with Vsftpd(there) as server:
        mount = start_mount(server.url, {"attr_ttl": 0, "dir_ttl": 0})
        for _ in range(2):
            done = subprocess.run(["tar", "cf", workspace / "all.tar", "-C", mount.point, "."], capture_output=True)
            assert (done.returncode, done.stderr) == (0, b"")
        assert {file.stat().st_mtime % 60 for file in mount.point.iterdir()} == {0}
        command = ["rsync", "-a", "--itemize-changes", f"{mount.point}/", workspace / "copy"]
        assert b"file 4" in output(*command)
        assert output(*command) == b""


@pytest.mark.writing
def test_an_editor_finds_the_file_unchanged(workspace: Path, start_mount: StartMount) -> None:
    there = fresh_files(workspace / "export")
    with Vsftpd(there, writable=True) as server:
        mount = start_mount(server.url, {"attr_ttl": 0, "dir_ttl": 0})
        # Not silent: it would ask whether to write a file that was changed since it was read, and wait for ever.
        for word in ("first", "second"):
            command = ["vim.tiny", "-u", "NONE", "-c", f"normal O{word}", "-c", "w", "-c", "normal ddp", "-c", "x"]
            subprocess.run(
                [*command, mount.point / "file 0"], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True
            )
        assert (there / "file 0").read_bytes().split(b"\n")[:3] == [b"content", b"second", b"first"]


@pytest.mark.writing
def test_a_time_that_was_set_here_stays(workspace: Path, start_mount: StartMount) -> None:
    """Also when listings tell only its minute."""
    there = fresh_files(workspace / "export")
    with Vsftpd(there, writable=True) as server:
        mount = start_mount(server.url, {"attr_ttl": 0, "dir_ttl": 0})
        here = mount.point / "file 0"
        exact = here.stat().st_mtime + 17
        os.utime(here, (exact, exact))
        here.rename(mount.point / "file 9")
        os.listdir(mount.point)
        assert (mount.point / "file 9").stat().st_mtime == exact
        (mount.point / "new").write_bytes(b"new")
        stored = (mount.point / "new").stat().st_mtime
        os.listdir(mount.point)
        assert (mount.point / "new").stat().st_mtime == stored
