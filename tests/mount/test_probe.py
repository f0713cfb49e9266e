"""`ftpfs probe` against the five servers, against odd ones, and as a new user tries it: each oddity is named."""

import json
import signal
import ssl
import subprocess
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest

from fixture_types import StartServer
from limits import LIMITS
from listeners import silent_listener, unused_port, web_server
from mount import FTPFS, environment, run_ftpfs
from odd_server import HOST, Habits, odd_server
from servers import SERVERS, Server, Tls
from servers.tls import IDENTITY, write_identity

pytestmark = pytest.mark.cli

IMPATIENT = ("-o", "connect_timeout=1,timeout=1,netrc=off")


class Status(IntEnum):
    OK = 0
    USAGE = 1
    HOST = 4
    CONNECT = 5
    NOT_FTP = 6
    LOGIN = 7
    DIRECTORY = 8
    BUSY = 10
    TLS = 11


def _probe(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = run_ftpfs("probe", *IMPATIENT, *arguments)
    assert done.stderr == "" or done.returncode == Status.USAGE, done.stderr
    return done


def _probe_odd(habits: Habits, *flags: str, user: str = "bob:pa55-word@") -> subprocess.CompletedProcess[str]:
    with odd_server(habits) as port:
        done = _probe(*flags, f"ftp://{user}{HOST}:{port}/")
    assert "pa55-word" not in done.stdout
    return done


def _json_of(server: Server, *flags: str) -> dict[str, Any]:
    done = run_ftpfs("probe", "--json", *flags, server.url)
    assert (done.returncode, done.stderr) == (Status.OK, ""), done.stdout
    assert server.account.password not in done.stdout
    found: dict[str, Any] = json.loads(done.stdout)
    return found


NAMES = {
    "vsftpd": "vsFTPd",
    "proftpd": "ProFTPD",
    "pure-ftpd": "Pure-FTPd",
    "pyftpdlib": "pyftpdlib",
    "inetutils-ftpd": "GNU inetutils",
}


def test_the_five_servers(server_type: type[Server], start_server: StartServer) -> None:
    server = start_server(server_type)
    found = _json_of(server, "--sessions=3", "--trace", "--active")
    facts = found["facts"]
    has_mlsd = server.name not in ("vsftpd", "inetutils-ftpd")
    assert {name: facts[name] for name in ("list", "size", "mdtm", "rest", "pipelining", "armed", "early_end")} == (
        dict.fromkeys(("list", "size", "mdtm", "rest", "pipelining", "armed", "early_end"), True)
    )
    assert facts["mlsd"] is (True if has_mlsd else None)
    assert facts["rang"] is (True if server.name == "proftpd" else None)
    assert facts["listing"] == "unix"
    assert facts["zone_minutes"] == 0
    assert facts["sessions"] == 3 and not facts["session_limit_met"]
    assert all(facts["data"][mode]["works"] for mode in ("epsv", "pasv", "active"))
    assert facts["tls"] is False
    assert any(step["name"] == "server" and NAMES[server.name] in step["words"] for step in found["steps"])
    assert found["problems"] == []
    assert found["options"] == []
    assert found["command"] == f"ftpfs ftp://tester@{HOST}:{server.port}/ MOUNTPOINT"
    assert "session 1: > PASS ****" in found["dialogue"]


def test_nothing_is_changed(server_type: type[Server], start_server: StartServer, small_export: Path) -> None:
    def state() -> list[tuple[str, int, float]]:
        return sorted((str(p), p.stat().st_size, p.stat().st_mtime) for p in small_export.rglob("*"))

    server = start_server(server_type, writable=True)
    before = state()
    _json_of(server)
    assert state() == before


def test_the_report_for_a_person(start_server: StartServer) -> None:
    server = start_server(SERVERS["vsftpd"])
    done = _probe("--trace", server.url)
    assert done.returncode == Status.OK
    assert server.account.password not in done.stdout
    for words in (
        "connection      ok    127.0.0.1:",
        "greeting        ok    220 (vsFTPd",
        "    session 1: > PASS ****",
        "login           ok    as tester, in /",
        'the format "unix"; the line "-r',
        "Nothing is wrong.",
        f"Best command line:\n  ftpfs ftp://tester@{HOST}:{server.port}/ MOUNTPOINT",
        f"ftp://tester@{HOST}:{server.port}/ /mnt/ftp ftpfs credentials=/etc/ftpfs.credentials,_netdev 0 0",
    ):
        assert words in done.stdout, done.stdout


def test_writing(server_type: type[Server], start_server: StartServer, small_export: Path) -> None:
    server = start_server(server_type, writable=True)
    before = sorted(small_export.rglob("*"))
    facts = _json_of(server, "--write", "folder")["facts"]
    assert {name: facts[name] for name in ("stores", "renames_over", "sets_modes")} == dict.fromkeys(
        ("stores", "renames_over", "sets_modes"), True
    )
    assert facts["sets_times"] is LIMITS[server.name].sets_times
    # ProFTPD's default refuses both. Pure-FTPd cuts the file at the place, which here is its end.
    assert facts["appends"] is (server.name != "proftpd")
    assert facts["restarts_store"] is (server.name != "proftpd")
    assert sorted(small_export.rglob("*")) == before


def test_writing_where_nothing_may_be_written(start_server: StartServer) -> None:
    server = start_server(SERVERS["vsftpd"])
    done = _probe("--write", "/", server.url)
    assert done.returncode == Status.OK
    assert "nothing can be written there" in done.stdout


def test_nothing_is_left_after_a_failure() -> None:
    habits = Habits(replies={"STOR": "553 no"})
    done = _probe_odd(habits, "--write", "/")
    assert "553 no" in done.stdout
    made, removed = habits.changes
    assert made.startswith("MKD /.ftpfs-probe-")
    assert removed == made.replace("MKD", "RMD")
    assert "clean-up        ok" in done.stdout


def test_what_cannot_be_removed_is_named() -> None:
    done = _probe_odd(Habits(replies={"STOR": "553 no", "RMD": "550 not now"}), "--write", "/")
    assert "could not be removed again: remove it by hand" in done.stdout


def test_no_such_host() -> None:
    done = _probe("ftp://no-such-host.invalid/")
    assert done.returncode == Status.HOST
    assert "no such host: no-such-host.invalid" in done.stdout


def test_nobody_listens() -> None:
    done = _probe(f"ftp://{HOST}:{unused_port()}/")
    assert done.returncode == Status.CONNECT
    assert "check host and port" in done.stdout


def test_a_web_server() -> None:
    with web_server() as port:
        done = _probe(f"ftp://{HOST}:{port}/")
    assert done.returncode == Status.NOT_FTP
    assert "it is a web server that answers there" in done.stdout


def test_silence() -> None:
    with silent_listener() as port:
        done = _probe(f"ftp://{HOST}:{port}/")
    assert done.returncode == Status.CONNECT
    assert "sends no greeting" in done.stdout
    assert "implicit FTPS" in done.stdout


def test_a_wrong_password(server_type: type[Server], start_server: StartServer) -> None:
    server = start_server(server_type)
    done = run_ftpfs("probe", f"ftp://tester:wrong-one@{HOST}:{server.port}/")
    assert done.returncode == Status.LOGIN
    assert 'login refused by 127.0.0.1' in done.stdout
    assert "wrong-one" not in done.stdout + done.stderr
    assert "Best command line" not in done.stdout


def test_no_such_directory(start_server: StartServer) -> None:
    done = _probe(start_server(SERVERS["vsftpd"]).url + "missing")
    assert done.returncode == Status.DIRECTORY
    assert "check the path in the URL" in done.stdout


def test_a_server_that_wants_tls() -> None:
    done = _probe_odd(Habits(replies={"USER": "530 Non-anonymous sessions must use encryption.", "AUTH": "234 go"}))
    assert done.returncode == Status.TLS
    assert "wants TLS" in done.stdout
    assert "TLS             bad   offered, but the handshake fails" in done.stdout


TLS_SERVERS = ("vsftpd", "proftpd", "pure-ftpd")


@pytest.mark.parametrize("name", TLS_SERVERS)
@pytest.mark.parametrize("tls", (Tls.OFFERED, Tls.STRICT))
def test_tls(name: str, tls: Tls, start_server: StartServer) -> None:
    found = _json_of(start_server(SERVERS[name], tls=tls))
    assert found["facts"]["tls"] is True
    details = found["facts"]["tls_details"]
    assert details["version"] == "TLS 1.3" and details["cipher"].startswith("TLS_")
    assert details["versions"] == {"TLS 1.0": False, "TLS 1.1": False, "TLS 1.2": True, "TLS 1.3": True}
    assert details["data"] is True
    resumes = name != "pure-ftpd"  # gives no tickets
    assert details["resumes_session"] is resumes
    assert details["requires_session"] is (resumes and tls is Tls.STRICT)
    certificate = details["certificate"]
    assert certificate["subject"] == certificate["issuer"] == "O = Example Ltd., CN = ftp.example.net"
    assert certificate["names"] == ["ftp.example.net", "127.0.0.1"]
    assert certificate["trusted"] is False and "self-signed" in certificate["distrust"]
    assert len(certificate["sha256"]) == 95
    assert any("offers TLS, but a mount of this version does not speak it" in note for note in found["notes"])


@pytest.mark.parametrize("name", TLS_SERVERS)
def test_a_server_that_speaks_only_tls(name: str, start_server: StartServer) -> None:
    server = start_server(SERVERS[name], tls=Tls.ONLY)
    done = _probe("--trace", server.url)
    assert done.returncode == Status.TLS
    assert server.account.password not in done.stdout
    for words in (
        "login           bad   the server requires TLS",
        "TLS login       ok    as tester",
        "TLS data        ok    works",
        "TLS versions    ok    1.3, 1.2; refused: 1.1, 1.0",
        "this version does not speak TLS yet",
    ):
        assert words in done.stdout, done.stdout


def test_a_certificate_that_is_trusted(start_server: StartServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server = start_server(SERVERS["vsftpd"], tls=Tls.OFFERED)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.etc / IDENTITY))
    certificate = _json_of(server)["facts"]["tls_details"]["certificate"]
    assert certificate["trusted"] is True and "distrust" not in certificate


@pytest.fixture
def identity(tmp_path: Path) -> ssl.SSLContext:
    write_identity(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / IDENTITY)
    return context


def test_tls_with_one_version(identity: ssl.SSLContext) -> None:
    identity.maximum_version = ssl.TLSVersion.TLSv1_2
    done = _probe_odd(Habits(tls=identity))
    assert "TLS             ok    TLS 1.2, " in done.stdout
    assert "TLS versions    ok    1.2; refused: 1.3, 1.1, 1.0" in done.stdout


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_tls_with_old_versions(identity: ssl.SSLContext) -> None:
    identity.minimum_version = ssl.TLSVersion.TLSv1
    identity.set_ciphers("DEFAULT@SECLEVEL=0")
    done = _probe_odd(Habits(tls=identity))
    assert "TLS versions    note  1.3, 1.2, 1.1, 1.0; 1.0 and 1.1 are not safe any more" in done.stdout


def test_tls_without_encrypted_data(identity: ssl.SSLContext) -> None:
    done = _probe_odd(Habits(tls=identity, replies={"PROT": "536 not here"}))
    assert "TLS data        bad   no encrypted data connection: PROT P: 536 not here" in done.stdout
    assert "the server encrypts commands, but no files" in done.stdout


def test_tls_whose_data_never_come(identity: ssl.SSLContext) -> None:
    """After PROT P the server goes on in plain text."""
    done = _probe_odd(Habits(tls=identity, replies={"PROT": "200 but not really"}))
    assert "TLS data        bad   no encrypted data connection: " in done.stdout


def test_plain_text_behind_the_consent_to_tls(identity: ssl.SSLContext) -> None:
    """Somebody in between may have put it there, to be taken for an answer that was encrypted."""
    done = _probe_odd(Habits(tls=identity, after_auth="\r\n200 injected"))
    assert "TLS             bad   offered, but the handshake fails" in done.stdout
    assert "the server went on talking in plain text after its consent to TLS" in done.stdout


def test_nobody_shakes_hands() -> None:
    done = _probe_odd(Habits(replies={"AUTH": "234 go"}, silent_after="AUTH"))
    assert done.returncode == Status.OK
    assert "TLS             bad   offered, but the handshake fails: timed out" in done.stdout
    assert "the server's TLS is of no use to anybody" in done.stdout


def test_a_password_is_not_tried_again_over_tls(identity: ssl.SSLContext) -> None:
    done = _probe_odd(Habits(tls=identity, replies={"PASS": "530 wrong"}), "--trace")
    assert done.returncode == Status.LOGIN
    assert done.stdout.count("> PASS") == 1
    assert "TLS             ok    TLS 1.3" in done.stdout


def test_a_server_that_is_full() -> None:
    done = _probe_odd(Habits(greeting="421 Too many connections, try again later"))
    assert done.returncode == Status.BUSY
    assert "too many connections" in done.stdout


def test_a_server_that_quotes_the_password() -> None:
    done = _probe_odd(Habits(replies={"PASS": "530 bob with pa55-word is unknown"}), "--trace")
    assert done.returncode == Status.LOGIN
    assert "530 bob with **** is unknown" in done.stdout


def test_an_account_is_asked_for() -> None:
    done = _probe_odd(Habits(replies={"PASS": "332 account?"}))
    assert done.returncode == Status.LOGIN
    assert "asks for an account; give it with the option account=" in done.stdout


def test_no_epsv() -> None:
    done = _probe_odd(Habits(replies={"EPSV": "500 what?"}))
    assert done.returncode == Status.OK
    assert "EPSV does not work" in done.stdout
    assert "ftpfs -o data=pasv ftp://" in done.stdout


def test_pasv_names_a_private_address() -> None:
    done = _probe_odd(Habits(replies={"EPSV": "500 what?"}, named_host="10,1,2,3"))
    assert done.returncode == Status.OK
    assert "PASV names 10.1.2.3 instead of the server's own address" in done.stdout


def test_closed_data_ports() -> None:
    done = _probe_odd(Habits(data_is_closed=True, replies={"PORT": "500 no"}))
    assert done.returncode == Status.CONNECT
    assert "no data connection does" in done.stdout
    assert "range of passive ports" in done.stdout


def test_active_mode_is_needed() -> None:
    done = _probe_odd(Habits(passive_is_refused=True))
    assert "no passive data connection works" in done.stdout
    assert "but active mode does" in done.stdout
    assert done.returncode == Status.OK
    assert "ftpfs -o data=active ftp://" in done.stdout


def test_rest_is_ignored() -> None:
    done = _probe_odd(Habits(ignores_rest=True))
    assert done.returncode == Status.OK
    assert "cannot begin in the middle of a file (REST)" in done.stdout


def test_an_unknown_format() -> None:
    done = _probe_odd(Habits(listing=b"<FILE hello.txt>\r\n<FILE large.bin>\r\n"))
    assert "in a format that ftpfs does not know" in done.stdout
    assert "<FILE hello.txt>" in done.stdout


def test_mlsd_is_broken() -> None:
    done = _probe_odd(Habits(features=("EPSV", "MLST size*;"), facts=b"hello.txt\r\n"))
    assert done.returncode == Status.OK
    assert "says that it has MLSD, but what it answers is of no use" in done.stdout
    assert "listing=list" in done.stdout


def test_dot_files_are_hidden() -> None:
    done = _probe_odd(Habits(dot_file=True))
    assert done.returncode == Status.OK
    assert "LIST hides 1 of them, LIST -a shows them" in done.stdout


def test_another_charset() -> None:
    lines = "".join(
        f"-rw-r--r-- 1 ftp ftp 6 Nov  1  2026 {name}\r\n" for name in ("Größe", "Übung", "Käse", "März", "Straße")
    )
    done = _probe_odd(Habits(listing=lines.encode("latin-1")))
    assert "not UTF-8" in done.stdout
    assert "mount with charset=" in done.stdout


def test_one_session() -> None:
    done = _probe_odd(Habits(most_sessions=1), "--sessions")
    assert done.returncode == Status.OK
    assert "allows only one session at a time" in done.stdout
    assert "connections=1" in done.stdout


def test_commands_are_lost() -> None:
    done = _probe_odd(Habits(one_command_per_packet=True))
    assert done.returncode == Status.OK
    assert "takes one command at a time" in done.stdout


def test_no_answer_to_the_listing() -> None:
    """A silent server is given up after a while, with words about where it fell silent."""
    done = _probe_odd(Habits(replies={"LIST": ""}))
    assert "no progress" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "usage: ftpfs probe"),
        (["ftp://h/", "ftp://i/"], "usage: ftpfs probe"),
        (["--nonsense", "ftp://h/"], "--nonsense"),
        (["--sessions=1", "ftp://h/"], "from 2 to 64"),
        (["--write", "../x", "ftp://h/"], "--write"),
        (["-o", "nonsense", "ftp://h/"], "nonsense"),
        (["http://h/"], "http"),
    ],
    ids=" ".join,
)
def test_wrong_command_line(arguments: list[str], words: str) -> None:
    done = run_ftpfs("probe", *arguments)
    assert done.returncode == Status.USAGE
    assert words in done.stderr


def _interrupted(when: str, *arguments: str) -> str:
    """What a probe says that gets Ctrl-C when its dialogue comes to these words."""
    running = subprocess.Popen(
        [str(FTPFS), "probe", "--trace", *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    try:
        seen = ""
        while when not in seen:
            line = running.stdout.readline()
            assert line, seen
            seen += line
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=20)
    finally:
        running.kill()
        running.wait()
    assert (running.returncode, errors) == (12, ""), seen + rest
    assert "Interrupted" in rest
    return rest


def test_ctrl_c() -> None:
    """Ends it with what is known so far."""
    with odd_server(Habits(replies={"LIST": ""})) as port:
        assert "Nothing is wrong" not in _interrupted("> LIST", f"ftp://bob:pw@{HOST}:{port}/")


def test_ctrl_c_while_nobody_shakes_hands() -> None:
    with odd_server(Habits(replies={"AUTH": "234 go"}, silent_after="AUTH")) as port:
        assert "TLS data" not in _interrupted("< 234", f"ftp://bob:pw@{HOST}:{port}/")


def test_nothing_is_left_after_ctrl_c(start_server: StartServer, small_export: Path) -> None:
    server = start_server(SERVERS["vsftpd"], writable=True)
    before = sorted(small_export.rglob("*"))
    for when in ("> MKD", "> STOR", "> RNFR"):
        _interrupted(when, "--write", "/", server.url)
        assert sorted(small_export.rglob("*")) == before, when
