"""``manage.py start_check``: says that a port is taken before anything has been started."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.ports import PortTaken, check_ports


class Command(BaseCommand):
    """Ends with status 1 and one plain line if PORT or SANDBOX_PORT cannot be used."""

    help = "Check that the ports of the shop and of the supplier emulator are free."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check_ports({"PORT": settings.PORT, "SANDBOX_PORT": settings.SANDBOX_PORT})
        except PortTaken as exc:
            raise CommandError(str(exc)) from exc
