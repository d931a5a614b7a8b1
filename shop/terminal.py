"""honcho, with an answer to the terminal being closed: it would die and leave its processes running.

Run by ``manage.py start`` as ``python -m shop.terminal``; takes honcho's arguments.
"""

from __future__ import annotations

import os
import signal
from types import FrameType


def end_quietly(number: int, frame: FrameType | None) -> None:
    """As if SIGTERM had come, and with nobody left to talk to: writing to a closed terminal is an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    from honcho.command import main

    signal.signal(signal.SIGHUP, end_quietly)
    main()
