"""The web side of one process: `python -m infra.web services.booking.app:create --host 0.0.0.0 --port 8000`."""

import argparse
import gc
import socket

import uvicorn

from infra.patience import HttpProtocol
from infra.sockets import LONGEST_MESSAGE, SocketProtocol


class Server(uvicorn.Server):
    """Once it is up, the collector leaves alone what stays for good.

    Going through all of it now and then stopped every request of the process for a tenth of a second.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        gc.collect()
        gc.freeze()


def serve(app: str, *, host: str, port: int, grace: int = 20) -> int:
    """A web application (`module:factory`) until it is told to stop; `grace` seconds to end requests under way."""
    server = Server(
        uvicorn.Config(
            app,
            factory=True,
            host=host,
            port=port,
            loop="uvloop",
            http=HttpProtocol,
            ws=SocketProtocol,
            ws_max_size=LONGEST_MESSAGE,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=grace,
            timeout_keep_alive=75,  # longer than the peers' pools keep a connection (30 s): none is cut as it is used
            proxy_headers=False,  # the gateway reads them itself, from as many hops as the settings trust
            backlog=2048,
        )
    )
    server.run()
    return 0 if server.started else 3


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("app")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--grace", type=int, default=20)
    chosen = parser.parse_args()
    return serve(chosen.app, host=chosen.host, port=chosen.port, grace=chosen.grace)


if __name__ == "__main__":
    raise SystemExit(main())
