"""What can't be done gets the error number that programs know how to handle."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mount import Mount
from tools import output

pytestmark = pytest.mark.reading

WRITES: dict[str, Callable[[Path], object]] = {
    "open for writing": lambda top: os.open(top / "readme.txt", os.O_WRONLY),
    "open for both": lambda top: os.open(top / "readme.txt", os.O_RDWR),
    "append": lambda top: os.open(top / "readme.txt", os.O_WRONLY | os.O_APPEND),
    "create": lambda top: os.open(top / "new", os.O_WRONLY | os.O_CREAT),
    "truncate": lambda top: os.truncate(top / "readme.txt", 0),
    "mkdir": lambda top: os.mkdir(top / "new"),
    "mkfifo": lambda top: os.mkfifo(top / "new"),
    "unlink": lambda top: os.unlink(top / "readme.txt"),
    "rmdir": lambda top: os.rmdir(top / "empty"),
    "rename": lambda top: os.rename(top / "readme.txt", top / "new"),
    "symlink": lambda top: os.symlink("readme.txt", top / "new"),
    "link": lambda top: os.link(top / "readme.txt", top / "new"),
    "chmod": lambda top: os.chmod(top / "readme.txt", 0o600),
    "chown": lambda top: os.chown(top / "readme.txt", os.geteuid(), os.getegid()),
    "utime": lambda top: os.utime(top / "readme.txt", (1, 1)),
    "setxattr": lambda top: os.setxattr(top / "readme.txt", "user.test", b"x"),
}


@pytest.mark.parametrize("name", WRITES)
def test_writes_meet_a_read_only_file_system(mounted: Mount, name: str) -> None:
    with pytest.raises(OSError) as caught:
        WRITES[name](mounted.point / "small" / "plain")
    assert caught.value.errno == errno.EROFS, caught.value


def test_nothing_was_written(mounted: Mount, export: Path) -> None:
    assert sorted(os.listdir(mounted.point / "small" / "plain")) == sorted(os.listdir(export / "small" / "plain"))


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("small/plain/nothing", errno.ENOENT),
        ("small/nothing/nothing", errno.ENOENT),
        ("small/plain/readme.txt/below", errno.ENOTDIR),
        ("small/names/*", 0),
        ("small/names/star", errno.ENOENT),
    ],
)
def test_stat(mounted: Mount, path: str, number: int) -> None:
    seen = 0
    try:
        os.stat(mounted.point / path)
    except OSError as error:
        seen = error.errno or -1
    assert seen == number


def test_a_name_that_is_too_long(mounted: Mount) -> None:
    """A server may have names longer than 255 bytes, so the mount may also ask and find none."""
    with pytest.raises(OSError) as caught:
        os.stat(mounted.point / "small" / ("n" * 256))
    assert caught.value.errno in (errno.ENAMETOOLONG, errno.ENOENT)


def test_a_directory_is_not_read_as_a_file(mounted: Mount) -> None:
    descriptor = os.open(mounted.point / "small", os.O_RDONLY)
    with pytest.raises(IsADirectoryError):
        os.read(descriptor, 10)
    os.close(descriptor)


def test_a_file_is_not_listed(mounted: Mount) -> None:
    with pytest.raises(NotADirectoryError):
        os.listdir(mounted.point / "small" / "plain" / "readme.txt")


@pytest.mark.skipif(os.geteuid() != 0, reason="the servers then run as the owner of the files, who may read them")
def test_what_the_account_may_not_read(mounted: Mount) -> None:
    assert (mounted.point / "forbidden" / "secret").stat().st_size == len(b"not for you")
    with pytest.raises(PermissionError):
        (mounted.point / "forbidden" / "secret").read_bytes()
    with pytest.raises(PermissionError):
        os.listdir(mounted.point / "forbidden" / "closed")


def test_statfs(mounted: Mount) -> None:
    numbers = os.statvfs(mounted.point)
    assert numbers.f_namemax >= 255
    assert numbers.f_bsize > 0
    assert str(mounted.point).encode() in output("df", mounted.point)


def test_unknown_attributes(mounted: Mount) -> None:
    file = mounted.point / "small" / "plain" / "readme.txt"
    with pytest.raises(OSError) as caught:
        os.getxattr(file, "user.unknown")
    assert caught.value.errno in (errno.ENODATA, errno.ENOTSUP)
    assert os.listxattr(file) == []


def test_access(mounted: Mount) -> None:
    folder = mounted.point / "small" / "plain"
    assert os.access(folder / "readme.txt", os.R_OK)
    assert not os.access(folder / "readme.txt", os.W_OK)
    assert not os.access(folder / "nothing", os.F_OK)
