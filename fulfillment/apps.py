from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FulfillmentConfig(AppConfig):
    name = "fulfillment"
    verbose_name = _("Orders")

    def ready(self) -> None:
        from catalog.stock import also_kept
        from fulfillment.reserving import pieces_kept

        also_kept(pieces_kept)
