"""Ids are only names: under other ids, which sort the other way, every figure is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits

import pytest
from metamorphic import FACTS, Company, Expression, as_it_was

from halftime.contracts import load_contracts

# Stages and pipelines are known by the ids that HubSpot gives its own ("default").
NO_NAMES = {"hubspot__deal_pipeline", "hubspot__deal_pipeline_stage"}
# Each digit and letter becomes the one as far from the other end of its kind, so that two ids that
# follow each other change places. Ids turned round as texts would not: they count up in what is
# then the first place.
SIGNS = (digits, ascii_uppercase, ascii_lowercase)
COUNTED_DOWN = f"'{''.join(SIGNS)}', '{''.join(signs[::-1] for signs in SIGNS)}'"
# Objects of Salesforce are told by the first three characters of an id, and the long and the short
# form of an id by the first fifteen to be one.
RENAMED = f"""
    create macro main.renamed(id) as case
        when regexp_full_match(id, '[0-9A-Za-z]{{15}}([0-9A-Za-z]{{3}})?')
        then substr(id, 1, 3) || translate(substr(id, 4, 12), {COUNTED_DOWN}) || substr(id, 16)
        else translate(id, {COUNTED_DOWN})
    end
"""
# Keys of facts: the system, the id, and in a key of an organisation the day from which it holds.
RENAMED_KEY = """
    create macro main.renamed_key(key) as case
        when regexp_matches(key, '^[a-z_]+:')
        then regexp_extract(key, '^[a-z_]+:')
            || main.renamed(regexp_extract(key, '^[a-z_]+:([^@]*)', 1))
            || regexp_extract(key, '@.*$')
        else key
    end
"""


@pytest.fixture(scope="module")
def renamed(
    sample_home: Path, project_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """The sample whose raw rows have other ids, through all models."""
    warehouse = tmp_path_factory.mktemp("ids") / "warehouse.duckdb"
    with closing(Company(sample_home, warehouse, raw=True)) as company:
        columns = writable(company, project_root)
        company.ask(RENAMED)
        company.ask(RENAMED_KEY)
        company.ask(ids(columns))
        for table, kinds in columns.items():
            company.change(table, replacing(kinds))
        company.follow()
        yield company


def writable(company: Company, project: Path) -> dict[str, dict[str, str]]:
    """Return the kinds of the raw columns that hold an id, or text in which somebody wrote one."""
    return {
        contract.table: {
            column.raw_name: column.kind
            for column in contract.columns
            if column.kind in ("id", "text")
        }
        for contract in load_contracts(project).values()
        if contract.table in company.inputs
    }


def ids(columns: dict[str, dict[str, str]]) -> str:
    """Return what makes the list of all ids. What is shorter or has no digit is a code."""
    found = " union ".join(
        f"select {column} as id from main.was_{table}"
        for table, kinds in columns.items()
        for column, kind in kinds.items()
        if kind == "id" and table not in NO_NAMES
    )
    return f"""
        create table main.id as
        select id from ({found}) where length(id) >= 5 and regexp_matches(id, '[0-9]')
    """


def replacing(kinds: dict[str, str]) -> Expression:
    """Return what puts the new id wherever a cell is one of the old."""

    def expression(column: str, kind: str) -> str:
        if column not in kinds:
            return as_it_was(column, kind)
        return (
            f"case when {column} in (select id from main.id) "
            f"then main.renamed({column}) else {column} end"
        )

    return expression


def renamed_key(column: str, kind: str) -> str:
    """Return what a column of a fact must be now."""
    return f'main.renamed_key("{column}")' if kind == "VARCHAR" else f'"{column}"'


def test_other_ids_are_as_many_and_sort_the_other_way(renamed: Company) -> None:
    """No two ids become one, and neighbours change places, but for those of two kinds."""
    [(old, new)] = renamed.ask("select count(*), count(distinct main.renamed(id)) from main.id")
    assert old == new > 20_000
    [(turned,)] = renamed.ask("""
        select avg(cast(main.renamed(id) < main.renamed(before) as integer))
        from (select id, lag(id) over (order by id) as before from main.id)
    """)
    assert turned > 0.9


def test_other_ids_move_no_figure(renamed: Company) -> None:
    """Each row of each fact is the same apart from the ids that it names.

    The chances of levels may differ in the last hundredths once a company has managers between two
    levels (decision 0046); this one has none.
    """
    found = {name: renamed.differing(name, renamed_key) for name in FACTS}
    assert found == dict.fromkeys(FACTS, 0)


def test_a_tie_broken_by_id_is_noticed(renamed: Company) -> None:
    """The comparison can fail: where the first deal of a day by its id wins, figures move."""
    with renamed.undone():
        renamed.rewrite(
            "ind_win_rate",
            "where is_closed",
            "where opportunity_id in (select min(opportunity_id) from "
            f"{renamed.models['fct_opportunity'].relation} group by close_date) and is_closed",
        )
        renamed.follow("ind_win_rate")
        mutated = renamed.differing("fct_lagging_indicator", renamed_key)
    assert mutated > renamed.differing("fct_lagging_indicator", renamed_key)
