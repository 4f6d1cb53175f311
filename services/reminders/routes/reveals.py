"""A number, shown to one person for one purpose, leaving a trace each time."""

from litestar import Controller, post
from litestar.params import JSONBody

from contracts.permits import RevealPermit
from contracts.reminders import Reveal, Revealed
from kit import audit
from kit.auth import STAFF, only
from kit.db import Db, Me
from kit.permits import PermitRefused
from kit.web import HousePermits
from services.reminders.routes.vault import UNKEPT, Safe
from services.reminders.store import contacts


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
        return Revealed(reach.phone if reach else None)
