"""Holding and booking, the writes that people race for: answered at the hot door, and by the framework alike."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response

from contracts.booking import NewAppointment, NewHold
from contracts.caller import Caller
from contracts.permits import BookPermit
from kit.auth import role_name
from kit.clock import now
from kit.hot import JSON, Answer, Asked, Hot, decoded
from kit.log import request_id
from kit.transaction import KEY_LENGTH, BadKey
from kit.web import House
from services.booking.domain.moments import instant, known_id
from services.booking.routes.nearby import OTHER_HOURS, announce, with_nearest
from services.booking.routes.rights import DESK
from services.booking.store import booking
from services.booking.store.booking import Asker
from services.booking.store.ids import new_id

KEY = b"idempotency-key"


async def hold(house: House, data: NewHold, asker: Asker) -> Answer:
    """Keep a slot for 5 minutes; the same slot again gives the hold that is there."""
    permit = await house.permits.read(data.permit, BookPermit)
    wanted, moment = booking.Wanted(data.expert_id, data.type_id, instant(data.starts_at)), now()
    try:
        kept = await booking.hold(house.things["lines"], wanted, permit, asker, moment)
    except OTHER_HOURS as refusal:
        raise await with_nearest(house, refusal, wanted, moment) from None
    announce(house, data.expert_id, told=False)
    return 201, (JSON,), msgspec.json.encode(kept)


async def book(house: House, data: NewAppointment, asker: Asker) -> Answer:
    """Book a slot for a referral, from a hold or directly; `slot-taken` if someone was faster."""
    permit = await house.permits.read(data.permit, BookPermit)
    wanted, moment = booking.Wanted(data.expert_id, data.type_id, instant(data.starts_at)), now()
    try:
        body, replayed = await booking.book(
            house.things["batches"].book,
            wanted,
            permit,
            asker,
            appointment_id=new_id(),
            privacy=data.privacy.value,
            hold_id=None if data.hold_id is None else known_id(data.hold_id),
            now=moment,
        )
    except OTHER_HOURS as refusal:
        raise await with_nearest(house, refusal, wanted, moment) from None
    if replayed:
        return 201, (JSON, (b"etag", b'"1"'), (b"idempotency-replayed", b"true")), body
    announce(house, data.expert_id, told=True)
    return 201, (JSON, (b"etag", b'"1"')), body


def asker_of(caller: Caller, path: str, key: bytes | None, body: bytes) -> Asker:
    """The caller and how this request may be recognised should it come again; the functions write that themselves."""
    if key is None:
        return Asker(caller.subject, role_name(caller), request_id.get())
    if not 1 <= len(key) <= KEY_LENGTH:
        raise BadKey
    request_hash = hashlib.sha256(f"POST {path}\n".encode() + body).digest()
    return Asker(caller.subject, role_name(caller), request_id.get(), key.decode("latin1"), request_hash)


def _hot(path: str, shape: type[Any], act: Callable[[House, Any, Asker], Awaitable[Answer]]) -> Hot:
    async def answer(house: House, asked: Asked) -> Answer:
        data = decoded(asked, shape)
        return await act(house, data, asker_of(asked.caller, path, asked.headers.get(KEY), asked.body))

    return Hot("POST", path, frozenset(DESK), answer)


HOT = [_hot("/holds", NewHold, hold), _hot("/appointments", NewAppointment, book)]


async def asker(request: Request[Any, Any, Any], caller: Caller) -> Asker:
    """The same for a handler of the framework."""
    key = request.headers.get(KEY.decode())
    path = request.scope["path"].rstrip("/")
    return asker_of(caller, path, None if key is None else key.encode("latin1"), await request.body())


def response(answer: Answer) -> Response[Any]:
    """The answer of a hot route as a handler of the framework gives it."""
    status, headers, body = answer
    return Response(
        body,
        status_code=status,
        media_type="application/json",
        headers={name.decode(): value.decode() for name, value in headers if name != JSON[0]},
    )
