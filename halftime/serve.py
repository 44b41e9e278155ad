"""Serve the published build with Streamlit on the loopback address."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from halftime.errors import MachineError, UsageError
from halftime.home import PROJECT_ROOT, Home

ADDRESS = "127.0.0.1"


def serve(home: Home, port: int) -> int:
    """Run the dashboard until it ends and return its exit code.

    Raises :class:`UsageError` where nothing is published yet, :class:`MachineError` where the port
    is taken.
    """
    if home.current() is None:
        raise UsageError(
            f"Nothing is published in {home.root} yet.",
            hint="Run 'make demo' or 'halftime run' first.",
        )
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise MachineError(
                f"Port {port} of {ADDRESS} is taken ({error.strerror}).",
                hint="Choose another --port.",
            ) from error
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(PROJECT_ROOT / "dashboards" / "app.py")),
        *("--server.address", ADDRESS, "--server.port", str(port)),
        *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
    ]
    try:
        return subprocess.call(
            command, cwd=PROJECT_ROOT, env={**os.environ, "HALFTIME_HOME": str(home.root)}
        )
    except KeyboardInterrupt:
        return 0
