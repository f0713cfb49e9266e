"""RESULTS.md: a section for each machine and set of versions, newest first, with two tables, a row for each work.

A row that is measured again replaces the old one of its section; the others stay, each with the commit it was
measured at.
"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from .table import MEMORY_HEAD, TIMES_HEAD, Row

_PREFACE = """\
# Measured

`tests/bench/run --write` writes this file. Every client does the same work on the same server in the same run, one
after the other in each round; medians. The server's files lie on a tmpfs, caches are dropped before each measurement,
and a mount is made anew for each, before the time begins; curl and lftp log in within their time. "ms" behind a work:
the round trip of the link between client and server. **×2.00** behind a peer's time: ftpfs takes half of it. lftp reads
single files with `pget -n 4`; rclone is `rclone mount` as it comes. Now and then the machine compiled beside, so
only the ratios of one row count.
"""


@dataclass
class Section:
    heading: str
    times: list[Row] = field(default_factory=list)
    memory: list[Row] = field(default_factory=list)

    def text(self) -> str:
        tables = [_table(TIMES_HEAD, self.times), _table(MEMORY_HEAD, self.memory)]
        return "\n\n".join([f"## {self.heading}", *(table for table in tables if table)])


def dated(commit: str) -> str:
    return f"{commit}, {date.today()}"


def write(path: Path, section: Section) -> None:
    old = _sections(path.read_text()) if path.exists() else []
    same = next((one for one in old if one.heading == section.heading), None)
    if same:
        old.remove(same)
        section = Section(section.heading, _merged(same.times, section.times), _merged(same.memory, section.memory))
    path.write_text("\n\n".join([_PREFACE.strip(), *(one.text() for one in [section, *old])]) + "\n")


def _merged(old: list[Row], new: list[Row]) -> list[Row]:
    measured = {row[0]: row for row in new}
    kept = [measured.pop(row[0], row) for row in old]
    return kept + list(measured.values())


def _table(head: Row, rows: list[Row]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _sections(text: str) -> list[Section]:
    """What `write` wrote; tables with other heads are dropped."""
    sections: list[Section] = []
    table: list[Row] | None = None
    for line in text.splitlines():
        if line.startswith("## "):
            sections.append(Section(line[3:]))
            table = None
        elif line.startswith("|") and sections:
            row = [cell.strip() for cell in line.strip("|").split("|")]
            if row == TIMES_HEAD:
                table = sections[-1].times
            elif row == MEMORY_HEAD:
                table = sections[-1].memory
            elif table is not None and set(row) != {"---"}:
                table.append(row)
        else:
            table = None
    return [section for section in sections if section.times or section.memory]
