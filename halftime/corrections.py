"""Which columns of which objects the landed corrections speak of.

Staging applies corrections (``macros/corrected.sql``); it reads them only for the objects named
here, so that all others cost nothing. What is named is only a place to look: which corrections
count, and since which load, is decided in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from halftime.contracts import Column, Contract, normalise_header

OWN = ("reference", "correction")

Corrected = dict[str, dict[str, dict[str, list[str]]]]


def corrected_columns(warehouse: Path, contracts: Mapping[tuple[str, str], Contract]) -> Corrected:
    """Return ``{system: {object: {column: [spellings]}}}`` of all corrections ever landed.

    Corrections of corrections, and of what no contract knows, are left out.
    """
    if OWN not in contracts or not warehouse.is_file():
        return {}
    found: Corrected = {}
    for system, name, spelling in _named(warehouse, contracts[OWN]):
        contract = contracts.get((system, name))
        if contract is None or (system, name) == OWN:
            continue
        column = _column(contract, spelling)
        if column is not None:
            objects = found.setdefault(system, {})
            objects.setdefault(name, {}).setdefault(column.name, []).append(spelling)
    return found


def _named(warehouse: Path, contract: Contract) -> list[tuple[str, str, str]]:
    """Read system, object and column of all corrections, cleaned as staging cleans them."""
    texts = [
        f"lower(trim(replace({name}, chr(160), ' '), ' ' || chr(9) || chr(10) || chr(13)))"
        for name in ("raw_source_system", "raw_object", "raw_column_name")
    ]
    query = (
        f"select distinct {', '.join(texts)} from raw.{contract.table} "
        "where raw_source_system is not null and raw_object is not null "
        "and raw_column_name is not null order by all"
    )
    with duckdb.connect(str(warehouse)) as con:
        try:
            return con.execute(query).fetchall()
        except duckdb.CatalogException:  # landed before there were corrections
            return []


def _column(contract: Contract, spelling: str) -> Column | None:
    """Return the column whose name, header or alias is spelled like this."""
    wanted = normalise_header(spelling)
    return next(
        (
            column
            for column in contract.columns
            if wanted in map(normalise_header, (column.name, column.header, *column.aliases))
        ),
        None,
    )
