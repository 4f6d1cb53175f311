"""A case: one person's thread of calls, what they allowed, and their right to be forgotten."""

from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody

from contracts.desk import Case, NewConsent
from contracts.events import CaseErased, ReferralClosed
from contracts.referral import Contact, Referral
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.shapes import as_a
from kit.vault import Vault
from services.referral.deliver import offering
from services.referral.domain import cases, decisions, transitions
from services.referral.domain.cases import NotOnTheLine
from services.referral.routes.given import ABOUT_REFERRALS, AT_THE_DESK, Sealing
from services.referral.routes.shown import contact_shown
from services.referral.store import call_backs, contacts, presence, referrals, shift
from services.referral.store import cases as store


class Cases(Controller):
    path = "/cases/{case_id:uuid}"

    @get(guards=[only(*ABOUT_REFERRALS)])
    async def show(self, db: Db, caller: Me, vault: Sealing, case_id: FromPath[UUID]) -> Case:
        """Its calls, consents and referrals; what was said stays in the calls."""
        await audit.note(db, caller, "read", "case", case_id)
        return await _case(db, vault, case_id)

    @post("/contacts", guards=[only(*AT_THE_DESK)])
    async def call_again(self, db: Db, caller: Me, vault: Sealing, case_id: FromPath[UUID]) -> Contact:
        """One more call of this person: the gateway found the case by its spoken code."""
        instant, contact_id = now(), uuid4()
        await store.load(db, case_id, to_change=True)
        await contacts.start(
            db, contact_id=contact_id, case_id=case_id, listener_id=caller.subject, now=instant, known=True
        )
        await presence.put(db, caller.subject, "in_call", now=instant)
        await audit.note(db, caller, "start", "case", case_id, why="spoken code")
        await outbox.nudge(db, "desk")
        return contact_shown(await contacts.load(db, vault, contact_id), instant)

    @post("/consents", guards=[only(*AT_THE_DESK)], status_code=200)
    async def consent(
        self, db: Db, caller: Me, vault: Sealing, case_id: FromPath[UUID], data: JSONBody[NewConsent]
    ) -> Case:
        """Said aloud by the person, in an open call of this case."""
        instant, scope = now(), cases.scope(data.scope)
        await store.load(db, case_id, to_change=True)
        contact_id = await store.on_the_line(db, case_id, caller.subject)
        if contact_id is None:
            raise NotOnTheLine()
        await store.give(db, case_id, scope, contact_id=contact_id, recorded_by=caller.subject, now=instant)
        await audit.note(db, caller, "consent", "case", case_id, why=scope)
        return await _case(db, vault, case_id)

    @post("/consents/withdraw", guards=[only(*AT_THE_DESK)], status_code=200)
    async def withdraw_all(self, db: Db, caller: Me, vault: Sealing, case_id: FromPath[UUID]) -> Case:
        """Everything that was allowed is withdrawn, in one gesture."""
        await store.load(db, case_id, to_change=True)
        await store.withdraw(db, case_id, by=str(caller.subject), now=now())
        await audit.note(db, caller, "withdraw", "case", case_id)
        return await _case(db, vault, case_id)

    @post("/erase", guards=[only(*AT_THE_DESK)], status_code=200)
    async def erase(self, db: Db, caller: Me, case_id: FromPath[UUID]) -> None:
        """At the person's word, while they are on the line: everything goes, here and in every other service."""
        instant = now()
        await store.load(db, case_id, to_change=True)
        if await store.on_the_line(db, case_id, caller.subject) is None:
            raise NotOnTheLine()
        for referral in await referrals.of_case(db, case_id, to_change=True):
            if referral.status in transitions.TERMINAL:
                continue
            changed, step = decisions.decided(referral, "withdrawn_by_caller", now=instant)
            await referrals.save(db, changed, [step], actor=str(caller.subject), now=instant)
            await offering.settle(db, changed, actor=str(caller.subject), now=instant, why="withdrawn_by_caller")
            await outbox.tell(db, ReferralClosed(changed.id, changed.version, case_id, changed.status.value))
        await store.erase(db, case_id, by=str(caller.subject), now=instant)
        await call_backs.end_of_case(db, case_id, now=instant)
        await presence.after_call(db, caller.subject, writing=False, heavy=False, now=instant)
        await outbox.tell(db, CaseErased(case_id))
        await audit.note(db, caller, "erase", "case", case_id)
        await outbox.nudge(db, "desk")


@post("/consents/{consent_id:uuid}/withdraw", guards=[only(*AT_THE_DESK)], status_code=200)
async def withdraw(db: Db, caller: Me, vault: Sealing, consent_id: FromPath[UUID]) -> Case:
    """One scope is no longer allowed."""
    case_id = await store.case_of_consent(db, consent_id)
    await store.withdraw(db, case_id, by=str(caller.subject), now=now(), consent_id=consent_id)
    await audit.note(db, caller, "withdraw", "case", case_id)
    return await _case(db, vault, case_id)


async def _case(db: Db, vault: Vault, case_id: UUID) -> Case:
    row = await store.load(db, case_id)
    instant = now()
    return Case(
        id=row.id,
        created_at=row.created_at,
        erased_at=row.erased_at,
        contacts=await store.contacts(db, case_id),
        consents=await store.consents(db, case_id),
        referrals=[as_a(Referral, each) for each in await referrals.of_case(db, case_id)],
        watched=await shift.watched(db, vault, now=instant, case_id=case_id),
    )
