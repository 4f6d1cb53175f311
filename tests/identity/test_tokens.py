"""Credentials against short tokens; sessions that lock, at the doors; keys of programs."""

from uuid import UUID, uuid4

import jwt
import msgspec
import redis.asyncio as redis

from contracts.caller import Caller, Grant
from contracts.identity import ApiKey, Factor, Session, SessionState, Token
from contracts.words import Role
from kit.auth import Doorman
from kit.clock import now
from kit.keys import KeySet
from services.identity.store import make_api_key
from tests.cluster import Cluster
from tests.identity.conftest import PASSWORD, Door, until
from tests.tokens import a_caller, bearer


async def test_a_token_is_signed_for_one_service_and_lives_a_minute_at_most(door: Door) -> None:
    expert = uuid4()
    grant = Grant(Role.SECRETARY, f"person:{expert}")
    session, secret = await door.session(grant)
    token = msgspec.json.decode((await door.exchange(secret, "booking")).content, type=Token)
    assert jwt.get_unverified_header(token.token)["typ"] == "at+jwt"
    claims = jwt.decode(token.token, options={"verify_signature": False})
    assert claims["iss"] == "identity" and claims["aud"] == "booking" and claims["jti"]
    assert 0 < claims["exp"] - claims["iat"] <= 60 and token.expires_in <= 60
    assert token.session.state is SessionState.OPEN and token.session.secret is None

    keys = KeySet("identity", "http://127.0.0.1:1")
    keys.put(door.keys.rings["identity"].public_set())
    caller = await Doorman("booking", keys).caller(f"Bearer {token.token}")
    assert caller == Caller(session.subject, (grant,), session.id, (expert,))


async def test_tokens_are_for_our_services_only(door: Door) -> None:
    _, secret = await door.session()
    assert (await door.exchange(secret, "elsewhere")).status_code == 422
    assert (await door.exchange("no such secret")).status_code == 401
    assert (await door.exchange("")).status_code == 401


async def test_an_idle_session_locks_and_any_factor_reopens_it_under_a_new_id(door: Door) -> None:
    session, secret = await door.session()
    await door.age(session.id, seen="31 minutes", opened="31 minutes")
    refused = await door.exchange(secret)
    problem = msgspec.json.decode(refused.content)
    assert refused.status_code == 403 and problem["code"] == "session-locked"

    wrong = await door.post("/login/factors", {"session": secret, "factor": "password", "secret": "not this one"})
    assert wrong.status_code == 401
    answer = await door.post("/login/factors", {"session": secret, "factor": "password", "secret": PASSWORD})
    again = msgspec.json.decode(answer.content, type=Session)
    assert again.state is SessionState.OPEN and again.subject == session.subject
    assert again.id != session.id and again.secret not in (None, secret)
    assert (await door.exchange(secret)).status_code == 401
    assert (await door.exchange(again.secret or "")).status_code == 200


async def test_four_hours_lock_an_expert_and_not_a_psychologist(door: Door) -> None:
    expert, experts_secret = await door.session(Grant(Role.EXPERT))
    listener, listeners_secret = await door.session(Grant(Role.PSYCHOLOGIST))
    for session in (expert, listener):
        await door.age(session.id, opened="4 hours")
    assert (await door.exchange(experts_secret)).status_code == 403
    assert (await door.exchange(listeners_secret)).status_code == 200
    await door.age(listener.id, opened="8 hours")
    assert (await door.exchange(listeners_secret)).status_code == 403


async def test_a_two_hour_call_with_no_key_pressed_never_meets_the_lock(door: Door) -> None:
    session, secret = await door.session(Grant(Role.PSYCHOLOGIST))
    for _ in range(5):
        await door.age(session.id, opened="25 minutes", seen="25 minutes")
        assert (await door.exchange(secret, touch=False, busy=True)).status_code == 200
    await door.age(session.id, opened="12 hours")
    assert (await door.exchange(secret, touch=False, busy=True)).status_code == 200
    assert (await door.exchange(secret)).status_code == 403  # the call is over


async def test_a_call_across_the_limit_is_open_to_every_page_of_it(door: Door) -> None:
    session, secret = await door.session(Grant(Role.PSYCHOLOGIST))
    await door.age(session.id, opened="11 hours 59 minutes")
    assert (await door.exchange(secret, busy=True)).status_code == 200
    await door.age(session.id, opened="2 minutes")
    assert (await door.exchange(secret, "booking")).status_code == 200
    await door.age(session.id, opened="2 minutes")
    assert (await door.exchange(secret, "booking")).status_code == 403


async def test_an_urgent_action_passes_the_lock_and_does_not_lift_it(door: Door) -> None:
    session, secret = await door.session(Grant(Role.PSYCHOLOGIST))
    await door.age(session.id, opened="31 minutes", seen="31 minutes")
    assert (await door.exchange(secret, busy=True)).status_code == 200
    assert (await door.exchange(secret)).status_code == 403


async def test_a_page_that_asks_by_itself_does_not_keep_a_session_open(door: Door) -> None:
    session, secret = await door.session()
    await door.age(session.id, opened="20 minutes", seen="20 minutes")
    assert (await door.exchange(secret, touch=False)).status_code == 200
    await door.age(session.id, opened="11 minutes", seen="11 minutes")
    assert (await door.exchange(secret)).status_code == 403


async def test_other_rights_lock_and_reopen_under_a_new_id_with_the_new_rights(door: Door) -> None:
    session, secret = await door.session(Grant(Role.VOLUNTEER))
    data = {"grants": [{"role": "duty_manager"}]}
    answer = await door.http.put(
        f"/accounts/{session.subject}/grants", json=data, headers=await _as(door, Role.COORDINATOR)
    )
    assert answer.status_code == 200
    assert (await door.exchange(secret)).status_code == 403
    busy = msgspec.json.decode((await door.exchange(secret, busy=True)).content, type=Token)  # a call goes on
    assert busy.session.grants == (Grant(Role.DUTY_MANAGER),)
    again = await door.post("/login/factors", {"session": secret, "factor": "password", "secret": PASSWORD})
    assert msgspec.json.decode(again.content, type=Session).grants == (Grant(Role.DUTY_MANAGER),)


async def _as(door: Door, role: Role) -> dict[str, str]:
    return bearer(door.keys.rings["identity"], "identity", a_caller(role))


async def test_signing_an_account_out_everywhere_is_felt_at_once_and_told_on_redis(
    door: Door, cluster: Cluster
) -> None:
    account_id, identifier = await door.account()
    opened = [msgspec.json.decode((await door.sign_in(identifier)).content, type=Session) for _ in range(3)]
    client: redis.Redis = redis.from_url(cluster.valkey_url)
    async with client.pubsub() as heard:
        await heard.subscribe("session:ended")
        await until(lambda: heard.get_message(timeout=0.1))
        me = Caller(account_id, (Grant(Role.PSYCHOLOGIST),), opened[0].id)
        answer = await door.post(f"/accounts/{account_id}/sessions/revoke", caller=me)
        assert msgspec.json.decode(answer.content) == {"sessions": 2, "links": 0}
        said = [await until(lambda: heard.get_message(timeout=0.1)) for _ in range(2)]
    await client.aclose()
    ids = {message["data"].decode().split()[0] for message in said}
    assert ids == {str(opened[1].id), str(opened[2].id)}
    assert [(await door.exchange(one.secret or "")).status_code for one in opened] == [200, 401, 401]


async def test_a_closed_account_has_no_session_key_or_login_left(door: Door) -> None:
    account_id, identifier = await door.account()
    session = msgspec.json.decode((await door.sign_in(identifier)).content, type=Session)
    grants = (Grant(Role.PSYCHOLOGIST),)
    async with door.database.transaction() as db:
        _, key = await make_api_key(db, label="a program", grants=grants, now=now(), account_id=account_id)
    token = msgspec.json.decode((await door.exchange(key)).content, type=Token)
    assert token.session.subject == account_id
    answer = await door.post(f"/accounts/{account_id}/close", caller=a_caller(Role.COORDINATOR))
    assert answer.status_code == 200 and msgspec.json.decode(answer.content)["active"] is False
    assert (await door.exchange(session.secret or "")).status_code == 401
    assert (await door.exchange(key)).status_code == 401
    assert (await door.sign_in(identifier)).status_code == 401
    kinds = await door.sql("SELECT kind FROM outbox WHERE payload->>'account_id' = $1", str(account_id))
    audited = await door.sql("SELECT action FROM audit WHERE thing_id = $1", account_id)
    assert [row["action"] for row in audited] == ["close"] and len(kinds) <= 1


async def test_a_key_is_shown_once_kept_as_a_hash_and_revoked_at_once(door: Door) -> None:
    admin = a_caller(Role.ADMIN)
    answer = await door.post("/api-keys", {"label": "the bench", "grants": [{"role": "psychologist"}]}, caller=admin)
    key = msgspec.json.decode(answer.content, type=ApiKey)
    token = msgspec.json.decode((await door.exchange(key.secret)).content, type=Token)
    assert token.session.subject == key.id == token.session.id and token.session.display_name == "the bench"
    kept = await door.sql("SELECT api_key::text AS all FROM api_key WHERE id = $1", key.id)
    assert key.secret not in kept[0]["all"]
    headers = await _as(door, Role.ADMIN)
    assert (await door.http.delete(f"/api-keys/{key.id}", headers=headers)).status_code == 204
    assert (await door.exchange(key.secret)).status_code == 401
    assert (await door.http.delete(f"/api-keys/{key.id}", headers=headers)).status_code == 404


async def test_accounts_are_kept_by_coordinators_and_admins_only(door: Door) -> None:
    new = {"identifier": f"new-{uuid4().hex[:6]}", "display_name": "Dominique", "password": PASSWORD, "grants": []}
    assert (await door.post("/accounts", new, caller=a_caller(Role.EXPERT))).status_code == 403
    assert (await door.post("/accounts", new)).status_code == 401
    opened = await door.post("/accounts", new, caller=a_caller(Role.COORDINATOR))
    assert opened.status_code == 201 and msgspec.json.decode(opened.content)["factors"] == [Factor.PASSWORD]
    assert (await door.post("/accounts", new, caller=a_caller(Role.ADMIN))).status_code == 409
    admin = {**new, "identifier": "other", "grants": [{"role": "admin"}]}
    assert (await door.post("/accounts", admin, caller=a_caller(Role.COORDINATOR))).status_code == 403
    own = UUID(msgspec.json.decode(opened.content)["id"])
    assert (await door.get(f"/accounts/{own}", a_caller(Role.EXPERT, subject=own))).status_code == 200
    assert (await door.get(f"/accounts/{own}", a_caller(Role.EXPERT))).status_code == 403
    assert (await door.get("/accounts", a_caller(Role.PSYCHOLOGIST))).status_code == 403
    assert (await door.get("/accounts", a_caller(Role.ADMIN))).status_code == 200


async def test_a_changed_password_locks_and_the_new_one_reopens(door: Door) -> None:
    session, secret = await door.session()
    me = Caller(session.subject, session.grants, session.id)
    short = await door.post("/me/password", {"former": PASSWORD, "password": "trop court"}, caller=me)
    assert short.status_code == 422
    wrong = await door.post("/me/password", {"former": "not it", "password": "une autre phrase à moi"}, caller=me)
    assert wrong.status_code == 401
    done = await door.post("/me/password", {"former": PASSWORD, "password": "une autre phrase à moi"}, caller=me)
    assert done.status_code == 204
    assert (await door.exchange(secret)).status_code == 403
    data = {"session": secret, "factor": "password", "secret": "une autre phrase à moi"}
    assert (await door.post("/login/factors", data)).status_code == 200


async def test_an_answer_with_a_secret_is_never_kept_for_replays(door: Door) -> None:
    _, identifier = await door.account()
    body = msgspec.json.encode({"identifier": identifier, "secret": PASSWORD, "origin": uuid4().hex})
    answers = [
        await door.http.post("/login", content=body, headers={"idempotency-key": f"k-{identifier}"}) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200] and answers[0].content != answers[1].content
    assert not await door.sql("SELECT 1 FROM idempotency WHERE key = $1", f"k-{identifier}")
