"""Times of servers that live in another zone."""

import os
import time
from pathlib import Path

import pytest

from fixture_types import StartMount
from mount import Mount, poll
from servers import Server, Vsftpd

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


def test_opening_a_file_tells_the_second(workspace: Path, start_mount: StartMount) -> None:
    there = export(workspace / "export")
    beginning = int(there.stat().st_mtime) // 60 * 60
    os.utime(there, (beginning + 41, beginning + 41))
    with Vsftpd(there.parent) as server:
        mount = start_mount(server.url, {"attr_ttl": 0, "dir_ttl": 0})
        here = mount.point / there.name
        assert here.stat().st_mtime == beginning
        assert here.read_bytes() == b"x"
        assert here.stat().st_mtime == beginning + 41
        assert os.listdir(mount.point) == [there.name]
        assert here.stat().st_mtime == beginning + 41
