"""Servers and clients behind NAT and firewalls: what works by default, by which option, and what the message says.

What other clients do stands beside the option that does the same.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount, StartServer
from lab import CLIENT, DROPPED, ELSEWHERE, FORWARDED, GATE, HOME, SERVER, Lab
from mount import Mount, Options, option_string, run_ftpfs
from servers import Server

pytestmark = [
    pytest.mark.resilience,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces take root"),
]

URL = f"ftp://alice:s3cret@{GATE}/"
PATIENCE = {"connect_timeout": 3, "timeout": 5}


@pytest.fixture
def wires(network: Lab) -> Iterator[Lab]:
    """The network as it is at first, and what a test starts in it ended."""
    with network.session() as fresh:
        yield fresh


def reads(mount: Mount) -> None:
    """A listing, a download and an upload, each over data connections of its own."""
    assert "hello.txt" in os.listdir(mount.point)
    assert (mount.point / "hello.txt").read_bytes() == b"hello\n"
    assert (mount.point / "7.bin").read_bytes() == tree.random_bytes("7", 1_000_007)
    (mount.point / "new.txt").write_bytes(b"new\n")


def refused(workspace: Path, options: Options, inside: list[str]) -> str:
    """What the command says that does not mount, because the directory cannot be listed."""
    point = workspace / "mnt"
    point.mkdir()
    done = run_ftpfs("-o", option_string(options), URL, str(point), inside=inside)
    assert done.returncode == 5, done.stderr
    assert f"{GATE} takes the login, but no connection for data comes about" in done.stderr
    return done.stderr


@pytest.mark.parametrize("data", ["auto", "epsv", "pasv"])
def test_server_behind_nat_works_by_default(
    wires: Lab, small_export: Path, start_mount: StartMount, data: str
) -> None:
    """Its 227 names 10.77.0.2. As curl since 7.74, Python's ftplib and .NET."""
    wires.serve(small_export)
    mount = start_mount(URL, {"data": data, **PATIENCE}, inside=wires.inside("client"))
    reads(mount)


def test_believing_a_private_address_fails_and_says_so(wires: Lab, small_export: Path, workspace: Path) -> None:
    """As curl before 7.74, telnet by hand, WinSCP with "off"."""
    wires.serve(small_export)
    options: Options = {"data": "pasv", "pasv_address": "server", **PATIENCE}
    words = refused(workspace, options, wires.inside("client"))
    assert f"the server named the address {SERVER}, which is private" in words
    assert f"connect {SERVER}:" in words
    assert "pasv_address=control" in words


def test_auto_replaces_a_private_address(wires: Lab, small_export: Path, start_mount: StartMount) -> None:
    """As WinSCP with "auto"."""
    wires.serve(small_export)
    mount = start_mount(URL, {"data": "pasv", "pasv_address": "auto", **PATIENCE}, inside=wires.inside("client"))
    reads(mount)
    assert f"connect {SERVER}" not in mount.log.read_text()


@pytest.mark.parametrize("data", ["auto", "pasv"])
@pytest.mark.parametrize("address", ["server", "auto"])
def test_data_ports_on_another_address(
    wires: Lab, small_export: Path, start_mount: StartMount, address: str, data: str
) -> None:
    wires.data_ports_at(ELSEWHERE)
    wires.serve(small_export, named=ELSEWHERE)
    mount = start_mount(URL, {"data": data, "pasv_address": address, **PATIENCE}, inside=wires.inside("client"))
    reads(mount)


def test_data_ports_on_another_address_are_pointed_at(wires: Lab, small_export: Path, workspace: Path) -> None:
    wires.data_ports_at(ELSEWHERE)
    wires.serve(small_export, named=ELSEWHERE)
    words = refused(workspace, PATIENCE, wires.inside("client"))
    assert f"the server named another address, {ELSEWHERE}" in words
    assert "pasv_address=auto" in words


def test_firewall_that_drops_the_ports_of_epsv(wires: Lab, small_export: Path, start_mount: StartMount) -> None:
    wires.serve(small_export, extended=DROPPED)
    mount = start_mount(URL, PATIENCE, inside=wires.inside("client"))
    reads(mount)
    begin = time.monotonic()
    assert (mount.point / "folder" / "inner.txt").read_bytes() == b"inner\n"
    assert time.monotonic() - begin < 2, "it is remembered that EPSV's ports are closed"


def test_active_mode_from_a_host_that_can_be_reached(wires: Lab, small_export: Path, start_mount: StartMount) -> None:
    wires.serve(small_export)
    mount = start_mount(URL, {"data": "active", **PATIENCE}, inside=wires.inside("home"))
    reads(mount)


def test_active_mode_behind_nat_is_explained(wires: Lab, small_export: Path, workspace: Path) -> None:
    wires.serve(small_export)
    words = refused(workspace, {"data": "active", **PATIENCE}, wires.inside("client"))
    assert f"the server was asked to connect to {CLIENT}:" in words
    assert "active_address=" in words


def test_active_mode_behind_a_firewall_is_explained(wires: Lab, small_export: Path, workspace: Path) -> None:
    wires.serve(small_export)
    wires.shut_home()
    words = refused(workspace, {"data": "active", **PATIENCE}, wires.inside("home"))
    assert f"the server was asked to connect to {HOME}:" in words
    assert "active_address=" in words


def test_active_mode_on_every_server(
    server_type: type[Server], small_export: Path, start_server: StartServer, start_mount: StartMount
) -> None:
    server = start_server(server_type, writable=True)
    mount = start_mount(server.url, {"data": "active"})
    reads(mount)
    with open(mount.point / "3.bin", "rb", buffering=0) as file:
        file.seek(700_000)
        assert file.read(1000) == tree.random_bytes("3", 1_000_003)[700_000:701_000]
    (mount.point / "empty").touch()
    assert (small_export / "empty").stat().st_size == 0
    (mount.point / "large.bin").write_bytes(tree.random_bytes("large", 3_000_000))
    assert (small_export / "large.bin").read_bytes() == tree.random_bytes("large", 3_000_000)
    with pytest.raises(FileNotFoundError):
        (mount.point / "missing").read_bytes()
    log = mount.log.read_text()
    assert "> PORT " in log
    assert "> EPSV" not in log and "> PASV" not in log


def test_active_mode_behind_nat_with_forwarded_ports(wires: Lab, small_export: Path, start_mount: StartMount) -> None:
    wires.serve(small_export)
    options: Options = {"data": "active", "active_address": HOME, "active_ports": FORWARDED, **PATIENCE}
    mount = start_mount(URL, options, inside=wires.inside("client"))
    reads(mount)


def test_auto_climbs_to_active_mode_if_it_is_prepared(wires: Lab, small_export: Path, start_mount: StartMount) -> None:
    wires.serve(small_export, passive=DROPPED)
    options: Options = {"active_address": HOME, "active_ports": FORWARDED, **PATIENCE, "connect_timeout": 1}
    mount = start_mount(URL, options, inside=wires.inside("client"))
    reads(mount)
