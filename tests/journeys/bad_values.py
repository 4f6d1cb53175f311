"""What people and programs send that they should not: texts, times and ids, and what no page may ever show."""

import re
from datetime import timedelta
from html import unescape
from typing import Any, Final
from uuid import uuid4

from gateway.messages import SENTENCES
from kit.clock import now

TEXTS: Final[dict[str, Any]] = {
    "empty": "",
    "spaces": "   ",
    "long": "z" * 6000,
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ 7 * 7 }}{% raw %}",
    "emoji": "🫖👩🏽‍⚕️🏳️‍🌈",
    "rtl": "\u202eabc\u2066\u200fأهلا",
    "surrogate": "\ufffd\uffff",
    "sql": "'; DROP TABLE appointment; --",
}
OTHERS: Final[dict[str, Any]] = {"number": 10**400, "negative": -1, "list": [[]], "object": {"a": {}}, "yes": True}
TIMES: Final[dict[str, str]] = {
    "past": "2020-01-01T10:00:00Z",
    "first year": "0001-01-01T00:00:00+14:00",
    "last year": "9999-12-31T23:59:59-14:00",
    "beyond the horizon": (now() + timedelta(days=300)).strftime("%Y-%m-%dT%H:00:00Z"),
    "skipped by the clock": "2027-03-28T02:30:00",
    "no offset": "2026-12-01T10:00:00",
    "not a time": "demain",
}
NUL: Final = "a\x00b"


def nobody() -> str:
    """An id that nothing has."""
    return str(uuid4())


CODES: Final = frozenset(code for code in SENTENCES if "-" in code)
RAW: Final = re.compile(r"(?<![\w/-])\w+(?:-\w+)+(?![\w-])")
"""Whatever is written like a code; asked of a set, as two hundred alternatives at each letter cost a page's time."""
ENGLISH: Final = re.compile(
    r"\b(Internal Server Error|Traceback|Validation|Bad Request|Not Found|invalid|refused)\b", re.I
)


TYPED: Final = re.compile(r"(?:<(textarea|script|style|pre|code|kbd)\b.*?</\1>|<[^>]*>)", re.S)
PLAIN: Final = re.compile(r"\w['\"]\w|(?<=\S) [?!;»]|« \S")
"""French as a keyboard writes it: a straight apostrophe, a space that lets a question mark begin a line."""


def visible(html: str) -> str:
    """What a page says, without its tags and what they carry."""
    return unescape(re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]*>", " ", html, flags=re.S))


def unkind(html: str) -> str:
    """The raw code, English or typewriter's French that a page shows by mistake; nothing when it is one for people."""
    text = visible(html)
    raw = next((word for word in RAW.findall(text) if word in CODES), "")
    if raw or (found := ENGLISH.search(text)):
        return raw or (found[0] if found else "")
    typed = unescape(TYPED.sub("\n", html))
    plain = PLAIN.search(typed)
    return typed[max(0, plain.start() - 20) : plain.end() + 20] if plain else ""
