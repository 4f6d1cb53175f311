"""A tiny process to supervise: answers 200 to everything, or ends at once with a given code."""

import http.server
import os
import sys


class Yes(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def answer(port: int) -> None:
    print(f"listening on {port}")
    with http.server.HTTPServer(("127.0.0.1", port), Yes) as server:
        server.serve_forever()


def end(code: int) -> int:
    print(f"ending with {code}")
    return code


def environment() -> None:
    print(*sorted(os.environ))


if __name__ == "__main__":
    answer(int(sys.argv[1]))
