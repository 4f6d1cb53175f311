"""A visitor who can press everything that stands on a page: links, files, forms with what they hold by default."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from multidict import MultiDict

from tests.journeys.visitor import Shown, Visitor

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+|\d{4}-\d\d-\d\d|(?<==)[^&]{20,}")


NO_BUTTON = ("", "", "")


@dataclass
class Form:
    """Where it goes, what it holds when nothing is touched, and its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, another action

    def names(self) -> set[str]:
        return {name for name, _ in self.fields}


class Found(HTMLParser):
    """The links, files and forms of one page."""

    def __init__(self, page: Shown) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.forms: list[Form] = []
        self._here = page.url
        self._form: Form | None = None
        self._select = ""
        self._area: str | None = None
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        a = dict(attrs)
        form = self._form
        if tag == "a" and self._ours(a.get("href")):
            self.links.append(self._path(a["href"]))
        elif tag in ("script", "link", "img") and self._ours(a.get("src") or a.get("href")):
            self.files.append(self._path(a.get("src") or a["href"]))
        elif tag == "form" and a.get("method") != "dialog":
            self._form = Form(self._path(a.get("action") or ""), (a.get("method") or "get").lower())
            self.forms.append(self._form)
        elif form is not None and tag == "input" and a.get("name") and "disabled" not in a:
            if a.get("type") not in ("radio", "checkbox") or "checked" in a:
                form.fields.append((a["name"], a.get("value") or ""))
        elif form is not None and tag == "button" and a.get("type") != "button" and "disabled" not in a:
            button = (a.get("name") or "", a.get("value") or "", a.get("formaction") or "")
            way = (a.get("formmethod") or form.method).lower()
            if way == form.method:
                form.buttons.append(button)
            else:  # the same fields by another way: a form of its own
                self.forms.append(Form(self._path(button[2] or form.action), way, form.fields, [(*button[:2], "")]))
        elif tag == "select":
            self._select = a.get("name") or ""
        elif form is not None and tag == "option" and "selected" in a and self._select:
            form.fields.append((self._select, a.get("value") or ""))
        elif form is not None and tag == "textarea" and a.get("name"):
            form.fields.append((a["name"], ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None

    def _path(self, address: str) -> str:
        return urljoin(self._here, address).partition("#")[0]

    def _ours(self, address: str | None) -> bool:
        return bool(address) and not address.startswith("#") and not urlsplit(address).scheme  # type: ignore[union-attr]


def shape(path: str) -> str:
    """The address without its ids and days, of its query the names only: one page of many."""
    place, _, query = path.partition("#")[0].partition("?")
    names = sorted({pair.partition("=")[0] for pair in query.split("&") if pair})
    return ID.sub("*", place) + "".join(f"?{name}" for name in names)


class Walker(Visitor):
    """`press` sends a form as the browser would; `file` fetches what a page needs."""

    async def press(
        self, form: Form, button: tuple[str, str, str] = NO_BUTTON, script: bool = False, /, **typed: str
    ) -> Shown:
        name, value, elsewhere = button
        sent = MultiDict((key, typed.get(key, held)) for key, held in form.fields)
        sent.extend({key: text for key, text in typed.items() if key not in sent})
        if name:
            sent.add(name, value)
        if form.method == "get":
            return await self.get(f"{form.action.partition('?')[0]}?{urlencode(list(sent.items()))}")
        headers = {"Sec-Fetch-Site": "same-origin", **({"HX-Request": "true"} if script else {})}
        return await self._go("POST", elsewhere or form.action, sent, headers)

    async def file(self, path: str) -> int:
        async with self.http.get(self.url + path) as answer:
            await answer.read()
            return answer.status
