"""What kind of place this is: a developer's machine or a shop, its keys, hosts and folders."""

from __future__ import annotations

from pathlib import Path

import environ

from shop.development_keys import development_key

BASE_DIR = Path(__file__).resolve().parents[2]

env = environ.Env()
for name in (".env.local", ".env"):
    if (BASE_DIR / name).is_file():
        env.read_env(str(BASE_DIR / name))

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY: str = (
    env.str("SECRET_KEY") if not DEBUG else env.str("SECRET_KEY", "") or development_key(VAR_DIR, "secret")
)
#: Fernet keys for tokens at rest; the first one encrypts, all of them decrypt.
FIELD_ENCRYPTION_KEYS: list[str] = (
    env.list("FIELD_ENCRYPTION_KEYS")
    if not DEBUG
    else env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [development_key(VAR_DIR, "fields")]
)
ALLOWED_HOSTS: list[str] = (
    env.list("ALLOWED_HOSTS") if not DEBUG else env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: A proxy of ours stands in front and speaks for its visitors: their address, and whether they came by https.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
#: The address customers know the shop by: links in mails begin with it.
PORT = env.int("PORT", default=8000)
BASE_URL: str = env.str("BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
