"""Showing the second factor once more, and the code of someone who came alone."""

import base64

import msgspec

from contracts.identity import FactorProof, PersonSession, SpokenCode, TotpSeed
from contracts.permits import CodePermit, FactorPermit
from contracts.words import Role
from kit.clock import now
from kit.keys import KeySet
from kit.permits import Permits
from services.identity.domain.factors import code_at
from tests.identity.conftest import Door
from tests.keys import Keys
from tests.tokens import a_caller


async def test_a_code_of_the_authenticator_becomes_a_permit_of_this_account_once(door: Door, keys: Keys) -> None:
    account_id, _ = await door.account()
    caller = a_caller(Role.DUTY_MANAGER, subject=account_id)
    none = await door.post("/me/factor", {"code": "000000"}, caller=caller)
    assert (none.status_code, none.json()["code"]) == (409, "no-second-factor")
    seed = msgspec.json.decode((await door.post("/me/totp", caller=caller)).content, type=TotpSeed)
    secret = base64.b32decode(seed.secret)
    half = await door.post("/me/factor", {"code": code_at(secret, now())}, caller=caller)
    assert half.json()["code"] == "no-second-factor", "an application that never showed a code proves nothing"
    await door.post("/me/totp/confirm", {"code": code_at(secret, now())}, caller=caller)
    await door.sql("UPDATE factor SET last_step = 0 WHERE account_id = $1", account_id)

    assert (await door.post("/me/factor", {"code": "000000"}, caller=caller)).status_code == 401
    code = code_at(secret, now())
    answer = await door.post("/me/factor", {"code": code}, caller=caller)
    proof = msgspec.json.decode(answer.content, type=FactorProof)
    read = Permits("referral", None, {"identity": _known(keys, "identity")})
    assert (await read.read(proof.permit, FactorPermit)).account_id == account_id
    assert (await door.post("/me/factor", {"code": code}, caller=caller)).status_code == 401, "each code once"


async def test_someone_alone_gets_the_code_of_the_case_that_the_permit_names_and_no_other(
    door: Door, keys: Keys
) -> None:
    case_id = a_caller().subject
    permit = Permits("referral", keys.rings["referral"], {}).sign(CodePermit(case_id))
    answer = await door.post("/codes/permitted", {"permit": permit}, key="one press")
    code = msgspec.json.decode(answer.content, type=SpokenCode)
    again = await door.post("/codes/permitted", {"permit": permit}, key="one press")
    assert msgspec.json.decode(again.content, type=SpokenCode) == code
    opened = await door.post("/codes/exchange", {"code": code.text})
    assert msgspec.json.decode(opened.content, type=PersonSession).target_id == case_id
    forged = Permits("identity", keys.rings["identity"], {})
    wrong = forged.sign(FactorPermit(case_id))
    assert (await door.post("/codes/permitted", {"permit": wrong})).json()["code"] == "permit-refused"


def _known(keys: Keys, issuer: str) -> KeySet:
    known = KeySet(issuer, "http://127.0.0.1:1")
    known.put(keys.rings[issuer].public_set())
    return known
