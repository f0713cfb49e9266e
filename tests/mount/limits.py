"""What each server can't give, with the reason. Everything else is expected to be exact.

Each limit was seen in a plain FTP dialogue with that server. A limit of ftpfs has no place here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    listed_times: bool = False
    """Times come from `LIST`: to the minute for recent entries, to the day for older ones."""
    follows_links: bool = False
    """Links are shown as what they lead to."""
    hidden: frozenset[bytes] = frozenset()
    """Paths below `small` that are not in the listing at all, with everything below them."""
    unreadable: frozenset[bytes] = frozenset()
    """Paths below `small` that are listed but never sent, with everything below them."""


LIMITS: dict[str, Limits] = {
    # No MLSD.
    "vsftpd": Limits(listed_times=True),
    # MLSD leaves out links that lead nowhere; LIST has them.
    "proftpd": Limits(hidden=frozenset({b"links/dangling"})),
    # RETR of any path with a backslash in it: 553 Prohibited file name. SIZE, MDTM, MLST and CWD work.
    "pure-ftpd": Limits(unreadable=frozenset({b"backslash"})),
    # MLSD tells the type of a link's target and leaves out links that lead nowhere. Names that aren't UTF-8 are listed
    # with `?` for each wrong byte, and no name at all opens them.
    "pyftpdlib": Limits(follows_links=True, hidden=frozenset({b"links/dangling", b"latin"})),
    # No MLSD.
    "inetutils-ftpd": Limits(listed_times=True),
}
