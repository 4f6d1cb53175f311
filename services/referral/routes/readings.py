"""Readings that broke the glass: the privacy officer looks at each within three days."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from contracts.urgent import GlassReadings, Verdict
from contracts.words import Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from services.referral.domain import urgent_ends as rules
from services.referral.store import glass


class Readings(Controller):
    path = "/readings"
    guards = (only(Role.PRIVACY_OFFICER),)

    @get()
    async def waiting(self, db: Db, caller: Me) -> GlassReadings:
        """Who read what an ended urgent action holds, under which reason; nothing of what it holds."""
        await audit.note(db, caller, "read", "readings", caller.subject)
        return GlassReadings(await glass.to_review(db))

    @post("/{glass_id:uuid}/review", status_code=200)
    async def review(self, db: Db, caller: Me, glass_id: FromPath[UUID], data: JSONBody[Verdict]) -> GlassReadings:
        """Justified, or to be talked over; neither of the two who broke it may say so."""
        if data.verdict not in rules.VERDICTS:
            raise rules.UnknownVerdict(fields={"verdict": "unknown"})
        if not await glass.review(db, glass_id, data.verdict, by=caller.subject, now=now()):
            raise rules.NothingToReview()
        await audit.note(db, caller, "review", "glass", glass_id, why=data.verdict)
        return GlassReadings(await glass.to_review(db))
