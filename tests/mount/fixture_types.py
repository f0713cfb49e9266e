"""Types of the fixtures that are functions (see `conftest`)."""

from collections.abc import Callable

from mount import Mount
from servers import Server

StartServer = Callable[..., Server]
StartMount = Callable[..., Mount]
