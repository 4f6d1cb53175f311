"""How an expert or a colleague is told: their own channels."""

from uuid import UUID

from litestar import Controller, get, put
from litestar.params import FromPath, JSONBody

from contracts.caller import Caller
from contracts.reminders import AccountChannels, ContactKinds
from contracts.words import Role
from kit import audit
from kit.auth import STAFF, only
from kit.db import Db, Me
from kit.errors import Forbidden
from services.reminders.domain.contacts import reach_of_account
from services.reminders.routes.vault import Safe
from services.reminders.store import appointments, contacts


class NotYourChannels(Forbidden):
    """Channels are set by their owner, or by an administrator."""


def _own(caller: Caller, account_id: UUID) -> None:
    if caller.subject != account_id and not caller.has(Role.ADMIN):
        raise NotYourChannels()


class Accounts(Controller):
    path = "/accounts/{account_id:uuid}/channels"

    @put(guards=[only(*STAFF)])
    async def choose(
        self, account_id: FromPath[UUID], data: JSONBody[AccountChannels], db: Db, caller: Me, vault: Safe
    ) -> ContactKinds:
        """Keep how an account is told; an empty one erases."""
        _own(caller, account_id)
        reach = reach_of_account(data)
        await audit.note(db, caller, "write", "account", account_id)
        if not await appointments.is_over(db, account_id):
            await contacts.put_account(db, vault, account_id, reach)
        return ContactKinds(list(reach.wishes.channels), [])

    @get(guards=[only(*STAFF)])
    async def kinds(self, account_id: FromPath[UUID], db: Db, caller: Me) -> ContactKinds:
        """Which channels were chosen, never the number or the address."""
        _own(caller, account_id)
        return ContactKinds(list(await contacts.account_channels(db, account_id)), [])
