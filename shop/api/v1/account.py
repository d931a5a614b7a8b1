"""What belongs to the account that is logged in: profile, addresses, orders, their events, webhooks."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from fulfillment.models import Order
from shop import hooks, order_feed
from shop.accounts import address_book
from shop.accounts.models import SavedAddress
from shop.accounts.orders import confirmed_addresses, orders_of
from shop.addresses import AddressError, clean_address
from shop.api.v1 import account_shapes as shapes
from shop.api.v1 import buying_shapes
from shop.api.v1.base import V1View, check_staff, me, read, read_query
from shop.api.v1.document import operation
from shop.api.v1.feed_shapes import CURSOR_QUERY, cursor_of
from shop.api.v1.orders import shown_event
from shop.api.v1.problems import Problem, field_problem, not_found
from shop.api.v1.shapes import amount
from shop.hook_models import EventHook
from shop.hooks import CannotRegister

_PAGE_SIZE = 20
_document = partial(operation, tag="accounts", auth="account")


class AccountView(V1View):
    """An address of the account that is logged in."""

    needs_account = True


class Profile(AccountView):
    """Who is logged in."""

    @_document("Who is logged in", shapes.ProfileShape, operation_id="profile")
    def get(self, request: Request) -> Response:
        return Response(_profile(request))

    @_document(
        "Change the names",
        shapes.ProfileShape,
        operation_id="change_profile",
        body=shapes.ProfileRequest,
        body_example={"first_name": "Ada", "last_name": "Lovelace"},
    )
    def patch(self, request: Request) -> Response:
        user, values = me(request), read(shapes.ProfileRequest, request.data)
        for name, value in values.items():
            setattr(user, name, value)
        if values:
            user.save(update_fields=list(values))
        return Response(_profile(request))


class Addresses(AccountView):
    """The book of addresses."""

    @_document("The addresses, the default first", shapes.SavedAddressesShape, operation_id="addresses")
    def get(self, request: Request) -> Response:
        return Response({"results": [_address(saved) for saved in address_book.addresses_of(me(request))]})

    @_document(
        "Put an address into the book",
        shapes.SavedAddressShape,
        operation_id="save_address",
        status=201,
        body=shapes.SavedAddressRequest,
        errors=[422],
        codes="`too_many_addresses`",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.SavedAddressRequest, request.data)
        address = _checked(values["address"])
        saved = address_book.save_address(me(request), address, is_default=values["is_default"])
        saved.refresh_from_db()
        return Response(_address(saved), status=201)


class OneAddress(AccountView):
    """One address of the book."""

    @_document(
        "Replace an address",
        shapes.SavedAddressShape,
        operation_id="change_address",
        body=shapes.SavedAddressRequest,
        errors=[404, 422],
    )
    def put(self, request: Request, address_id: str) -> Response:
        saved = _own_address(request, address_id)
        values = read(shapes.SavedAddressRequest, request.data)
        address_book.change_address(saved, _checked(values["address"]), is_default=values["is_default"])
        saved.refresh_from_db()
        return Response(_address(saved))

    @_document("Take an address out", None, operation_id="remove_address", status=204, errors=[404])
    def delete(self, request: Request, address_id: str) -> Response:
        address_book.remove_address(_own_address(request, address_id))
        return Response(status=204)


class Orders(AccountView):
    """The account's orders."""

    @_document(
        "The account's orders, newest first",
        shapes.OrderListShape,
        operation_id="orders",
        query=shapes.OrderCursorQuery,
        codes="`unknown_cursor`",
    )
    def get(self, request: Request) -> Response:
        cursor = str(read_query(shapes.OrderCursorQuery, request.query_params)["cursor"])
        return Response(page_of_orders(orders_of(me(request)), cursor))


class Events(AccountView):
    """What became of the account's orders."""

    @_document(
        "What became of the account's orders since a cursor",
        buying_shapes.EventsShape,
        operation_id="account_events",
        query=CURSOR_QUERY,
        codes="`unknown_cursor`",
        description="Some seconds late, so that none is passed over. For notifications that do not wait, register "
        "a webhook.",
    )
    def get(self, request: Request) -> Response:
        events, cursor = order_feed.of_orders(Q(order__customer=me(request)), cursor_of(request))
        return Response({"results": [shown_event(event) for event in events], "next_cursor": cursor})


class Hooks(AccountView):
    """The account's webhooks."""

    @_document("The webhooks of this account", shapes.HooksShape, operation_id="webhooks")
    def get(self, request: Request) -> Response:
        return Response({"results": [_hook(hook) for hook in EventHook.objects.filter(user=me(request))]})

    @_document(
        "Have events posted to an address",
        shapes.HookShape,
        operation_id="register_webhook",
        status=201,
        body=shapes.HookRequest,
        body_example={"url": "https://push.example.com/hook"},
        errors=[422],
        codes="`bad_url`, `too_many`, `present`",
        description="Signed by Standard Webhooks 1.0: headers `webhook-id` (the same when it is tried again), "
        "`webhook-timestamp`, `webhook-signature`. Answer 2xx within 15 seconds; 410 switches the webhook off.",
    )
    def post(self, request: Request) -> Response:
        values = read(shapes.HookRequest, request.data)
        if values["scope"] == EventHook.Scope.ALL:
            check_staff(request, "fulfillment.view_order")
        try:
            hook, secret = hooks.register(me(request), url=values["url"], scope=values["scope"])
        except CannotRegister as exc:
            raise field_problem("url", exc.message, code=exc.code, status=422) from exc
        return Response(_hook(hook, secret), status=201)


class OneHook(AccountView):
    """One webhook."""

    @_document("Post no more to a webhook", None, operation_id="remove_webhook", status=204, errors=[404])
    def delete(self, request: Request, hook_id: str) -> Response:
        if not EventHook.objects.filter(user=me(request), public_id=hook_id).delete()[0]:
            raise not_found()
        return Response(status=204)


def page_of_orders(orders: Any, cursor: str) -> dict[str, Any]:
    """A page of ``orders`` (newest first), beginning behind the order whose number is ``cursor``."""
    if cursor:
        place = orders.filter(number=cursor).values_list("created_at", "pk").first()
        if place is None:
            text = _("There is no such page (any more). Begin at the first one.")
            raise field_problem("cursor", text, code="unknown_cursor")
        orders = orders.filter(Q(created_at__lt=place[0]) | Q(created_at=place[0], pk__lt=place[1]))
    found = list(orders[: _PAGE_SIZE + 1])
    return {
        "results": [shown_short(order) for order in found[:_PAGE_SIZE]],
        "next_cursor": found[_PAGE_SIZE - 1].number if len(found) > _PAGE_SIZE else None,
    }


def shown_short(order: Order) -> dict[str, Any]:
    return {
        "number": order.number,
        "status": order.status,
        "status_text": order.get_status_display(),
        "created_at": order.created_at,
        "total": amount(order.total_money),
    }


def _profile(request: Request) -> dict[str, Any]:
    user = me(request)
    addresses = confirmed_addresses(user)
    return {
        "email": addresses[0] if addresses else user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_staff": user.is_staff,
        "permissions": sorted(user.get_all_permissions()) if user.is_staff else [],
    }


def _checked(typed: dict[str, Any]) -> Any:
    try:
        return clean_address(**typed)
    except AddressError as exc:
        errors = {f"address.{name}": messages for name, messages in exc.errors.items()}
        text = _("The request is not valid; “errors” says where.")
        raise Problem(400, "invalid_request", text, errors=errors) from exc


def _own_address(request: Request, address_id: str) -> SavedAddress:
    saved = address_book.find(me(request), address_id)
    if saved is None:
        raise not_found()
    return saved


def _address(saved: SavedAddress) -> dict[str, Any]:
    return {"id": saved.public_id, "address": address_book.as_typed(saved), "is_default": saved.is_default}


def _hook(hook: EventHook, secret: str | None = None) -> dict[str, Any]:
    return {
        "id": hook.public_id,
        "url": hook.url,
        "scope": hook.scope,
        "secret": secret,
        "failures": hook.failures,
        "last_status": hook.last_status,
        "delivered_at": hook.delivered_at,
        "disabled_at": hook.disabled_at,
    }
