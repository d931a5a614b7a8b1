"""The half of the emulator that speaks Stripe: Checkout Sessions with a hosted page, refunds and signed events.

Written from Stripe's public reference (https://docs.stripe.com/api), independently of the shop's own code, so that
the official library can be run against it.
"""
