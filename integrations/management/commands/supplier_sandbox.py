"""`manage.py supplier_sandbox`: start the supplier emulator."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from integrations import sandbox
from integrations.sandbox import command_line


class Command(BaseCommand):
    """Hands over to `python -m integrations.sandbox`, so that the emulator's process holds no Django."""

    help = "Start the supplier emulator, which speaks the AliExpress wire format. See docs/emulator.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the emulator's own options."""
        command_line.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace this process; signals and exit status then belong to the emulator itself."""
        arguments = ["--host", options["host"], "--port", str(options["port"]), "--store", options["store"]]
        for name in ("catalogue", "media", "speed", "public_url", "stripe_webhook"):
            if options[name] is not None:
                arguments += [f"--{name.replace('_', '-')}", str(options[name])]
        if options["allow_remote"]:
            arguments.append("--allow-remote")
        root = str(Path(sandbox.__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        command = [sys.executable, "-m", "integrations.sandbox", *arguments]
        os.execve(sys.executable, command, os.environ | {"PYTHONPATH": path})  # noqa: S606 - our own program
