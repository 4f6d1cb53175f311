"""What the two of an appointment may choose: hours with someone else, one of them instead, another way to meet."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from contracts import booking as shapes
from contracts.choices import Elsewhere, Otherwise
from contracts.permits import BookPermit
from contracts.waiting import ModalityChanged
from contracts.words import Modality, Role
from kit import audit, outbox
from kit.auth import only
from kit.clock import now
from kit.db import Db, Me
from kit.web import NamedHouse
from services.booking.deliver import waiting_answers
from services.booking.domain import appointments as life
from services.booking.domain import choices as rules
from services.booking.domain import refusals, telling, telling_made
from services.booking.domain.appointments import Party
from services.booking.domain.moments import instant
from services.booking.domain.search import Search
from services.booking.routes.nearby import slot_taken
from services.booking.routes.rights import DESK, OWNERS, check_version, etag, party, shown
from services.booking.routes.slots import as_slots
from services.booking.store import appointments, choices, experts, permits, placing, types
from services.booking.store.booking import Wanted
from services.booking.store.slots import search

Answer = Response[shapes.Appointment]
EITHER = (*DESK, *OWNERS, Role.PERSON)
SHOWN = 30


class Choices(Controller):
    path = "/appointments/{appointment_id:uuid}"

    @get("/other-hours", guards=[only(*DESK, Role.PERSON)])
    async def other_hours(
        self,
        appointment_id: FromPath[UUID],
        db: Db,
        caller: Me,
        house: NamedHouse,
        modality: FromQuery[Modality | None] = None,
    ) -> shapes.Slots:
        """The first hours of the others of the same profession whom the permit of this appointment reaches."""
        one = await appointments.find(db, appointment_id)
        party(caller, one)
        kept = await permits.kept_by(db, one.id)
        profession = (await experts.find(db, one.expert_id)).profession
        allowed = tuple(each for each in kept.experts if each != one.expert_id)
        if kept.experts and not allowed:
            return shapes.Slots([])
        asked = Search(
            professions=(profession,),
            modalities=(modality or one.modality,),
            visits=(one.visit,),
            experts=allowed[:100],
            not_experts=(*kept.not_experts, one.expert_id),
            per_expert=3,
            limit=SHOWN,
        )
        found = await search(house.things["reading"], asked, now(), house.things["longest_notice"])
        unwanted = set(kept.not_experts)
        return as_slots([slot for slot in found if slot[1] not in unwanted])

    @post("/elsewhere", guards=[only(*DESK, Role.PERSON)], status_code=200)
    async def elsewhere(
        self,
        request: Request[Any, Any, Any],
        appointment_id: FromPath[UUID],
        data: JSONBody[Elsewhere],
        db: Db,
        caller: Me,
        house: NamedHouse,
    ) -> Answer:
        """Another hour with another expert; no reason is asked, and until it is theirs the former hour stays."""
        moment, starts_at = now(), instant(data.starts_at)
        seen = await appointments.find(db, appointment_id)
        who = party(caller, seen)
        await placing.agendas_alone(db, [seen.expert_id, data.expert_id], moment)
        before = await appointments.find(db, appointment_id, to_change=True)
        check_version(request, before)
        life.check_move(before, (await types.every(db))[before.type_id], who, moment)
        if before.case_id is None or before.referral_id is None or before.expert_id == data.expert_id:
            raise refusals.NotInThisState
        kept = await permits.kept_by(db, before.id)
        permit = BookPermit(
            case_id=before.case_id,
            referral_id=before.referral_id,
            visit=before.visit,
            experts=kept.experts,
            not_experts=kept.not_experts,
            priority=kept.level,
            nickname=before.nickname,
            person_zone=before.person_zone,
        )
        wanted = Wanted(data.expert_id, data.type_id, starts_at)
        try:
            after = await waiting_answers.replaced(db, before, wanted, permit, caller=caller, party=who, now=moment)
        except refusals.SlotTaken:
            raise await slot_taken(house, wanted, moment) from None
        last = await appointments.last_end(db, before.case_id)
        await outbox.tell(db, *telling_made.replaced(after, before, who))
        if last is not None:
            await outbox.tell(db, telling.last_appointment(before.case_id, last, moment))
        await audit.note(db, caller, "write", "case", before.case_id)
        await outbox.nudge(db, f"agenda:{before.expert_id}", f"agenda:{after.expert_id}", f"appointment:{before.id}")
        return Response(shown(after, (await types.every(db))[after.type_id], caller, moment), headers=etag(after))

    @post("/otherwise", guards=[only(*EITHER)], status_code=200)
    async def otherwise(
        self,
        request: Request[Any, Any, Any],
        appointment_id: FromPath[UUID],
        data: JSONBody[Otherwise],
        db: Db,
        caller: Me,
    ) -> Answer:
        """The same hour met otherwise, by either of the two, up to the start and while it lasts."""
        moment = now()
        before = await appointments.find(db, appointment_id, to_change=True)
        who = party(caller, before)
        rules.check(before, data.modality, data.calls, moment)
        kinds = await types.every(db)
        if (before.modality, before.calls) == (data.modality, data.calls):
            return Response(shown(before, kinds[before.type_id], caller, moment), headers=etag(before))
        check_version(request, before)
        kind = rules.nearest_type(kinds.values(), before, data.modality)
        expert = await experts.find(db, before.expert_id)
        if kind is None or data.modality not in expert.modalities:
            raise rules.WayNotOffered
        if data.modality is before.modality:
            kind = kinds[before.type_id]
        elif data.modality is Modality.IN_PERSON and not await choices.open_for(db, before, kind.id):
            raise rules.WayNotOffered
        after = rules.otherwise(before, kind, data.calls)
        await choices.save(db, before, after, caller=caller, now=moment)
        if after.case_id is not None and after.referral_id is not None and after.modality is not before.modality:
            told = ModalityChanged(
                appointment_id=after.id,
                version=after.version,
                case_id=after.case_id,
                referral_id=after.referral_id,
                expert_id=after.expert_id,
                starts_at=after.starts_at,
                modality=after.modality,
                by=Party.EXPERT.value if who is Party.EXPERT else who.value,
            )
            await outbox.tell(db, told)
        if after.case_id is not None:
            await audit.note(db, caller, "write", "case", after.case_id)
        await outbox.nudge(db, f"agenda:{after.expert_id}", f"appointment:{after.id}")
        return Response(shown(after, kind, caller, moment), headers=etag(after))
