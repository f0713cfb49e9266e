"""Things on a port that are not FTP servers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def web_server() -> Iterator[int]:
    """Speaks HTTP to whoever connects; gives its port."""
    with _listening(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") as port:
        yield port


@contextmanager
def silent_listener() -> Iterator[int]:
    """Accepts, and says nothing."""
    with _listening(b"") as port:
        yield port


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def _listening(greeting: bytes) -> Iterator[int]:
    accepted: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            accepted.append(connection)
            if greeting:
                connection.sendall(greeting)
                connection.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)
            for connection in accepted:
                connection.close()
