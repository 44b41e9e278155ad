"""``python -m halftime``."""

from halftime.cli import entry_point

entry_point()
