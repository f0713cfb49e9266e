"""Works that write."""

from .curl import curl
from .export import BIG, MIB, NOTES, Export
from .lftp import lftp
from .mounted import Mounted
from .place import Place
from .reading import digest, expect_same_tree
from .stopwatch import seconds
from .work import MountedWork, expect

PROCESSES = 8


class SequentialWrite(MountedWork):
    name = "write"
    title = "sequential write of 1 GiB, loopback"
    mib = BIG // MIB
    goal = "0.8 of curl"

    def __init__(self) -> None:
        self._digest = ""

    def prepare(self, export: Export) -> None:
        self._digest = digest(export.big_source())

    def through(self, mount: Mounted) -> float:
        source = mount.place.export.big_source()
        taken = seconds(["cp", source, mount.point / "new" / "big"])
        self._check(mount.name, mount.place)
        return taken

    def curl(self, place: Place) -> float:
        taken = seconds(curl("-T", place.export.big_source(), f"{place.url}new/big"))
        self._check("curl", place)
        return taken

    def lftp(self, place: Place) -> float:
        taken = seconds(lftp(place, f"put {place.export.big_source()} -o new/big"))
        self._check("lftp", place)
        return taken

    def _check(self, client: str, place: Place) -> None:
        expect(digest(place.export.new / "big") == self._digest, f"{client} wrote other bytes")


class CopyIn(MountedWork):
    name = "copy-in"
    title = f"`cp` of {NOTES} files of 8 KiB to the server (lftp: mirror -R)"
    distant = True
    processes = 1
    flags: tuple[str, ...] = ()

    def prepare(self, export: Export) -> None:
        export.notes()

    def through(self, mount: Mounted) -> float:
        files = sorted(mount.place.export.notes().iterdir())
        target = mount.point / "new"
        shares = [files[i :: self.processes] for i in range(self.processes)]
        taken = seconds(*(["cp", *self.flags, "--target-directory", target, *share] for share in shares))
        expect_same_tree(mount.place.export.notes(), mount.place.export.new)
        return taken

    def lftp(self, place: Place) -> float:
        taken = seconds(lftp(place, f"mirror -R --parallel={self.processes} {place.export.notes()} new"))
        expect_same_tree(place.export.notes(), place.export.new)
        return taken


class CopyInWithTimes(CopyIn):
    name = "copy-in-p"
    title = f"`cp -p` of {NOTES} files of 8 KiB to the server (lftp: mirror -R)"
    flags = ("-p",)

    def through(self, mount: Mounted) -> float:
        taken = super().through(mount)
        for file in mount.place.export.notes().iterdir():
            there = mount.place.export.new / file.name
            expect(int(there.stat().st_mtime) == int(file.stat().st_mtime), f"{mount.name} left {there.name} another time")
        return taken


class CopyInAtOnce(CopyIn):
    name = "copy-in-8"
    title = f"{PROCESSES} `cp` at once of these {NOTES} files (lftp: mirror -R --parallel={PROCESSES})"
    processes = PROCESSES
