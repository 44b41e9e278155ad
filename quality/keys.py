"""Failing keys hold ids and nothing else: which columns may be a key, and how a key is written.

Names, subjects, notes and amounts are never keys. A value that does not look like an id (longer
than 120 characters, or with a line break) is replaced by its md5, so that text that slipped into
an id column cannot reach the published file either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from quality.results import KEY_CAP, Cursor, identifier, literal

_KEY_NAME = re.compile(
    r"(_id|_key|_date|_day|_start|_grain|_number|_code|_source_file|_source_row|_load_id|date_day)$",
)
_KEY_NAMES = frozenset(
    {
        "dimension",
        "entity_type",
        "member",
        "object",
        "source_file",
        "source_row",
        "source_system",
        "system",
        "valid_from",
        "valid_to",
    },
)
MAX_KEY_LENGTH = 120


def is_key_column(name: str) -> bool:
    """Say whether a column may appear in a failing key."""
    return name in _KEY_NAMES or _KEY_NAME.search(name) is not None


def key_columns(names: Iterable[str], limit: int = 4) -> list[str]:
    """Return the columns of a table that may be a key, in order, at most ``limit``."""
    return [name for name in names if is_key_column(name)][:limit]


def key_sql(columns: Sequence[str]) -> str:
    """Return the SQL expression of a key: the value alone, or ``column=value`` pairs."""
    if len(columns) == 1:
        return f"coalesce({_guarded(columns[0])}, '(null)')"
    pairs = [f"{literal(name + '=')} || coalesce({_guarded(name)}, '(null)')" for name in columns]
    return "concat_ws(', ', " + ", ".join(pairs) + ")"


def _guarded(name: str) -> str:
    text = f"cast({identifier(name)} as varchar)"
    return (
        f"case when length({text}) > {MAX_KEY_LENGTH} or {text} like '%' || chr(10) || '%'"
        f" or {text} like '%' || chr(13) || '%' then 'md5:' || md5({text}) else {text} end"
    )


def collect_keys(
    cursor: Cursor,
    faults: str,
    columns: Sequence[str],
    *,
    build_id: str,
    rule_id: str,
    table: str,
) -> None:
    """Insert the first failing keys (ordered, at most the cap) of a query into ``rule_failure``."""
    for name in columns:
        if not is_key_column(name):
            raise ValueError(f"Rule {rule_id}: '{name}' is not an id column and may not be a key.")
    cursor.execute(
        "insert into rule_failure "
        f"select {literal(build_id)}, {literal(rule_id)}, {literal(table)}, failing_key "
        f"from (select distinct {key_sql(columns)} as failing_key from ({faults}) as faults) "
        f"order by failing_key limit {KEY_CAP}",
    )
