"""The demo's pages of text in German, by slug. Each says that it belongs to a demo, as in English."""

from __future__ import annotations

_DEMO = (
    "<p><strong>Dies ist ein Demo-Shop. Hier wird nichts verkauft, versandt oder abgebucht, und dieser Text bindet "
    "niemanden.</strong></p>"
)

#: Slug -> (title, what follows on the sentence that this is a demo).
_PAGES = {
    "shipping-and-returns": (
        "Versand und Rückgabe",
        "<h2>Versand</h2><p>Ein echter Shop sagt hier, wohin er liefert, was der Versand kostet und wie lange er "
        "dauert. In der Demo liefert ein nachgebildeter Lieferant binnen einer Minute; die Sendung verfolgen Sie auf "
        "der Seite Ihrer Bestellung.</p>"
        "<h2>Rückgabe</h2><p>Ein echter Shop sagt hier, wie lange Sie Waren zurücksenden können, wohin, und wer das "
        "bezahlt.</p>",
    ),
    "privacy": (
        "Datenschutz",
        "<p>Ein echter Shop sagt hier, was er über Sie speichert, warum, wie lange, und wer es sonst noch sieht: der "
        "Lieferant, der das Paket versendet, der Zahlungsdienst, der Zustelldienst.</p><p>Die Demo speichert, was Sie "
        "eingeben, auf dem Rechner, auf dem sie läuft. Geben Sie nichts Echtes ein. Sie setzt ein Cookie für Ihren "
        "Warenkorb und eines für das Land, das Sie wählen.</p>",
    ),
    "terms": (
        "Allgemeine Geschäftsbedingungen",
        "<p>Ein echter Shop sagt hier, wann ein Kauf zustande kommt, was die Preise enthalten und welches Recht "
        "gilt.</p>",
    ),
    "contact": (
        "Kontakt",
        "<p>Ein echter Shop sagt hier, wie Sie ihn erreichen und wann er antwortet. In einer Demo ist niemand zu "
        "erreichen.</p>",
    ),
    "who-sells": (
        "Impressum",
        "<p>Ein echter Shop sagt hier, wer dahintersteht: Name, Anschrift, Register- und Steuernummern, wo das Gesetz "
        "sie verlangt. Hinter einer Demo steht niemand: Sie läuft auf dem Rechner dessen, der sie ausprobiert.</p>",
    ),
}

#: Slug -> (title, whole text).
PAGES = {slug: (title, _DEMO + body) for slug, (title, body) in _PAGES.items()}
