"""Where an account is logged in."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.utils import timezone


def purge() -> int:
    """Forget the network addresses and browsers of sessions that have ended. How many."""
    living = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    return int(UserSession.objects.filter(~Exists(living)).delete()[0])
