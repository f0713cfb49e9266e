"""Works that list."""

from pathlib import Path

from .curl import curl
from .export import MANY, TREE_DIRECTORIES, TREE_FILES, Export
from .lftp import lftp
from .mounted import Mounted
from .place import Place
from .stopwatch import seconds
from .work import MountedWork, expect


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


class Find(MountedWork):
    name = "find"
    title = f"`find` over {TREE_DIRECTORIES} directories with {TREE_FILES:,} files"
    distant = True

    def prepare(self, export: Export) -> None:
        export.tree()

    def through(self, mount: Mounted) -> float:
        found = mount.place.export.scratch / "found"
        taken = seconds(["find", mount.point / "tree"], output=found)
        self._check(mount.name, found)
        return taken

    def lftp(self, place: Place) -> float:
        found = place.export.scratch / "found"
        taken = seconds(lftp(place, "find tree"), output=found)
        self._check("lftp", found)
        return taken

    @staticmethod
    def _check(client: str, found: Path) -> None:
        expect(_lines(found) == TREE_DIRECTORIES + TREE_FILES, f"{client} found {_lines(found)} names")


class ListMany(MountedWork):
    name = "list"
    title = f"`ls -l` of {MANY:,} entries, loopback (curl, lftp: the bare listing)"

    def prepare(self, export: Export) -> None:
        export.many()

    def through(self, mount: Mounted) -> float:
        listing = mount.place.export.scratch / "listing"
        taken = seconds(["ls", "-l", mount.point / "many"], output=listing)
        expect(_lines(listing) == MANY + 1, f"{mount.name} listed {_lines(listing)} lines")  # with ls's total
        return taken

    def curl(self, place: Place) -> float:
        return self._bare(place, curl(f"{place.url}many/"))

    def lftp(self, place: Place) -> float:
        return self._bare(place, lftp(place, "ls many"))

    @staticmethod
    def _bare(place: Place, command: list) -> float:
        listing = place.export.scratch / "listing"
        taken = seconds(command, output=listing)
        expect(MANY <= _lines(listing) <= MANY + 3, f"{command[0]} listed {_lines(listing)} lines")
        return taken
