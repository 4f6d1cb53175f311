"""The real ways out, against real servers on this machine: SMTP and HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP

from infra.embedded.ports import free_port
from services.reminders.deliver.answers import Letter, NotBegun, Refused, Unknown
from services.reminders.deliver.mail import Mail
from services.reminders.deliver.sms import AT_ONCE, Sms

TEXT = "Dimanche 22/11 à 8 h 30 : https://agenda.exemple.fr/l#secret_-"


class Post:
    """An SMTP server that takes, refuses, or says nothing."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.silent = False
        self.taken: list[Any] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        if self.silent:
            await asyncio.sleep(60)
        return "250 OK"


@pytest.fixture
async def post() -> AsyncIterator[tuple[Post, str]]:
    handler, port = Post(), free_port()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", port
    )
    yield handler, f"smtp://127.0.0.1:{port}"
    server.close()


def mail(url: str, timeout: float = 10) -> Mail:
    return Mail(url, sender="Agenda <agenda@exemple.fr>", subject="Votre agenda", timeout=timeout)


async def test_a_mail_is_neutral_and_can_be_recognised(post: tuple[Post, str]) -> None:
    handler, url = post
    letter = Letter(uuid4(), "camille@exemple.fr", TEXT)
    await mail(url).send(letter)
    [(to, taken)] = handler.taken
    assert to == ["camille@exemple.fr"]
    assert taken.get_content().strip() == TEXT
    assert {name: str(value) for name, value in taken.items() if name not in ("Date", "X-Peer")} == {
        "From": "Agenda <agenda@exemple.fr>",
        "To": "camille@exemple.fr",
        "Subject": "Votre agenda",
        "Message-ID": f"<{letter.id}@exemple.fr>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": taken["Content-Transfer-Encoding"],
        "MIME-Version": "1.0",
    }


@pytest.mark.parametrize(("answer", "for_good"), [("550 no such user", True), ("451 come back later", False)])
async def test_a_relay_that_refuses_says_whether_for_good(post: tuple[Post, str], answer: str, for_good: bool) -> None:
    handler, url = post
    handler.answer = answer
    with pytest.raises(Refused) as refused:
        await mail(url).send(Letter(uuid4(), "camille@exemple.fr", TEXT))
    assert refused.value.for_good is for_good


async def test_a_relay_that_is_not_there_has_taken_nothing() -> None:
    with pytest.raises(Refused):
        await mail(f"smtp://127.0.0.1:{free_port()}").send(Letter(uuid4(), "camille@exemple.fr", TEXT))


async def test_a_relay_that_does_not_even_greet_has_taken_nothing() -> None:
    """It was held to have left, tried once more, and given up for good after minutes of a relay that hung."""
    over = asyncio.Event()

    async def mute(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Refused) as refused:
            await mail(f"smtp://127.0.0.1:{port}", timeout=0.5).send(Letter(uuid4(), "camille@exemple.fr", TEXT))
        over.set()
    assert not refused.value.for_good


async def test_a_relay_that_says_nothing_may_have_taken_it(post: tuple[Post, str]) -> None:
    handler, url = post
    handler.silent = True
    with pytest.raises(Unknown):
        await mail(url, timeout=0.5).send(Letter(uuid4(), "camille@exemple.fr", TEXT))


class Gateway:
    """An SMS provider over HTTP."""

    def __init__(self) -> None:
        self.status = 200
        self.wait = 0.0
        self.taken: list[dict[str, Any]] = []
        self.answer: Callable[[web.Request], Awaitable[web.Response]] = self.slowly

    async def take(self, request: web.Request) -> web.Response:
        return await self.answer(request)

    async def slowly(self, request: web.Request) -> web.Response:
        self.taken.append(json.loads(await request.read()))
        await asyncio.sleep(self.wait)
        return web.json_response({}, status=self.status)


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Gateway, str]]:
    provider, port = Gateway(), free_port()
    application = web.Application()
    application.add_routes([web.post("/sms", provider.take)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield provider, f"json://127.0.0.1:{port}/sms"
    await runner.cleanup()


@pytest.mark.parametrize("more", ["", "?:to={to}&:id={id}"])
async def test_an_sms_holds_the_text_to_the_letter(gateway: tuple[Gateway, str], more: str) -> None:
    provider, url = gateway
    letter = Letter(uuid4(), "+33612345678", TEXT)
    await Sms(url + more).send(letter)
    [taken] = provider.taken
    assert (taken["to"], taken["id"], taken["message"]) == ("+33612345678", str(letter.id), TEXT)
    assert taken["title"] == ""


async def test_a_provider_that_refuses_an_sms_has_not_taken_it(gateway: tuple[Gateway, str]) -> None:
    provider, url = gateway
    provider.status = 503
    with pytest.raises(Refused):
        await Sms(url).send(Letter(uuid4(), "+33612345678", TEXT))
    assert len(provider.taken) == 1  # asked once: trying again is a row's business


async def test_a_provider_that_is_not_there_has_taken_no_sms() -> None:
    with pytest.raises(Refused):
        await Sms(f"json://127.0.0.1:{free_port()}/sms").send(Letter(uuid4(), "+33612345678", TEXT))


async def test_a_provider_that_says_nothing_may_have_taken_the_sms(gateway: tuple[Gateway, str]) -> None:
    provider, url = gateway
    provider.wait = 1.5
    with pytest.raises(Unknown):
        await Sms(url, timeout=0.3).send(Letter(uuid4(), "+33612345678", TEXT))


async def test_a_letter_whose_turn_never_came_was_asked_of_nobody(gateway: tuple[Gateway, str]) -> None:
    """Apprise's six threads for all: from six seconds an answer on, the others were held to have left."""
    provider, url = gateway
    provider.wait = 1.5
    sms = Sms(url, timeout=0.3)
    letters = [Letter(uuid4(), "+33612345678", TEXT) for _ in range(AT_ONCE + 12)]
    said = await asyncio.gather(*(sms.send(letter) for letter in letters), return_exceptions=True)
    assert {type(answer) for answer in said} <= {Unknown, NotBegun}
    not_begun = {str(one.id) for one, answer in zip(letters, said, strict=True) if isinstance(answer, NotBegun)}
    assert len(not_begun) >= 12
    assert not_begun.isdisjoint(taken["id"] for taken in provider.taken)


async def test_a_provider_that_takes_its_time_is_asked_for_all_at_once(gateway: tuple[Gateway, str]) -> None:
    provider, url = gateway
    turns = asyncio.Barrier(16)

    async def take(_: web.Request) -> web.Response:
        await turns.wait()
        return web.json_response({})

    provider.answer = take
    letters = [Letter(uuid4(), "+33612345678", TEXT) for _ in range(16)]
    assert await Sms(url, timeout=120).send_all(letters) == [None] * 16


async def test_an_address_that_no_provider_has_is_refused() -> None:
    with pytest.raises(Refused):
        await Sms("nothing://at/all").send(Letter(uuid4(), "+33612345678", TEXT))
