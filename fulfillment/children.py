"""The worker's children hear of its end from the worker, not from whoever ends it.

A supervisor may signal a whole process group (honcho and systemd do). django-q2's sentinel then dies inside of the
locks it shares with the worker, which waits for them for ever. So the children stand in groups of their own, and on
Linux the kernel ends them with the worker if it dies without a word.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def shield_children() -> None:
    """Every process forked from now on (theirs too) leaves the group and does not outlive its parent."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    parent = os.getpid()

    def stand_apart() -> None:
        nonlocal parent
        os.setpgid(0, 0)
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            # The parent may have died before the kernel was told.
            if os.getppid() != parent:
                os._exit(1)
        parent = os.getpid()

    os.register_at_fork(after_in_child=stand_apart)
