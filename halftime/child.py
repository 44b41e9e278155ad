"""Start a Python module as a child that ends when its parent does.

Usage: ``python -m halftime.child PARENT_PID MODULE [ARGUMENT …]``. A parent that is killed
outright (SIGKILL, out of memory) can end nobody; left alone, dbt would go on writing for minutes.
Linux tells the child by a signal. Elsewhere nothing is asked of the system, and the child holds the
lock that it inherited until it has ended by itself.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

_PR_SET_PDEATHSIG = 1  # from <sys/prctl.h>


def command(module: str, arguments: Sequence[str]) -> list[str]:
    """Return the command that starts a module as a child of this process."""
    return [sys.executable, "-m", "halftime.child", str(os.getpid()), module, *arguments]


def tell(process: subprocess.Popen[str], line: str) -> None:
    """Write one line to a child's standard input; one that is gone is left to who waits for it.

    What could not be written must not be tried again when the stream is closed: that error would
    stand in the place of the one that says how the child ended.
    """
    stream = process.stdin
    if stream is None:
        raise ValueError("The child was started without a standard input.")
    if stream.closed:
        return
    try:
        stream.write(line + "\n")
        stream.flush()
    except BrokenPipeError:
        with suppress(BrokenPipeError):
            stream.close()


def end_with(parent: int) -> None:
    """Ask the system to kill this process when its parent ends, or end if that has happened."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Become the module that the command line names."""
    _, parent, module, *arguments = sys.argv
    end_with(int(parent))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
