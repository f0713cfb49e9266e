"""A running mount tells about itself through extended attributes of its root."""

import json
import os

import pytest

from mount import Mount
from servers import Account

pytestmark = pytest.mark.reading


def test_status_is_json_with_the_sessions(mounted: Mount) -> None:
    status = json.loads(os.getxattr(mounted.point, "user.ftpfs.status"))
    assert 1 <= status["remote"]["sessions"] <= status["remote"]["limit"] <= 8
    assert status["remote"]["logins"] >= 1
    assert status["names"]["listings"] >= 1


def test_url_has_no_password(mounted: Mount) -> None:
    url = os.getxattr(mounted.point, "user.ftpfs.url").decode()
    assert url.startswith("ftp://") and "127.0.0.1" in url
    assert Account().password not in url


def test_they_are_not_listed(mounted: Mount) -> None:
    assert os.listxattr(mounted.point) == []
