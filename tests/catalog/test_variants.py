"""A variant names itself by its options."""

from __future__ import annotations

import pytest

from catalog.models import Variant
from tests.factories import ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db


def test_values_stand_in_the_order_of_the_product_not_of_the_database() -> None:
    product = ProductFactory(title="Towel", option_names=["Material", "Size"])
    variant = VariantFactory(product=product, options={"Size": "M", "Extra": "Fringe", "Material": "Linen"})

    assert Variant.objects.get(pk=variant.pk).title == "Towel (Linen, M, Fringe)"
