"""A server that is up, somewhere: on the loopback, or behind a link that makes it distant.

Each measurement has a place of its own, so that nobody finds connections or caches that somebody else left.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import servers
from servers.packages import library_path, unpacked

from .export import Export

_TESTS = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Link:
    program: Path
    delay_ms: float
    loss_percent: float
    rate_mbit: float

    def __str__(self) -> str:
        loss = f", {self.loss_percent:g} % loss" if self.loss_percent else ""
        rate = f", {self.rate_mbit:g} Mbit/s" if self.rate_mbit else ""
        return f"{self.delay_ms:g} ms{rate}{loss}"


@dataclass
class Place:
    url: str
    """With user and password, ends in "/"."""
    export: Export
    commands: int | None = None
    """FTP commands that the client sent; known afterwards, and only behind a link."""
    host: str = field(init=False)
    port: int = field(init=False)
    user: str = field(init=False)
    password: str = field(init=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.host, self.port = str(parts.hostname), parts.port or 21
        self.user, self.password = str(parts.username), str(parts.password)


@contextlib.contextmanager
def on_loopback(server: str, export: Export) -> Iterator[Place]:
    with servers.SERVERS[server](export.directory, writable=True) as running:
        yield Place(running.url, export)


@contextlib.contextmanager
def behind_link(server: str, export: Export, link: Link) -> Iterator[Place]:
    _fetch(server)  # now: there is no way out of the namespace in which the server runs
    with tempfile.NamedTemporaryFile(prefix="ftpfs-bench-link-") as report:
        options = ["--delay", link.delay_ms, "--loss", link.loss_percent, "--rate", link.rate_mbit]
        run_server = [sys.executable, "-m", "servers", server, export.directory, "--writable"]
        where = ["--host", "{address}", "--port", "21"]
        command = [link.program, *options, "--report", report.name, "--", *run_server, *where]
        process = subprocess.Popen([str(word) for word in command], cwd=_TESTS, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"{server} did not start behind the link")
            place = Place(url, export)
            yield place
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
        place.commands = json.loads(Path(report.name).read_text())["commands"]


def _fetch(server: str) -> None:
    kind = servers.SERVERS[server]
    if kind.package:
        unpacked(kind.package)
    library_path(kind.libraries)
