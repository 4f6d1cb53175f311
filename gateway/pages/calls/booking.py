"""From a held slot to an appointment: contact, then code, booking last: the press may be repeated."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from contracts.booking import Cancel, NewAppointment
from contracts.identity import NewCode
from contracts.problem import Problem
from contracts.referral import Contact
from contracts.words import AppointmentStatus, MessageMoment
from gateway import spoken
from gateway.contact_wishes import Wishes, wishes
from gateway.guards import LISTENERS_ONLY
from gateway.holding import Held, held_in
from gateway.messages import sentence
from gateway.page import NamedPage, Page
from gateway.pages.calls.console import answer, or_none, planned, with_card
from gateway.pages.calls.holding import alternatives
from gateway.pages.choices import remember
from gateway.spoken import zone_of_person
from kit.http import PeerAway, PeerProblem

CALL_BACK_LEVEL = 4  # care.md 6
FIELD_SENTENCES = {
    "phone": "Ce numéro ne se compose pas. Relisez-le avec la personne.",
    "phone-takes-no-messages": "Ce numéro ne reçoit pas de SMS. Demandez un mobile, ou une adresse.",
    "mail": "Cette adresse n’est pas complète. Relisez-la avec la personne.",
}
THE_OTHERS = "Ce créneau est réservé : vous l’avez confirmé pour votre autre appel. Ici, choisissez-en un autre."
LOST = frozenset({"hold-expired", "slot-taken", "slot-not-open", "too-soon", "hold-mismatch"})


@post("/appels/{contact_id:uuid}/apercu", opt=LISTENERS_ONLY)
async def preview(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The exact texts, before anything is sent."""
    now_held, wanted = held_in(page.field), wishes(page.form)
    zone = page.field("zone") or spoken.MAINLAND
    texts = None
    if now_held is not None and wanted.chosen_moments:
        found = await or_none(page.house.reminders.preview(wanted.preview(now_held.starts_at, zone)))
        texts = found.previews if found else None
    return await page.render("calls/apercu.html", previews=texts, wishes=wanted, zone=zone)


@post("/appels/{contact_id:uuid}/confirmer", opt=LISTENERS_ONLY)
async def confirm(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """One press: what is harmless alone first, the fact last; a refusal keeps the form as it was typed."""
    contact = await page.house.referral.contact(contact_id)
    now_held, wanted = held_in(page.field), wishes(page.form)
    if now_held is None:
        return await answer(page, contact_id, block="droite", status=410, refusal=sentence("hold-expired"))
    missing = wanted.missing()
    if missing:
        return await again(page, contact, now_held, wanted, status=422, errors=missing)
    zone = zone_of_person(contact.sheet)
    plan = page.field("plan")[:1000]
    try:
        if plan and plan != contact.sheet.plan:
            contact = await page.house.referral.change(contact_id, {"plan": plan})
        if keeps_number(contact):
            await page.house.reminders.change_contact(contact.case_id, wanted.change(zone))
        else:
            await page.house.reminders.keep_contact(contact.case_id, wanted.details(zone))
        code = await page.house.identity.make_code(NewCode(contact.case_id, wanted.pin or None), key=page.key("code"))
        permit = await page.house.referral.permit(contact_id, key=page.key("permit"), starts_at=now_held.starts_at)
        appointment = await page.house.booking.book(
            NewAppointment(
                permit=permit.permit,
                expert_id=now_held.expert_id,
                type_id=now_held.type_id,
                starts_at=now_held.starts_at,
                hold_id=now_held.hold_id,
                privacy=wanted.privacy,
            ),
            key=page.key("book"),
        )
    except PeerAway:
        same = page.field("idempotency_key")  # nobody knows what was done: the same press may be repeated
        return await again(page, contact, now_held, wanted, status=503, refusal=sentence("unavailable"), key=same)
    except PeerProblem as error:
        return await refused(page, contact, now_held, wanted, error)
    await remember(page, contact_id, appointment.expert_id)
    card = await or_none(page.house.referral.expert(appointment.expert_id))  # booked: nothing may hide the code now
    name = card.name if card else "le professionnel choisi"
    done = {
        "appointment": appointment,
        "code": code,
        "line": spoken.confirmed(appointment.starts_at, page.now, zone, appointment.modality, name),
        "sent_now": MessageMoment.NOW in wanted.chosen_moments,
    }
    return await answer(page, contact_id, block="droite", contact=contact, done=done)


@post("/appels/{contact_id:uuid}/rattraper", opt=LISTENERS_ONLY)
async def recall(contact_id: FromPath[UUID], page: NamedPage) -> Response[str]:
    """The message of a moment ago, taken back within ten seconds (care.md 18)."""
    contact = await page.house.referral.contact(contact_id)
    try:
        await page.house.reminders.recall(contact.case_id, key=page.key("recall"))
        said = "Le message est repris : rien n’est parti."
    except PeerProblem as error:
        said = sentence(error.problem.code, error.problem.status)
    return await page.render("calls/rattrape.html", said=said, contact=contact)


@post("/appels/{contact_id:uuid}/annuler", opt=LISTENERS_ONLY)
async def cancel(contact_id: FromPath[UUID], page: NamedPage) -> Response[str] | Redirect:
    """An appointment of the person on the line, who asks for it; pressed twice, it ends on what is true now."""
    contact = await page.house.referral.contact(contact_id)
    which = page.field("rdv")
    one = next((one for one, _ in await planned(page, contact) if str(one.id) == which), None)
    if one is not None:
        version = int(typed) if (typed := page.field("version")[:9]).isascii() and typed.isdecimal() else one.version
        try:
            await page.house.booking.cancel(one.id, Cancel(), key=page.key("cancel"), version=version)
        except PeerProblem as error:
            said = sentence(error.problem.code, error.problem.status)
            return await answer(page, contact_id, contact=contact, status=error.problem.status, refusal=said)
    return page.redirect(f"/appels/{contact_id}?annule=oui")


def keeps_number(contact: Contact) -> bool:
    """From level 4 the number given first stays, whatever way is chosen for messages."""
    return (contact.sheet.level or 0) >= CALL_BACK_LEVEL


async def again(page: Page, contact: Contact, now_held: Held, wanted: Wishes, **more: Any) -> Response[str]:
    """The same card, everything as typed, and what is missing."""
    shown = await with_card(page, now_held, contact.id)
    status = more.pop("status")
    return await answer(
        page,
        contact.id,
        block="droite",
        status=status,
        wishes=wanted,
        plan=page.field("plan"),
        **shown,
        **more,
    )


async def refused(page: Page, contact: Contact, now_held: Held, wanted: Wishes, error: PeerProblem) -> Response[str]:
    """What a service said no to, where the listener can put it right."""
    problem = error.problem
    said = sentence(problem.code, problem.status)
    if problem.code in LOST:
        taken = {
            "sentence": THE_OTHERS if await in_the_other(page, contact, now_held, problem) else said,
            "code": problem.code,
            "alternatives": alternatives(problem),
            "slot": now_held,
        }
        return await answer(
            page, contact.id, block="droite", contact=contact, status=problem.status, lost=taken, wishes=wanted
        )
    errors = {
        name: FIELD_SENTENCES.get(why) or FIELD_SENTENCES.get(name) or sentence("invalid-input")
        for name, why in problem.fields.items()
    }
    if problem.code == "plan-missing":
        errors = {"plan": "Ce rendez-vous est lointain pour ce niveau : que fait-on d’ici là ?"}
    if problem.code == "pin-malformed":
        errors = {"pin": sentence("pin-malformed")}
    refusal = "" if errors else said
    return await again(page, contact, now_held, wanted, status=problem.status, errors=errors, refusal=refusal)


async def in_the_other(page: Page, contact: Contact, now_held: Held, problem: Problem) -> bool:
    """A slot held in two calls of one listener is one hold: whether the other call has just booked it."""
    if problem.code != "hold-expired":
        return False
    calls = await or_none(page.house.referral.open_contacts()) or []
    others = {call.case_id for call in calls} - {contact.case_id}
    booked = [one for case_id in others for one in await or_none(page.house.booking.of_case(case_id)) or []]
    hour = (now_held.expert_id, now_held.starts_at, AppointmentStatus.BOOKED)
    return any((one.expert_id, one.starts_at, one.status) == hour for one in booked)


HANDLERS = [preview, confirm, recall, cancel]
