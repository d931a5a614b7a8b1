"""The API for apps: all that the shop's pages can do, under ``/api/v1/``; ``docs/mobile.md`` walks through it."""
