"""Command lines of curl."""


def curl(*arguments: object) -> list[object]:
    return ["curl", "--disable", "--silent", "--show-error", *arguments]
