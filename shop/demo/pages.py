"""The demo's pages of text. Each says that it belongs to a demo: nobody shall take it for a promise."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.content import sanitize_html
from shop.models import Page

_DEMO = (
    "<p><strong>This is a demo shop. Nothing here is sold, sent or charged, and this text binds nobody.</strong></p>"
)


@dataclass(frozen=True, slots=True)
class DemoPage:
    """``body`` follows on the sentence that this is a demo."""

    slug: str
    title: str
    body: str


PAGES = [
    DemoPage(
        "shipping-and-returns",
        "Shipping and returns",
        "<h2>Shipping</h2><p>A real shop tells here where it sends to, what delivery costs and how long it takes. In "
        "the demo an emulated supplier delivers within a minute, with tracking on the order's page.</p>"
        "<h2>Returns</h2><p>A real shop tells here how long things may be sent back, where to and who pays for it.</p>",
    ),
    DemoPage(
        "privacy",
        "Privacy",
        "<p>A real shop tells here what it keeps about you, why, for how long, and who else sees it: the supplier that "
        "sends the parcel, the payment provider, the carrier.</p><p>The demo keeps what you type on the machine it "
        "runs on. Do not type anything real. It sets a cookie for your basket and one for the country you choose.</p>",
    ),
    DemoPage(
        "terms",
        "Terms",
        "<p>A real shop tells here when a purchase is made, what the prices contain, and which law applies.</p>",
    ),
    DemoPage(
        "contact",
        "Contact",
        "<p>A real shop tells here how to reach it and when it answers. There is nobody to reach in a demo.</p>",
    ),
    DemoPage(
        "who-sells",
        "Who sells here",
        "<p>A real shop tells here who is behind it: name, address, register and tax numbers where the law asks for "
        "them. Behind a demo there is nobody: it runs on the machine of whoever tries it.</p>",
    ),
]


def demo_texts() -> dict[str, tuple[str, str]]:
    """Slug -> title and whole text of each page, as they are stored."""
    return {page.slug: (page.title, sanitize_html(_DEMO + page.body)) for page in PAGES}


def load_demo_pages() -> int:
    """Fill the drafts that nobody has touched and add what is missing; how many pages there were."""
    count = 0
    present = {page.slug: page for page in Page.objects.all()}
    for position, (slug, (title, body_html)) in enumerate(demo_texts().items(), 1):
        values = {"title": title, "body_html": body_html, "is_published": True}
        draft = present.get(slug)
        if draft is None:
            Page.objects.create(slug=slug, position=position, **values)
            count += 1
        elif (draft.title, draft.body_html, draft.is_published) == (title, "", False):
            # An empty draft under its first title is what the shop began with.
            Page.objects.filter(pk=draft.pk).update(**values)
            count += 1
    return count
