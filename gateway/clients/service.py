"""What every client shares: a peer, an audience, and the token of whoever is asking."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from kit.http import Peer

TokenFor = Callable[[str], Awaitable[str | None]]


class ServiceClient:
    """Calls one service on behalf of one caller; refusals rise as `kit.http.PeerProblem`."""

    audience: ClassVar[str]

    def __init__(self, peer: Peer, token_for: TokenFor) -> None:
        self._peer = peer
        self._token_for = token_for

    async def _call(
        self,
        method: str,
        path: str,
        shape: Any = None,
        data: Any = None,
        *,
        key: str | None = None,
        version: int | None = None,
        query: dict[str, Any] | None = None,
        within: float | None = None,
    ) -> Any:
        """`key` is the Idempotency-Key, `version` the If-Match of a change; `within` seconds for a whole list."""
        headers = {}
        if key:
            headers["idempotency-key"] = key
        if version is not None:
            headers["if-match"] = f'"{version}"'
        token = await self._token_for(self.audience)
        more = {"token": token, "headers": headers, "query": query, "within": within}
        return await self._peer.call(method, path, shape, data, **more)
