"""ProFTPD with the options of Debian's template that a client notices: MLSD, `ShowSymlinks`, a `DenyFilter`."""

from .packages import unpacked
from .server import Server
from .tls import IDENTITY, Tls


_READING = """\
<Limit WRITE>
DenyAll
</Limit>
"""

# Debian's template allows to overwrite, and has both modules.
_WRITING = """\
AllowOverwrite on
Umask 022 022
LoadModule mod_copy.c
LoadModule mod_site_misc.c
"""


class Proftpd(Server):
    name = "proftpd"
    package = "proftpd-core"
    libraries = (
        "libhashkit2",
        "libhiredis0.14",
        "libmemcached11",
        "libmemcachedutil2",
        "libpcre2-posix3",
        "libsasl2-2",
    )

    def command(self) -> list[str]:
        return [self.program("usr/sbin/proftpd"), "--nodaemon", "--config", self.configure(self._configuration())]

    def _configuration(self) -> str:
        # One connection too many is refused at PASS; MaxInstances would close it without a word.
        limit = f"MaxClients {self.max_connections}" if self.limited else ""
        writing = _WRITING if self.writable else _READING
        return f"""\
ServerName test
ServerType standalone
DefaultAddress {self.host}
Port {self.port}
UseIPv6 off
User nobody
Group nogroup
ModulePath {self._modules()}
AuthPAM off
AuthUserFile /etc/logins
AuthGroupFile /etc/group
AuthOrder mod_auth_file.c
{"DefaultRoot ~" if self.chrooted else ""}
RequireValidShell off
UseReverseDNS off
<IfModule mod_ident.c>
IdentLookups off
</IfModule>
<IfModule mod_delay.c>
DelayEngine off
</IfModule>
MaxInstances {self.max_connections + 20}
{limit}
ShowSymlinks on
{writing}ListOptions "-l"
DenyFilter \\*.*/
TransferLog none
SystemLog none
WtmpLog off
ScoreboardFile /etc/empty/scoreboard
PidFile /etc/empty/pid
{self._tls()}"""

    def _modules(self) -> str:
        """ProFTPD looks in one folder only, and mod_tls is in a package of its own."""
        if not self.tls:
            return self.program("usr/lib/proftpd")
        folder = self.etc / "modules"
        folder.mkdir(exist_ok=True)
        for package in (self.package, "proftpd-mod-crypto"):
            for module in (unpacked(package) / "usr/lib/proftpd").glob("*.so"):
                (folder / module.name).unlink(missing_ok=True)
                (folder / module.name).symlink_to(module)
        return "/etc/modules"

    def _tls(self) -> str:
        if not self.tls:
            return ""
        return f"""\
LoadModule mod_tls.c
TLSEngine on
TLSRequired {"on" if self.tls is Tls.ONLY else "off"}
TLSRSACertificateFile /etc/{IDENTITY}
TLSRSACertificateKeyFile /etc/{IDENTITY}
TLSVerifyClient off
{"TLSOptions NoSessionReuseRequired" if self.tls is Tls.OFFERED else ""}
"""
