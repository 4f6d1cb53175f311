"""Signing in by factors, and leaving."""

import base64
from uuid import UUID, uuid4

import msgspec
import pytest

from contracts.caller import Grant
from contracts.identity import Factor, Session, SessionState, TotpSeed
from contracts.words import Role
from kit.clock import now
from services.identity.domain.factors import code_at
from services.identity.domain.secrets import hashed
from tests.identity.conftest import PASSWORD, Door
from tests.tokens import a_caller


async def test_the_right_password_opens_a_session_whose_secret_is_kept_as_a_hash_only(door: Door) -> None:
    account_id, identifier = await door.account()
    answer = await door.sign_in(identifier.upper())
    session = msgspec.json.decode(answer.content, type=Session)
    assert answer.status_code == 200 and session.state is SessionState.OPEN
    assert session.subject == account_id and session.grants == (Grant(Role.PSYCHOLOGIST),)
    assert session.secret and session.ends_at
    rows = await door.sql("SELECT secret_hash, session::text AS all FROM session WHERE id = $1", session.id)
    assert rows[0]["secret_hash"] == hashed(session.secret) and session.secret not in rows[0]["all"]


async def test_a_wrong_password_and_an_unknown_identifier_look_the_same(door: Door) -> None:
    _, identifier = await door.account()
    wrong = await door.sign_in(identifier, "not this one at all")
    unknown = await door.sign_in(f"nobody-{uuid4().hex}")
    totp = await door.sign_in(identifier, "123456", factor="totp")
    assert wrong.status_code == unknown.status_code == totp.status_code == 401
    bodies = [msgspec.json.decode(one.content) for one in (wrong, unknown, totp)]
    assert all(body.pop("request_id") for body in bodies)
    assert bodies[0] == bodies[1] == bodies[2] and bodies[0]["code"] == "wrong-credentials"


async def test_a_login_gives_a_new_id_and_ends_the_former_session(door: Door) -> None:
    _, identifier = await door.account()
    first = msgspec.json.decode((await door.sign_in(identifier)).content, type=Session)
    second = msgspec.json.decode((await door.sign_in(identifier, former=first.secret)).content, type=Session)
    assert first.secret and second.secret
    assert second.secret != first.secret and second.id != first.id
    assert (await door.exchange(first.secret)).status_code == 401
    assert (await door.exchange(second.secret)).status_code == 200


async def test_a_secret_chosen_by_an_attacker_never_becomes_a_session(door: Door) -> None:
    _, identifier = await door.account()
    await door.sign_in(identifier, former="attackerchosen")
    assert (await door.exchange("attackerchosen")).status_code == 401


async def test_wrong_tries_slow_down_the_pair_and_lock_nobody(door: Door) -> None:
    _, identifier = await door.account()
    answers = [await door.sign_in(identifier, "wrong as can be", origin="a café") for _ in range(7)]
    assert [one.status_code for one in answers] == [401] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert (await door.sign_in(identifier, origin="somewhere else")).status_code == 200


async def test_right_passwords_are_not_counted(door: Door) -> None:
    _, identifier = await door.account()
    answers = [await door.sign_in(identifier, origin="a busy desk") for _ in range(8)]
    assert {one.status_code for one in answers} == {200}


async def test_many_identifiers_from_one_origin_slow_that_origin_down(door: Door) -> None:
    for number in range(30):
        answer = await door.sign_in(f"nobody-{number}", factor="totp", origin="a spray")
        assert answer.status_code == 401
    assert (await door.sign_in("nobody-31", origin="a spray")).status_code == 429


async def _with_totp(door: Door) -> tuple[UUID, str, bytes]:
    account_id, identifier = await door.account()
    caller = a_caller(Role.PSYCHOLOGIST, subject=account_id)
    seed = msgspec.json.decode((await door.post("/me/totp", caller=caller)).content, type=TotpSeed)
    secret = bytes.fromhex(_from_base32(seed.secret))
    assert seed.uri.startswith("otpauth://totp/")
    answer = await door.sign_in(identifier)
    assert msgspec.json.decode(answer.content, type=Session).state is SessionState.OPEN  # not yet confirmed
    assert (await door.post("/me/totp/confirm", {"code": "000000"}, caller=caller)).status_code == 401
    confirmed = await door.post("/me/totp/confirm", {"code": code_at(secret, now())}, caller=caller)
    assert confirmed.status_code == 204
    assert (await door.post("/me/totp", caller=caller)).status_code == 403  # one at a time
    await door.sql("UPDATE factor SET last_step = 0 WHERE account_id = $1", account_id)
    return account_id, identifier, secret


def _from_base32(text: str) -> str:
    return base64.b32decode(text).hex()


async def test_a_second_factor_is_asked_and_each_code_opens_once(door: Door) -> None:
    _, identifier, secret = await _with_totp(door)
    partial = msgspec.json.decode((await door.sign_in(identifier)).content, type=Session)
    assert partial.state is SessionState.PARTIAL and partial.missing == (Factor.TOTP,)
    refused = await door.exchange(partial.secret or "")
    assert refused.status_code == 403 and msgspec.json.decode(refused.content)["code"] == "factor-missing"

    code = code_at(secret, now())
    answer = await door.post("/login/factors", {"session": partial.secret, "factor": "totp", "secret": code})
    whole = msgspec.json.decode(answer.content, type=Session)
    assert whole.state is SessionState.OPEN and whole.id != partial.id and whole.secret != partial.secret
    assert (await door.exchange(partial.secret or "")).status_code == 401
    assert (await door.exchange(whole.secret or "")).status_code == 200

    again = msgspec.json.decode((await door.sign_in(identifier)).content, type=Session)
    replay = await door.post("/login/factors", {"session": again.secret, "factor": "totp", "secret": code})
    assert replay.status_code == 401


async def test_a_login_left_half_way_ends_after_five_minutes(door: Door) -> None:
    _, identifier, secret = await _with_totp(door)
    partial = msgspec.json.decode((await door.sign_in(identifier)).content, type=Session)
    await door.age(partial.id, opened="6 minutes", seen="6 minutes")
    data = {"session": partial.secret, "factor": "totp", "secret": code_at(secret, now())}
    assert (await door.post("/login/factors", data)).status_code == 401


async def test_a_totp_secret_is_sealed_in_the_database(door: Door) -> None:
    account_id, _, secret = await _with_totp(door)
    rows = await door.sql("SELECT kept FROM factor WHERE account_id = $1 AND factor = 'totp'", account_id)
    assert secret not in rows[0]["kept"] and secret.hex().encode() not in rows[0]["kept"]


async def test_leaving_ends_the_session_and_says_nothing_of_whether_there_was_one(door: Door) -> None:
    _, secret = await door.session()
    assert (await door.post("/logout", {"credential": secret})).status_code == 204
    assert (await door.exchange(secret)).status_code == 401
    assert (await door.post("/logout", {"credential": secret})).status_code == 204


@pytest.mark.parametrize("body", [{}, {"identifier": 3, "secret": []}, {"identifier": "x" * 9000, "secret": PASSWORD}])
async def test_odd_logins_are_refused_kindly(door: Door, body: dict[str, object]) -> None:
    assert (await door.post("/login", {"origin": uuid4().hex, **body})).status_code in (401, 422)
