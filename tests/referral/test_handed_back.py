"""« Je ne peux pas assurer » (care.md 7): somebody by name from level 3; below, a link to choose anew too."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.events import AccountOpened, AppointmentHandedBack
from contracts.words import Role
from kit.clock import now
from tests.referral.conftest import Desk, booked
from tests.referral.test_following import ids, moved
from tests.tokens import a_caller


@pytest.mark.parametrize(("level", "by_link"), [(4, False), (3, False), (2, True)])
async def test_care_7_from_level_three_a_named_person_calls_and_below_a_link_is_sent(
    desk: Desk, level: int, by_link: bool
) -> None:
    referral, expert = await desk.referral(level=level), await desk.expert()
    event = booked(referral, expert, starts_at=now() + timedelta(days=2))
    back = AppointmentHandedBack(**ids(event, version=2), starts_at=event.starts_at)
    await desk.hears(AccountOpened(uuid4(), 1, (Role.PSYCHOLOGIST,), "Claude"), event, back, back)
    (task,) = [
        one
        for one in (await desk.get(f"/referrals/{referral['id']}/tasks")).json()["tasks"]
        if one["kind"] == "expert_away"
    ]
    assert (task["owner_id"] is not None) == (level >= 3)
    told = [one for one in await desk.told("OtherHourWanted") if one["appointment_id"] == str(event.appointment_id)]
    assert bool(told) == by_link
    if by_link:
        assert set(told[0]) == {"appointment_id", "version", "case_id", "starts_at"}


async def test_what_was_moved_since_is_no_longer_anybodys_task(desk: Desk) -> None:
    referral, expert = await desk.referral(level=3), await desk.expert()
    event = booked(referral, expert, starts_at=now() + timedelta(days=2))
    later = moved(event, version=3, starts_at=event.starts_at + timedelta(days=1))
    await desk.hears(event, later, AppointmentHandedBack(**ids(event, version=2), starts_at=event.starts_at))
    caller = a_caller(Role.COORDINATOR)
    tasks = (await desk.get(f"/referrals/{referral['id']}/tasks", caller=caller)).json()["tasks"]
    assert [one["kind"] for one in tasks if one["kind"] == "expert_away"] == []
