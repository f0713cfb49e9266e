"""Running ordinary programs on a mount, always with an end."""

import subprocess
from pathlib import Path

TOOL_TIMEOUT = 120.0

Word = str | bytes | Path


def output(*command: Word, cwd: Path | None = None) -> bytes:
    """What the program prints; it has to succeed, and without complaint."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=TOOL_TIMEOUT, check=False)
    assert done.returncode == 0, f"{command!r} ended with {done.returncode}: {done.stderr!r}"
    assert not done.stderr, f"{command!r} complained: {done.stderr!r}"
    return done.stdout


def sorted_lines(*command: Word, cwd: Path | None = None) -> list[bytes]:
    return sorted(output(*command, cwd=cwd).splitlines())
