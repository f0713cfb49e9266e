"""Ordinary programs give on the mount what they give on the exported directory."""

import re
import subprocess
from pathlib import Path

import pytest

from limits import Limits
from mount import Mount
from snapshot import Tree, assert_same, exported, same_time, scan
from tools import output, sorted_lines

pytestmark = pytest.mark.reading

PARTS = ["plain", "names"]
"""These have no limits on any server."""

_LINE = re.compile(rb"(?P<mode>[-dl]\S{9})\S? +\d+ +\S+ +\S+ +(?P<size>\d+) +(?P<time>\d+) (?P<name>.*)")


@pytest.fixture(params=PARTS)
def pair(request: pytest.FixtureRequest, export: Path, mounted: Mount) -> tuple[Path, Path]:
    """The same directory, exported and mounted."""
    return export / "small" / request.param, mounted.point / "small" / request.param


def _listing(folder: Path) -> dict[bytes, tuple[bytes, int, int]]:
    """`ls -la` of one directory: mode, size (0 for directories) and time by name."""
    found = {}
    for line in output("ls", "-la", "--quoting-style=c", "--time-style=+%s", folder).splitlines()[1:]:
        match = _LINE.fullmatch(line)
        assert match, line
        size = 0 if match["mode"].startswith(b"d") else int(match["size"])
        found[match["name"]] = (match["mode"], size, int(match["time"]))
    return found


def test_ls_la(pair: tuple[Path, Path], limits: Limits) -> None:
    local, remote = map(_listing, pair)
    assert local.keys() == remote.keys()
    assert {b'"."', b'".."'} <= remote.keys()
    for name, (mode, size, exact) in local.items():
        if name == b'".."':
            continue
        assert remote[name][:2] == (mode, size), name
        assert same_time(exact, remote[name][2], limits), name


def test_ls_of_each_name(pair: tuple[Path, Path]) -> None:
    command = ["find", ".", "-exec", "ls", "-d", "--quoting-style=c", "{}", "+"]
    local, remote = pair
    assert sorted_lines(*command, cwd=remote) == sorted_lines(*command, cwd=local)


def test_find(pair: tuple[Path, Path]) -> None:
    local, remote = pair
    for command in (
        ["find", ".", "-printf", "%y %m %d %P\\0"],
        ["find", ".", "-type", "f", "-printf", "%s %P\\0"],
        ["find", ".", "-type", "f", "-size", "+10k", "-print0"],
        ["find", ".", "-name", "*e*", "-print0"],
        ["find", ".", "-empty", "-print0"],
    ):
        assert sorted(output(*command, cwd=remote).split(b"\0")) == sorted(output(*command, cwd=local).split(b"\0"))


def test_stat(pair: tuple[Path, Path]) -> None:
    command = ["find", ".", "-type", "f", "-exec", "stat", "-c", "%F %A %s %n", "{}", "+"]
    local, remote = pair
    assert sorted_lines(*command, cwd=remote) == sorted_lines(*command, cwd=local)


def test_du(pair: tuple[Path, Path]) -> None:
    """The lines of files; sizes of directories belong to each file system."""
    files, usage = ["find", ".", "-type", "f", "-printf", "%p\\0"], ["du", "-0", "-a", "--apparent-size", "-B1", "."]
    local, remote = pair
    names = set(output(*files, cwd=local).split(b"\0"))

    def sizes(folder: Path) -> dict[bytes, bytes]:
        lines = [line.split(b"\t", 1) for line in output(*usage, cwd=folder).split(b"\0") if line]
        return {name: size for size, name in lines if name in names}

    assert sizes(remote) == sizes(local)


def test_du_counts_blocks_of_files(mounted: Mount) -> None:
    file = mounted.point / "small" / "plain" / "medium.bin"
    kibibytes = int(output("du", "-k", file).split()[0])
    assert 2930 <= kibibytes <= 2940


def test_cat(pair: tuple[Path, Path]) -> None:
    local, remote = pair
    names = sorted(output("find", ".", "-type", "f", "-print0", cwd=local).split(b"\0")[:-1])
    assert output("cat", *names, cwd=remote) == output("cat", *names, cwd=local)


def test_sha256sum(pair: tuple[Path, Path]) -> None:
    command = ["find", ".", "-type", "f", "-exec", "sha256sum", "{}", "+"]
    local, remote = pair
    assert sorted_lines(*command, cwd=remote) == sorted_lines(*command, cwd=local)


def test_grep(pair: tuple[Path, Path]) -> None:
    local, remote = pair
    for option in ("--text", "--files-with-matches", "--count"):
        command = ["grep", "-r", option, "-e", "n", "."]
        assert sorted_lines(*command, cwd=remote) == sorted_lines(*command, cwd=local)


def test_wc_and_cmp(export: Path, mounted: Mount) -> None:
    local, remote = export / "small" / "plain", mounted.point / "small" / "plain"
    assert output("wc", "medium.bin", "crlf.txt", "zero", cwd=remote) == output(
        "wc", "medium.bin", "crlf.txt", "zero", cwd=local
    )
    output("cmp", local / "medium.bin", remote / "medium.bin")


def test_diff(pair: tuple[Path, Path]) -> None:
    local, remote = pair
    assert output("diff", "-r", local, remote) == b""


@pytest.mark.parametrize(
    ("command", "ignore"),
    [
        ("cp -r {source} {target}", {"mode", "mtime"}),
        ("cp -a {source} {target}", set()),
        ("tar cf - -C {source} . | tar xpf - -C {target}", set()),
        ("rsync -a {source}/ {target}/", set()),
    ],
    ids=["cp -r", "cp -a", "tar", "rsync"],
)
def test_copy(pair: tuple[Path, Path], limits: Limits, workspace: Path, command: str, ignore: set[str]) -> None:
    local, remote = pair
    target = workspace / "copy"
    if not command.startswith("cp"):
        target.mkdir()
    line = command.format(source=remote, target=target)
    done = subprocess.run(["bash", "-o", "pipefail", "-c", line], capture_output=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    expected: Tree = exported(local, limits)
    assert_same(expected, scan(target), limits, ignore)


def test_second_rsync_transfers_nothing(pair: tuple[Path, Path], workspace: Path) -> None:
    _, remote = pair
    output("rsync", "-a", f"{remote}/", workspace / "copy")
    assert output("rsync", "-a", "--itemize-changes", f"{remote}/", workspace / "copy") == b""
