"""Staff who look at the admin."""

from __future__ import annotations

from django.contrib.auth.models import Permission, User
from django.test import Client

#: Sees everything and may answer nothing.
VIEWS = (
    "fulfillment.view_order",
    "fulfillment.view_supplierorder",
    "fulfillment.view_shipment",
    "fulfillment.view_payment",
    "integrations.view_supplieraccount",
    "integrations.view_apicall",
    "catalog.view_product",
    "catalog.view_variant",
    "catalog.view_listing",
)


def staff(*permissions: str, username: str = "grace") -> User:
    """A member of staff with exactly these permissions."""
    user = User.objects.create_user(username, password="not-a-secret", is_staff=True)
    for name in permissions:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def signed_in(*permissions: str) -> Client:
    """A browser in which a member of staff with these permissions is signed in."""
    client = Client()
    client.force_login(staff(*permissions))
    return client


def superuser() -> Client:
    """A browser in which a superuser is signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("root", "root@example.com", "not-a-secret"))
    return client
