"""Which columns no rule looks at: of the contracts, and of the tables that others rely on.

What a contract asks of each value (its kind, whether it may be blank, its values and bounds)
staging judges, and the rates of rejected rows guard it; what is left are counts without bounds. A
column of a fixed table is looked after if a rule about that table tests it or names it. What needs
none stands in :data:`EXEMPT`, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from halftime.contracts import Contract
from quality.catalogue import CatalogueRule, table_name

#: The fixed tables of the published file: their columns are what others build on.
FIXED_TABLES = (
    "quality.ledger",
    "quality.rejected_row",
    "leading.fct_leading_indicator",
    "lagging.fct_lagging_indicator",
    "core.dim_person",
    "core.dim_person_history",
    "core.dim_team",
    "core.dim_account",
    "core.dim_date",
    "core.bridge_person_identity",
    "core.fct_opportunity",
    "core.fct_opportunity_version",
    "core.fct_opportunity_stage",
    "core.fct_activity",
    "core.fct_quota",
    "core.fct_coaching_session",
    "core.fct_coaching_action",
    "core.fct_skill_score",
    "core.fct_training",
)
#: Columns of the fixed tables that need no rule, each group with the reason.
EXEMPT = {
    "Said by the source in its own words; any text is right, also none.": (
        "account_name",
        "confirmed_by",
        "country",
        "email",
        "forecast_category",
        "full_name",
        "gap_id",
        "industry",
        "initiative_name",
        "initiator",
        "job_title",
        "lead_source",
        "mode",
        "opportunity_name",
        "opportunity_type",
        "region",
        "session_trigger",
        "skill",
        "source_cell",
        "source_opportunity_id",
    ),
    "Read from a list that has rules of its own (time zones, stages, reasons, courses, teams).": (
        "course_id",
        "is_qualified",
        "reason_code",
        "stage_order",
        "stage_place",
        "team_id",
        "time_zone",
    ),
    "A quantity that is only shown; its contract bounds it, and no figure is made of it.": (
        "annual_revenue_amount",
        "employee_count",
        "parent_account_id",
        "score_percent",
    ),
    "An observation that may be unknown, and whose kind the contract holds.": (
        "certification_expires_date",
        "certified_date",
        "defined_criterion_count",
        "has_practice",
        "has_strength_noted",
        "is_quarter_end_squeeze",
        "occurred_at",
        "promotion_criterion_count",
        "recorded_at",
    ),
    "A part of a sum whose residual has a rule.": ("superseded_rows", "expired_rows"),
    "Its own table is judged by the close dates of versions and deals.": ("close_date",),
}
#: Counts of contracts that need no bounds: to reject a whole row for one loses more than it guards.
UNBOUNDED = frozenset(
    {"display_order", "employee_count", "moved_property_count", "position", "sequence"}
)


@dataclass(frozen=True)
class Uncovered:
    """A column that no rule looks at."""

    table: str
    column: str


def unbounded_contract_columns(contracts: Iterable[Contract]) -> list[Uncovered]:
    """Return the counts of contracts that may be any whole number."""
    return [
        Uncovered(f"raw.{contract.table}", column.raw_name)
        for contract in contracts
        for column in contract.columns
        if column.kind == "integer"
        and column.minimum is None
        and column.maximum is None
        and column.name not in UNBOUNDED
    ]


def uncovered_table_columns(
    rules: Iterable[CatalogueRule], manifest: Mapping[str, Any]
) -> list[Uncovered]:
    """Return the columns of the fixed tables that no rule about them tests or names."""
    words: dict[str, set[str]] = {table: set() for table in FIXED_TABLES}
    for rule in rules:
        for table in {rule.table, *rule.tables} & set(FIXED_TABLES):
            words[table] |= set(rule.columns) | set(re.findall(r"\w+", rule.definition))
    columns = {
        table_name(node): list(node.get("columns") or {})
        for node in manifest["nodes"].values()
        if node.get("resource_type") == "model"
    }
    return [
        Uncovered(table, column)
        for table in FIXED_TABLES
        for column in columns[table]
        if column not in words[table]
    ]


def exempt_columns() -> frozenset[str]:
    """Return the names of the columns that need no rule."""
    return frozenset(column for columns in EXEMPT.values() for column in columns)
