"""One writer at a time for what an account may have only so many of."""

from __future__ import annotations

from django.contrib.auth.models import User


def lock_account(user: User) -> None:
    """Until the end of the transaction nobody else gets this far for ``user``: of two who count, one comes first."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()
