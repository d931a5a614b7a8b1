"""``manage.py erase_personal_data``: forget who old orders were for, now; or one order, by its number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fulfillment import personal_data
from fulfillment.models import Order


class Command(BaseCommand):
    help = "Erases personal data of orders that have not changed for PERSONAL_DATA_DAYS days, or of one order at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--order", metavar="NUMBER", help="erase this order, whatever its age")
        parser.add_argument("--dry-run", action="store_true", help="only say how many orders it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["order"]:
            self._erase_one(options["order"], dry_run=options["dry_run"])
            return
        if settings.PERSONAL_DATA_DAYS <= 0:
            raise CommandError("PERSONAL_DATA_DAYS is 0: nothing is erased by age. Set it, or name an order.")
        count = 0
        if options["dry_run"]:
            self.stdout.write(f"{len(personal_data.due(at_once=100_000))} orders would be erased")
            return
        while ids := personal_data.due():
            done = sum(personal_data.erase_due(order_id) for order_id in ids)
            count += done
            if not done:
                break
        self.stdout.write(f"{count} orders erased, {personal_data.purge()} invoices emptied")

    def _erase_one(self, number: str, *, dry_run: bool) -> None:
        order = Order.objects.filter(number=number).first()
        if order is None:
            raise CommandError(f"There is no order {number}.")
        reason = personal_data.why_needed(order)
        if reason:
            raise CommandError(f"{number} is not erased: {reason}")
        if dry_run:
            self.stdout.write(f"{number} would be erased")
        elif personal_data.erase_personal_data(order):
            self.stdout.write(f"{number} is erased")
        else:
            self.stdout.write(f"{number} was erased before")
