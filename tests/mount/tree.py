"""The directory that the servers export, with everything that a client may get wrong.

`small` has the parts by topic, each entry with a fixed time; `many` has 100,000 entries; `huge` has one sparse file of
5 GiB; `forbidden` has what the servers' account may not read. The parts `plain` and `names` work on every server
without exception, so the output of a tool run there must be the same on the mount as on the exported directory.
"""

import os
import random
import time
from pathlib import Path

MANY = 100_000
HUGE_SIZE = 64 << 30
HUGE_MARKS = {
    0: b"first bytes",
    (1 << 31) - 5: b"around 2 GiB",
    (1 << 32) - 7: b"around 4 GiB",
    (1 << 32) + 123_457: b"past 4 GiB",
    (63 << 30) + 1: b"past 63 GiB",
    HUGE_SIZE - 10: b"last bytes",
}

ODD_NAMES: tuple[bytes, ...] = (
    b" leading space",
    b"  two leading spaces",
    b"trailing space ",
    b"double  space",
    b" ",
    b"single'quote",
    b'double"quote',
    b'"',
    b"star*",
    b"*",
    b"question?",
    b"[brackets]",
    b"{braces,two}",
    b"~",
    b"~root",
    b"#hash#",
    b"-rf",
    b"--help",
    b"-",
    b"percent%",
    b"percent%41",
    b"%2F",
    b"arrow -> target",
    b"semi;colon",
    b"size=3; name",
    b"equals=sign",
    b"comma,name",
    b"$HOME `id` $(id)",
    b"a&b|c<d>e",
    b"col:on",
    b".dotfile",
    b"..two dots",
    b"...",
    b"dot.",
    b"UPPER lower",
    b"upper LOWER",
    b"12345",
    b"Jan  1 12:34 date",
    b"213 End",
    b"total 12",
    b"n" * 255,
    "進捗どうですか.jpg".encode(),
    "ünïcödé".encode(),
    "e\u0301 decomposed".encode(),
    "字".encode() * 85,
)

BACKSLASH_NAMES: tuple[bytes, ...] = (b"back\\slash", b"\\", b"\\n")

LATIN_NAMES: tuple[bytes, ...] = (b"caf\xe9", b"\xe4\xf6\xfc.txt", b"mixed \xc3\xa9 \xe9")

LINKS: dict[bytes, bytes] = {
    b"to file": b"target.txt",
    b"to directory": b"folder",
    b"up and down": b"../plain/readme.txt",
    b"arrow": b"folder/a -> b",
    b"to link": b"to file",
}
DANGLING: dict[bytes, bytes] = {b"dangling": b"no such file"}

_DAY = 86_400
_OLD = 1_563_107_696  # 2019-07-14 12:34:56 UTC
_RECENT_AGE = 3_601


def build(root: Path) -> None:
    """Fills `root`, which is empty; everything is readable by anyone, and belongs to who runs this."""
    small = root / "small"
    for part in (_plain, _names, _backslash, _latin, _links, _times, _modes):
        folder = small / part.__name__.lstrip("_")
        folder.mkdir(parents=True)
        part(folder)
    _settle(small)
    _times_settle(small / "times")
    _forbidden(root / "forbidden")
    _many(root / "many")
    _huge(root / "huge")


def write(path: bytes | Path, content: bytes, mode: int = 0o644) -> None:
    with open(path, "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)


def random_bytes(seed: str, size: int) -> bytes:
    return random.Random(seed).randbytes(size)


def _plain(folder: Path) -> None:
    write(folder / "readme.txt", b"Read this first.\nThe needle is in the second line.\n")
    write(folder / "no newline", b"needle without a line end")
    write(folder / "zero", b"")
    write(folder / "one", b"1")
    write(folder / "crlf.txt", b"one\r\ntwo\r\n\nneedle\r\n")
    write(folder / "every byte", bytes(range(256)) * 3)
    write(folder / "medium.bin", random_bytes("medium", 3_000_017))
    write(folder / "run.sh", b"#!/bin/sh\necho needle\n", 0o755)
    (folder / "parallel").mkdir()
    for number in range(8):
        write(folder / "parallel" / f"{number}.bin", random_bytes(f"parallel {number}", 700_001 + number))
    (folder / "empty").mkdir()
    (folder / "single").mkdir()
    write(folder / "single" / "only", b"the only entry\n")
    deep = folder.joinpath("a", "b", "c", "d", "e", "f")
    deep.mkdir(parents=True)
    write(deep / "deep.txt", b"a deep needle\n")
    for number in range(60):
        write(folder / "a" / f"small {number:02}.bin", random_bytes(f"small {number}", number * 997))


def _names(folder: Path) -> None:
    _fill_odd(os.fsencode(folder), ODD_NAMES)


def _backslash(folder: Path) -> None:
    _fill_odd(os.fsencode(folder), BACKSLASH_NAMES)


def _latin(folder: Path) -> None:
    _fill_odd(os.fsencode(folder), LATIN_NAMES)


def _fill_odd(folder: bytes, names: tuple[bytes, ...]) -> None:
    """A file of each name, and below `folders` a directory of each name with a file in it."""
    os.mkdir(folder + b"/folders")
    for name in names:
        write(folder + b"/" + name, b"content of " + name + b"\n")
        os.mkdir(folder + b"/folders/" + name)
        write(folder + b"/folders/" + name + b"/inner", b"inside " + name + b"\n")


def _links(folder: Path) -> None:
    write(folder / "target.txt", b"the target of links\n")
    (folder / "folder").mkdir()
    write(folder / "folder" / "inside", b"reached through a link\n")
    write(folder / "folder" / "a -> b", b"not a link\n")
    for name, target in (LINKS | DANGLING).items():
        os.symlink(target, os.fsencode(folder) + b"/" + name)


def _times(folder: Path) -> None:
    for name in _time_table():
        write(folder / name, name.encode())


def _modes(folder: Path) -> None:
    for mode in (0o444, 0o555, 0o604, 0o644, 0o664, 0o666, 0o705, 0o755, 0o777):
        write(folder / f"file {mode:04o}", b"", mode)
    for mode in (0o555, 0o755, 0o777):
        (folder / f"folder {mode:04o}").mkdir()
        os.chmod(folder / f"folder {mode:04o}", mode)


def _time_table() -> dict[str, int]:
    now = int(time.time())
    return {
        "this minute": now - 5,
        "minutes ago": now - 7 * 60,
        "hours ago": now - 11 * 3_600,
        "yesterday": now - _DAY - 77,
        "weeks ago": now - 40 * _DAY - 3_333,
        "months ago": now - 120 * _DAY - 4_444,
        "ten months ago": now - 300 * _DAY,
        "years ago": now - 3 * 365 * _DAY,
        "leap day 2016": 1_456_790_399,  # 2016-02-29 23:59:59
        "new year 2000": 946_684_800,
        "last second of 1999": 946_684_799,
        "1985": 490_000_000,
        "1970": 3 * _DAY + 5,
    }


def _times_settle(folder: Path) -> None:
    for name, stamp in _time_table().items():
        os.utime(folder / name, (stamp, stamp))


def _settle(top: Path) -> None:
    """Gives every entry a time of its own, alternately of years ago and of today, from the leaves up."""
    recent = int(time.time()) - _RECENT_AGE
    paths = [
        os.path.join(folder, name)
        for folder, folders, files in os.walk(os.fsencode(top), topdown=False)
        for name in sorted(files + folders)
    ]
    for number, path in enumerate(paths):
        stamp = recent - 61 * number if number % 2 else _OLD + 86_411 * number
        os.utime(path, (stamp, stamp), follow_symlinks=False)


def _forbidden(folder: Path) -> None:
    folder.mkdir()
    write(folder / "secret", b"not for you", 0o600)
    (folder / "closed").mkdir(0o700)


def _many(folder: Path) -> None:
    folder.mkdir()
    for number in range(MANY):
        os.close(os.open(f"{folder}/entry-{number:06}", os.O_CREAT | os.O_WRONLY, 0o644))
    os.truncate(folder / f"entry-{MANY - 1:06}", 77)


def _huge(folder: Path) -> None:
    folder.mkdir()
    with open(folder / "sparse.bin", "wb") as file:
        file.truncate(HUGE_SIZE)
        for offset, mark in HUGE_MARKS.items():
            file.seek(offset)
            file.write(mark)
