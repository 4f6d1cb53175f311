"""The bare reference: raw ASGI and asyncpg on the product's own SQL; no gateway, token, permit, validation or relay.

It is the ceiling for a Python HTTP service on this schema, in the way of working of a 70-line service; run by
`bench.reference` in a process of its own. Settings: BARE_DSN, BARE_MODE (search or booking).
"""

import json
import os
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from contracts.permits import BookPermit
from contracts.words import ExpertProfession, Modality, VisitKind
from services.booking.domain.search import Search
from services.booking.store import booking, slots
from services.booking.store.batches import alone
from services.booking.store.lines import Lines

LINES = Lines(os.environ["BARE_DSN"], size=8)
BARE_BOOK = booking.Asker(subject=uuid.UUID(int=1), role="psychologist")


async def _search(query: bytes) -> tuple[int, Any]:
    asked = {key: values[0] for key, values in parse_qs(query.decode()).items()}
    wanted = Search(
        professions=(ExpertProfession(asked.get("profession", "psychologist")),),
        modalities=(Modality(asked.get("modality", "video")),),
        visits=(VisitKind.FIRST,),
        limit=int(asked.get("limit", "20")),
    )
    found = await slots.search(LINES, wanted, datetime.now(UTC))
    return 200, [
        {"starts_at": start.isoformat(), "expert_id": str(expert), "type_id": str(kind), "modality": modality}
        for start, expert, kind, modality, _ in found
    ]


async def _book(body: bytes) -> tuple[int, Any]:
    asked = json.loads(body)
    wanted = booking.Wanted(
        uuid.UUID(asked["expert_id"]), uuid.UUID(asked["type_id"]), datetime.fromisoformat(asked["starts_at"])
    )
    permit = BookPermit(case_id=uuid.UUID(asked["case_id"]), referral_id=uuid.uuid4())
    answer, _ = await booking.book(
        partial(alone, LINES),
        wanted,
        permit,
        BARE_BOOK,
        appointment_id=uuid.uuid4(),
        privacy="neutral",
        hold_id=None,
        now=datetime.now(UTC),
    )
    return 201, answer


async def app(scope: Any, receive: Any, send: Any) -> None:
    """GET /slots, POST /bookings, and /live for whoever warms up."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    if scope["path"] == "/slots":
        status, answer = await _search(scope["query_string"])
    elif scope["path"] == "/bookings":
        status, answer = await _book(body)
    else:
        status, answer = 200, {}
    text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
