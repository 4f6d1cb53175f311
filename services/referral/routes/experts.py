"""Experts as the desk, a person who meets them, and they themselves may read of them."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath, QueryParameter

from contracts.caller import Caller
from contracts.referral import ExpertCard, ExpertCards
from contracts.words import Role
from kit.auth import ANYONE, only
from kit.db import Db, Me
from services.referral.domain.experts import NotYourExpert, UnknownExpert, card
from services.referral.store import experts as store

Ids = Annotated[list[UUID] | None, QueryParameter(max_items=200)]


class Experts(Controller):
    path = "/experts"
    guards = (only(*ANYONE),)

    @get()
    async def some(self, db: Db, caller: Me, ids: Ids = None) -> ExpertCards:
        """The cards of several experts; those that the caller may not read are left out."""
        readable = await _readable(db, caller, ids or [])
        return ExpertCards([card(expert) for expert in await store.by_ids(db, readable)])

    @get("/proposed")
    async def proposed(self, db: Db, ids: Ids = None) -> ExpertCards:
        """The cards of those whose hours are proposed: cost and name are said before booking (care.md 15)."""
        return ExpertCards([card(one) for one in await store.by_ids(db, ids or []) if one.active and one.offered])

    @get("/{expert_id:uuid}")
    async def show(self, db: Db, caller: Me, expert_id: FromPath[UUID]) -> ExpertCard:
        """One expert's card."""
        if expert_id not in await _readable(db, caller, [expert_id]):
            raise NotYourExpert()
        found = await store.by_ids(db, [expert_id])
        if not found:
            raise UnknownExpert()
        return card(found[0])


async def _readable(db: Db, caller: Caller, ids: list[UUID]) -> list[UUID]:
    """All for the team; for a person, the experts of their own appointments."""
    if caller.roles - {Role.PERSON}:
        return ids
    met = await store.met_by(db, caller.subject)
    return [expert_id for expert_id in ids if expert_id in met]
