"""What an orientation, its offers and its next step are called on the page."""

from typing import Final

KINDS: Final = {
    "care": "Soin",
    "structure": "Structure",
    "service": "Service",
    "advice_sheet": "Fiche conseil",
    "document": "Document",
    "group": "Groupe",
    "material_help": "Aide matérielle",
}
GIVEN: Final = ("advice_sheet", "document", "group", "material_help")
STATUSES: Final = {
    "draft": "en préparation",
    "ready": "à réserver ou à proposer",
    "offered": "proposée, en attente de réponse",
    "waitlisted": "en liste d’attente",
    "escalated": "à la coordination",
    "accepted": "acceptée, une heure à convenir",
    "booked": "rendez-vous pris",
    "engaged": "a eu lieu",
    "completed": "terminée",
    "lost": "perdue de vue",
    "cancelled_by_caller": "retirée par la personne",
    "cancelled_by_line": "retirée par la ligne",
    "entered_in_error": "saisie par erreur",
}
NEXT: Final = {
    "book": "Réserver une heure, ou proposer",
    "answer": "Attendre les réponses",
    "agree": "Convenir d’une heure avec la personne",
    "wait": "Chercher de nouveau une place",
    "coordinate": "Chercher autrement",
    "appointment": "Rendez-vous à venir",
    "outcome": "Dire ce qu’il en est",
    "taken_up": "Dire si la personne a été reçue",
}
OFFERS: Final = {
    "created": "prête",
    "sent": "envoyée",
    "seen": "lue",
    "accepted": "oui",
    "declined": "non",
    "expired": "sans réponse",
    "withdrawn": "pourvue",
}
REASONS: Final = {
    "capacity": "Je n’ai plus de place",
    "competence": "Ce n’est pas ma compétence",
    "conflict": "Je connais la personne ou son employeur",
    "delay": "Le délai ne me convient pas",
    "modality": "Cette façon de se voir ne me convient pas",
    "fee": "Question de tarif",
    "other": "Autre raison",
}
REASONS_SHORT: Final = {
    "capacity": "plus de place",
    "competence": "hors compétence",
    "conflict": "conflit",
    "delay": "délai",
    "modality": "modalité",
    "fee": "tarif",
    "other": "autre raison",
    "taken": "pourvue",
    "booked": "rendez-vous pris",
    "person": "pas cette personne",
    "place": "pas ce lieu",
    "price": "pas ce prix",
    "help": "pas cette aide",
}
CALLER_REFUSALS: Final = {
    "person": "pas cette personne",
    "place": "pas ce lieu",
    "price": "pas ce prix",
    "delay": "pas ce délai",
    "help": "pas cette aide",
}
CAUSES: Final = {
    "created": "ouverte",
    "submitted": "prête à être confiée",
    "offered": "proposée",
    "waitlisted": "mise en liste d’attente",
    "nobody_left": "plus personne à qui proposer",
    "handed_to_coordination": "confiée à la coordination",
    "given": "remise pendant l’appel",
    "accepted": "acceptée",
    "not_booked_in_time": "aucune heure convenue à temps",
    "refused_by_caller": "la personne préfère autre chose",
    "taken_up": "la personne a été reçue",
    "booked": "rendez-vous pris",
    "moved": "rendez-vous déplacé",
    "booked_again": "autre rendez-vous pris",
    "cancelled_by_person": "rendez-vous annulé par la personne",
    "cancelled_by_expert": "rendez-vous annulé par le professionnel",
    "cancelled_by_staff": "rendez-vous annulé par la ligne",
    "no_show": "personne n’est venu",
    "not_missed": "l’absence avait été notée par erreur",
    "lost": "perdue de vue",
    "attended": "a eu lieu",
    "outcome": "terminée",
    "passed_on": "réorientée",
    "withdrawn_by_caller": "retirée par la personne",
    "withdrawn_by_line": "retirée par la ligne",
    "reopened": "rouverte",
    "made_by_mistake": "saisie par erreur",
}
WINDOWS: Final = {
    "morning": "le matin",
    "afternoon": "l’après-midi",
    "evening": "le soir",
    "night": "la nuit",
    "weekend": "le week-end",
}
"""When a person can, as their sheet says it."""
STANDINGS: Final = {"booked": "prévu", "attended": "a eu lieu", "missed": "personne n’est venu", "cancelled": "annulé"}
CANCELLED_BY: Final = {"person": " par la personne", "expert": " par le professionnel", "staff": " par la ligne"}
MAY_REACH: Final = {
    "call": "elle accepte d’être appelée",
    "message": "elle accepte un message",
    "nothing": "elle ne souhaite pas être jointe",
}
HOW: Final = {"video": "visio", "phone": "téléphone", "in_person": "au cabinet"}
LEVELS: Final = {
    1: "Information",
    2: "Souffrance modérée",
    3: "Souffrance forte",
    4: "Idées suicidaires",
    5: "Passage à l’acte imminent",
}
OUTCOMES: Final = {
    "reached": "Personne jointe",
    "message": "Message laissé",
    "unreachable": "Injoignable, comme convenu",
    "not_needed": "Plus nécessaire",
}
WHAT_ENDS: Final = frozenset({"completed", "lost", "cancelled_by_caller", "cancelled_by_line", "entered_in_error"})
