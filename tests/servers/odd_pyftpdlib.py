"""A pyftpdlib with odd data ports, for tests of networks: `odd_pyftpdlib.py HOME ADDRESS PORT [NAME=VALUE…]`.

`passive=LO-HI`: the ports of PASV, and of EPSV where `extended=LO-HI` gives no others. `named=ADDRESS`: what a 227 says.
Everybody may log in as alice, password "s3cret", and do everything. Says "ready" when it listens.
"""

import sys

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer

USER, PASSWORD = "alice", "s3cret"


def _ports(text: str) -> range:
    low, high = map(int, text.split("-"))
    return range(low, high + 1)


class Handler(FTPHandler):
    extended_ports: range | None = None

    def ftp_EPSV(self, line: str) -> None:
        mine = self.passive_ports
        self.passive_ports = self.extended_ports or mine
        super().ftp_EPSV(line)
        self.passive_ports = mine


def serve(home: str, address: str, port: int, settings: dict[str, str]) -> None:
    Handler.authorizer = DummyAuthorizer()
    Handler.authorizer.add_user(USER, PASSWORD, home, perm="elradfmwMT")
    Handler.passive_ports = _ports(settings.get("passive", "50000-50099"))
    Handler.extended_ports = _ports(settings["extended"]) if "extended" in settings else None
    Handler.masquerade_address = settings.get("named")
    server = FTPServer((address, port), Handler, backlog=128)
    print("ready", flush=True)
    server.serve_forever(handle_exit=False)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2], int(sys.argv[3]), dict(word.split("=", 1) for word in sys.argv[4:]))
