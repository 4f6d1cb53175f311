"""A CalDAV server (RFC 4791) asked for the events of a window: a calendar itself, or an account with its calendars."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urljoin
from xml.etree import ElementTree

from services.booking.deliver.fetching import MOST_BYTES, Answer, NotFetched, Wanted, fetch
from services.booking.domain.calendar_addresses import address

DAV: Final = "{DAV:}"
CAL: Final = "{urn:ietf:params:xml:ns:caldav}"
MOST_CALENDARS: Final = 12
REPORT: Final = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:prop><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{first}" end="{last}"/></c:comp-filter></c:comp-filter></c:filter>
</c:calendar-query>"""
PROPFIND: Final = """<?xml version="1.0" encoding="utf-8"?>
<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop>
<d:resourcetype/><d:current-user-principal/><c:calendar-home-set/><c:supported-calendar-component-set/>
</d:prop></d:propfind>"""


async def ask(wanted: Wanted, first: datetime, last: datetime, *, allowed: Collection[str] = ()) -> Answer:
    """The multistatus answers of the calendars found, a zero byte between them; together no larger than one fetch."""
    body = REPORT.format(first=f"{first:%Y%m%dT%H%M%SZ}", last=f"{last.astimezone(UTC):%Y%m%dT%H%M%SZ}").encode()
    answers: list[bytes] = []
    for url in await _calendars(wanted, allowed):
        one = replace(wanted, address=address(url, allowed=allowed), method="REPORT", body=body, headers=_headers(1))
        room = MOST_BYTES - sum(len(one) for one in answers)
        answers.append((await fetch(one, allowed=allowed, most=room)).content or b"")
    return Answer(b"\x00".join(answers), status=207)


async def _calendars(wanted: Wanted, allowed: Collection[str]) -> list[str]:
    """The address itself when it is a calendar; else those of the account behind it."""
    here = wanted.address.url
    root = await _ask(wanted, here, 0, allowed)
    if root.find(f".//{DAV}resourcetype/{CAL}calendar") is not None:
        return [here]
    home = _href(root, f"{CAL}calendar-home-set", here)
    if home is None:
        principal = _href(root, f"{DAV}current-user-principal", here)
        if principal is None:
            raise NotFetched("not-a-calendar")
        home = _href(await _ask(wanted, principal, 0, allowed), f"{CAL}calendar-home-set", principal)
    found = [] if home is None else _listed(await _ask(wanted, home, 1, allowed), home)
    if not found:
        raise NotFetched("not-a-calendar")
    return found[:MOST_CALENDARS]


async def _ask(wanted: Wanted, url: str, depth: int, allowed: Collection[str]) -> ElementTree.Element:
    there = address(url, allowed=allowed)
    if (there.host, there.port) != (wanted.address.host, wanted.address.port):
        raise NotFetched("not-a-calendar")  # a name and a password only ever go where they were given for
    one = replace(wanted, address=there, method="PROPFIND", body=PROPFIND.encode(), headers=_headers(depth))
    content = (await fetch(one, allowed=allowed, most=1024 * 1024)).content or b""
    if b"<!" in content or b"\x00" in content:  # entities that swell, also where two bytes are a letter
        raise NotFetched("not-a-calendar")
    try:
        return ElementTree.fromstring(content)
    except ElementTree.ParseError as broken:
        raise NotFetched("not-a-calendar") from broken


def _href(root: ElementTree.Element, name: str, here: str) -> str | None:
    found = root.findtext(f".//{name}/{DAV}href")
    return urljoin(here, found.strip()) if found and found.strip() else None


def _listed(root: ElementTree.Element, home: str) -> list[str]:
    """The calendars of an account that hold events."""
    found = []
    for one in root.findall(f"{DAV}response"):
        kinds = [each.get("name", "").upper() for each in one.iter(f"{CAL}comp")]
        href = one.findtext(f"{DAV}href")
        if href and one.find(f".//{DAV}resourcetype/{CAL}calendar") is not None and (not kinds or "VEVENT" in kinds):
            found.append(urljoin(home, href.strip()))
    return found


def _headers(depth: int) -> dict[str, str]:
    return {
        "content-type": "application/xml; charset=utf-8",
        "depth": str(depth),
        "accept": "text/xml, application/xml",
    }
