"""The functions in the database say what the rules in Python say."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.clock import now
from services.booking import tables
from services.booking.domain import refusals
from services.booking.domain.slots import first_start, free_time
from services.booking.domain.spans import Span, subtract, union
from services.booking.domain.types import Shape
from services.booking.store.bulk import WholeAgenda
from tests.booking.conftest import Door
from tests.booking.make import a_rule, an_expert, local_noon, put
from tests.booking.test_domain_slots import at, shapes, spans
from tests.cluster import Address

FIRST = "SELECT first_start($1::tstzmultirange, $2, $3, $4, $5, $6)"


@pytest.fixture(scope="module")
async def connection(booking_address: Address) -> AsyncIterator[Any]:
    opened = await asyncpg.connect(booking_address.app)
    yield opened
    await opened.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(openings=spans, taken=spans, shape=shapes, not_before=st.integers(0, 1440), claim=spans)
async def test_the_first_start_and_the_subtraction_are_those_of_the_domain(
    connection: Any, openings: list[Span], taken: list[Span], shape: Shape, not_before: int, claim: list[Span]
) -> None:
    free = free_time(openings, taken, ())
    ranges = [asyncpg.Range(one.start, one.end) for one in free]
    minutes = (shape.duration, shape.step, shape.buffer_before, shape.buffer_after)
    told = await connection.fetchval(FIRST, ranges, *minutes, at(not_before))
    assert told == first_start(free, shape, at(not_before))
    for one in claim[:1]:
        left = await connection.fetchval(
            "SELECT $1::tstzmultirange - tstzmultirange($2::tstzrange)", ranges, asyncpg.Range(one.start, one.end)
        )
        assert [Span(part.lower, part.upper) for part in left] == subtract(free, union([one]))


async def test_every_refusal_of_the_booking_function_has_its_class(door: Door) -> None:
    sql = "SELECT prosrc FROM pg_proc WHERE proname IN ('slot_check', 'hold_slot', 'book')"
    source = " ".join(row[0] for row in await door.rows(sql))
    for code in ("slot-taken", "case-overlap", "slot-not-open", "too-soon", "beyond-horizon", "key-reused"):
        assert f"'{code}'" in source
        assert refusals.by_code(code).code == code


async def test_a_night_opening_over_a_clock_change_and_over_midnight_is_booked_like_any_other(door: Door) -> None:
    one = an_expert(time_zone="Pacific/Noumea")
    night = a_rule(one, starts=local_noon(hour=22).time(), ends=local_noon(hour=4).time())
    await put(door.address.app, WholeAgenda(one, (night,)))
    asked = f"/slots?expert={one.id}&modality=video&limit=100&from={local_noon(5).isoformat().replace('+', '%2B')}"
    slots = (await door.get(asked)).json()["slots"]
    over_midnight = [slot for slot in slots if slot["starts_at"].endswith("T12:45:00Z")]  # 23:45 there
    assert over_midnight
    assert (await door.book(one.id, over_midnight[0]["starts_at"])).status_code == 201
    await door.proven()


async def test_the_tables_are_those_of_the_migrations(door: Door) -> None:
    sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    there = {(row[0], row[1]) for row in await door.rows(sql)} - {("alembic_version", "version_num")}
    assert there == {(table.name, column.name) for table in tables.metadata.sorted_tables for column in table.c}


async def test_the_application_may_not_rewrite_history(door: Door) -> None:
    application = await asyncpg.connect(door.address.app)
    try:
        for table in ("appointment_event", "audit"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await application.execute(f"DELETE FROM {table}")
    finally:
        await application.close()


async def test_the_constraint_alone_keeps_two_claims_apart(door: Door) -> None:
    expert_id = await door.an_expert()
    assert (await door.book(expert_id)).status_code == 201
    during = asyncpg.Range(local_noon() + timedelta(minutes=30), local_noon() + timedelta(minutes=60))
    with pytest.raises(asyncpg.ExclusionViolationError):
        await door.rows(
            "INSERT INTO claim (expert_id, during, kind, expires_at, holder_id) VALUES ($1, $2, 'hold', $3, $4)",
            *(expert_id, during, now(), uuid4()),
        )
