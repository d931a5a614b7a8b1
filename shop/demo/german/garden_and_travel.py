"""German texts of the demo's products for garden and travel, by slug."""

from __future__ import annotations

from shop.demo.german.texts import ProductText

PRODUCTS = {
    "fluted-planter": ProductText(
        title="Gerillter Pflanztopf",
        summary="Ein sanft gerillter Topf mit verborgenem Untersetzer, für drinnen oder den geschützten Balkon.",
        paragraphs=(
            "Aus leichtem Steinverbund gegossen, mit kreidiger Oberfläche und sanften Rillen. Ein Abflussloch und der "
            "eingelassene Untersetzer halten die Wurzeln gesund und das Regal trocken.",
            "Frostfest bis minus zehn Grad und leicht genug, um mit der Sonne zu wandern.",
        ),
        material="faserverstärkter Steinverbund",
        size="Klein 16 cm, Groß 24 cm am oberen Rand",
        care="abspritzen oder abwischen; Pflanze nicht enthalten",
    ),
    "watering-can": ProductText(
        title="Gießkanne mit langer Tülle",
        summary="Eine schlanke Stahlkanne, die genau dorthin gießt, wohin Sie zielen.",
        paragraphs=(
            "Die lange Tülle reicht hinter Blätter und in Ecken; mit dem hohen Griff gießen Sie ruhig, auch wenn die "
            "Kanne voll ist. Innen und außen pulverbeschichtet, damit sie nicht rostet.",
            "Hübsch genug, um stehen zu bleiben, und nur so werden Pflanzen auch gegossen.",
        ),
        material="pulverbeschichteter Stahl, Griff in Messingoptik",
        size="1,5 Liter, 26 cm hoch",
        care="nach Gebrauch leeren, trocken wischen",
    ),
    "trowel-set": ProductText(
        title="Set aus Handschaufel und Gabel",
        summary="Zwei geschmiedete Handgeräte aus Stahl mit Griffen aus Esche und Lederschlaufen.",
        paragraphs=(
            "Die Schaufel ist schmal für Zwiebeln und Setzlinge, die Gabel kräftig genug für Wurzeln. Beide sind aus "
            "einem Stück Stahl geschmiedet, dessen Angel weit in den Griff reicht.",
            "Geölte Esche fühlt sich auch an einem kalten Morgen warm an, und die Schlaufen halten das Paar am Haken "
            "zusammen.",
        ),
        material="Edelstahl, Eschenholz, Leder",
        size="31 cm und 29 cm lang",
        care="abspülen, trocknen und die Griffe im Winter ölen",
    ),
    "terrace-lantern": ProductText(
        title="Terrassenlaterne",
        summary="Eine verglaste Metalllaterne für Kerzen, mit Klapptür und Tragering.",
        paragraphs=(
            "Vier Scheiben, ein schmaler Rahmen und eine Haube mit Abzug: Der Wind bleibt draußen, das Licht kommt "
            "heraus. Stellen Sie zwei auf die Stufen, oder tragen Sie eine bis ans Ende des Gartens.",
            "Für eine Stumpenkerze bis 8 cm Durchmesser oder eine kleine Lichterkette.",
        ),
        material="pulverbeschichteter Stahl, Glas",
        size="34 cm hoch, Grundfläche 15 cm im Quadrat",
        care="feucht abwischen; bei strengem Frost ins Haus holen",
    ),
    "canvas-tote": ProductText(
        title="Einkaufstasche aus Canvas",
        summary="Eine Tasche für jeden Tag aus schwerem Canvas, mit Ledergriffen und Innentasche.",
        paragraphs=(
            "Sechzehn Unzen schweres Canvas, an den Nähten doppelt gesteppt und an den Griffen vernietet: Sie trägt "
            "die Einkäufe so gern wie den Laptop.",
            "In die Innentasche passen Telefon und Schlüssel; durch den breiten Boden bleibt sie im Zug stehen.",
        ),
        material="Baumwollcanvas (16 oz), Ledergriffe, Messingnieten",
        size="38 × 40 × 12 cm, 16 Liter",
        care="Flecken einzeln entfernen; das Leder ab und zu wachsen",
    ),
    "rolltop-backpack": ProductText(
        title="Rolltop-Rucksack",
        summary="Ein wetterfester Rucksack mit Rollverschluss, gepolstertem Laptopfach und zwei Lederriemen.",
        paragraphs=(
            "Außen gewachste Baumwolle, innen Recyclingfutter und oben ein Rollverschluss, der um ein Drittel wächst, "
            "wenn Sie zu viele Bücher kaufen. Die Riemen schließen mit Messinghaken, die auch mit Handschuhen zu "
            "bedienen sind.",
            "Im gepolsterten Fach hängt ein 15-Zoll-Laptop sicher über dem Boden.",
        ),
        material="gewachste Baumwolle, Futter aus recyceltem Polyester, Leder, Messing",
        size="18 Liter (42 × 28 × 14 cm) oder 24 Liter (48 × 31 × 16 cm)",
        care="Schmutz abbürsten, einmal im Jahr nachwachsen, nie in der Maschine waschen",
    ),
    "steel-bottle": ProductText(
        title="Isolierflasche aus Edelstahl",
        summary="Doppelwandige Edelstahlflasche, hält einen Tag lang kalt und zwölf Stunden heiß.",
        paragraphs=(
            "Vakuumisolierter Stahl mit einer griffigen Pulverbeschichtung, die nicht beschlägt. Auch der Deckel ist "
            "innen aus Stahl, damit Wasser nach Wasser schmeckt.",
            "Die kleine Flasche passt in den Halter am Fahrrad, die große reicht für eine Wanderung.",
        ),
        material="Edelstahl 18/8, Pulverbeschichtung, Deckel mit Bambus",
        size="500 ml (22 cm) oder 750 ml (27 cm)",
        care="von Hand spülen; offen trocknen lassen",
    ),
    "packing-cubes": ProductText(
        title="Packtaschen im Dreierset",
        summary="Drei Taschen mit Reißverschluss, die aus dem Koffer eine Kommode machen.",
        paragraphs=(
            "Leichtes Ripstop-Gewebe mit einem Fenster aus Netz, damit Sie sehen, in welcher Tasche die Socken sind. "
            "Mit den doppelten Reißverschlüssen lassen sie sich ganz aufklappen, am Griff aus Gurtband leicht "
            "herausziehen.",
            "Die drei Größen füllen genau einen Handgepäckkoffer.",
        ),
        material="recyceltes Ripstop-Nylon, Netzgewebe, Gurtband",
        size="36 × 28, 28 × 20 und 20 × 14 cm; Set aus drei Taschen",
        care="kalt im Wäschenetz waschen, tropfnass aufhängen",
    ),
    "walking-umbrella": ProductText(
        title="Stockschirm",
        summary="Ein langer Regenschirm mit Buchengriff und einem Dach, das nicht zusammenzuckt.",
        paragraphs=(
            "Acht Streben aus Fiberglas geben in einer Böe nach und kommen zurück. Das Dach aus dichtem Pongee ist mit "
            "einem Schütteln trocken; der Griff ist aus dampfgebogener Buche, so dünn lackiert, dass Sie das Holz "
            "spüren.",
            "Er öffnet sich auf Knopfdruck und schließt mit einem Band und einem Druckknopf aus Messing.",
        ),
        material="Dach aus Pongee, Streben aus Fiberglas, Griff aus Buche",
        size="88 cm lang, geöffnet 105 cm Durchmesser",
        care="aufgespannt trocknen, geschlossen aufbewahren",
    ),
}
