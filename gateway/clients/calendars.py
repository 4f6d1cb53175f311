"""Around an agenda as the gateway asks booking: public holidays, calendars kept elsewhere, the calendar given out."""

from typing import ClassVar
from uuid import UUID

from contracts.calendars import (
    ExternalCalendar,
    ExternalCalendars,
    Feed,
    FeedEntries,
    FeedEntry,
    Holidays,
    HolidaysWanted,
    NewCalendar,
)
from gateway.clients.service import ServiceClient


class Calendars(ServiceClient):
    audience: ClassVar[str] = "booking"

    async def holidays(self, expert_id: UUID) -> Holidays:
        found: Holidays = await self._call("GET", f"/experts/{expert_id}/holidays", Holidays)
        return found

    async def choose_holidays(self, expert_id: UUID, wanted: HolidaysWanted) -> Holidays:
        kept: Holidays = await self._call("PUT", f"/experts/{expert_id}/holidays", Holidays, wanted)
        return kept

    async def joined(self, expert_id: UUID) -> list[ExternalCalendar]:
        found: ExternalCalendars = await self._call("GET", f"/experts/{expert_id}/calendars", ExternalCalendars)
        return found.calendars

    async def join(self, expert_id: UUID, new: NewCalendar, *, key: str) -> ExternalCalendar:
        path = f"/experts/{expert_id}/calendars"
        made: ExternalCalendar = await self._call("POST", path, ExternalCalendar, new, key=key)
        return made

    async def look(self, expert_id: UUID, calendar_id: UUID, *, key: str) -> ExternalCalendar:
        path = f"/experts/{expert_id}/calendars/{calendar_id}/look"
        asked: ExternalCalendar = await self._call("POST", path, ExternalCalendar, key=key)
        return asked

    async def part(self, expert_id: UUID, calendar_id: UUID) -> None:
        await self._call("DELETE", f"/experts/{expert_id}/calendars/{calendar_id}")

    async def feed(self, expert_id: UUID) -> Feed:
        found: Feed = await self._call("GET", f"/experts/{expert_id}/feed", Feed)
        return found

    async def renew_feed(self, expert_id: UUID) -> Feed:
        """The one answer that holds the secret."""
        made: Feed = await self._call("POST", f"/experts/{expert_id}/feed", Feed)
        return made

    async def revoke_feed(self, expert_id: UUID) -> None:
        await self._call("DELETE", f"/experts/{expert_id}/feed")

    async def entries(self, secret: str) -> list[FeedEntry]:
        """What a calendar program may read; the secret is the right to."""
        found: FeedEntries = await self._call("GET", f"/feeds/{secret}", FeedEntries)
        return found.entries
