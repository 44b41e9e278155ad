"""What the linter shows for dbt's cross-database macros; dbt itself writes the real SQL."""

from __future__ import annotations


def date_trunc(part: str, date: str) -> str:
    """Truncate a date or timestamp."""
    return f"date_trunc('{part}', {date})"


def datediff(first: str, second: str, part: str) -> str:
    """Count the boundaries of a part between two dates."""
    return f"datediff('{part}', {first}, {second})"


def dateadd(part: str, interval: object, date: str) -> str:
    """Add parts to a date."""
    return f"date_add({date}, interval ({interval}) {part})"


def last_day(date: str, part: str) -> str:
    """Return the last day of a part."""
    return f"last_day(date_trunc('{part}', {date}))"


def type_string() -> str:
    """Return the type of text."""
    return "varchar"


def type_int() -> str:
    """Return the type of whole numbers."""
    return "integer"


def type_bigint() -> str:
    """Return the type of large whole numbers."""
    return "bigint"


def type_timestamp() -> str:
    """Return the type of timestamps."""
    return "timestamp"


def type_float() -> str:
    """Return the type of doubles."""
    return "double"


def type_boolean() -> str:
    """Return the type of booleans."""
    return "boolean"


def position(part: str, text: str) -> str:
    """Find a part in a text."""
    return f"strpos({text}, {part})"


def split_part(text: str, delimiter: str, number: object) -> str:
    """Take one part of a delimited text."""
    return f"split_part({text}, {delimiter}, {number})"
