"""The project's own rules on the sample company's warehouse: as it is, and deliberately broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from quality.results import RuleResult
from quality.rules import list_rules
from quality.validate import validate

BUILD = "20260101T000000Z-abcdef"

#: What is done to the warehouse, and the critical rules that must notice. The marts of figures are
#: views: what they cut is broken.
BREAKAGES = {
    """
    delete from raw.salesforce__user
    where _source_row = (select min(_source_row) from raw.salesforce__user)
    """: {"raw.salesforce.user.rows_counted"},
    "alter table raw.people__roster drop column raw_region": {"raw.people.roster.columns"},
    """
    update staging.stg_salesforce__task
    set row_status = 'rejected', broken_rule = 'unparsable:activity_date'
    where _source_row % 3 = 0
    """: {"raw.salesforce.task.rejected_many"},
    "update core.fct_quota set quota_amount = quota_amount * 1000": {"core.quota.amount_ties"},
    """
    update core.fct_coaching_session set duration_minutes = duration_minutes + 1
    where session_id = (
        select min(session_id) from core.fct_coaching_session
        where source_system = 'coaching_log' and duration_minutes < 60
    )
    """: {"core.session.minutes_tie"},
    """
    update intermediate.ind_entity_value set numerator = numerator + 1
    where
        indicator_id = 'PI-11' and measure_id = 'by_value' and entity_type = 'company'
        and period_grain = 'month' and dimension = 'all'
    """: {"indicators.win_rate.amount_ties", "indicators.lagging.months_make_years"},
    """
    update intermediate.ind_entity_value set denominator = denominator + 1
    where indicator_id = 'PI-12' and measure_id = 'mean' and period_grain = 'month'
    """: {"indicators.cycle_time.days_tie", "indicators.lagging.months_make_years"},
    """
    delete from intermediate.ind_entity_value
    where indicator_id = 'QU-01' and period_grain = 'year' and entity_type = 'company'
    """: {"indicators.attainment.amount_ties"},
    """
    update intermediate.ind_entity_value set numerator = 2 * numerator
    where indicator_id in ('PI-03', 'CO-04') and period_grain = 'month'
    """: {
        "indicators.pipeline_created.amount_ties",
        "indicators.coaching_minutes.tie",
        "indicators.leading.months_make_years",
    },
    """
    update intermediate.ind_entity_value set denominator = denominator + 1
    where indicator_id in ('AF-01', 'ST-05') and period_grain = 'month'
    """: {"indicators.follow_through.actions_tie", "indicators.overdue.deals_tie"},
    """
    insert into raw._earlier_volume
    select 'b', 'object', source_system, object, 100 + 3 * sum(accepted_rows)
    from quality.ledger
    group by source_system, object
    """: {"raw.volume.object_halved"},
    """
    update intermediate.ind_entity_value set reason_code = null
    where timing = 'leading' and reason_code = 'small_n'
    """: {"indicators.leading.small_n_marked"},
    """
    update intermediate.ind_entity_value set reason_code = 'small_n'
    where timing = 'lagging' and reason_code is null and observation_count > 100
    """: {"indicators.lagging.small_n_marked"},
    "drop table core.dim_coaching_policy": {"core.policy.assumed"},
}


@pytest.fixture(scope="module")
def copied(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("broken") / "warehouse.duckdb"
    shutil.copyfile(sample_home / "warehouse.duckdb", target)
    with duckdb.connect(str(target)) as con:  # what is broken below is a view
        con.execute(
            """
            create table intermediate.written as select * from intermediate.ind_entity_value;
            drop view intermediate.ind_entity_value;
            alter table intermediate.written rename to ind_entity_value
            """
        )
    return target


def broken(results: tuple[RuleResult, ...], severity: str) -> set[str]:
    return {
        found.rule_id for found in results if not found.succeeded and found.severity == severity
    }


def test_the_sample_breaks_no_critical_rule_and_every_rule_can_be_checked(
    sample_home: Path, project_root: Path, tmp_path: Path
) -> None:
    report = validate(sample_home / "warehouse.duckdb", list_rules(project_root), BUILD, tmp_path)

    assert broken(report.results, "critical") == set()
    assert [
        found.rule_id for found in report.results if "not be checked" in (found.message or "")
    ] == []


def test_failing_keys_of_the_sample_hold_no_text(
    sample_home: Path, project_root: Path, tmp_path: Path
) -> None:
    report = validate(sample_home / "warehouse.duckdb", list_rules(project_root), BUILD, tmp_path)

    with duckdb.connect() as con:
        con.execute(f"attach '{sample_home / 'warehouse.duckdb'}' as warehouse (read_only)")
        leaked = con.execute(
            """
            select failure.rule_id, failure.key
            from (
                -- A file is called what its sender called it, also by a person's name.
                select rule_id, regexp_replace(key, '_source_file=.*, _source_row=', '') as key
                from read_parquet(?)
            ) as failure
            inner join (
                select full_name as private from warehouse.core.dim_person
                union
                select email from warehouse.core.dim_person
            ) as people on contains(lower(failure.key), lower(people.private))
            where people.private is not null and people.private not like '(%'
            """,
            [str(report.failures_path)],
        ).fetchall()

    assert leaked == []


def test_each_breakage_is_noticed_by_the_rule_that_guards_it(
    copied: Path, project_root: Path, tmp_path: Path
) -> None:
    with duckdb.connect(str(copied)) as con:
        for statement in BREAKAGES:
            con.execute(statement)

    report = validate(copied, list_rules(project_root), BUILD, tmp_path)

    noticed = broken(report.results, "critical")
    assert set().union(*BREAKAGES.values()) - noticed == set()
    assert noticed - set().union(*BREAKAGES.values()) == set()
