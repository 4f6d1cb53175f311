"""A browser without scripts for the pages: one visitor, followed from form to form."""

from __future__ import annotations

import re

import httpx

CLIENT = httpx.Client(timeout=60, verify=False)
DANGER = "En danger immédiat"


class Visitor:
    """A browser without scripts: keeps cookies, reads tokens from pages, follows redirects."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies: dict[str, str] = {}
        self.page = httpx.Response(200)
        self.path = ""

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def send(self, path: str, **fields: str) -> httpx.Response:
        """Send the form of the current page that goes to `path`."""
        form = next(f for f in re.findall(r"<form.*?</form>", self.page.text, re.DOTALL) if f'action="{path}"' in f)
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        return self._ask("POST", path, {**hidden, **fields})

    def _ask(self, method: str, path: str, data: dict[str, str] | None = None) -> httpx.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = CLIENT.request(method, self.url + path, data=data, headers={"cookie": kept})
        CLIENT.cookies.clear()  # Secure cookies on plain loopback: kept by hand, as browsers do
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0].strip('"')
            if "max-age=0" in line.lower() or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if answer.is_redirect:
            return self._ask("GET", answer.headers["location"])
        self.page, self.path = answer, path
        return answer

    @property
    def words(self) -> str:
        """What the page says, on one line, with ordinary spaces and apostrophes."""
        text = re.sub(r"<[^>]+>", " ", self.page.text.split("<body", 1)[-1])
        return re.sub(r"\s+", " ", text).replace("’", "'").replace(" .", ".")
