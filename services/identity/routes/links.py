"""Links of people without an account: opened by a button press, as often as needed, revoked in one gesture."""

import hmac
from uuid import UUID

from litestar import Controller, post
from litestar.params import FromPath, JSONBody

from contracts.identity import LinkExchange, PersonSession, Revoked
from contracts.words import LISTENING, LinkPurpose, Role
from kit import audit
from kit.auth import PUBLIC, NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from services.identity.domain.links import asks_proof
from services.identity.domain.refusals import LinkNotOpen, ProofNeeded
from services.identity.routes.shown import session_shown
from services.identity.routes.trust import SHOWN_ONCE, NamedTrust, Rule, Trust
from services.identity.store import codes, links, sessions
from services.identity.store.links import FoundLink

UNKNOWN = Rule("link-origin", ("10/minute",), closed_without_redis=True)
PROOF = Rule("link-proof", ("5/minute", "20/hour", "60/day"), closed_without_redis=True)


class Links(Controller):
    """A link never says whether it is unknown, expired or revoked."""

    dependencies = SHOWN_ONCE

    @post("/links/exchange", opt=PUBLIC, status_code=200)
    async def exchange(self, data: JSONBody[LinkExchange], db: Db, trust: NamedTrust) -> PersonSession:
        """Open the link: `link-not-open`, `proof-needed`, or a session that reaches one thing."""
        instant = now()
        async with trust.trying([(UNKNOWN, data.origin)]):
            found = await links.find(db, data.secret, data.device)
            if found is None or not found.link.is_open(instant) or found.link.purpose is LinkPurpose.INVITATION:
                raise LinkNotOpen()
        target_id = found.link.target_id
        if not found.known_device:
            # One first opening at a time: of two devices, the second sees the first.
            await links.serialise(db, target_id)
            found = await links.find(db, data.secret, data.device) or found
        if found.link.purpose is LinkPurpose.CASE and asks_proof(
            pin_chosen=found.pin_hash is not None,
            known_device=found.known_device,
            other_devices=found.other_devices,
        ):
            await _prove(trust, found, data)
        device = None if found.known_device else await links.remember_device(db, target_id, instant)
        secret = await sessions.open_for_person(
            db, target_id, found.link.purpose, closes_at=found.link.closes_at, now=instant
        )
        session = await session_shown(db, secret, instant)
        return PersonSession(session=session, purpose=found.link.purpose, target_id=target_id, device=device)

    @post("/cases/{case_id:uuid}/revoke", guards=[only(*LISTENING, Role.PERSON)], status_code=200)
    async def revoke(self, case_id: FromPath[UUID], db: Db, caller: Me) -> Revoked:
        """Close every link of a case and every session behind them, but the one that asks; the code stays."""
        if caller.case_id not in (None, case_id):
            raise NotAllowed()
        closed = await links.revoke(db, case_id, now())
        ended = await sessions.end_of_target(db, now(), case_id, but=caller.session)
        await audit.note(db, caller, "revoke-links", "case", case_id)
        return Revoked(links=closed, sessions=ended)


async def _prove(trust: Trust, found: FoundLink, data: LinkExchange) -> None:
    """The PIN or the spoken code of the case, or `proof-needed`; wrong ones slow the link down, not the house."""
    if not data.proof:
        raise ProofNeeded()
    async with trust.trying([(PROOF, f"{found.link.target_id}")]):
        pin = codes.pin_hash(trust.pepper, found.link.target_id, data.proof.strip()[:20])
        code = codes.code_hash(trust.pepper, data.proof)
        by_pin = hmac.compare_digest(found.pin_hash or b"", pin)
        by_code = hmac.compare_digest(found.code_hash or b"", code)
        if not (by_pin or by_code):
            raise ProofNeeded(wrong=True)
