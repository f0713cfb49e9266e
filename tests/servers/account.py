"""The test account, and the private /etc in which a server finds it.

No server changes the system it runs on: each sees an /etc made here, with one login, the PAM services that the servers
ask for, and nothing else. The files exist for the life of the server only.
"""

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

HOME = "/srv"
"""Where the exported directory appears to the server."""

_PAM = """\
auth required pam_unix.so nodelay
account required pam_permit.so
session required pam_permit.so
"""


@dataclass(frozen=True)
class Account:
    user: str = "tester"
    password: str = "s3cret-word"
    uid: int = 47100
    gid: int = 47100


def write_etc(folder: Path, account: Account) -> None:
    """Fills `folder` with what the servers read below /etc."""
    (folder / "empty").mkdir(parents=True)  # the jail of processes that need no files at all
    (folder / "pam.d").mkdir()
    for service in ("ftp", "vsftpd"):
        (folder / "pam.d" / service).write_text(_PAM)
    hashed = crypt(account.password)
    login = f"{account.user}:x:{account.uid}:{account.gid}:FTP test account:{HOME}:/bin/sh"
    nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin"
    (folder / "passwd").write_text(f"root:x:0:0:root:/root:/bin/sh\n{nobody}\n{login}\n")
    (folder / "group").write_text(f"root:x:0:\nnogroup:x:65534:\ntesters:x:{account.gid}:\n")
    (folder / "shadow").write_text(f"root:*:19000::::::\n{account.user}:{hashed}:19000::::::\n")
    (folder / "logins").write_text(login.replace(":x:", f":{hashed}:", 1) + "\n")
    for secret in ("shadow", "logins"):
        os.chmod(folder / secret, 0o600)
    (folder / "shells").write_text("/bin/sh\n")
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nshadow: files\nhosts: files\n")


def crypt(password: str) -> str:
    """The SHA-256 crypt of a password, with few rounds because the tests log in often."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    hashed: bytes = library.crypt(password.encode(), b"$5$rounds=1000$ftpfstests")
    return hashed.decode()
