"""Payments on a provider's own page: opening it, looking what became of it, closing it.

The row is committed before the provider is called, and its public id is the key: a page that perhaps was opened is
asked for again and is the same page. Whoever brings news (the browser's return, an event, the sweep) has it read at
the provider here, and ``settle_payment`` takes it over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.utils import timezone, translation
from django.utils.translation import gettext

from fulfillment.models import Order, Payment, PaymentEvent
from fulfillment.payments import PaymentProblem, settle_payment, start_payment
from fulfillment.states import OrderStatus, PaymentStatus
from fulfillment.transitions import IllegalTransition, move_payment
from integrations.errors import Rejected, SupplierError
from integrations.payments import (
    PROVIDERS,
    PaymentProvider,
    Session,
    SessionLine,
    SessionRequest,
    SessionState,
    provider_for,
)
from integrations.wake import wake
from shop.money import Money

logger = logging.getLogger(__name__)

_P = PaymentStatus
_OUTCOMES = {
    SessionState.PAID: _P.SUCCEEDED,
    SessionState.PROCESSING: _P.PROCESSING,
    SessionState.FAILED: _P.FAILED,
    SessionState.EXPIRED: _P.ABANDONED,
}
#: A payment is looked at again after a quarter of its age, within these bounds.
_SOONEST, _LATEST = timedelta(minutes=1), timedelta(hours=6)
#: Longer than one call can take: two processes do not look at the same payment at the same moment.
_LOOKING = timedelta(minutes=2)

#: The addresses the customer comes back to (paid, left), for the payment's public id.
ReturnUrls = Callable[[str], tuple[str, str]]


def open_page(order: Order, *, method: str, return_urls: ReturnUrls) -> str:
    """Where the customer pays ``order`` at the provider of ``method``. Makes a network call.

    Raises ``PaymentProblem``; with ``payment_unavailable`` nothing was charged and the order can still be paid.
    """
    for _try in range(2):
        payment = start_payment(order, method=method)
        if payment.status == _P.SUCCEEDED:
            raise PaymentProblem(gettext("There was nothing to pay."), code="already_paid")
        try:
            return _page_of(payment, return_urls)
        except Rejected as exc:
            # What was asked under this key cannot be had, or differs from what was asked before (an address was
            # corrected meanwhile). Nobody has seen that page: a new attempt has a new key.
            logger.warning("payment page refused payment=%s code=%s", payment.pk, exc.code)
            _give_up(payment, exc)
        except SupplierError as exc:
            logger.warning("payment page not opened payment=%s code=%s", payment.pk, exc.code)
            break
    raise PaymentProblem(gettext("This way to pay cannot be reached at the moment."), code="payment_unavailable")


def look(payment_id: int, *, actor: str = "system") -> bool:
    """Read the payment's session at the provider and take over what it says. False if it could not be read.

    Makes network calls. A page on which nothing is owed any more is closed.
    """
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    if payment.method not in PROVIDERS:
        return True
    if not payment.session_id:
        if payment.session_expires_at and payment.session_expires_at < timezone.now():
            # Whether it was ever opened is unknown, but nobody has its address.
            settle_payment(payment, outcome=_P.ABANDONED, money=payment.money, reference="", actor=actor)
        else:
            _look_again(payment)
        return True
    try:
        provider = provider_for(payment.method)
        session = provider.fetch_session(payment.session_id)
        if session.state == SessionState.OPEN and _is_owed_no_more(payment):
            session = _closed(provider, payment)
    except SupplierError as exc:
        logger.warning("payment not read payment=%s code=%s", payment.pk, exc.code)
        _look_again(payment)
        return False
    _take_over(payment, session, actor=actor)
    return True


def look_if_due(payment_id: int) -> bool:
    """``look``, unless another process is just doing it."""
    now = timezone.now()
    rows = Payment.objects.filter(pk=payment_id, next_look_at__lte=now)
    return bool(rows.update(next_look_at=now + _LOOKING)) and look(payment_id)


def to_look_at() -> list[int]:
    """Ids of payments whose provider is to be asked now."""
    rows = Payment.objects.filter(next_look_at__lte=timezone.now(), method__in=PROVIDERS)
    return list(rows.order_by("next_look_at", "pk").values_list("pk", flat=True)[:200])


def _page_of(payment: Payment, return_urls: ReturnUrls) -> str:
    if payment.session_url:
        return payment.session_url
    provider = provider_for(payment.method)
    session = provider.open_session(_request(payment, *return_urls(payment.public_id)))
    parts = urlsplit(session.url)
    if session.state != SessionState.OPEN or f"{parts.scheme}://{parts.netloc}" not in provider.page_origins:
        raise Rejected("the page is not open, or lies elsewhere than it should", code="page_not_usable")
    # Whoever else asked under this key was given the same session.
    stored = Payment.objects.filter(pk=payment.pk, status=_P.PENDING).update(
        session_id=session.session_id, session_url=session.url, is_test=session.is_test, updated_at=timezone.now()
    )
    if not stored:
        _discard(provider, payment, session)
        raise Rejected("the payment was given up while its page was opened", code="page_given_up")
    return session.url


def _discard(provider: PaymentProvider, payment: Payment, session: Session) -> None:
    """Close a page that nobody may be sent to. Its id is kept: should money come by it after all, it is ours."""
    rows = Payment.objects.filter(pk=payment.pk, session_id="")
    rows.update(session_id=session.session_id, updated_at=timezone.now())
    try:
        provider.expire_session(session.session_id)
    except SupplierError as exc:
        logger.warning("page not closed payment=%s code=%s", payment.pk, exc.code)


def _request(payment: Payment, return_url: str, cancel_url: str) -> SessionRequest:
    order = payment.order
    ends = payment.session_expires_at or payment.created_at + timedelta(hours=1)
    lines = [
        SessionLine(line.title, line.quantity, Money(line.total, line.currency)) for line in order.lines.order_by("pk")
    ]
    if order.shipping_total:
        # As the titles are: in the order's language, whoever opens the page again.
        with translation.override(order.mail_language):
            shipping = gettext("Shipping")
        lines.append(SessionLine(shipping, 1, Money(order.shipping_total, order.currency)))
    return SessionRequest(
        key=payment.public_id,
        reference=payment.public_id,
        label=order.number,
        money=payment.money,
        email=order.email,
        return_url=return_url,
        cancel_url=cancel_url,
        expires_at=ends,
        lines=tuple(lines),
    )


def _give_up(payment: Payment, exc: Rejected) -> None:
    try:
        move_payment(payment, _P.FAILED, actor="system", data={"code": exc.code}, next_look_at=None, session_url="")
    except IllegalTransition:
        pass  # Somebody else has given it up, or it is paid: the next attempt finds out.


def _take_over(payment: Payment, session: Session, *, actor: str) -> None:
    outcome = _OUTCOMES.get(session.state)
    if outcome is None:
        if session.state == SessionState.UNKNOWN:
            logger.warning("payment in a state that is not known payment=%s", payment.pk)
        _look_again(payment)
        return
    if outcome == _P.SUCCEEDED and session.reference != payment.public_id:
        # The provider's session belongs to something else: a person must look at it.
        outcome = _P.MISMATCH
    # Before the order is paid: from then on it may be bought.
    Payment.objects.filter(pk=payment.pk).exclude(is_test=session.is_test).update(is_test=session.is_test)
    reference = session.payment_reference or session.session_id
    settle_payment(payment, outcome=outcome, money=session.money, reference=reference, actor=actor)
    payment.refresh_from_db()
    if payment.status == _P.PROCESSING:
        _look_again(payment)
    if payment.external_reference:
        _wake_early_events(payment)


def _wake_early_events(payment: Payment) -> None:
    """Events about this money that came before we knew whose it is are handled now."""
    rows = PaymentEvent.objects.filter(
        provider=payment.method, payment_reference=payment.external_reference, payment=None, handled_at__isnull=False
    )
    ids = list(rows.values_list("pk", flat=True))
    PaymentEvent.objects.filter(pk__in=ids).update(handled_at=None, outcome="", next_try_at=timezone.now())
    for event_id in ids:
        wake("fulfillment.tasks.handle_payment_event", event_id)


def _is_owed_no_more(payment: Payment) -> bool:
    order = payment.order
    return order.status != OrderStatus.AWAITING_PAYMENT or payment.money != order.total_money


def _closed(provider: PaymentProvider, payment: Payment) -> Session:
    try:
        provider.expire_session(payment.session_id)
    except Rejected:
        logger.info("page could not be closed payment=%s: perhaps just paid", payment.pk)
    return provider.fetch_session(payment.session_id)


def _look_again(payment: Payment) -> None:
    now = timezone.now()
    wait = min(max((now - payment.created_at) / 4, _SOONEST), _LATEST)
    rows = Payment.objects.filter(pk=payment.pk, status__in=[_P.PENDING, _P.PROCESSING])
    rows.update(next_look_at=_soon_after_the_end(payment, now, now + wait))


def _soon_after_the_end(payment: Payment, now: datetime, wanted: datetime) -> datetime:
    ends = payment.session_expires_at
    return min(wanted, ends + timedelta(seconds=30)) if ends and ends > now else wanted
