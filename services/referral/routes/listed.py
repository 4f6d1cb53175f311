"""The public list of professionals: open to everyone, and only of those who consented to stand there."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from contracts.network import Listed, Listing, PublicList
from kit.auth import PUBLIC
from kit.clock import now
from kit.db import Db
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.experts import Expert, card
from services.referral.routes.network import mark_of, place_of
from services.referral.store import listed

Word = Annotated[str, QueryParameter(max_length=40)]


@get("/public/experts", opt=PUBLIC)
async def public_list(
    db: Db,
    department: Word = "",
    profession: Word = "",
    after: Annotated[str, QueryParameter(max_length=400)] = "",
) -> PublicList:
    """A page of the list, and how many stand in each département."""
    today = now().date()
    found = await listed.page(db, department=department, profession=profession, after=place_of(after), today=today)
    shown = found[: listed.PAGE]
    further = mark_of((shown[-1].name, shown[-1].id)) if len(found) > listed.PAGE else None
    counts = await listed.counts(db, today=today)
    places = [
        Listing(one.code, one.name, one.latitude, one.longitude, counts.get(one.code, 0))
        for one in DEPARTMENTS.values()
    ]
    return PublicList([_shown(one) for one in shown], places, further)


def _shown(expert: Expert) -> Listed:
    told = card(expert)
    return Listed(
        name=told.name,
        title=told.title,
        profession=told.profession,
        city=told.city,
        department=told.department,
        modalities=told.modalities,
        languages=told.languages,
        specialties=told.specialties,
        fee=told.fee,
        coverage=expert.coverage,
        accessibility=sorted(expert.accessibility),
    )
