"""The search over the network: the first free slots in the order of the clock, each of which can be booked."""

import random
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from contracts.words import ExpertProfession, Modality, VisitKind
from kit.clock import now
from services.booking.domain.slots import free_time, starts
from services.booking.domain.spans import Span
from services.booking.routes.slots import parse
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, TYPES, a_rule, an_agenda, an_expert, local_noon, put

ONE_WAY = frozenset({Modality.IN_PERSON})


async def found(door: Door, **asked: Any) -> list[dict[str, Any]]:
    answer = await door.get(f"/slots?{urlencode(asked, doseq=True)}")
    assert answer.status_code == 200, answer.text
    slots: list[dict[str, Any]] = answer.json()["slots"]
    return slots


async def test_the_first_slots_of_some_experts_are_those_of_the_rules(door: Door) -> None:
    agendas = [
        an_agenda(one, a_rule(one, starts=local_noon(hour=9 + number).time(), rrule="FREQ=DAILY;INTERVAL=2"))
        for number, one in enumerate(an_expert(time_zone="Indian/Reunion") for _ in range(3))
    ]
    await put(door.address.app, *agendas)
    booked = (await door.book(agendas[0].expert.id, local_noon(2, hour=8))).status_code
    since = local_noon(1, hour=0)
    sql = "SELECT lower(during) AS a, upper(during) AS b FROM {} WHERE expert_id = $1"
    expected = []
    for one in agendas:
        opened = [Span(r["a"], r["b"]) for r in await door.rows(sql.format("opening_occurrence"), one.expert.id)]
        taken = [Span(r["a"], r["b"]) for r in await door.rows(sql.format("claim"), one.expert.id)]
        free = free_time(opened, taken, ())
        expected += [(start, str(one.expert.id)) for start in starts(free, FIRST_VIDEO.shape) if start >= since]
    expected.sort()
    asked = {"expert": [str(one.expert.id) for one in agendas], "modality": "video", "from": since.isoformat()}
    slots = await found(door, **asked, limit=100)
    assert booked in (201, 409)
    assert [(datetime.fromisoformat(s["starts_at"]), s["expert_id"]) for s in slots] == expected[:100]
    per_expert = await found(door, **asked, per_expert=2)
    assert [per_expert.count(s) for s in per_expert] == [1] * 6
    assert {s["expert_id"] for s in per_expert} == set(asked["expert"])


async def test_the_network_search_reads_the_first_slots_of_everyone(door: Door) -> None:
    rare = [
        an_expert(profession=ExpertProfession.PSYCHIATRIST, modalities=frozenset({Modality.PHONE})) for _ in range(4)
    ]
    await put(door.address.app, *(an_agenda(one) for one in rare))
    slots = await found(door, profession="psychiatrist", modality="phone", **{"from": local_noon().isoformat()})
    assert len(slots) == 20
    starts_at = [slot["starts_at"] for slot in slots]
    assert starts_at == sorted(starts_at)
    assert {slot["expert_id"] for slot in slots} == {str(one.id) for one in rare}
    assert {slot["type_id"] for slot in slots} == {str(TYPES[VisitKind.FIRST, Modality.PHONE].id)}
    (first,) = await found(door, profession="psychiatrist", modality="phone", limit=1)
    assert datetime.fromisoformat(first["starts_at"]) >= now() + timedelta(minutes=14)
    each = await found(door, profession="psychiatrist", modality="phone", per_expert=1)
    assert len(each) == len(rare)
    without = await found(door, profession="psychiatrist", modality="phone", not_expert=str(rare[0].id), limit=100)
    assert str(rare[0].id) not in {slot["expert_id"] for slot in without}
    follow = await found(door, profession="psychiatrist", modality="phone", visit="follow_up", limit=3)
    assert {slot["type_id"] for slot in follow} == {str(TYPES[VisitKind.FOLLOW_UP, Modality.PHONE].id)}


async def test_every_offered_slot_can_be_booked_or_was_taken_by_an_earlier_one(door: Door) -> None:
    expert_id = await door.an_expert()
    slots = await found(door, expert=str(expert_id), modality="video", limit=60)
    random.Random(7).shuffle(slots)
    taken: list[tuple[datetime, datetime]] = []
    for slot in slots:
        start, end = (datetime.fromisoformat(slot[name]) for name in ("starts_at", "ends_at"))
        clash = any(start < other_end and other_start < end for other_start, other_end in taken)
        answer = await door.book(expert_id, start)
        assert answer.status_code == (409 if clash else 201), answer.text
        if not clash:
            taken.append((start, end))
    again = await found(door, expert=str(expert_id), modality="video", limit=100)
    for slot in again:
        assert all(slot["starts_at"] != one[0] for one in taken)
    await door.proven()


async def test_an_expert_who_left_is_offered_to_nobody(door: Door) -> None:
    gone = an_expert(active=False)
    await put(door.address.app, an_agenda(gone))
    assert await found(door, expert=str(gone.id)) == []
    assert (await door.book(gone.id)).json()["code"] == "slot-not-open"


async def test_a_start_that_time_has_overtaken_is_not_offered(door: Door) -> None:
    expert_id = await door.an_expert()
    await door.rows(
        "UPDATE agenda_day SET first_free = now() - interval '5 hours' WHERE expert_id = $1 AND day = current_date",
        expert_id,
    )
    for slot in await found(door, expert=str(expert_id), limit=100):
        assert datetime.fromisoformat(slot["starts_at"]) >= now() + timedelta(minutes=14)
    await door.refresh(expert_id)


async def test_a_search_that_makes_no_sense_says_what_is_wrong(door: Door) -> None:
    for query in (
        "profession=baker",
        "limit=0",
        "limit=101",
        "limit=%D9%A3",
        "limit=1_0",
        "per_expert=0",
        "per_expert=%2B3",
        "cursor=1.2",
        "type=x",
        "from=yesterday",
        "from=2027-01-01",
        "colour=red",
        "expert=",
        "experts=,&modality=video",
        "modalities=",
        "type=&modality=video",
    ):
        answer = await door.get(f"/slots?{query}")
        assert (answer.status_code, answer.json()["code"]) in ((422, "unknown-filter"), (422, "unclear-time")), query
    twice = parse(b"modality=video&modality=video,phone&visit=first&visit=first&profession=psychologist")
    assert twice == parse(b"modality=video,phone&visit=first&profession=psychologist")
    assert (await door.http.get("/slots")).status_code == 401
    assert (await door.post("/slots")).status_code == 405


async def test_pages_follow_one_another_without_a_gap_and_each_expert_has_a_first(door: Door) -> None:
    several = [an_expert(profession=ExpertProfession.GENERAL_PRACTITIONER, modalities=ONE_WAY) for _ in range(5)]
    await put(door.address.app, *(an_agenda(one) for one in several))
    asked = {"profession": "general_practitioner", "modality": "in_person", "from": local_noon(3).isoformat()}
    every = await found(door, **asked, limit=100)
    paged: list[dict[str, Any]] = []
    cursor = ""
    while len(paged) < 100:
        query = urlencode({**asked, "limit": 7, **({"cursor": cursor} if cursor else {})})
        page = (await door.get(f"/slots?{query}")).json()
        paged, cursor = [*paged, *page["slots"]], page["next"]
    assert paged[:100] == every
    firsts = (await door.get(f"/slots/first?{urlencode(asked | {'limit': 50})}")).json()
    mine = {str(one.id) for one in several}
    assert sorted(one["expert_id"] for one in firsts["slots"] if one["expert_id"] in mine) == sorted(mine)
    far = urlencode(asked | {"to": local_noon(100).isoformat()})
    assert (await door.get(f"/slots?{far}")).json()["code"] == "window-too-long"
    assert (await door.get("/slots?cursor=x")).json()["code"] == "unknown-filter"
