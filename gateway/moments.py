"""A day and an hour as people type them, made an instant; None when there is no such moment."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def moment_typed(day: str, hour: str, zone: str = "Europe/Paris") -> datetime | None:
    """`2026-11-22` and `20:00` on the clock of `zone`, in UTC; an hour that the spring change skips moves on."""
    try:
        wall = datetime.combine(date.fromisoformat(day.strip()), time.fromisoformat(hour.strip()))
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError, ZoneInfoNotFoundError):
        return None
