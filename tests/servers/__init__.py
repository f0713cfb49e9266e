"""Real FTP servers on loopback ports, for tests, benches and people.

`start(name, directory)` gives a running server; see `Server` for what it can do. `python3 -m servers NAME DIRECTORY`,
run from `tests/`, starts one in the foreground and prints its URL.
"""

from pathlib import Path

from .account import Account
from .inetutils import InetutilsFtpd
from .packages import PackageError
from .proftpd import Proftpd
from .pureftpd import PureFtpd
from .pyftpdlib_server import Pyftpdlib
from .server import Server, ServerError
from .vsftpd import Vsftpd

SERVERS: dict[str, type[Server]] = {
    server.name: server for server in (Vsftpd, Proftpd, PureFtpd, Pyftpdlib, InetutilsFtpd)
}


def start(name: str, directory: Path, **options: object) -> Server:
    """Starts the server of that name; the options are those of `Server`."""
    return SERVERS[name](directory, **options).start()


__all__ = ["SERVERS", "Account", "PackageError", "Server", "ServerError", "start"]
