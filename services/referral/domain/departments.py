"""The 101 départements: where a caller or an expert is, how far apart, in which region and time zone."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

from contracts.referral import Term

EARTH_RADIUS_KM: Final = 6371.0
START_RADIUS_KM: Final = {"dense": 10.0, "mid": 25.0, "rural": 50.0}
"""How far in-person search starts, by density of the caller's département (referral.md §3.1)."""

ZONES: Final = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "976": "Indian/Mayotte",
}


@dataclass(frozen=True, slots=True)
class Department:
    """`latitude` and `longitude` are those of the préfecture, where most people are; `density` sets the radius."""

    code: str
    name: str
    region: str
    latitude: float
    longitude: float
    density: str

    @property
    def time_zone(self) -> str:
        return ZONES.get(self.code, "Europe/Paris")


_TABLE = """
01 Ain|ARA 46.205 5.225 mid
02 Aisne|HDF 49.564 3.624 rural
03 Allier|ARA 46.566 3.333 rural
04 Alpes-de-Haute-Provence|PAC 44.092 6.236 rural
05 Hautes-Alpes|PAC 44.559 6.079 rural
06 Alpes-Maritimes|PAC 43.703 7.266 mid
07 Ardèche|ARA 44.735 4.599 rural
08 Ardennes|GES 49.762 4.726 rural
09 Ariège|OCC 42.966 1.607 rural
10 Aube|GES 48.297 4.074 rural
11 Aude|OCC 43.213 2.351 rural
12 Aveyron|OCC 44.350 2.575 rural
13 Bouches-du-Rhône|PAC 43.296 5.370 dense
14 Calvados|NOR 49.183 -0.371 mid
15 Cantal|ARA 44.926 2.440 rural
16 Charente|NAQ 45.649 0.156 rural
17 Charente-Maritime|NAQ 46.160 -1.151 mid
18 Cher|CVL 47.083 2.396 rural
19 Corrèze|NAQ 45.267 1.771 rural
2A Corse-du-Sud|COR 41.927 8.735 rural
2B Haute-Corse|COR 42.697 9.450 rural
21 Côte-d'Or|BFC 47.322 5.041 rural
22 Côtes-d'Armor|BRE 48.514 -2.765 rural
23 Creuse|NAQ 46.171 1.871 rural
24 Dordogne|NAQ 45.184 0.721 rural
25 Doubs|BFC 47.238 6.024 mid
26 Drôme|ARA 44.933 4.892 rural
27 Eure|NOR 49.027 1.151 mid
28 Eure-et-Loir|CVL 48.447 1.489 rural
29 Finistère|BRE 47.996 -4.103 mid
30 Gard|OCC 43.837 4.360 mid
31 Haute-Garonne|OCC 43.605 1.444 mid
32 Gers|OCC 43.646 0.586 rural
33 Gironde|NAQ 44.838 -0.579 mid
34 Hérault|OCC 43.611 3.877 mid
35 Ille-et-Vilaine|BRE 48.117 -1.678 mid
36 Indre|CVL 46.811 1.691 rural
37 Indre-et-Loire|CVL 47.394 0.685 mid
38 Isère|ARA 45.188 5.724 mid
39 Jura|BFC 46.675 5.555 rural
40 Landes|NAQ 43.891 -0.500 rural
41 Loir-et-Cher|CVL 47.586 1.335 rural
42 Loire|ARA 45.440 4.387 mid
43 Haute-Loire|ARA 45.043 3.885 rural
44 Loire-Atlantique|PDL 47.218 -1.554 mid
45 Loiret|CVL 47.903 1.909 mid
46 Lot|OCC 44.447 1.441 rural
47 Lot-et-Garonne|NAQ 44.203 0.617 rural
48 Lozère|OCC 44.518 3.501 rural
49 Maine-et-Loire|PDL 47.478 -0.563 mid
50 Manche|NOR 49.116 -1.091 rural
51 Marne|GES 48.957 4.365 rural
52 Haute-Marne|GES 48.111 5.139 rural
53 Mayenne|PDL 48.073 -0.769 rural
54 Meurthe-et-Moselle|GES 48.692 6.184 mid
55 Meuse|GES 48.772 5.161 rural
56 Morbihan|BRE 47.658 -2.761 mid
57 Moselle|GES 49.119 6.176 mid
58 Nièvre|BFC 46.990 3.159 rural
59 Nord|HDF 50.629 3.057 dense
60 Oise|HDF 49.430 2.081 mid
61 Orne|NOR 48.433 0.091 rural
62 Pas-de-Calais|HDF 50.291 2.778 mid
63 Puy-de-Dôme|ARA 45.777 3.087 rural
64 Pyrénées-Atlantiques|NAQ 43.295 -0.371 rural
65 Hautes-Pyrénées|OCC 43.233 0.078 rural
66 Pyrénées-Orientales|OCC 42.699 2.895 mid
67 Bas-Rhin|GES 48.573 7.752 mid
68 Haut-Rhin|GES 48.079 7.359 mid
69 Rhône|ARA 45.764 4.836 dense
70 Haute-Saône|BFC 47.620 6.156 rural
71 Saône-et-Loire|BFC 46.307 4.829 rural
72 Sarthe|PDL 48.006 0.199 rural
73 Savoie|ARA 45.565 5.918 rural
74 Haute-Savoie|ARA 45.899 6.129 mid
75 Paris|IDF 48.857 2.352 dense
76 Seine-Maritime|NOR 49.443 1.099 mid
77 Seine-et-Marne|IDF 48.540 2.660 mid
78 Yvelines|IDF 48.801 2.130 dense
79 Deux-Sèvres|NAQ 46.323 -0.465 rural
80 Somme|HDF 49.894 2.296 mid
81 Tarn|OCC 43.928 2.148 rural
82 Tarn-et-Garonne|OCC 44.018 1.355 rural
83 Var|PAC 43.125 5.930 mid
84 Vaucluse|PAC 43.949 4.806 mid
85 Vendée|PDL 46.670 -1.427 mid
86 Vienne|NAQ 46.580 0.340 rural
87 Haute-Vienne|NAQ 45.834 1.262 rural
88 Vosges|GES 48.173 6.450 rural
89 Yonne|BFC 47.798 3.573 rural
90 Territoire de Belfort|BFC 47.638 6.863 mid
91 Essonne|IDF 48.629 2.429 dense
92 Hauts-de-Seine|IDF 48.892 2.207 dense
93 Seine-Saint-Denis|IDF 48.908 2.440 dense
94 Val-de-Marne|IDF 48.791 2.463 dense
95 Val-d'Oise|IDF 49.036 2.063 dense
971 Guadeloupe|971 15.996 -61.732 mid
972 Martinique|972 14.604 -61.067 dense
973 Guyane|973 4.938 -52.335 rural
974 La Réunion|974 -20.882 55.450 dense
976 Mayotte|976 -12.781 45.228 dense
"""


def _department(line: str) -> Department:
    head, tail = line.split("|")
    code, _, name = head.partition(" ")
    region, latitude, longitude, density = tail.split()
    return Department(code, name.replace("'", "’"), region, float(latitude), float(longitude), density)


DEPARTMENTS: Final = {department.code: department for department in map(_department, _TABLE.strip().splitlines())}

FREQUENT: Final = frozenset({"75", "92", "93", "94", "59", "69", "13"})
"""The most populous: chips on the sheet (30 % of the calls of 2020 came from Île-de-France)."""


def terms() -> list[Term]:
    """Départements as the sheet lists them: the most frequent first, then by code."""
    listed = [Term(code=each.code, label=each.name, frequent=each.code in FREQUENT) for each in DEPARTMENTS.values()]
    return sorted(listed, key=lambda term: (not term.frequent, term.code))


def kilometres(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Great-circle distance (haversine)."""
    north, east = radians(to_latitude - latitude), radians(to_longitude - longitude)
    chord = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(to_latitude)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def time_zone(code: str | None) -> str:
    """The zone of a département; mainland time when it is not known."""
    return ZONES.get(code or "", "Europe/Paris")
