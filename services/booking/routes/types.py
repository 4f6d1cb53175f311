"""The kinds of appointments: read by everyone, set by a coordinator, and in one's own agenda by each expert."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post, put
from litestar.params import FromPath, JSONBody

from contracts import booking as shapes
from contracts.openings import DailyLimit, OwnMinutes, OwnType, OwnTypes, TypeEdit
from contracts.words import Role
from kit import audit, outbox
from kit.auth import ANYONE, STAFF, only
from kit.clock import now
from kit.db import Db, Me
from kit.web import NamedHouse
from services.booking.domain import refusals
from services.booking.domain import types as rules
from services.booking.domain.types import ConsultationType, Own, Shape
from services.booking.routes.absences import edited
from services.booking.routes.rights import DESK, OWNERS, check_agenda
from services.booking.store import agenda, experts, types
from services.booking.store.ids import new_id


def shown(kind: ConsultationType) -> shapes.ConsultationType:
    """A type on the wire."""
    return shapes.ConsultationType(
        id=kind.id,
        public_name=kind.public_name,
        visit=kind.visit,
        modality=kind.modality,
        duration=kind.shape.duration,
        step=kind.shape.step,
        buffer_before=kind.shape.buffer_before,
        buffer_after=kind.shape.buffer_after,
        minimum_notice=kind.minimum_notice,
        horizon_days=kind.horizon_days,
        cancel_limit=kind.cancel_limit,
        move_limit=kind.move_limit,
        colour=kind.colour,
        private_name=kind.private_name,
        active=kind.active,
        bookable_by=kind.bookable_by,
        privacy=kind.privacy,
        instructions_before=kind.instructions_before,
        instructions_after=kind.instructions_after,
        version=kind.version,
    )


def seen_version(request: Request[Any, Any, Any]) -> int | None:
    """The version that `If-Match` names, None when any will do; what names none is that of nothing."""
    asked = request.headers.get("if-match", "*").strip('"')
    if asked == "*":
        return None
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 0


class Types(Controller):
    path = "/"

    @get("/consultation-types", guards=[only(*ANYONE)])
    async def types(self, db: Db, caller: Me) -> list[shapes.ConsultationType]:
        """Every consultation type of the network; private names are for professionals."""
        found = [shown(kind) for kind in (await types.every(db)).values()]
        return found if caller.has(*STAFF) else [msgspec.structs.replace(one, private_name="") for one in found]

    @post("/consultation-types", guards=[only(Role.COORDINATOR)])
    async def add(self, data: JSONBody[TypeEdit], db: Db, caller: Me) -> shapes.ConsultationType:
        """A new type; experts offer it once an opening names it."""
        if data.visit is None or data.modality is None:
            raise refusals.TypeNotValid(fields={"visit": "said of a new type", "modality": "said of a new type"})
        blank = ConsultationType(
            id=new_id(), public_name="", visit=data.visit, modality=data.modality, shape=Shape(duration=0, step=0)
        )
        kind = rules.check(_told(blank, data))
        await types.add(db, kind)
        await audit.note(db, caller, "add", "consultation-type", kind.id)
        return shown(kind)

    @put("/consultation-types/{type_id:uuid}", guards=[only(Role.COORDINATOR)])
    async def change(
        self,
        request: Request[Any, Any, Any],
        type_id: FromPath[UUID],
        data: JSONBody[TypeEdit],
        db: Db,
        caller: Me,
        house: NamedHouse,
    ) -> shapes.ConsultationType:
        """Other minutes, limits or words (`If-Match`); every agenda follows at once, appointments stay as they were."""
        before = (await types.every(db)).get(type_id)
        if before is None:
            raise refusals.UnknownType
        if data.visit not in (None, before.visit) or data.modality not in (None, before.modality):
            raise refusals.TypeNotValid(fields={"modality": "never changes: make another type"})
        kind = rules.check(_told(before, data))
        await types.change(db, kind, seen_version(request), now())
        await audit.note(db, caller, "write", "consultation-type", type_id)
        house.things["line_only"] = await types.line_only(db)
        house.things["longest_notice"] = max(house.things["longest_notice"], await types.longest_notice(db))
        return shown((await types.every(db))[type_id])

    @get("/experts/{expert_id:uuid}", guards=[only(*STAFF, Role.SERVICE)])
    async def expert(self, expert_id: FromPath[UUID], db: Db) -> shapes.BookableExpert:
        """What booking knows of an expert."""
        one = await experts.find(db, expert_id)
        return shapes.BookableExpert(
            id=one.id,
            profession=one.profession,
            modalities=sorted(one.modalities),
            time_zone=one.time_zone,
            holiday_region=one.holiday_region,
            active=one.active,
        )

    @get("/experts/{expert_id:uuid}/consultation-types", guards=[only(*DESK, *OWNERS)])
    async def own_types(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> OwnTypes:
        """The types of this expert's modalities, what they say otherwise, and how many appointments a day holds."""
        check_agenda(caller, expert_id)
        one = await experts.find(db, expert_id)
        said = await types.owns(db, expert_id)
        offered = [kind for kind in (await types.every(db)).values() if kind.active and kind.modality in one.modalities]
        return OwnTypes(
            types=[OwnType(shown(kind), _own(said.get(kind.id, Own()))) for kind in offered],
            daily_limit=await types.daily_limit(db, expert_id),
        )

    @put("/experts/{expert_id:uuid}/consultation-types/{type_id:uuid}", guards=[only(*OWNERS)])
    async def say(
        self,
        expert_id: FromPath[UUID],
        type_id: FromPath[UUID],
        data: JSONBody[OwnMinutes],
        db: Db,
        caller: Me,
        house: NamedHouse,
    ) -> OwnType:
        """What this expert says otherwise of a type; nothing said gives the type's own minutes back."""
        check_agenda(caller, expert_id, to_change=True)
        await experts.find(db, expert_id)
        kind = (await types.every(db)).get(type_id)
        if kind is None:
            raise refusals.UnknownType
        said = rules.check_own(Own(**msgspec.structs.asdict(data)))
        await agenda.lock(db, expert_id)
        await types.say(db, expert_id, type_id, said)
        await edited(db, expert_id)
        house.things["longest_notice"] = max(house.things["longest_notice"], await types.longest_notice(db))
        return OwnType(shown(kind), _own(said))

    @put("/experts/{expert_id:uuid}/daily-limit", guards=[only(*OWNERS)])
    async def limit(self, expert_id: FromPath[UUID], data: JSONBody[DailyLimit], db: Db, caller: Me) -> DailyLimit:
        """How many appointments one local day holds; those that stand are never touched."""
        check_agenda(caller, expert_id, to_change=True)
        await experts.find(db, expert_id)
        rules.check_daily_limit(data.daily_limit)
        await agenda.lock(db, expert_id)
        await types.set_daily_limit(db, expert_id, data.daily_limit)
        await edited(db, expert_id)
        await outbox.nudge(db, f"agenda:{expert_id}")
        return data


def _own(said: Own) -> OwnMinutes:
    return OwnMinutes(**{name: getattr(said, name) for name in types.MINUTES})


def _told(kind: ConsultationType, data: TypeEdit) -> ConsultationType:
    return replace(
        kind,
        public_name=data.public_name.strip(),
        private_name=data.private_name.strip() or data.public_name.strip(),
        shape=Shape(data.duration, data.step, data.buffer_before, data.buffer_after),
        minimum_notice=data.minimum_notice,
        horizon_days=data.horizon_days,
        cancel_limit=data.cancel_limit,
        move_limit=data.move_limit,
        colour=data.colour,
        active=data.active,
        bookable_by=data.bookable_by,
        privacy=data.privacy,
        instructions_before=data.instructions_before.strip(),
        instructions_after=data.instructions_after.strip(),
    )
