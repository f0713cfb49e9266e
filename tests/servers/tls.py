"""TLS of the test servers: how much of it they want, and the key and certificate they show."""

import subprocess
from enum import Enum
from pathlib import Path

COMMON_NAME = "ftp.example.net"
IDENTITY = "tls.pem"
"""Key and certificate in one file, below a server's /etc."""


class Tls(Enum):
    OFFERED = "plain logins, too, and data connections that resume no session"
    STRICT = "plain logins, too; data connections have to resume the session of the control connection"
    ONLY = "no plain login"


def write_identity(etc: Path) -> None:
    """Signed by itself."""
    key, certificate = etc / "key.pem", etc / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-keyout", str(key), "-out", str(certificate), "-subj", f"/O=Example Ltd./CN={COMMON_NAME}"]
    command += ["-addext", f"subjectAltName=DNS:{COMMON_NAME},IP:127.0.0.1"]
    subprocess.run(command, check=True, capture_output=True)
    identity = etc / IDENTITY
    identity.write_text(key.read_text() + certificate.read_text())
    identity.chmod(0o600)
