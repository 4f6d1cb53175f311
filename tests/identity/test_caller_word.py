"""The first word of a spoken code, said to a practice: right or wrong, never shown, and tries that wait."""

from uuid import uuid4

import msgspec

from contracts.identity import SpokenCode
from contracts.permits import CallerPermit
from contracts.words import Role
from kit.permits import Permits
from tests.identity.conftest import Door
from tests.tokens import a_caller


async def test_the_first_word_is_checked_however_it_is_heard_and_tries_wait(door: Door) -> None:
    case_id, secretary = uuid4(), a_caller(Role.SECRETARY)
    made = await door.post("/codes", {"case_id": str(case_id)}, caller=a_caller())
    code = msgspec.json.decode(made.content, type=SpokenCode)
    booking = Permits("booking", door.keys.rings["booking"], {})
    permit = booking.sign(CallerPermit(uuid4(), case_id))

    async def say(word: str, text: str = permit) -> tuple[int, str]:
        answer = await door.post("/codes/word", {"permit": text, "word": word}, caller=secretary)
        return answer.status_code, answer.text

    status, told = await say(f" {code.words[0].upper()} ")
    assert status == 200 and code.words[0] not in told
    assert (await say(code.words[1]))[0] == 403 or code.words[0][:4] == code.words[1][:4]
    assert (await say(code.text))[0] == 403
    assert (await say(code.words[0], booking.sign(CallerPermit(uuid4(), uuid4()))))[0] == 403
    for _ in range(3):
        status, _ = await say("lampadaire")
    assert status == 429
    assert (await door.post("/codes/word", {"permit": permit, "word": "a"}, caller=a_caller())).status_code == 403
