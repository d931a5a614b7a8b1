"""German texts of the demo's categories, by slug, and of its option words."""

from __future__ import annotations

#: Slug -> (name, description).
CATEGORIES = {
    "kitchen-table": ("Küche & Tisch", "Steinzeug, Eiche und Leinen für langes Frühstück und späte Abendessen."),
    "bed-bath": (
        "Bett & Bad",
        "Gewaschenes Leinen, Waffelbaumwolle und ruhige Farben für die Räume, in denen der Tag beginnt und endet.",
    ),
    "lighting": ("Licht", "Warmes Licht für den Abend: Pendelleuchten, Tischleuchten und Kerzen."),
    "desk-office": (
        "Schreibtisch & Büro",
        "Gutes Papier, massives Messing und Filz: kleine Dinge, mit denen die Arbeit ruhiger wird.",
    ),
    "outdoor-garden": ("Balkon & Garten", "Töpfe, Kannen und Laternen für Balkon, Terrasse und Fensterbank."),
    "travel-carry": ("Unterwegs", "Canvas, Stahl und gewachster Stoff, gemacht für jeden Tag."),
}

#: Names and values of options. Measures stand here too: staff see in one list that nothing is left out.
WORDS = {
    "Color": "Farbe",
    "Diameter": "Durchmesser",
    "Length": "Länge",
    "Ruling": "Lineatur",
    "Scent": "Duft",
    "Size": "Größe",
    "Volume": "Volumen",
    # Colors
    "Bone": "Elfenbein",
    "Brass": "Messing",
    "Camel": "Karamell",
    "Chalk": "Kreide",
    "Charcoal": "Anthrazit",
    "Clay": "Ton",
    "Coral": "Koralle",
    "Cream": "Creme",
    "Dusk Blue": "Dämmerblau",
    "Flax": "Flachs",
    "Forest": "Waldgrün",
    "Graphite": "Graphit",
    "Ink": "Tinte",
    "Ink Blue": "Tintenblau",
    "Linen White": "Leinenweiß",
    "Matt Black": "Mattschwarz",
    "Natural": "Natur",
    "Navy": "Marineblau",
    "Oak": "Eiche",
    "Oat": "Hafer",
    "Ocean": "Ozean",
    "Ochre": "Ocker",
    "Olive": "Oliv",
    "Rust": "Rost",
    "Sage": "Salbei",
    "Sand": "Sand",
    "Sky": "Himmelblau",
    "Slate": "Schiefer",
    "Stone": "Stein",
    "Terracotta": "Terrakotta",
    "Walnut": "Nussbaum",
    "White": "Weiß",
    # Sizes and lengths
    "Bath": "Badetuch",
    "Double": "Doppelbett",
    "Hand": "Handtuch",
    "Large": "Groß",
    "Long": "Lang",
    "Medium": "Mittel",
    "Regular": "Normal",
    "Single": "Einzelbett",
    "Small": "Klein",
    "Standard": "Normal",
    "Wide": "Breit",
    # Scents
    "Cedar": "Zeder",
    "Fig": "Feige",
    "Sea Salt": "Meersalz",
    # Rulings
    "Dotted": "Punktraster",
    "Lined": "Liniert",
    # Measures
    "18 L": "18 l",
    "24 L": "24 l",
    "30 cm": "30 cm",
    "40 cm": "40 cm",
    "45 cm": "45 cm",
    "60 cm": "60 cm",
    "500 ml": "500 ml",
    "750 ml": "750 ml",
}
