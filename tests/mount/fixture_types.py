"""Types of the fixtures (see `conftest`)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mount import Mount
from servers import Server

StartServer = Callable[..., Server]
StartMount = Callable[..., Mount]


@dataclass(frozen=True)
class Place:
    """A directory of a test's own."""

    mount: Mount
    here: Path
    """On the mount."""
    there: Path
    """On the server's disk."""
