"""An offer as its target may read it: what was typed is opened only once they said yes."""

from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.orientations import MyOffer, OrientationKind, TargetKind
from kit.vault import Vault
from services.referral.domain import shown_offers
from services.referral.store import referrals, sealed
from services.referral.store.offers import offer_of
from services.referral.tables import care_case, consent, need


async def shown(db: AsyncConnection, vault: Vault, row: Any) -> MyOffer:
    """One row of `offers.of_target`."""
    one = offer_of(row)
    sheet = await referrals.codes_of_need(db, row.need_id)
    kind = OrientationKind(row.orientation_kind)
    before = shown_offers.before_accept(one, sheet, kind)
    if row.time_zone is not None:
        before = msgspec.structs.replace(before, time_zone=row.time_zone)
    if not shown_offers.opens(one):
        return before
    query = select(need.c.typed, care_case.c.data_key).join(care_case, care_case.c.id == need.c.case_id)
    typed = (await db.execute(query.where(need.c.id == row.need_id))).one()
    said = sealed.opened(vault, typed.data_key, typed.typed, place=f"need.typed:{row.need_id}")
    note = None
    if one.note is not None and await _shares(db, one.case_id):
        place = f"offer.note:{one.referral_id}"
        note = sealed.opened(vault, typed.data_key, one.note, place=place).get("note")
    return msgspec.structs.replace(
        before,
        first_name=said.get("first_name"),
        note=note,
        starts_at=row.booked_at,
        may_book=one.target_kind is TargetKind.EXPERT and bool(row.may_book),
    )


async def _shares(db: AsyncConnection, case_id: Any) -> bool:
    """The person's consent to share stands; once withdrawn, nothing typed is shown any more."""
    live = (consent.c.case_id == case_id) & (consent.c.scope == "share_sheet") & consent.c.withdrawn_at.is_(None)
    return (await db.execute(select(consent.c.id).where(live).limit(1))).first() is not None
