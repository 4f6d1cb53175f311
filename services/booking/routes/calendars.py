"""Calendars kept elsewhere, joined and looked at; and the calendar that an expert's own program reads."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts import calendars as shapes
from contracts.caller import Caller
from contracts.words import Role
from kit import audit
from kit.auth import PUBLIC, NotAllowed, only
from kit.clock import now
from kit.db import Db, Me
from kit.vault import Vault
from kit.web import provide_db
from services.booking.domain.calendar_addresses import AddressNotValid, address
from services.booking.routes.absences import edited
from services.booking.routes.rights import OWNERS, check_agenda
from services.booking.store import agenda, calendars, experts, feeds

LONGEST_NAME = 60
LONGEST_SECRET = 200
Safe = NamedDependency[Vault]
Hosts = NamedDependency[frozenset[str]]


def provide_vault(request: Request[Any, Any, Any]) -> Vault:
    """This process's vault."""
    vault: Vault = request.app.state.house.things["vault"]
    return vault


def provide_hosts(request: Request[Any, Any, Any]) -> frozenset[str]:
    """The private servers that this house may ask."""
    hosts: frozenset[str] = request.app.state.house.things["calendar_hosts"]
    return hosts


async def provide_unkept(request: Request[Any, Any, Any]) -> AsyncConnection:
    """The request's transaction, its answer not kept for replays: it holds a secret that no table may hold."""
    request.scope["transaction"].key = None  # type: ignore[typeddict-item]
    return await provide_db(request)


class Calendars(Controller):
    path = "/experts/{expert_id:uuid}/calendars"
    dependencies = {  # noqa: RUF012 - Litestar reads it from the class
        "vault": Provide(provide_vault, sync_to_thread=False),
        "hosts": Provide(provide_hosts, sync_to_thread=False),
    }

    @get(guards=[only(*OWNERS)])
    async def all(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> shapes.ExternalCalendars:
        """How each is doing."""
        check_agenda(caller, expert_id, to_change=True)
        return shapes.ExternalCalendars([shown(row) for row in await calendars.of_expert(db, expert_id)])

    @post(guards=[only(*OWNERS)])
    async def join(
        self,
        expert_id: FromPath[UUID],
        data: JSONBody[shapes.NewCalendar],
        db: Db,
        caller: Me,
        vault: Safe,
        hosts: Hosts,
    ) -> shapes.ExternalCalendar:
        """Looked at within seconds; its events take time in the agenda, and nothing else of them is kept."""
        check_agenda(caller, expert_id, to_change=True)
        where = address(data.address, allowed=hosts)
        if data.kind not in ("ics", "caldav") or max(map(len, (data.username, data.password))) > LONGEST_SECRET:
            raise AddressNotValid(fields={"kind": "ics or caldav"})
        if data.password and not where.secure and f"{where.host}:{where.port}" not in hosts:
            raise AddressNotValid(fields={"address": "https, when a password goes with it"})
        await experts.find(db, expert_id)
        await agenda.lock(db, expert_id)
        row = await calendars.add(
            db,
            vault,
            expert_id,
            kind=data.kind,
            name=data.name.strip()[:LONGEST_NAME] or where.host,
            host=where.host,
            url=where.url,
            username=data.username,
            password=data.password,
            now=now(),
        )
        await audit.note(db, caller, "write", "calendar", row.id)
        return shown(row)

    @post("/{calendar_id:uuid}/look", guards=[only(*OWNERS)], status_code=200)
    async def look(
        self, expert_id: FromPath[UUID], calendar_id: FromPath[UUID], db: Db, caller: Me
    ) -> shapes.ExternalCalendar:
        """Ask again now."""
        check_agenda(caller, expert_id, to_change=True)
        return shown(await calendars.look_now(db, expert_id, calendar_id, now()))

    @delete("/{calendar_id:uuid}", guards=[only(*OWNERS)])
    async def part(self, expert_id: FromPath[UUID], calendar_id: FromPath[UUID], db: Db, caller: Me) -> None:
        """Forget it, and the time that it took."""
        check_agenda(caller, expert_id, to_change=True)
        await agenda.lock(db, expert_id)
        await calendars.remove(db, expert_id, calendar_id)
        await audit.note(db, caller, "write", "calendar", calendar_id)
        await edited(db, expert_id)


class Feeds(Controller):
    @get("/experts/{expert_id:uuid}/feed", guards=[only(*OWNERS)])
    async def show(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Feed:
        """Whether an address was given out, and when it was last read; never the address."""
        check_agenda(caller, expert_id, to_change=True)
        row = await feeds.of_expert(db, expert_id)
        return shapes.Feed(None, None) if row is None else shapes.Feed(row.made_at, row.read_at)

    @post("/experts/{expert_id:uuid}/feed", guards=[only(Role.EXPERT)], dependencies={"db": Provide(provide_unkept)})
    async def renew(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> shapes.Feed:
        """A new address, told this once and to the professional alone; the former one opens nothing any more."""
        _own(caller, expert_id)
        await experts.find(db, expert_id)
        moment = now()
        secret = await feeds.renew(db, expert_id, moment)
        await audit.note(db, caller, "write", "feed", expert_id)
        return shapes.Feed(moment, None, secret)

    @delete("/experts/{expert_id:uuid}/feed", guards=[only(Role.EXPERT)])
    async def revoke(self, expert_id: FromPath[UUID], db: Db, caller: Me) -> None:
        """The address opens nothing any more."""
        _own(caller, expert_id)
        await feeds.revoke(db, expert_id)
        await audit.note(db, caller, "write", "feed", expert_id)

    @get("/feeds/{secret:str}", opt=PUBLIC)
    async def read(self, secret: FromPath[str], db: Db) -> shapes.FeedEntries:
        """When an expert has appointments, and nothing else of them; whoever holds the secret may ask."""
        return shapes.FeedEntries(
            [
                shapes.FeedEntry(row.ical_uid, row.sequence, row.starts_at, row.ends_at, row.changed_at)
                for row in await feeds.read(db, secret, now())
            ]
        )


def _own(caller: Caller, expert_id: UUID) -> None:
    """Where one's hours may be read from outside is not a secretary's to say."""
    if caller.subject != expert_id:
        raise NotAllowed


def shown(row: Any) -> shapes.ExternalCalendar:
    """A calendar with how it is doing; never its address, which often is a secret itself."""
    return shapes.ExternalCalendar(
        id=row.id,
        name=row.name,
        kind=row.kind,
        host=row.host,
        state=_state(row),
        error=row.last_error,
        last_try_at=row.last_try_at,
        last_ok_at=row.last_ok_at,
        next_at=row.next_at,
        events=row.events,
        left_out=row.left_out,
    )


def _state(row: Any) -> str:
    if row.last_error is not None:
        return "failing"
    if row.last_ok_at is None:
        return "new"
    return "partly" if row.left_out else "ok"
