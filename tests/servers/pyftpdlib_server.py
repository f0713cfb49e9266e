"""pyftpdlib (package python3-pyftpdlib): MLSD that follows links, one process for all sessions, always chrooted."""

import os
import sys
from pathlib import Path

from .account import HOME
from .server import Server


class Pyftpdlib(Server):
    name = "pyftpdlib"
    needs_root = False

    def command(self) -> list[str]:
        daemon = str(Path(__file__).with_name("pyftpdlib_daemon.py"))
        account = self.account
        # In a user namespace there is only the one user.
        uid, gid = (account.uid, account.gid) if os.geteuid() == 0 else (0, 0)
        numbers = [str(number) for number in (self.port, self.max_connections, uid, gid)]
        (self.etc / "login").write_text(f"{account.user}\n{account.password}\n")
        permissions = "elradfmwMT" if self.writable else "elr"
        return [sys.executable, daemon, HOME, "/etc/login", *numbers, permissions]
