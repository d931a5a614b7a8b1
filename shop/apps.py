from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShopConfig(AppConfig):
    name = "shop"
    verbose_name = _("Shop")

    def ready(self) -> None:
        from fulfillment.personal_data import also_erase
        from fulfillment.sweep import also_purge, also_sweep
        from integrations.crypto import also_reseal
        from shop import basket, checks, customer_session, devices, hooks, outbox, sealed  # noqa: F401 - registers the checks
        from shop.accounts import closing, receivers, sessions, stock_watch  # noqa: F401 - listens to allauth
        from shop.api import idempotency

        also_purge(idempotency.purge)
        also_purge(basket.purge)
        also_purge(devices.purge)
        also_purge(customer_session.purge)
        also_purge(outbox.purge)
        also_purge(stock_watch.purge)
        also_purge(sessions.purge)
        also_erase(idempotency.forget)  # Finds a guest's answers by the basket, which the next one deletes.
        also_erase(basket.forget)
        also_reseal(sealed.reseal_all)
        also_sweep("shop.outbox.send", outbox.unsent)
        also_sweep("shop.accounts.stock_watch.tell", stock_watch.due)
        also_sweep("shop.accounts.closing.erase_order", closing.orders_to_erase)
        also_sweep("shop.hooks.send_round", hooks.first_due, only_by_queue=True)
