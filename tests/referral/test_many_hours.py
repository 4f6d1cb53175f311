"""Several hours of one orientation stand side by side: the next one is shown, and none is lost unseen."""

from datetime import timedelta

from contracts.events import AppointmentCancelled
from kit.clock import now
from tests.referral.conftest import Desk, booked
from tests.referral.test_following import ids, open_tasks


async def test_from_level_three_an_hour_given_up_by_link_is_a_task_though_another_stands(desk: Desk) -> None:
    referral, expert, other = await desk.referral(level=3), await desk.expert(), await desk.expert()
    soon, later = (
        booked(referral, one, starts_at=now() + timedelta(days=day)) for one, day in ((expert, 1), (other, 4))
    )
    await desk.hears(later, soon)
    shown = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert shown["appointment_id"] == str(soon.appointment_id)  # the next one to come
    hours = (await desk.get(f"/referrals/{referral['id']}/hours")).json()["hours"]
    assert [(one["id"], one["standing"]) for one in hours] == [
        (str(soon.appointment_id), "booked"),
        (str(later.appointment_id), "booked"),
    ]
    given_up = AppointmentCancelled(**ids(soon, version=2), starts_at=soon.starts_at, by="person")
    await desk.hears(given_up, given_up)
    assert await open_tasks(desk) == [("cancelled", str(soon.appointment_id))]
    shown = (await desk.get(f"/referrals/{referral['id']}")).json()
    assert (shown["status"], shown["appointment_id"]) == ("booked", str(later.appointment_id))
    by_us = AppointmentCancelled(**ids(later, version=2), starts_at=later.starts_at, by="staff")
    await desk.hears(booked(referral, expert, starts_at=now() + timedelta(days=9)), by_us)
    assert len(await open_tasks(desk)) == 1  # what the desk cancelled itself, it knows
