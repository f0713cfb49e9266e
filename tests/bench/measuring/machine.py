"""What a result depends on besides the work: the machine, the programs and their versions, the commit."""

import os
import platform
import subprocess
from pathlib import Path

import servers
from servers.packages import unpacked

_ROOT = Path(__file__).resolve().parents[3]


def machine() -> str:
    congestion = Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()
    return f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, TCP {congestion}"


def versions(server: str) -> str:
    """Of the server and the peers."""
    lftp = _first("lftp", "--version").split(" | ")[1].replace("Version", "lftp")
    peers = [_first("curl", "--version").split(" (")[0], lftp, _first("rclone", "version")]
    return ", ".join([_server(server), *peers])


def commit() -> str:
    """The last one that changed the sources; with a plus if they were changed since."""
    git = ("git", "-C", str(_ROOT))
    sources = ("--", "src", "include")
    changed = _first(*git, "status", "--porcelain", *sources)
    return _first(*git, "log", "-1", "--format=%h", *sources) + ("+" if changed else "")


def _server(name: str) -> str:
    package = servers.SERVERS[name].package
    if not package:
        return name
    documents = unpacked(package) / "usr/share/doc" / package
    for changelog in sorted(documents.glob("changelog.Debian*.gz")):
        line = _first("zcat", str(changelog))
        return f"{name} {line[line.find('(') + 1 : line.find(')')]}"
    return name


def _first(*command: str) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return next(iter((answer.stdout or answer.stderr).splitlines()), "").strip()
