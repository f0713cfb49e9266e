"""GNU inetutils' ftpd, the plainest of servers: no MLSD, and REST is forgotten by any command in between."""

import sys
from pathlib import Path

from .server import Server


class InetutilsFtpd(Server):
    name = "inetutils-ftpd"
    package = "inetutils-ftpd"
    libraries = ("libwrap0", "libnsl2", "libtirpc3")

    def command(self) -> list[str]:
        if self.chrooted:
            (self.etc / "ftpchroot").write_text(f"{self.account.user}\n")
        inetd = str(Path(__file__).with_name("inetd.py"))
        daemon = [self.program("usr/sbin/ftpd"), "-l"]
        return [sys.executable, inetd, str(self.port), str(self.max_connections), *daemon]
