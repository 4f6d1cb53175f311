"""What the telephone system may tell: a line, an hour, answered or not; signed, and never a number."""

import csv
import hmac
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from kit.errors import Forbidden, Invalid, NotFound

WINDOW: Final = timedelta(minutes=5)
"""A signed word older than this, or from further in the future, is a replay."""
LONGEST_AGO: Final = timedelta(days=1)
"""A telephone system that was cut off tells what happened meanwhile; what is older comes by a list."""
STILL_AT_THE_POST: Final = timedelta(minutes=15)
"""Answered longer ago, nobody knows who sat there: the call is counted, no sheet is opened."""
KINDS: Final = ("ringing", "answered", "transferred", "ended")
COLUMNS: Final = ("line", "start", "end", "answered")
IN_FRENCH: Final = {"ligne": "line", "début": "start", "debut": "start", "fin": "end", "répondu": "answered"}
LONGEST_CALL: Final = timedelta(days=1)
MOST_ROWS: Final = 20_000
LABEL: Final = re.compile(r"[\w .:@/-]{1,60}")
DIALLED: Final = re.compile(r"(?:\+|00)?\d(?:[ .-]?\d){7,}")
"""Eight figures or more in a row: that would be somebody's number."""
YES, NO = frozenset({"1", "oui", "yes", "true", "vrai"}), frozenset({"0", "non", "no", "false", "faux"})


class SignatureRefused(Forbidden):
    """This word is not signed by our telephone system, or comes too late."""


class NoTelephone(NotFound):
    """No telephone system is joined to this house."""


class EventRefused(Invalid):
    """A line, a call id, an hour; never a number."""


class NotACallList(Invalid):
    """This file is not a list of line, start, end, answered."""


@dataclass(frozen=True, slots=True)
class PastCall:
    """One row of an import."""

    line: str
    call: str
    started_at: datetime
    ended_at: datetime
    answered: bool


def signed(secret: str, header: str, body: bytes, *, now: datetime) -> bytes:
    """The signature of `t=<unix seconds>,v1=<hex HMAC-SHA-256 of "t.body">`, verified; else `signature-refused`."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    told, given = parts.get("t", ""), parts.get("v1", "")
    if not told.isdecimal() or len(told) > 12:
        raise SignatureRefused()
    right = hmac.new(secret.encode(), told.encode() + b"." + body, sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), given.lower().encode("ascii", "replace")):
        raise SignatureRefused()
    if abs(now - datetime.fromtimestamp(int(told), UTC)) > WINDOW:
        raise SignatureRefused()
    return bytes.fromhex(right)


def label(text: str, name: str) -> str:
    """A short name that cannot be a telephone number."""
    kept = text.strip()
    if not LABEL.fullmatch(kept) or (name != "call" and DIALLED.search(kept)):
        raise EventRefused(fields={name: "malformed"})
    return kept


def as_text(body: bytes) -> str:
    """The bytes of a list: UTF-8, else as spreadsheets on Windows write it."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("cp1252", errors="replace")


def call_list(text: str) -> tuple[list[PastCall], list[str]]:
    """The rows of a CSV (`line,start,end,answered`, ISO 8601 with zone; `;` will do), and why others are refused."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in first else ",")
    try:
        head = [IN_FRENCH.get(name.strip().lower(), name.strip().lower()) for name in next(rows)]
    except (StopIteration, csv.Error):
        raise NotACallList() from None
    if sorted(head) != sorted(COLUMNS):  # one more could be a number
        raise NotACallList(fields={"columns": ",".join(COLUMNS)})
    found: dict[tuple[str, str], PastCall] = {}
    refused: list[str] = []
    for number, row in enumerate(_readable(rows), 2):
        if not any(cell.strip() for cell in row):
            continue
        if number > MOST_ROWS:
            raise NotACallList(fields={"rows": f"{MOST_ROWS} at most"})
        try:
            past = _past(head, row)
        except EventRefused:
            refused.append(f"{number}: line malformed")
        except OverflowError:
            refused.append(f"{number}: no such hour")
        except ValueError as error:
            refused.append(f"{number}: {str(error)[:80]}")
        else:
            found[past.line, past.call] = past
    return list(found.values()), refused


def _readable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """Each row of the file, as long as it is a table."""
    try:
        yield from rows
    except csv.Error:
        raise NotACallList() from None


def _past(head: list[str], row: list[str]) -> PastCall:
    if len(row) != len(COLUMNS):
        raise ValueError("four columns")
    named = dict(zip(head, (cell.strip() for cell in row), strict=True))
    line, start, end, answered = (named[name] for name in COLUMNS)
    began, over = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if began.tzinfo is None or over.tzinfo is None:
        raise ValueError("an hour has its zone")
    if over < began:
        raise ValueError("it ends before it starts")
    if over - began > LONGEST_CALL:
        raise ValueError("it lasts more than a day")
    if answered.lower() not in YES | NO:
        raise ValueError("answered is yes or no")
    name = label(line, "line")
    began = began.astimezone(UTC)
    return PastCall(name, f"import {began.isoformat()}", began, over.astimezone(UTC), answered.lower() in YES)
