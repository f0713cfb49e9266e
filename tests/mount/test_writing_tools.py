"""Ordinary programs that write do on the mount what they do on a local disk."""

import os
import sqlite3
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from fixture_types import Place
from limits import Limits
from tools import output
from tree import random_bytes

pytestmark = pytest.mark.writing

NAMES = ("plain", "two words", "'quoted'", '"double"', "-rf", "ünïcödé", "#hash", "50%", "a;b", ".hidden")


def _shell(place: Place, script: str) -> bytes:
    return output("sh", "-ec", script, cwd=place.here)


def _source(folder: Path) -> Path:
    """A small tree to copy, with old times."""
    (folder / "source" / "sub dir" / "empty").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        file = folder / "source" / "sub dir" / name
        file.write_bytes(random_bytes(name, 1000 * number))
        os.utime(file, (1_500_000_000 + number, 1_500_000_000 + number))
    (folder / "source" / "big").write_bytes(random_bytes("big", 5_000_000))
    return folder / "source"


def test_cp_and_mv_and_rm(place: Place, workspace: Path) -> None:
    source = _source(workspace)
    output("cp", "-r", source, place.here / "copy")
    output("diff", "-r", source, place.there / "copy")
    (place.here / "elsewhere").mkdir()
    output("mv", place.here / "copy", place.here / "elsewhere")
    output("diff", "-r", source, place.there / "elsewhere" / "copy")
    output("mv", place.here / "elsewhere" / "copy" / "big", place.here)
    assert sorted(os.listdir(place.there)) == ["big", "elsewhere"]
    output("rm", "-r", place.here / "elsewhere", place.here / "big")
    assert os.listdir(place.there) == os.listdir(place.here) == []


def test_cp_keeps_times(place: Place, workspace: Path, limits: Limits) -> None:
    source = _source(workspace)
    output("cp", "-r", "--preserve=timestamps", source, place.here / "copy")
    for name in NAMES:
        original = (source / "sub dir" / name).stat().st_mtime
        assert (place.here / "copy" / "sub dir" / name).stat().st_mtime == original, name
        if limits.sets_times:
            assert (place.there / "copy" / "sub dir" / name).stat().st_mtime == original, name


def test_a_shell_writes(place: Place) -> None:
    _shell(place, "echo one > file; echo two >> file; cat file > copy; : > empty; printf 'x%.0s' 1 2 3 > short")
    assert (place.there / "file").read_bytes() == b"one\ntwo\n"
    assert (place.there / "copy").read_bytes() == b"one\ntwo\n"
    assert (place.there / "empty").read_bytes() == b""
    assert (place.there / "short").read_bytes() == b"xxx"


def test_two_programs_append(place: Place) -> None:
    def append(word: str) -> None:
        for number in range(20):
            _shell(place, f"echo {word} {number} >> log")

    writers = [threading.Thread(target=append, args=[word]) for word in ("one", "two")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    lines = (place.there / "log").read_text().splitlines()
    for word in ("one", "two"):
        assert [line for line in lines if line.startswith(word)] == [f"{word} {number}" for number in range(20)]


def test_sed_and_patch_in_place(place: Place) -> None:
    (place.here / "text").write_text("first\nsecond\nthird\n")
    _shell(place, "sed -i s/second/2nd/ text")
    assert (place.there / "text").read_text() == "first\n2nd\nthird\n"
    change = "--- text\n+++ text\n@@ -1,3 +1,3 @@\n first\n-2nd\n+zweite\n third\n"
    subprocess.run(["patch", "-p0", "--quiet"], input=change.encode(), cwd=place.here, check=True, capture_output=True)
    assert (place.there / "text").read_text() == "first\nzweite\nthird\n"
    assert sorted(os.listdir(place.there)) == ["text"]


def test_editors_save(place: Place) -> None:
    file = place.here / "notes"
    file.write_text("old\n")
    temporary = place.here / ".notes.swp-like"
    with temporary.open("w") as out:
        out.write("new\n")
        out.flush()
        os.fsync(out.fileno())
        assert (place.there / ".notes.swp-like").read_text() == "new\n"
    temporary.rename(file)
    assert (place.there / "notes").read_text() == "new\n"
    command = ["vim.tiny", "-e", "-s", "-c", "%s/new/newer/", "-c", "x", file]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert (place.there / "notes").read_text() == "newer\n"
    assert os.listdir(place.there) == ["notes"]


def test_archives_are_unpacked(place: Place, workspace: Path) -> None:
    source = _source(workspace)
    output("tar", "cf", workspace / "all.tar", "-C", workspace, "source")
    output("tar", "xf", workspace / "all.tar", "-C", place.here)
    output("diff", "-r", source, place.there / "source")
    output("tar", "czf", place.here / "again.tgz", "-C", place.here, "source")
    output("tar", "xzf", place.there / "again.tgz", "-C", workspace, "--transform", "s/^source/again/")
    output("diff", "-r", source, workspace / "again")
    output("zip", "-q", "-r", place.here / "all.zip", "source", cwd=workspace)
    (place.here / "unzipped").mkdir()
    output("unzip", "-q", place.here / "all.zip", "-d", place.here / "unzipped")
    output("diff", "-r", source, place.there / "unzipped" / "source")


def test_rsync_the_second_time_has_nothing_to_do(place: Place, workspace: Path, limits: Limits) -> None:
    source = _source(workspace)
    os.utime(source / "sub dir", (1_400_000_000, 1_400_000_000))
    rsync = ("rsync", "-rtl", "--itemize-changes", f"{source}/", f"{place.here}/copy/")
    output(*rsync)
    output("diff", "-r", source, place.there / "copy")
    # Where the server does not take a time, as mostly of directories, the mount remembers it.
    assert output(*rsync) == b""
    if limits.sets_times_of_directories:
        assert (place.there / "copy" / "sub dir").stat().st_mtime == 1_400_000_000
    (source / "big").write_bytes(random_bytes("bigger", 5_000_001))
    output("rsync", "-rtl", "--inplace", f"{source}/", f"{place.here}/copy/")
    output("diff", "-r", source, place.there / "copy")


def test_git(place: Place, workspace: Path) -> None:
    output("git", "init", "--quiet", "-b", "main", place.here / "repo")
    git = ("git", "-C", place.here / "repo", "-c", "user.name=T", "-c", "user.email=t@example.org")
    for name in ("one", "two words"):
        (place.here / "repo" / name).write_text(f"content of {name}\n")
    output(*git, "add", "--all")
    output(*git, "commit", "--quiet", "-m", "first")
    assert output(*git, "status", "--porcelain") == b""
    (place.here / "repo" / "one").write_text("changed\n")
    assert output(*git, "status", "--porcelain") == b" M one\n"
    output(*git, "commit", "--quiet", "-a", "-m", "second")
    output(*git, "gc", "--quiet")
    output(*git, "fsck", "--strict", "--no-progress", "--no-dangling")
    output("git", "clone", "--quiet", place.here / "repo", workspace / "clone")
    output("git", "clone", "--quiet", "--no-hardlinks", place.here / "repo", place.here / "clone")
    assert (place.there / "clone" / "one").read_text() == "changed\n"
    output("git", "-C", place.here / "clone", "fsck", "--no-progress")
    assert output(*git, "log", "--format=%s") == b"second\nfirst\n"


def test_make_builds_a_program_that_runs(place: Place, limits: Limits) -> None:
    project = place.here / "project"
    project.mkdir()
    (project / "main.c").write_text('#include "said.h"\nint main(void) { return say(); }\n')
    (project / "said.h").write_text("int say(void);\n")
    (project / "said.c").write_text('#include <stdio.h>\nint say(void) { return puts("built here") < 0; }\n')
    (project / "Makefile").write_text(
        "program: main.o said.o\n\tcc -o $@ $^\n%.o: %.c said.h\n\tcc -c -o $@ $<\n"
    )
    output("make", "--silent", "-C", project)
    if limits.sets_modes:
        assert (project / "program").stat().st_mode & stat.S_IXUSR
        assert output(project / "program") == b"built here\n"
    assert b"up to date" in output("make", "-C", project)


def test_a_database(place: Place) -> None:
    with sqlite3.connect(place.here / "data.db") as database:
        database.execute("create table things (name text, size int)")
        database.executemany("insert into things values (?, ?)", [(f"thing {i}", i) for i in range(500)])
    database.close()
    with sqlite3.connect(place.here / "data.db") as database:
        database.execute("update things set size = size + 1 where size < 250")
    database.close()
    with sqlite3.connect(place.there / "data.db") as database:
        assert database.execute("select count(*), sum(size) from things").fetchall() == [(500, 500 * 499 // 2 + 250)]
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    database.close()
    assert output("sqlite3", place.here / "data.db", "select count(*) from things;") == b"500\n"


def test_parts_of_a_file_are_changed(place: Place) -> None:
    content = bytearray(random_bytes("parts", 300_000))
    file = place.here / "file"
    file.write_bytes(content)
    subprocess.run(
        ["dd", f"of={file}", "conv=notrunc", "bs=1000", "seek=100", "status=none"], input=b"A" * 2500, check=True
    )
    content[100_000:102_500] = b"A" * 2500
    assert (place.there / "file").read_bytes() == content
    output("truncate", "-s", "150000", file)
    assert (place.there / "file").read_bytes() == content[:150_000]
    output("truncate", "-s", "200000", file)
    assert (place.there / "file").read_bytes() == content[:150_000] + bytes(50_000)
    output("fallocate", "-l", "250000", file)
    assert (place.there / "file").stat().st_size == 250_000
    assert file.read_bytes() == content[:150_000] + bytes(100_000)


def test_sparse_copies(place: Place, workspace: Path) -> None:
    with (workspace / "sparse").open("wb") as file:
        file.truncate(3_000_000)
        file.seek(1_000_000)
        file.write(b"data in the middle")
    output("cp", "--sparse=always", workspace / "sparse", place.here / "copy")
    output("cmp", workspace / "sparse", place.there / "copy")


def test_install_sets_the_mode(place: Place, workspace: Path, limits: Limits) -> None:
    (workspace / "tool").write_bytes(b"#!/bin/sh\necho installed\n")
    if not limits.sets_modes:
        pytest.skip("the server has no command for modes")
    output("install", "-m", "750", workspace / "tool", place.here / "tool")
    assert stat.S_IMODE((place.here / "tool").stat().st_mode) == 0o750
    assert stat.S_IMODE((place.there / "tool").stat().st_mode) == 0o750
    assert output(place.here / "tool") == b"installed\n"
    output("chmod", "600", place.here / "tool")
    assert stat.S_IMODE((place.there / "tool").stat().st_mode) == 0o600


def test_touch_sets_times(place: Place, limits: Limits) -> None:
    file = place.here / "file"
    output("touch", file)
    output("touch", "-d", "2001-02-03 04:05:06 UTC", file)
    assert file.stat().st_mtime == 981_173_106
    if limits.sets_times:
        assert (place.there / "file").stat().st_mtime == 981_173_106


def test_links_are_made_where_the_server_can(place: Place, limits: Limits) -> None:
    (place.here / "file").write_bytes(b"behind the link\n")
    made = subprocess.run(["ln", "-s", "file", place.here / "link"], capture_output=True, check=False)
    if limits.makes_links:
        assert made.returncode == 0, made.stderr
        assert (place.there / "link").is_symlink()
        assert (place.here / "link").read_bytes() == b"behind the link\n"
    else:
        assert b"Operation not permitted" in made.stderr
        assert sorted(os.listdir(place.here)) == ["file"]


def test_a_thousand_files_come_and_go(place: Place) -> None:
    folder = place.here / "many"
    folder.mkdir()
    _shell(place, "i=0; while [ $i -lt 1000 ]; do echo $i > many/$i; i=$((i + 1)); done")
    assert len(os.listdir(place.there / "many")) == 1000
    assert (place.there / "many" / "777").read_bytes() == b"777\n"
    output("rm", "-r", folder)
    assert os.listdir(place.there) == []


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(place: Place, name: str) -> None:
    here, there = place.here / name, place.there / name
    here.write_bytes(b"content")
    assert there.read_bytes() == b"content"
    with here.open("ab") as file:
        file.write(b", and more")
    assert there.read_bytes() == here.read_bytes() == b"content, and more"
    here.rename(place.here / f"{name} moved")
    assert (place.there / f"{name} moved").read_bytes() == b"content, and more"
    (place.here / f"{name} moved").unlink()
    here.mkdir()
    (here / name).write_bytes(b"inside")
    assert (there / name).read_bytes() == b"inside"
    output("rm", "-r", "--", name, cwd=place.here)
    assert os.listdir(place.there) == []
