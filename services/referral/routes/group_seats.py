"""A seat in a group, referral's side: with whom groups meet, and permits for a case with nothing else to it."""

from typing import Annotated
from uuid import UUID, uuid4

from litestar import Controller, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from contracts.groups import GroupOpen, GroupStart
from contracts.online import OnlineBegun, OnlineExperts
from contracts.permits import BookPermit, CodePermit, KeepNumberPermit
from contracts.referral import BookingPermit
from contracts.words import LISTENING
from kit import audit
from kit.auth import PUBLIC, only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits, NamedHouse
from services.referral.domain.experts import card
from services.referral.routes.given import Sealing
from services.referral.routes.online import count_alone
from services.referral.store import contacts, experts
from services.referral.store import online as store

Ids = Annotated[list[UUID] | None, QueryParameter(max_items=60)]


class GroupSeats(Controller):
    path = "/online/groups"

    @get("/hosts", opt=PUBLIC)
    async def hosts(self, db: Db, ids: Ids = None) -> OnlineExperts:
        """With whom the groups meet that anyone may join."""
        return OnlineExperts([card(one) for one in await experts.by_ids(db, ids or []) if one.active])

    @post("/begin", opt=PUBLIC, status_code=200)
    async def begin(self, house: NamedHouse, permits: HousePermits, data: JSONBody[GroupStart]) -> OnlineBegun:
        """The permits of one seat; nothing is written."""
        await count_alone(house, data.origin)
        case_id, nothing = uuid4(), uuid4()
        book = permits.sign(BookPermit(case_id=case_id, referral_id=nothing))
        kept, code = permits.sign(KeepNumberPermit(case_id)), permits.sign(CodePermit(case_id))
        return OnlineBegun(case_id, nothing, book, kept, code)

    @post("/open", opt=PUBLIC, status_code=204)
    async def open(self, db: Db, house: NamedHouse, data: JSONBody[GroupOpen]) -> None:
        """The case alone: a group asks for no orientation; the same again changes nothing."""
        await count_alone(house, data.origin)
        await store.open_bare_case(db, case_id=data.case_id, now=now())


class SeatOfCall(Controller):
    path = "/contacts/{contact_id:uuid}/seat-permit"

    @post(guards=[only(*LISTENING)])
    async def permit(
        self, db: Db, caller: Me, vault: Sealing, permits: HousePermits, contact_id: FromPath[UUID]
    ) -> BookingPermit:
        """For whoever is on the line: a place in a group makes no need and no orientation."""
        call = await contacts.load(db, vault, contact_id)
        nothing = uuid4()
        await audit.note(db, caller, "write", "case", call.case_id, why="seat in a group")
        signed = permits.sign(BookPermit(case_id=call.case_id, referral_id=nothing))
        return BookingPermit(permit=signed, case_id=call.case_id, referral_id=nothing)
