"""`POST /orders`.

Vendor's page: docs.aliseeks.com, "Ordering". There is no reference of the buyer's own and no protection against
repeats: the same request sent twice makes orders twice. Orders are never paid by themselves; a person pays in the
AliExpress account. Which errors placing has is not published; they are violations here.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from integrations.sandbox import address_rules, goods, methods
from integrations.sandbox.aliseeks.amounts import LOCALES
from integrations.sandbox.aliseeks.errors import Violation, invalid
from integrations.sandbox.aliseeks.fields import Fields
from integrations.sandbox.aliseeks.merchants import check_merchant
from integrations.sandbox.catalogue import Product, Sku
from integrations.sandbox.countries import CODES, platform_code
from integrations.sandbox.currencies import BASE, convert
from integrations.sandbox.emulator import Call, Emulator
from integrations.sandbox.order_writing import Sale, write_orders
from integrations.sandbox.timeline import Line

# Where the address of an AliExpress order comes from, for the rules of both halves are the same.
_FIELD_OF = {
    "country": "mailingAddress.address.country",
    "province": "mailingAddress.address.state",
    "city": "mailingAddress.address.city",
    "address": "mailingAddress.address.line1",
    "zip": "mailingAddress.address.postalCode",
    "contact_person": "mailingAddress.contactName",
    "mobile_no": "mailingAddress.phoneNumber.number",
    "tax": "mailingAddress.taxNumber",
}


@dataclass(frozen=True)
class _Item:
    product_id: str
    quantity: int
    service: str
    properties: tuple[str, ...]


@dataclass(frozen=True)
class _Purchase:
    """A request as read; `address` is in the words of AliExpress."""

    merchant_id: str
    address: dict[str, str]
    items: list[_Item]


def order_create(emulator: Emulator, call: Call, body: Any) -> dict[str, Any]:
    """Create one unpaid order for each store. All of it is one transaction."""
    purchase = _read(call, body)
    check_merchant(emulator, call, purchase.merchant_id)
    answer: dict[str, Any] = {"merchantId": purchase.merchant_id, "orderIds": []}
    if call.faults.take("no_ids_not_created"):
        return answer
    _refuse_on_command(call)
    _check_address(purchase.address)
    sale = Sale(
        methods.ALISEEKS, None, body["mailingAddress"], purchase.address["country"], merchant_id=purchase.merchant_id
    )
    with emulator.store.writing() as connection:
        lines = [_line(emulator, call, connection, purchase, index) for index in range(len(purchase.items))]
        ids = write_orders(call, connection, sale, lines, is_paying=False)
    return answer if call.faults.take("success_without_ids") else answer | {"orderIds": ids}


def _read(call: Call, body: Any) -> _Purchase:
    fields = Fields(body)
    merchant_id = fields.text("merchantId")
    fields.word("locale", LOCALES, "en_US")
    mailing = fields.inner("mailingAddress")
    name, tax = mailing.text("contactName"), mailing.text("taxNumber", "")
    full_name = mailing.text("fullName", "")
    phone, place = mailing.inner("phoneNumber"), mailing.inner("address")
    number, prefix = phone.text("number"), phone.text("countryPrefix")
    # The table says that line2 must be there, the sample sends it empty.
    lines = (place.text("line1"), place.text("line2", may_be_empty=True))
    city, state, country = place.text("city"), place.text("state"), place.text("country")
    zip_code = place.text("postalCode", "")
    items = [_item(item) for item in fields.list_of("items")]
    fields.check()
    if not prefix.startswith("+"):
        raise invalid(Violation("mailingAddress.phoneNumber.countryPrefix", "Pattern", "must begin with +"))
    address = {
        "contact_person": name,
        "full_name": full_name or name,
        "phone_country": prefix,
        "mobile_no": number,
        "address": lines[0],
        "address2": lines[1],
        "city": city,
        "province": state,
        "country": _country(call, country),
        "zip": zip_code,
        # Aliseeks has one field for whatever number a country asks for.
        "cpf": tax,
        "passport_no": tax,
        "foreigner_passport_no": tax,
        "is_foreigner": "false",
    }
    return _Purchase(merchant_id, address, items)


def _item(item: Fields) -> _Item:
    """One of `items`: the product's id is a number here, text everywhere else."""
    product_id = item.whole("productId")
    quantity = item.whole("quantity", highest=100_000)
    service = item.text("shippingService")
    properties = item.list_of("properties", may_be_empty=True)
    return _Item(str(product_id), quantity, service, tuple(entry.text("sku") for entry in properties))


def _country(call: Call, code: str) -> str:
    """The platform's code. Whether the order call takes UK or GB is not established, so that is a setting."""
    style = call.settings.aliseeks_countries
    from_iso = platform_code(code) if style in ("iso", "both") else ""
    own = code if style in ("aliexpress", "both") and code in CODES else ""
    if not (from_iso or own):
        raise invalid(Violation(_FIELD_OF["country"], "Country", "is not supported"))
    return from_iso or own


def _refuse_on_command(call: Call) -> None:
    if fault := call.faults.take("reject"):
        raise invalid(Violation("", fault.fault.details["error_code"], fault.fault.details["error_msg"]))
    if fault := call.faults.take("address_error"):
        raise invalid(Violation(_FIELD_OF["city"], "Address", fault.fault.details["error_msg"]))


def _check_address(address: dict[str, str]) -> None:
    problem = address_rules.refusal(address, {"nat_addr": address["cpf"]})
    if problem:
        field = _FIELD_OF[address_rules.subject_of(*problem)]
        raise invalid(Violation(field, "Address", problem[1]))


def _line(
    emulator: Emulator, call: Call, connection: sqlite3.Connection, purchase: _Purchase, index: int
) -> tuple[Product, Line, str]:
    """Check and price one item; it comes with its product and the currency of its price."""
    item, place = purchase.items[index], f"items[{index}]"
    product = emulator.catalogue.products.get(item.product_id)
    if product is None:
        raise invalid(Violation(f"{place}.productId", "NotFound", "is not a product on sale"))
    sku = _sku(call, product, item)
    if sku is None:
        raise invalid(Violation(f"{place}.properties", "SkuNotFound", "are those of no variation of the product"))
    before = [earlier for earlier in purchase.items[:index] if earlier.product_id == item.product_id]
    asked = item.quantity + sum(e.quantity for e in before if sorted(e.properties) == sorted(item.properties))
    # Lines of the same purchase are written together at the end, so they are counted here.
    if asked > goods.stock_left(emulator, call, connection, product, sku):
        raise invalid(Violation(f"{place}.quantity", "OutOfStock", "is more than there is in stock"))
    options = goods.options_for(product, purchase.address["country"])
    option = next((option for option in options if option.code == item.service), None)
    if option is None:
        raise invalid(Violation(f"{place}.shippingService", "NotFound", "does not serve this product and country"))
    currency = goods.forced_currency(call, product, sku) or BASE
    line = Line(
        product_id=product.product_id,
        sku_id=sku.sku_id,
        sku_attr=sku.sku_attr,
        sku_text=sku.description,
        subject=product.subject,
        quantity=item.quantity,
        price=convert(goods.price_of(call, product, sku), currency),
        freight=convert(option.fee_usd, currency),
        service=option.code,
        company=option.company,
        memo="",
    )
    return product, line, currency


def _sku(call: Call, product: Product, item: _Item) -> Sku | None:
    """The variation with exactly these texts, names and spaces included, in any order."""
    wanted = sorted(item.properties)
    found = next((sku for sku in product.skus if sorted(sku.properties_text) == wanted), None)
    return None if found is None or goods.is_gone(call, product, found) else found
