"""The first free slots of the network: the hottest route, over a raw connection."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get
from litestar.openapi.spec import OpenAPIFormat, OpenAPIType, Operation, Parameter, Schema

from contracts.booking import Slot, Slots
from contracts.caller import Caller
from contracts.words import ExpertProfession, Modality, Role, VisitKind
from kit.auth import ANYONE, only
from kit.clock import now
from kit.db import Me
from kit.errors import Invalid
from kit.hot import JSON, Answer, Asked, Hot
from kit.joined import Joined
from kit.web import House, NamedHouse
from services.booking.domain.moments import instant
from services.booking.domain.search import LONGEST_WINDOW, MOST, MOST_EXPERTS, After, Search, after
from services.booking.store.slots import Found, search

One = TypeVar("One")
ENCODER = msgspec.json.Encoder()
MANY = ("profession", "modality", "visit", "type", "expert", "not_expert")
"""Filters that may be repeated."""


class UnknownFilter(Invalid):
    """A filter of the search says something that cannot be."""


class WindowTooLong(Invalid):
    """A search looks at most 92 days on."""


async def free_slots(house: House, query: bytes, caller: Caller) -> bytes:
    """The slots that a query string asks for, as the JSON that goes out."""
    return await _joined(house, b"slots", query, parse(query), caller)


async def first_slots(house: House, query: bytes, caller: Caller) -> bytes:
    """The first free slot of each expert, unless `per_expert` says otherwise."""
    wanted = parse(query)
    each = wanted if wanted.per_expert or wanted.after else replace(wanted, per_expert=1)
    return await _joined(house, b"first", query, each, caller)


async def _joined(house: House, path: bytes, query: bytes, wanted: Search, caller: Caller) -> bytes:
    """Those who ask the same at the same instant share a read that begins after the last of them came."""
    person = caller.has(Role.PERSON)
    reads: Joined[bytes] = house.things["reads"]
    return await reads.read((path, query, person), lambda: _found(house, wanted, person))


async def _found(house: House, wanted: Search, person: bool) -> bytes:
    things = house.things
    found = await search(things["reading"], wanted, now(), things["longest_notice"])
    more = len(found) == wanted.limit and wanted.per_expert is None
    following = After(*found[-1][:3]).text if more else ""
    if things["line_only"] and person:  # what only the line may book is not shown to a person
        found = [one for one in found if one[2] not in things["line_only"]]
    return encode(found, following)


async def _hot(house: House, asked: Asked) -> Answer:
    return 200, (JSON,), await free_slots(house, asked.query, asked.caller)


async def _hot_first(house: House, asked: Asked) -> Answer:
    return 200, (JSON,), await first_slots(house, asked.query, asked.caller)


HOT = [
    Hot("GET", "/slots", frozenset(ANYONE), _hot),
    Hot("GET", "/slots/first", frozenset(ANYONE), _hot_first),
]


@dataclass
class Filtered(Operation):
    """What a search may ask, said in the document: the door reads the query itself."""

    def __post_init__(self) -> None:
        one = Schema(type=OpenAPIType.STRING)
        said = {name: Schema(type=OpenAPIType.ARRAY, items=one) for name in MANY}
        said |= dict.fromkeys(("from", "to"), Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE_TIME))
        said |= dict.fromkeys(("limit", "per_expert"), Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MOST))
        said["cursor"] = one
        self.parameters = [Parameter(name, "query", schema, required=False) for name, schema in said.items()]


class FreeSlots(Controller):
    """The same as the framework and the OpenAPI know it."""

    @get("/slots", guards=[only(*ANYONE)], operation_class=Filtered)
    async def free_slots(self, request: Request[Any, Any, Any], house: NamedHouse, caller: Me) -> Response[Slots]:
        """The first free slots: ?profession modality visit type expert not_expert from to per_expert limit cursor.

        Repeated or comma-separated; without `type` or `visit`, first visits. At most 100 slots and 92 days; `next` is
        the cursor of the page that follows.
        """
        found: Any = await free_slots(house, request.scope["query_string"], caller)
        return Response(found, media_type="application/json")

    @get("/slots/first", guards=[only(*ANYONE)], operation_class=Filtered)
    async def first_slots(self, request: Request[Any, Any, Any], house: NamedHouse, caller: Me) -> Response[Slots]:
        """The network's first slots, one of each expert unless `per_expert` says more; filters as of /slots."""
        found: Any = await first_slots(house, request.scope["query_string"], caller)
        return Response(found, media_type="application/json")


def encode(found: list[Found], following: str = "") -> bytes:
    """The answer; modalities go out as the text they are."""
    return ENCODER.encode(as_slots(found, following))


def as_slots(found: list[Found], following: str = "") -> Slots:
    """Found rows as the contract."""
    return Slots(
        [
            Slot(expert_id, type_id, start, start + _minutes(duration), modality)  # type: ignore[arg-type]
            for start, expert_id, type_id, modality, duration in found
        ],
        following,
    )


@lru_cache
def _minutes(duration: int) -> timedelta:
    return timedelta(minutes=duration)


@lru_cache(2048)
def parse(query: bytes) -> Search:
    """The search that a query string asks; `unknown-filter` names what is wrong."""
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(query.decode("latin1"), keep_blank_values=True):
        asked.setdefault(name.removesuffix("s"), []).extend(one for one in value.split(",") if one)
    if empty := [name for name in (*MANY, "modalitie") if asked.get(name) == []]:  # none is not everyone
        raise UnknownFilter(fields=dict.fromkeys(empty, "empty"))
    try:
        types = _each(UUID, asked.pop("type", []))
        visits = _each(VisitKind, asked.pop("visit", []))
        per_expert = _last(asked, "per_expert")
        limit = _number(_last(asked, "limit") or "20")
        cursor = _last(asked, "cursor")
        wanted = Search(
            professions=_each(ExpertProfession, asked.pop("profession", [])) or tuple(ExpertProfession),
            modalities=_each(Modality, asked.pop("modality", asked.pop("modalitie", []))) or tuple(Modality),
            visits=visits or (tuple(VisitKind) if types else (VisitKind.FIRST,)),
            types=types,
            experts=_each(UUID, asked.pop("expert", [])),
            not_experts=_each(UUID, asked.pop("not_expert", [])),
            since=_moment(_last(asked, "from")),
            until=_moment(_last(asked, "to")),
            per_expert=None if per_expert is None else _number(per_expert),
            limit=limit,
            after=None if cursor is None else after(cursor),
        )
    except ValueError as wrong:
        raise UnknownFilter(str(wrong)) from wrong
    if asked:
        raise UnknownFilter(fields={name: "unknown" for name in asked})
    if not 1 <= limit <= MOST:
        raise UnknownFilter(fields={"limit": f"1 to {MOST}"})
    if wanted.per_expert is not None and not 1 <= wanted.per_expert <= MOST:
        raise UnknownFilter(fields={"per_expert": f"1 to {MOST}"})
    if len(wanted.experts) > MOST_EXPERTS:
        raise UnknownFilter(fields={"expert": f"at most {MOST_EXPERTS}"})
    if wanted.after is not None and wanted.per_expert is not None:
        raise UnknownFilter(fields={"cursor": "not with per_expert"})
    if wanted.until is not None and wanted.until - (wanted.since or now()) > LONGEST_WINDOW:
        raise WindowTooLong(fields={"to": f"at most {LONGEST_WINDOW.days} days after `from`"})
    return wanted


def _each(kind: Callable[[str], One], told: list[str]) -> tuple[One, ...]:
    """Each value once: what is said five hundred times would be searched five hundred times."""
    return tuple(dict.fromkeys(kind(one) for one in told))


def _number(text: str) -> int:
    """Digits as a program writes them: « ٣ », « 1_0 » and « +3 » are read as none."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise ValueError(f"a number: {text!r}")
    return int(text)


def _last(asked: dict[str, list[str]], name: str) -> str | None:
    given = asked.pop(name, None)
    return given[-1] if given else None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    return instant(datetime.fromisoformat(text.replace(" ", "+")), "from")  # a `+` of the offset that was not quoted
