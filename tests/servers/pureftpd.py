"""Pure-FTPd: MLSD, and a listing limit that is raised here because a directory of the tests has 100,000 entries."""

from .server import Server
from .tls import IDENTITY, Tls


class PureFtpd(Server):
    name = "pure-ftpd"
    package = "pure-ftpd"
    libraries = ("libsodium23",)

    def command(self) -> list[str]:
        return [
            self.program("usr/sbin/pure-ftpd"),
            *("--bind", f"{self.host},{self.port}"),
            *("--login", "unix"),
            *(["--chrooteveryone"] if self.chrooted else []),
            "--noanonymous",
            "--dontresolve",
            *("--maxclientsnumber", str(self.max_connections)),
            *("--maxclientsperip", str(self.max_connections)),
            *("--limitrecursion", "200000:10"),
            *("--pidfile", "/etc/empty/pid"),
            *([f"--tls={2 if self.tls is Tls.ONLY else 1}", f"--certfile=/etc/{IDENTITY}"] if self.tls else []),
        ]
