"""`listing=stat`: directories over the control connection, as on servers whose data connections are blocked."""

import os
from pathlib import Path

import pytest

from fixture_types import StartMount
from servers import Server

pytestmark = pytest.mark.reading


def test_directories_are_listed_without_a_data_connection(
    server_type: type[Server], workspace: Path, start_mount: StartMount
) -> None:
    export = workspace / "export"
    (export / "a folder").mkdir(parents=True)
    names = ["two words", "ünïcödé", "213 End", ".hidden"]
    for name in names:
        (export / "a folder" / name).write_bytes(b"content")
    shown = set(names)
    if server_type.name in ("proftpd", "pure-ftpd", "inetutils-ftpd"):
        shown.discard(".hidden")  # their STAT hides it
    with server_type(export) as server:
        mount = start_mount(server.url, {"listing": "stat", "armed": "off"})
        assert os.listdir(mount.point) == ["a folder"]
        assert set(os.listdir(mount.point / "a folder")) >= shown
        for name in shown:
            assert (mount.point / "a folder" / name).stat().st_size == 7
        log = mount.log.read_text()
        assert "> STAT ." in log
        assert not any(f"> {command}" in log for command in ("EPSV", "PASV", "LIST", "MLSD"))
