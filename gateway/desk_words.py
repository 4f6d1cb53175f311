"""What the desk says of itself in French: states, calls counted apart, consents, and what is said aloud first."""

from typing import Final

STATES: Final = {
    "available": "Disponible",
    "in_call": "En appel",
    "writing": "J’écris",
    "pause": "Pause",
}
CHOSEN_STATES: Final = ("available", "writing", "pause")
"""Those that one says; a call says the other by itself."""
NON_DATA: Final = {
    "silent": "Silencieux",
    "wrong_number": "Faux numéro",
    "hung_up": "Raccroché",
    "not_for_us": "Pas pour nous",
    "abusive": "Malveillant",
    "test": "Essai",
}
NOTICE: Final = (
    "Cet échange est confidentiel, et la conversation n’est pas enregistrée. Je ne demande ni nom ni numéro. "
    "J’écris quelques notes pour vous orienter : vous pouvez les faire effacer. "
    "Si votre vie est en danger, j’appelle les secours, en vous le disant."
)
"""Said aloud in fifteen seconds, when a call begins."""
CONSENTS: Final = {
    "share_sheet": ("Partager la fiche", "Le professionnel peut-il lire ce que j’ai noté pour vous ?"),
    "share_channel": ("Donner de quoi joindre", "Le professionnel peut-il avoir de quoi vous joindre ?"),
    "be_called": ("Être rappelée", "Pouvons-nous vous rappeler si nous sommes coupés, ou si un rendez-vous change ?"),
    "follow_up": ("Prendre des nouvelles", "Pouvons-nous vous demander, plus tard, comment cela s’est passé ?"),
    "statistics": ("Compter cet appel", "Pouvons-nous compter cet appel, sans rien qui vous désigne ?"),
}
"""Scope: its name on the page, and the sentence to say."""
STATUSES: Final = {
    "draft": "Brouillon",
    "ready": "À placer",
    "offered": "Proposée",
    "waitlisted": "En liste d’attente",
    "escalated": "Chez la coordination",
    "accepted": "Acceptée, sans rendez-vous",
    "booked": "Rendez-vous pris",
    "engaged": "Rencontre commencée",
    "completed": "Terminée",
    "lost": "Sans suite",
    "cancelled_by_caller": "Arrêtée par la personne",
    "cancelled_by_line": "Arrêtée par la ligne",
    "entered_in_error": "Créée par erreur",
}
