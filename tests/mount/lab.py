"""A network of its own, made of network namespaces: an FTP server behind NAT, and a client behind another one.

    client ──── home ──── gate ──── server
    192.168.77.2   198.51.100.1   198.51.100.5 and .6   10.77.0.2

The gate passes the server's control port and passive ports on, drops what goes to ports 51000 to 51099, and refuses the
rest; connections of the server come out with its first address. The home router hides the client behind its address,
passes ports 52000 to 52099 on to it, and can be told to pass nothing. Nothing of this touches the network of the machine.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from mount import poll

CONTROL_PORT = 21
CLIENT, HOME_INSIDE, HOME, GATE, ELSEWHERE, SERVER = (
    "192.168.77.2",
    "192.168.77.1",
    "198.51.100.1",
    "198.51.100.5",
    "198.51.100.6",
    "10.77.0.2",
)
PASSIVE = "50000-50099"
DROPPED = "51000-51099"
FORWARDED = "52000-52099"
HOST_NAME = "ftp.lab.example"
"""A name of the gate that only the home router knows."""

_ODD_SERVER = Path(__file__).resolve().parents[1] / "servers" / "odd_pyftpdlib.py"


class Lab:
    def __init__(self) -> None:
        self._stack = ExitStack()
        self._names = {role: f"ftpfs-{os.getpid()}-{role}" for role in ("client", "home", "gate", "server")}

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            for name in self._names.values():
                _run("ip", "netns", "add", name)
                undo.callback(_run, "ip", "netns", "delete", name)
                _run("ip", "-n", name, "link", "set", "lo", "up")
            self._hosts_file(undo)
            self._cable("client", f"{CLIENT}/24", "home", f"{HOME_INSIDE}/24")
            self._cable("home", f"{HOME}/24", "gate", f"{GATE}/24")
            self._cable("gate", "10.77.0.1/24", "server", f"{SERVER}/24")
            self._run("gate", "ip", "address", "add", f"{ELSEWHERE}/24", "dev", "to-home")
            self._run("client", "ip", "route", "add", "default", "via", HOME_INSIDE)
            self._run("server", "ip", "route", "add", "default", "via", "10.77.0.1")
            for router in ("home", "gate"):
                self._run(router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
            self._rules("home", _HOME_RULES)
            self._rules("gate", _gate_rules(GATE))
            self._stack = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def session(self) -> Iterator[Self]:
        """The network as it was made; what is started meanwhile ends with it."""
        whole = self._stack
        try:
            with ExitStack() as self._stack:
                yield self
        finally:
            self._stack = whole
            self._rules("home", _HOME_RULES)
            self._rules("gate", _gate_rules(GATE))

    def inside(self, role: str) -> list[str]:
        """What to write before a command so that it runs with that host's network, and sees all files as they are."""
        return ["nsenter", f"--net=/run/netns/{self._names[role]}"]

    def serve(self, home: Path, **settings: str) -> None:
        """An FTP server on the host behind the gate, until the test is over."""
        words = [f"{name}={value}" for name, value in settings.items()]
        self.start("server", sys.executable, str(_ODD_SERVER), str(home), SERVER, str(CONTROL_PORT), *words)

    def data_ports_at(self, address: str) -> None:
        """Which of the gate's two addresses has the passive ports; the other one refuses them."""
        self._rules("gate", _gate_rules(address))

    def cut_off(self) -> None:
        """The client reaches nothing beyond the home router any more, and nobody there reaches it."""
        self._rules("home", _HOME_RULES + _CUT_OFF)

    def shut_home(self) -> None:
        """Nobody connects to the home router any more: what tries is dropped."""
        self._rules("home", _HOME_RULES + _SHUT)

    def start(self, role: str, *command: str) -> None:
        """A program that says "ready" when it is, and runs until the test is over."""
        process = subprocess.Popen(
            [*self.resolves(role), *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

        def end() -> None:
            process.kill()
            process.wait()
            assert process.stdout
            process.stdout.close()

        self._stack.callback(end)
        assert process.stdout
        line = process.stdout.readline()
        assert line == "ready\n", f"{command} is not ready: {line}"

    def start_quiet(self, role: str, address: str, port: int, *command: str) -> None:
        """The same for one that does not say so: it is ready when it listens."""
        process = subprocess.Popen(
            [*self.resolves(role), *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        listens = [*self.inside(role), "ss", "-Hltn", f"src {address} and sport = {port}"]
        assert poll(lambda: bool(subprocess.run(listens, capture_output=True, check=True).stdout), timeout=15), command

    def resolves(self, role: str) -> list[str]:
        """As `inside`, and with the names that host knows."""
        return ["ip", "netns", "exec", self._names[role]]

    def _run(self, role: str, *command: str) -> None:
        _run("ip", "netns", "exec", self._names[role], *command)

    def _rules(self, role: str, rules: str) -> None:
        subprocess.run([*self.resolves(role), "nft", "-f", "-"], input="flush ruleset\n" + rules, text=True, check=True)

    def _cable(self, left: str, left_address: str, right: str, right_address: str) -> None:
        left_name, right_name = self._names[left], self._names[right]
        _run("ip", "-n", left_name, "link", "add", f"to-{right}", "type", "veth",
             "peer", "name", f"to-{left}", "netns", right_name)
        for name, device, address in (
            (left_name, f"to-{right}", left_address),
            (right_name, f"to-{left}", right_address),
        ):
            _run("ip", "-n", name, "address", "add", address, "dev", device)
            _run("ip", "-n", name, "link", "set", device, "up")

    def _hosts_file(self, undo: ExitStack) -> None:
        folder = Path("/etc/netns") / self._names["home"]
        folder.mkdir(parents=True)
        undo.callback(folder.rmdir)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{GATE} {HOST_NAME}\n")
        undo.callback((folder / "hosts").unlink)


_HOME_RULES = f"""
table ip nat {{
    chain prerouting {{
        type nat hook prerouting priority -100;
        iifname "to-gate" tcp dport {FORWARDED} dnat to {CLIENT}
    }}
    chain postrouting {{
        type nat hook postrouting priority 100;
        oifname "to-gate" ip saddr 192.168.77.0/24 masquerade
    }}
}}
"""

_CUT_OFF = """
table ip filter {
    chain forward {
        type filter hook forward priority 0;
        reject
    }
}
"""


_SHUT = """
table ip filter {
    chain input {
        type filter hook input priority 0;
        ct state new tcp flags syn drop
    }
}
"""


def _gate_rules(data_address: str) -> str:
    return f"""
table ip nat {{
    chain prerouting {{
        type nat hook prerouting priority -100;
        ip daddr {GATE} tcp dport {CONTROL_PORT} dnat to {SERVER}
        ip daddr {data_address} tcp dport {PASSIVE} dnat to {SERVER}
    }}
    chain postrouting {{
        type nat hook postrouting priority 100;
        oifname "to-home" ip saddr 10.77.0.0/24 snat to {GATE}
    }}
}}
table ip filter {{
    chain input {{
        type filter hook input priority 0;
        iifname "to-home" tcp dport {DROPPED} drop
        iifname "to-home" meta l4proto tcp reject with tcp reset
    }}
    chain forward {{
        type filter hook forward priority 0;
        ip daddr 10.77.0.0/24 ct status dnat accept
        ip saddr 10.77.0.0/24 accept
        ct state established,related accept
        reject
    }}
}}
"""


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command!r} ended with {done.returncode}: {done.stderr}"

