"""Staff see how busy the way to a supplier is."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations.ratelimit import pause, take_place
from tests.factories import SupplierAccountFactory


@pytest.mark.django_db
def test_limits_calls_and_pauses_are_listed(admin_client):
    account = SupplierAccountFactory(label="Busy account")
    take_place(account, "order", patience_s=0)
    pause(account, "order", seconds=3600)

    page = admin_client.get(reverse("admin:integrations_ratewindow_changelist")).content.decode()

    assert "Busy account" in page
    assert "UTC" in page
