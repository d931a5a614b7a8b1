from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from catalog.delivery import when_stopped
        from catalog.syncing.unshipped import note_stopped

        when_stopped(note_stopped)
