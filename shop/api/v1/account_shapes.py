"""What logging in and the account's addresses take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from fulfillment.states import OrderStatus
from shop.api.serializers import StrictSerializer
from shop.api.v1.buying_shapes import AddressShape, PlainField, TokenField
from shop.api.v1.shapes import MoneyShape
from shop.hook_models import EventHook

PASSWORD: dict[str, Any] = {"max_length": 128, "trim_whitespace": False}


class RegisterRequest(StrictSerializer):
    """A new account; its address is confirmed by the link in a mail."""

    email = PlainField(max_length=254)
    password = PlainField(**PASSWORD)


class ConfirmRequest(StrictSerializer):
    """The last part of the link in the mail that asks to confirm an address, and the password of the account."""

    key = serializers.RegexField(r"^[A-Za-z0-9_:-]+$", max_length=200)
    password = PlainField(**PASSWORD)


class LoginRequest(StrictSerializer):
    """Customers log in by `email`, staff by `username`. `code`: of the authenticator app, where there is one."""

    email = PlainField(max_length=254, required=False, allow_blank=True, default="")
    username = PlainField(max_length=150, required=False, allow_blank=True, default="")
    password = PlainField(**PASSWORD)
    code = PlainField(max_length=20, required=False, allow_blank=True, default="")
    device_name = PlainField(max_length=80, required=False, allow_blank=True, default="")


class RefreshRequest(StrictSerializer):
    """The refresh token that this device was given last."""

    refresh_token = TokenField(max_length=80)


class EmailRequest(StrictSerializer):
    """Whose password is to be set anew."""

    email = PlainField(max_length=254)


class TokensShape(serializers.Serializer[Any]):
    """A device's tokens. The access token goes into every request; the refresh token gives the next pair, once."""

    token_type = serializers.ChoiceField(choices=["Bearer"])
    access_token = serializers.CharField()
    access_expires_in_s = serializers.IntegerField()
    refresh_token = serializers.CharField()
    refresh_expires_in_s = serializers.IntegerField()
    device = serializers.CharField()


class DeviceShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    is_this_one = serializers.BooleanField()


class DevicesShape(serializers.Serializer[Any]):
    results = DeviceShape(many=True)


class ProfileShape(serializers.Serializer[Any]):
    """Who is logged in."""

    email = serializers.CharField(allow_blank=True)
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    is_staff = serializers.BooleanField()
    permissions = serializers.ListField(
        child=serializers.CharField(), help_text="What a member of staff may do here; empty for customers."
    )


class ProfileRequest(StrictSerializer):
    """The parts of the profile that can be changed here."""

    first_name = PlainField(max_length=80, required=False, allow_blank=True)
    last_name = PlainField(max_length=80, required=False, allow_blank=True)


class SavedAddressRequest(StrictSerializer):
    """An address for the book."""

    address = AddressShape()
    is_default = serializers.BooleanField(required=False, default=False)


class SavedAddressShape(serializers.Serializer[Any]):
    """An address of the book; `address` can be sent with an order as it is."""

    id = serializers.CharField()
    address = AddressShape()
    is_default = serializers.BooleanField()


class SavedAddressesShape(serializers.Serializer[Any]):
    results = SavedAddressShape(many=True)


class OrderCursorQuery(StrictSerializer):
    cursor = TokenField(max_length=40, required=False, default="", help_text="`next_cursor` of the page before.")


class ShortOrderShape(serializers.Serializer[Any]):
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.values)
    status_text = serializers.CharField()
    created_at = serializers.DateTimeField()
    total = MoneyShape()


class OrderListShape(serializers.Serializer[Any]):
    results = ShortOrderShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class HookRequest(StrictSerializer):
    """Where events are posted. `all` is for staff who may see all orders."""

    url = PlainField(max_length=300)
    scope = serializers.ChoiceField(choices=EventHook.Scope.values, required=False, default=EventHook.Scope.OWN.value)


class HookShape(serializers.Serializer[Any]):
    """A webhook. `secret` is shown only when it is made."""

    id = serializers.CharField()
    url = serializers.CharField()
    scope = serializers.ChoiceField(choices=EventHook.Scope.values)
    secret = serializers.CharField(allow_null=True)
    failures = serializers.IntegerField()
    last_status = serializers.IntegerField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)


class HooksShape(serializers.Serializer[Any]):
    results = HookShape(many=True)
