"""The sink of the demo keeps every message and shows it."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiosmtpd.smtp import SMTP

from infra.embedded.inbox import Letterbox, Mail, web_application

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with TestClient(TestServer(web_application(Letterbox(tmp_path)))) as started:
        yield started


async def test_an_sms_is_kept_with_its_number_and_shown_after_a_restart(client: Client, tmp_path: Path) -> None:
    sent = {"version": "1.0", "title": "", "message": "Dimanche 22/11 à 8 h 30 : http://x/a", "to": "+33600000000"}
    answer = await client.post("/sms", json=sent)
    assert answer.status == 201

    shown = await (await client.get("/messages.json")).json()
    assert [(m["channel"], m["to"], m["text"]) for m in shown] == [("sms", "+33600000000", sent["message"])]
    assert [m.text for m in Letterbox(tmp_path).messages] == [sent["message"]]


async def test_since_gives_only_the_new_ones(client: Client) -> None:
    for number in range(3):
        await client.post("/voice", json={"message": f"call {number}"})
    shown = await (await client.get("/messages.json?since=2")).json()
    assert [m["text"] for m in shown] == ["call 2"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff"])
async def test_what_is_not_a_json_object_is_refused(client: Client, body: bytes) -> None:
    assert (await client.post("/sms", data=body)).status == 400


async def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = await client.get("/")
    assert page.status == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    text = await page.text()
    assert "http://" not in text and "https://" not in text
    for name in ("page.css", "page.js"):
        assert (await client.get(f"/{name}")).status == 200


async def test_a_letter_is_kept_with_its_words(tmp_path: Path) -> None:
    letterbox = Letterbox(tmp_path)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Mail(letterbox), loop=loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "agenda@example.org", "a@example.org", "Votre agenda"
    letter.set_content("Dimanche à 8 h 30 : é, ü, 夜")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port) as line:
            line.send_message(letter)

    async with server:
        await asyncio.to_thread(send)
    kept = letterbox.messages[0]
    assert (kept.channel, kept.to, kept.subject, kept.text) == (
        "mail", "a@example.org", "Votre agenda", "Dimanche à 8 h 30 : é, ü, 夜",
    )  # fmt: skip
