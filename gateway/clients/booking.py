"""Booking as the gateway calls it: slots, holds, appointments, agendas."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.booking import (
    Absence,
    Agenda,
    Appointment,
    Appointments,
    Cancel,
    HandBack,
    Hold,
    Move,
    NewAbsence,
    NewAppointment,
    NewHold,
    NewOpening,
    Opening,
    OpeningChange,
    Seat,
    Slot,
    Slots,
)
from contracts.clashes import Settle
from contracts.video import NewInvitation
from contracts.words import Modality
from gateway.clients.service import ServiceClient


class Booking(ServiceClient):
    audience: ClassVar[str] = "booking"

    async def slots(
        self,
        *,
        experts: Sequence[UUID] = (),
        modality: Sequence[Modality] = (),
        visit: str = "first",
        start: datetime | None = None,
        end: datetime | None = None,
        per_expert: int | None = None,
        limit: int = 20,
    ) -> list[Slot]:
        query = {
            "expert": list(experts),
            "modality": [one.value for one in modality],
            "visit": visit,
            "from": start,
            "to": end,
            "per_expert": per_expert,
            "limit": limit,
        }
        found: Slots = await self._call("GET", "/slots", Slots, query=query)
        return found.slots

    async def hold(self, hold: NewHold, *, key: str) -> Hold:
        held: Hold = await self._call("POST", "/holds", Hold, hold, key=key)
        return held

    async def renew(self, hold_id: int) -> Hold:
        held: Hold = await self._call("PATCH", f"/holds/{hold_id}", Hold)
        return held

    async def release(self, hold_id: int) -> None:
        await self._call("DELETE", f"/holds/{hold_id}")

    async def book(self, wanted: NewAppointment, *, key: str) -> Appointment:
        booked: Appointment = await self._call("POST", "/appointments", Appointment, wanted, key=key)
        return booked

    async def settle_clash(self, appointment_id: UUID, *, settled: bool, key: str) -> None:
        """Both stand, the appointment and what lies over it in another calendar; or ask again."""
        await self._call("POST", f"/appointments/{appointment_id}/clashes", None, Settle(settled), key=key)

    async def book_own(self, wanted: NewAppointment, *, key: str) -> Appointment:
        """An expert books into their own agenda."""
        path = f"/experts/{wanted.expert_id}/appointments"
        booked: Appointment = await self._call("POST", path, Appointment, wanted, key=key)
        return booked

    async def appointment(self, appointment_id: UUID) -> Appointment:
        found: Appointment = await self._call("GET", f"/appointments/{appointment_id}", Appointment)
        return found

    async def of_case(self, case_id: UUID | None = None) -> list[Appointment]:
        """A person's own case when nothing is said."""
        found: Appointments = await self._call("GET", "/appointments", Appointments, query={"case_id": case_id})
        return found.appointments

    async def cancel(
        self, appointment_id: UUID, cancel: Cancel, *, key: str, version: int | None = None
    ) -> Appointment:
        done: Appointment = await self._call(
            "POST", f"/appointments/{appointment_id}/cancel", Appointment, cancel, key=key, version=version
        )
        return done

    async def move(self, appointment_id: UUID, move: Move, *, key: str, version: int | None = None) -> Appointment:
        done: Appointment = await self._call(
            "POST", f"/appointments/{appointment_id}/move", Appointment, move, key=key, version=version
        )
        return done

    async def mark(self, appointment_id: UUID, what: str, *, key: str) -> Appointment:
        """`what`: arrive, start, fulfil, no-show, seen."""
        done: Appointment = await self._call("POST", f"/appointments/{appointment_id}/{what}", Appointment, key=key)
        return done

    async def seat(self, appointment_id: UUID) -> Seat:
        seat: Seat = await self._call("POST", f"/appointments/{appointment_id}/seat", Seat)
        return seat

    async def invite_guest(self, appointment_id: UUID) -> NewInvitation:
        """A permit for a third seat, for video."""
        made: NewInvitation = await self._call("POST", f"/appointments/{appointment_id}/guests", NewInvitation)
        return made

    async def agenda(self, expert_id: UUID, start: datetime, end: datetime) -> Agenda:
        query = {"from": start, "to": end}
        agenda: Agenda = await self._call("GET", f"/experts/{expert_id}/agenda", Agenda, query=query)
        return agenda

    async def open(self, expert_id: UUID, opening: NewOpening, *, key: str) -> Opening:
        """The first occurrence of what was opened."""
        made: Opening = await self._call("POST", f"/experts/{expert_id}/openings", Opening, opening, key=key)
        return made

    async def change_opening(self, expert_id: UUID, occurrence_id: int, change: OpeningChange) -> Opening:
        path = f"/experts/{expert_id}/openings/{occurrence_id}"
        changed: Opening = await self._call("PATCH", path, Opening, change)
        return changed

    async def close_opening(self, expert_id: UUID, occurrence_id: int, scope: str = "one") -> None:
        path = f"/experts/{expert_id}/openings/{occurrence_id}"
        await self._call("DELETE", path, query={"scope": scope})

    async def add_absence(self, expert_id: UUID, absence: NewAbsence, *, key: str) -> Absence:
        made: Absence = await self._call("POST", f"/experts/{expert_id}/absences", Absence, absence, key=key)
        return made

    async def preview_absence(self, expert_id: UUID, absence: NewAbsence) -> Absence:
        """Whom it would touch; nothing is kept."""
        path = f"/experts/{expert_id}/absences"
        told: Absence = await self._call("POST", path, Absence, absence, query={"dry_run": "true"})
        return told

    async def hand_back(self, expert_id: UUID, appointment_ids: list[UUID], *, key: str) -> list[UUID]:
        """« Je ne peux pas assurer »: those that were handed back now."""
        path = f"/experts/{expert_id}/handed-back"
        back: HandBack = await self._call("POST", path, HandBack, HandBack(appointment_ids), key=key)
        return back.appointment_ids

    async def take_back(self, expert_id: UUID, appointment_ids: list[UUID], *, key: str) -> list[UUID]:
        """« Finalement, je peux »: those that stand as before."""
        path = f"/experts/{expert_id}/handed-back/undo"
        kept: HandBack = await self._call("POST", path, HandBack, HandBack(appointment_ids), key=key)
        return kept.appointment_ids

    async def change_absence(
        self, expert_id: UUID, absence_id: int, absence: NewAbsence, scope: str = "one"
    ) -> Absence:
        path = f"/experts/{expert_id}/absences/{absence_id}"
        changed: Absence = await self._call("PATCH", path, Absence, absence, query={"scope": scope})
        return changed

    async def remove_absence(self, expert_id: UUID, absence_id: int, scope: str = "one") -> None:
        path = f"/experts/{expert_id}/absences/{absence_id}"
        await self._call("DELETE", path, query={"scope": scope})
