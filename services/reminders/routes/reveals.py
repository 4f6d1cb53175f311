"""A number, shown to one person for one purpose, leaving a trace each time."""

from dataclasses import replace

from litestar import Controller, post
from litestar.params import JSONBody

from contracts.permits import KeepNumberPermit, RevealPermit
from contracts.reminders import KeepNumber, Reveal, Revealed
from kit import audit
from kit.auth import PUBLIC, STAFF, only
from kit.clock import now
from kit.db import Db, Me
from kit.permits import PermitRefused
from kit.web import HousePermits
from services.reminders.domain.contacts import CaseForgotten, ContactInvalid, Reach, told_by_sms
from services.reminders.domain.numbers import e164, takes_messages
from services.reminders.routes.vault import UNKEPT, Safe
from services.reminders.store import appointments, contacts


class Reveals(Controller):
    path = "/reveals"
    dependencies = UNKEPT

    @post(status_code=200, guards=[only(*STAFF)])
    async def reveal(self, data: JSONBody[Reveal], db: Db, caller: Me, permits: HousePermits, vault: Safe) -> Revealed:
        """The number of the permit's case, to the person the permit names; None when there is none."""
        permit = await permits.read(data.permit, RevealPermit)
        if permit.seen_by != caller.subject:
            raise PermitRefused()
        await audit.note(db, caller, "reveal", "contact", permit.case_id, why=permit.purpose)
        reach = await contacts.find(db, vault, permit.case_id)
        others = await contacts.same_number(db, permit.case_id) if permit.purpose == "call_back" else []
        return Revealed(reach.phone if reach else None, others)


class KeptNumbers(Controller):
    path = "/kept-numbers"
    dependencies = UNKEPT

    @post(opt=PUBLIC, status_code=204)
    async def keep(self, data: JSONBody[KeepNumber], db: Db, permits: HousePermits, vault: Safe) -> None:
        """Keep the number that someone asked to be rung at; referral's permit says for which case."""
        case_id = (await permits.read(data.permit, KeepNumberPermit)).case_id
        phone = e164(data.phone, time_zone=data.time_zone)
        if phone is None:
            raise ContactInvalid(fields={"phone": "not a number that can be rung"})
        await contacts.lock(db, case_id)
        if await appointments.is_over(db, case_id):
            raise CaseForgotten()
        known = await contacts.find(db, vault, case_id) or Reach()
        kept = replace(known, phone=phone)
        if data.messages:
            if not takes_messages(phone):
                raise ContactInvalid(fields={"phone": "phone-takes-no-messages"})
            kept = replace(kept, wishes=told_by_sms(kept.wishes))
        if kept != known:
            await contacts.put(db, vault, case_id, kept, now=now())
