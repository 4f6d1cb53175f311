"""Spoken codes: three French words and two digits, easy to say, to remember and to type as heard."""

import re
import secrets
import unicodedata
from importlib import resources

from contracts.identity import SpokenCode
from services.identity.domain.refusals import PinMalformed

WORDS: tuple[str, ...] = tuple(
    resources.files(__package__ or "").joinpath("words_fr.txt").read_text(encoding="utf-8").split()
)
"""The words a code is made of: 1,801³ × 100 codes, about 39 bits."""

MARK = 4
"""Letters that tell any two words of the list apart, so that "abrité" is heard as "abriter"."""


def folded(text: str) -> str:
    """Lower case without accents; ligatures written out."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


_FOLDED = {folded(word) for word in WORDS}
_LENGTHS = sorted({len(word) for word in _FOLDED})


def new_code(seed: bytes | None = None) -> SpokenCode:
    """A code nobody can foresee; the one of a secret `seed` of 32 bytes when a press may be repeated."""
    number = int.from_bytes(seed or secrets.token_bytes(32))
    number, digits = divmod(number, 100)
    picked = []
    for _ in range(3):
        number, place = divmod(number, len(WORDS))
        picked.append(WORDS[place])
    return SpokenCode((picked[0], picked[1], picked[2]), f"{digits:02d}")


def heard(text: str) -> str | None:
    """The canonical form of a code however it was typed; None when it cannot be one.

    Case, accents, spaces, hyphens and the ends of words do not count; words may be written without any space.
    """
    if len(text) > 200:
        return None
    parts = re.findall(r"[a-z]+|[0-9]+", folded(text))
    words = [part for part in parts if part.isalpha()]
    digits = "".join(part for part in parts if part.isdigit())
    if len(words) == 1:
        words = _apart(words[0])
    if len(words) != 3 or len(digits) != 2 or any(len(word) < MARK for word in words):
        return None
    return " ".join(word[:MARK] for word in words) + f" {digits}"


def word_heard(text: str) -> str | None:
    """The canonical form of one word of a code; None when it cannot be one."""
    letters = re.findall(r"[a-z]+", folded(text[:80]))
    return letters[0][:MARK] if len(letters) == 1 and len(letters[0]) >= MARK else None


def _apart(letters: str) -> list[str]:
    """Words written without a space; no word of the list begins another, so there is one way at most."""
    words: list[str] = []
    while letters:
        for length in _LENGTHS:
            if letters[:length] in _FOLDED:
                words.append(letters[:length])
                letters = letters[length:]
                break
        else:
            return []
    return words


def checked_pin(pin: str | None) -> str | None:
    """Four figures, or none; `pin-malformed` otherwise. An empty field is no PIN."""
    if not pin:
        return None
    if not re.fullmatch(r"[0-9]{4}", pin):
        raise PinMalformed(fields={"pin": "four figures"})
    return pin
