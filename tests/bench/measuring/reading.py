"""Works that read."""

import hashlib
import os
import random
import statistics
import subprocess
import time
from pathlib import Path

from .curl import curl
from .export import BIG, MIB, PHOTOS, Export
from .lftp import lftp
from .mounted import Mounted
from .place import Place
from .stopwatch import seconds
from .work import MountedWork, expect


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def expect_same_tree(one: Path, other: Path) -> None:
    done = subprocess.run(["diff", "-r", one, other], capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"{one} and {other} differ: {done.stdout[:500]}{done.stderr[:500]}")


class SequentialRead(MountedWork):
    name = "read"
    title = "sequential read of 1 GiB, loopback"
    mib = BIG // MIB
    goal = "0.6 of curl"

    def __init__(self) -> None:
        self._digest = ""
        self._checked: set[str] = set()

    def prepare(self, export: Export) -> None:
        self._digest = digest(export.big())

    def through(self, mount: Mounted) -> float:
        taken = seconds(["cat", mount.point / "big"])
        self._check(mount.name, mount.point / "big")
        return taken

    def curl(self, place: Place) -> float:
        taken = seconds(curl("-o", "/dev/null", f"{place.url}big"))
        if "curl" not in self._checked:
            copy = place.export.scratch / "big"
            seconds(curl("-o", copy, f"{place.url}big"))
            self._check("curl", copy)
        return taken

    def lftp(self, place: Place) -> float:
        # It writes into several places of the file at once, so it needs one.
        copy = place.export.scratch / "big"
        taken = seconds(lftp(place, f"pget -n 4 big -o {copy}"))
        self._check("lftp", copy)
        return taken

    def _check(self, client: str, path: Path) -> None:
        if client not in self._checked:
            expect(digest(path) == self._digest, f"{client} read other bytes")
            self._checked.add(client)


class DistantSequentialRead(SequentialRead):
    name = "read-far"
    title = "sequential read of 1 GiB"
    distant = True
    goal = ""


class RandomRead(MountedWork):
    name = "random"
    title = "one of 50 random reads of 4 KiB in 1 GiB, median"
    distant = True

    _READS = 50
    _SIZE = 4096

    def prepare(self, export: Export) -> None:
        export.big()

    def through(self, mount: Mounted) -> float:
        where = random.Random(1)  # the same places in each round
        offsets = [where.randrange(BIG // self._SIZE) * self._SIZE for _ in range(self._READS)]
        times = []
        with (mount.point / "big").open("rb", buffering=0) as file, (mount.place.export.big()).open("rb") as truth:
            for offset in offsets:
                begin = time.monotonic()
                got = os.pread(file.fileno(), self._SIZE, offset)
                times.append(time.monotonic() - begin)
                expect(got == os.pread(truth.fileno(), self._SIZE, offset), f"{mount.name}: other bytes at {offset}")
        return statistics.median(times)


class CopyTree(MountedWork):
    name = "copy"
    title = f"`cp -r` of {PHOTOS} files of 8 KiB (lftp: mirror --parallel=8)"
    distant = True

    def prepare(self, export: Export) -> None:
        export.photos()

    def through(self, mount: Mounted) -> float:
        copy = mount.place.export.scratch / "photos"
        taken = seconds(["cp", "-r", mount.point / "photos", copy])
        expect_same_tree(mount.place.export.photos(), copy)
        return taken

    def lftp(self, place: Place) -> float:
        copy = place.export.scratch / "photos"
        taken = seconds(lftp(place, f"mirror --parallel=8 photos {copy}"))
        expect_same_tree(place.export.photos(), copy)
        return taken
