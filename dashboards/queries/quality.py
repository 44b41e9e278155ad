"""What the page on data and definitions asks: rows, rules, and what was rejected and why."""

from __future__ import annotations

import duckdb
import pandas as pd

from dashboards.queries import scope as see
from dashboards.queries.base import exists, frame, padded
from dashboards.queries.scope import Scope

LEDGER = padded("quality.ledger", expired_rows="bigint")


def totals(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return one row: files, rows by fate, residual, rules held and broken, by severity."""
    seen = see.anyone(scope)
    sql = f"""
        with row_total as (
            select
                count(*) as file_count,
                coalesce(sum(source_rows), 0) as source_rows,
                coalesce(sum(accepted_rows), 0) as accepted_rows,
                coalesce(sum(superseded_rows), 0) as superseded_rows,
                coalesce(sum(rejected_rows), 0) as rejected_rows,
                coalesce(sum(expired_rows), 0) as expired_rows,
                coalesce(sum(abs(residual_rows)), 0) as residual_rows
            from {LEDGER}
        ),

        rule_total as (
            select
                count(*) as rule_count,
                count(*) filter (where succeeded) as held_count,
                count(*) filter (where not succeeded and severity = 'critical') as broken_critical,
                count(*) filter (where not succeeded and severity = 'warning') as broken_warning
            from quality.rule_result
        )

        select row_total.*, rule_total.*
        from row_total
        cross join rule_total
        where {seen.sql}
    """
    return frame(connection, sql, seen.parameters)


def uncounted_files(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return one row (file_count): files that were rejected before their rows could be counted."""
    seen = see.anyone(scope)
    sql = f"""
        with uncounted as (
            select count(*) as file_count
            from quality.ledger as l
            inner join quality.file as f
                on l.source_system = f.source_system
                and l.object = f.object
                and l.source_file = f.source_file
                and l.load_id = f.load_id
                and l.file_status = f.file_status
            where f.source_rows is null
        )

        select * from uncounted where {seen.sql}
    """
    return frame(connection, sql, seen.parameters)


def systems(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (source_system) of the ledger."""
    seen = see.anyone(scope)
    sql = f"""
        select distinct source_system from quality.ledger where {seen.sql} order by source_system
    """
    return frame(connection, sql, seen.parameters)


def ledger(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return the ledger: one row per file with its rows by fate; none where nobody could count."""
    seen = see.anyone(scope)
    sql = f"""
        select
            l.source_system,
            l.object,
            l.source_file,
            l.file_status,
            case when f.source_file is null then l.source_rows end as source_rows,
            l.accepted_rows,
            l.superseded_rows,
            case when f.source_file is null then l.rejected_rows end as rejected_rows,
            l.expired_rows,
            l.residual_rows
        from {LEDGER} as l
        left join quality.file as f
            on l.source_system = f.source_system
            and l.object = f.object
            and l.source_file = f.source_file
            and l.load_id = f.load_id
            and l.file_status = f.file_status
            and f.source_rows is null
        where (? = 'all' or l.source_system = ?) and {seen.sql}
        order by f.source_file is null, l.rejected_rows desc, l.source_system, l.object,
            l.source_file
        limit 2000
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def rejected_reasons(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return (reason_code, row_count, file_count), the most frequent reason first."""
    seen = see.rows(scope)
    sql = f"""
        select
            reason_code,
            count(*) as row_count,
            count(distinct source_file) as file_count
        from quality.rejected_row
        where (? = 'all' or source_system = ?) and {seen.sql}
        group by reason_code
        order by row_count desc, reason_code
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def rejected_rows(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    system: str = "all",
    reason: str = "all",
    limit: int = 1000,
) -> pd.DataFrame:
    """Return where rejected rows stand in their files, and why; never what they said."""
    seen = see.rows(scope)
    sql = f"""
        select source_system, object, source_file, source_row, reason_code, column_name
        from quality.rejected_row
        where (? = 'all' or source_system = ?)
            and (? = 'all' or reason_code = ?)
            and {seen.sql}
        order by source_system, object, source_file, source_row, reason_code, column_name
        limit ?
    """
    return frame(connection, sql, [system, system, reason, reason, *seen.parameters, limit])


def corrections(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return what became of each correction that is in force or would be, refused ones first."""
    seen = see.rows(scope)
    if not exists(connection, "quality", "correction"):  # published before there were any
        return pd.DataFrame(columns=["source_system", "fate", "reason_code"])
    sql = f"""
        select
            source_system, object, column_name, fate, reason_code, mended_rows, rejected_rows,
            old_reason_code, old_value, new_value, mended_file, mended_row, applied_load_id,
            author_id, approver_id, source_file, source_row
        from quality.correction
        where (? = 'all' or source_system in (?, '(unknown)'))
            and coalesce(reason_code, '') <> 'replaced'
            and {seen.sql}
        order by fate desc, source_file, source_row, load_id
        limit 1000
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def control_totals(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return what exporting systems say they sent against what was landed, differences first."""
    seen = see.rows(scope)
    if not exists(connection, "quality", "control_total"):
        return pd.DataFrame(columns=["source_system", "finding"])
    sql = f"""
        select
            source_system, object, file_name, column_name, currency_code, finding, stated_rows,
            landed_rows, cast(stated_total as double) as stated_total,
            cast(landed_total as double) as landed_total, source_file, source_row
        from {padded("quality.control_total", currency_code="varchar")}
        where (? = 'all' or source_system = ?) and {seen.sql}
        order by finding = 'complete', source_system, object, file_name, column_name
        limit 1000
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def reconciliation(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return rows and amounts from raw to the marts, step by step, with every difference."""
    seen = see.rows(scope)
    if not exists(connection, "quality", "reconciliation"):
        return pd.DataFrame(columns=["source_system", "step", "row_count", "amount"])
    sql = f"""
        select
            source_system, object, column_name, step, kind, row_count,
            cast(amount as double) as amount
        from quality.reconciliation
        where (? = 'all' or source_system in (?, '(all)')) and {seen.sql}
        order by source_system, object, column_name, position_number, step
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def files_not_landed(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return the files that were refused, known already or unknown, with the reason."""
    seen = see.anyone(scope)
    sql = f"""
        select source_system, object, source_file, file_status, reason
        from quality.file
        where file_status <> 'landed' and (? = 'all' or source_system = ?) and {seen.sql}
        order by
            case file_status when 'rejected' then 1 when 'unknown' then 2 else 3 end,
            source_system,
            source_file
        limit 2000
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def freshness(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return one row per object, the oldest news first; objects without dates come last."""
    seen = see.anyone(scope)
    sql = f"""
        select
            source_system,
            object,
            latest_event_date,
            days_behind,
            accepted_rows,
            landed_file_count,
            landed_at
        from quality.freshness
        where (? = 'all' or source_system = ?) and {seen.sql}
        order by days_behind desc nulls last, source_system, object
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def schema_drift(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return the columns that differ from their contract, the gravest finding first."""
    seen = see.anyone(scope)
    sql = f"""
        select finding, source_system, object, column_name, header, source_file, detail
        from quality.schema_drift
        where (? = 'all' or source_system = ?) and {seen.sql}
        order by
            case finding
                when 'missing_required' then 1
                when 'unknown' then 2
                when 'missing_optional' then 3
                else 4
            end,
            source_system,
            object,
            source_file,
            column_name,
            header
        limit 5000
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def orphan_pointers(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return per column that points at a record how many rows point at one nobody delivered."""
    seen = see.anyone(scope)
    sql = f"""
        select
            source_system,
            object,
            column_name,
            count(*) as row_count,
            count(distinct missing_id) as missing_count
        from quality.orphan_row
        where (? = 'all' or source_system = ?) and {seen.sql}
        group by source_system, object, column_name
        order by row_count desc, source_system, object, column_name
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def orphan_rows(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    system: str = "all",
    limit: int = 1000,
) -> pd.DataFrame:
    """Return where rows stand that point at a record nobody delivered, and at which."""
    seen = see.rows(scope)
    sql = f"""
        select source_system, object, source_file, source_row, column_name, missing_id
        from quality.orphan_row
        where (? = 'all' or source_system = ?) and {seen.sql}
        order by source_system, object, column_name, source_file, source_row
        limit ?
    """
    return frame(connection, sql, [system, system, *seen.parameters, limit])


def stages(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return how each stage of a CRM is read, those that nobody has mapped first.

    Columns: source_system, stage_name, stage_category, stage_order, is_qualified, row_count (of the
    unmapped ones, which count as open), is_mapped.
    """
    seen = see.anyone(scope)
    sql = f"""
        with every_stage as (
            select
                source_system,
                stage_name,
                stage_category,
                stage_order,
                is_qualified,
                cast(null as bigint) as row_count,
                true as is_mapped
            from reference.stage_map
            union all
            select source_system, stage_name, stage_category, null, null, row_count, false
            from core.dim_unmapped_stage
        )

        select *
        from every_stage
        where
            (? = 'all' or source_system = ?)
            and source_system in (select distinct source_system from quality.ledger)
            and {seen.sql}
        order by is_mapped, source_system, stage_order, stage_name
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def entry_delays(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return (delay, session_count): how long after its day each coaching session was recorded.

    In the order of the delay; *not recorded* is who keeps a log without the moment of entry.
    """
    seen = see.anyone(scope)
    sql = f"""
        with session as (
            select date_diff('day', session_date, cast(recorded_at as date)) as days
            from core.fct_coaching_session
            where is_held and not coalesce(is_deleted, false)
        ),

        grouped as (
            select
                case
                    when days is null then 5
                    when days < 0 then 0
                    when days = 0 then 1
                    when days <= 7 then 2
                    when days <= 30 then 3
                    else 4
                end as place
            from session
        )

        select
            ['before its day', 'on the day', 'within 7 days', 'within 30 days', 'later',
             'not recorded'][place + 1] as delay,
            count(*) as session_count
        from grouped
        where {seen.sql}
        group by place
        order by place
    """
    return frame(connection, sql, seen.parameters)


def unmatched_totals(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, system: str = "all"
) -> pd.DataFrame:
    """Return per reason how many names of the files mean nobody or several, and in how many rows.

    No row where everybody was found.
    """
    seen = see.anyone(scope)
    sql = f"""
        select reason, count(*) as name_count, sum(row_count) as row_count
        from core.dim_unmatched_person
        where (? = 'all' or system = ?) and {seen.sql}
        group by reason
        order by reason desc
    """
    return frame(connection, sql, [system, system, *seen.parameters])


def unmatched_people(
    connection: duckdb.DuckDBPyConnection,
    scope: Scope | None,
    system: str = "all",
    limit: int = 1000,
    by_name: bool = False,
) -> pd.DataFrame:
    """Return the names that mean nobody or several, those of most rows first, and the nearest.

    ``by_name`` lists them by system and name instead, where nobody is to be ranked.

    Only for those who see the whole company: nobody knows to whose organisation a name belongs
    that matches no one.
    """
    seen = see.rows(scope)
    sql = f"""
        select
            listed.system as source_system,
            listed.alias,
            listed.reason,
            listed.row_count,
            coalesce(person.full_name, listed.likeliest_person_id) as likeliest_name,
            listed.likeliest_score
        from core.dim_unmatched_person as listed
        left join core.dim_person as person
            on listed.likeliest_person_id = person.person_id
        where (? = 'all' or listed.system = ?) and {seen.sql}
        order by case when ? then 0 else -listed.row_count end, listed.system, listed.alias
        limit ?
    """
    return frame(connection, sql, [system, system, *seen.parameters, by_name, limit])


def rules(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return every rule of the build, the broken ones first, critical before warning."""
    seen = see.anyone(scope)
    sql = f"""
        select
            rule_id,
            sentence,
            layer,
            engine,
            severity,
            succeeded,
            evaluated_rows,
            unexpected_rows,
            owner,
            table_name
        from quality.rule_result
        where {seen.sql}
        order by
            succeeded,
            case severity when 'critical' then 1 when 'warning' then 2 else 3 end,
            unexpected_rows desc,
            layer,
            rule_id
    """
    return frame(connection, sql, seen.parameters)


def rule_changes(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return what rules, waivers and definitions became since the build before, weaker first.

    A build that was published before changes were kept has none to show.
    """
    seen = see.anyone(scope)
    if not exists(connection, "quality", "rule_change"):
        return pd.DataFrame(
            columns=["is_weaker", "subject", "rule_id", "sentence", "before", "after"]
        )
    sql = f"""
        select is_weaker, subject, rule_id, sentence, before, after
        from quality.rule_change
        where {seen.sql}
        order by is_weaker desc, subject, rule_id, change
    """
    return frame(connection, sql, seen.parameters)


def waivers(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return the rules that are waived in this build: who answers for it, why and until when."""
    seen = see.anyone(scope)
    if not exists(connection, "quality", "rule"):
        return pd.DataFrame(
            columns=["rule_id", "sentence", "waiver_owner", "waiver_reason", "waived_until"]
        )
    sql = f"""
        select rule_id, sentence, waiver_owner, waiver_reason, waived_until
        from quality.rule
        where is_waived and {seen.sql}
        order by waived_until, rule_id
    """
    return frame(connection, sql, seen.parameters)


def suppression(connection: duckdb.DuckDBPyConnection, scope: Scope | None) -> pd.DataFrame:
    """Return per reason how many figures are without a value or rest on too few cases.

    Columns: reason_code, sentence, suppressed_count, cell_count (of the same measures, grains and
    kinds of entity); the most frequent reason first.
    """
    seen = see.anyone(scope)
    if not exists(connection, "quality", "suppression"):  # published before they were counted
        return pd.DataFrame(columns=["reason_code", "sentence", "suppressed_count", "cell_count"])
    sql = f"""
        select
            counted.reason_code,
            coalesce(reason.sentence, counted.reason_code) as sentence,
            cast(sum(counted.suppressed_cell_count) as bigint) as suppressed_count,
            cast(sum(counted.cell_count) as bigint) as cell_count
        from quality.suppression as counted
        left join reference.reason_codes as reason using (reason_code)
        where {seen.sql}
        group by counted.reason_code, reason.sentence
        order by suppressed_count desc, counted.reason_code
    """
    return frame(connection, sql, seen.parameters)


def rule_failures(
    connection: duckdb.DuckDBPyConnection, scope: Scope | None, rule_id: str, limit: int = 1000
) -> pd.DataFrame:
    """Return (table_name, key) of the rows that break one rule, up to ``limit``."""
    seen = see.rows(scope)
    sql = f"""
        select table_name, key
        from quality.rule_failure
        where rule_id = ? and {seen.sql}
        order by table_name, key
        limit ?
    """
    return frame(connection, sql, [rule_id, *seen.parameters, limit])
