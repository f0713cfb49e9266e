"""What open(2) says to each combination of flags: asked of a local directory, and then of the mount."""

import errno
import itertools
import os
from pathlib import Path

import pytest

from fixture_types import Place

pytestmark = pytest.mark.writing

ACCESS = {"O_RDONLY": os.O_RDONLY, "O_WRONLY": os.O_WRONLY, "O_RDWR": os.O_RDWR}
EXTRA = {"O_CREAT": os.O_CREAT, "O_EXCL": os.O_EXCL, "O_TRUNC": os.O_TRUNC, "O_APPEND": os.O_APPEND}
TARGETS = ("file", "missing", "folder", "missing/below", "file/below")
OLD = b"old content"


def _combinations() -> list[tuple[str, int]]:
    found = []
    for access, count in itertools.product(ACCESS, range(len(EXTRA) + 1)):
        for extra in itertools.combinations(EXTRA, count):
            flags = ACCESS[access]
            for name in extra:
                flags |= EXTRA[name]
            found.append(("|".join((access, *extra)), flags))
    return found


def _outcome(folder: Path, target: str, flags: int) -> tuple[object, ...]:
    """What happens to a fresh tree: the error, or what a write and a read say, and what is there afterwards."""
    (folder / "file").write_bytes(OLD)
    (folder / "folder").mkdir()
    said: list[object] = []
    try:
        descriptor = os.open(folder / target, flags, 0o644)
    except OSError as error:
        said.append(errno.errorcode[error.errno or 0])
    else:
        said += [_call(lambda: os.write(descriptor, b"new")), _call(lambda: os.pread(descriptor, 100, 0))]
        said.append(_call(lambda: os.close(descriptor)))
    there = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for path in folder.iterdir():
        path.rmdir() if path.is_dir() else path.unlink()
    return (*said, tuple(sorted(there.items())))


def _call(what: object) -> object:
    try:
        return what()  # type: ignore[operator]
    except OSError as error:
        return errno.errorcode[error.errno or 0]


@pytest.mark.parametrize("target", TARGETS)
def test_flags_do_what_they_do_locally(place: Place, workspace: Path, target: str) -> None:
    different = {}
    for name, flags in _combinations():
        expected, seen = _outcome(workspace, target, flags), _outcome(place.here, target, flags)
        if seen != expected:
            different[name] = (expected, seen)
    assert not different
    assert os.listdir(place.there) == []
