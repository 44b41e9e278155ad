"""A published build of the profile council tells of nobody: no name, no figure of few, no time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from test_erase import found

from halftime.home import Home
from halftime.privacy.council import FACTS, TABLES, suppression
from halftime.privacy.people import read_directory
from halftime.publish import published_relations
from quality.load import RULE_TABLES

TABLE_OF = {fact: fact.replace("leading.", '"leading".') for fact in FACTS}
# How many figures are told: columns of a figure that are not NULL.
TOLD = " + ".join(
    f"count({name})"
    for name in (
        "numerator",
        "denominator",
        "value",
        "value_low",
        "value_high",
        "observation_count",
    )
)
GRAINS = "('fiscal_month', 'fiscal_quarter', 'fiscal_year')"


@pytest.fixture(scope="module")
def marts(council_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database of the council's build, beside the warehouse it was made from."""
    (database,) = council_home.glob("published/[!.]*/marts.duckdb")
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute(f"attach '{council_home / 'warehouse.duckdb'}' as warehouse (read_only)")
        yield con


def count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = con.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def test_no_byte_names_a_person(council_home: Path) -> None:
    known = read_directory(Home(council_home), of_builds=False).known
    texts = {item.text.lower() for items in known.values() for item in items if item.stands_in_text}
    wanted = texts - {"(unassigned)", "unassigned"}
    with duckdb.connect(str(council_home / "warehouse.duckdb"), read_only=True) as con:
        people = con.execute("select full_name, email, person_id from core.dim_person").fetchall()
        aliases = con.execute("select alias from core.dim_unmatched_person").fetchall()
    wanted |= {str(text).lower() for row in people for text in row if text and "(" not in text}
    wanted |= {alias.lower() for (alias,) in aliases if len(alias) >= 8}
    assert len(wanted) > 3 * (len(people) - 1)
    assert found(council_home / "published", wanted) == []


def test_persons_still_belong_together(marts: duckdb.DuckDBPyConnection) -> None:
    pairs = (
        ("core.dim_person", "person_id"),
        ("core.dim_org_version", "person_id"),
        ("core.dim_reporting_line", "ancestor_id"),
        ("core.bridge_person_identity", "person_id"),
    )
    for table, column in pairs:
        assert count(marts, f"select count(*) from {table}") > 0, table
        lost = (
            f"select count(*) from {table} where {column} not in"
            " (select person_id from core.dim_person union select '(unassigned)')"
        )
        assert count(marts, lost) == 0, table
    assert (
        count(
            marts,
            "select count(*) from core.bridge_org_entity"
            " where org_key not in (select org_key from core.dim_org_version)",
        )
        == 0
    )


@pytest.mark.parametrize("fact", FACTS)
def test_nobody_has_a_figure_of_the_own(marts: duckdb.DuckDBPyConnection, fact: str) -> None:
    rows = f"select count(*), {TOLD} from {TABLE_OF[fact]} where entity_type = 'rep'"
    counted = marts.execute(rows).fetchone()
    assert counted is not None
    assert counted[0] > 0
    assert counted[1] == 0
    marks = f"select distinct reason_code from {TABLE_OF[fact]} where entity_type = 'rep'"
    assert marts.execute(marks).fetchall() == [("small_group",)]


@pytest.mark.parametrize("fact", FACTS)
def test_a_withheld_figure_has_no_part_left(marts: duckdb.DuckDBPyConnection, fact: str) -> None:
    rows = f"from {TABLE_OF[fact]} where reason_code in ('small_group', 'differencing')"
    assert count(marts, f"select count(*) {rows}") > 0
    assert count(marts, f"select {TOLD} {rows}") == 0
    # That a row is there would tell that there was something to count.
    assert count(marts, f"select count(*) {rows} and dimension <> 'all'") == 0


@pytest.mark.parametrize("indicator", ["PI-04", "PI-06"])
def test_a_part_of_which_nobody_says_who_is_behind_it_is_not_shown(
    marts: duckdb.DuckDBPyConnection, indicator: str
) -> None:
    """A class of the waterfall or a stage may rest on one deal of one person."""
    facts = " union all ".join(f"select * from {TABLE_OF[fact]}" for fact in FACTS)
    parts = f"where indicator_id = '{indicator}' and dimension <> 'all'"
    known = "select count(indicator_value) from warehouse.intermediate.ind_entity_value"
    assert count(marts, f"{known} {parts}") > 0
    assert count(marts, f"select count(value) from ({facts}) {parts}") == 0


def contributions(con: duckdb.DuckDBPyConnection) -> str:
    """Return a query of who contributed to which figure, from the tables of the warehouse."""
    tables = con.execute(
        "select table_name from duckdb_columns() where database_name = 'warehouse'"
        " and schema_name = 'indicators' and column_name in ('org_key', 'numerator')"
        " group by 1 having count(*) = 2"
    ).fetchall()
    return " union all ".join(
        f"""
        select indicator_id, measure_id, dimension, member, currency_code, period_grain,
            period_start, org_key from warehouse.indicators.{table}
        where period_grain in {GRAINS}
            and (numerator <> 0 or (
                dimension <> 'area' and (denominator <> 0 or observation_count <> 0)
            ))
        """
        for (table,) in tables
    )


KEY = "indicator_id, measure_id, dimension, member, currency_code, period_grain, period_start"


@pytest.fixture(scope="module")
def shown(marts: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Temporary table ``cell``: the published figures of groups, and the places behind each.

    Groups with the name of a manager have pseudonyms in the published file: regions and teams, as
    in the warehouse, are told apart there.
    """
    facts = " union all ".join(f"select * from {TABLE_OF[fact]}" for fact in FACTS)
    marts.execute(
        f"""
        create or replace temporary table cell as
        select {KEY}, place.entity_type, place.entity_id, list(distinct part.org_key) as places,
            count(distinct version.person_id) as person_count
        from ({contributions(marts)}) as part
        join warehouse.core.bridge_org_entity as place using (org_key)
        join warehouse.core.dim_org_version as version using (org_key)
        join ({facts}) as fact using ({KEY}, entity_type, entity_id)
        where place.entity_type in ('company', 'region', 'team')
            and version.person_id <> '(unassigned)' and fact.value is not null
        group by {KEY}, place.entity_type, place.entity_id
        """
    )
    return marts


def test_four_people_or_more_stand_behind_each_figure(shown: duckdb.DuckDBPyConnection) -> None:
    assert count(shown, "select count(*) from cell") > 500
    assert count(shown, "select min(person_count) from cell") >= 4


def test_the_time_beneath_an_area_nobody_spent_time_on_is_of_four_people_or_more(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """The time of all areas stands below each area's share, also below a share of 0."""
    row = marts.execute(
        f"""
        with beneath as (
            select {KEY}, place.entity_type, place.entity_id,
                list(distinct version.person_id) as persons
            from warehouse.indicators.ind_coaching_time as part
            join warehouse.core.bridge_org_entity as place using (org_key)
            join warehouse.core.dim_org_version as version using (org_key)
            where part.dimension = 'area' and part.observation_count <> 0
                and part.period_grain in {GRAINS} and version.person_id <> '(unassigned)'
                and place.entity_type in ('company', 'region', 'team')
            group by {KEY}, place.entity_type, place.entity_id
        ),

        told as (
            select beneath.*, fact.denominator
            from beneath
            join "leading".fct_leading_indicator as fact using ({KEY}, entity_type, entity_id)
            where fact.denominator is not null
        ),

        rest as (
            select len(list_filter(
                whole.persons, lambda p: not list_contains(part.persons, p)
            )) as n
            from told as whole
            join told as part using ({KEY})
            where list_has_all(whole.persons, part.persons)
                and whole.denominator <> part.denominator
        )

        select
            (select count(*) from told),
            (select min(len(persons)) from told),
            (select count(*) from rest where n between 1 and 3)
        """
    ).fetchone()
    assert row is not None
    told, fewest, left = row
    assert told > 100
    assert fewest >= 4
    assert left == 0


def test_no_group_taken_from_another_leaves_fewer_than_four(
    shown: duckdb.DuckDBPyConnection,
) -> None:
    left = f"""
        with pair as (
            select list_filter(whole.places, lambda key: not list_contains(part.places, key))
                as rest
            from cell as whole
            join cell as part using ({KEY})
            where list_has_all(whole.places, part.places)
                and len(whole.places) > len(part.places)
        )

        select count(*), count(*) filter (
            where len(list_distinct(list_transform(rest, lambda key: split_part(key, '@', 1)))) < 4
        )
        from pair
    """
    row = shown.execute(left).fetchone()
    assert row is not None
    assert row[0] > 300
    assert row[1] == 0


def test_no_single_session_has_a_time(marts: duckdb.DuckDBPyConnection) -> None:
    assert count(marts, "select count(*) from core.fct_coaching_session") > 200
    later = "select count(*) from core.fct_coaching_session where isodow(session_date) > 1"
    assert count(marts, later) == 0
    names = ("session_id", "coach_id", "duration_minutes", "recorded_at", "opportunity_id")
    told = " + ".join(f"count({name})" for name in names)
    assert count(marts, f"select {told} from core.fct_coaching_session") == 0
    times = marts.execute(
        "select schema_name, table_name, column_name from duckdb_columns()"
        " where data_type like 'TIMESTAMP%' and schema_name = 'core'"
        " and database_name not in ('warehouse', 'system', 'temp')"
    ).fetchall()
    assert times
    for schema, table, column in times:
        assert count(marts, f"select count({column}) from {schema}.{table}") == 0, (table, column)


def test_a_file_that_names_somebody_is_not_linked_to_the_pseudonym(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """The rows of a coach's own list are a figure of the coach."""
    names = "select count(*) from quality.ledger where {}"
    assert count(marts, names.format("regexp_matches(source_file, '/F[a-z2-7]{12}')")) > 0
    pseudonyms = "exists (from core.dim_person where contains(source_file, person_id))"
    assert count(marts, names.format(pseudonyms)) == 0


def test_what_nobody_decided_about_has_no_rows(council_home: Path) -> None:
    (build,) = (path for path in council_home.glob("published/[!.]*") if path.is_dir())
    manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    decided = {*TABLES, *FACTS, "quality.suppression"}
    for name, table in manifest["tables"].items():
        assert name in decided or table["rows"] == 0, name
    dbt = council_home / "builds" / build.name / "dbt" / "run" / "manifest.json"
    known = {f"{schema}.{table}" for schema, table in published_relations(dbt)}
    assert decided <= known | {f"quality.{name}" for name in RULE_TABLES}


def test_reasons_are_counted(marts: duckdb.DuckDBPyConnection, sample_home: Path) -> None:
    reasons = {
        reason
        for (reason,) in marts.execute(
            "select distinct reason_code from quality.suppression"
        ).fetchall()
    }
    assert reasons > {"small_group", "differencing", "no_denominator"}
    whole = "select count(*) from warehouse.intermediate.ind_entity_value where entity_type = 'rep'"
    told = (
        "select sum(suppressed_cell_count) from quality.suppression"
        " where entity_type = 'rep' and reason_code = 'small_group'"
    )
    assert count(marts, whole) == count(marts, told)
    (standard,) = sample_home.glob("published/[!.]*/marts.duckdb")
    with duckdb.connect(str(standard), read_only=True) as con:
        facts = " union all ".join(f"select * from {TABLE_OF[fact]}" for fact in FACTS)
        again = suppression("reason_code", f"({facts})")
        model = "select * from quality.suppression order by all"
        assert con.execute(again).fetchall() == con.execute(model).fetchall()


def test_the_profile_stands_where_auditors_look(council_home: Path) -> None:
    served = json.loads((council_home / "published" / "current.json").read_text(encoding="utf-8"))
    assert served["privacy"] == {"profile": "council", "minimum_group": 4}
    key = council_home / "privacy" / "pseudonym.key"
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_standard_profile_withholds_nothing(sample_home: Path) -> None:
    served = json.loads((sample_home / "published" / "current.json").read_text(encoding="utf-8"))
    assert served["privacy"] == {"profile": "standard", "classify_notes": True}
    (database,) = sample_home.glob("published/[!.]*/marts.duckdb")
    with duckdb.connect(str(database), read_only=True) as con:
        con.execute(f"attach '{sample_home / 'warehouse.duckdb'}' as warehouse (read_only)")
        for table in (*TABLE_OF.values(), "core.dim_person", "core.fct_coaching_session"):
            differs = f"select count(*) from (from {table} except all from warehouse.{table})"
            assert count(con, differs) == 0, table
    assert not (sample_home / "privacy" / "pseudonym.key").exists()
