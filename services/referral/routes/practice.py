"""Ringing one another at the hour of a consultation by telephone, and coming in where it is in person."""

from typing import Any
from uuid import UUID

from litestar import Controller, get, post, put
from litestar.params import FromPath, JSONBody

from contracts.choices import Line, NumberPermit
from contracts.permits import RevealPermit
from contracts.words import Modality, Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import NotFound
from kit.web import HousePermits
from services.referral.domain import practice as rules
from services.referral.domain.appointments import Standing
from services.referral.routes.given import ABOUT_REFERRALS
from services.referral.store import members, referrals
from services.referral.store import practice as store


class UnknownHour(NotFound):
    """No such appointment, or none of this caller's."""


class OwnPractice(Controller):
    path = "/me/practice"
    guards = (only(Role.EXPERT),)

    @get()
    async def show(self, db: Db, caller: Me) -> Line:
        """One's own line and words of access."""
        return Line(*await store.of(db, caller.subject))

    @put(status_code=200)
    async def keep(self, db: Db, caller: Me, data: JSONBody[Line]) -> Line:
        """Only somebody with an appointment reads them."""
        expert = await members.one(db, caller.subject)
        line, access = rules.checked(data.line, data.access)
        await store.keep(db, expert.id, line, access, now())
        await audit.note(db, caller, "write", "expert", expert.id, why="consultation line")
        return Line(line, access)


class AtTheHour(Controller):
    path = "/appointments/{appointment_id:uuid}"

    @get("/line", guards=[only(Role.PERSON, *ABOUT_REFERRALS)])
    async def line(self, db: Db, caller: Me, appointment_id: FromPath[UUID]) -> Line:
        """The line to ring, from 15 minutes before to the end; how to come in, as long as the hour stands."""
        row = await referrals.appointment_heard(db, appointment_id)
        if row is None or (caller.has(Role.PERSON) and row.case_id != caller.case_id):
            raise UnknownHour
        if row.standing != Standing.BOOKED:
            return Line(None)
        number, access = await store.of(db, row.expert_id)
        by_phone = row.modality == Modality.PHONE and rules.shown(row.starts_at, row.ends_at, now(), rules.LINE_SHOWN)
        return Line(number or None if by_phone else None, access or None)

    @post("/number", guards=[only(Role.EXPERT)], status_code=200)
    async def number(self, db: Db, caller: Me, appointment_id: FromPath[UUID], permits: HousePermits) -> NumberPermit:
        """Shows the person's number to the professional of this hour, from 10 minutes before to the end; audited."""
        row: Any = await referrals.appointment_heard(db, appointment_id)
        if row is None or row.expert_id != caller.subject:
            raise UnknownHour
        stands = row.standing == Standing.BOOKED and row.modality == Modality.PHONE
        if not stands or not rules.shown(row.starts_at, row.ends_at, now(), rules.NUMBER_SHOWN):
            raise rules.NotYetTheHour
        await audit.note(db, caller, "reveal", "case", row.case_id, why="telephone_appointment")
        permit = RevealPermit(case_id=row.case_id, purpose="telephone_appointment", seen_by=caller.subject)
        return NumberPermit(permits.sign(permit))
