"""A browser without scripts: keeps Secure cookies on loopback as browsers do, sends forms as they stand on the page."""

import re
from collections.abc import Mapping
from html import unescape
from http.cookies import SimpleCookie
from typing import Any, Self

import aiohttp

TOKEN = re.compile(r'name="csrf_token" value="([^"]*)"')


class Shown:
    """A page as it came."""

    def __init__(self, status: int, url: str, text: str, headers: Mapping[str, str]) -> None:
        self.status, self.url, self.text, self.headers = status, url, text, headers

    @property
    def csrf(self) -> str:
        """The token of this page's forms."""
        found = TOKEN.search(self.text)
        return unescape(found.group(1)) if found else ""


class Visitor:
    """`async with Visitor(url) as visitor`; follows redirects like a browser."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        self.page: Shown | None = None

    async def __aenter__(self) -> Self:
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, path: str, **headers: str) -> Shown:
        """Open a page."""
        return await self._go("GET", path, None, headers)

    async def post(self, path: str, form: Mapping[str, Any], **headers: str) -> Shown:
        """Send a form with the token of the page last seen."""
        token = self.page.csrf if self.page else ""
        return await self._go("POST", path, {"csrf_token": token, **form}, {"Sec-Fetch-Site": "same-origin", **headers})

    async def sign_in(self, identifier: str, password: str) -> Shown:
        """Through /connexion."""
        await self.get("/connexion")
        return await self.post("/connexion", {"identifier": identifier, "password": password})

    async def _go(self, method: str, path: str, form: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Shown:
        for _ in range(6):
            sent = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            async with self.http.request(
                method, self.url + path, data=form, headers=sent, allow_redirects=False
            ) as answer:
                text = await answer.text()
                for line in answer.headers.getall("Set-Cookie", []):
                    for name, morsel in SimpleCookie(line).items():
                        self.cookies[name] = morsel.value
                if answer.status not in (302, 303):
                    shown = Shown(answer.status, path, text, answer.headers)
                    if shown.csrf:
                        self.page = shown
                    return shown
                method, form, path = "GET", None, answer.headers["Location"]
        raise RuntimeError("redirected in circles")
