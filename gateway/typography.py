"""French punctuation: the spaces that must not break, and the apostrophe of books."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

NB: Final = "\u00a0"
THIN: Final = "\u202f"

_KEPT: Final = re.compile(r"(<(?:textarea|script|style|pre|code|kbd)\b.*?</[a-z]+>|<[^>]*>)", re.DOTALL | re.IGNORECASE)
_SPACES: Final = (
    (re.compile(r"(?<=\S)[ \u00a0](?=[?!;])"), THIN),
    (re.compile(r"(?<=\S) (?=[:»%€])"), NB),
    (re.compile(r"(?<=«) (?=\S)"), NB),
    (re.compile(r"(?<=\d) (?=(?:h|min|minutes?|ans|jours?|mois)\b)"), NB),
    (re.compile(r"(?<=\d\sh) (?=\d)"), NB),
)
_PHONE: Final = re.compile(r"\b0(?:\d(?: \d\d){4}| \d{3}(?: \d\d){3})\b")
_APOSTROPHE: Final = re.compile(r"(?<=\w)(?:'|&#39;)(?=\w)")


def _spaced(text: str) -> str:
    for pattern, by in _SPACES:
        text = pattern.sub(by, text)
    return _PHONE.sub(lambda found: found[0].replace(" ", NB), text)


def _outside_tags(text: str, change: re.Pattern[str] | None) -> Markup:
    parts = _KEPT.split(str(escape(text)))
    for i in range(0, len(parts), 2):
        parts[i] = _spaced(parts[i])
        if change is not None:
            parts[i] = change.sub("’", parts[i])
    return Markup("".join(parts))


def spaces(text: str) -> Markup:
    """No line ever starts with ? ! : ; », nor breaks inside an hour; tags and fields are untouched."""
    return _outside_tags(text, None)


def typo(text: str) -> Markup:
    """`spaces`, and the apostrophe of books."""
    return _outside_tags(text, _APOSTROPHE)
