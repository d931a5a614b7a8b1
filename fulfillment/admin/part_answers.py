"""The staff's answers about one supplier order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from fulfillment import desk
from fulfillment.admin.answers import SETTLE, Answer
from fulfillment.admin.forms import BoughtForm, ReasonForm, SettledForm, noted_facts, place_facts, waived_facts
from fulfillment.guards import WAIVABLE
from fulfillment.models import SupplierOrder
from fulfillment.routing import chosen_service
from fulfillment.states import BOUGHT, SupplierOrderStatus

_S = SupplierOrderStatus


def _may_waive(part: SupplierOrder) -> bool:
    if part.attention == SupplierOrder.Attention.ADDRESS:
        # Only our own doubt can be overruled; an address that the supplier refused it will refuse again.
        return part.status == _S.HELD and bool(part.place_doubts)
    if part.attention == SupplierOrder.Attention.SHIPPING:
        # Another way than the customer's can be taken, if there is one; what is not sent there at all is not.
        return part.status == _S.HELD and bool(chosen_service(part))
    return part.status in (_S.HELD, _S.REJECTED) and part.attention in WAIVABLE


def _may_take_place(part: SupplierOrder) -> bool:
    is_about_it = part.attention_field in ("", *part.place_proposal)
    return (
        part.status in (_S.HELD, _S.REJECTED)
        and part.attention == SupplierOrder.Attention.ADDRESS
        and bool(part.place_proposal)
        and is_about_it
    )


SUPPLIER_ORDER_ANSWERS = (
    Answer(
        name="take-place",
        title=_("Take the proposed name"),
        consequence=_(
            "It is bought for the place as the supplier's list names it. The customer's spelling stays in the order."
        ),
        done=_("It is tried again under the supplier's name of the place."),
        permission=SETTLE,
        fits=_may_take_place,
        call=desk.take_proposed_place,
        icon="where_to_vote",
        facts=place_facts,
    ),
    Answer(
        name="bought",
        title=_("It was bought"),
        consequence=_("The purchase was found in the supplier's account. It is followed under these ids from now on."),
        done=_("Noted as bought."),
        permission=SETTLE,
        fits=lambda part: part.status == _S.UNKNOWN,
        call=desk.confirm_bought,
        icon="check_circle",
        form=BoughtForm,
    ),
    Answer(
        name="not-bought",
        title=_("It was not bought"),
        consequence=_(
            "You have looked into the supplier's account, and the order is not there. It will be bought now. If it is "
            "there after all, the goods are paid for twice."
        ),
        done=_("Noted as not bought: it is bought now."),
        permission=SETTLE,
        fits=lambda part: part.status == _S.UNKNOWN,
        call=desk.confirm_not_bought,
        icon="cancel",
        dangerous=True,
    ),
    Answer(
        name="retry",
        title=_("Try again"),
        consequence=_("It is checked and bought as soon as a worker is free. Every check runs again."),
        done=_("It is tried again."),
        permission=SETTLE,
        fits=lambda part: part.status in (_S.HELD, _S.REJECTED),
        call=desk.retry,
        icon="refresh",
    ),
    Answer(
        name="retry-anyway",
        title=_("Try again anyway"),
        consequence=_("It is bought although a check said stop. The customer's price stays as it is."),
        done=_("It is tried again, without the checks that are a matter of judgement."),
        permission=SETTLE,
        fits=_may_waive,
        call=desk.retry,
        icon="double_arrow",
        fixed=(("waive", True),),
        facts=waived_facts,
        dangerous=True,
    ),
    Answer(
        name="look-now",
        title=_("Look now"),
        consequence=_("The supplier is asked for the state and the parcels of this order."),
        done=_("Looked up at the supplier."),
        permission=SETTLE,
        fits=lambda part: part.status in BOUGHT and bool(part.external_orders.all()),
        call=desk.look_now,
        icon="travel_explore",
    ),
    Answer(
        name="canceled-there",
        title=_("The supplier canceled it"),
        consequence=_("The supplier's order is canceled, and its API does not say so. The customer is not told yet."),
        done=_("Noted as canceled by the supplier. Cancel and refund the order, or buy it elsewhere."),
        permission=SETTLE,
        fits=lambda part: part.status in (_S.PLACED, _S.PAID, _S.SHIPPED),
        call=desk.note_canceled_at_supplier,
        icon="block",
        form=ReasonForm,
        dangerous=True,
    ),
    Answer(
        name="settled",
        title=_("It is settled"),
        consequence=_(
            "You have dealt with what is noted: the customer's money for it went back, or it was bought elsewhere, or "
            "nothing is to be done. The note goes; the order and what was bought stay as they are."
        ),
        done=_("The note is settled."),
        permission=SETTLE,
        fits=desk.may_settle,
        call=desk.settled,
        icon="task_alt",
        form=SettledForm,
        facts=noted_facts,
    ),
)
