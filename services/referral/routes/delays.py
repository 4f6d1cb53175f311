"""The delays that may be promised, measured again every ten minutes."""

from datetime import timedelta

from litestar import get

from contracts.delays import Delays
from kit.auth import only
from kit.clock import now
from kit.db import Db
from kit.web import NamedHouse
from services.referral.routes.given import AT_THE_DESK
from services.referral.store import delays

AGAIN = timedelta(minutes=10)


@get("/delays", guards=[only(*AT_THE_DESK)])
async def promised_delays(db: Db, house: NamedHouse) -> Delays:
    """Half, and nine of ten, by level; nothing where too few were met."""
    instant = now()
    told, until = house.things.get("delays", (None, instant))
    if told is None or until <= instant:
        told = Delays(await delays.measured(db, now=instant))
        house.things["delays"] = (told, instant + AGAIN)
    return Delays(told.delays)
