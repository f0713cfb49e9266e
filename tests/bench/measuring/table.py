"""Samples of several rounds as rows of a table: medians, and how much faster ftpfs is."""

import statistics
from collections.abc import Mapping, Sequence

from .work import CLIENTS, Sample, Work

Row = list[str]
"""The first cell tells the row from others."""

TIMES_HEAD: Row = ["work", *CLIENTS, "FTP commands of ftpfs", "goal", "commit"]
MEMORY_HEAD: Row = ["memory of ftpfs", "MiB", "goal", "commit"]


def times_row(work: Work, where: str, samples: Mapping[str, Sequence[Sample]], commit: str) -> Row:
    own = _median(samples["ftpfs"]) if samples.get("ftpfs") else None
    cells = [_cell(work, client, samples.get(client, ()), own) for client in CLIENTS]
    return [f"{work.title}{where}", *cells, _commands(samples.get("ftpfs", ())), work.goal, commit]


def memory_row(title: str, mib: float, goal: str, commit: str) -> Row:
    return [title, f"{mib:.1f}", goal, commit]


def _median(samples: Sequence[Sample]) -> float:
    return statistics.median(sample.seconds for sample in samples)


def _cell(work: Work, client: str, samples: Sequence[Sample], own: float | None) -> str:
    if not samples:
        return "–"
    median = _median(samples)
    notes = [f"{work.mib / median:.0f} MiB/s"] if work.mib else []
    cpu = [sample.cpu for sample in samples if sample.cpu is not None]
    if client == "ftpfs" and work.mib and cpu:
        notes.append(f"CPU {statistics.median(cpu):.2f} s")
    text = _duration(median) + (f" ({', '.join(notes)})" if notes else "")
    return text if client == "ftpfs" or not own else f"{text} **×{median / own:.2f}**"


def _duration(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def _commands(samples: Sequence[Sample]) -> str:
    counts = [sample.commands for sample in samples if sample.commands is not None]
    return str(int(statistics.median(counts))) if counts else "–"
