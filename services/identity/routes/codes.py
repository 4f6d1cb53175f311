"""Spoken codes: made at the desk, said aloud, typed as heard."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import JSONBody

from contracts.identity import (
    CodeExchange,
    FoundCase,
    NewCode,
    PermittedCode,
    PersonSession,
    SpokenCode,
    WordCheck,
    WordHeard,
)
from contracts.permits import CallerPermit, CodePermit, WordPermit
from contracts.words import LISTENING, LinkPurpose, Role
from kit import audit
from kit.auth import PUBLIC, only
from kit.clock import now
from kit.db import Db, Me
from kit.web import HousePermits
from services.identity.domain.links import code_closes_at
from services.identity.domain.refusals import CodeNotOpen, ProofNeeded, WordNotHeard
from services.identity.domain.spoken import WORDS, checked_pin
from services.identity.routes.shown import session_shown
from services.identity.routes.trust import SHOWN_ONCE, NamedTrust, Rule, Trust
from services.identity.store import codes, sessions
from services.identity.store.codes import FoundCode

ORIGIN = Rule("code-origin", ("10/minute",), closed_without_redis=True)
ALL = Rule("code-all", ("100/minute",), closed_without_redis=True)
DESK = Rule("code-desk", ("20/minute",), closed_without_redis=False)
"""Whoever listens is signed in: strangers who try codes by the hundred, or Redis away, do not stop a call from being
found."""
WORD = Rule("code-word", ("4/minute", "8/hour", "16/day"), closed_without_redis=True)
PIN = Rule("code-pin", ("5/minute", "20/hour", "60/day"), closed_without_redis=True)


class Codes(Controller):
    """About 39 bits: enough while wrong tries wait, ten a minute from one place and a hundred from all."""

    path = "/codes"
    dependencies = SHOWN_ONCE

    @post(guards=[only(*LISTENING)])
    async def renew(
        self, data: JSONBody[NewCode], db: Db, caller: Me, trust: NamedTrust, request: Request[Any, Any, Any]
    ) -> SpokenCode:
        """Make a case's code, or make it anew; it is told this once. The PIN becomes what is given here."""
        key = request.headers.get("idempotency-key")
        pin = checked_pin(data.pin)
        code = await codes.renew(db, trust.pepper, data.case_id, pin=pin, key=key, now=now())
        await audit.note(db, caller, "renew-code", "case", data.case_id)
        return code

    @post("/permitted", opt=PUBLIC)
    async def permitted(
        self,
        data: JSONBody[PermittedCode],
        db: Db,
        trust: NamedTrust,
        permits: HousePermits,
        request: Request[Any, Any, Any],
    ) -> SpokenCode:
        """The code of a case that a person just opened alone; referral's permit says which."""
        permit = await permits.read(data.permit, CodePermit)
        key = request.headers.get("idempotency-key")
        return await codes.renew(db, trust.pepper, permit.case_id, pin=None, key=key, now=now())

    @post("/exchange", opt=PUBLIC, status_code=200)
    async def exchange(self, data: JSONBody[CodeExchange], db: Db, trust: NamedTrust) -> PersonSession:
        """Open the case: `code-not-open`, `proof-needed` when a PIN was chosen, or a session."""
        instant = now()
        found = await _opened(db, trust, data, instant, tries=[(ORIGIN, data.origin), (ALL, "")])
        closes_at = code_closes_at(found.made_at, found.opens_until)
        secret = await sessions.open_for_person(db, found.case_id, LinkPurpose.CASE, closes_at=closes_at, now=instant)
        session = await session_shown(db, secret, instant)
        return PersonSession(session=session, purpose=LinkPurpose.CASE, target_id=found.case_id)

    @post("/find", guards=[only(*LISTENING)], status_code=200)
    async def find(self, data: JSONBody[CodeExchange], db: Db, caller: Me, trust: NamedTrust) -> FoundCase:
        """Which case a person speaks of, said over the telephone: nothing but the code finds it."""
        found = await _opened(db, trust, data, now(), tries=[(DESK, str(caller.subject))])
        await audit.note(db, caller, "find-by-code", "case", found.case_id)
        return FoundCase(found.case_id)

    @post("/word", guards=[only(Role.SECRETARY, Role.EXPERT)], status_code=200)
    async def word(
        self, data: JSONBody[WordCheck], db: Db, caller: Me, trust: NamedTrust, permits: HousePermits
    ) -> WordHeard:
        """The first word of a code, said by a caller of the practice: right or not, never which."""
        asked = await permits.read(data.permit, CallerPermit)
        async with trust.trying([(WORD, str(asked.case_id))]):
            kept = await codes.first_word(db, asked.case_id)
            given = codes.word_hash(trust.pepper, asked.case_id, data.word)
            if not hmac.compare_digest(kept or b"", given):
                raise WordNotHeard()
        await audit.note(db, caller, "hear-word", "case", asked.case_id)
        return WordHeard(permits.sign(WordPermit(asked.appointment_id, caller.subject)))

    @get("/words", opt=PUBLIC, cache=True)
    async def words(self) -> tuple[str, ...]:
        """The words a code is made of, for completion."""
        return WORDS


async def _opened(
    db: Db, trust: Trust, data: CodeExchange, instant: datetime, *, tries: Sequence[tuple[Rule, str]]
) -> FoundCode:
    """What the code opens now; `code-not-open`, or `proof-needed` when a PIN was chosen."""
    async with trust.trying(tries):
        found = await codes.find(db, codes.code_hash(trust.pepper, data.code))
        if found is None or instant >= code_closes_at(found.made_at, found.opens_until):
            raise CodeNotOpen()
    if found.pin_hash is not None:
        if not data.pin:
            raise ProofNeeded()
        async with trust.trying([(PIN, str(found.case_id))]):
            given = codes.pin_hash(trust.pepper, found.case_id, data.pin.strip()[:20])
            if not hmac.compare_digest(found.pin_hash, given):
                raise ProofNeeded(wrong=True)
    return found
