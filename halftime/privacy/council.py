"""What a build of the profile ``council`` publishes of each table; what is not listed has no rows.

A new model is therefore withheld until somebody decides about it here (decision 0039).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from halftime.config import Privacy
from halftime.hashing import quote
from halftime.home import Home
from halftime.privacy.pseudonyms import Pseudonyms
from halftime.privacy.withhold import GRAINS, decide, read_company, write_decision

FACTS = ("leading.fct_leading_indicator", "lagging.fct_lagging_indicator")
SUPPRESSION = "quality.suppression"
_MONDAY = "cast(date_trunc('week', {0}) as date)"
_NAMELESS = "case when pseudonymised({0}, '') = {0} then {0} end"
_EARLY = "cast('1900-01-01' as date)"
_NOW = (
    "valid_from <= (select as_of_date from warehouse.core.dim_clock)"
    " and valid_to > (select as_of_date from warehouse.core.dim_clock)"
)


@dataclass(frozen=True)
class Shown:
    """What is published of a table: which columns (None: all), how, and which rows."""

    columns: tuple[str, ...] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    where: str = "true"


_ALL = Shown()
_FILES = ("source_file", "mended_file", "file_name")
TABLES: dict[str, Shown] = {
    # No person in them, or only in texts such as names of files, which are pseudonymised.
    **dict.fromkeys(
        (
            "core.bridge_date_period",
            "core.dim_clock",
            "core.dim_coaching_policy",
            "core.dim_date",
            "core.dim_exchange_rate",
            "core.dim_exchange_rate_day",
            "core.dim_period",
            "core.dim_product",
            "core.dim_team",
            "core.dim_unmapped_stage",
            "quality.control_total",
            "quality.freshness",
            "quality.ledger",
            "quality.orphan_row",
            "quality.reconciliation",
            "quality.rejected_row",
            "quality.rule",
            "quality.rule_change",
            "quality.rule_result",
            "reference.benchmark",
            "reference.coaching_areas",
            "reference.indicator_changes",
            "reference.indicator_requirements",
            "reference.indicators",
            "reference.maturity_gates",
            "reference.questions",
            "reference.reason_codes",
            "reference.stage_map",
            "reference.working_weeks",
        ),
        _ALL,
    ),
    # SQL holds what a company configured.
    "quality.model": Shown(("build_id", "table_name", "kind", "description", "reads")),
    # A text beside a file that names somebody would tell whose list it is, and how long.
    "quality.file": Shown(instead={"reason": _NAMELESS.format("reason")}),
    "quality.schema_drift": Shown(
        instead={name: _NAMELESS.format(name) for name in ("header", "detail")}
    ),
    # The organisation of the as-of date, by pseudonyms: no dates, which would tell who is who.
    "core.dim_person": Shown(
        (
            "person_id",
            "role",
            "is_active",
            "is_rep",
            "is_manager",
            "manager_id",
            "team_id",
            "region",
            "is_deleted",
        ),
        {"full_name": "pseudonymised(person_id, '')"},
    ),
    "core.dim_org_version": Shown(instead={"valid_from": _EARLY}, where=_NOW),
    "core.dim_reporting_line": Shown(instead={"valid_from": _EARLY}, where=_NOW),
    "core.bridge_org_entity": Shown(
        where=f"org_key in (select org_key from warehouse.core.dim_org_version where {_NOW})"
    ),
    "core.bridge_person_identity": Shown(
        ("system", "person_id", "how"), {"alias": "alias_of(alias, system)"}
    ),
    "core.dim_unmatched_person": Shown(
        ("system", "reason", "row_count", "likeliest_person_id", "likeliest_score"),
        {"alias": "alias_of(alias, system)"},
    ),
    # Single sessions and deals without whose they are, for what the pages say of all of them.
    "core.fct_coaching_session": Shown(
        ("area", "is_held", "is_broad", "is_strict", "is_group", "action_count", "is_deleted"),
        {"session_date": _MONDAY.format("session_date")},
    ),
    "core.fct_opportunity": Shown(("currency_code", "is_deleted")),
    # A correction's values may be texts about people, and its hands are persons.
    "quality.correction": Shown(
        (
            "source_system",
            "object",
            "column_name",
            "fate",
            "reason_code",
            "approval",
            "old_reason_code",
            "mended_rows",
            "rejected_rows",
            "author_id",
            "approver_id",
            "corrected_date",
            "load_id",
        ),
    ),
    # Figures of groups.
    "coaching.rpt_group_week": Shown(
        (
            "entity_type",
            "entity_id",
            "week_start",
            "is_coaching_logged",
            "rep_count",
            "strict_share_step",
            "broad_share_step",
        ),
        where="""
            (entity_type, entity_id, week_start) in (
                select (entity_type, entity_id, period_start) from group_decision
                where period_grain = 'week' and reason_code is null
            )
        """,
    ),
    # Maturity of groups; how many answered, and what they said, would tell of few.
    "coaching.fct_maturity": Shown(
        (
            "entity_type",
            "entity_id",
            "period_grain",
            "period_start",
            "rule_version",
            "defined_score",
            "practised_score",
            "tools_score",
            "reinforced_score",
            "accountable_score",
            "capable_score",
            "integrated_score",
            "missing_inputs",
            "level_code",
            "level_index",
            "lowered_level_index",
            "raised_level_index",
            "progress_score",
            "unmet_gates",
            "not_assessable_for",
        ),
        where="""
            (entity_type, entity_id, period_grain, period_start) in (
                select (entity_type, entity_id, period_grain, period_start) from marked_fact
                where indicator_id = 'MA-01' and measure_id = 'progress' and withheld is null
            )
        """,
    ),
    "coaching.rpt_coached_deal_gap": Shown(
        where="""
            (entity_type, entity_id, period_grain, period_start) in (
                select (entity_type, entity_id, period_grain, period_start) from marked_fact
                where indicator_id = 'IM-01' and withheld is null
            )
        """,
    ),
    # Of the whole company, from ten managers on; of what was not tested not even the counts.
    "leading.rpt_lead_lag": Shown(
        instead={
            name: f"case when reason_code is null then {name} end"
            for name in (
                "rep_month_count",
                "rep_count",
                "manager_count",
                "hold_out_rep_month_count",
                "hold_out_rep_count",
                "hold_out_manager_count",
            )
        }
    ),
    "pipeline.rpt_quarter_to_date": Shown(
        (
            "entity_type",
            "entity_id",
            "fiscal_quarter_start",
            "fiscal_quarter_end",
            "day_count",
            "elapsed_day_count",
            "currency_code",
            "won_amount",
            "quota_amount",
            "quota_to_date_amount",
        ),
        where="""
            (entity_type, entity_id, currency_code, fiscal_quarter_start) in (
                select (entity_type, entity_id, currency_code, period_start) from marked_fact
                where indicator_id = 'QU-01' and measure_id = 'attainment_to_date'
                    and period_grain = 'fiscal_quarter' and withheld is null
            )
        """,
    ),
}
_FIGURES = ("numerator", "denominator", "value", "value_low", "value_high", "observation_count")


def prepare(
    con: duckdb.DuckDBPyConnection, home: Home, privacy: Privacy, *, keys: Home | None = None
) -> None:
    """Decide what is withheld, and make functions and temporary tables for ``select`` known.

    ``keys`` is the home whose pseudonyms are written, where it is not that of the warehouse.
    """
    Pseudonyms.of(home, keys or home).register(con)
    company = read_company(con, privacy.minimum_group)
    families = {
        tuple(row)
        for fact in FACTS
        for row in con.execute(
            "select distinct indicator_id, measure_id, dimension, member, currency_code"
            f" from warehouse.{fact}"
        ).fetchall()
    }
    write_decision(con, decide(company, families), company.groups)
    con.execute(
        f"create or replace temporary view marked_fact as {' union all '.join(map(_marked, FACTS))}"
    )


def _marked(fact: str) -> str:
    """Return the query of a fact and why each of its figures is withheld, if it is."""
    grains = ", ".join(f"'{grain}'" for grain in GRAINS)
    return f"""
        select
            fact.*,
            case
                when fact.entity_type = 'rep' then 'small_group'
                when fact.period_grain not in ({grains}) then 'differencing'
                when placed.entity_type is null then 'small_group'
                -- Answers of fewer than four are withheld from everybody; here not even n is told.
                when fact.reason_code = 'small_group' then 'small_group'
                else coalesce(placed.reason_code, cell.reason_code)
            end as withheld
        from warehouse.{fact} as fact
        left join group_decision as placed using (
            entity_type, entity_id, period_grain, period_start
        )
        left join hidden_cell as cell using (
            indicator_id, measure_id, dimension, member, currency_code,
            entity_type, entity_id, period_grain, period_start
        )
    """


def select(con: duckdb.DuckDBPyConnection, schema: str, table: str, source: str) -> str:
    """Return the query of what a council's build publishes of ``source``."""
    columns = con.execute(f"describe {source}").fetchall()
    name = f"{schema}.{table}"
    if name == SUPPRESSION:
        return suppression("coalesce(withheld, reason_code)", "marked_fact")
    if name in FACTS:
        return _fact(name, [column for column, *_ in columns])
    shown = TABLES.get(name)
    if shown is None:
        return f"select * from {source} where false"
    items = [_item(shown, column, kind, columns) for column, kind, *_ in columns]
    # The order of the rows of a table that lost its persons would tell them still.
    order = "" if shown is _ALL else "order by all"
    return f"select {', '.join(items)} from {source} where {shown.where} {order}"


def _item(shown: Shown, column: str, kind: str, columns: list[tuple]) -> str:
    cell = quote(column)
    if column in shown.instead:
        return f"{shown.instead[column]} as {cell}"
    if shown.columns is not None and column not in shown.columns:
        return f"cast(null as {kind}) as {cell}"
    if kind != "VARCHAR":
        return cell
    names = {name for name, *_ in columns}
    system = next((name for name in ("system", "source_system") if name in names), "''")
    function = "file_of" if column in _FILES else "pseudonymised"
    return f"{function}({cell}, {system}) as {cell}"


def _fact(name: str, columns: list[str]) -> str:
    """Return a fact without what is withheld.

    The row of a withheld figure stays with its reason where there is one for each period anyway;
    elsewhere that there is a row would tell that there was something to count.
    """
    items = []
    for column in columns:
        cell = quote(column)
        if column in _FIGURES:
            items.append(f"case when withheld is null then {cell} end as {cell}")
        elif column == "reason_code":
            items.append(f"coalesce(withheld, {cell}) as {cell}")
        elif column == "entity_id":
            items.append(f"pseudonymised({cell}, '') as {cell}")
        else:
            items.append(cell)
    return f"""
        select {", ".join(items)} from ({_marked(name)})
        where withheld is null or (dimension = 'all' and period_grain <> 'week')
    """


def suppression(reason: str, source: str) -> str:
    """Return the query of ``quality.suppression``: how many figures have a reason, and which."""
    return f"""
        with marked as (
            select *, {reason} as said,
                count(*) over (
                    partition by indicator_id, measure_id, period_grain, entity_type
                ) as cells
            from {source}
        )
        select
            indicator_id,
            measure_id,
            period_grain,
            entity_type,
            said as reason_code,
            cast(max(cells) as bigint) as cell_count,
            cast(count(*) as bigint) as suppressed_cell_count
        from marked
        where said is not null
        group by indicator_id, measure_id, period_grain, entity_type, said
        order by all
    """
