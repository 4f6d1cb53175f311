"""When the two of a consultation by telephone may ring one another, and what is said to whoever comes in person."""

import re
from datetime import datetime, timedelta
from typing import Final

from kit.errors import Conflict, Invalid

LINE_SHOWN: Final = timedelta(minutes=15)
NUMBER_SHOWN: Final = timedelta(minutes=10)
SHORTEST: Final = timedelta(minutes=30)
"""How long a consultation lasts whose end was not heard."""
LONGEST_ACCESS: Final = 300
_LINE: Final = re.compile(r"\+?[0-9](?:[ .-]?[0-9]){5,16}")


class NotYetTheHour(Conflict):
    """A number is shown around the hour of its consultation, and at no other."""


class LineRefused(Invalid):
    """That is no number that can be rung, or too many words."""


def shown(starts_at: datetime | None, ends_at: datetime | None, now: datetime, before: timedelta) -> bool:
    """Whether `now` lies between `before` its start and its end."""
    return starts_at is not None and starts_at - before <= now < (ends_at or starts_at + SHORTEST)


def checked(line: str | None, access: str | None) -> tuple[str, str]:
    """A line and words of access as they may be kept."""
    number, words = (line or "").strip(), " ".join((access or "").split())
    wrong = {}
    if number and _LINE.fullmatch(number) is None:
        wrong["line"] = "not a number that can be rung"
    if len(words) > LONGEST_ACCESS:
        wrong["access"] = f"at most {LONGEST_ACCESS} characters"
    if wrong:
        raise LineRefused(fields=wrong)
    return number, words
