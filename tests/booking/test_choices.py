"""What the two of an appointment choose: another expert's hour instead, another way to meet at the same hour."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from contracts.words import Modality, Role, VisitKind
from kit.clock import now
from tests.booking.conftest import Door
from tests.booking.make import FIRST_VIDEO, TYPES, a_permit, an_agenda, an_expert, local_noon, put
from tests.tokens import a_caller


async def booked(door: Door, **permit: Any) -> tuple[dict[str, Any], Any]:
    expert_id = await door.an_expert()
    given = a_permit(**permit)
    made = (await door.book(expert_id, permit=given)).json()
    return made, a_caller(Role.PERSON, subject=given.case_id)


async def test_another_expert_needs_no_reason_and_the_former_hour_stays_until_the_new_one_is_theirs(door: Door) -> None:
    other, never = await door.an_expert(), await door.an_expert()
    one, person = await booked(door, not_experts=(never,))
    path = f"/appointments/{one['id']}"
    hours = (await door.get(f"{path}/other-hours", person)).json()["slots"]
    assert hours and not {slot["expert_id"] for slot in hours} & {str(never), one["expert_id"]}
    later = {"type_id": str(FIRST_VIDEO.id), "starts_at": local_noon(4).isoformat()}
    refused = await door.post(f"{path}/elsewhere", later | {"expert_id": str(never)}, caller=person)
    assert refused.json()["code"] == "expert-not-allowed"
    assert (await door.get(path, person)).json()["status"] == "booked"
    answer = await door.post(f"{path}/elsewhere", later | {"expert_id": str(other)}, caller=person, if_match='"1"')
    assert (answer.status_code, answer.json()["expert_id"]) == (200, str(other)), answer.text
    assert (await door.get(path, person)).json()["status"] == "cancelled_by_person"
    (told,) = await door.events("AppointmentMoved", "appointment_id", answer.json()["id"])
    assert told["replaces_id"] == one["id"]
    assert (await door.book(UUID(one["expert_id"]))).status_code == 201
    stranger = await door.post(f"{path}/elsewhere", later | {"expert_id": str(other)}, caller=a_caller(Role.PERSON))
    assert stranger.status_code == 404
    await door.proven()


async def test_either_of_the_two_changes_how_they_meet_up_to_the_start_and_during_it(door: Door) -> None:
    one, person = await booked(door)
    path, expert = f"/appointments/{one['id']}", a_caller(Role.EXPERT, subject=UUID(one["expert_id"]))
    by_phone = await door.post(f"{path}/otherwise", {"modality": "phone", "calls": "expert"}, caller=person)
    assert (by_phone.status_code, by_phone.json()["modality"], by_phone.json()["calls"]) == (200, "phone", "expert")
    assert (by_phone.json()["id"], by_phone.json()["type_id"]) != (one["id"], one["type_id"])
    (told,) = await door.events("ModalityChanged", "appointment_id", one["id"])
    assert (told["by"], told["modality"], told["version"]) == ("person", "phone", 2)
    same = await door.post(f"{path}/otherwise", {"modality": "phone", "calls": "expert"}, caller=expert)
    assert same.json()["version"] == 2
    wrong = await door.post(f"{path}/otherwise", {"modality": "video", "calls": "expert"}, caller=expert)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown-way")
    await door.bring(one["id"], now() - timedelta(minutes=5), "started")
    back = await door.post(f"{path}/otherwise", {"modality": "video"}, caller=expert)
    assert (back.status_code, back.json()["modality"]) == (200, "video"), back.text
    await door.bring(one["id"], now() - timedelta(hours=2), "started")
    over = await door.post(f"{path}/otherwise", {"modality": "phone"}, caller=person)
    assert over.json()["code"] == "not-in-this-state"


async def test_a_way_that_the_expert_does_not_offer_is_refused_and_the_hour_stays(door: Door) -> None:
    only_video = an_expert(modalities=frozenset({Modality.VIDEO}))
    await put(door.address.app, an_agenda(only_video))
    permit = a_permit()
    one = (await door.book(only_video.id, permit=permit)).json()
    person = a_caller(Role.PERSON, subject=permit.case_id)
    for modality in ("phone", "in_person"):
        answer = await door.post(f"/appointments/{one['id']}/otherwise", {"modality": modality}, caller=person)
        assert (answer.status_code, answer.json()["code"]) == (409, "way-not-offered")
    assert TYPES[VisitKind.FIRST, Modality.VIDEO].id == UUID(one["type_id"])
    await door.proven()
