"""`python3 -m servers NAME DIRECTORY`: one test server in the foreground, until Ctrl-C."""

import argparse
import contextlib
import signal
from pathlib import Path

from . import SERVERS, Account
from .server import HOST


def main() -> None:
    parser = argparse.ArgumentParser(prog="python3 -m servers", description="Run one FTP server on a loopback port.")
    parser.add_argument("name", choices=sorted(SERVERS))
    parser.add_argument("directory", type=Path, help="the directory to export")
    parser.add_argument("--user", default=Account.user)
    parser.add_argument("--password", default=Account.password)
    parser.add_argument("--max-connections", type=int, metavar="N")
    parser.add_argument("--writable", action="store_true", help="let the account change the directory, and own it")
    parser.add_argument("--host", default=HOST, help="the address to listen on")
    parser.add_argument("--port", type=int, help="default: a free one")
    options = parser.parse_args()
    account = Account(options.user, options.password)
    directory, limit = options.directory.resolve(), options.max_connections
    where = {"host": options.host, "port": options.port}
    with SERVERS[options.name](directory, account, limit, writable=options.writable, **where) as server:
        print(server.url, flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
