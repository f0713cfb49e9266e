"""The memory of one mount, after nothing and after everything."""

from .export import BIG, MIB, Export, empty
from .mounted import CACHE_SIZE_MIB, Ftpfs
from .place import on_loopback
from .stopwatch import drop_caches, seconds
from .work import MountedWork

NAME = "memory"

_WRITERS = 8
_WRITTEN_MIB = BIG // MIB // 4  # each; all of them still write many times what a mount may keep

Rows = dict[str, tuple[float, str]]
"""Title → MiB and the goal."""


def measure(server: str, export: Export, works: list[MountedWork]) -> Rows:
    for work in works:
        work.prepare(export)
    export.clear()
    with on_loopback(server, export) as place, Ftpfs(place) as mount:
        idle = mount.memory_mib("VmRSS")
        for work in works:
            drop_caches()
            work.through(mount)
            _empty(export, mount)
        after, peak = mount.memory_mib("VmRSS"), mount.memory_mib("VmHWM")
        _write_at_once(export, mount)
        crowd = mount.memory_mib("VmHWM")
        _empty(export, mount)
    goal = f"at most {CACHE_SIZE_MIB + 32}"
    return {
        "resident, idle after the mount": (idle, "at most 12"),
        f"resident, after all of the works in one mount, cache_size={CACHE_SIZE_MIB}M": (after, goal),
        "peak of those": (peak, goal),
        f"peak, with {_WRITERS} writers of {_WRITTEN_MIB} MiB each at once": (crowd, "bounded"),
    }


def _empty(export: Export, mount: Ftpfs) -> None:
    """Through the mount, which would otherwise believe in what it has written."""
    empty(mount.point / "new")
    export.clear()


def _write_at_once(export: Export, mount: Ftpfs) -> None:
    source = export.big_source()
    copies = ["dd", f"if={source}", "bs=1M", f"count={_WRITTEN_MIB}", "status=none"]
    seconds(*([*copies, f"of={mount.point / 'new' / str(i)}"] for i in range(_WRITERS)))
