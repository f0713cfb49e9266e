"""Small changes of every kind, seen at once on the mount and, when the call returns, on the server's disk."""

import os
from pathlib import Path

import pytest

from fixture_types import Place
from tools import output
from tree import ODD_NAMES

pytestmark = pytest.mark.writing


def test_a_file_is_created_replaced_and_removed(place: Place) -> None:
    file = place.here / "file"
    file.write_bytes(b"first")
    assert (place.there / "file").read_bytes() == b"first"
    file.write_bytes(b"the second")
    assert (place.there / "file").read_bytes() == b"the second"
    assert file.read_bytes() == b"the second"
    assert file.stat().st_size == 10
    file.unlink()
    assert os.listdir(place.here) == os.listdir(place.there) == []


def test_a_file_is_read_while_it_is_written(place: Place) -> None:
    """At each step the reader sees what was written so far, also behind a page that it has read half full."""
    written = b""
    with open(place.here / "log", "wb", buffering=0) as writer:
        for number in range(200):
            line = f"line {number} of the log\n".encode()
            writer.write(line)
            written += line
            assert (place.here / "log").stat().st_size == len(written)
            if number % 7 == 0:
                assert (place.here / "log").read_bytes() == written
    assert (place.here / "log").read_bytes() == (place.there / "log").read_bytes() == written


def test_a_reader_follows_a_writer_through_one_handle(place: Place) -> None:
    with open(place.here / "log", "wb", buffering=0) as writer, open(place.here / "log", "rb", buffering=0) as reader:
        for number in range(50):
            line = f"line {number} of the log\n".encode()
            writer.write(line)
            assert reader.read(1000) == line


def test_a_reader_that_was_there_before_follows_a_writer(place: Place) -> None:
    file = place.here / "log"
    file.write_bytes(b"old\n" * 3)
    with open(file, "rb", buffering=0) as reader:
        assert reader.read(1000) == b"old\n" * 3
        reader.seek(0)
        with open(file, "wb", buffering=0) as writer:
            for number in range(50):
                line = f"line {number} of the log\n".encode()
                writer.write(line)
                assert reader.read(1000) == line
