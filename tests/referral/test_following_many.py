"""Bookings that came in a row are heard together, and nothing of it is seen."""

from typing import Any
from uuid import uuid4

from contracts.events import AppointmentBooked
from contracts.words import Modality
from tests.referral.conftest import Desk, booked
from tests.referral.test_following import ids


def _what(event: AppointmentBooked, **changes: Any) -> dict[str, Any]:
    names = ("starts_at", "ends_at", "person_zone", "modality", "privacy")
    return {**{name: getattr(event, name) for name in names}, **changes}


async def test_bookings_heard_together_are_followed_and_learnt_like_one_by_one(desk: Desk) -> None:
    referral, expert = await desk.referral(), await desk.expert()
    mine = booked(referral, expert)
    strange = [booked(referral, expert, referral_id=uuid4(), case_id=uuid4()) for _ in range(3)]
    newer = AppointmentBooked(**{**ids(strange[0], version=2), **_what(strange[0], modality=Modality.PHONE)})
    await desk.hears(strange[0], mine, newer, *strange[1:], strange[0])
    assert (await desk.get(f"/referrals/{referral['id']}")).json()["status"] == "booked"
    heard = await desk.sql(
        "SELECT version, standing, modality FROM appointment WHERE id = ANY($1) ORDER BY version DESC",
        [event.appointment_id for event in strange],
    )
    assert [tuple(row.values()) for row in heard] == [(2, "booked", "phone"), *[(1, "booked", "video")] * 2]
