"""A tiny inetd: gives each connection to a program of its own, on its standard input, output and error.

Run as `inetd.py PORT LIMIT PROGRAM [ARGUMENT…]`. A connection over the limit is closed without a word, as the
`instances` of xinetd and the `MaxInstances` of ProFTPD do.
"""

import signal
import socket
import subprocess
import sys


def serve(port: int, limit: int, program: list[str]) -> None:
    running: list[subprocess.Popen[bytes]] = []
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            running = [child for child in running if child.poll() is None]
            with connection:
                if len(running) < limit:
                    number = connection.fileno()
                    running.append(subprocess.Popen(program, stdin=number, stdout=number, stderr=number))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
