"""The desk now: who is there, what was cut, what is offered; and for whoever supervises, without listening."""

from uuid import UUID

from litestar import Controller, get, post, put
from litestar.params import FromPath, JSONBody

from contracts.desk import Desk, DeskNow, NewPresence
from contracts.words import Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import shift
from services.referral.routes.given import AT_THE_DESK
from services.referral.store import desk, presence, telephone

SUPERVISING = (Role.DUTY_MANAGER, Role.COORDINATOR)


class DeskOfAll(Controller):
    path = "/desk"

    @get(guards=[only(*AT_THE_DESK)])
    async def show(self, db: Db, caller: Me) -> Desk:
        """What everyone at the desk must see at once."""
        instant = now()
        return Desk(
            me=await presence.of(db, caller.subject, now=instant),
            present=await presence.present(db, now=instant),
            cut=await desk.cut(db, now=instant),
            offered=await desk.offered_to(db, caller.subject),
            ringing=[each.since for each in await telephone.ringing(db, now=instant)],
        )

    @get("/now", guards=[only(*SUPERVISING)])
    async def now_(self, db: Db, caller: Me) -> DeskNow:
        """Calls, levels and waits as they stand; nobody is listened to, nothing that was typed is opened."""
        instant = now()
        await audit.note(db, caller, "supervise", "desk", caller.subject)
        return DeskNow(
            present=await presence.present(db, now=instant),
            calls=await desk.going_on(db),
            waiting=await telephone.ringing(db, now=instant),
            measured=await telephone.is_joined(db, now=instant),
            debriefs=await presence.debriefs(db),
        )


class Presences(Controller):
    path = "/presence/me"
    guards = (only(*AT_THE_DESK),)

    @put()
    async def put(self, db: Db, caller: Me, data: JSONBody[NewPresence]) -> Desk:
        """Available, in a call, writing, in a pause of ten minutes, or away."""
        instant = now()
        post_ = None if data.post is None else shift.words(data.post, "post", needed=False)
        await presence.put(db, caller.subject, shift.state(data.state), now=instant, post=post_)
        await outbox.nudge(db, "desk")
        return Desk(
            me=await presence.of(db, caller.subject, now=instant),
            present=await presence.present(db, now=instant),
            cut=[],
            offered=[],
            ringing=[],
        )

    @post("/no-rest", status_code=200)
    async def no_rest(self, db: Db, caller: Me) -> None:
        """The pause that was offered is not wanted; nobody is told, nothing is counted."""
        await presence.offer_rest(db, caller.subject, now=None)

    @post("/debrief", status_code=200)
    async def debrief(self, db: Db, caller: Me) -> None:
        """Ask to talk a call over; whoever supervises sees it until it was held."""
        await presence.ask_debrief(db, caller.subject, now=now())
        await outbox.nudge(db, "desk")


@post("/debriefs/{debrief_id:uuid}/held", guards=[only(*SUPERVISING)], status_code=200)
async def debrief_held(db: Db, caller: Me, debrief_id: FromPath[UUID]) -> None:
    """It took place: who had asked is forgotten."""
    await presence.held(db, debrief_id, now=now())
    await audit.note(db, caller, "held", "debrief", debrief_id)
