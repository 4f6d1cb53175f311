"""The vault of this process, and how a handler asks for it."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.vault import Vault
from kit.web import House, provide_db

Safe = NamedDependency[Vault]
"""A handler's `vault`."""


async def begin(house: House) -> None:
    """Make the vault once, from the key in the settings."""
    house.things["vault"] = Vault(house.settings.vault_key)


def provide_vault(request: Request[Any, Any, Any]) -> Vault:
    """This process's vault."""
    vault: Vault = request.app.state.house.things["vault"]
    return vault


VAULT = {"vault": Provide(provide_vault, sync_to_thread=False)}


async def provide_unkept(request: Request[Any, Any, Any]) -> AsyncConnection:
    """The request's transaction, its answer not kept for replays: it holds what no table may hold in clear."""
    request.scope["transaction"].key = None  # type: ignore[typeddict-item]
    return await provide_db(request)


UNKEPT = {"db": Provide(provide_unkept)}
