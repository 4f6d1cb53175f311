"""A seat in a group is told like any hour of its case, at its new hour when it moves, and never once it has ended."""

from datetime import timedelta
from uuid import UUID, uuid4

from contracts.events import SeatEnded, SeatTaken
from kit.clock import now
from tests.reminders.conftest import House, soon


def taken(case_id: UUID, *, version: int = 1, days: int = 3, place_id: UUID | None = None) -> SeatTaken:
    starts_at = soon(days=days)
    ends_at = starts_at + timedelta(hours=1)
    return SeatTaken(place_id or uuid4(), version, case_id, uuid4(), starts_at, ends_at, "Indian/Reunion", "person")


async def test_a_seat_is_told_at_its_hour_follows_its_group_and_goes_silent_when_given_back(house: House) -> None:
    case_id = uuid4()
    await house.contact(case_id)
    seat = taken(case_id)
    later = taken(case_id, version=2, days=5, place_id=seat.place_id)
    await house.hear(later, seat)  # in whatever order
    rows = await house.rows(case_id)
    assert {row["kind"] for row in rows} == {"now", "day_before", "hour_before"}
    assert {row["starts_at"] for row in rows} == {later.starts_at}
    assert {row["time_zone"] for row in rows} == {"Indian/Reunion"}
    await house.hear(SeatEnded(seat.place_id, 3, case_id, later.starts_at, "person"), later)
    assert await house.rows(case_id) == [] and await house.told("MessageFailed") == []


async def test_when_a_group_does_not_take_place_the_person_hears_or_somebody_tells_them(house: House) -> None:
    reached, silent = uuid4(), uuid4()
    await house.contact(reached)
    first, second = taken(reached), taken(silent)
    await house.hear(first, second)
    await house.hear(*(SeatEnded(one.place_id, 2, one.case_id, one.starts_at, "group") for one in (first, second)))
    (row,) = await house.rows(reached)
    assert (row["kind"], row["due_at"] > now()) == ("person_gone", True)
    assert [one["case_id"] for one in await house.told("MessageFailed")] == [str(silent)]
