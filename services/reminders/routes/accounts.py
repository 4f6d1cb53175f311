"""How an expert or a colleague is told: their own channels."""

from uuid import UUID

from litestar import Controller, get, patch, put
from litestar.params import FromPath, JSONBody

from contracts.caller import Caller
from contracts.reminders import AccountChannels, AccountWishes, ContactKinds
from contracts.words import Role
from kit import audit
from kit.auth import STAFF, only
from kit.db import Db, Me
from kit.errors import Forbidden
from services.reminders.domain.contacts import Wishes, reach_changed, reach_of_account
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
        """Keep how an account is told; an empty one erases. The coordination may say it first, for a newcomer."""
        known = await contacts.account_channels(db, account_id)
        if known or not caller.has(Role.COORDINATOR):
            _own(caller, account_id)
        reach = reach_of_account(data)
        await audit.note(db, caller, "write", "account", account_id)
        if not await appointments.is_over(db, account_id):
            await contacts.put_account(db, vault, account_id, reach)
        return _kinds(reach.wishes)

    @patch(guards=[only(*STAFF)])
    async def change(
        self, account_id: FromPath[UUID], data: JSONBody[AccountWishes], db: Db, caller: Me, vault: Safe
    ) -> ContactKinds:
        """Other channels or hours; a number or an address that is not given stays."""
        _own(caller, account_id)
        reach = reach_changed(await contacts.find_account(db, vault, account_id), data)
        await audit.note(db, caller, "write", "account", account_id)
        if not await appointments.is_over(db, account_id):
            await contacts.put_account(db, vault, account_id, reach)
        return _kinds(reach.wishes)

    @get(guards=[only(*STAFF)])
    async def kinds(self, account_id: FromPath[UUID], db: Db, caller: Me) -> ContactKinds:
        """Which channels were chosen, never the number or the address."""
        if not caller.has(Role.COORDINATOR):
            _own(caller, account_id)
        return _kinds(await contacts.account_wishes(db, account_id))


def _kinds(wishes: Wishes) -> ContactKinds:
    return ContactKinds(list(wishes.channels), [], wishes.from_hour, wishes.to_hour, entries=wishes.entries)
