"""Names, kinds, sizes, times, modes, contents and link targets are those of the exported directory."""

import os
import stat
from pathlib import Path

import pytest

from limits import Limits
from mount import Mount
from snapshot import Tree, assert_same, below, exported, same_time, scan
from tree import DANGLING, LINKS

pytestmark = pytest.mark.reading


@pytest.fixture(scope="module")
def expected(export: Path, limits: Limits) -> Tree:
    return exported(export / "small", limits)


@pytest.fixture(scope="module")
def found(shared_mount: Mount, limits: Limits) -> Tree:
    return scan(shared_mount.point / "small", hidden=limits.hidden, unreadable=limits.unreadable)


@pytest.mark.parametrize("part", ["plain", "names", "backslash", "latin", "links", "times", "modes"])
def test_part_is_the_same(expected: Tree, found: Tree, limits: Limits, part: str) -> None:
    name = part.encode()
    assert_same(below(expected, name), below(found, name), limits)


def test_nothing_else_is_there(expected: Tree, found: Tree, limits: Limits) -> None:
    assert_same(expected, found, limits, ignore={"mode", "mtime", "content"})


def test_top_has_its_directories(mounted: Mount) -> None:
    assert sorted(os.listdir(mounted.point)) == ["forbidden", "huge", "many", "small"]


def test_empty_directory(mounted: Mount) -> None:
    assert os.listdir(mounted.point / "small" / "plain" / "empty") == []


def test_directory_with_one_entry(mounted: Mount) -> None:
    assert os.listdir(mounted.point / "small" / "plain" / "single") == ["only"]


def test_each_name_is_found_without_a_listing_first(mounted: Mount, export: Path, limits: Limits) -> None:
    """Opens by name at once, in directories that nobody has listed through this mount's path yet."""
    for name in os.listdir(os.fsencode(export / "small" / "names" / "folders")):
        inner = os.path.join(os.fsencode(mounted.point), b"small/names/folders", name, b"inner")
        with open(inner, "rb") as file:
            assert file.read() == b"inside " + name + b"\n"


def test_links_show_their_target(mounted: Mount, limits: Limits) -> None:
    folder = os.fsencode(mounted.point / "small" / "links")
    for name, target in (LINKS | DANGLING).items():
        path = folder + b"/" + name
        if b"links/" + name in limits.hidden:
            continue
        if limits.follows_links:
            assert not os.path.islink(path)
        else:
            assert os.readlink(path) == target
            assert os.lstat(path).st_size == len(target)


def test_links_lead_where_they_point(mounted: Mount) -> None:
    folder = mounted.point / "small" / "links"
    assert (folder / "to file").read_bytes() == b"the target of links\n"
    assert (folder / "to link").read_bytes() == b"the target of links\n"
    assert (folder / "to directory" / "inside").read_bytes() == b"reached through a link\n"
    assert (folder / "arrow").read_bytes() == b"not a link\n"
    assert (folder / "up and down").read_bytes().startswith(b"Read this first.")


def test_times_are_as_exact_as_the_server_tells(mounted: Mount, export: Path, limits: Limits) -> None:
    for name in os.listdir(export / "small" / "times"):
        exact = int((export / "small" / "times" / name).stat().st_mtime)
        shown = (mounted.point / "small" / "times" / name).stat().st_mtime
        assert same_time(exact, int(shown), limits), (name, exact, shown)


def test_inode_numbers_are_distinct_and_stay(mounted: Mount) -> None:
    folder = mounted.point / "small" / "plain" / "a"
    first = {entry.name: entry.inode() for entry in os.scandir(folder)}
    second = {name: (folder / name).lstat().st_ino for name in first}
    assert first == second
    assert len(set(first.values())) == len(first)


def test_the_top_is_a_directory(mounted: Mount) -> None:
    status = mounted.point.stat()
    assert stat.S_ISDIR(status.st_mode)
    assert status.st_nlink >= 1
