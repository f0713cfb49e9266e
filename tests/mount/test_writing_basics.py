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
