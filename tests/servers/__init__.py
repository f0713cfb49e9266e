"""Real FTP servers on loopback ports, for tests, benches and people.

`with SERVERS[name](directory) as server:` runs one; see `Server` for what it can do. From `tests/`,
`python3 -m servers NAME DIRECTORY` runs one in the foreground and prints its URL.
"""

from .account import HOME, Account
from .inetutils import InetutilsFtpd
from .packages import PackageError
from .proftpd import Proftpd
from .pureftpd import PureFtpd
from .pyftpdlib_server import Pyftpdlib
from .server import Server, ServerError
from .tls import Tls
from .vsftpd import Vsftpd

SERVERS: dict[str, type[Server]] = {
    server.name: server for server in (Vsftpd, Proftpd, PureFtpd, Pyftpdlib, InetutilsFtpd)
}

__all__ = ["HOME", "SERVERS", "Account", "PackageError", "Server", "ServerError", "Tls"]
