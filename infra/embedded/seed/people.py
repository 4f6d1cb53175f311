"""Invented people: first names and surnames of every corner of the country, and the towns where they practise."""

FIRST_NAMES = {
    "f": (
        "Claire Samira Hélène Aïcha Camille Sophie Nathalie Isabelle Marion Julie Céline Fatou Leïla Anne Mathilde "
        "Émilie Valérie Sandrine Pauline Chloé Yasmine Florence Agnès Christelle Delphine Maëlle Gaëlle Nolwenn Rozenn "
        "Inès Lucie Margaux Élodie Virginie Laurence Estelle Noémie Solène Mélanie Audrey Caroline Charlotte Corinne "
        "Cécile Élise Emma Fabienne Jeanne Juliette Karine Linda Louise Manon Marine Myriam Nadia Odile Patricia Rachel "
        "Sabrina Sarah Stéphanie Sylvie Véronique Viviane Zoé Bérénice Clémence Éléonore Héloïse Maud Oriane Typhaine"
    ).split(),
    "m": (
        "Yann Paul Marc Thomas Nicolas Julien Mehdi Karim Olivier Pierre Antoine Mathieu Guillaume Vincent Laurent "
        "Sébastien David Alexandre Hugo Maxime Amadou Youssef Bruno Cédric Damien Emmanuel Fabrice Florian François "
        "Gilles Grégory Hervé Jérôme Loïc Ludovic Malo Michel Nathan Pascal Quentin Raphaël Rémi Romain Simon Stéphane "
        "Sylvain Thierry Tristan Victor William Xavier Yves Erwan Bastien Gaspard Idriss Jonas Kévin Léo Martin"
    ).split(),
}
SURNAMES = (
    "Morvan Haddad Etcheverry Diallo Bernard Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre "
    "Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Faure "
    "Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas "
    "Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun "
    "Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy "
    "Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois "
    "Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger "
    "Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam Paris "
    "Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard Maillard Baron Bertin Bailly Hervé Schneider "
    "Fernandez Le-Goff Collet Léger Bouvier Julien Prévost Millet Perrot Daniel Le-Roux Cousin Germain Breton Besson "
    "Langlois Rémy Le-Gall Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet Hamon Boulanger Jacob "
    "Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin Chauvin Da-Silva "
    "Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine Hoarau Perret Barthélemy Cordier Pichon Lejeune "
    "Gilbert Lamy Delaunay Pasquier Carlier Laporte Benali Traoré Nguyen Cissé Mansouri Belkacem Kaci Ouédraogo Hoareau"
).split()

CITIES = {
    "01": "Bourg-en-Bresse", "02": "Laon", "03": "Moulins", "04": "Digne-les-Bains", "05": "Gap", "06": "Nice",
    "07": "Privas", "08": "Charleville-Mézières", "09": "Foix", "10": "Troyes", "11": "Carcassonne", "12": "Rodez",
    "13": "Marseille", "14": "Caen", "15": "Aurillac", "16": "Angoulême", "17": "La Rochelle", "18": "Bourges",
    "19": "Tulle", "2A": "Ajaccio", "2B": "Bastia", "21": "Dijon", "22": "Saint-Brieuc", "23": "Guéret",
    "24": "Périgueux", "25": "Besançon", "26": "Valence", "27": "Évreux", "28": "Chartres", "29": "Quimper",
    "30": "Nîmes", "31": "Toulouse", "32": "Auch", "33": "Bordeaux", "34": "Montpellier", "35": "Rennes",
    "36": "Châteauroux", "37": "Tours", "38": "Grenoble", "39": "Lons-le-Saunier", "40": "Mont-de-Marsan", "41": "Blois",
    "42": "Saint-Étienne", "43": "Le Puy-en-Velay", "44": "Nantes", "45": "Orléans", "46": "Cahors", "47": "Agen",
    "48": "Mende", "49": "Angers", "50": "Saint-Lô", "51": "Reims", "52": "Chaumont", "53": "Laval", "54": "Nancy",
    "55": "Bar-le-Duc", "56": "Vannes", "57": "Metz", "58": "Nevers", "59": "Lille", "60": "Beauvais", "61": "Alençon",
    "62": "Arras", "63": "Clermont-Ferrand", "64": "Pau", "65": "Tarbes", "66": "Perpignan", "67": "Strasbourg",
    "68": "Colmar", "69": "Lyon", "70": "Vesoul", "71": "Mâcon", "72": "Le Mans", "73": "Chambéry", "74": "Annecy",
    "75": "Paris", "76": "Rouen", "77": "Melun", "78": "Versailles", "79": "Niort", "80": "Amiens", "81": "Albi",
    "82": "Montauban", "83": "Toulon", "84": "Avignon", "85": "La Roche-sur-Yon", "86": "Poitiers", "87": "Limoges",
    "88": "Épinal", "89": "Auxerre", "90": "Belfort", "91": "Évry", "92": "Nanterre", "93": "Bobigny", "94": "Créteil",
    "95": "Cergy", "971": "Pointe-à-Pitre", "972": "Fort-de-France", "973": "Cayenne", "974": "Saint-Denis",
    "976": "Mamoudzou",
}  # fmt: skip

POPULATION = {
    "01": 671, "02": 522, "03": 334, "04": 167, "05": 142, "06": 1115, "07": 335, "08": 266, "09": 156, "10": 312,
    "11": 379, "12": 280, "13": 2070, "14": 704, "15": 144, "16": 352, "17": 668, "18": 299, "19": 240, "2A": 165,
    "2B": 186, "21": 538, "22": 609, "23": 115, "24": 415, "25": 549, "26": 524, "27": 598, "28": 432, "29": 926,
    "30": 763, "31": 1457, "32": 192, "33": 1675, "34": 1217, "35": 1119, "36": 216, "37": 616, "38": 1291, "39": 258,
    "40": 426, "41": 328, "42": 771, "43": 228, "44": 1480, "45": 690, "46": 175, "47": 331, "48": 77, "49": 827,
    "50": 496, "51": 563, "52": 169, "53": 305, "54": 732, "55": 180, "56": 777, "57": 1055, "58": 201, "59": 2611,
    "60": 832, "61": 275, "62": 1459, "63": 667, "64": 698, "65": 231, "66": 492, "67": 1163, "68": 770, "69": 1910,
    "70": 232, "71": 550, "72": 566, "73": 444, "74": 852, "75": 2104, "76": 1258, "77": 1463, "78": 1475, "79": 375,
    "80": 567, "81": 396, "82": 266, "83": 1106, "84": 565, "85": 701, "86": 440, "87": 371, "88": 357, "89": 332,
    "90": 139, "91": 1329, "92": 1648, "93": 1696, "94": 1426, "95": 1273, "971": 384, "972": 356, "973": 295,
    "974": 881, "976": 310,
}  # fmt: skip
"""Inhabitants in thousands, rounded (INSEE, legal populations 2022), to spread experts and calls."""

RURAL_GAPS = frozenset({"15", "23", "48", "52", "55", "58", "70", "09"})
"""Where nobody of the demo has an opening: the gaps that the rural programme is for."""

NICKNAMES = (
    "Alix Ariel Camille Charlie Claude Dominique Eden Élie Gabi Jo Lou Loïs Maé Marlo Max Morgan Noa Robin Sacha Sam "
    "Sasha Stéphane Swann Yaël"
).split()
"""First names chosen by people who call: most are not their own."""
