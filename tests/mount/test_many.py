"""A directory of 100,000 entries is complete, and usable."""

import os

import pytest

from mount import Mount
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
