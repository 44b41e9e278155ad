"""Landing: files of any known format, as text with file and row, into the raw schema."""

from halftime.landing.load import land, preflight
from halftime.landing.spec import (
    ColumnFinding,
    FileReport,
    LandingEvent,
    LandingReport,
    ObjectSpec,
    Shape,
    SourceSpec,
    Unpivot,
)
from halftime.landing.store import ensure_raw_tables

__all__ = [
    "ColumnFinding",
    "FileReport",
    "LandingEvent",
    "LandingReport",
    "ObjectSpec",
    "Shape",
    "SourceSpec",
    "Unpivot",
    "ensure_raw_tables",
    "land",
    "preflight",
]
