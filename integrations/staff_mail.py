"""Mails to the people in ``STAFF_EMAILS``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def tell_staff(subject: str, template: str, context: Mapping[str, Any], *, about: str) -> bool:
    """Mail ``email/<template>.txt`` to staff. False if the mail server does not take it now.

    ``about`` names the row in the log, such as ``account=3``. With nobody to tell, that is logged and nothing else.
    """
    if not settings.STAFF_EMAILS:
        logger.warning("nobody to tell %s: STAFF_EMAILS is empty", about)
        return True
    try:
        body = render_to_string(f"email/{template}.txt", {"shop_name": settings.SHOP_NAME, **context})
        send_mail(subject, body, None, settings.STAFF_EMAILS)
    except OSError:
        # The admin shows the same; no trace, it may contain an address.
        logger.error("mail to staff not sent %s", about)
        return False
    return True
