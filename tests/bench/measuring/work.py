"""One thing that users do, and how each client does it.

A work has a method for each client that can do it: `ftpfs`, `rclone`, `lftp`, `curl`. It gets a place, does the work,
compares what came of it with what should have come, outside the measured time, and returns a sample.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from .export import Export
from .mounted import Ftpfs, Mounted, Rclone
from .place import Place

CLIENTS = ("ftpfs", "rclone", "lftp", "curl")


class WrongResult(RuntimeError):
    """A client did not do what it should have: its time means nothing."""


@dataclass
class Sample:
    seconds: float
    cpu: float | None = None
    """CPU seconds of the process that serves a mount."""
    commands: int | None = None
    """FTP commands that crossed the link."""


class Work(ABC):
    name: ClassVar[str]
    """For --only."""
    title: ClassVar[str]
    distant: ClassVar[bool] = False
    """Whether the server is behind the link."""
    mib: ClassVar[int | None] = None
    """What is moved, to tell a rate."""
    goal: ClassVar[str] = ""

    def prepare(self, export: Export) -> None:
        """Makes what is needed, so that nothing is made during a measurement."""

    def clients(self) -> list[str]:
        return [client for client in CLIENTS if hasattr(self, client)]

    def measure(self, client: str, place: Place) -> Sample:
        sample = getattr(self, client)(place)
        return sample if isinstance(sample, Sample) else Sample(sample)


class MountedWork(Work):
    """A work that is the same in any mounted file system."""

    @abstractmethod
    def through(self, mount: Mounted) -> float:
        """Does it, checks it, and returns the seconds it took."""

    def ftpfs(self, place: Place) -> Sample:
        return self._in(Ftpfs(place))

    def rclone(self, place: Place) -> Sample:
        return self._in(Rclone(place))

    def _in(self, mounted: Mounted) -> Sample:
        with mounted as mount:
            return Sample(self.through(mount), mount.cpu_seconds())


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise WrongResult(what)
