"""Time away, wherever it comes from, is time away: I5, I6, I11 and I12 with absences, leave, holidays and calendars."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.words import Modality, Role
from kit.clock import now
from kit.db import Database
from kit.vault import Vault
from services.booking import listeners
from services.booking.domain.spans import Span
from services.booking.store import agenda, calendars
from services.booking.store.calendars import Looked
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, local_noon
from tests.booking.test_listeners import changed
from tests.tokens import a_caller

VAULT = Vault(bytes(range(32)))


async def read_in(database: Database, expert_id: UUID, spans: list[Span]) -> None:
    """A look at a calendar of this expert came to these stretches; its own row is joined first."""
    async with database.transaction() as db:
        await agenda.lock(db, expert_id)
        if not await calendars.of_expert(db, expert_id):
            told = {"kind": "ics", "name": "x", "host": "x", "url": "https://x/", "username": "", "password": ""}
            await calendars.add(db, VAULT, expert_id, **told, now=now())
    async with database.transaction() as db:
        later = now() + timedelta(days=1)
        due = [one for one in await calendars.claim(db, VAULT, later, most=100) if one.expert_id == expert_id]
    async with database.transaction() as db:
        looked = Looked(spans=spans, content_hash=b"x", expanded_for=now().date())
        assert await calendars.swap(db, due[0], looked, now() - timedelta(days=1)) is not None


async def offered(door: Door, expert_id: UUID, day: int) -> list[datetime]:
    since, until = (quote(local_noon(one, hour=0).isoformat()) for one in (day, day + 1))
    answer = await door.get(f"/slots?expert={expert_id}&modality=video&limit=100&from={since}&to={until}")
    return [datetime.fromisoformat(slot["starts_at"]) for slot in answer.json()["slots"]]


async def test_every_source_hides_its_time_and_buffers_hold_against_each(door: Door, database: Database) -> None:
    expert_id = await door.an_expert()
    expert = a_caller(Role.EXPERT, subject=expert_id)
    columns = "expert_id, type_id, buffer_before, buffer_after"
    buffers = f"INSERT INTO expert_consultation_type ({columns}) VALUES ($1, $2, 10, 15)"
    await door.rows(buffers, expert_id, FIRST_VIDEO.id)
    await door.refresh(expert_id)
    day = 4
    away = {"starts_at": local_noon(day, 9).isoformat(), "ends_at": local_noon(day, 10).isoformat()}
    await door.post(f"/experts/{expert_id}/absences", away | {"rrule": "FREQ=DAILY;COUNT=40"}, caller=expert)
    outside = Span(local_noon(day, 12) + timedelta(minutes=20), local_noon(day, 12) + timedelta(minutes=25))
    await read_in(database, expert_id, [outside, Span(local_noon(day, 15), local_noon(day, 16))])
    last = local_noon(day + 1).date()
    async with database.transaction() as db:
        told = changed(expert_id, 5, leave=((last, last),), modalities=tuple(Modality))
        await listeners.expert_changed(db, told)
    taken = [
        Span(local_noon(day, 9), local_noon(day, 10)),
        outside,  # five minutes in the middle of what would be one slot (I12)
        Span(local_noon(day, 15), local_noon(day, 16)),
    ]
    starts = await offered(door, expert_id, day)
    assert starts
    shape = FIRST_VIDEO.shape
    for start in starts:
        whole = Span(start - timedelta(minutes=10), start + timedelta(minutes=shape.duration + 15))
        assert not any(whole.overlaps(one) for one in taken), start
    assert await offered(door, expert_id, day + 1) == []
    await door.proven()
    for start in (starts[0], starts[-1]):  # I4: what is offered can be booked
        assert (await door.book(expert_id, start)).status_code == 201
    inside = local_noon(day, 15)
    assert (await door.book(expert_id, inside)).json()["code"] == "slot-not-open"
    await door.proven()


Hours = list[tuple[int, int, int]]
HOURS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 23 * 4), st.integers(1, 200)),
    max_size=8,
)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=HOURS, then=HOURS, closed=st.booleans())
async def test_whatever_a_calendar_says_next_the_projection_is_the_brute_force_answer(
    door: Door, database: Database, first: Hours, then: Hours, closed: bool
) -> None:
    expert_id = await door.an_expert()
    midnight = datetime.combine(now().date(), datetime.min.time(), UTC)
    for hours in (first, then):
        starts = [(midnight + timedelta(days=day, minutes=15 * quarter), length) for day, quarter, length in hours]
        await read_in(database, expert_id, [Span(start, start + timedelta(minutes=length)) for start, length in starts])
    wanted = {"open_days": [], "closed": closed}
    expert = a_caller(Role.EXPERT, subject=expert_id)
    assert (await door.call("PUT", f"/experts/{expert_id}/holidays", wanted, caller=expert)).status_code == 200
    await door.proven()
