"""Services played from a script, so that pages can be shown in every state without a whole house behind them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import uvicorn
from aiohttp import web

from contracts.booking import Appointment, Appointments, Move, Slot, Slots
from contracts.caller import Grant
from contracts.identity import (
    CodeExchange,
    Exchange,
    Factor,
    LinkExchange,
    Login,
    NextFactor,
    PersonSession,
    Session,
    SessionState,
    Token,
)
from contracts.problem import Problem
from contracts.referral import ExpertCard, ExpertCards
from contracts.words import AppointmentStatus, ExpertProfession, LinkPurpose, Modality, Role, VisitKind
from gateway.app import create
from gateway.settings import Settings
from infra.embedded.ports import free_port

CASE = UUID(int=3)
EXPERT = UUID(int=7)
TYPE = UUID(int=2)
LINK = "a" * 43
CODE = "lampe rivière chat 42"
PIN = "1234"
PASSWORD = "une lampe dans le couloir"
CARD = ExpertCard(
    id=EXPERT,
    name="Claire Morvan",
    title="Psychologue clinicienne",
    profession=ExpertProfession.PSYCHOLOGIST,
    city="Brest",
    department="29",
    languages=["fr"],
    specialties=[],
    modalities=[Modality.VIDEO],
    fee="Pris en charge par l'association",
    time_zone="Europe/Paris",
)


def an_appointment(**changes: Any) -> Appointment:
    """A video appointment tomorrow at 08:30 in Paris, unless said otherwise."""
    tomorrow = datetime.now(UTC).replace(hour=7, minute=30, second=0, microsecond=0) + timedelta(days=1)
    starts_at = changes.pop("starts_at", tomorrow)
    valid = Appointment(
        id=UUID(int=1),
        expert_id=EXPERT,
        type_id=TYPE,
        case_id=CASE,
        referral_id=UUID(int=4),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        status=AppointmentStatus.BOOKED,
        modality=Modality.VIDEO,
        visit=VisitKind.FIRST,
        nickname="Loutre",
        expert_zone="Europe/Paris",
        person_zone="Europe/Paris",
        version=1,
        sequence=0,
        ical_uid="3f6c",
        cancellable=True,
        movable=True,
    )
    return msgspec.structs.replace(valid, **changes)


class Played:
    """Identity, booking and referral in one: what they know is set by the test, what they heard is kept."""

    def __init__(self) -> None:
        self.appointments: list[Appointment] = [an_appointment()]
        self.sessions: dict[str, Session] = {}
        self.devices: set[str] = set()
        self.pin: str | None = None
        self.new_device = False
        self.second_factor = False
        self.refuse: Problem | None = None
        self.directory_away = False
        self.hours_away = False
        self.heard: list[tuple[str, str]] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/live", self._ok),
                web.post("/login", self._login),
                web.post("/login/factors", self._factor),
                web.post("/logout", self._logout),
                web.post("/tokens", self._token),
                web.post("/links/exchange", self._link),
                web.post("/codes/exchange", self._code),
                web.get("/appointments", self._list),
                web.get("/appointments/{id}", self._one),
                web.get("/experts/{id}/agenda", self._no_sheet),
                web.get("/slots", self._slots),
                web.post("/appointments/{id}/cancel", self._cancel),
                web.post("/appointments/{id}/move", self._move),
                web.get("/experts", self._experts),
            ]
        )
        return app

    def slots(self) -> list[Slot]:
        first = an_appointment().starts_at + timedelta(days=1)
        starts = [first + timedelta(minutes=45 * i) for i in range(4)]
        return [Slot(EXPERT, TYPE, at, at + timedelta(minutes=45), Modality.VIDEO) for at in starts]

    def _session(self, grants: tuple[Grant, ...], name: str, state: SessionState = SessionState.OPEN) -> Session:
        session = Session(
            id=uuid4(),
            state=state,
            subject={Role.PERSON: CASE, Role.EXPERT: EXPERT}.get(grants[0].role) or uuid4(),
            display_name=name,
            grants=grants,
            missing=(Factor.TOTP,) if state is SessionState.PARTIAL else (),
            secret=uuid4().hex,
        )
        self.sessions[session.secret or ""] = session
        return session

    async def _ok(self, _: web.Request) -> web.Response:
        return web.Response(text="live")

    async def _login(self, request: web.Request) -> web.Response:
        login = msgspec.json.decode(await request.read(), type=Login)
        if login.secret != PASSWORD:
            return _problem(401, "wrong-credentials")
        role = {"admin": Role.ADMIN, "expert": Role.EXPERT}.get(login.identifier, Role.PSYCHOLOGIST)
        state = SessionState.PARTIAL if self.second_factor else SessionState.OPEN
        return _json(self._session((Grant(role),), "Inès R.", state))

    async def _factor(self, request: web.Request) -> web.Response:
        given = msgspec.json.decode(await request.read(), type=NextFactor)
        found = self.sessions.get(given.session)
        if found is None:
            return _problem(401, "session-ended")
        if given.secret not in (PASSWORD, "123456"):
            return _problem(401, "wrong-credentials")
        del self.sessions[given.session]
        return _json(self._session(found.grants, found.display_name))

    async def _logout(self, request: web.Request) -> web.Response:
        self.heard.append(("logout", ""))
        self.sessions.pop(msgspec.json.decode(await request.read())["credential"], None)
        return web.Response(status=204)

    async def _token(self, request: web.Request) -> web.Response:
        session = self.sessions.get(msgspec.json.decode(await request.read(), type=Exchange).credential)
        if session is None:
            return _problem(401, "session-ended")
        if session.state is SessionState.PARTIAL:
            return _problem(403, "factor-missing")
        if session.state is SessionState.LOCKED:
            return _problem(403, "session-locked")
        return _json(Token("token", 60, session))

    async def _link(self, request: web.Request) -> web.Response:
        link = msgspec.json.decode(await request.read(), type=LinkExchange)
        if link.secret != LINK:
            return _problem(404, "link-not-open")
        if (self.pin or self.new_device) and link.proof not in {self.pin or CODE, CODE}:
            return _problem(403, "proof-needed")
        return _json(PersonSession(self._person(), LinkPurpose.CASE, CASE, device="appareil"))

    async def _code(self, request: web.Request) -> web.Response:
        given = msgspec.json.decode(await request.read(), type=CodeExchange)
        if given.code.lower() != CODE:
            return _problem(404, "code-not-open")
        if self.pin and given.pin != self.pin:
            return _problem(403, "proof-needed")
        return _json(PersonSession(self._person(), LinkPurpose.CASE, CASE))

    def _person(self) -> Session:
        return self._session((Grant(Role.PERSON),), "")

    async def _list(self, _: web.Request) -> web.Response:
        return _problem(503, "unavailable") if self.hours_away else _json(Appointments(self.appointments))

    async def _one(self, _: web.Request) -> web.Response:
        return _json(self.appointments[0])

    async def _no_sheet(self, _: web.Request) -> web.Response:
        return _problem(404, "unknown-expert")

    async def _slots(self, _: web.Request) -> web.Response:
        return _json(Slots(self.slots()))

    async def _cancel(self, request: web.Request) -> web.Response:
        return self._change(request, status=AppointmentStatus.CANCELLED_BY_PERSON)

    async def _move(self, request: web.Request) -> web.Response:
        starts_at = msgspec.json.decode(await request.read(), type=Move).starts_at
        return self._change(request, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45))

    def _change(self, request: web.Request, **changes: Any) -> web.Response:
        self.heard.append((request.path, request.headers.get("idempotency-key", "")))
        if self.refuse is not None:
            return _json(self.refuse, self.refuse.status)
        at = next(i for i, one in enumerate(self.appointments) if str(one.id) == request.match_info["id"])
        one = self.appointments[at]
        self.appointments[at] = msgspec.structs.replace(one, version=one.version + 1, **changes)
        return _json(self.appointments[at])

    async def _experts(self, _: web.Request) -> web.Response:
        return _problem(503, "unavailable") if self.directory_away else _json(ExpertCards([CARD]))


def _json(body: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def _problem(status: int, code: str) -> web.Response:
    return _json(Problem(title=code, status=status, code=code), status)


@contextmanager
def a_site(played: Played) -> Iterator[str]:
    """The real gateway over played services; gives its address."""
    port, site = free_port(), free_port()
    behind = f"http://127.0.0.1:{port}"
    settings = Settings(
        identity_url=behind,
        referral_url=behind,
        booking_url=behind,
        video_url=behind,
        reminders_url=behind,
        redis_url="redis://127.0.0.1:1/0",  # live updates are not played here
        public_url=f"http://127.0.0.1:{site}",
    )
    config = uvicorn.Config(create(settings), port=site, log_config=None, lifespan="on", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(_serve(played.app(), port, server)), daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started, "the gateway did not start"
    try:
        yield f"http://127.0.0.1:{site}"
    finally:
        server.should_exit = True
        thread.join(10)


async def _serve(played: web.Application, port: int, server: uvicorn.Server) -> None:
    """Both on one loop, until the site is told to stop."""
    runner = web.AppRunner(played, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        await server.serve()
    finally:
        await runner.cleanup()
