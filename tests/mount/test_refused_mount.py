"""What keeps a mount from happening is told by a message that names it, and by an exit status of its own."""

import ftplib
import time
from pathlib import Path

import pytest

from fixture_types import StartMount, StartServer
from listeners import silent_listener, unused_port, web_server
from mount import is_mounted, run_ftpfs
from servers import SERVERS, Account, Server
from status import Status

pytestmark = pytest.mark.cli


@pytest.fixture
def point(workspace: Path) -> Path:
    folder = workspace / "point"
    folder.mkdir()
    return folder


def _expect(status: Status, *arguments: str | Path, words: str = "", stdin: str = "") -> str:
    """Runs ftpfs, which has to fail like that; returns its message."""
    done = run_ftpfs(*map(str, arguments), stdin=stdin)
    assert done.returncode == status, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert done.stderr.startswith("ftpfs: "), done.stderr
    assert words.lower() in done.stderr.lower(), done.stderr
    return done.stderr


def test_wrong_password(server_type: type[Server], start_server: StartServer, point: Path) -> None:
    server = start_server(server_type)
    message = _expect(Status.LOGIN_REFUSED, server.url.replace("s3cret", "wr0ng"), point, words="login")
    assert "wr0ng" not in message
    assert not is_mounted(point)


def test_unknown_user(start_server: StartServer, point: Path) -> None:
    server = start_server(SERVERS["vsftpd"])
    _expect(Status.LOGIN_REFUSED, server.url.replace("tester", "somebody"), point, words="somebody")


def test_no_such_host(point: Path) -> None:
    _expect(Status.HOST_NOT_FOUND, "ftp://user:pw@no-such-host.invalid/", point, words="no-such-host.invalid")


def test_connection_refused(point: Path) -> None:
    port = unused_port()
    _expect(Status.CANNOT_CONNECT, f"ftp://user:pw@127.0.0.1:{port}/", point, words=f"{port}")


def test_no_answer(point: Path) -> None:
    with silent_listener() as port:
        start = time.monotonic()
        options = "connect_timeout=2,timeout=2"
        _expect(Status.CANNOT_CONNECT, "-o", options, f"ftp://user:pw@127.0.0.1:{port}/", point, words=f"{port}")
        assert time.monotonic() - start < 10


def test_not_an_ftp_server(point: Path) -> None:
    with web_server() as port:
        _expect(Status.NOT_FTP, f"ftp://user:pw@127.0.0.1:{port}/", point, words="not an FTP server")


def test_no_such_directory(server_type: type[Server], start_server: StartServer, point: Path) -> None:
    server = start_server(server_type)
    _expect(Status.NO_SUCH_DIRECTORY, server.url + "no/such%20folder", point, words="/no/such folder")


def test_a_file_is_no_directory(server_type: type[Server], start_server: StartServer, point: Path) -> None:
    server = start_server(server_type)
    _expect(Status.NO_SUCH_DIRECTORY, server.url + "hello.txt", point, words="hello.txt")


@pytest.mark.parametrize("scheme", ["ftps", "ftpes"])
def test_tls_is_not_replaced_by_plain_text(start_server: StartServer, point: Path, scheme: str) -> None:
    server = start_server(SERVERS["vsftpd"])
    _expect(Status.TLS, server.url.replace("ftp", scheme, 1), point, words="TLS")


def _only_session(server: Server) -> ftplib.FTP:
    """Logged in. A server may count the session that found it ready for a moment after it ended."""
    deadline = time.monotonic() + 10
    while True:
        other = ftplib.FTP()
        try:
            other.connect(server.host, server.port, timeout=10)
            other.login(server.account.user, server.account.password)
            return other
        except ftplib.Error:
            other.close()
            if time.monotonic() > deadline:
                raise
        time.sleep(0.02)  # between two tries, bounded by the deadline


@pytest.mark.parametrize("name", ["vsftpd", "proftpd", "pure-ftpd", "pyftpdlib"])
def test_too_many_connections(start_server: StartServer, point: Path, name: str) -> None:
    """Not a wrong password, also where the server says so in answer to the password."""
    server = start_server(SERVERS[name], max_connections=1)
    with _only_session(server):
        _expect(Status.TOO_MANY_CONNECTIONS, "-o", "connect_timeout=3,timeout=3", server.url, point)


def test_mount_point_is_missing(start_server: StartServer, workspace: Path) -> None:
    server = start_server(SERVERS["pyftpdlib"])
    missing = workspace / "missing"
    _expect(Status.MOUNT_POINT, server.url, missing, words=str(missing))


def test_mount_point_is_a_file(start_server: StartServer, workspace: Path) -> None:
    server = start_server(SERVERS["pyftpdlib"])
    file = workspace / "file"
    file.touch()
    _expect(Status.MOUNT_POINT, server.url, file, words=str(file))


def test_mount_point_is_busy(start_server: StartServer, start_mount: StartMount) -> None:
    server = start_server(SERVERS["pyftpdlib"])
    mount = start_mount(server.url)
    _expect(Status.MOUNT_POINT_BUSY, server.url, mount.point, words=str(mount.point))
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "URL"),
        (["ftp://127.0.0.1/"], "mount point"),
        (["http://127.0.0.1/", "POINT"], "http"),
        (["127.0.0.1", "POINT"], "127.0.0.1"),
        (["ftp:///folder", "POINT"], "host"),
        (["ftp://127.0.0.1:99999/", "POINT"], "port"),
        (["ftp://127.0.0.1/%zz", "POINT"], "%25"),
        (["-o", "no_such_option", "ftp://127.0.0.1/", "POINT"], "no_such_option"),
        (["-o", "timeout=soon", "ftp://127.0.0.1/", "POINT"], "timeout"),
        (["-o", "timeout", "ftp://127.0.0.1/", "POINT"], "timeout"),
        (["-o", "connections=0", "ftp://127.0.0.1/", "POINT"], "connections"),
        (["--no-such-flag", "ftp://127.0.0.1/", "POINT"], "--no-such-flag"),
        (["ftp://127.0.0.1/", "POINT", "third"], "more"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_command_line(point: Path, arguments: list[str], words: str) -> None:
    placed = [str(point) if argument == "POINT" else argument for argument in arguments]
    _expect(Status.USAGE, *placed, words=words)


def test_a_newline_in_a_name_is_not_sent(start_server: StartServer, point: Path) -> None:
    """It would end the command, and what follows would be another one."""
    server = start_server(SERVERS["vsftpd"])
    done = run_ftpfs(server.bare_url.replace("ftp://", "ftp://user%0d%0aDELE%20x:pw@"), str(point))
    assert done.returncode == Status.USAGE, done.stderr


def test_account_with_special_characters(start_server: StartServer, start_mount: StartMount) -> None:
    """Percent-encoded in the URL."""
    server = start_server(SERVERS["pyftpdlib"], account=Account("us er@host:1", "p:a@s/s %41#?ü"))
    assert (start_mount(server.url).point / "hello.txt").read_bytes() == b"hello\n"
