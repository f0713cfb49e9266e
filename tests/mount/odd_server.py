"""An FTP server with habits that no test server has: whatever a test asks for, on the loopback, in threads."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_LIMIT = 20.0
"""Seconds after which a connection is given up, so that no thread outlives its test for long."""

FILES: dict[str, bytes] = {"hello.txt": b"hello\n", "large.bin": bytes(2_000_000)}


@dataclass(frozen=True)
class Habits:
    greeting: str = "220 odd server"
    """Empty: silence."""
    replies: Mapping[str, str] = field(default_factory=dict)
    """To whole command lines or verbs, instead of what it would do. Empty: no reply, ever."""
    features: tuple[str, ...] = ("EPSV", "SIZE", "MDTM", "REST STREAM")
    listing: bytes = b""
    """Of LIST; empty: lines as of `ls -l`."""
    facts: bytes = b""
    """Of MLSD."""
    dot_file: bool = False
    """There is one, and only `LIST -a` shows it."""
    named_host: str = "127,0,0,1"
    """In the reply to PASV."""
    data_is_closed: bool = False
    """Passive ports are named, and nobody listens on them."""
    passive_is_refused: bool = False
    """425 to every transfer over a passive connection."""
    ignores_rest: bool = False
    most_sessions: int = 100
    changes: list[str] = field(default_factory=list)
    """What it was told to make, store and remove, and did."""
    one_command_per_packet: bool = False
    silent_after: str = ""
    """The verb whose reply is the last one."""
    tls: ssl.SSLContext | None = None
    """For AUTH TLS, and for data after PROT P."""
    after_auth: str = ""
    """In plain text behind the consent to AUTH."""


@contextmanager
def odd_server(habits: Habits, port: int = 0) -> Iterator[int]:
    """Gives the port, a free one if none is asked for."""
    with socket.create_server((HOST, port)) as listener:
        server = _Server(listener, habits)
        thread = threading.Thread(target=server.accept, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)


class _Server:
    def __init__(self, listener: socket.socket, habits: Habits) -> None:
        self.listener = listener
        self.habits = habits
        self.sessions = 0
        self.lock = threading.Lock()

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.settimeout(_LIMIT)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with self.lock:
            self.sessions += 1
            full = self.sessions > self.habits.most_sessions
        try:
            with connection:
                if full:
                    connection.sendall(b"421 Too many connections\r\n")
                else:
                    _Session(connection, self.habits).run()
        except OSError:
            pass
        finally:
            with self.lock:
                self.sessions -= 1


class _Session:
    def __init__(self, connection: socket.socket, habits: Habits) -> None:
        self.connection = connection
        self.habits = habits
        self.listener: socket.socket | None = None
        self.target: tuple[str, int] | None = None
        self.offset = 0
        self.protects_data = False

    def run(self) -> None:
        if not self.habits.greeting:
            self.connection.recv(1)
            return
        self.say(self.habits.greeting)
        if self.habits.greeting.startswith("4"):
            return
        commands = self._commands()
        while (line := next(commands, None)) is not None:
            verb, _, argument = line.partition(" ")
            reply = self.habits.replies.get(line, self.habits.replies.get(verb))
            if reply is None:
                self._obey(verb, argument)
            elif reply:
                self.say(reply)
            if verb == "QUIT":
                return
            if verb == self.habits.silent_after:
                while self.connection.recv(4096):
                    pass
                return
            if verb == "AUTH" and self.habits.tls and reply is None:
                self.connection = self.habits.tls.wrap_socket(self.connection, server_side=True)
                commands = self._commands()

    def say(self, reply: str) -> None:
        self.connection.sendall(reply.encode() + b"\r\n")

    def _commands(self) -> Iterator[str]:
        if not self.habits.one_command_per_packet:
            for line in self.connection.makefile("rb"):
                yield line.decode(errors="replace").rstrip("\r\n")
            return
        while packet := self.connection.recv(4096):
            yield packet.split(b"\r\n")[0].decode(errors="replace")

    def _obey(self, verb: str, argument: str) -> None:
        simple = {
            "USER": "331 password?",
            "PASS": "230 welcome",
            "SYST": "215 UNIX Type: L8",
            "TYPE": "200 binary",
            "PWD": '257 "/"',
            "CWD": "250 there",
            "NOOP": "200 still here",
            "QUIT": "221 bye",
            "PBSZ": "200 PBSZ=0",
        }
        commands: dict[str, Callable[[str], None]] = {
            "FEAT": self._feat,
            "EPSV": self._epsv,
            "PASV": self._pasv,
            "PORT": self._port,
            "LIST": self._list,
            "MLSD": lambda _: self._send(self.habits.facts),
            "RETR": self._retr,
            "REST": self._rest,
            "SIZE": self._size,
            "MDTM": lambda _: self.say("213 20261101100000"),
            "AUTH": self._auth,
            "PROT": self._prot,
            "MKD": lambda name: self._change("MKD", name, "257"),
            "RMD": lambda name: self._change("RMD", name, "250"),
        }
        if verb in simple:
            self.say(simple[verb])
        elif verb in commands:
            commands[verb](argument)
        else:
            self.say(f"500 {verb}?")

    def _feat(self, _: str) -> None:
        self.say("\r\n".join(["211-Features:", *(f" {name}" for name in self.habits.features), "211 End"]))

    def _auth(self, _: str) -> None:
        self.say(f"234 go{self.habits.after_auth}" if self.habits.tls else "500 AUTH?")

    def _prot(self, level: str) -> None:
        self.protects_data = level == "P"
        self.say("200 good")

    def _listen(self) -> int:
        self.target = None
        with socket.create_server((HOST, 0)) as closed:
            port = int(closed.getsockname()[1])
        if not self.habits.data_is_closed:
            self.listener = socket.create_server((HOST, port))
            self.listener.settimeout(_LIMIT)
        return port

    def _epsv(self, _: str) -> None:
        self.say(f"229 here (|||{self._listen()}|)")

    def _pasv(self, _: str) -> None:
        port = self._listen()
        self.say(f"227 here ({self.habits.named_host},{port // 256},{port % 256})")

    def _port(self, argument: str) -> None:
        numbers = argument.split(",")
        self.target = (".".join(numbers[:4]), int(numbers[4]) * 256 + int(numbers[5]))
        self.say("200 good")

    def _data(self) -> socket.socket | None:
        if self.target:
            return socket.create_connection(self.target, timeout=_LIMIT)
        if self.listener is None or self.habits.passive_is_refused:
            self.say("425 no data connection")
            return None
        data, _ = self.listener.accept()
        self.listener.close()
        self.listener = None
        return data

    def _send(self, content: bytes) -> None:
        data = self._data()
        if data is None:
            return
        self.say("150 here it comes")
        try:
            if self.protects_data and self.habits.tls:
                data = self.habits.tls.wrap_socket(data, server_side=True)
            with data:
                data.sendall(content)
                if isinstance(data, ssl.SSLSocket):
                    data.unwrap()
        except OSError:
            self.say("426 gone")
            return
        self.say("226 done")

    def _list(self, argument: str) -> None:
        names = list(FILES)
        if self.habits.dot_file and argument == "-a":
            names += [".", "..", ".profile"]
        lines = "".join(
            f"-rw-r--r-- 1 ftp ftp {len(FILES.get(name, b'x'))} Nov  1  2026 {name}\r\n"
            if not name.strip(".") == ""
            else f"drwxr-xr-x 2 ftp ftp 4096 Nov  1  2026 {name}\r\n"
            for name in names
        )
        self._send(self.habits.listing or lines.encode())

    def _rest(self, argument: str) -> None:
        self.offset = 0 if self.habits.ignores_rest else int(argument)
        self.say("350 from there")

    def _retr(self, name: str) -> None:
        offset, self.offset = self.offset, 0
        content = FILES.get(name.rpartition("/")[2])
        if content is None:
            self.say("550 no such file")
        else:
            self._send(content[offset:])

    def _change(self, verb: str, name: str, code: str) -> None:
        self.habits.changes.append(f"{verb} {name}")
        self.say(f"{code} done")

    def _size(self, name: str) -> None:
        content = FILES.get(name.rpartition("/")[2])
        self.say("550 no such file" if content is None else f"213 {len(content)}")
