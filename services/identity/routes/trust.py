"""What every door of identity has at hand: the pepper, the vault, the limiter; and answers that are never kept."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from litestar import Request
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.limits import Limiter
from kit.vault import Vault
from kit.web import House, NamedHouse, provide_db
from services.identity.domain.secrets import peppered
from services.identity.settings import Settings


@dataclass(frozen=True)
class Rule:
    """How many wrong tries before the next one waits; whoever waits is never locked out."""

    name: str
    limits: tuple[str, ...]
    closed_without_redis: bool


class Trust:
    """One per process. The vault's key and the pepper's uses are derived apart from one secret."""

    def __init__(self, settings: Settings) -> None:
        self.pepper = settings.pepper
        self.vault = Vault(HKDF(SHA256(), 32, None, b"identity factors").derive(settings.pepper))
        self.limiter = Limiter(settings.redis_url)

    @asynccontextmanager
    async def trying(self, tries: Sequence[tuple[Rule, str]]) -> AsyncIterator[None]:
        """Count a try under each rule and subject before it is judged; take it back if it turns out right."""
        counted = [
            (rule, limit, peppered(self.pepper, "limit", subject).hex())
            for rule, subject in tries
            for limit in rule.limits
        ]
        for rule, limit, subject in counted:
            await self.limiter.hit(rule.name, subject, limit=limit, closed_without_redis=rule.closed_without_redis)
        yield
        for rule, limit, subject in counted:
            await self.limiter.forgive(rule.name, subject, limit=limit)


NamedTrust = NamedDependency[Trust]


async def begin(house: House) -> None:
    """Run once the house is made."""
    house.things["trust"] = Trust(house.settings)


async def end(house: House) -> None:
    """Run before the house ends."""
    await provide_trust(house).limiter.stop()


def provide_trust(house: NamedHouse) -> Trust:
    """This process's trust."""
    trust: Trust = house.things["trust"]
    return trust


async def provide_unkept(request: Request[Any, Any, Any]) -> AsyncConnection:
    """The request's transaction, its answer not kept for replays: it holds a secret that only its hash may outlive."""
    request.scope["transaction"].key = None  # type: ignore[typeddict-item]
    return await provide_db(request)


SHOWN_ONCE = {"db": Provide(provide_unkept)}
"""Dependencies of the controllers that answer with secrets."""
TRUST = {"trust": Provide(provide_trust, sync_to_thread=False)}
