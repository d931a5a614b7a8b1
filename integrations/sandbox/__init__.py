"""The supplier emulator: a process of its own that speaks the AliExpress wire format over real HTTP.

It imports nothing of the project outside this package and only the standard library, so that it stays an
independent reading of the wire format. See docs/emulator.md.
"""
