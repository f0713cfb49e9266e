"""Debian packages unpacked side by side, without installing them.

The FTP server packages conflict with one another, so each is downloaded with `apt-get download` and unpacked with
`dpkg -x` into a folder of its own below the cache (`FTPFS_TEST_CACHE`, by default `~/.cache/ftpfs-tests`).
A package that is already there is not fetched again. A folder appears complete or not at all.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path


class PackageError(RuntimeError):
    """A package could not be fetched or unpacked; the message says what to do."""


def cache_folder() -> Path:
    configured = os.environ.get("FTPFS_TEST_CACHE")
    return Path(configured) if configured else Path.home() / ".cache" / "ftpfs-tests"


def unpacked(package: str) -> Path:
    """The folder with the package's files, fetched now if needed."""
    folder = cache_folder() / package
    if not folder.is_dir():
        _fetch(package, folder)
    return folder


def library_path(packages: tuple[str, ...]) -> str:
    """A value for LD_LIBRARY_PATH with the shared libraries of these packages."""
    folders = {library.parent for package in packages for library in unpacked(package).rglob("*.so*")}
    return ":".join(sorted(str(folder) for folder in folders))


def _fetch(package: str, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{package}-") as scratch:
        # As root, apt would otherwise download as user _apt, who can't write into the scratch folder.
        download = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", package]
        try:
            _run(package, download, scratch)
        except PackageError:
            # A machine that never installed anything has no package index yet, or an old one.
            _run(package, ["apt-get", "update", "-q"], scratch)
            _run(package, download, scratch)
        archive = next(Path(scratch).glob("*.deb"))
        files = Path(scratch) / "files"
        _run(package, ["dpkg", "-x", str(archive), str(files)], scratch)
        _publish(files, folder)


def _publish(files: Path, folder: Path) -> None:
    try:
        files.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(files)  # somebody else was faster


def _run(package: str, command: list[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PackageError(
            f"cannot fetch the Debian package {package}: `{' '.join(command)}` said: {done.stderr.strip()}\n"
            "Is the package registry reachable?"
        )
