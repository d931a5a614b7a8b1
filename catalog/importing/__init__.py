"""From a supplier's catalogue into the shop's: find, import, prepare, publish (docs/importing.md)."""
