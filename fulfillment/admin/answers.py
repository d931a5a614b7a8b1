"""The staff's answers as buttons: a GET asks, a POST does it through ``fulfillment.desk``.

An answer is offered only in states in which it makes sense and only to staff who have its permission; the desk
checks the state again in the transaction that writes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fulfillment import desk, payments, refunds
from fulfillment.admin.forms import (
    AddressForm,
    AnswerForm,
    NoteForm,
    ReasonForm,
    RefundForm,
    TransferForm,
)
from fulfillment.badges import forget_cached
from fulfillment.models import Order, Payment, Refund
from fulfillment.states import BOUGHT, OrderStatus, SupplierOrderStatus
from integrations.cells import money_text
from shop.errors import DomainError
from shop.money import Money

_S = SupplierOrderStatus
SETTLE = "fulfillment.settle_supplier_order"
REFUND = "fulfillment.add_refund"
CONFIRM = "fulfillment.confirm_payment"
CONNECT = "integrations.change_supplieraccount"

_STOPPABLE = frozenset({_S.PLANNED, _S.DUE, _S.HELD, _S.REJECTED, _S.CANCELED})
_SENT = frozenset({_S.IN_FLIGHT, _S.UNKNOWN, *BOUGHT})


def _no_facts(target: Any) -> list[tuple[Any, Any]]:
    return []


@dataclass(frozen=True)
class Answer:
    """One answer. ``call`` is the desk's function; its keyword arguments come from the form and ``fixed``."""

    name: str
    title: Any
    consequence: Any
    done: Any
    permission: str
    fits: Callable[[Any], bool]
    call: Callable[..., Any]
    icon: str
    fixed: tuple[tuple[str, Any], ...] = ()
    form: type[AnswerForm] = AnswerForm
    facts: Callable[[Any], list[tuple[Any, Any]]] = _no_facts
    dangerous: bool = False


def _may_correct(order: Order) -> bool:
    going = order.status in (OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID, OrderStatus.IN_FULFILLMENT)
    return going and all(part.status not in _SENT for part in order.supplier_orders.all())


def _may_cancel(order: Order) -> bool:
    parts = order.supplier_orders.all()
    if order.status in (OrderStatus.SHIPPED, OrderStatus.DELIVERED):
        # The supplier took back what was on its way: nothing is left to stop, and the customer's money can go back.
        return bool(parts) and all(part.status == _S.CANCELED for part in parts)
    going = order.status in (OrderStatus.AWAITING_PAYMENT, OrderStatus.PAID, OrderStatus.IN_FULFILLMENT)
    return going and all(part.status in _STOPPABLE for part in parts)


def _what_goes_back(order: Order) -> list[tuple[Any, Any]]:
    paid = next((payment for payment in order.payments.all() if payment.status == "succeeded"), None)
    if paid is None:
        return [(_("To be refunded"), _("nothing: it is not paid"))]
    left = paid.money.amount - paid.refunded_amount
    return [
        (_("To be refunded"), money_text(type(paid.money)(left, paid.currency))),
        (_("Paid by"), paid.get_method_display()),
    ]


ORDER_ANSWERS = (
    Answer(
        name="correct-address",
        title=_("Correct address"),
        consequence=_("The order gets this address. If it was stopped, it is tried again only when you say so."),
        done=_("The address is corrected. Try the held part again when it is right."),
        permission=SETTLE,
        fits=_may_correct,
        call=desk.correct_address,
        icon="edit_location",
        form=AddressForm,
    ),
    Answer(
        name="cancel-and-refund",
        title=_("Cancel and refund"),
        consequence=_(
            "Nothing is bought any more, and the customer gets the money back and, unless a parcel was on its way "
            "already, a mail. This cannot be undone."
        ),
        done=_("The order is canceled."),
        permission=REFUND,
        fits=_may_cancel,
        call=desk.cancel_and_refund,
        icon="money_off",
        form=ReasonForm,
        facts=_what_goes_back,
        dangerous=True,
    ),
)


def _may_refund(payment: Payment) -> bool:
    left = payment.refundable
    return left is not None and left.amount > 0


def _what_is_left(payment: Payment) -> list[tuple[Any, Any]]:
    return [
        (_("Received"), money_text(payment.received)),
        (_("Can go back"), money_text(payment.refundable)),
        (_("Paid by"), payment.get_method_display()),
    ]


def _what_is_expected(payment: Payment) -> list[tuple[Any, Any]]:
    return [(_("Expected"), money_text(payment.money)), (_("Reference"), payment.order.number)]


def _what_to_send(refund: Refund) -> list[tuple[Any, Any]]:
    return [
        (_("To be sent back"), money_text(Money(refund.amount, refund.currency))),
        (_("Paid by"), refund.payment.get_method_display()),
        (_("Reference of the payment"), refund.payment.external_reference or "–"),
    ]


PAYMENT_ANSWERS = (
    Answer(
        name="confirm",
        title=_("Confirm payment"),
        consequence=_(
            "You have seen the money on the shop's bank statement. If it is what the order costs, the order is paid "
            "and bought; if not, it waits as a payment that does not fit."
        ),
        done=_("The transfer is noted."),
        permission=CONFIRM,
        fits=lambda payment: (
            payment.method == Payment.Method.BANK_TRANSFER and payment.status in ("pending", "failed", "abandoned")
        ),
        call=payments.confirm_transfer,
        icon="account_balance",
        form=TransferForm,
        facts=_what_is_expected,
    ),
    Answer(
        name="refund",
        title=_("Refund"),
        consequence=_("The customer gets this amount back. If it is all, what is not bought yet is held."),
        done=_("The refund is on its way, or waits to be done by hand."),
        permission=REFUND,
        fits=_may_refund,
        call=payments.refund,
        icon="money_off",
        form=RefundForm,
        facts=_what_is_left,
        dangerous=True,
    ),
)

REFUND_ANSWERS = (
    Answer(
        name="done",
        title=_("Mark as done"),
        consequence=_("You have sent this money back by hand. This cannot be undone."),
        done=_("The refund is done."),
        permission=REFUND,
        fits=lambda refund: refund.status == Refund.Status.TO_DO,
        call=refunds.mark_done,
        icon="check_circle",
        form=NoteForm,
        facts=_what_to_send,
    ),
)


@dataclass(frozen=True, slots=True)
class Button:
    """An answer that is offered now, with the address of its question."""

    title: Any
    icon: str
    url: str
    dangerous: bool


def buttons(request: HttpRequest, target: models.Model, answers: tuple[Answer, ...]) -> list[Button]:
    """The answers to ``target`` that its state and the signed-in person's permissions allow."""
    return [
        Button(answer.title, answer.icon, answer_url(target, answer), answer.dangerous)
        for answer in answers
        if request.user.has_perm(answer.permission) and answer.fits(target)
    ]


def answer_url(target: models.Model, answer: Answer) -> str:
    """Where the answer's question is asked."""
    meta = target._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_answer", args=[target.pk, answer.name])


def staff_actor(request: HttpRequest) -> str:
    """The signed-in person as the history names them."""
    return f"staff:{request.user.pk}"


class AnsweringMixin:
    """Adds the question pages of ``answers`` to a model's admin."""

    answers: tuple[Answer, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta  # type: ignore[attr-defined]
        answer = path(
            "<int:object_id>/answer/<slug:name>/",
            self.admin_site.admin_view(self.answer_view),  # type: ignore[attr-defined]
            name=f"{meta.app_label}_{meta.model_name}_answer",
        )
        return [answer, *super().get_urls()]  # type: ignore[misc]

    def page_after(self, target: Any) -> str:
        """Where staff see what their answer changed: the page of what it was about."""
        meta = target._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[target.pk])

    def status_text(self, target: Any) -> str:
        """The state of ``target`` in words."""
        return str(target.get_status_display())

    def answer_view(self, request: HttpRequest, object_id: int, name: str) -> HttpResponse:
        """Ask (GET), or do what was answered (POST)."""
        answer = next((answer for answer in self.answers if answer.name == name), None)
        target = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if answer is None or target is None:
            raise Http404
        may_view = self.has_view_permission(request, target)  # type: ignore[attr-defined]
        if not may_view or not request.user.has_perm(answer.permission):
            raise PermissionDenied
        after = HttpResponseRedirect(self.page_after(target))
        if not answer.fits(target):
            text = gettext("“%(answer)s” does not fit the state it is in by now: %(status)s.")
            messages.warning(request, text % {"answer": answer.title, "status": self.status_text(target)})
            return after
        form = answer.form(target, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            _carry_out(request, answer, target, form)
            return after
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": answer.title,
            "opts": target._meta,
            "original": target,
            "answer": answer,
            "target": target,
            "facts": answer.facts(target),
            "form": form,
            "back_url": after.url,
        }
        return TemplateResponse(request, "admin/fulfillment/answer.html", context)


def _carry_out(request: HttpRequest, answer: Answer, target: Any, form: AnswerForm) -> None:
    try:
        answer.call(target, actor=staff_actor(request), **form.values(), **dict(answer.fixed))
    except DomainError as exc:
        messages.error(request, exc.message)
    else:
        messages.success(request, answer.done)
    forget_cached()
