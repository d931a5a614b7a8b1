"""Secrets at rest: sealed with keys of their own, rotated, and never read as nothing."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from integrations.crypto import UndecryptableValue, reseal, seal, unseal
from integrations.models import SupplierAccount
from tests.factories import SupplierAccountFactory


@pytest.mark.parametrize("secret", ["t", "50000601c30exampleAccess", "pässwörd ☃", "x" * 5000, " "])
def test_sealed_secret_comes_back(secret):
    sealed = seal(secret)

    assert len(secret) < 8 or secret not in sealed
    assert unseal(sealed) == secret


def test_same_secret_is_sealed_differently_each_time():
    assert seal("secret") != seal("secret")


def test_no_secret_stays_no_secret():
    assert (seal(""), unseal("")) == ("", "")


@pytest.mark.parametrize("damaged", ["secret", "gAAAAAB", "x"])
def test_damaged_value_is_an_error_with_advice(damaged):
    with pytest.raises(UndecryptableValue, match="FIELD_ENCRYPTION_KEYS"):
        unseal(damaged)


def test_value_of_a_lost_key_is_an_error_never_an_empty_token(settings):
    sealed = seal("secret")
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(UndecryptableValue) as raised:
        unseal(sealed)

    assert "secret cannot" in str(raised.value)
    assert sealed not in str(raised.value)


def test_older_key_still_opens_and_the_first_one_seals(settings):
    sealed = seal("secret")
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, old]

    again = reseal(sealed)

    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert unseal(again) == "secret"


@pytest.mark.django_db
def test_account_keeps_only_sealed_secrets():
    SupplierAccountFactory(app_secret="s3cr3t", access_token="acc3ss", refresh_token="r3fresh")

    row = SupplierAccount.objects.values().get()
    account = SupplierAccount.objects.get()

    assert not any(text in str(row) for text in ("s3cr3t", "acc3ss", "r3fresh"))
    assert (account.app_secret, account.access_token, account.refresh_token) == ("s3cr3t", "acc3ss", "r3fresh")


def test_secret_key_plays_no_part(settings):
    sealed = seal("secret")
    settings.SECRET_KEY = "another"

    assert unseal(sealed) == "secret"
