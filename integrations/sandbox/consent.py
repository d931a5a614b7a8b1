"""The authorization page of the AliExpress half, at `/oauth/authorize`.

Vendor's page: https://openservice.aliexpress.com/doc/doc.htm#/?docId=1364. The buyer agrees or refuses; the browser
goes back to the callback with `code` and `state`, or with `error=access_denied` and `state` (the words of
RFC 6749; the vendor does not describe a refusal). `force_auth=true` asks again in any case; here the page always
asks, unless the setting `consent` says otherwise.
"""

from urllib.parse import parse_qs, urlsplit

from integrations.sandbox import pages, tokens
from integrations.sandbox.account import DEMO_ACCOUNT
from integrations.sandbox.answers import Reply
from integrations.sandbox.emulator import Emulator

PATH = "/oauth/authorize"
_FIELDS = ("response_type", "client_id", "redirect_uri", "state", "force_auth")


def show(emulator: Emulator, target: str) -> Reply:
    """The page with its two buttons, or a plain one that says what is wrong with the request."""
    query = _values(urlsplit(target).query)
    if problem := _problem(emulator, query):
        return pages.page("Authorization failed", problem, status=400)
    if emulator.settings.consent == "always":
        return _agreed(emulator, query)
    hidden = {name: query[name] for name in _FIELDS if name in query}
    buttons = {"authorize": "Authorize", "refuse": "Refuse"}
    text = (
        f"The application {DEMO_ACCOUNT.app_key} asks to place orders and to read them in the account"
        f" {DEMO_ACCOUNT.account}. You will be sent back to {urlsplit(query['redirect_uri']).netloc}."
    )
    return pages.page("Authorize this application?", text, form=pages.form(PATH, hidden, buttons))


def decide(emulator: Emulator, body: bytes) -> Reply:
    """Send the browser back with what the buyer decided. The form is checked like the page's address was."""
    values = _values(body.decode("utf-8", "replace"))
    if problem := _problem(emulator, values):
        return pages.page("Authorization failed", problem, status=400)
    if values.get("decision") == "authorize":
        return _agreed(emulator, values)
    if values.get("decision") == "refuse":
        return pages.sent_back(values["redirect_uri"], {"error": "access_denied"} | _state(values), "refused:denied")
    return pages.page("Authorization failed", "Press Authorize or Refuse.", status=400)


def _agreed(emulator: Emulator, values: dict[str, str]) -> Reply:
    return pages.sent_back(values["redirect_uri"], {"code": tokens.new_code(emulator)} | _state(values))


def _state(values: dict[str, str]) -> dict[str, str]:
    return {"state": values["state"]} if "state" in values else {}


def _problem(emulator: Emulator, values: dict[str, str]) -> str:
    """Such a request is never sent back: its callback is not to be trusted."""
    if values.get("client_id") != DEMO_ACCOUNT.app_key:
        return "The client_id is not known."
    if not pages.is_allowed_address(values.get("redirect_uri", ""), emulator.settings.oauth_callback):
        return "The redirect_uri is not the registered one, and not on this machine."
    return "" if values.get("response_type") == "code" else "The response_type must be code."


def _values(text: str) -> dict[str, str]:
    try:
        return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True, max_num_fields=50).items()}
    except ValueError:
        return {}
