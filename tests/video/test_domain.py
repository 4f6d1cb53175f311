"""The waiting room: the professional lets in, a seat is one person's, and coming back is not starting again."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.permits import SeatPermit
from kit.errors import Refusal
from services.video import domain
from services.video.domain import GUEST, INSIDE, NO_SEATS, PERSON, PROFESSIONAL, SEATS, Seats, State

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_permit(seat: str = PERSON) -> SeatPermit:
    return SeatPermit(
        appointment_id=uuid4(),
        seat=seat,
        holder=uuid4(),
        opens_at=NOON,
        closes_at=NOON + timedelta(hours=1),
    )


def both_here() -> Seats:
    return domain.arrive(domain.arrive(NO_SEATS, PERSON, "alix"), PROFESSIONAL, "claire")


def test_a_person_waits_and_a_professional_need_not() -> None:
    seats = both_here()

    assert seats[PERSON].state is State.WAITING
    assert seats[PROFESSIONAL].state is State.ADMITTED


def test_only_the_professional_admits_and_only_who_waits() -> None:
    seats = domain.admit(both_here(), PROFESSIONAL)

    assert seats[PERSON].state is State.ADMITTED
    with pytest.raises(domain.NotYoursToAdmit):
        domain.admit(both_here(), PERSON)
    with pytest.raises(domain.NobodyWaits):
        domain.admit(seats, PROFESSIONAL)
    with pytest.raises(domain.NobodyWaits):
        domain.admit(NO_SEATS, PROFESSIONAL)


def test_nobody_enters_from_the_waiting_room() -> None:
    with pytest.raises(domain.NotAdmitted):
        domain.enter(both_here(), PERSON)


def test_a_lost_connection_keeps_the_seat_but_leaving_gives_it_up() -> None:
    inside = domain.enter(domain.admit(both_here(), PROFESSIONAL), PERSON)

    assert domain.arrive(inside, PERSON, "alix")[PERSON].state is State.IN_ROOM
    assert domain.arrive(domain.leave(inside, PERSON), PERSON, "alix")[PERSON].state is State.WAITING


def test_nobody_takes_the_seat_of_someone_inside() -> None:
    inside = domain.admit(both_here(), PROFESSIONAL)

    with pytest.raises(domain.SeatOfAnother):
        domain.arrive(inside, PERSON, "someone else")


def test_a_seat_opens_and_closes_at_its_time() -> None:
    permit = a_permit()

    domain.allowed(permit, NOON)
    with pytest.raises(domain.RoomNotOpen):
        domain.allowed(permit, NOON - timedelta(seconds=1))
    with pytest.raises(domain.RoomClosed):
        domain.allowed(permit, NOON + timedelta(hours=1))
    with pytest.raises(domain.SeatNotKnown):
        domain.allowed(a_permit("audience"), NOON)


steps = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "admit", "enter", "leave"]),
        st.sampled_from(SEATS),
        st.sampled_from([PERSON, GUEST]),
        st.sampled_from(["alix", "claire", "someone else"]),
    ),
    max_size=14,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(steps)
def test_nobody_is_ever_inside_whom_the_professional_did_not_admit(
    story: list[tuple[str, str, str, str]],
) -> None:
    seats, admitted = NO_SEATS, set[tuple[str, str]]()
    for what, name, whom, holder in story:
        try:
            if what == "arrive":
                seats = domain.arrive(seats, name, holder)
            elif what == "admit":
                seats = domain.admit(seats, name, whom)
                admitted.add((whom, seats[whom].holder))
            else:
                seats = domain.enter(seats, name) if what == "enter" else domain.leave(seats, name)
        except Refusal:
            pass
        for waits in (PERSON, GUEST):
            seat = seats.get(waits)
            assert seat is None or seat.state not in INSIDE or (waits, seat.holder) in admitted


def test_after_its_time_a_room_stays_open_to_two_who_are_together_and_to_nobody_who_waits() -> None:
    together, both = domain.admit(both_here(), PROFESSIONAL), {PERSON, PROFESSIONAL}

    assert not domain.over(NO_SEATS, both, until=NOON, now=NOON - timedelta(seconds=1))
    assert not domain.over(together, both, until=NOON, now=NOON + timedelta(hours=5))
    assert domain.over(together, {PROFESSIONAL}, until=NOON, now=NOON)
    assert domain.over(both_here(), both, until=NOON, now=NOON)
