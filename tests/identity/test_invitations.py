"""Invitations: a link opens an account once, with a password of one's own, and nothing else."""

from datetime import timedelta
from uuid import UUID, uuid4

from contracts.words import LinkPurpose, Role
from kit.clock import now
from tests.identity.conftest import Door
from tests.identity.test_links import a_link, open_link
from tests.tokens import a_caller

COORDINATOR = a_caller(Role.COORDINATOR)
PASSWORD = "une lampe pour la nuit"


async def _invited(door: Door, role: Role = Role.EXPERT) -> tuple[UUID, str, int]:
    account_id, identifier = uuid4(), f"ana-{uuid4().hex[:8]}@exemple.fr"
    data = {
        "account_id": str(account_id),
        "identifier": identifier,
        "display_name": "Ana Duval",
        "grants": [{"role": role.value, "scope": None}],
    }
    answer = await door.post("/invitations", data, caller=COORDINATOR)
    return account_id, identifier, answer.status_code


async def _link(door: Door, account_id: UUID, **changes: object) -> str:
    ends = {"expires_at": now() + timedelta(days=14), **changes}
    return await a_link(door, account_id, purpose=LinkPurpose.INVITATION, **ends)


async def test_an_invitation_opens_an_account_once(door: Door) -> None:
    account_id, identifier, status = await _invited(door)
    assert status == 201 and (await door.sign_in(identifier, PASSWORD)).status_code == 401
    secret = await _link(door, account_id)
    assert (await open_link(door, secret)).status_code == 404  # it is no person's link
    weak = await door.post("/invitations/accept", {"secret": secret, "password": "court", "origin": uuid4().hex})
    assert weak.status_code == 422
    data = {"secret": secret, "password": PASSWORD}
    answer = await door.post("/invitations/accept", {**data, "origin": uuid4().hex})
    assert answer.status_code == 200 and answer.json()["id"] == str(account_id)
    assert (await door.sign_in(identifier, PASSWORD)).status_code == 200
    assert (await door.post("/invitations/accept", {**data, "origin": uuid4().hex})).status_code == 404


async def test_an_invitation_that_is_over_unknown_or_not_for_links_opens_nothing(door: Door) -> None:
    account_id, _, _ = await _invited(door)
    over = await _link(door, account_id, expires_at=now() - timedelta(seconds=1))
    stray = await a_link(door, uuid4())
    for secret in (over, stray, "unknown"):
        data = {"secret": secret, "password": PASSWORD, "origin": uuid4().hex}
        assert (await door.post("/invitations/accept", data)).status_code == 404
    assert (await _invited(door, Role.ADMIN))[2] == 422


async def test_an_open_account_is_not_invited_anew(door: Door) -> None:
    account_id, identifier = await door.account()
    data = {"account_id": str(account_id), "identifier": identifier, "display_name": "A", "grants": []}
    assert (await door.post("/invitations", data, caller=COORDINATOR)).status_code == 409
    waiting, other, _ = await _invited(door)
    again = {"account_id": str(waiting), "identifier": f"x{other}", "display_name": "A", "grants": []}
    assert (await door.post("/invitations", again, caller=COORDINATOR)).json()["identifier"] == f"x{other}"
