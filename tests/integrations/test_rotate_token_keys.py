"""``manage.py rotate_token_keys``: stored secrets under a new key."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from integrations.models import SupplierAccount
from tests.factories import SupplierAccountFactory

pytestmark = pytest.mark.django_db


def _new_key() -> str:
    return Fernet.generate_key().decode()


def test_secrets_are_readable_with_the_new_key_alone_afterwards(settings):
    account = SupplierAccountFactory(app_secret="the-secret", access_token="the-token", refresh_token="")
    new = _new_key()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]

    call_command("rotate_token_keys", stdout=StringIO())

    settings.FIELD_ENCRYPTION_KEYS = [new]
    account = SupplierAccount.objects.get(pk=account.pk)
    assert (account.app_secret, account.access_token, account.refresh_token) == ("the-secret", "the-token", "")


def test_account_that_fits_no_key_is_named_kept_and_does_not_stop_the_others(settings):
    old = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [_new_key()]
    lost = SupplierAccountFactory(label="Lost")
    sealed = lost.access_token_sealed
    settings.FIELD_ENCRYPTION_KEYS = old
    SupplierAccountFactory(label="Known")
    output = StringIO()

    with pytest.raises(CommandError, match="Lost"):
        call_command("rotate_token_keys", stdout=output)

    assert "1 supplier accounts" in output.getvalue()
    assert SupplierAccount.objects.get(pk=lost.pk).access_token_sealed == sealed
