"""One need, many offers, one winner, and a fallback each time: over the wire, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest

from contracts.words import Role
from tests.referral.conftest import Desk, booked
from tests.referral.network import a_colleague, a_network
from tests.tokens import a_caller


async def test_the_first_yes_wins_and_the_others_are_told_in_the_same_instant(desk: Desk) -> None:
    net = await a_network(desk, 4, level=4)
    assert (await net.ask())["status"] == "offered"
    asked = await net.offers("sent")
    assert len(asked) == 3
    answers = await asyncio.gather(*(net.answer(one, "accept") for one in asked))
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"offer-taken"}
    assert sorted(one["status"] for one in await net.offers()) == ["accepted", "withdrawn", "withdrawn"]
    shown = await net.shown()
    winner = (await net.offers("accepted"))[0]
    assert (shown["status"], shown["expert_id"]) == ("accepted", winner["target_id"])
    assert {one["outcome"] for one in await desk.told("OfferClosed")} == {"accepted", "withdrawn"}
    assert (await net.answer(winner, "accept")).status_code == 200  # the same yes again
    passes = {row["expert_id"]: row["stride_pass"] for row in await desk.sql("SELECT * FROM expert_standing")}
    assert passes[UUID(winner["target_id"])] == pytest.approx(1 / 3) and sum(passes.values()) == pytest.approx(1 / 3)


async def test_too_late_is_410_even_when_no_tick_has_passed(desk: Desk) -> None:
    net = await a_network(desk, 1)
    await net.ask(net.experts[0].id)
    offer = (await net.offers())[0]
    await net.late()
    for what, data in (("accept", None), ("decline", {"reason": "fee"}), ("seen", None)):
        answer = await net.answer(offer, what, data)
        assert (answer.status_code, answer.json()["code"]) == (410, "offer-expired")


async def test_waves_go_on_by_themselves_until_a_person_has_it(desk: Desk) -> None:
    manager = await a_colleague(desk, Role.DUTY_MANAGER)
    net = await a_network(desk, 5, level=3)
    await net.ask()
    assert len(await net.offers("sent")) == 1
    await net.pass_()
    assert len(await net.offers("sent")) == 3  # one silence at level 3: three at once
    await net.pass_()
    assert [len(await net.offers("sent")), len(await net.offers("expired"))] == [1, 4]  # the rest, as a group
    assert await net.tasks() == []
    last = (await net.offers("sent"))[0]
    assert (await net.answer(last, "decline", {"reason": "delay"})).status_code == 200
    shown = await net.shown()
    assert (shown["status"], shown["queue"], shown["next_action"]) == ("escalated", "coordination", "coordinate")
    (task,) = await net.tasks()
    assert (task["kind"], task["owner_id"], task["level"]) == ("nobody_left", str(manager.subject), 3)
    assert await desk.told("ManagerNeeded") == []  # within the hour
    await desk.sql("UPDATE timer SET due_at = now() - interval '1 second' WHERE kind = 'task_untaken'")
    await net.pass_("task_untaken")
    assert [one["task_id"] for one in await desk.told("ManagerNeeded")] == [task["id"]]
    assert (await desk.post(f"/tasks/{task['id']}/take")).json()["taken_at"]


async def test_at_level_four_the_manager_is_told_at_once_and_owns_it(desk: Desk) -> None:
    manager = await a_colleague(desk, Role.DUTY_MANAGER)
    net = await a_network(desk, 1, level=4)
    await net.ask()
    await net.answer((await net.offers())[0], "decline", {"reason": "other"})
    (task,) = await net.tasks()
    assert task["owner_id"] == str(manager.subject)
    assert [one["task_id"] for one in await desk.told("ManagerNeeded")] == [task["id"]]


async def test_a_yes_without_an_hour_is_charged_back_and_the_next_is_asked(desk: Desk) -> None:
    net = await a_network(desk, 2)
    await net.ask()
    first = (await net.offers())[0]
    await net.answer(first, "accept")
    await net.pass_("not_booked")
    assert (await net.shown())["status"] == "offered"
    assert [one["status"] for one in await net.offers()] == ["sent", "expired"]
    passes = await desk.sql("SELECT stride_pass FROM expert_standing WHERE expert_id = $1", UUID(first["target_id"]))
    assert passes[0]["stride_pass"] == pytest.approx(0)


async def test_booked_in_the_end_charges_once_and_asks_nobody_any_more(desk: Desk) -> None:
    net = await a_network(desk, 2)
    await net.ask(net.experts[0].id, net.experts[1].id)
    winner = next(one for one in await net.offers() if one["target_id"] == str(net.experts[0].id))
    await net.answer(winner, "accept")
    await desk.hears(booked(await net.shown(), net.experts[0]))
    assert (await net.shown())["status"] == "booked"
    passes = {row["expert_id"]: row["stride_pass"] for row in await desk.sql("SELECT * FROM expert_standing")}
    assert passes[net.experts[0].id] == pytest.approx(1 / 3)
    await net.pass_("not_booked")
    assert (await net.shown())["status"] == "booked"
    mine = a_caller(Role.EXPERT, subject=net.experts[0].id)
    (row,) = (await desk.get("/offers", caller=mine)).json()["offers"]
    assert row["starts_at"]


async def test_before_the_yes_only_codes_and_after_it_the_name_they_chose(desk: Desk) -> None:
    net = await a_network(
        desk, 1, first_name="Alix", notes="rien de ceci", department="72", profession="nurse_hospital"
    )
    case_id = (await net.shown())["case_id"]
    contact = (await net.shown())["contact_id"]
    assert contact
    await net.ask(net.experts[0].id, note="Préfère le matin")
    mine = a_caller(Role.EXPERT, subject=net.experts[0].id)
    answer = await desk.get("/offers", caller=mine)
    (before,) = answer.json()["offers"]
    assert (before["region"], before["profession"], before["first_name"]) == (
        "Pays de la Loire",
        "profession infirmière",
        None,
    )
    for word in ("Alix", "rien de ceci", "Le Mans", "matin", "nurse_hospital", case_id, '"72"'):
        assert word not in answer.text
    await net.answer(before | {"target_id": str(net.experts[0].id)}, "seen")
    await net.answer(before | {"target_id": str(net.experts[0].id)}, "accept")
    (after,) = (await desk.get("/offers", caller=mine)).json()["offers"]
    assert (after["first_name"], after["note"]) == ("Alix", None)  # the word waits for the person's consent
    consent = (
        "INSERT INTO consent (id, case_id, scope, wording, given_at, recorded_by) VALUES ($1, $2, $3, 1, now(), $1)"
    )
    await desk.sql(consent, uuid4(), UUID(case_id), "share_sheet")
    (shared,) = (await desk.get("/offers", caller=mine)).json()["offers"]
    assert shared["note"] == "Préfère le matin"
    stranger = a_caller(Role.EXPERT)
    assert (await desk.get(f"/offers/{before['id']}", caller=stranger)).json()["code"] == "unknown-offer"
    assert (await desk.post(f"/offers/{before['id']}/accept", caller=stranger)).json()["code"] == "unknown-offer"


async def test_each_coded_no_has_its_effect_and_no_other(desk: Desk) -> None:
    net = await a_network(desk, 4)
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    answers: list[tuple[str, dict[str, Any]]] = [
        ("capacity", {"until": until}),
        ("conflict", {}),
        ("competence", {"motive": "anxiety"}),
        ("modality", {"counter_modality": "phone"}),
    ]
    by_reason = {}
    for (reason, more), expert in zip(answers, net.experts, strict=True):
        await net.ask(expert.id)
        offer = next(one for one in await net.offers("sent") if one["target_id"] == str(expert.id))
        missing = (
            await net.answer(offer, "decline", {"reason": reason}) if reason in ("capacity", "competence") else None
        )
        assert missing is None or missing.json()["code"] == "decline-refused"
        assert (await net.answer(offer, "decline", {"reason": reason, **more})).status_code == 200
        by_reason[reason] = expert.id
        while asked := await net.offers("sent"):  # the next were asked: they say no too, for a reason without effect
            for one in asked:
                await net.answer(one, "decline", {"reason": "other"})
    full = await desk.sql("SELECT expert_id FROM expert_standing WHERE full_until IS NOT NULL")
    assert [row["expert_id"] for row in full] == [by_reason["capacity"]]
    excluded = await desk.sql(
        "SELECT expert_id, why FROM case_exclusion WHERE case_id = $1", UUID((await net.shown())["case_id"])
    )
    assert [tuple(row) for row in excluded] == [(by_reason["conflict"], "conflict")]
    assert [one["not_experts"] for one in await desk.told("CaseExclusionsChanged")] == [[str(by_reason["conflict"])]]
    assert [task["kind"] for task in await net.tasks()] == ["counter_offer"]
    ranked = (await desk.get(f"/contacts/{(await net.shown())['contact_id']}/candidates")).json()["candidates"]
    assert {str(by_reason["capacity"]), str(by_reason["conflict"])}.isdisjoint({one["expert_id"] for one in ranked})


async def test_after_three_times_the_same_motive_the_expert_may_ask_for_no_more_of_it(desk: Desk) -> None:
    net = await a_network(desk, 1)
    mine = a_caller(Role.EXPERT, subject=net.experts[0].id)
    for n in range(3):
        other = await desk.referral()
        await desk.post(f"/referrals/{other['id']}/offers", {"targets": [net.experts[0].id]})
        offer = (await desk.get("/offers", caller=mine)).json()["offers"][0]
        said = await net.answer(
            offer | {"target_id": str(mine.subject)}, "decline", {"reason": "competence", "motive": "anxiety"}
        )
        assert said.json()["may_stop"] == ("anxiety" if n == 2 else None)
    assert (await desk.post("/offers/stop-motive?motive=grief", caller=mine)).json()["code"] == "decline-refused"
    assert (await desk.post("/offers/stop-motive?motive=anxiety", caller=mine)).status_code == 204
    assert (await desk.sql("SELECT exclusions FROM expert"))[0]["exclusions"] == ["anxiety"]


async def test_who_agreed_to_wait_is_ranked_again_and_never_waits_for_ever(desk: Desk) -> None:
    net = await a_network(desk, 1)
    await net.ask()
    await desk.post(f"/referrals/{net.id}/waitlist", {})
    assert (await net.shown())["status"] == "waitlisted"
    assert [one["status"] for one in await net.offers()] == ["withdrawn"]
    await net.pass_("rank_again")
    assert (await net.shown())["status"] == "waitlisted"  # nobody new: the list goes on
    await desk.expert(name="Arrivée depuis")
    await net.pass_("rank_again")
    assert (await net.shown())["status"] == "offered"
    await net.pass_()
    assert (await net.shown())["status"] == "waitlisted"
    await net.pass_("waited_enough")
    assert (await net.shown())["status"] == "escalated"


async def test_a_caller_may_refuse_who_accepted_without_harm_to_them(desk: Desk) -> None:
    net = await a_network(desk, 2)
    await net.ask(net.experts[0].id)
    await net.answer((await net.offers())[0], "accept")
    assert (await desk.post(f"/referrals/{net.id}/refuse", {"reason": "person"})).json()["status"] == "ready"
    passes = await desk.sql("SELECT stride_pass FROM expert_standing WHERE expert_id = $1", net.experts[0].id)
    assert passes[0]["stride_pass"] == pytest.approx(0)
    await net.ask()
    assert [one["target_id"] for one in await net.offers("sent")] == [str(net.experts[1].id)]


async def test_who_said_yes_may_book_their_own_hour_and_the_desk_has_to_say_it(desk: Desk) -> None:
    net = await a_network(desk, 2, level=2)
    await net.ask(net.experts[0].id)
    (offer,) = await net.offers()
    assert (await net.answer(offer, "permit")).json()["code"] == "no-hour-awaited"  # before any yes
    await net.answer(offer, "accept")
    mine, other = (a_caller(Role.EXPERT, subject=one.id) for one in net.experts)
    assert (await desk.get("/offers", caller=mine)).json()["offers"][0]["may_book"] is True
    assert (await desk.post(f"/offers/{offer['id']}/permit", caller=other)).status_code == 404
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = await desk.post(f"/offers/{offer['id']}/permit", caller=mine, params={"starts_at": soon})
    permit = jwt.decode(answer.json()["permit"], options={"verify_signature": False})["permit"]
    assert permit["experts"] == [str(net.experts[0].id)] and permit["referral_id"] == net.id
    assert [task["kind"] for task in await net.tasks()] == ["own_hour"]
    await desk.hears(booked(await net.shown(), net.experts[0]))
    assert (await desk.get("/offers", caller=mine)).json()["offers"][0]["may_book"] is False
    assert (await net.answer(offer, "permit")).json()["code"] == "no-hour-awaited"  # it is found
    assert [task["kind"] for task in await net.tasks()] == ["own_hour"]  # a person still has to say it
