"""Bookings heard together leave the same rows as bookings heard one by one, whatever came before."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec

from contracts.events import AppointmentBooked, Event
from contracts.words import Channel, Privacy
from kit.worker import hear
from tests.reminders.conftest import House
from tests.reminders.make import booked, cancelled, moved
from tests.reminders.test_listeners import NOON


def letter(event: Event) -> dict[str, Any]:
    payload = msgspec.to_builtins(event, str_keys=True)
    return {"event_id": str(uuid4()), "kind": type(event).__name__, "payload": payload, "request_id": None}


SHOWN = r"""
    SELECT case_id, kind, channel, recipient_id, version, expires_at, status, time_zone,
        CASE WHEN kind LIKE '%\_before' THEN due_at END AS hour
    FROM message WHERE appointment_id = $1 ORDER BY kind, channel, recipient_id
"""


async def shown(house: House, event: AppointmentBooked, names: dict[Any, str]) -> list[Any]:
    rows = await house.sql(SHOWN, event.appointment_id)
    return [tuple(names.get(value, value) for value in row.values()) for row in rows]


async def test_what_is_heard_together_is_what_would_have_been_heard_one_by_one(house: House) -> None:
    asked: tuple[dict[str, Any], ...] = (
        dict(channels=(Channel.SMS, Channel.MAIL)),
        dict(channels=(Channel.MAIL,), zone=True),
        dict(privacy=Privacy.SILENT, channels=(Channel.SMS,)),
        dict(),
        dict(channels=(Channel.SMS,), over=True),
        dict(channels=(Channel.SMS,), replaces=True),
        dict(channels=(Channel.SMS,), late=True),
    )
    ways: list[list[list[Any]]] = []
    for together in (False, True):
        events, names, standing = [], [], []
        for wish in asked:
            more: dict[str, Any] = {"privacy": wish["privacy"]} if "privacy" in wish else {}
            if "zone" in wish:
                more["person_zone"] = "Indian/Reunion"
            former = booked(NOON + timedelta(days=1)) if "replaces" in wish else None
            if former is not None:
                await house.hear(former)
                more |= {"replaces_id": former.appointment_id, "case_id": former.case_id}
            event = booked(NOON, **more)
            if "channels" in wish:
                await house.contact(event.case_id, channels=wish["channels"])
            await house.account(event.expert_id, Channel.MAIL)
            if "over" in wish:
                await house.hear(cancelled(event, version=2))
            if "late" in wish:
                await house.hear(moved(event, NOON + timedelta(hours=2), version=2))
            events.append(event)
            names.append({event.case_id: "case", event.expert_id: "expert", event.appointment_id: "appointment"})
        letters = [letter(event) for event in events]
        if together:
            await hear(house.worker, letters)
            await hear(house.worker, letters)  # delivered again: nothing changes
        else:
            for one in letters:
                await hear(house.worker, [one])
        standing = [await shown(house, event, known) for event, known in zip(events, names, strict=True)]
        ways.append(standing)
        assert await house.sql("SELECT * FROM unheard") == []
    assert ways[0] == ways[1]
    assert [len(rows) for rows in ways[1]][:4] == [9, 6, 3, 3]
