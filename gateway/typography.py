"""French punctuation: the spaces that must not break, and the apostrophe of books."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

NB: Final = "\u00a0"
THIN: Final = "\u202f"

_KEPT: Final = re.compile(r"(<(?:textarea|script|style|pre|code|kbd)\b.*?</[a-z]+>|<[^>]*>)", re.DOTALL | re.IGNORECASE)
_SPACES: Final = (
    (re.compile(r"(?:(?<=\S)|\A)[ \u00a0](?=[?!;])"), THIN),
    (re.compile(r"(?:(?<=\S)|\A) (?=[:»%€])"), NB),
    (re.compile(r"(?<=«) (?=\S|\Z)"), NB),
    (re.compile(r"(?<=\d) (?=(?:h|min|minutes?|ans|jours?|mois)\b)"), NB),
    (re.compile(r"(?<=\d\sh) (?=\d)"), NB),
)
_PHONE: Final = re.compile(r"\b0(?:\d(?: \d\d){4}| \d{3}(?: \d\d){3})\b")
_TITLES: Final = frozenset({"Dr", "Pr", "Mme"})
_APOSTROPHE: Final = re.compile(r"(?<=\w)(?:'|&#39;)(?=\w|«|\Z)")
_SAID: Final = re.compile(r"""(?<=\s)(?:(?:aria-label|title|placeholder|alt)="[^"]+"|data-[a-z-]+="[^"]* [^"]*")""")


def _spaced(text: str) -> str:
    for pattern, by in _SPACES:
        text = pattern.sub(by, text)
    return _PHONE.sub(lambda found: found[0].replace(" ", NB), text)


def labels(words: Iterable[str]) -> str:
    """`Épuisement, sommeil`: one after another, only the first keeps its capital; an acronym keeps its own."""
    return ", ".join(
        word if at == 0 or word[1:2].isupper() else word[:1].lower() + word[1:] for at, word in enumerate(words)
    )


def initials(name: str) -> str:
    """`IR` for « Inès R. », `ML` for « Dr M. Lefèvre »: the first and the last word, a title apart."""
    words = [word for word in name.split() if word[:1].isalpha() and word not in _TITLES]
    return "".join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


def _told(found: re.Match[str]) -> str:
    return _APOSTROPHE.sub("’", found[0])


def typo(text: str) -> Markup:
    """No line ever starts with ? ! : ; », nor breaks inside an hour, and the apostrophe is that of books: also in what
    a tag says (names for screen readers, hints, the words of scripts); what a field holds is untouched."""
    parts = _KEPT.split(str(escape(text)))
    for i, part in enumerate(parts):
        if i % 2 == 0:
            if part and not part.isspace():
                parts[i] = _APOSTROPHE.sub("’", _spaced(part))
        elif "'" in part or "&#39;" in part:
            parts[i] = _SAID.sub(_told, part)
    return Markup("".join(parts))
