"""German texts of the demo's products for kitchen, table, bed and bath, by slug."""

from __future__ import annotations

from shop.demo.german.texts import ProductText

PRODUCTS = {
    "stoneware-mug": ProductText(
        title="Steinzeugbecher",
        summary="Ein großzügiger, von Hand glasierter Becher mit rohem Tonfuß und einem Henkel für drei Finger.",
        paragraphs=(
            "Aus schwerem Steinzeug gedreht und in eine weiche, matte Glasur getaucht, die am Rand jedes Bechers ein "
            "wenig anders verläuft. Der Fuß bleibt unglasiert: eine kleine Erinnerung daran, dass er einmal ein "
            "Klumpen Ton war.",
            "Er fasst einen ordentlichen Morgenkaffee mit Platz für Milch, hält ihn beim Lesen warm und lässt sich im "
            "Schrank zu zweit stapeln.",
        ),
        material="Steinzeug, bleifreie matte Glasur",
        size="9,5 cm hoch, 8,5 cm Durchmesser, 350 ml",
        care="für Spülmaschine und Mikrowelle geeignet",
    ),
    "pour-over-carafe": ProductText(
        title="Filterkaffee-Karaffe",
        summary="Taillierte Kaffeekaraffe aus hitzebeständigem Glas mit Manschette aus Eschenholz und Lederband.",
        paragraphs=(
            "Aus einem Stück Borosilikatglas, in der Taille eng gefasst und mit einer gedrechselten Manschette aus "
            "Esche versehen, damit Sie auch heiß eingießen können. Passend für jeden kegelförmigen Papierfilter.",
            "Für vier kleine Tassen oder zwei große, und schön genug, um zwischen zwei Frühstücken auf dem Tisch "
            "stehen zu bleiben.",
        ),
        material="Borosilikatglas, Eschenholz, Lederband",
        size="22 cm hoch, 13 cm Durchmesser, 600 ml",
        care="Manschette abnehmen, dann ins obere Fach der Spülmaschine",
    ),
    "oak-serving-board": ProductText(
        title="Servierbrett aus Eiche",
        summary="Ein Brett mit langem Griff aus geölter Eiche, für Brot, Käse und alles dazwischen.",
        paragraphs=(
            "Aus einer einzigen Bohle langsam gewachsener Eiche geschnitten, die Kanten von Hand gebrochen und mit "
            "lebensmittelechtem Öl behandelt, damit die Maserung seidig bleibt. Wenn Sie es nicht brauchen, hängen "
            "Sie es an seiner Kordel auf.",
            "Auf der einen Seite servieren, auf der anderen schneiden. Mit der Zeit bekommt es Spuren, und sie stehen "
            "ihm gut.",
        ),
        material="massive Eiche, lebensmittelechtes Öl, Baumwollkordel",
        size="Klein 30 × 16 cm, Mittel 38 × 20 cm, Groß 48 × 24 cm; alle 1,8 cm stark",
        care="feucht abwischen, stehend trocknen lassen, alle paar Monate nachölen",
    ),
    "nesting-bowl-set": ProductText(
        title="Stapelbares Schalenset",
        summary="Drei Porzellanschalen, die ineinanderpassen, außen glasiert und innen gesprenkelt.",
        paragraphs=(
            "Eine große Schale für Salat, eine mittlere für Nudeln, eine kleine für Oliven. Ineinandergestellt "
            "brauchen alle drei nur den Platz der größten, und genau das ist die Idee.",
            "Die Glasur ist fein mit Eisen gesprenkelt und am Rand etwas dunkler, sodass jedes Essen darin gut "
            "aussieht.",
        ),
        material="Porzellan mit gesprenkelter Glasur",
        size="13, 17 und 21 cm Durchmesser; Set aus drei Schalen",
        care="für Spülmaschine und Mikrowelle geeignet, im Backofen bis 180 °C",
    ),
    "linen-apron": ProductText(
        title="Leinenschürze",
        summary="Eine Schürze mit gekreuzten Trägern aus schwerem, gewaschenem Leinen, mit einer tiefen Tasche.",
        paragraphs=(
            "Gewebt aus europäischem Flachs, schwer genug, um gut zu fallen, und mit jeder Wäsche weicher. Die langen "
            "Baumwollbänder reichen nach vorn herum, wo Sie ein Geschirrtuch einstecken können.",
            "Die normale Länge endet am Knie; die lange bedeckt auch die Schienbeine, für alle, die töpfern oder beim "
            "Backen gern kleckern.",
        ),
        material="100 % Leinen, 240 g/m²; Messingnieten",
        size="Normal 84 cm, Lang 98 cm; Breite 70 cm",
        care="in der Maschine bei 40 °C waschen, auf der Leine trocknen, bügeln nur, wenn es sein muss",
    ),
    "ribbed-bud-vase": ProductText(
        title="Gerippte Solitärvase",
        summary="Eine schlanke, gerippte Vase für einen einzelnen Stiel oder ein paar trockene Gräser.",
        paragraphs=(
            "Aus feinem Steingut gegossen, mit Rippen, in denen sich das Licht vom Fenster fängt. Der Hals ist eng, "
            "damit auch ein einzelner Zweig gerade steht.",
            "Innen glasiert und wasserdicht, außen matt und kreidig belassen.",
        ),
        material="Steingut, innen glasiert",
        size="21 cm hoch, 11 cm an der breitesten Stelle",
        care="von Hand mit warmem Wasser ausspülen",
    ),
    "linen-cushion": ProductText(
        title="Kissen aus gewaschenem Leinen",
        summary="Ein pralles, federweiches Kissen aus steingewaschenem Leinen mit sauber abgesetztem Stehsaum.",
        paragraphs=(
            "Mit Steinen gewaschen und deshalb vom ersten Abend an weich. Das Gewebe mit kleinen Noppen nimmt die "
            "Farbe auf die schönste Art ungleichmäßig an. Dank des verdeckten Reißverschlusses ist die Rückseite so "
            "ordentlich wie die Vorderseite.",
            "Es kommt gefüllt zu Ihnen, mit einem federnden Füllkissen aus Recyclingfasern, das bis zum Morgen "
            "wieder in Form ist.",
        ),
        material="Bezug aus 100 % gewaschenem Leinen, Füllung aus recyceltem Polyester",
        size="45 × 45 cm oder 60 × 60 cm",
        care="Bezug bei 30 °C in der Maschine waschbar",
    ),
    "waffle-throw": ProductText(
        title="Tagesdecke in Waffelbindung",
        summary="Eine Baumwolldecke mit tiefer Waffelstruktur und von Hand geknüpften Fransen.",
        paragraphs=(
            "In großen Waben gewebt, die warme Luft einschließen: Sie fühlt sich schwerer an, als sie ist. Die "
            "Fransen an beiden Enden sind von Hand geknüpft.",
            "Legen Sie sie ans Fußende des Bettes, oder nehmen Sie sie mit aufs Sofa und geben Sie sie nie wieder her.",
        ),
        material="100 % gekämmte Baumwolle",
        size="Einzelbett 130 × 170 cm, Doppelbett 180 × 220 cm",
        care="kalt in der Maschine waschen, bei niedriger Temperatur im Trockner trocknen",
    ),
    "waffle-towel": ProductText(
        title="Waffelhandtuch",
        summary="Leichtes, schnell trocknendes Baumwolltuch mit Aufhänger.",
        paragraphs=(
            "Die Waffelbindung öffnet sich in der Wäsche, nimmt mehr Wasser auf als ein doppelt so schweres Handtuch "
            "und ist auf der Stange bis zum Mittag wieder trocken.",
            "Mit der Schlaufe aus Baumwolle findet es immer einen Platz zum Hängen.",
        ),
        material="100 % Baumwolle, 280 g/m²",
        size="Handtuch 50 × 90 cm, Badetuch 80 × 150 cm",
        care="bei 60 °C in der Maschine waschen; bitte ohne Weichspüler",
    ),
    "soap-dispenser": ProductText(
        title="Seifenspender aus Steinzeug",
        summary="Eine schwere Flasche aus Steinzeug mit gebürsteter Metallpumpe, für Handseife oder Lotion.",
        paragraphs=(
            "So schwer, dass er beim Drücken nicht rutscht, und mit einer matten Glasur, auf der man keine "
            "Wasserflecken sieht. Die Stahlpumpe ist gebürstet statt glänzend und lässt sich zum Nachfüllen "
            "abschrauben.",
            "Neben der Küchenspüle macht er sich ebenso gut.",
        ),
        material="Steinzeug, Pumpe aus Edelstahl",
        size="18 cm hoch mit Pumpe, 400 ml",
        care="Pumpe einmal im Monat mit warmem Wasser durchspülen",
    ),
    "seagrass-basket": ProductText(
        title="Korb aus Seegras",
        summary="Ein von Hand geflochtener Korb mit weichen Griffen für Handtücher, Spielzeug oder eine große Pflanze.",
        paragraphs=(
            "Gewickelt und vernäht aus natürlichem Seegras, das seinen leichten Duft nach Heu behält. Leer lässt er "
            "sich flach zusammenlegen, gefüllt steht er von selbst.",
            "Keine zwei haben ganz dieselbe Form, und das stört keinen von ihnen.",
        ),
        material="natürliches Seegras",
        size="Klein 24 cm, Mittel 31 cm, Groß 38 cm Durchmesser",
        care="absaugen oder mit einem trockenen Tuch abwischen; vor Nässe schützen",
    ),
}
