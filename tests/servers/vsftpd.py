"""vsftpd as Debian builds it: no MLSD, dotfiles only with `LIST -a`, whole seconds only through MDTM.

With a zone it has `use_localtime`, so that MDTM tells local time, too.
"""

from .server import Server
from .tls import IDENTITY, Tls


class Vsftpd(Server):
    name = "vsftpd"
    package = "vsftpd"
    libraries = ("libwrap0", "libnsl2", "libtirpc3")

    def command(self) -> list[str]:
        return [self.program("usr/sbin/vsftpd"), self.configure(self._configuration())]

    def _configuration(self) -> str:
        # The seccomp filter of this build kills sessions on kernels newer than it.
        return f"""\
listen=YES
listen_address={self.host}
listen_port={self.port}
background=NO
anonymous_enable=NO
local_enable=YES
write_enable={"YES" if self.writable else "NO"}
allow_writeable_chroot=YES
local_umask=022
chroot_local_user={"YES" if self.chrooted else "NO"}
secure_chroot_dir=/etc/empty
pam_service_name=vsftpd
use_localtime={"NO" if self.zone == "UTC" else "YES"}
seccomp_sandbox=NO
delay_failed_login=0
max_clients={self.max_connections}
max_per_ip=0
{self._tls()}"""

    def _tls(self) -> str:
        if not self.tls:
            return ""
        forced = "YES" if self.tls is Tls.ONLY else "NO"
        return f"""\
ssl_enable=YES
rsa_cert_file=/etc/{IDENTITY}
force_local_logins_ssl={forced}
force_local_data_ssl={forced}
require_ssl_reuse={"NO" if self.tls is Tls.OFFERED else "YES"}
ssl_ciphers=HIGH
"""
