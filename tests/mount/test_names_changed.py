"""Names that are made, moved and removed, with the errors a local file system gives."""

import ctypes
import errno
import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from fixture_types import Place
from mount import Mount, poll
from tools import output

pytestmark = pytest.mark.writing

_LIBC = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD = -100
NOREPLACE, EXCHANGE = 1, 2


def _rename(old: Path, new: Path, flags: int) -> None:
    if _LIBC.renameat2(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), flags) != 0:
        raise OSError(ctypes.get_errno(), "renameat2", old, None, new)


def _error(what: Callable[[], object]) -> str:
    try:
        what()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return "fine"


@pytest.fixture
def tree(place: Place) -> Place:
    (place.here / "one").write_bytes(b"one")
    (place.here / "two").write_bytes(b"two")
    (place.here / "empty").mkdir()
    (place.here / "full").mkdir()
    (place.here / "full" / "inner").write_bytes(b"inner")
    return place


def test_rename_replaces_a_file(tree: Place) -> None:
    (tree.here / "one").rename(tree.here / "two")
    assert (tree.here / "two").read_bytes() == (tree.there / "two").read_bytes() == b"one"
    assert sorted(os.listdir(tree.here)) == sorted(os.listdir(tree.there)) == ["empty", "full", "two"]


def test_rename_moves_a_directory(tree: Place) -> None:
    (tree.here / "full").rename(tree.here / "moved")
    assert (tree.here / "moved" / "inner").read_bytes() == b"inner"
    assert (tree.there / "moved" / "inner").read_bytes() == b"inner"
    (tree.here / "moved").rename(tree.here / "empty")
    assert sorted(os.listdir(tree.there)) == ["empty", "one", "two"]
    (tree.here / "empty" / "later").write_bytes(b"later")
    assert (tree.there / "empty" / "later").read_bytes() == b"later"


def test_rename_is_refused_as_it_is_locally(tree: Place, workspace: Path) -> None:
    local = workspace / "local"
    output("cp", "-r", tree.there, local)
    cases: dict[str, Callable[[Path], object]] = {
        "directory over a full one": lambda top: (top / "empty").rename(top / "full"),
        "directory over a file": lambda top: (top / "empty").rename(top / "one"),
        "file over a directory": lambda top: (top / "one").rename(top / "empty"),
        "directory into itself": lambda top: (top / "full").rename(top / "full" / "below"),
        "missing": lambda top: (top / "nothing").rename(top / "new"),
        "into a missing directory": lambda top: (top / "one").rename(top / "nothing" / "one"),
        "onto itself": lambda top: (top / "one").rename(top / "one"),
        "no replacing": lambda top: _rename(top / "one", top / "two", NOREPLACE),
        "rmdir of a full one": lambda top: (top / "full").rmdir(),
        "rmdir of a file": lambda top: (top / "one").rmdir(),
        "rmdir of nothing": lambda top: (top / "nothing").rmdir(),
        "unlink of a directory": lambda top: (top / "empty").unlink(),
        "unlink of nothing": lambda top: (top / "nothing").unlink(),
        "mkdir over a file": lambda top: (top / "one").mkdir(),
        "mkdir over a directory": lambda top: (top / "empty").mkdir(),
        "mkdir in nothing": lambda top: (top / "nothing" / "new").mkdir(),
        "create in nothing": lambda top: (top / "nothing" / "new").write_bytes(b""),
        "create in a file": lambda top: (top / "one" / "new").write_bytes(b""),
    }
    assert {name: _error(lambda: what(tree.here)) for name, what in cases.items()} == {
        name: _error(lambda: what(local)) for name, what in cases.items()
    }
    output("diff", "-r", local, tree.there)


def test_rename_without_replacing(tree: Place) -> None:
    _rename(tree.here / "one", tree.here / "new", NOREPLACE)
    assert (tree.there / "new").read_bytes() == b"one"
    assert _error(lambda: _rename(tree.here / "new", tree.here / "two", EXCHANGE)) == "EINVAL"
    assert (tree.there / "two").read_bytes() == b"two"


def test_what_ftp_has_no_command_for(tree: Place) -> None:
    assert _error(lambda: os.link(tree.here / "one", tree.here / "hard")) == "EPERM"
    assert _error(lambda: os.mkfifo(tree.here / "fifo")) == "EPERM"
    assert _error(lambda: os.setxattr(tree.here / "one", "user.test", b"x")) == "ENOTSUP"
    assert _error(lambda: (tree.here / "line\nbreak").write_bytes(b"")) == "EINVAL"
    assert sorted(os.listdir(tree.there)) == ["empty", "full", "one", "two"]


def test_an_open_file_is_renamed(tree: Place) -> None:
    with (tree.here / "writing").open("wb", buffering=0) as file:
        file.write(b"before, ")
        (tree.here / "writing").rename(tree.here / "renamed")
        file.write(b"after")
    assert (tree.there / "renamed").read_bytes() == b"before, after"
    with (tree.here / "renamed").open("rb") as file:
        (tree.here / "renamed").rename(tree.here / "full" / "again")
        assert file.read() == b"before, after"
    assert not (tree.there / "writing").exists()


def test_an_open_file_is_removed(tree: Place) -> None:
    with (tree.here / "temporary").open("w+b", buffering=0) as file:
        (tree.here / "temporary").unlink()
        file.write(b"kept as long as it is open")
        file.seek(0)
        assert file.read() == b"kept as long as it is open"
        assert os.fstat(file.fileno()).st_nlink == 0
    assert sorted(os.listdir(tree.there)) == ["empty", "full", "one", "two"]


def test_locks_hold_among_the_programs_of_this_machine(tree: Place) -> None:
    file = tree.here / "one"
    with file.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert subprocess.run(["flock", "--nonblock", file, "true"], check=False).returncode == 1
        fcntl.flock(held, fcntl.LOCK_UN)
        assert subprocess.run(["flock", "--nonblock", file, "true"], check=False).returncode == 0


def test_changes_are_seen_on_a_second_mount(tree: Place, second_mount: Mount) -> None:
    """Within the time to live, here of a second."""
    there = second_mount.point / tree.here.name
    assert sorted(os.listdir(there)) == ["empty", "full", "one", "two"]
    (tree.here / "one").unlink()
    (tree.here / "two").write_bytes(b"changed")
    assert poll(lambda: sorted(os.listdir(there)) == ["empty", "full", "two"], 5)
    assert poll(lambda: (there / "two").read_bytes() == b"changed", 5)
