"""What a person sees while a command works: progress bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Tick = Callable[[int, int, str], None]


class Reporter:
    """Report the steps of a command to a person (``json_output`` False) or to a machine."""

    def __init__(self, *, json_output: bool = False) -> None:
        self.json_output = json_output
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Tick]:
        """Show one step; the yielded function takes (done, total, name of the part)."""
        if self.json_output:
            yield lambda _done, _total, _part: None
        elif self.err.is_terminal:
            with self._bar() as bar:
                task = bar.add_task(title, total=None, part="")

                def tick(done: int, total: int, part: str) -> None:
                    bar.update(task, completed=done, total=total or None, part=part)

                yield tick
        else:
            self.err.print(f"{title} …")
            yield lambda _done, _total, _part: None

    def _bar(self) -> Progress:
        return Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[part]}", style="dim", markup=False),
            console=self.err,
        )

    def say(self, line: str = "") -> None:
        """Print one line of the result for a person; silent with ``--json``."""
        if not self.json_output:
            self.out.print(line, markup=False)

    def result(self, value: Any) -> None:
        """Print the machine-readable result with ``--json``."""
        if self.json_output:
            sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, default=str) + "\n")

    def error(self, message: str, hint: str = "") -> None:
        """Print an error: what and where, then how to mend it."""
        if self.json_output:
            sys.stdout.write(json.dumps({"error": message, "hint": hint}) + "\n")
            return
        self.err.print(f"Error: {message}", style="bold red", markup=False)
        if hint:
            self.err.print(f"  {hint}", markup=False)
