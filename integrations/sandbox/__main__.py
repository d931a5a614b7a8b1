"""`python -m integrations.sandbox`."""

import os

from integrations.sandbox.command_line import main

# Threads may still be writing their log line. Everything is committed and closed: leave at once, instead of letting
# the interpreter take itself apart under them.
os._exit(main())
