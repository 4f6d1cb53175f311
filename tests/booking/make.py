"""Valid things of booking by default, so that a test states only what matters to it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from contracts.permits import BookPermit
from contracts.words import ExpertProfession, Modality, VisitKind
from kit.clock import now
from services.booking.domain.experts import Expert
from services.booking.domain.openings import OpeningRule
from services.booking.domain.types import STANDARD_TYPES
from services.booking.store.bulk import WholeAgenda, load

TYPES = {(kind.visit, kind.modality): kind for kind in STANDARD_TYPES}
SHAPES = {kind.id: kind.shape for kind in STANDARD_TYPES}
FIRST_VIDEO = TYPES[VisitKind.FIRST, Modality.VIDEO]
FOLLOW_VIDEO = TYPES[VisitKind.FOLLOW_UP, Modality.VIDEO]
ALL_TYPES = frozenset(SHAPES)
TODAY = now().date()
"""Of the whole run: a test that midnight comes over speaks of one day all the same."""


def a_permit(**changed: Any) -> BookPermit:
    """A permit of a case of its own for any expert."""
    given: dict[str, Any] = {"case_id": uuid4(), "referral_id": uuid4(), "nickname": "Camille"}
    return BookPermit(**(given | changed))


def a_rule(expert: Expert, **changed: Any) -> OpeningRule:
    """Every day from today, 08:00 to 20:00 of the expert's zone, for all types."""
    given: dict[str, Any] = {
        "id": uuid4(),
        "expert_id": expert.id,
        "first_day": now().date() - timedelta(days=1),
        "starts": time(8),
        "ends": time(20),
        "time_zone": expert.time_zone,
        "type_ids": ALL_TYPES,
        "rrule": "FREQ=DAILY",
    }
    return OpeningRule(**(given | changed))


def an_expert(**changed: Any) -> Expert:
    """A psychologist in Paris who sees people in every way."""
    given: dict[str, Any] = {
        "id": uuid4(),
        "profession": ExpertProfession.PSYCHOLOGIST,
        "modalities": frozenset(Modality),
        "time_zone": "Europe/Paris",
    }
    return Expert(**(given | changed))


def an_agenda(expert: Expert | None = None, *rules: OpeningRule, **more: Any) -> WholeAgenda:
    """An expert with openings every day unless rules are given."""
    one = expert or an_expert()
    return WholeAgenda(one, rules or (a_rule(one),), **more)


async def put(url: str, *agendas: WholeAgenda) -> None:
    """Write agendas through the bulk store."""
    connection = await asyncpg.connect(url)
    try:
        await load(connection, agendas, shapes=SHAPES, now=now(), actor=uuid4())
    finally:
        await connection.close()


def local_noon(days: int = 3, hour: int = 12) -> datetime:
    """That many days on, at this hour in UTC: inside the openings of `a_rule`."""
    day = TODAY + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
