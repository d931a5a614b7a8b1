"""The Aliseeks half of the emulator, under `/aliseeks/v1`.

Vendor's documentation: docs.aliseeks.com (ordering, errors, types, items, search; the service accepts no new
integrations, and nothing here was compared with a live answer). Store, clock, goods, faults and the control interface
are those of the AliExpress half.
"""
