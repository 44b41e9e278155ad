"""Deals of which nothing says since when their states hold: no column, and no file name."""

from __future__ import annotations

from collections.abc import Collection

from halftime.contracts import Contract

# Columns that say since when a state of a deal holds; staging calls the first that is filled so.
STAMPS = ("history_from", "modified_at", "synced_at")
STAMP = "version_at"
_DEALS = ("opportunity", "deal")
_HISTORIES = frozenset(
    {"opportunity_field_history", "opportunity_history", "stage_change", "deal_property_history"}
)
LOST = (
    "each new file under the same name replaces the states before it, so that stage, amount and "
    "close date have no history: no movements of the week, no slipped dates, no stage times"
)


def needs_stamps(contract: Contract, others: Collection[str]) -> bool:
    """Whether the states of an object are its only history, given the system's other objects."""
    return contract.object in _DEALS and not _HISTORIES & set(others)


def mend(contract: Contract) -> str:
    """Say what makes a history of successive exports."""
    column = contract.column("modified_at")
    names = () if column is None else (column.header, *column.aliases[-1:])
    header = " or ".join(f"'{name}'" for name in names) or "a time of the last change"
    return (
        "put the day of the export into the file's name (Deals 2026-11-27.csv) and keep the older "
        f"files, or export {header} as well"
    )
