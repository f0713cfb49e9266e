"""Random programs of operations on the mount, each step compared with the same step on a local directory.

The programs are the same in every run. `FTPFS_SEED=N` runs forty others, from seed N on.
"""

import errno
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from fixture_types import Place
from tree import random_bytes

pytestmark = pytest.mark.writing

PROGRAMS = 40
STEPS = 60
FIRST = int(os.environ.get("FTPFS_SEED", "20261127"))
NAMES = ("a", "b c", "d", "d/e", "d/f f", "d/g", "d/g/h", "new")


class Program:
    """One sequence of operations, played on a directory: all choices come from the seed, none from what it met."""

    def __init__(self, seed: int, top: Path) -> None:
        self.top = top
        self.random = random.Random(seed)
        self.open: list[int] = []
        (top / "d" / "g").mkdir(parents=True)
        for name, size in {"a": 10, "b c": 100_000, "d/e": 3_000, "d/g/h": 1}.items():
            (top / name).write_bytes(random_bytes(name, size))

    def step(self) -> tuple[str, object]:
        """What was done, and what came of it."""
        actions: list[Callable[[], tuple[str, object]]] = [
            *[self._open] * 4,
            *[self._write] * 5,
            *[self._read] * 4,
            self._close,
            self._truncate,
            self._fsync,
            self._store,
            *[self._rename] * 2,
            self._unlink,
            self._mkdir,
            self._rmdir,
            self._list,
            self._stat,
        ]
        return self.random.choice(actions)()

    def finish(self) -> dict[str, object]:
        """Closes everything and tells what is there."""
        while self.open:
            os.close(self.open.pop())
        found: dict[str, object] = {}
        for folder, folders, files in os.walk(self.top):
            for name in folders:
                found[os.path.relpath(os.path.join(folder, name), self.top)] = None
            for name in files:
                path = os.path.join(folder, name)
                found[os.path.relpath(path, self.top)] = Path(path).read_bytes()
        return found

    def _name(self) -> str:
        return self.random.choice(NAMES)

    def _attempt(self, told: str, what: Callable[[], object]) -> tuple[str, object]:
        try:
            return told, what()
        except OSError as error:
            return told, errno.errorcode[error.errno or 0]

    def _open(self) -> tuple[str, object]:
        name = self._name()
        flags = self.random.choice((os.O_RDONLY, os.O_WRONLY, os.O_RDWR))
        flags |= self.random.choice((0, os.O_CREAT, os.O_CREAT, os.O_CREAT | os.O_EXCL))
        flags |= self.random.choice((0, 0, os.O_APPEND))
        # Local file systems let O_TRUNC of a descriptor that only reads empty the file; so nobody asks for it.
        flags |= self.random.choice((0, 0, os.O_TRUNC)) if flags & (os.O_WRONLY | os.O_RDWR) else 0

        def act() -> str:
            self.open.append(os.open(self.top / name, flags, 0o644))
            return "opened"

        return self._attempt(f"open {name} {flags:o}", act)

    def _any_open(self) -> int | None:
        place = self.random.randrange(1000)
        return self.open[place % len(self.open)] if self.open else None

    def _write(self) -> tuple[str, object]:
        descriptor, offset = self._any_open(), self.random.randrange(40_000)
        data = random_bytes(str(offset), self.random.choice((1, 700, 5_000, 150_000)))
        at_end = self.random.random() < 0.5
        if descriptor is None:
            return "write nowhere", None

        def act() -> int:
            place = os.fstat(descriptor).st_size if at_end else offset
            return os.pwrite(descriptor, data, place)

        return self._attempt(f"write {len(data)} at {'the end' if at_end else offset}", act)

    def _read(self) -> tuple[str, object]:
        descriptor, offset = self._any_open(), self.random.randrange(50_000)
        if descriptor is None:
            return "read nowhere", None
        told = f"read at {offset}"
        if os.fstat(descriptor).st_nlink == 0:
            # "bytes that are not cached" of a file without a name are gone.
            return told + " of a removed file", self._attempt(told, lambda: os.pread(descriptor, 30_000, offset))[1]
        return self._attempt(told, lambda: os.pread(descriptor, 30_000, offset))

    def _close(self) -> tuple[str, object]:
        if not self.open:
            return "close nothing", None
        place = self.random.randrange(1000) % len(self.open)
        return self._attempt("close", lambda: os.close(self.open.pop(place)))

    def _fsync(self) -> tuple[str, object]:
        descriptor = self._any_open()
        return self._attempt("fsync", lambda: descriptor is not None and os.fsync(descriptor))

    def _truncate(self) -> tuple[str, object]:
        name, size = self._name(), self.random.choice((0, 10, 3_000, 60_000))
        return self._attempt(f"truncate {name} {size}", lambda: os.truncate(self.top / name, size))

    def _store(self) -> tuple[str, object]:
        name, size = self._name(), self.random.choice((0, 20, 200_000))
        return self._attempt(f"store {name} {size}", lambda: (self.top / name).write_bytes(random_bytes(name, size)))

    def _rename(self) -> tuple[str, object]:
        old, new = self._name(), self._name()
        return self._attempt(f"rename {old} {new}", lambda: os.rename(self.top / old, self.top / new))

    def _unlink(self) -> tuple[str, object]:
        name = self._name()
        return self._attempt(f"unlink {name}", lambda: os.unlink(self.top / name))

    def _mkdir(self) -> tuple[str, object]:
        name = self._name()
        return self._attempt(f"mkdir {name}", lambda: os.mkdir(self.top / name))

    def _rmdir(self) -> tuple[str, object]:
        name = self._name()
        return self._attempt(f"rmdir {name}", lambda: os.rmdir(self.top / name))

    def _list(self) -> tuple[str, object]:
        name = self.random.choice((".", "d", "d/g"))
        return self._attempt(f"list {name}", lambda: sorted(os.listdir(self.top / name)))

    def _stat(self) -> tuple[str, object]:
        name = self._name()

        def act() -> tuple[bool, int]:
            status = os.stat(self.top / name)
            is_directory = (status.st_mode & 0o40000) != 0
            return is_directory, 0 if is_directory else status.st_size

        return self._attempt(f"stat {name}", act)


@pytest.mark.parametrize("number", range(PROGRAMS))
def test_random_programs(place: Place, workspace: Path, number: int) -> None:
    seed = FIRST + number
    local, remote = Program(seed, workspace), Program(seed, place.here)
    history: list[str] = []
    try:
        for _ in range(STEPS):
            told, expected = local.step()
            _, seen = remote.step()
            history.append(f"{told}: {_short(expected)}")
            if told.endswith("of a removed file") and _is_all_that_is_left(seen, expected):
                continue
            assert seen == expected, f"FTPFS_SEED={seed}, after:\n" + "\n".join(history)
        expected_tree, seen_tree = local.finish(), remote.finish()
        assert seen_tree == expected_tree, f"FTPFS_SEED={seed}, after:\n" + "\n".join(history)
        remote.top = place.there
        assert remote.finish() == expected_tree, f"FTPFS_SEED={seed}, on the server, after:\n" + "\n".join(history)
    finally:
        for descriptor in local.open + remote.open:
            os.close(descriptor)


def _is_all_that_is_left(seen: object, expected: object) -> bool:
    """ESTALE, or fewer bytes where the kernel has dropped the pages behind them: then the next read gets ESTALE."""
    if seen == "ESTALE":
        return True
    return isinstance(seen, bytes) and isinstance(expected, bytes) and seen != b"" and expected.startswith(seen)


def _short(outcome: object) -> str:
    return f"{len(outcome)} bytes" if isinstance(outcome, bytes) else str(outcome)
