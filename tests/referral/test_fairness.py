"""Fairness where it is kept: refunds of exactly what was charged, newcomers, and those who come back."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.events import AppointmentBooked, AppointmentCancelled, AppointmentMissed
from contracts.words import Role
from kit.clock import now
from services.referral.store import experts, fairness
from tests.referral.conftest import Desk, booked
from tests.tokens import a_caller


async def _pass_of(desk: Desk, expert_id: object) -> float:
    rows = await desk.sql("SELECT stride_pass FROM expert_standing WHERE expert_id = $1", expert_id)
    return float(rows[0]["stride_pass"])


@pytest.mark.parametrize("ended", ["cancelled", "missed"])
async def test_a_refund_takes_back_what_was_charged_whatever_the_capacity_is_now(desk: Desk, ended: str) -> None:
    expert = await desk.expert(capacity=4)
    told = booked(await desk.referral(), expert)
    await desk.hears(told)
    assert await _pass_of(desk, expert.id) == pytest.approx(0.25)
    async with desk.listening.database.transaction() as db:
        await experts.save(db, replace(expert, capacity=1, version=2))
    about = (told.appointment_id, 2, told.case_id, told.referral_id, told.expert_id)
    over = AppointmentCancelled(*about, told.starts_at, "person") if ended == "cancelled" else AppointmentMissed(*about)
    await desk.hears(over)
    assert await _pass_of(desk, expert.id) == pytest.approx(0)


async def test_someone_who_comes_several_weeks_is_one_turn(desk: Desk) -> None:
    expert, referral = await desk.expert(capacity=4), await desk.referral()
    weeks = [booked(referral, expert, appointment_id=uuid4()) for _ in range(3)]
    turn = "SELECT id, charged_at FROM appointment WHERE charged_at IS NOT NULL AND refunded_at IS NULL"
    await desk.hears(weeks[0])
    (first,) = await desk.sql(turn)
    await desk.hears(*weeks[1:])
    assert await _pass_of(desk, expert.id) == pytest.approx(0.25)

    async def cancelled(week: AppointmentBooked) -> None:
        about = (week.appointment_id, 2, week.case_id, week.referral_id, week.expert_id)
        await desk.hears(AppointmentCancelled(*about, week.starts_at, "person"))

    await cancelled(weeks[0])
    (left,) = await desk.sql(turn)
    assert left["id"] in {one.appointment_id for one in weeks[1:]}
    assert left["charged_at"] == first["charged_at"], "taken when they were taken, not when a week fell away"
    assert await _pass_of(desk, expert.id) == pytest.approx(0.25)
    for week in weeks[1:]:
        await cancelled(week)
    assert await _pass_of(desk, expert.id) == pytest.approx(0)


async def test_newcomers_and_those_who_were_away_start_level_with_the_least_served(desk: Desk) -> None:
    there, busy = await desk.expert(capacity=2), await desk.expert(capacity=2)
    today = now().date()
    away = await desk.expert(leave=((today - timedelta(days=9), today + timedelta(days=1)),))
    closed = await desk.expert(capacity=0)
    await desk.sql("UPDATE expert_standing SET stride_pass = 5 WHERE expert_id = $1", there.id)
    await desk.sql("UPDATE expert_standing SET stride_pass = 7 WHERE expert_id = $1", busy.id)
    newcomer = await desk.expert(id=uuid4())
    assert await _pass_of(desk, newcomer.id) == 5
    async with desk.listening.database.transaction() as db:
        await fairness.clamp(db)
    assert [await _pass_of(desk, one.id) for one in (away, closed, newcomer)] == [5, 5, 5]


async def test_capacities_may_be_switched_off(desk: Desk) -> None:
    expert = await desk.expert(capacity=4)
    coordinator = a_caller(Role.COORDINATOR)
    told = (await desk.get("/weights", caller=coordinator)).json()["versions"][0]
    await desk.sql("DELETE FROM weighting")
    try:
        new = {**told["weighting"], "by_capacity": False}
        headers = {"if-match": '"0"'}
        answer = await desk.post("/weights", {"weighting": new, "why": "essai"}, caller=coordinator, headers=headers)
        assert answer.status_code == 201, answer.text
        await desk.hears(booked(await desk.referral(), expert))
        assert await _pass_of(desk, expert.id) == pytest.approx(1)
    finally:
        await desk.sql("DELETE FROM weighting")
