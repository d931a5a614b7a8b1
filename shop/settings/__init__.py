"""Every setting of the shop, read from the environment with django-environ.

A fresh clone runs with no environment at all (SQLite, the emulator, mails as files). With ``DEBUG=false`` the values
that have no safe default are required, and a missing one stops the start. ``.env.example`` explains each variable.
"""

from shop.settings.accounts import *  # noqa: F403
from shop.settings.api import *  # noqa: F403
from shop.settings.catalogue import *  # noqa: F403
from shop.settings.framework import *  # noqa: F403
from shop.settings.place import *  # noqa: F403
from shop.settings.security import *  # noqa: F403
from shop.settings.selling import *  # noqa: F403
from shop.settings.storage import *  # noqa: F403
from shop.settings.suppliers import *  # noqa: F403
