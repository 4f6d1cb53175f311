"""Whose public holidays an agenda keeps: the regions that may be chosen, with their French names."""

from typing import Final

HOLIDAY_REGIONS: Final = {
    "metropole": "France métropolitaine",
    "alsace-moselle": "Alsace-Moselle",
    "971": "Guadeloupe",
    "972": "Martinique",
    "973": "Guyane",
    "974": "La Réunion",
    "975": "Saint-Pierre-et-Miquelon",
    "976": "Mayotte",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "984": "Terres australes et antarctiques",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
}
