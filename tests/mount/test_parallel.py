"""Eight processes at once get what each would get alone."""

import subprocess
from pathlib import Path

import pytest

from mount import Mount
from tools import TOOL_TIMEOUT, output

pytestmark = pytest.mark.reading


def _together(commands: list[list[str]]) -> list[bytes]:
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for command in commands]
    results = [process.communicate(timeout=TOOL_TIMEOUT)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(commands)
    return results


def test_the_same_file(export: Path, mounted: Mount) -> None:
    file = Path("small", "plain", "medium.bin")
    expected = output("cat", export / file)
    assert _together([["cat", str(mounted.point / file)]] * 8) == [expected] * 8


def test_different_files(export: Path, mounted: Mount) -> None:
    files = [Path("small", "plain", "parallel", f"{number}.bin") for number in range(8)]
    expected = [output("cat", export / file) for file in files]
    assert _together([["cat", str(mounted.point / file)] for file in files]) == expected


def test_readers_and_walkers(export: Path, mounted: Mount) -> None:
    """Half of them list, half of them read."""
    walk = ["sh", "-c", 'cd "$0" && find . -type f | sort', str(mounted.point / "small" / "plain")]
    read = ["cat", str(mounted.point / "small" / "plain" / "medium.bin")]
    listed = output(*walk[:3], export / "small" / "plain")
    content = output("cat", export / "small" / "plain" / "medium.bin")
    assert _together([walk, read] * 4) == [listed, content] * 4


def test_different_offsets_of_one_file(export: Path, mounted: Mount) -> None:
    file = Path("small", "plain", "medium.bin")
    content = output("cat", export / file)
    commands = [["tail", "-c", f"+{number * 350_000 + 1}", str(mounted.point / file)] for number in range(8)]
    assert _together(commands) == [content[number * 350_000 :] for number in range(8)]
