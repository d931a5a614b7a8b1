"""One mail when something that is sold out can be had again, to customers and to visitors alike.

Whoever types an address has to prove it by a link in a mail (double opt-in). The row is the queue: the sweep looks for
watches whose variant is available again, so nothing in the catalogue needs to know of them.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from catalog.models import Listing, Product, Variant
from catalog.translations import sold_titles, spoken_language
from shop import outbox
from shop.accounts.models import StockWatch
from shop.accounts.orders import confirmed_addresses

logger = logging.getLogger(__name__)

#: One question to an address about one variant in this time, however often the form is sent.
PAUSE = timedelta(minutes=15)
#: A question that is not answered by then is forgotten, and so is a watch that was.
_KEPT = timedelta(days=3)
#: A mail's link works that long; afterwards what it is about is long gone.
_LINK_DAYS = 400
_SALT = "shop.stock-watch"
#: So many watches one address may keep; beyond that asking does nothing.
_MAX_WATCHES = 50


def watch(variant: Variant, *, email: str, user: User | None = None) -> None:
    """Have ``email`` told once when ``variant`` is available again.

    At once if it is a confirmed address of ``user``; else after its owner has agreed by the mail that goes to it. What
    was asked before is never told.
    """
    email = email.strip().lower()
    now = timezone.now()
    language = get_language() or ""
    is_proven = user is not None and email in confirmed_addresses(user)
    with transaction.atomic():
        present = StockWatch.objects.filter(variant=variant, email=email)
        if not present.exists() and StockWatch.objects.filter(email=email).count() >= _MAX_WATCHES:
            logger.info("stock watch: an address waits for too much")
            return
        row, _is_new = StockWatch.objects.get_or_create(variant=variant, email=email)
        if is_proven:
            present.update(user=user, confirmed_at=now, mailed_at=None, created_at=now, language=language)
        elif row.confirmed_at is None or row.mailed_at is not None:
            can_ask = Q(asked_at__isnull=True) | Q(asked_at__lt=now - PAUSE)
            asked = {"asked_at": now, "confirmed_at": None, "mailed_at": None, "created_at": now, "language": language}
            if present.filter(can_ask).update(**asked):
                _ask(present.select_related("variant__product").get())


def confirm(token: str) -> StockWatch | None:
    """Agree to the mail that ``token`` is about, which came with a question to that address. None if it ended."""
    row = find(token)
    if row is None:
        return None
    StockWatch.objects.filter(pk=row.pk, confirmed_at=None).update(confirmed_at=timezone.now())
    return row


def stop(token: str) -> None:
    """Forget the watch behind ``token``; stopping again is nothing."""
    row = find(token)
    if row is not None:
        row.delete()


def find(token: str) -> StockWatch | None:
    """The watch that a link in a mail is about."""
    try:
        watch_id, email_hash = signing.loads(token, salt=_SALT, max_age=timedelta(days=_LINK_DAYS))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    row = StockWatch.objects.select_related("variant__product").filter(pk=watch_id).first()
    # Numbers of deleted rows may come back: the link belongs to this address only.
    return row if row is not None and _fingerprint(row) == email_hash else None


def token_of(row: StockWatch) -> str:
    """What stands in the links of a mail to the watch's address."""
    return signing.dumps([row.pk, _fingerprint(row)], salt=_SALT)


def due() -> list[int]:
    """Ids of watches whose variant can be had again, oldest first."""
    listings = Listing.objects.filter(
        Q(stock__isnull=True) | Q(stock__gte=F("quantity_per_unit")), variant=OuterRef("variant"), is_active=True
    )
    waiting = StockWatch.objects.filter(
        Exists(listings),
        confirmed_at__isnull=False,
        mailed_at__isnull=True,
        variant__is_active=True,
        variant__product__status=Product.Status.ACTIVE,
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:200])


def tell(watch_id: int) -> bool:
    """Send the one mail of a watch. False if it was sent."""
    with transaction.atomic():
        waiting = StockWatch.objects.filter(pk=watch_id, confirmed_at__isnull=False, mailed_at=None)
        if not waiting.update(mailed_at=timezone.now()):
            return False
        row = StockWatch.objects.select_related("variant__product").get(pk=watch_id)
        address = settings.BASE_URL + row.variant.product.get_absolute_url()
        subject = gettext_lazy("%(title)s is available again")
        _post(row, "back_in_stock", subject, button_url=f"{address}?variant={row.variant.sku}")
    logger.info("stock watch told watch=%s", watch_id)
    return True


def purge() -> int:
    """Forget watches that nobody confirmed, and those that were answered. How many."""
    before = timezone.now() - _KEPT
    old = Q(confirmed_at=None, created_at__lt=before) | Q(mailed_at__lt=before)
    return StockWatch.objects.filter(old).delete()[0]


def _ask(row: StockWatch) -> None:
    subject = gettext_lazy("Shall we write when %(title)s is available?")
    _post(row, "stock_watch", subject, button_url=_url("stock-watch-confirm", row))


def _post(row: StockWatch, template: str, subject: Promise, *, button_url: str) -> None:
    """A mail in the language in which the watch was asked; ``subject`` names the variant by ``title``."""
    stop_url = _url("stock-watch-stop", row)
    language = spoken_language(row.language)
    (title,) = sold_titles([row.variant], language).values()
    context = {"shop_name": settings.SHOP_NAME, "title": title, "button_url": button_url, "stop_url": stop_url}
    with translation.override(language):
        outbox.post(
            to=row.email,
            subject=str(subject) % {"title": title},
            text=render_to_string(f"email/{template}.txt", context),
            html=render_to_string(f"email/{template}.html", context),
            headers={"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )


def _url(name: str, row: StockWatch) -> str:
    return settings.BASE_URL + reverse(name, args=[token_of(row)])


def _fingerprint(row: StockWatch) -> str:
    # Without the address itself in an address of ours.
    return signing.Signer(salt=_SALT).signature(f"{row.variant_id}:{row.email}")[:16]
