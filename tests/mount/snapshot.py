"""A directory tree as a value, and the comparison of what a mount shows with what the server exports."""

import hashlib
import os
import stat
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from limits import Limits

_HALF_A_YEAR = 180 * 86_400


@dataclass(frozen=True)
class Entry:
    kind: str
    """`file`, `directory` or `link`."""
    size: int | None
    """Nothing for directories: no two file systems agree on it."""
    mode: int
    mtime: int
    content: bytes | None
    """The digest of a file, if it was to be read; the target of a link."""


Tree = dict[bytes, Entry]
"""By path relative to the top, which is not in it."""


def scan(
    top: os.PathLike[str], follow: bool = False, hidden: Collection[bytes] = (), unreadable: Collection[bytes] = ()
) -> Tree:
    """Everything below `top`, except what is at or below a `hidden` path. With `follow`, links are taken as what they
    lead to. What is `unreadable` is neither opened nor entered."""
    root = os.fsencode(top)
    return {
        path: _entry(os.path.join(root, path), follow, readable=path not in unreadable)
        for path in _walk(root, follow, hidden, unreadable)
    }


def exported(top: os.PathLike[str], limits: Limits) -> Tree:
    """What a mount has to show of this exported directory."""
    return scan(top, limits.follows_links, limits.hidden, limits.unreadable)


def below(tree: Tree, part: bytes) -> Tree:
    """The entries below one directory of the tree, by their path in it."""
    return {path.removeprefix(part + b"/"): entry for path, entry in tree.items() if path.startswith(part + b"/")}


def assert_same(expected: Tree, found: Tree, limits: Limits, ignore: Collection[str] = ()) -> None:
    """The trees are the same as far as the server can tell. `ignore` names fields of `Entry`."""
    words = _differences(expected, found, limits, ignore)
    assert not words, "\n".join(words[:50])


def same_time(exact: int, shown: int, limits: Limits, is_link: bool = False) -> bool:
    """Whether a server with these limits may show this time for the exact one."""
    if shown == exact:
        return True
    step = 60 if time.time() - exact < _HALF_A_YEAR else 86_400
    is_listed = limits.listed_times or (is_link and limits.listed_links)
    return is_listed and shown == exact - exact % step


def _differences(expected: Tree, found: Tree, limits: Limits, ignore: Collection[str]) -> list[str]:
    words = [f"missing: {path!r}" for path in expected.keys() - found.keys()]
    words += [f"unexpected: {path!r}" for path in found.keys() - expected.keys()]
    for path in expected.keys() & found.keys():
        one, other = expected[path], found[path]
        for field in ("kind", "size", "mode", "mtime", "content"):
            if field not in ignore and not _agree(field, one, other, limits):
                words.append(f"{field} of {path!r}: {getattr(one, field)!r} expected, {getattr(other, field)!r} found")
    return sorted(words)


def _agree(field: str, one: Entry, other: Entry, limits: Limits) -> bool:
    if field == "mtime":
        return same_time(one.mtime, other.mtime, limits, one.kind == "link")
    return bool(getattr(one, field) == getattr(other, field))


def _walk(root: bytes, follow: bool, hidden: Collection[bytes], closed: Collection[bytes]) -> Iterator[bytes]:
    for folder, folders, files in os.walk(root, onerror=_raise, followlinks=follow):
        inside = os.path.relpath(folder, root) + b"/" if folder != root else b""
        yield from (inside + name for name in folders + files if inside + name not in hidden)
        folders[:] = [name for name in folders if inside + name not in hidden and inside + name not in closed]


def _raise(error: OSError) -> None:
    raise error


def _entry(path: bytes, follow: bool, readable: bool) -> Entry:
    status = os.stat(path, follow_symlinks=follow)
    mode, mtime = stat.S_IMODE(status.st_mode), int(status.st_mtime)
    if stat.S_ISDIR(status.st_mode):
        return Entry("directory", None, mode, mtime, None)
    if stat.S_ISLNK(status.st_mode):
        return Entry("link", status.st_size, mode, mtime, os.readlink(path))
    assert stat.S_ISREG(status.st_mode), path
    return Entry("file", status.st_size, mode, mtime, _digest(path) if readable else None)


def _digest(path: bytes) -> bytes:
    """Or, in the same place, what keeps the file from being read: one bad file is no reason to see nothing of the rest."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return os.fsencode(os.strerror(error.errno or 0))
