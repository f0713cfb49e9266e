"""Serves a directory with pyftpdlib: `pyftpdlib_daemon.py HOME LOGIN-FILE PORT LIMIT UID GID PERMISSIONS`, in the foreground."""

import os
import sys
from pathlib import Path

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer


def serve(home: str, login: Path, port: int, limit: int, uid: int, gid: int, permissions: str) -> None:
    user, password = login.read_text().splitlines()
    FTPHandler.authorizer = DummyAuthorizer()
    FTPHandler.authorizer.add_user(user, password, home, perm=permissions)
    FTPHandler.auth_failed_timeout = 0
    FTPServer.max_cons_per_ip = limit  # max_cons would count data connections as well
    server = FTPServer(("127.0.0.1", port), FTPHandler, backlog=128)
    os.setgid(gid)
    os.setuid(uid)
    server.serve_forever(handle_exit=False)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:7]), permissions=sys.argv[7])
