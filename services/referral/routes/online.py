"""Booking without a call, referral's side: where it is open, with whom, and the case that it makes."""

from typing import Annotated, Any
from uuid import uuid4

from litestar import Controller, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from contracts.online import (
    OnlineBegun,
    OnlineExperts,
    OnlineOpen,
    OnlinePlace,
    OnlinePlaces,
    OnlineProgramme,
    OnlineProgrammes,
    OnlineStart,
)
from contracts.permits import BookPermit, CodePermit, KeepNumberPermit
from contracts.referral import Sheet
from contracts.words import ExpertProfession, Modality, Role, VisitKind
from kit import audit, outbox
from kit.auth import PUBLIC, only
from kit.clock import now
from kit.db import Db, Me
from kit.limits import Limiter
from kit.web import HousePermits, NamedHouse
from services.referral.domain import departments
from services.referral.domain.departments import DEPARTMENTS
from services.referral.domain.experts import card
from services.referral.domain.online import OnlineClosed, Programme, open_in
from services.referral.store import online as store

Word = Annotated[str, QueryParameter(max_length=40)]
ALONE = (("online-origin", "12/hour"), ("online-all", "240/hour"))
"""How many cases may be begun from one place, and from everywhere, without a call."""


class Online(Controller):
    path = "/online"

    @get("/programmes", guards=[only(Role.COORDINATOR)])
    async def programmes(self, db: Db) -> OnlineProgrammes:
        """All of them, open or not."""
        return OnlineProgrammes([_shown(one) for one in await store.programmes(db)])

    @put("/programmes/{code:str}", guards=[only(Role.COORDINATOR)], status_code=200)
    async def keep(self, db: Db, caller: Me, code: FromPath[str], data: JSONBody[OnlineProgramme]) -> OnlineProgrammes:
        """Open or close a programme, by a person of the coordination."""
        store.checked(code, data.label, data.departments, frozenset(DEPARTMENTS))
        one = Programme(code, data.label.strip(), data.open, tuple(sorted(set(data.departments))), data.version)
        await store.keep(db, one, by=caller.subject, now=now())
        await audit.note(
            db, caller, "write", "online", caller.subject, why=f"{code}: {'open' if one.open else 'closed'}"
        )
        return OnlineProgrammes([_shown(each) for each in await store.programmes(db)])

    @get("/places", opt=PUBLIC)
    async def places(self, db: Db) -> OnlinePlaces:
        """The départements where anyone may book without a call."""
        found = await store.programmes(db)
        return OnlinePlaces(
            [OnlinePlace(one.code, one.name) for one in DEPARTMENTS.values() if open_in(found, one.code)]
        )

    @get("/experts", opt=PUBLIC)
    async def bookable(
        self,
        db: Db,
        department: Word,
        profession: FromQuery[ExpertProfession],
        modality: FromQuery[Modality],
    ) -> OnlineExperts:
        """Who may be booked there without a call; nobody where no programme is open."""
        if not open_in(await store.programmes(db), department):
            return OnlineExperts([])
        found = await store.bookable(
            db, department=department, profession=profession.value, modality=modality.value, today=now().date()
        )
        return OnlineExperts([card(one) for one in found])

    @post("/begin", opt=PUBLIC, status_code=200)
    async def begin(self, db: Db, house: NamedHouse, permits: HousePermits, data: JSONBody[OnlineStart]) -> OnlineBegun:
        """The permits of one visit; `online-closed` where no programme is open."""
        await count_alone(house, data.origin)
        if not open_in(await store.programmes(db), data.department):
            raise OnlineClosed
        case_id, referral_id = uuid4(), uuid4()
        book = BookPermit(
            case_id=case_id,
            referral_id=referral_id,
            visit=VisitKind.FIRST,
            modalities=(data.modality,),
            person_zone=departments.time_zone(data.department),
        )
        kept, code = permits.sign(KeepNumberPermit(case_id)), permits.sign(CodePermit(case_id))
        return OnlineBegun(case_id, referral_id, permits.sign(book), kept, code)

    @post("/open", opt=PUBLIC, status_code=204)
    async def open(self, db: Db, house: NamedHouse, data: JSONBody[OnlineOpen]) -> None:
        """The case and its orientation, before the hour is booked; the same again changes nothing."""
        await count_alone(house, data.origin)
        if not open_in(await store.programmes(db), data.department):
            raise OnlineClosed
        sheet = Sheet(
            department=data.department,
            help=[data.profession],
            modalities=[data.modality],
            time_zone=departments.time_zone(data.department),
        )
        if await store.open_case(db, sheet, case_id=data.case_id, referral_id=data.referral_id, now=now()):
            await outbox.nudge(db, "desk")


async def count_alone(house: Any, origin: str) -> None:
    """Cases that begin without a call are few from one place, and few in all."""
    limiter: Limiter = house.things["limiter"]
    for (rule, limit), subject in zip(ALONE, (origin or "nowhere", "all"), strict=True):
        await limiter.hit(rule, subject, limit=limit)


def _shown(one: Programme) -> OnlineProgramme:
    return OnlineProgramme(one.code, one.label, one.open, list(one.departments), one.version)
