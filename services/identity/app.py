"""How identity starts."""

from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.clock import now
from kit.ticks import Tick
from kit.web import service
from services.identity.routes import CONTROLLERS
from services.identity.routes.trust import TRUST, begin, end
from services.identity.settings import Settings, read
from services.identity.store import sessions


async def forget_sessions(db: AsyncConnection) -> None:
    """Sessions that ended yesterday need not be kept."""
    await sessions.forget(db, now())


def create(settings: Settings | None = None) -> Litestar:
    """The app, with the settings of this process unless others are given."""
    chosen = settings or read()
    return service(
        "identity",
        chosen,
        issuers={"referral": chosen.referral_url, "booking": chosen.booking_url},
        controllers=CONTROLLERS,
        ticks=[Tick("forget-sessions", 3600, forget_sessions)],
        starts=[begin],
        stops=[end],
        dependencies=TRUST,
    )
