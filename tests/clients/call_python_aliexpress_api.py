"""Makes calls with the PyPI package ``python-aliexpress-api`` as it is installed, and writes what came back.

Run by a Python that has the package. Reads ``{"port", "app_key", "app_secret", "session", "calls"}`` as JSON from
standard input and writes a list of ``{"returned"}`` or ``{"raised", "message"}``. A call is
``["method", name, parameters]`` (a request of our own on the package's base class, as all of its own are) or
``["products", ids]`` (the package's front door).
"""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

from aliexpress_api import AliexpressApi, models
from aliexpress_api.skd.api.base import RestApi, TopException

PLATFORM = ("api-sg.aliexpress.com", 80)


def lead_to(port: int) -> None:
    """Let the platform's name mean this machine, as an entry in the hosts file would."""
    connect = socket.create_connection

    def redirected(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        if address != PLATFORM:
            raise OSError(f"not the platform: {address}")
        return connect(("127.0.0.1", port), *args, **kwargs)

    socket.create_connection = redirected


class Request(RestApi):
    """Any business method; the base class takes its parameters from the attributes."""

    def __init__(self, name: str, parameters: dict[str, str]) -> None:
        super().__init__(*PLATFORM)
        self.__dict__.update(parameters)
        self.__name = name

    def getapiname(self) -> str:
        return self.__name

    def getApplicationParameters(self) -> dict[str, str]:
        sent = super().getApplicationParameters()
        return {name: value for name, value in sent.items() if not name.startswith("Request__")}


def main() -> None:
    asked = json.load(sys.stdin)
    lead_to(asked["port"])
    api = AliexpressApi(asked["app_key"], asked["app_secret"], models.Language.EN, models.Currency.USD)
    outcomes: list[dict[str, Any]] = []
    for kind, *args in asked["calls"]:
        try:
            if kind == "products":
                api.get_products_details(*args)
                raise AssertionError("the emulator's app has no affiliate methods")
            outcomes.append({"returned": Request(*args).getResponse(asked["session"])})
        except TopException as error:
            outcomes.append({"raised": type(error).__name__, "code": error.errorcode, "message": error.message})
        except Exception as error:
            outcomes.append({"raised": type(error).__name__, "message": str(error)})
    json.dump(outcomes, sys.stdout)


main()
