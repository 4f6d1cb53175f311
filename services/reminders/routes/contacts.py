"""How a case may be reached: put, shown by kinds only, erased."""

from uuid import UUID

from litestar import Controller, delete, get, patch, put
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.caller import Caller
from contracts.reminders import ContactChange, ContactDetails, ContactKinds
from contracts.words import LISTENING, Role
from kit import audit
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.errors import NotFound
from kit.vault import Vault
from services.reminders.domain.contacts import CaseForgotten, Reach, Wishes, changed, reach_of_case
from services.reminders.routes.vault import Safe
from services.reminders.store import appointments, contacts, plan


class NotYourCase(NotFound):
    """There is no such case for you."""


def own_case(caller: Caller, case_id: UUID) -> None:
    """A person behind a link reaches one case only."""
    if caller.has(Role.PERSON) and caller.case_id != case_id:
        raise NotYourCase()


class Contacts(Controller):
    path = "/cases/{case_id:uuid}/contact"

    @put(guards=[only(*LISTENING)])
    async def give(
        self, case_id: FromPath[UUID], data: JSONBody[ContactDetails], db: Db, caller: Me, vault: Safe
    ) -> ContactKinds:
        """Keep how a case may be reached; the same again changes nothing, an empty one erases.

        Messages that have not left follow the new choice.
        """
        reach = reach_of_case(data)
        await contacts.lock(db, case_id)
        return await _keep(db, caller, vault, case_id, reach, await contacts.find(db, vault, case_id))

    @patch(guards=[only(*LISTENING)])
    async def change(
        self, case_id: FromPath[UUID], data: JSONBody[ContactChange], db: Db, caller: Me, vault: Safe
    ) -> ContactKinds:
        """Change what is given and keep the rest: the number for a cut call outlives the choice of a mail."""
        await contacts.lock(db, case_id)
        former = await contacts.find(db, vault, case_id)
        return await _keep(db, caller, vault, case_id, reach_of_case(changed(former, data)), former)

    @get(guards=[only(*LISTENING, Role.PERSON)])
    async def kinds(self, case_id: FromPath[UUID], db: Db, caller: Me) -> ContactKinds:
        """Which ways exist, never the number or the address."""
        own_case(caller, case_id)
        await audit.note(db, caller, "read", "contact", case_id)
        return _kinds(await contacts.wishes(db, case_id), phone=await contacts.has_number(db, case_id))

    @delete(guards=[only(*LISTENING)])
    async def erase(self, case_id: FromPath[UUID], db: Db, caller: Me) -> None:
        """Destroy the key: nothing that was kept can be read again, and nothing more is sent."""
        await contacts.lock(db, case_id)
        await audit.note(db, caller, "erase", "contact", case_id)
        await _erase(db, case_id)


async def _keep(
    db: AsyncConnection, caller: Caller, vault: Vault, case_id: UUID, reach: Reach, former: Reach | None
) -> ContactKinds:
    if await appointments.is_over(db, case_id):
        raise CaseForgotten()
    await audit.note(db, caller, "write", "contact", case_id)
    if reach.empty:
        await _erase(db, case_id)
        return _kinds(None)
    if former != reach:
        await contacts.put(db, vault, case_id, reach, now=now())
        await _follow(db, case_id)
    else:
        await contacts.given_again(db, case_id, now())
    return _kinds(reach.wishes, phone=bool(reach.phone))


async def _erase(db: AsyncConnection, case_id: UUID) -> None:
    await contacts.erase(db, case_id)
    await plan.drop(db, recipient_id=case_id)


async def _follow(db: AsyncConnection, case_id: UUID) -> None:
    for appointment in await appointments.booked_of_case(db, case_id):
        await plan.follow(db, appointment, now=now(), awake=True, renewed=True)
    await plan.confirm_once(db, case_id)


def _kinds(wishes: Wishes | None, *, phone: bool = False) -> ContactKinds:
    chosen = wishes or Wishes()
    return ContactKinds(list(chosen.channels), list(chosen.moments), chosen.from_hour, chosen.to_hour, phone)
