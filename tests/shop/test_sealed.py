"""What the shop's face seals is readable under a new key alone, once it was rotated."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import call_command

from integrations.crypto import seal, unseal
from shop.hook_models import EventHook
from shop.models import IdempotentRequest

pytestmark = pytest.mark.django_db


def test_webhooks_and_kept_answers_follow_the_new_key(settings: Any) -> None:
    owner = User.objects.create_user("ann")
    hook = EventHook.objects.create(user=owner, url="https://app.example.com/hook", secret_sealed=seal("whsec_1"))
    kept = IdempotentRequest.objects.create(owner="ann", key="k", path="/", body_hash="h", sealed=seal("{}"))
    new = Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]

    call_command("rotate_token_keys", stdout=StringIO())

    settings.FIELD_ENCRYPTION_KEYS = [new]
    hook.refresh_from_db()
    kept.refresh_from_db()
    assert (unseal(hook.secret_sealed), unseal(kept.sealed)) == ("whsec_1", "{}")
