"""Bookings that came in a row are heard together, and nothing of it is seen."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from contracts.events import AppointmentBooked, AvailabilityChanged
from contracts.words import Modality
from kit.clock import now
from tests.referral.conftest import Desk, booked
from tests.referral.test_following import ids

STANDING = "SELECT * FROM expert_standing WHERE expert_id = ANY($1)"


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


async def test_first_hours_told_together_are_kept_like_one_by_one(desk: Desk) -> None:
    experts = [(await desk.expert()).id for _ in range(3)]
    soon, later = now() + timedelta(hours=1), now() + timedelta(hours=2)
    free, none, again = experts
    await desk.hears(AvailabilityChanged(none, 1, {}), AvailabilityChanged(again, 1, {}))
    closed = {row["expert_id"]: row["closed_since"] for row in await desk.sql(STANDING, experts) if row["closed_since"]}
    assert set(closed) == {none, again}
    await desk.hears(
        AvailabilityChanged(again, 3, {Modality.VIDEO: soon}),
        AvailabilityChanged(free, 2, {Modality.VIDEO: soon, Modality.PHONE: later}),
        AvailabilityChanged(free, 1, {Modality.VIDEO: later}),  # late: not the first hour any more
        AvailabilityChanged(again, 2, {}),
        AvailabilityChanged(none, 2, {}),
    )
    kept = {row["expert_id"]: row for row in await desk.sql(STANDING, experts)}
    assert [kept[one]["version"] for one in experts] == [2, 2, 3]
    assert set(json.loads(kept[free]["first_free"])) == {"video", "phone"}
    assert datetime.fromisoformat(json.loads(kept[free]["first_free"])["video"]) == soon
    assert kept[none]["closed_since"] == closed[none], "closed since it was first said, not since it was said again"
    assert kept[again]["closed_since"] is None and kept[free]["closed_since"] is None
    assert all(one["announced"] for one in kept.values())
