"""``manage.py start``: says where everything is, then becomes honcho with the ``Procfile``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from integrations.accounts import described_account
from integrations.http import is_loopback
from integrations.sandbox.account import DEMO_STRIPE
from shop.demo.load import DEMO_PASSWORD, DEMO_USER, create_demo_staff
from shop.ports import PortTaken, check_ports

#: The emulator delivers in about a minute; nobody wants to wait a quarter of an hour for the shop to notice.
_DEMO_PACE = {
    "TRACKING_POLL_S": "3",
    "SWEEP_INTERVAL_S": "2",
    "RATE_LIMIT_STANDARD": "3000",
    "RATE_LIMIT_ORDER": "600",
    "RATE_LIMIT_VISITORS": "600",
    "RATE_LIMIT_IMPORTS": "2000",
}
#: An account of one's own at an emulator on this machine: followed soon as well, within the usual limits.
_LOCAL_PACE = {"TRACKING_POLL_S": "10", "SWEEP_INTERVAL_S": "2"}


class Command(BaseCommand):
    """Starts web, worker and emulator in this terminal. Ctrl-C (or SIGTERM) ends all three."""

    help = "Start the processes of the Procfile in one terminal."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check_ports({"PORT": settings.PORT, "SANDBOX_PORT": settings.SANDBOX_PORT})
        except PortTaken as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write("\n".join(["", *_where_things_are(), ""]))
        self.stdout.flush()
        os.chdir(settings.BASE_DIR)
        # Django reads .env itself, with its own rules; honcho shall not read it a second time.
        command = [sys.executable, "-m", "shop.terminal", "--env", os.devnull, "start", "--port", str(settings.PORT)]
        os.execve(sys.executable, command, _environment())  # noqa: S606 - our own program, no shell


def _where_things_are() -> list[str]:
    lines = [
        f"  Shop      {settings.BASE_URL}/",
        f"  Admin     {settings.BASE_URL}/admin/",
    ]
    if create_demo_staff():
        lines.append(f"            login: {DEMO_USER}   password: {DEMO_PASSWORD}   (this machine only)")
    else:
        lines.append("            make a login: .venv/bin/python manage.py createsuperuser")
    if settings.DEBUG:
        lines.append(f"  Mails     {settings.BASE_URL}/dev/mail/   (files in {settings.EMAIL_FILE_PATH})")
    lines += [
        f"  Supplier  emulator at http://127.0.0.1:{settings.SANDBOX_PORT}/",
        "  Ctrl-C ends everything; what you did is kept.",
    ]
    return lines


def _environment() -> dict[str, str]:
    """The processes' environment. honcho gives each process another PORT, so the shop's address is told apart."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONUNBUFFERED": "1",
        "BASE_URL": settings.BASE_URL,
        "SANDBOX_PORT": str(settings.SANDBOX_PORT),
        "SANDBOX_STORE": str(settings.VAR_DIR / "sandbox.sqlite3"),
    }
    for name, value in {**_pace(), **_emulated_stripe(), **_emulated_rates()}.items():
        environment.setdefault(name, value)
    return environment


def _pace() -> dict[str, str]:
    described = described_account()
    if described is None:
        return _DEMO_PACE
    return _LOCAL_PACE if is_loopback(urlsplit(described.endpoint).hostname or "") else {}


def _emulated_rates() -> dict[str, str]:
    """Where nobody has named a supplier, exchange rates are the emulator's, too: the demo needs no internet."""
    if not settings.DEBUG or described_account() is not None:
        return {}
    return {"ECB_RATES_URL": f"http://127.0.0.1:{settings.SANDBOX_PORT}/stats/eurofxref"}


def _emulated_stripe() -> dict[str, str]:
    """On a development machine where nobody has said how customers pay, Stripe is offered beside the sandbox page:
    the emulator's, whose events come to this shop.
    """
    said = settings.STRIPE_SECRET_KEY or os.environ.get("PAYMENT_METHODS")
    if not settings.DEBUG or said:
        return {}
    return {
        "PAYMENT_METHODS": "sandbox,stripe",
        "STRIPE_SECRET_KEY": DEMO_STRIPE.secret_key,
        "STRIPE_WEBHOOK_SECRET": DEMO_STRIPE.webhook_secret,
        "STRIPE_API_BASE": f"http://127.0.0.1:{settings.SANDBOX_PORT}{DEMO_STRIPE.path}",
        "STRIPE_WEBHOOK_URL": f"http://127.0.0.1:{settings.PORT}{reverse('payment-webhook', args=['stripe'])}",
    }
