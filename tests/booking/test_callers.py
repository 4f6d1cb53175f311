"""Somebody calls the practice: the word of their code, heard by identity, lets a secretary act in their name."""

from datetime import timedelta
from uuid import UUID, uuid4

from contracts.booking import Cancel, Move
from contracts.permits import WordPermit
from contracts.words import Role
from kit.permits import Permits
from tests.booking.conftest import Door
from tests.booking.make import local_noon
from tests.keys import Keys
from tests.tokens import a_caller


async def test_a_heard_word_moves_and_cancels_in_the_persons_name_and_nothing_else(door: Door, keys: Keys) -> None:
    expert_id = await door.an_expert()
    secretary = a_caller(Role.SECRETARY, acts_for=(expert_id,))
    one = (await door.book(expert_id)).json()
    path = f"/appointments/{one['id']}"
    identity = Permits("identity", keys.rings["identity"], {})

    def heard(appointment_id: object = one["id"], by: UUID = secretary.subject) -> str:
        return identity.sign(WordPermit(UUID(str(appointment_id)), by))

    sealed = await door.post(f"{path}/caller", caller=secretary)
    assert sealed.status_code == 200 and one["case_id"] not in sealed.text
    stranger = a_caller(Role.SECRETARY, acts_for=(uuid4(),))
    assert (await door.post(f"{path}/caller", caller=stranger)).status_code == 404

    later = local_noon() + timedelta(hours=2)
    for wrong in (heard(uuid4()), heard(by=uuid4()), "x"):
        assert (await door.post(f"{path}/move", Move(later, heard=wrong), caller=secretary)).status_code == 403
    moved = await door.post(f"{path}/move", Move(later, heard=heard()), caller=secretary)
    assert moved.status_code == 200 and moved.json()["case_id"] is None
    (event,) = await door.events("AppointmentMoved", "appointment_id", one["id"])
    assert event["by"] == "person"
    gone = await door.post(f"{path}/cancel", Cancel(heard=heard()), caller=secretary)
    assert gone.json()["status"] == "cancelled_by_person"
    (event,) = await door.events("AppointmentCancelled", "appointment_id", one["id"])
    assert event["by"] == "person"
