"""What became of a need: the work queue, its state, its history, and the decisions that only a person takes."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from contracts.events import ReferralClosed
from contracts.orientations import NewOrientation, OrientationKind, Queue
from contracts.referral import HeardHours, Referral, Timeline
from contracts.words import ReferralStatus
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.shapes import as_a
from services.referral.deliver import offering
from services.referral.domain import appointments, decisions, orienting, referrals, sheets
from services.referral.routes.given import ABOUT_REFERRALS, AT_THE_DESK, Sealing
from services.referral.routes.rights import allowed, check_version, words
from services.referral.store import cases, contacts, offers, queue, sealed
from services.referral.store import referrals as store

Cause = Annotated[str, QueryParameter(max_length=40)]
Reason = Annotated[str, QueryParameter(max_length=80)]
Key = Annotated[str | None, QueryParameter(max_length=120)]
Whose = Annotated[str, QueryParameter(pattern="^(all|mine|desk|coordination)$")]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]


class Referrals(Controller):
    path = "/referrals"
    guards = (only(*ABOUT_REFERRALS),)

    @get()
    async def listed(
        self,
        db: Db,
        caller: Me,
        whose: Whose = "all",
        status: FromQuery[ReferralStatus | None] = None,
        after: Key = None,
        limit: Limit = 50,
    ) -> Queue:
        """The work queue: open orientations by their next action; ids, codes and names of colleagues only."""
        return await queue.page(db, me=caller.subject, whose=whose, status=status, after=after, limit=limit)

    @post(guards=[only(*AT_THE_DESK)])
    async def add(self, db: Db, caller: Me, vault: Sealing, data: JSONBody[NewOrientation]) -> Referral:
        """One more orientation of a call, beside the others; what is given in the call ends at once, and counts."""
        instant, referral_id, actor = now(), uuid4(), str(caller.subject)
        call = await contacts.load(db, vault, data.contact_id, to_change=True)
        await cases.load(db, call.case_id, to_change=True)
        if data.given and data.kind is OrientationKind.CARE:
            raise orienting.CannotBeGiven(fields={"kind": "care"})
        level = call.sheet.level if data.given and call.sheet.level else None
        level = level or (1 if data.given else sheets.submittable(call.sheet, starts_at=None, now=instant))
        label = {"label": words(data.label, 120)} if data.label.strip() else {}
        referral, steps = referrals.submitted(
            referral_id=referral_id,
            case_id=call.case_id,
            contact_id=call.id,
            need_id=uuid4(),
            level=level,
            owner_id=caller.subject,
            now=instant,
            kind=data.kind.value,
            target_id=data.target_id,
            may_wait=data.may_wait,
            may_reach=data.may_reach.value if data.may_reach else None,
            typed=await sealed.seal(db, vault, call.case_id, label, place=f"referral.label:{referral_id}"),
        )
        if data.given:
            referral, step = orienting.given(referral)
            steps.append(step)
        await contacts.add_need(db, vault, call, need_id=referral.need_id, level=level, now=instant)
        await store.add(db, referral, steps, actor=actor, now=instant)
        if data.kind is OrientationKind.CARE and call.referral_id is None:
            await contacts.attach(db, call.id, referral.id)
        await audit.note(db, caller, "write", "referral", referral.id, why=data.kind.value)
        await outbox.nudge(db, f"referral:{referral.id}", "desk")
        return as_a(Referral, referral)

    @get("/{referral_id:uuid}")
    async def show(self, db: Db, caller: Me, referral_id: FromPath[UUID]) -> Referral:
        """One referral as it stands."""
        found = await store.load(db, referral_id)
        await audit.note(db, caller, "read", "referral", referral_id)
        return as_a(Referral, found)

    @get("/{referral_id:uuid}/timeline")
    async def timeline(self, db: Db, caller: Me, vault: Sealing, referral_id: FromPath[UUID]) -> Timeline:
        """Everything that happened to it, in order."""
        await store.load(db, referral_id)
        await audit.note(db, caller, "read", "referral", referral_id)
        return Timeline(await store.timeline(db, vault, referral_id))

    @get("/{referral_id:uuid}/hours")
    async def hours(self, db: Db, caller: Me, referral_id: FromPath[UUID]) -> HeardHours:
        """Every appointment it has had: several may stand side by side."""
        await store.load(db, referral_id)
        await audit.note(db, caller, "read", "referral", referral_id)
        found = [one for one in await store.appointments_of(db, referral_id) if not one.replaced]
        names = await offers.names(db, [one.expert_id for one in found])
        return HeardHours(
            [appointments.shown(one, names.get(one.expert_id, "")) for one in appointments.in_order(found, now())]
        )

    @post("/{referral_id:uuid}/decide", status_code=200)
    async def decide(
        self,
        request: Request[Any, Any, Any],
        db: Db,
        caller: Me,
        vault: Sealing,
        referral_id: FromPath[UUID],
        cause: Cause,
        reason: Reason = "",
        note: Annotated[str, QueryParameter(max_length=500)] = "",
    ) -> Referral:
        """A person's decision: withdrawn_by_caller, lost, outcome; for the coordination withdrawn_by_line, reopened,
        made_by_mistake, each with a word."""
        instant, actor = now(), str(caller.subject)
        found = await store.load(db, referral_id, to_change=True)
        check_version(request, found.version)
        allowed(caller, cause, known=decisions.BY_A_PERSON)
        said = {"note": words(note, 500)} if note.strip() else {}
        note_sealed = await sealed.seal(db, vault, found.case_id, said, place=f"transition.note:{found.id}")
        code = words(reason, 80) or None
        changed, step = decisions.decided(found, cause, now=instant, reason=code, note=note_sealed)
        await store.save(db, changed, [step], actor=actor, now=instant)
        await audit.note(db, caller, "write", "referral", referral_id, why=cause)
        if decisions.ends(changed):
            await offering.settle(db, changed, actor=actor, now=instant, why=cause)
            closed = ReferralClosed(changed.id, changed.version, changed.case_id, changed.status.value)
            await outbox.tell(db, closed)
        await outbox.nudge(db, f"referral:{referral_id}", "desk")
        return as_a(Referral, changed)
