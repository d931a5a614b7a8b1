"""German texts of the demo's lamps, candles and things for the desk, by slug."""

from __future__ import annotations

from shop.demo.german.texts import ProductText

PRODUCTS = {
    "dome-pendant": ProductText(
        title="Pendelleuchte Kuppel",
        summary="Eine Kuppel aus gedrücktem Metall, innen hell, die warmes Licht über den Tisch gießt.",
        paragraphs=(
            "Aus einem einzigen Aluminiumblech gedrückt und fein matt pulverbeschichtet. Die helle Innenseite macht "
            "das Licht weich, bevor es den Tisch erreicht.",
            "Hängen Sie eine über die Leseecke oder drei in einer Reihe über den Esstisch. Das Textilkabel ist 1,5 m "
            "lang und lässt sich leicht kürzen.",
        ),
        material="pulverbeschichtetes Aluminium, Textilkabel, Fassung E27",
        size="30 cm oder 40 cm Durchmesser",
        care="mit einem trockenen Tuch abstauben; Leuchtmittel nicht enthalten",
    ),
    "mushroom-lamp": ProductText(
        title="Tischleuchte Pilz",
        summary="Eine weiche, runde Leuchte mit verborgenem Dimmer und einem Schein wie am späten Nachmittag.",
        paragraphs=(
            "Zwei einfache Formen, ein gewölbter Schirm und ein sich verjüngender Fuß, in einer matten Farbe. Der "
            "Berührungsdimmer unter dem Schirm reicht von hell genug zum Lesen bis kaum noch da.",
            "Sie wird über USB-C betrieben und passt damit ins Bücherregal, neben das Bett und auf die Fensterbank.",
        ),
        material="pulverbeschichteter Stahl, opaler Diffusor",
        size="27 cm hoch, 22 cm Durchmesser",
        care="mit einem trockenen Tuch abstauben; LED enthalten, 2700 K",
    ),
    "soy-candle": ProductText(
        title="Sojakerze im Glas",
        summary="Eine Sojakerze für vierzig Stunden, gegossen in ein getöntes Glas, das Sie behalten möchten.",
        paragraphs=(
            "In kleinen Mengen von Hand gegossen, aus Sojawachs mit Baumwolldocht. Zeder ist trocken und holzig, Feige "
            "grün und leicht süß, Meersalz riecht nach offenem Fenster.",
            "Ist sie abgebrannt, spülen Sie das Glas mit heißem Wasser aus und nehmen es für Stifte oder als "
            "Wasserglas.",
        ),
        material="Sojawachs, Baumwolldocht, getöntes Glas",
        size="9 cm hoch, 8 cm Durchmesser, 220 g, etwa 40 Stunden",
        care="Docht auf 5 mm kürzen; nie unbeaufsichtigt brennen lassen",
    ),
    "arc-desk-lamp": ProductText(
        title="Schreibtischleuchte Bogen",
        summary="Eine schlanke Arbeitsleuchte mit Gegengewicht am Arm und einem kleinen, gut gerichteten Schirm.",
        paragraphs=(
            "Der Arm lässt sich an zwei Stellen schwenken und bleibt genau dort, wo Sie ihn lassen. Der schwere Fuß "
            "steht auch an der Tischkante sicher; der Schirm dreht sich so, dass er das Blatt beleuchtet und nicht "
            "Ihre Augen.",
            "Drei Helligkeitsstufen an einem leisen Druckschalter.",
        ),
        material="pulverbeschichteter Stahl, Gelenke aus Messing",
        size="46 cm hoch, Fuß 16 cm Durchmesser",
        care="mit einem trockenen Tuch abstauben; LED enthalten, 3000 K",
    ),
    "cloth-notebook": ProductText(
        title="Notizbuch mit Leineneinband",
        summary="Ein flach aufliegendes Notizbuch in Buchleinen, mit Lesebändchen und 192 Seiten, die Füllertinte "
        "vertragen.",
        paragraphs=(
            "In Lagen geheftet, sodass es auf der ersten und auf der letzten Seite flach aufliegt. Der Einband ist "
            "echtes Buchleinen ohne Folie, das Lesebändchen im passenden Ton.",
            "Das Papier ist warm elfenbeinfarben und so kräftig, dass die Tinte auf ihrer Seite bleibt.",
        ),
        material="Buchleinen, elfenbeinfarbenes Papier mit 100 g/m², Satinband",
        size="A5 (14,8 × 21 cm), 192 Seiten; Punktraster oder liniert",
        care="trocken halten, großzügig füllen",
    ),
    "brass-pen": ProductText(
        title="Sechskantiger Messingstift",
        summary="Ein sechskantiger Tintenroller aus massivem Metall, der nicht vom Tisch rollt.",
        paragraphs=(
            "Aus dem vollen Stab gedreht und gefräst, mit seidenmatter Oberfläche, die dort nachdunkelt, wo Ihre "
            "Finger liegen. Die Kappe sitzt hinten mit einem leisen Klick.",
            "Für übliche Tintenroller-Minen; eine schwarze Mine liegt bei.",
        ),
        material="massives Messing oder Messing mit schwarzer Beschichtung",
        size="13,4 cm mit Kappe, 38 g",
        care="polieren oder altern lassen",
    ),
    "felt-desk-mat": ProductText(
        title="Schreibtischunterlage aus Wollfilz mit pflanzlich gegerbter Lederkante, Korkunterseite und angenähter "
        "Stiftschlaufe für Tastatur, Laptop und lange Arbeitstage",
        summary="Eine dichte Filzunterlage, die die Tastatur leiser, die Handgelenke wärmer und den Tisch "
        "aufgeräumter macht.",
        paragraphs=(
            "Gepresster Wollfilz, drei Millimeter stark, mit einer angenähten Lederkante an einer Seite und Kork "
            "darunter, damit sie auf Glas ebenso liegen bleibt wie auf Lack.",
            "Sie dämpft die Tastatur spürbar und gibt einem müden Schreibtisch eine ruhige Mitte.",
        ),
        material="Filz aus Wollmischung, pflanzlich gegerbtes Leder, Kork",
        size="Normal 60 × 30 cm, Breit 90 × 40 cm",
        care="mit einer trockenen Bürste ausbürsten; Flecken mit einem feuchten Tuch abnehmen",
    ),
    "quiet-wall-clock": ProductText(
        title="Leise Wanduhr",
        summary="Eine Uhr, die fast rahmenlos wirkt, mit gleitendem Zeiger und ohne ein einziges Ticken.",
        paragraphs=(
            "Ein Rand aus massivem Holz, ein schlichtes Zifferblatt mit feinen Strichen und ein Uhrwerk, das gleitet, "
            "statt zu ticken. Vom anderen Ende des Zimmers gut abzulesen, die übrige Zeit leicht zu übersehen.",
            "Sie hängt an einer Schraube und läuft mit einer einzigen AA-Batterie etwa ein Jahr.",
        ),
        material="Holzrand, Acrylglas, geräuschloses Quarzwerk",
        size="30 cm Durchmesser, 4,2 cm tief",
        care="mit einem weichen Tuch abstauben; Batterie nicht enthalten",
    ),
    "oak-desk-tray": ProductText(
        title="Schreibtischschale aus Eiche",
        summary="Eine flache Eichenschale mit drei Mulden für Stifte, Klammern und das Telefon, das Sie gerade "
        "nicht beachten.",
        paragraphs=(
            "Aus einem Block Eiche gefräst, mit weichen Innenecken, in denen sich nichts versteckt. In die lange Mulde "
            "kommen Stifte, in die quadratischen Schlüssel, Klammern und Münzen.",
            "Eine Korkplatte an der Unterseite schont den Tisch.",
        ),
        material="massive Eiche, Kork",
        size="26 × 15 × 2,6 cm",
        care="mit einem trockenen Tuch abwischen; einmal im Jahr ölen",
    ),
}
