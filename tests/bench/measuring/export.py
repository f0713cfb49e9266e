"""The exported directory, and the files that are copied: on a tmpfs, made when a work first asks for them."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Self

MIB = 1 << 20
BIG = 1024 * MIB
SMALL = 8 * 1024
MANY = 100_000
TREE_DEPTH = 8
TREE_DIRECTORIES = 2 ** (TREE_DEPTH + 1) - 1
TREE_FILES = 4_000
PHOTOS = 500
NOTES = 100


class Export:
    """`directory` is what the server shows; `new` in it is empty whenever a measurement begins; `scratch` is for copies
    that are made on this side, `sources` for what is sent."""

    def __init__(self) -> None:
        # A path of /dev/shm is a tmpfs on every Linux: neither side waits for a disk.
        self._folder = Path(tempfile.mkdtemp(prefix="ftpfs-bench-", dir="/dev/shm"))
        self._folder.chmod(0o755)
        self.directory = self._folder / "export"
        self.new = self.directory / "new"
        self.scratch = self._folder / "scratch"
        self.sources = self._folder / "sources"
        for folder in (self.directory, self.new, self.scratch, self.sources):
            folder.mkdir()

    def clear(self) -> None:
        """Removes what the last measurement left. The folders stay: `new` belongs to the server's account."""
        for folder in (self.new, self.scratch):
            empty(folder)

    def big(self) -> Path:
        return self._once(self.directory / "big", lambda path: _file(path, BIG))

    def big_source(self) -> Path:
        return self._once(self.sources / "big", lambda path: _file(path, BIG))

    def tree(self) -> Path:
        """A binary tree of directories with the files spread evenly over them."""
        return self._once(self.directory / "tree", _tree)

    def photos(self) -> Path:
        return self._once(self.directory / "photos", lambda path: _folders(path, folders=10, files=PHOTOS // 10))

    def notes(self) -> Path:
        return self._once(self.sources / "notes", lambda path: _folders(path, folders=0, files=NOTES))

    def many(self) -> Path:
        return self._once(self.directory / "many", _many)

    @staticmethod
    def _once(path: Path, make: Callable[[Path], None]) -> Path:
        if not path.exists():
            make(path)
        return path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._folder)


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _file(path: Path, size: int) -> None:
    with path.open("wb") as file:
        for begin in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - begin)))


def _folders(path: Path, folders: int, files: int) -> None:
    """`files` small files in each of so many folders, or in `path` itself."""
    for folder in [path / f"folder{i}" for i in range(folders)] or [path]:
        folder.mkdir(parents=True)
        for i in range(files):
            _file(folder / f"file{i:03}", SMALL)


def _tree(path: Path) -> None:
    directories = [path]
    for depth in range(TREE_DEPTH):
        first = 2**depth - 1
        directories += [parent / name for parent in directories[first:] for name in ("left", "right")]
    assert len(directories) == TREE_DIRECTORIES
    for directory in directories:
        directory.mkdir()
    for i in range(TREE_FILES):
        (directories[i % TREE_DIRECTORIES] / f"file{i}").touch()


def _many(path: Path) -> None:
    path.mkdir()
    for i in range(MANY):
        (path / f"entry-{i:06}").touch()
