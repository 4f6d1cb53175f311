"""The sentences of an urgent action: what to say to the 15, whose line to dial, to whom one hands over."""

from collections.abc import Mapping
from typing import Final

from contracts.on_call import SamuLine
from contracts.urgent import UrgentAction, UrgentDetails

HANDED_OVER: Final[Mapping[str, str]] = {
    "15": "le 15 (SAMU)",
    "3114": "le 3114",
    "17": "le 17",
    "112": "le 112",
    "relative": "un proche, sur place",
    "on_site": "quelqu’un sur place",
    "on_call": "l’astreinte",
}
REASONS: Final[Mapping[str, str]] = {
    "rescue_asks": "Les secours le demandent",
    "person_asks": "La personne le demande",
    "review": "Relecture de l’équipe",
    "authority": "Demande d’une autorité",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "pending": "en cours",
    "taken": "sans réponse pour l’instant",
    "refused": "non parti",
    "unanswered": "sans réponse",
    "acknowledged": "a répondu",
}
CHANNELS: Final[Mapping[str, str]] = {"voice": "appel", "sms": "SMS", "push": "notification"}
STATES: Final[Mapping[str, str]] = {
    "triggered": "L’alerte est partie",
    "acknowledged": "L’astreinte a l’alerte",
    "handed_over": "Relais pris, à confirmer",
    "confirmed": "Relais confirmé",
    "ended": "Terminée, à relire par une deuxième personne",
    "closed": "Close à deux",
    "called_back": "Levée",
}


def to_say(known: UrgentDetails, line: SamuLine | None) -> list[str]:
    """What to say to the 15, sentence by sentence, from what is known and nothing else."""
    said = ["J’appelle pour une personne en danger immédiat."]
    if known.first_name:
        said.append(f"Son prénom : {known.first_name}.")
    where = ", ".join(part for part in (known.place, line and f"{line.name} ({line.department})") if part)
    if where:
        said.append(f"Elle se trouve : {where}.")
    if known.call_back_number:
        said.append(f"On peut la rappeler au {known.call_back_number}.")
    if known.means:
        said.append(f"À portée de main : {known.means}.")
    said.append("Elle est en ligne avec notre équipe. Je reste avec elle.")
    return said


def to_ask(known: UrgentDetails, department: str | None) -> list[str]:
    """What is still to be asked, the most needed first."""
    wanted = (
        (known.place, "où elle est"),
        (department, "dans quel département"),
        (known.call_back_number, "à quel numéro la rappeler"),
        (known.means, "ce qu’elle a à portée"),
        (known.first_name, "son prénom"),
    )
    return [words for value, words in wanted if not value]


def whose_line(department: str | None, line: SamuLine | None) -> str:
    """What to dial for the person's own SAMU, in a sentence."""
    if line is not None and line.number:
        return f"SAMU du {line.department}, ligne directe : "
    if department:
        return f"Composez le 15 et demandez le SAMU du {department}."
    return "Composez le 15 et demandez le SAMU du département où est la personne."


def state(action: UrgentAction) -> str:
    """Where it stands, in a few words."""
    return STATES.get(action.status, action.status)
