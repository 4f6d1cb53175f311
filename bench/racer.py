"""One client of the race: a process with one warm connection, which sends its next request at each « go »."""

import json
import socket
import sys

from bench.client import request


def main() -> None:
    """Plan on the first line of standard input; then one status printed for each line."""
    plan = json.loads(sys.stdin.readline())
    wires = [request(*one) for one in plan["requests"]]
    wire = socket.create_connection(("127.0.0.1", plan["port"]))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _ask(wire, request("GET", "/live", {}, ""))
    print("ready", flush=True)
    for one in wires:
        if not sys.stdin.readline():
            return
        try:
            status = _ask(wire, one)
        except OSError:  # the server let an idle connection go; the key of the request makes sending it again harmless
            wire = socket.create_connection(("127.0.0.1", plan["port"]))
            status = _ask(wire, one)
        print(status, flush=True)


def _ask(wire: socket.socket, sent: bytes) -> int:
    wire.sendall(sent)
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(wire)
    head, _, body = got.partition(b"\r\n\r\n")
    lower = head.lower()
    at = lower.find(b"content-length:")
    wanted = int(lower[at + 15 :].split(b"\r\n")[0]) if at >= 0 else 0
    while len(body) < wanted:
        body += _more(wire)
    return int(head[9:12])


def _more(wire: socket.socket) -> bytes:
    got = wire.recv(65536)
    if not got:
        raise ConnectionResetError("the server closed")
    return got


if __name__ == "__main__":
    main()
