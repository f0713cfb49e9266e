"""What all test servers have in common: an address, an account, an exported directory, and a life.

A server listens on the loopback and a free port, if nothing else is said, and shows the exported directory as the root of its one account, or,
not `chrooted`, as the directory its login lands in, `account.HOME`.
What `writable` servers export belongs to their account, with all that is in it when they are made.
Its clock on the wall is that of `zone`, a name or a rule as in the variable TZ.
It speaks `tls` where that is given: vsftpd, ProFTPD and Pure-FTPd can.
It keeps its port over `kill` and `start`. It ends with the process that started it, and leaves nothing behind.
"""

import os
import socket
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import quote

from .account import Account, write_etc
from .jail import Jail
from .packages import library_path, unpacked
from .tls import Tls, write_identity

HOST = "127.0.0.1"
_START_TIMEOUT = 15.0
_PLENTY = 200


class ServerError(RuntimeError):
    """The server did not start; the message has its output."""


class Server(ABC):
    name: ClassVar[str]
    package: ClassVar[str | None] = None
    """The Debian package with the program, unpacked below the cache."""
    libraries: ClassVar[tuple[str, ...]] = ()
    """Packages with shared libraries that a plain system lacks."""
    needs_root: ClassVar[bool] = True

    def __init__(
        self,
        export: Path,
        account: Account = Account(),
        max_connections: int | None = None,
        chrooted: bool = True,
        writable: bool = False,
        host: str = HOST,
        port: int | None = None,
        zone: str = "UTC",
        tls: Tls | None = None,
    ) -> None:
        self.export = export
        self.writable = writable
        self.zone = zone
        self.tls = tls
        self.chrooted = chrooted
        self.account = account
        self.limited = max_connections is not None
        self.max_connections = max_connections or _PLENTY
        self.host = host
        self.port = port or _free_port()
        self._state = tempfile.TemporaryDirectory(prefix=f"ftpfs-{self.name}-")
        self._jail: Jail | None = None
        self.etc = Path(self._state.name) / "etc"
        self.log = Path(self._state.name) / "log"
        write_etc(self.etc, account)
        if tls:
            write_identity(self.etc)
        if writable and os.geteuid() == 0:
            for path in (export, *export.rglob("*")):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)

    @abstractmethod
    def command(self) -> list[str]:
        """Writes the configuration below `self.etc` (the server's /etc) and returns the command that stays in front."""

    @property
    def url(self) -> str:
        """With user and password, for the exported directory itself."""
        login = f"{quote(self.account.user, safe='')}:{quote(self.account.password, safe='')}"
        return f"ftp://{login}@{self.host}:{self.port}/"

    @property
    def bare_url(self) -> str:
        """Without user and password."""
        return f"ftp://{self.host}:{self.port}/"

    def start(self) -> Self:
        # The rules themselves: /etc/localtime is not there.
        environment = {"TZ": self.zone}
        if self.libraries:
            environment["LD_LIBRARY_PATH"] = library_path(self.libraries)
        self._jail = Jail(self.command(), self.export, self.etc, environment, self.log)
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def kill(self) -> None:
        """Ends it as a crash would; `start` brings it back on the same port."""
        if self._jail:
            self._jail.kill()
            self._jail = None

    def freeze(self) -> None:
        """From now on it is silent: connections stay open, and new ones are accepted by the kernel alone."""
        assert self._jail
        self._jail.freeze()

    def thaw(self) -> None:
        assert self._jail
        self._jail.thaw()

    def stop(self) -> None:
        self.kill()
        self._state.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def program(self, path: str) -> str:
        """The absolute name of a file of the server's package."""
        assert self.package
        return str(unpacked(self.package) / path)

    def configure(self, lines: str) -> str:
        """Writes the configuration file and returns its name as the server sees it."""
        (self.etc / "server.conf").write_text(lines)
        return "/etc/server.conf"

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not self._greets():
            assert self._jail
            if not self._jail.is_running() or time.monotonic() > deadline:
                output = self.log.read_text(errors="replace")
                raise ServerError(f"{self.name} does not answer on port {self.port}; its output:\n{output}")
            time.sleep(0.02)  # between two tries, bounded by the deadline

    def _greets(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=2.0) as connection:
                greeting = connection.recv(512)
                connection.sendall(b"QUIT\r\n")
                while connection.recv(512):
                    pass  # until the server has let go, so that its limit counts from zero
                return greeting.startswith(b"220")
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
