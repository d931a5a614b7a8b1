"""Which entry of the staff's menu is marked."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from catalog.menu import on_mapping


@pytest.mark.parametrize(
    ("path", "is_marked"),
    [
        ("/admin/catalog/variant/mapping/", True),
        ("/admin/catalog/variant/7/mapping/", True),
        ("/admin/catalog/variant/7/change/", True),
        ("/admin/catalog/listing/", True),
        ("/admin/catalog/product/7/map-variants/", False),
        ("/admin/catalog/mappingdrift/", False),
    ],
)
def test_mapping_is_marked_on_the_pages_of_variants_and_listings(path, is_marked):
    assert on_mapping(RequestFactory().get(path)) is is_marked
