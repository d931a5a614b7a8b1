"""Where a planted secret could turn up: pages of the admin, answers of the API, mails, rows of failed tasks."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import Value
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.worker import worker
from rest_framework.authtoken.models import Token

from fulfillment.models import Order, SupplierOrder
from integrations.models import ApiCall
from tests.staff import superuser


def found(secrets: list[str], text: str) -> list[str]:
    return [secret for secret in secrets if secret.lower() in text.lower()]


def pages(part: SupplierOrder) -> dict[str, str]:
    """The admin's pages about the calls, the account and the order, as a superuser sees them."""
    client = superuser()
    paths = {
        "calls": reverse("admin:integrations_apicall_changelist"),
        "account": reverse("admin:integrations_supplieraccount_change", args=[part.account_id]),
        "part": reverse("admin:fulfillment_supplierorder_change", args=[part.pk]),
        "order": reverse("admin:fulfillment_order_change", args=[part.order_id]),
    }
    calls = ApiCall.objects.all()
    paths |= {f"call {call.pk}": reverse("admin:integrations_apicall_change", args=[call.pk]) for call in calls}
    shown = {name: client.get(path) for name, path in paths.items()}
    assert {response.status_code for response in shown.values()} == {200}
    return {name: response.content.decode() for name, response in shown.items()}


def api_answers(part: SupplierOrder) -> str:
    """What another program is told of the order."""
    Order.objects.filter(pk=part.order_id).update(source=Order.Source.API)
    caller = User.objects.create_user("warehouse")
    caller.user_permissions.add(Permission.objects.get(codename="place_supplier_order"))
    headers = {"Authorization": f"Token {Token.objects.create(user=caller).key}"}
    response = Client().get(reverse("api-order", args=[part.public_id]), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def text_of(mail: EmailMultiAlternatives) -> str:
    return f"{mail.subject}\n{mail.body}\n{mail.alternatives}"


def failed_task(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], *args: Any) -> str:
    """What the queue keeps of ``function(*args)`` having raised, as its own worker hands it on to be stored."""
    # It would close the test's connection, and its transaction with it.
    monkeypatch.setattr("django_q.worker.close_old_django_connections", lambda: None)
    task = {"id": uuid4().hex, "name": "planted", "func": function, "args": args, "kwargs": {}, "cached": False,
            "group": None, "started": timezone.now()}  # fmt: skip
    tasks: SimpleQueue[Any] = SimpleQueue()
    results: SimpleQueue[Any] = SimpleQueue()
    for item in (task, "STOP"):
        tasks.put(item)
    worker(tasks, results, Value("f", -1))
    row = results.get()
    assert not row["success"]
    assert "Traceback" in row["result"]
    return str(row)
