"""Accounts of customers (docs/accounts.md); the admin has a login of its own."""

from __future__ import annotations

from shop.settings.place import DEBUG, env
from shop.settings.selling import SHOP_NAME

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
AUTHENTICATION_BACKENDS = [
    # Staff, by name, in the admin.
    "django.contrib.auth.backends.ModelBackend",
    # Customers, by address.
    "allauth.account.auth_backends.AuthenticationBackend",
]
#: Staff may use the admin only with a second factor: an authenticator app or a passkey.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)

ACCOUNT_ADAPTER = "shop.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_MAX_EMAIL_ADDRESSES = 5
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {
    "signup": "shop.accounts.forms.SignupForm",
    "change_password": "shop.accounts.forms.ChangePasswordForm",
    "set_password": "shop.accounts.forms.SetPasswordForm",
    "reset_password_from_key": "shop.accounts.forms.ResetPasswordKeyForm",
}
#: Beside allauth's own: by visitor ("ip") and by the address that is typed ("key"), counted in the cache.
ACCOUNT_RATE_LIMITS = {
    "signup": "10/m/ip,50/d/ip",
    "login": "30/m/ip",
    "login_failed": "10/m/ip,100/d/ip,5/5m/key",
    "reset_password": "10/m/ip,3/15m/key",
    "reset_password_from_key": "20/m/ip",
}
MFA_ADAPTER = "shop.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SHOP_NAME
# A minute's grace for a telephone whose clock is wrong.
MFA_TOTP_TOLERANCE = 1
# Nobody is logged in with an unconfirmed address only, so nobody can lock its owner out by a second factor.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers offer passkeys over https and on this machine only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
