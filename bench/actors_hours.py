"""Finding an hour with someone of the network, as the desk does it: ranked, held, booked, or the next slot."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from bench.actors import Colleague, Play, Refused
from bench.actors_network import Network
from bench.crisis import Call
from kit.clock import now

TARGETS: Final = {1: timedelta(days=14), 2: timedelta(days=7), 3: timedelta(hours=48), 4: timedelta(hours=24)}
NOTICE: Final = timedelta(minutes=25)
"""A first hour is never nearer than a quarter of an hour, and agreeing on it takes a while."""
TRIED: Final = 8
"""So many slots that others were faster for, before somebody else is looked for."""


class Hours:
    """Whoever of the team looks for an hour."""

    def __init__(self, play: Play, network: Network) -> None:
        self.play, self.network = play, network

    async def book(self, listener: Colleague, call: Call, contact_id: str, *, only: UUID | str | None = None) -> Any:
        """An hour with someone of the list (with `only` when they have accepted), or None within the level's target."""
        experts = [str(only)] if only else await self._ranked(listener, contact_id)
        if not experts:
            return None
        until = now() + (TARGETS[min(call.level, 4)] if not only else timedelta(days=14))
        asked = {
            "expert": ",".join(experts),
            "modality": ",".join(call.sheet["modalities"]),
            "from": (now() + NOTICE).isoformat(),
            "to": until.isoformat(),
            "per_expert": 3,
            "limit": 40,
        }
        slots = (await listener.ask("GET", f"/booking/slots?{urlencode(asked)}"))["slots"]
        if not call.person.soonest:
            slots.sort(key=lambda slot: (experts.index(slot["expert_id"]), slot["starts_at"]))
        for slot in slots[:TRIED]:
            booked = await self._try(listener, call, contact_id, slot)
            if booked is not None:
                return booked
        return None

    async def _ranked(self, listener: Colleague, contact_id: str) -> list[str]:
        found = await listener.ask("GET", f"/referral/contacts/{contact_id}/candidates?limit=20")
        return [each["expert_id"] for each in found["candidates"]]

    async def _try(self, listener: Colleague, call: Call, contact_id: str, slot: Any) -> Any:
        """Hold, contact, book; None when someone was faster or when it is too late."""
        starts = urlencode({"starts_at": slot["starts_at"]})
        permit = await listener.ask("POST", f"/referral/contacts/{contact_id}/permit?{starts}")
        wanted = {"permit": permit["permit"], **{name: slot[name] for name in ("expert_id", "type_id", "starts_at")}}
        hold = None
        try:
            hold = await listener.ask("POST", "/booking/holds", wanted)
            told = {"phone": call.person.phone, "channels": ["sms"], "moments": ["now", "hour_before"]}
            await listener.ask("PUT", f"/reminders/cases/{permit['case_id']}/contact", told)
            booked = await self._booked(listener, wanted, hold)
        except Refused as refused:
            self.play.met[f"hour not kept: {refused.code}"] += 1
            if hold is not None:
                await listener.ask("DELETE", f"/booking/holds/{hold['id']}")
            return None
        self.play.met["hours booked"] += 1
        self.network.live(booked, call)
        self.play.by_case[permit["case_id"]] = call
        return booked

    async def _booked(self, listener: Colleague, wanted: dict[str, Any], hold: Any) -> Any:
        """From the hold; without it when the conversation outlasted it, as the page does."""
        try:
            return await listener.ask("POST", "/booking/appointments", {**wanted, "hold_id": hold["id"]})
        except Refused as refused:
            if refused.code != "hold-expired":
                raise
            return await listener.ask("POST", "/booking/appointments", wanted)
