"""The API for the shop owner's other programs; ``docs/order-call.md`` is its guide."""
