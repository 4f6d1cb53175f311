"""Where a structure or a service without an account is told that something waits for its answer."""

from uuid import UUID

from litestar import Controller, put
from litestar.params import FromPath, JSONBody

from contracts.reminders import AccountChannels, ContactKinds
from contracts.words import LISTENING, Channel, Role
from kit import audit
from kit.auth import only
from kit.db import Db, Me
from services.reminders.domain.contacts import reach_of_account
from services.reminders.routes.vault import Safe
from services.reminders.store import contacts


class Targets(Controller):
    path = "/targets/{target_id:uuid}/channels"

    @put(guards=[only(*LISTENING, Role.COORDINATOR)])
    async def keep(
        self, target_id: FromPath[UUID], data: JSONBody[AccountChannels], db: Db, caller: Me, vault: Safe
    ) -> ContactKinds:
        """Its professional mail, sealed like any other; an empty one erases."""
        channels = [Channel.MAIL] if data.mail else []
        reach = reach_of_account(AccountChannels(mail=data.mail, channels=channels))
        await contacts.lock(db, target_id)
        await audit.note(db, caller, "write", "target", target_id)
        await contacts.put_account(db, vault, target_id, reach)
        return ContactKinds(channels, [])
