"""What a mount learns of a server is used by the next one, unless the server has changed."""

import os
from pathlib import Path

import pytest

from fixture_types import StartMount, StartServer
from mount import Mount, run_ftpfs
from odd_server import HOST, Habits, odd_server
from servers import SERVERS, Server

pytestmark = pytest.mark.cli


@pytest.fixture
def cache(workspace: Path) -> Path:
    folder = workspace / "cache"
    folder.mkdir()
    return folder


def _file_in(cache: Path) -> Path:
    (file,) = (cache / "ftpfs-profiles").iterdir()
    return file


def _listings(mount: Mount) -> int:
    return sum("> LIST" in line for line in mount.log.read_text().splitlines())


def _use(start_mount: StartMount, url: str, cache: Path) -> Mount:
    mount = start_mount(url, {"profile": "on", "cache_dir": str(cache), "connections": 1})
    assert os.listdir(mount.point)
    mount.unmount()
    return mount


def _profile(what: str, url: str, cache: Path) -> tuple[int, str]:
    done = run_ftpfs("profile", what, "-o", f"cache_dir={cache}", url)
    return done.returncode, done.stdout + done.stderr


def test_the_next_mount_tries_nothing_again(start_server: StartServer, start_mount: StartMount, cache: Path) -> None:
    """The first one lists twice, to learn whether LIST -a is understood."""
    server = start_server(SERVERS["vsftpd"])
    first = _use(start_mount, server.url, cache)
    assert _file_in(cache).stat().st_mode & 0o777 == 0o600
    assert server.account.password not in _file_in(cache).read_text()
    second = _use(start_mount, server.url, cache)
    assert "is known from an earlier mount" in second.log.read_text()
    assert _listings(second) < _listings(first)


def test_every_server_is_known_again(
    server_type: type[Server], start_server: StartServer, start_mount: StartMount, cache: Path
) -> None:
    server = start_server(server_type)
    _use(start_mount, server.url, cache)
    assert "is known from an earlier mount" in _use(start_mount, server.url, cache).log.read_text()


def test_it_is_shown_and_forgotten(start_server: StartServer, start_mount: StartMount, cache: Path) -> None:
    server = start_server(SERVERS["vsftpd"])
    unknown = (12, "ftpfs: nothing is known of this server and user from earlier mounts\n")
    assert _profile("show", server.url, cache) == unknown
    _use(start_mount, server.url, cache)
    status, words = _profile("show", server.url, cache)
    assert status == 0
    assert words.startswith("learned since 2")
    assert "greeting (vsFTPd 3.0.3)\n" in words
    assert "list_all works\n" in words
    # The password plays no part.
    assert _profile("show", server.url.replace(server.account.password, "x"), cache) == (status, words)
    assert _profile("forget", server.url, cache) == (0, "")
    assert _profile("show", server.url, cache) == unknown


def test_off(start_server: StartServer, start_mount: StartMount, cache: Path) -> None:
    server = start_server(SERVERS["vsftpd"])
    mount = start_mount(server.url, {"profile": "off", "cache_dir": str(cache)})
    assert os.listdir(mount.point)
    mount.unmount()
    assert list(cache.iterdir()) == []


def test_a_damaged_file(start_server: StartServer, start_mount: StartMount, cache: Path) -> None:
    server = start_server(SERVERS["vsftpd"])
    _use(start_mount, server.url, cache)
    file = _file_in(cache)
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"works", b"wurks", 1))
    log = _use(start_mount, server.url, cache).log.read_text()
    assert log.count("is damaged") == 1
    assert "known from an earlier mount" not in log
    assert b"wurks" not in file.read_bytes(), "it is written anew"


def test_another_greeting(start_mount: StartMount, cache: Path) -> None:
    """The server on that port is another one now."""
    with odd_server(Habits()) as port:
        _use(start_mount, f"ftp://bob:pw@{HOST}:{port}/", cache)
    with odd_server(Habits(greeting="220 even odder"), port) as port:
        log = _use(start_mount, f"ftp://bob:pw@{HOST}:{port}/", cache).log.read_text()
    assert "greets in another way than before" in log
    assert "greeting even odder\n" in _file_in(cache).read_text()
