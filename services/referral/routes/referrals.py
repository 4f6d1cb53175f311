"""What became of a need: its state, its history, and the decisions that only a person takes."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, QueryParameter

from contracts.events import ReferralClosed
from contracts.referral import Referral, Timeline
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.shapes import as_a
from services.referral.domain import decisions
from services.referral.routes.given import ABOUT_REFERRALS
from services.referral.store import referrals as store

Cause = Annotated[str, QueryParameter(max_length=40)]


class Referrals(Controller):
    path = "/referrals"
    guards = (only(*ABOUT_REFERRALS),)

    @get("/{referral_id:uuid}")
    async def show(self, db: Db, caller: Me, referral_id: FromPath[UUID]) -> Referral:
        """One referral as it stands."""
        found = await store.load(db, referral_id)
        await audit.note(db, caller, "read", "referral", referral_id)
        return as_a(Referral, found)

    @get("/{referral_id:uuid}/timeline")
    async def timeline(self, db: Db, caller: Me, referral_id: FromPath[UUID]) -> Timeline:
        """Everything that happened to it, in order."""
        await store.load(db, referral_id)
        await audit.note(db, caller, "read", "referral", referral_id)
        return Timeline(await store.timeline(db, referral_id))

    @post("/{referral_id:uuid}/decide", status_code=200)
    async def decide(self, db: Db, caller: Me, referral_id: FromPath[UUID], cause: Cause) -> Referral:
        """A person's decision: withdrawn_by_caller, withdrawn_by_line, lost, outcome, reopened, made_by_mistake."""
        instant = now()
        found = await store.load(db, referral_id, to_change=True)
        changed, step = decisions.decided(found, cause, now=instant)
        await store.save(db, changed, [step], actor=str(caller.subject), now=instant)
        await audit.note(db, caller, "write", "referral", referral_id, why=cause)
        if decisions.ends(changed):
            closed = ReferralClosed(changed.id, changed.version, changed.case_id, changed.status.value)
            await outbox.tell(db, closed)
        await outbox.nudge(db, f"referral:{referral_id}")
        return as_a(Referral, changed)
