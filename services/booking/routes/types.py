"""The kinds of appointments, and what booking knows of an expert."""

from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath

from contracts import booking as shapes
from contracts.words import Role
from kit.auth import ANYONE, STAFF, only
from kit.db import Db
from services.booking.domain.types import ConsultationType
from services.booking.store import experts, types


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
    )


class Types(Controller):
    path = "/"

    @get("/consultation-types", guards=[only(*ANYONE)])
    async def types(self, db: Db) -> list[shapes.ConsultationType]:
        """Every consultation type of the network."""
        return [shown(kind) for kind in (await types.every(db)).values()]

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
