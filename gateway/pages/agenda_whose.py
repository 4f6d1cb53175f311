"""Whose agenda is shown, the hours typed on it, and how a press on it is answered, with scripts and without."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.response import Redirect

from contracts.words import Role
from gateway.french import local, zone_of
from gateway.guards import to
from gateway.messages import sentence
from gateway.page import Page
from kit.errors import Invalid, NotFound, Refusal
from kit.http import PeerProblem

OWNERS_ONLY = to(Role.EXPERT, Role.SECRETARY)
OWN_ONLY = to(Role.EXPERT)
PERSON_SCOPE = "person:"
SAID = {
    "ouverte": "L’ouverture est ajoutée.",
    "changee": "L’ouverture est modifiée.",
    "retiree": "L’ouverture est retirée. Les rendez-vous déjà pris restent.",
    "absence": "L’absence est notée : rien n’y sera proposé.",
    "absence-rendus": "L’absence est notée. Pour les rendez-vous cochés, la ligne ou un lien propose une autre heure.",
    "rendus": "C’est noté. La ligne ou un lien propose une autre heure.",
    "rendu": "C’est noté : une autre heure est cherchée avec la personne. D’ici là, celle-ci reste la sienne.",
    "assure": "C’est noté : le rendez-vous tient, comme avant.",
    "deja-replace": "La suite a déjà été trouvée avec la personne : rien n’a changé.",
    "absence-changee": "L’absence est modifiée.",
    "retour": "L’absence est retirée : vos ouvertures sont de nouveau proposées.",
    "vu": "C’est noté : vu.",
    "vus": "C’est noté : vus.",
    "deplace": "Le rendez-vous a changé d’heure.",
    "annule": "C’est annulé. La ligne est prévenue et s’occupe de la suite.",
    "annule-pour-elle": "C’est annulé, au nom de la personne. L’heure est de nouveau libre.",
    "venue": "C’est noté : le rendez-vous a eu lieu.",
    "pas-venue": "C’est noté. La ligne s’occupe de la suite.",
    "accepte": "C’est noté. Choisissez l’heure maintenant, ou laissez la ligne en convenir avec la personne.",
    "propose": "C’est noté : la ligne demande à la personne si cela lui convient.",
    "decline": "C’est noté. La demande va à quelqu’un d’autre : rien ne vous est reproché.",
    "decline-encore": "C’est noté. Troisième refus pour ce motif : votre profil permet de ne plus le recevoir.",
    "retard": "C’est dit : la salle d’attente annonce quelques minutes de retard.",
    "a-lheure": "C’est dit : vous êtes à l’heure.",
    "donne": "Le créneau est donné : la ligne peut le proposer dès maintenant.",
    "lien-semaine": "C’est noté : un lien avec des heures vous attendra chaque dimanche.",
    "sans-lien": "C’est noté : plus de lien chaque semaine.",
    "les-deux": "C’est noté : les deux tiennent.",
    "remis": "C’est remis comme avant.",
    "groupe": "Le groupe est ouvert : les places se prennent dès maintenant.",
    "plus-a-plusieurs": "C’est noté : votre heure est rendue, le rendez-vous tient sans vous.",
    "a-plusieurs": "C’est noté : l’heure est prise dans les deux agendas.",
}
"""What the page says once after a press, by the word in its address."""

Answer = Response[Any] | Redirect


class NoAgenda(NotFound):
    """No agenda is this caller's, or not the one that was asked for."""


class UnclearTime(Invalid):
    """A day or an hour that no clock of that place shows."""


@dataclass(frozen=True)
class Whose:
    """The agenda of `expert`: the caller's own, or one of those that they act for."""

    expert: UUID
    own: bool
    others: tuple[UUID, ...] = ()

    @property
    def query(self) -> str:
        """What every address of the agenda carries when it is not the caller's own."""
        return "" if self.own else f"&pour={self.expert}"


def whose(page: Page) -> Whose:
    """Whose agenda the request speaks of; `no-agenda` for anyone else's."""
    acting = [
        UUID(grant.scope.removeprefix(PERSON_SCOPE))
        for grant in (page.session.grants if page.session else ())
        if grant.role is Role.SECRETARY and grant.scope and grant.scope.startswith(PERSON_SCOPE)
    ]
    mine = ([page.subject] if Role.EXPERT in page.roles else []) + acting
    asked = page.field("pour") or page.request.query_params.get("pour") or (str(mine[0]) if mine else "")
    for expert in mine:
        if str(expert) == asked:
            others = tuple(one for one in mine if one != expert)
            return Whose(expert, own=Role.EXPERT in page.roles and expert == page.subject, others=others)
    raise NoAgenda()


def own_only(page: Page) -> Whose:
    """One's own agenda: a secretary sees to hours, not to who comes nor to who may read them."""
    who = whose(page)
    if not who.own:
        raise NoAgenda()
    return who


def day_typed(text: str, *, field: str = "jour") -> date:
    """`2026-11-23` as typed or sent by a date field."""
    try:
        found = date.fromisoformat(text[:10])
    except ValueError as error:
        raise UnclearTime(fields={field: "a day"}) from error
    if not 2000 <= found.year <= 2199:
        raise UnclearTime(fields={field: "a day of this century"})
    return found


def hour_typed(text: str, *, field: str) -> time:
    """`08:30` as typed or sent by a time field."""
    try:
        return time.fromisoformat(text[:5])
    except ValueError as error:
        raise UnclearTime(fields={field: "an hour"}) from error


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a wall-clock time, the first of a repeated hour; `unclear-time` when the clock skips it."""
    wall = datetime.combine(day, at, zone_of(zone))
    found = wall.astimezone(UTC)
    if local(found, zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise UnclearTime(fields={"debut": "skipped by the change of clocks"})
    return found


def span_typed(page: Page, zone: str) -> tuple[datetime, datetime]:
    """The fields `jour`, `debut` and `fin`; an end at or before the beginning is on the next day."""
    day = day_typed(page.field("jour"))
    starts, ends = hour_typed(page.field("debut"), field="debut"), hour_typed(page.field("fin"), field="fin")
    last = day + timedelta(days=1) if ends <= starts else day
    return instant(day, starts, zone), instant(last, ends, zone)


def wall(at: datetime, zone: str) -> dict[str, str]:
    """An instant as the date and time fields of a form show it."""
    there = local(at, zone)
    return {"day": f"{there:%Y-%m-%d}", "hour": f"{there:%H:%M}"}


def for_script(page: Page) -> bool:
    """The page's own script asks, not a plain form."""
    return "application/json" in page.request.headers.get("accept", "")


def done(
    page: Page, who: Whose, word: str, day: str = "", back: Mapping[str, Any] | None = None, *, of: UUID | None = None
) -> Answer:
    """It is done: a sentence, and how to undo it; a plain form goes back to its week, where the gesture on the
    appointment `of` may be taken back."""
    if for_script(page):
        return Response({"said": SAID[word], "undo": back}, media_type="application/json")
    there = f"/agenda?fait={word}{f'&jour={day}' if day else ''}{f'&rdv={of}' if of and back else ''}{who.query}"
    return page.redirect(there)


def undo(action: str, who: Whose, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The press that takes the last one back: where it goes, and its fields."""
    return {"action": action, "fields": {**fields, **({} if who.own else {"pour": str(who.expert)})}}


def undo_of(appointment_id: UUID, who: Whose) -> dict[str, Any]:
    """The press that takes back what was just said or done of an appointment."""
    return undo(f"/agenda/rendez-vous/{appointment_id}/remettre", who, {})


async def tried(page: Page, act: Awaitable[Answer], again: Callable[[str, int], Awaitable[Answer]]) -> Answer:
    """The answer of `act`; a refusal as a sentence for the script, or above the same form once more."""
    try:
        return await act
    except PeerProblem as error:
        code, status = error.problem.code, error.problem.status
        if status == 401:
            raise
    except Refusal as error:
        code, status = error.code, error.status
        if status == 401:
            raise
    said = sentence(code, status)
    if for_script(page):
        return Response({"said": said, "code": code}, status_code=status, media_type="application/json")
    return await again(said, status)
