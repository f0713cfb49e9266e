"""Through real proxies: the client reaches nothing but them, and they alone know the server's name."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import tree
from fixture_types import StartMount
from lab import ELSEWHERE, HOME_INSIDE, HOST_NAME, Lab
from mount import Mount, Options, option_string, run_ftpfs

pytestmark = [
    pytest.mark.resilience,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces take root"),
]

URL = f"ftp://alice:s3cret@{HOST_NAME}/"
PATIENCE = {"connect_timeout": 5, "timeout": 10}
SOCKS_PORT, HTTP_PORT = 1080, 3128
LOGIN = "pat:open-sesame"
PROXIES = {
    "socks5": f"socks5://{LOGIN}@{HOME_INSIDE}:{SOCKS_PORT}",
    "http": f"http://{LOGIN}@{HOME_INSIDE}:{HTTP_PORT}",
}


@pytest.fixture
def wires(network: Lab, workspace: Path, small_export: Path) -> Iterator[Lab]:
    """The client is cut off, but for a proxy of each kind on its router."""
    with network.session() as fresh:
        user, password = LOGIN.split(":")
        fresh.cut_off()
        fresh.start_quiet("home", HOME_INSIDE, SOCKS_PORT, "microsocks", "-i", HOME_INSIDE, "-p", str(SOCKS_PORT),
                          "-u", user, "-P", password)  # fmt: skip
        configuration = workspace / "tinyproxy.conf"
        configuration.write_text(
            f"Port {HTTP_PORT}\nListen {HOME_INSIDE}\nTimeout 60\nMaxClients 50\nBasicAuth {user} {password}\n"
            f'LogFile "{workspace}/tinyproxy.log"\n'
        )
        fresh.start_quiet("home", HOME_INSIDE, HTTP_PORT, "tinyproxy", "-d", "-c", str(configuration))
        yield fresh


def reads_and_writes(mount: Mount, export: Path) -> None:
    assert "hello.txt" in os.listdir(mount.point)
    assert (mount.point / "7.bin").read_bytes() == tree.random_bytes("7", 1_000_007)
    (mount.point / "new.bin").write_bytes(tree.random_bytes("new", 300_000))
    assert (export / "new.bin").read_bytes() == tree.random_bytes("new", 300_000)


def refused(workspace: Path, wires: Lab, options: Options) -> str:
    point = workspace / "mnt"
    point.mkdir()
    done = run_ftpfs("-o", option_string({**PATIENCE, **options}), URL, str(point), inside=wires.inside("client"))
    assert done.returncode != 0
    return done.stderr


def test_nothing_works_without_a_proxy(wires: Lab, small_export: Path, workspace: Path) -> None:
    wires.serve(small_export)
    assert refused(workspace, wires, {})


@pytest.mark.parametrize("data", ["auto", "epsv", "pasv"])
@pytest.mark.parametrize("kind", list(PROXIES))
def test_through_a_proxy(wires: Lab, small_export: Path, start_mount: StartMount, kind: str, data: str) -> None:
    wires.serve(small_export)
    options: Options = {"proxy": PROXIES[kind], "data": data, **PATIENCE}
    mount = start_mount(URL, options, inside=wires.inside("client"))
    reads_and_writes(mount, small_export)
    assert "open-sesame" not in mount.log.read_text()
    assert b"open-sesame" not in Path(f"/proc/{mount.pid}/cmdline").read_bytes()


@pytest.mark.parametrize("address", ["server", "auto"])
@pytest.mark.parametrize("kind", list(PROXIES))
def test_data_ports_elsewhere(
    wires: Lab, small_export: Path, start_mount: StartMount, kind: str, address: str
) -> None:
    wires.data_ports_at(ELSEWHERE)
    wires.serve(small_export, named=ELSEWHERE)
    options: Options = {"proxy": PROXIES[kind], "pasv_address": address, **PATIENCE}
    mount = start_mount(URL, options, inside=wires.inside("client"))
    reads_and_writes(mount, small_export)


@pytest.mark.parametrize("kind", list(PROXIES))
def test_wrong_password(wires: Lab, small_export: Path, workspace: Path, kind: str) -> None:
    wires.serve(small_export)
    complaint = refused(workspace, wires, {"proxy": PROXIES[kind].replace("sesame", "barley")})
    assert "the user or the password of proxy=" in complaint
    assert "barley" not in complaint


@pytest.mark.parametrize("kind", list(PROXIES))
def test_missing_password(wires: Lab, small_export: Path, workspace: Path, kind: str) -> None:
    wires.serve(small_export)
    complaint = refused(workspace, wires, {"proxy": PROXIES[kind].replace(f"{LOGIN}@", "")})
    assert "wants a login" in complaint


def test_proxy_that_allows_only_some_ports(
    wires: Lab, small_export: Path, workspace: Path
) -> None:
    wires.serve(small_export)
    configuration = workspace / "strict.conf"
    configuration.write_text(f"Port 8888\nListen {HOME_INSIDE}\nTimeout 60\nMaxClients 50\nConnectPort 21\n"
                             f'LogFile "{workspace}/strict.log"\n')  # fmt: skip
    wires.start_quiet("home", HOME_INSIDE, 8888, "tinyproxy", "-d", "-c", str(configuration))
    complaint = refused(workspace, wires, {"proxy": f"http://{HOME_INSIDE}:8888"})
    assert "it does not allow this connection (HTTP/1.1 403" in complaint
    assert "all passive ports" in complaint


def test_proxy_that_is_not_there(wires: Lab, small_export: Path, workspace: Path) -> None:
    complaint = refused(workspace, wires, {"proxy": f"socks5://{HOME_INSIDE}:1"})
    assert f"the proxy {HOME_INSIDE}" in complaint
