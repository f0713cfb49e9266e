"""ProFTPD with the options of Debian's template that a client notices: MLSD, `ShowSymlinks`, a `DenyFilter`."""

from .server import Server


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
ModulePath {self.program("usr/lib/proftpd")}
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
"""
