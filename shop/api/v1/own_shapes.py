"""What the account's own data, addresses, wishes and questions about the stock take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from shop.api.serializers import StrictSerializer
from shop.api.v1.account_shapes import PASSWORD
from shop.api.v1.buying_shapes import PlainField
from shop.api.v1.shapes import MoneyShape, PictureShape


class ProofRequest(StrictSerializer):
    """The password once more; `code` of the authenticator app (or a recovery code), where the account has one."""

    password = PlainField(**PASSWORD)
    code = PlainField(max_length=20, required=False, allow_blank=True, default="")


class CloseRequest(ProofRequest):
    """Closing an account cannot be undone: `confirm` has to be true."""

    confirm = serializers.BooleanField()


class ClosedShape(serializers.Serializer[Any]):
    """The account is gone. Orders that are still needed are erased when they have ended."""

    orders_erased = serializers.IntegerField()
    orders_waiting = serializers.IntegerField()


class PasswordRequest(StrictSerializer):
    """The old password and the new one."""

    password = PlainField(**PASSWORD)
    new_password = PlainField(**PASSWORD)


class EmailShape(serializers.Serializer[Any]):
    """An address of the account. Mails go to the primary one; only confirmed ones log in and own orders."""

    email = serializers.CharField()
    is_confirmed = serializers.BooleanField()
    is_primary = serializers.BooleanField()


class EmailsShape(serializers.Serializer[Any]):
    results = EmailShape(many=True)


class OwnEmailRequest(ProofRequest):
    """Which address, and the password once more."""

    email = PlainField(max_length=254)


class ExportShape(serializers.Serializer[Any]):
    """Everything that the shop keeps about the account."""

    exported_at = serializers.DateTimeField()
    account = serializers.DictField()
    email_addresses = serializers.ListField(child=serializers.DictField())
    second_factors = serializers.ListField(child=serializers.DictField())
    sessions = serializers.ListField(child=serializers.DictField())
    devices = serializers.ListField(child=serializers.DictField())
    event_webhooks = serializers.ListField(child=serializers.DictField())
    saved_addresses = serializers.ListField(child=serializers.DictField())
    wishes = serializers.ListField(child=serializers.DictField())
    stock_watches = serializers.ListField(child=serializers.DictField())
    orders_count = serializers.IntegerField()
    orders = serializers.ListField(child=serializers.DictField())


class WishRequest(StrictSerializer):
    """Which variant."""

    sku = PlainField(max_length=64)


class WishShape(serializers.Serializer[Any]):
    """A variant on the wish list, as it is sold now."""

    sku = serializers.CharField()
    slug = serializers.CharField(help_text="Of its product.")
    title = serializers.CharField()
    url = serializers.CharField(help_text="Its page on the web.")
    picture = PictureShape(allow_null=True)
    price = MoneyShape()
    in_stock = serializers.BooleanField()


class WishesShape(serializers.Serializer[Any]):
    results = WishShape(many=True)


class WatchRequest(StrictSerializer):
    """Which variant, and who is to be told once when it is in stock again."""

    sku = PlainField(max_length=64)
    email = serializers.EmailField(max_length=254)


class WatchedShape(serializers.Serializer[Any]):
    """`watching`: a mail will come. `asked`: first a mail asks the address' owner to agree."""

    state = serializers.ChoiceField(choices=["watching", "asked"])
