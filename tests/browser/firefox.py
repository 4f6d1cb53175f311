"""Debian's Firefox over WebDriver BiDi: just enough of a page to enter a room and be measured."""

import asyncio
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from infra.embedded.ports import free_port
from tests.browser.calls import WATCH

PREFERENCES: dict[str, bool | int | str] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": False,
    "app.update.disabledForTesting": True,
    "app.normandy.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
    "extensions.systemAddon.update.enabled": False,
    "intl.accept_languages": "fr-FR",
    "ui.prefersReducedMotion": 1,
}
STARTS_WITHIN = 60.0


def found() -> str | None:
    """Where Firefox is, None where it is not."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class FirefoxPage:
    """One tab."""

    def __init__(self, session: "Session", context: str) -> None:
        self._session = session
        self.context = context

    async def goto(self, url: str) -> None:
        await self._session.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression, awaited; as from a tap."""
        wrapped = f"(async () => JSON.stringify((await ({expression})) ?? null))()"
        told = await self._session.ask(
            "script.evaluate",
            expression=wrapped,
            target={"context": self.context},
            awaitPromise=True,
            userActivation=True,
        )
        if told["type"] == "exception":
            raise RuntimeError(told["exceptionDetails"]["text"])
        return json.loads(told["result"]["value"])

    async def click(self, selector: str, within: float = 120.0) -> None:
        """Once it is there, shown and enabled."""
        found = f"(document.querySelector({json.dumps(selector)}))"
        async with asyncio.timeout(within):
            while not await self.evaluate(f"Boolean({found}?.checkVisibility() && !{found}.disabled)"):
                await asyncio.sleep(0.1)
        await self.evaluate(f"{found}.click()")

    async def texts(self, selector: str) -> list[str]:
        found: list[str] = await self.evaluate(
            f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.textContent)"
        )
        return found


class Session:
    """The websocket to Firefox."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            answer: dict[str, Any] = await self._socket.receive_json(timeout=STARTS_WITHIN)
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    async def new_page(self) -> FirefoxPage:
        made = await self.ask("browsingContext.create", type="tab")
        return FirefoxPage(self, made["context"])


@asynccontextmanager
async def firefox() -> AsyncIterator[Session]:
    """A Firefox of its own with a new profile, ended by its pid."""
    profile, port = Path(tempfile.mkdtemp(prefix="firefox-")), free_port()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        *(str(found()), "--headless", "--no-remote", "--profile", str(profile), f"--remote-debugging-port={port}"),
        env={**os.environ, "HOME": str(profile), "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as http, await _reach(http, port) as socket:
            session = Session(socket)
            await session.ask("session.new", capabilities={})
            await session.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {WATCH} }}")
            yield session
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        shutil.rmtree(profile, ignore_errors=True)


async def _reach(http: aiohttp.ClientSession, port: int) -> aiohttp.ClientWebSocketResponse:
    async with asyncio.timeout(STARTS_WITHIN):
        while True:
            try:
                return await http.ws_connect(f"ws://127.0.0.1:{port}/session", max_msg_size=0)
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)
