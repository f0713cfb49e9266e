"""Command lines of lftp, with its own defaults."""

from .place import Place


def lftp(place: Place, *commands: str) -> list[str]:
    login = f"open -u {place.user},{place.password} ftp://{place.host}:{place.port}/"
    return ["lftp", "--norc", "-c", "; ".join(["set cmd:fail-exit yes", login, *commands])]
