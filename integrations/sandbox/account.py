"""The emulator's demo account: fixed, well-known values, worth nothing outside this machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoAccount:
    """Application and buyer account known to the emulator. Lifetimes in seconds.

    Both tokens become valid again at each start of the emulator and live from that instant
    (an application with status *online*: 30 and 60 days).
    """

    app_key: str
    app_secret: str
    access_token: str
    refresh_token: str
    user_id: str
    seller_id: str
    havana_id: str
    user_nick: str
    account: str
    account_platform: str
    locale: str
    sp: str
    access_token_lifetime_s: int
    refresh_token_lifetime_s: int


@dataclass(frozen=True)
class DemoAliseeks:
    """Subscriber and merchant known to the Aliseeks half; `path` is its base address on the emulator.

    The merchant is authorized again at each start of the emulator, for `authorization_lifetime_s`.
    """

    api_key: str
    merchant_id: str
    path: str
    authorization_lifetime_s: int


@dataclass(frozen=True)
class DemoStripe:
    """Keys known to the Stripe half; `path` is its base address on the emulator."""

    secret_key: str
    webhook_secret: str
    path: str


DEMO_ACCOUNT = DemoAccount(
    app_key="33500001",
    app_secret="emulator-app-secret-known-to-all",  # noqa: S106 - opens nothing but the emulator
    access_token="50000000emulatorAccessTokenKnownToAll",  # noqa: S106 - the same
    refresh_token="50001000emulatorRefreshTokenKnownToAll",  # noqa: S106 - the same
    user_id="2637900001",
    seller_id="2637900001",
    havana_id="3000021180001",
    user_nick="us1000000001demo",
    account="buyer@sandbox.example",
    account_platform="buyerApp",
    locale="en_US",
    sp="ae",
    access_token_lifetime_s=2_592_000,
    refresh_token_lifetime_s=5_184_000,
)

DEMO_ALISEEKS = DemoAliseeks(
    api_key="emulator-aliseeks-key-known-to-all",
    merchant_id="SandboxMrch1",
    path="/aliseeks/v1",
    authorization_lifetime_s=2_592_000,
)

DEMO_STRIPE = DemoStripe(
    secret_key="sk_test_emulatorKeyKnownToAll",  # noqa: S106 - opens nothing but the emulator
    webhook_secret="whsec_emulatorSecretKnownToAll",  # noqa: S106 - the same
    path="/stripe",
)
