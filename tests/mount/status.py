"""The exit statuses of ftpfs, as its manual page lists them."""

from enum import IntEnum


class Status(IntEnum):
    USAGE = 1
    MOUNT_POINT = 2
    MOUNT_POINT_BUSY = 3
    HOST_NOT_FOUND = 4
    CANNOT_CONNECT = 5
    NOT_FTP = 6
    LOGIN_REFUSED = 7
    NO_SUCH_DIRECTORY = 8
    NO_FUSE = 9
    TOO_MANY_CONNECTIONS = 10
    TLS = 11
    OTHER = 12
