"""An orientation in the hands of the desk: side by side, passed on, corrected, in the queue, in a sealed log."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.events import (
    AccountClosed,
    AccountOpened,
    AppointmentAttended,
    AppointmentCancelled,
    AppointmentUncovered,
)
from contracts.words import Role
from kit.clock import now
from services.referral import invariants
from services.referral.deliver import falling_due
from tests.referral.conftest import Desk, booked
from tests.referral.network import a_colleague, a_network
from tests.referral.test_following import ids
from tests.tokens import a_caller


async def test_passed_on_ends_here_and_goes_on_there_in_the_same_instant(desk: Desk) -> None:
    net = await a_network(desk, 2, first_name="Alix")
    await desk.hears(booked(await net.shown(), net.experts[0], appointment_id=(visit := uuid4())))
    event = booked(await net.shown(), net.experts[0], appointment_id=visit, version=1)
    await desk.hears(AppointmentAttended(**ids(event, version=2)))
    expert = a_caller(Role.EXPERT, subject=net.experts[0].id)
    stranger = a_caller(Role.EXPERT)
    assert (await desk.post(f"/referrals/{net.id}/pass-on", {}, caller=stranger)).json()["code"] == "unknown-referral"
    follows = (await desk.post(f"/referrals/{net.id}/pass-on", {}, caller=expert)).json()
    assert (follows["status"], follows["follows_id"]) == ("offered", net.id)
    assert ((await net.shown())["status"], (await net.shown())["outcome"]) == ("completed", "passed_on")
    offered = (await desk.get(f"/referrals/{follows['id']}/offers")).json()["offers"]
    assert [one["target_id"] for one in offered] == [str(net.experts[1].id)]


async def test_a_case_has_many_orientations_side_by_side_and_what_is_given_counts(desk: Desk) -> None:
    net = await a_network(desk, 1)
    contact = (await net.shown())["contact_id"]
    given = {"contact_id": contact, "kind": "advice_sheet", "label": "Dormir après une garde", "given": True}
    assert (await desk.post("/referrals", given)).json()["status"] == "completed"
    group = (await desk.post("/referrals", {"contact_id": contact, "kind": "group", "may_reach": "call"})).json()
    assert (group["status"], group["owner_id"]) == ("ready", str(desk.me.subject))
    refused = await desk.post("/referrals", {"contact_id": contact, "given": True})
    assert refused.json()["code"] == "cannot-be-given"
    case = (await net.shown())["case_id"]
    kinds = (await desk.get(f"/cases/{case}/referrals")).json()["orientations"]
    assert sorted(one["kind"] for one in kinds) == ["advice_sheet", "care", "group"]
    assert [one["label"] for one in kinds if one["label"]] == ["Dormir après une garde"]


async def test_when_the_rules_find_nobody_more_the_coordination_is_told_to_choose(desk: Desk) -> None:
    net = await a_network(desk, 0)
    path = f"/referrals/{net.id}/offers"
    assert (await desk.post(path, {})).json()["status"] == "escalated"
    refused = await desk.post(path, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "nobody-to-ask")
    assert (await net.shown())["status"] == "escalated"


async def test_only_the_coordination_reopens_and_corrects_with_a_word(desk: Desk) -> None:
    net = await a_network(desk, 1)
    path = f"/referrals/{net.id}/decide?cause="
    assert (await desk.post(f"{path}made_by_mistake")).json()["code"] == "not-allowed"
    await net.ask()
    await desk.post(f"{path}withdrawn_by_caller")
    assert [one["status"] for one in await net.offers()] == ["withdrawn"]
    coordinator = await a_colleague(desk, Role.COORDINATOR)
    again = await desk.post(f"{path}reopened&note=La%20personne%20rappelle", caller=coordinator)
    steps = (await desk.get(f"{path.split('/decide')[0]}/timeline")).json()["transitions"]
    assert [step["note"] for step in steps if step["cause"] == "reopened"] == ["La personne rappelle"]
    assert (again.json()["status"], again.json()["cycle"], again.json()["queue"]) == ("ready", 2, "coordination")
    await net.ask()  # a new cycle: the same expert may be asked anew
    assert (await desk.post(f"{path}made_by_mistake", caller=coordinator)).json()["status"] == "entered_in_error"
    stale = await desk.post(f"/referrals/{net.id}/own", {}, headers={"if-match": '"1"'})
    assert stale.status_code == 412


async def test_a_structure_answers_by_telephone_and_takes_up_the_person(desk: Desk) -> None:
    net = await a_network(desk, 0)
    service, structure = uuid4(), uuid4()
    await desk.sql(
        "INSERT INTO structure (id, source, external_id, name, kind, details) VALUES ($1, 't', $2, 'Lieu', 'x', '{}')",
        structure,
        str(structure),
    )
    await desk.sql(
        "INSERT INTO service (id, structure_id, source, external_id, name, kind, status, public, time_zone, details)"
        " VALUES ($1, $2, 't', $3, 'Aide au logement', 'x', 'active', false, 'Europe/Paris', '{}')",
        service,
        structure,
        str(service),
    )
    await desk.sql(
        "INSERT INTO source_record (import_id, imported_at, kind, target_id, documents, raw, raw_hash)"
        " VALUES ($1, now(), 'service', $1, '{}', '{}', '')",
        service,
    )
    found = (await desk.get("/targets?q=logement")).json()["targets"]
    assert str(service) in {one["id"] for one in found}
    await desk.sql("UPDATE service SET phone = '0 805 23 23 36' WHERE id = $1", service)
    assert (await desk.get("/targets?q=logement")).json()["targets"] == [], "nobody is sent back to the line itself"
    await desk.sql("UPDATE service SET phone = NULL WHERE id = $1", service)
    contact = (await net.shown())["contact_id"]
    made = (await desk.post("/referrals", {"contact_id": contact, "kind": "service", "target_id": service})).json()
    await desk.post(f"/referrals/{made['id']}/offers", {"targets": [service], "target_kind": "service"})
    told = (await desk.told("ReferralOffered"))[-1]
    assert (told["target_id"], told["by_link"]) == (str(service), True)
    assert (await desk.post(f"/offers/{told['offer_id']}/accept")).status_code == 200
    assert (await desk.post(f"/referrals/{made['id']}/taken-up", {})).json()["status"] == "engaged"


async def test_the_queue_is_read_page_by_page_and_every_row_has_an_owner(desk: Desk) -> None:
    net = await a_network(desk, 1)
    mine = [net.id, (await desk.referral(level=3))["id"], (await desk.referral(level=4))["id"]]
    seen: list[dict[str, Any]] = []
    after = ""
    while True:
        page = (await desk.get(f"/referrals?whose=mine&limit=2{after}")).json()
        seen += page["rows"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert [row["id"] for row in seen] == [mine[2], mine[1], mine[0]]
    assert all(row["owner_id"] and row["next_action_at"] and row["reference"] for row in seen)
    assert (await desk.get("/referrals?after=nothing")).json()["code"] == "unknown-page"
    assert (await desk.get("/referrals?whose=theirs")).status_code == 422


async def test_a_cancel_by_link_puts_it_back_on_top_with_an_owner(desk: Desk) -> None:
    net = await a_network(desk, 1, level=3)
    event = booked(await net.shown(), net.experts[0])
    await desk.hears(event, AppointmentCancelled(**ids(event, version=2), starts_at=event.starts_at, by="person"))
    shown = await net.shown()
    assert (shown["status"], shown["next_action"]) == ("ready", "book")
    assert [task["kind"] for task in await net.tasks()] == ["cancelled"]


async def test_the_log_is_sealed_and_a_change_behind_its_back_is_found(desk: Desk) -> None:
    net = await a_network(desk, 1)
    await net.ask()
    async with asyncio.timeout(120):
        while await desk.sql("SELECT 1 FROM log_unsealed"):
            await asyncio.sleep(0.1)
    connection = await asyncpg.connect(desk.address.owner)
    try:
        assert not [rule for rule in await invariants.check(connection) if "seal" in rule]
        last = "(SELECT max(id) FROM transition_log)"
        await connection.execute(f"UPDATE transition_log SET actor = 'x' || actor WHERE id = {last}")
        assert [rule for rule in await invariants.check(connection) if "seal" in rule]
        await connection.execute(f"UPDATE transition_log SET actor = substr(actor, 2) WHERE id = {last}")
    finally:
        await connection.close()
    app = await asyncpg.connect(desk.address.app)
    try:
        for statement in (
            "DELETE FROM transition_log",
            "UPDATE transition_log SET actor = 'x'",
            "DELETE FROM log_seal",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(statement)
    finally:
        await app.close()


async def test_an_absence_over_an_appointment_is_somebodys_task_and_only_a_person_closes_it(desk: Desk) -> None:
    psychologist = await a_colleague(desk, Role.PSYCHOLOGIST)
    net = await a_network(desk, 1, level=3)
    event = booked(await net.shown(), net.experts[0], starts_at=now() + timedelta(days=3))
    away = AppointmentUncovered(**ids(event, version=1), starts_at=event.starts_at)
    await desk.hears(event, away, away)
    (task,) = await net.tasks()
    assert (task["kind"], task["owner_id"]) == ("expert_away", str(psychologist.subject))
    await desk.hears(booked(await net.shown(), net.experts[0], starts_at=now() + timedelta(days=4)))
    assert [one["kind"] for one in await net.tasks()] == ["expert_away"]
    answer = await desk.post(f"/tasks/{task['id']}/done?outcome=reached", caller=psychologist)
    assert answer.json()["outcome"] == "reached" and await net.tasks() == []


async def test_from_level_three_a_step_that_nobody_takes_becomes_a_task_with_a_name(desk: Desk) -> None:
    psychologist = await a_colleague(desk, Role.PSYCHOLOGIST)
    net = await a_network(desk, 0, level=3)
    await desk.sql("UPDATE referral SET next_action_at = now() - interval '1 hour' WHERE id = $1", UUID(net.id))
    async with asyncio.timeout(120):
        while not await net.tasks():  # the app's own tick may be faster
            async with desk.listening.database.transaction() as db:
                await falling_due.overdue(db)
    async with desk.listening.database.transaction() as db:
        await falling_due.overdue(db)
    assert [(one["kind"], one["owner_id"]) for one in await net.tasks()] == [("overdue", str(psychologist.subject))]


async def test_an_expert_who_leaves_leaves_nobody_without_an_answer(desk: Desk) -> None:
    net = await a_network(desk, 2)
    await net.ask(net.experts[0].id)
    other = await desk.referral()
    await desk.hears(booked(other, net.experts[0], starts_at=now() + timedelta(days=3)))
    gone = net.experts[0].id
    await desk.hears(AccountOpened(gone, 1, (Role.EXPERT,), "Claire"), AccountClosed(gone, 2))
    assert [one["target_id"] for one in await net.offers("withdrawn")] == [str(gone)]
    tasks = (await desk.get(f"/referrals/{other['id']}/tasks")).json()["tasks"]
    assert [one["kind"] for one in tasks] == ["expert_away"]
    await net.pass_("next_wave")
    assert [one["target_id"] for one in await net.offers("sent")] == [str(net.experts[1].id)]
