"""A directory of 100,000 entries is complete, and usable."""

import os
import resource
from pathlib import Path

import pytest

from fixture_types import StartMount, StartServer
from mount import Mount
from servers import SERVERS
from tools import output
from tree import MANY

pytestmark = pytest.mark.reading


def test_every_entry_is_listed_once(mounted: Mount) -> None:
    names = output("ls", "-f", mounted.point / "many").split()
    assert len(names) == MANY + 2
    assert set(names) == {b".", b".."} | {b"entry-%06d" % number for number in range(MANY)}


def test_ls_l(mounted: Mount) -> None:
    lines = output("ls", "-l", mounted.point / "many").splitlines()[1:]
    assert len(lines) == MANY
    sizes = [line.split()[4] for line in lines]
    assert sizes == [b"0"] * (MANY - 1) + [b"77"]


def test_find(mounted: Mount) -> None:
    assert output("find", mounted.point / "many", "-type", "f", "-size", "-2", "-printf", "x").count(b"x") == MANY


def test_one_name_in_it(mounted: Mount) -> None:
    assert (mounted.point / "many" / "entry-099999").stat().st_size == 77
    assert (mounted.point / "many" / "entry-050000").read_bytes() == b""
    assert not os.path.exists(mounted.point / "many" / "entry-100000")


@pytest.fixture
def vsftpd_mount(start_server: StartServer, start_mount: StartMount, export: Path) -> Mount:
    if os.geteuid() != 0:
        pytest.skip("vsftpd switches to its account's user, which takes root")
    return start_mount(start_server(SERVERS["vsftpd"], export).url)


def test_ten_thousand_open_files(vsftpd_mount: Mount) -> None:
    """Each is a handle of its own, and can still be read at the end."""
    handles = 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (handles + 1000, max(hard, handles + 1000)))
    descriptors: list[int] = []
    try:
        for number in range(MANY - handles, MANY):
            descriptors.append(os.open(vsftpd_mount.point / "many" / f"entry-{number:06d}", os.O_RDONLY))
        assert len(os.read(descriptors[-1], 100)) == 77
        assert os.read(descriptors[0], 100) == b""
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (vsftpd_mount.point / "many" / "entry-099999").stat().st_size == 77
