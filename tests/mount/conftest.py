"""The fixtures: one exported tree for all, and per server one process and one mount for the tests that only read.

Tests that kill, stop or limit a server take one of their own from `lone_server`, with a small tree they may change.
Whatever a test does, it ends: a watchdog kills the daemon under an operation that hangs.
"""

import os
import shutil
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import tree
from fixture_types import Place, StartMount, StartServer
from lab import Lab
from limits import LIMITS, Limits
from mount import FTPFS, Mount, Options, adopt_orphans, unmount_all_below
from servers import SERVERS, Server

TEST_LIMIT = 90.0
"""Seconds after which a test's mounts are killed."""

_live: list[Mount] = []


def pytest_sessionstart() -> None:
    adopt_orphans()
    if not FTPFS.is_file():
        pytest.exit(f"no program at {FTPFS}: build the preset `asan`, or set FTPFS", returncode=2)
    if not os.path.exists("/dev/fuse"):
        pytest.exit("no /dev/fuse here: the kernel's FUSE is missing, or hidden from this container", returncode=2)
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.exit("/dev/fuse is not for this user: run as root, or let users open it", returncode=2)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for the whole run, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ftpfs-tests-"))
    yield folder
    unmount_all_below(folder)
    shutil.rmtree(folder)


@pytest.fixture
def workspace(scratch: Path) -> Iterator[Path]:
    """A folder for one test, gone afterwards."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    yield folder
    unmount_all_below(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def export(scratch: Path) -> Path:
    """The exported tree (see `tree`), shared by all servers; nobody changes it."""
    folder = scratch / "export"
    folder.mkdir()
    tree.build(folder)
    return folder


@pytest.fixture(scope="session", params=list(SERVERS))
def server_type(request: pytest.FixtureRequest) -> type[Server]:
    kind: type[Server] = SERVERS[request.param]
    if kind.needs_root and os.geteuid() != 0:
        pytest.skip(f"{kind.name} switches to its account's user, which takes root")
    return kind


@pytest.fixture(scope="session")
def limits(server_type: type[Server]) -> Limits:
    return LIMITS[server_type.name]


@pytest.fixture(scope="session")
def shared_mount(server_type: type[Server], export: Path, scratch: Path) -> Iterator[Mount]:
    """The exported tree on the server in question, mounted read-only, else with default options."""
    with server_type(export) as server, Mount(server.url, scratch / server.name, {"ro": True}) as mount:
        _live.append(mount)
        yield mount
        _live.remove(mount)


@pytest.fixture
def mounted(shared_mount: Mount) -> Iterator[Mount]:
    """The shared mount, alive: a crash is the failure of the test that met it, and of no other."""
    shared_mount.revive()
    yield shared_mount
    crash = shared_mount.revive()
    assert crash is None, f"the daemon died\n{crash}"


@pytest.fixture(scope="session")
def writable_mount(server_type: type[Server], scratch: Path) -> Iterator[tuple[Mount, Path]]:
    """An export that may be changed, mounted with default options, and the exported directory itself."""
    folder = scratch / f"writable-{server_type.name}"
    folder.mkdir()
    with (
        server_type(folder, writable=True) as server,
        Mount(server.url, scratch / f"{server.name}-writable") as mount,
    ):
        _live.append(mount)
        yield mount, folder
        _live.remove(mount)


@pytest.fixture
def place(writable_mount: tuple[Mount, Path]) -> Iterator[Place]:
    """A fresh directory on a writable mount, and the same directory as the server has it."""
    mount, export = writable_mount
    mount.revive()
    name = tempfile.mkdtemp(prefix="place-", dir=mount.point).rpartition("/")[2]
    yield Place(mount, mount.point / name, export / name)
    crash = mount.revive()
    assert crash is None, f"the daemon died\n{crash}"


@pytest.fixture
def second_mount(writable_mount: tuple[Mount, Path], start_mount: StartMount) -> Mount:
    """The same export once more, whose changes by the other mount are seen after a second."""
    return start_mount(writable_mount[0].url, {"dir_ttl": 1, "attr_ttl": 1, "negative_ttl": 1})


@pytest.fixture
def small_export(workspace: Path) -> Path:
    """A little tree which a test may change."""
    folder = workspace / "export"
    (folder / "folder").mkdir(parents=True)
    tree.write(folder / "hello.txt", b"hello\n")
    tree.write(folder / "folder" / "inner.txt", b"inner\n")
    for number in range(8):
        tree.write(folder / f"{number}.bin", tree.random_bytes(f"{number}", 1_000_000 + number))
    return folder


@pytest.fixture
def start_server(small_export: Path) -> Iterator[StartServer]:
    """Starts a server of that type for this test alone, by default with the small tree; more arguments as for it."""
    with ExitStack() as stack:

        def start(kind: type[Server], directory: Path = small_export, **arguments: Any) -> Server:
            return stack.enter_context(kind(directory, **arguments))

        yield start


@pytest.fixture
def start_mount(workspace: Path) -> Iterator[StartMount]:
    """Mounts a URL for this test alone; unmounts it afterwards, and checks that nothing is left."""
    with ExitStack() as stack:

        def start(url: str, options: Options = {}, **arguments: Any) -> Mount:
            mount = Mount(url, workspace / f"mount-{len(_live)}", options, **arguments)
            stack.enter_context(mount)
            _live.append(mount)
            stack.callback(_live.remove, mount)
            return mount

        yield start


@pytest.fixture(scope="module")
def network() -> Iterator[Lab]:
    """A network with NAT on both sides; see `lab`."""
    with Lab() as made:
        yield made


def _kill_mounts() -> None:
    for mount in list(_live):
        mount.kill()


@pytest.fixture(autouse=True)
def watchdog() -> Iterator[None]:
    """Kills the mounts of a test that takes too long: its operations then fail instead of hanging."""
    timer = threading.Timer(TEST_LIMIT, _kill_mounts)
    timer.start()
    yield
    timer.cancel()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.sections += [(f"ftpfs on {mount.point}", mount.evidence()) for mount in _live]
