"""Names in other charsets than UTF-8: listed, read, written and renamed, byte for byte on the server's disk."""

import errno
import os
from pathlib import Path

import pytest

from fixture_types import StartMount
from mount import Mount, poll, run_ftpfs
from servers import Server
from tools import output

pytestmark = pytest.mark.writing

NAME = "進捗どうですか.jpg"
CHARSETS = ("UTF-8", "CP932", "EUC-JP")
BYTES = {"UTF-8": "utf-8", "CP932": "cp932", "EUC-JP": "euc-jp"}
"""Python's names of the charsets."""


@pytest.fixture
def disk(server_type: type[Server], workspace: Path) -> Path:
    """What the server exports."""
    if server_type.name == "pyftpdlib":
        pytest.skip("pyftpdlib knows no names but those in UTF-8")
    folder = workspace / "export"
    folder.mkdir()
    return folder


@pytest.fixture(params=CHARSETS)
def charset(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def there(disk: Path, charset: str, *names: str) -> bytes:
    """The path on the server's disk."""
    return os.path.join(os.fsencode(disk), *(name.encode(BYTES[charset]) for name in names))


def test_names_are_listed_read_written_and_renamed(
    disk: Path, charset: str, server_type: type[Server], start_mount: StartMount
) -> None:
    os.mkdir(there(disk, charset, "資料 写真"))
    Path(os.fsdecode(there(disk, charset, "資料 写真", NAME))).write_bytes(b"from the server")
    with server_type(disk, writable=True) as server:
        mount = start_mount(server.url, {"charset": charset})
        folder = mount.point / "資料 写真"
        assert os.listdir(mount.point) == ["資料 写真"]
        assert os.listdir(folder) == [NAME]
        assert (folder / NAME).read_bytes() == b"from the server"
        assert (folder / NAME).stat().st_size == 15

        (folder / "新規 ファイル.txt").write_bytes(b"new")
        (folder / "新規 ファイル.txt").rename(folder / "改名.txt")
        # 能 has the byte of a backslash in CP932, which Pure-FTPd takes into no name.
        made = "新しい" if server_type.name == "pure-ftpd" else "能力"
        (folder / made).mkdir()
        (folder / NAME).rename(folder / made / NAME)
        with (folder / made / NAME).open("ab") as file:
            file.write(b", and more")
        (folder / "改名.txt").unlink()
        output("cp", "-r", folder / made, folder / "複写")
        assert sorted(os.listdir(folder)) == sorted([made, "複写"])

        copied = there(disk, charset, "資料 写真", "複写", NAME)
        assert Path(os.fsdecode(copied)).read_bytes() == b"from the server, and more"
        assert sorted(os.listdir(there(disk, charset, "資料 写真"))) == sorted(
            name.encode(BYTES[charset]) for name in (made, "複写")
        )
        output("rm", "-r", folder / made, folder / "複写")
        assert os.listdir(there(disk, charset, "資料 写真")) == []


def test_the_path_of_the_url_is_translated(
    disk: Path, charset: str, server_type: type[Server], start_mount: StartMount
) -> None:
    os.mkdir(there(disk, charset, "写真"))
    Path(os.fsdecode(there(disk, charset, "写真", NAME))).write_bytes(b"x")
    with server_type(disk, writable=True) as server:
        mount = start_mount(server.url + "写真", {"charset": charset})
        assert os.listdir(mount.point) == [NAME]
        assert "写真 of the server" in mount.log.read_text()


@pytest.mark.parametrize("told", ["UTF-8", "CP932"])
def test_names_that_are_no_characters_keep_their_bytes(
    told: str, disk: Path, server_type: type[Server], start_mount: StartMount
) -> None:
    """Also where charsets are mixed: UTF-8 beside EUC-JP, and what is neither."""
    mixed = [NAME.encode("utf-8"), NAME.encode("euc-jp"), NAME.encode("cp932"), b"a\x80b", b"\xee\xf9", b"\x81\xca"]
    for number, name in enumerate(mixed):
        Path(os.fsdecode(os.path.join(os.fsencode(disk), name))).write_bytes(b"%d" % number)
    with server_type(disk, writable=True) as server:
        mount = start_mount(server.url, {"charset": told})
        names = os.listdir(mount.point)
        assert len(names) == len(mixed) == len(set(names))
        read = sorted((mount.point / name).read_bytes() for name in names)
        assert read == [b"%d" % number for number in range(len(mixed))]
        for name in names:
            (mount.point / name).rename(mount.point / (name + ".bak"))
        assert sorted(os.listdir(os.fsencode(disk))) == sorted(name + b".bak" for name in mixed)
        for name in os.listdir(mount.point):
            (mount.point / name).unlink()
        assert os.listdir(disk) == []


def test_what_the_charset_lacks_is_refused(disk: Path, server_type: type[Server], start_mount: StartMount) -> None:
    with server_type(disk, writable=True) as server:
        mount = start_mount(server.url, {"charset": "CP932"})
        (mount.point / "here").write_bytes(b"x")
        assert not (mount.point / "🙂").exists()
        for what in (
            lambda: (mount.point / "🙂").write_bytes(b"x"),
            lambda: (mount.point / "🙂").mkdir(),
            lambda: (mount.point / "here").rename(mount.point / "café"),
        ):
            with pytest.raises(OSError) as refused:
                what()
            assert refused.value.errno == errno.EILSEQ
        assert os.listdir(disk) == ["here"]


def test_the_byte_of_telnet_arrives_once(disk: Path, server_type: type[Server], start_mount: StartMount) -> None:
    """0xFF is a letter in CP1251, and begins a command of Telnet."""
    with server_type(disk, writable=True) as server:
        mount = start_mount(server.url, {"charset": "CP1251"})
        (mount.point / "я яя.txt").write_bytes(b"x")
        assert os.listdir(os.fsencode(disk)) == [b"\xff \xff\xff.txt"]
        assert os.listdir(mount.point) == ["я яя.txt"]
        assert (mount.point / "я яя.txt").read_bytes() == b"x"


def hints(mount: Mount) -> list[str]:
    return [line for line in mount.log.read_text().splitlines() if "charset=" in line and "warning" in line.lower()]


def test_the_log_says_what_names_look_like(disk: Path, server_type: type[Server], start_mount: StartMount) -> None:
    Path(os.fsdecode(there(disk, "CP932", NAME))).write_bytes(b"x")
    with server_type(disk, writable=True) as server:
        mount = start_mount(server.url)
        os.listdir(mount.point)
        assert poll(lambda: len(hints(mount)) == 1, 5), mount.log.read_text()
        assert "look like CP932" in hints(mount)[0]


@pytest.mark.parametrize("name", ["klingon", "UTF-16", ""])
def test_unknown_charsets_are_refused(name: str, workspace: Path) -> None:
    done = run_ftpfs("-o", f"charset={name}", "ftp://127.0.0.1:1/", str(workspace))
    assert done.returncode == 1, done.stderr
    assert "charset" in done.stderr
