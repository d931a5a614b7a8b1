"""Keeping cost, stock and price of listings true to what suppliers say. docs/sync.md tells the whole of it."""
