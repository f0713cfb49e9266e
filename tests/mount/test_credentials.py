"""Every way to give the password works, and none of them shows it to others."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fixture_types import StartMount, StartServer
from mount import Options, run_ftpfs
from servers import SERVERS, Server
from status import Status
from tools import output

pytestmark = pytest.mark.cli

ABSENT = Path("/nonexistent")


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server(SERVERS["vsftpd"])


def _write_private(file: Path, text: str, mode: int = 0o600) -> Path:
    file.write_text(text)
    file.chmod(mode)
    return file


def _credentials(server: Server, folder: Path, mode: int = 0o600) -> Path:
    text = f"# for the tests\nusername={server.account.user}\npassword={server.account.password}\n"
    return _write_private(folder / "credentials", text, mode)


def _netrc(server: Server, file: Path, mode: int = 0o600) -> Path:
    other = "machine other.example login nobody password nothing\n"
    line = f"machine {server.host} login {server.account.user} password {server.account.password}\n"
    return _write_private(file, other + line, mode)


Way = Callable[[Server, Path], tuple[str, Options, str, Path]]
"""The URL, the options, the standard input and the home directory."""

WAYS: dict[str, Way] = {
    "URL": lambda server, folder: (server.url, {}, "", ABSENT),
    "credentials file": lambda server, folder: (
        server.bare_url,
        {"credentials": str(_credentials(server, folder))},
        "",
        ABSENT,
    ),
    "home .netrc": lambda server, folder: (server.bare_url, {}, "", _netrc(server, folder / ".netrc").parent),
    "netrc option": lambda server, folder: (
        server.bare_url,
        {"netrc": str(_netrc(server, folder / "logins"))},
        "",
        ABSENT,
    ),
    "netrc with a user in the URL": lambda server, folder: (
        server.bare_url.replace("ftp://", f"ftp://{server.account.user}@"),
        {"netrc": str(_netrc(server, folder / "logins"))},
        "",
        ABSENT,
    ),
    "standard input": lambda server, folder: (
        server.bare_url,
        {"user": server.account.user, "password_stdin": True},
        server.account.password + "\n",
        ABSENT,
    ),
    "standard input without a line end": lambda server, folder: (
        server.bare_url.replace("ftp://", f"ftp://{server.account.user}@"),
        {"password_stdin": True},
        server.account.password,
        ABSENT,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_password_is_found_and_not_shown(server: Server, start_mount: StartMount, workspace: Path, way: str) -> None:
    url, options, stdin, home = WAYS[way](server, workspace)
    mount = start_mount(url, {**options, "log_level": "trace"}, stdin=stdin, home=home)
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    password = server.account.password.encode()
    process = Path(f"/proc/{mount.pid}")
    assert password not in output("ps", "axwwe")
    assert password not in (process / "cmdline").read_bytes()
    assert password not in (process / "environ").read_bytes()
    assert password not in Path("/proc/self/mountinfo").read_bytes()
    assert password not in Path("/proc/self/mounts").read_bytes()
    assert mount.log.stat().st_size > 0
    assert password not in mount.log.read_bytes()
    for attribute in ("user.ftpfs.url", "user.ftpfs.status"):
        try:
            assert password not in os.getxattr(mount.point, attribute)
        except OSError:
            pass  # a mount need not have these


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604], ids=oct)
def test_a_file_that_others_may_read_is_refused(server: Server, workspace: Path, mode: int) -> None:
    point = workspace / "point"
    point.mkdir()
    for options in (
        f"credentials={_credentials(server, workspace, mode)}",
        f"netrc={_netrc(server, workspace / 'logins', mode)}",
    ):
        done = run_ftpfs("-o", options, server.bare_url, str(point))
        assert done.returncode == Status.USAGE, (options, done.stderr)
        assert options.partition("=")[2] in done.stderr


def test_a_missing_file_is_named(server: Server, workspace: Path) -> None:
    point = workspace / "point"
    point.mkdir()
    done = run_ftpfs("-o", f"credentials={workspace / 'nothing'}", server.bare_url, str(point))
    assert done.returncode == Status.USAGE
    assert str(workspace / "nothing") in done.stderr


def test_user_without_a_password(server: Server, workspace: Path) -> None:
    """There is no terminal to ask at."""
    point = workspace / "point"
    point.mkdir()
    done = run_ftpfs("-o", f"user={server.account.user}", server.bare_url, str(point))
    assert done.returncode == Status.LOGIN_REFUSED, done.stderr
    assert "password" in done.stderr
