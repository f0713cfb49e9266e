"""What each server can't give, with the reason. Everything else is expected to be exact.

Each limit was seen in a plain FTP dialogue with that server. A limit of ftpfs has no place here.
"""

from dataclasses import dataclass

from tree import BACKSLASH_NAMES


@dataclass(frozen=True)
class Limits:
    listed_times: bool = False
    """Times come from `LIST`: to the minute for recent entries, to the day for older ones."""
    listed_links: bool = False
    """Some links come from `LIST`, with its times."""
    follows_links: bool = False
    """Links are shown as what they lead to."""
    hidden: frozenset[bytes] = frozenset()
    """Paths below `small` that are not in the listing at all, with everything below them."""
    unreadable: frozenset[bytes] = frozenset()
    """Paths below `small` that are listed, but neither sent nor entered."""
    sets_times: bool = True
    """Has a command that sets the time of a file."""
    sets_times_of_directories: bool = False
    """That command takes directories, too."""
    sets_modes: bool = True
    """Has SITE CHMOD."""
    names_full_disk: bool = True
    """Always says so when its disk is full, at least in words that mean little else."""
    makes_links: bool = False
    """Has a command for symbolic links."""


LIMITS: dict[str, Limits] = {
    # No MLSD.
    "vsftpd": Limits(listed_times=True),
    # MLSD leaves out links that lead nowhere; LIST has them. A full disk: by chance 451 Transfer aborted. Input/output
    # error, or the system's own words.
    "proftpd": Limits(listed_links=True, sets_times_of_directories=True, makes_links=True, names_full_disk=False),
    # RETR and CWD with a backslash in the path: 553 Prohibited file name. SIZE, MDTM and MLST work.
    # A full disk: 451 Error during write to file.
    "pure-ftpd": Limits(
        sets_times_of_directories=True,
        names_full_disk=False,
        unreadable=frozenset(
            prefix + name for name in BACKSLASH_NAMES for prefix in (b"backslash/", b"backslash/folders/")
        )
    ),
    # MLSD tells the type of a link's target and leaves out links that lead nowhere. Names that aren't UTF-8 are listed
    # with `?` for each wrong byte, and no name at all opens them. A full disk: 426 None; transfer aborted.
    "pyftpdlib": Limits(follows_links=True, hidden=frozenset({b"links/dangling", b"latin"}), names_full_disk=False),
    # No MLSD, no MFMT, no SITE UTIME, and MDTM only asks.
    "inetutils-ftpd": Limits(listed_times=True, sets_times=False),
}
