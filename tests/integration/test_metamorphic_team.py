"""Added teams move no figure of anybody else, and the company's by their own.

They are copies of all teams with managers, reps, accounts, deals and sessions of their own, in a
region of their own, so that there is a figure of every kind among theirs. Deals and quotas are
three times as large, so that what is learned from the amounts of everybody moves, and shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from metamorphic import FACTS, FIGURES, GRAIN, Company, as_it_was

REGION = "Added region"
# What belongs to the company and not to a team. A policy may hold for a team only.
SHARED = {
    "int_exchange_rate_conformed": "false",
    "int_fiscal_period_conformed": "false",
    "int_initiative_conformed": "false",
    "int_policy_conformed": "team_name is not null",
    "int_product_conformed": "false",
    "int_stage_conformed": "false",
}
# Learned from the deals of everybody, so that it moves with any deal: held as it was. Whatever
# reads it is compared like all else.
LEARNED = "ind_deal_threshold"
# Figures that say how a rep compares with the median rep of the company.
COMPARED = """
    select indicator_id from reference.indicators where definition like '%the median tenured rep%'
"""
# Names of what is shared.
SHARED_NAMES = {
    *("award_name", "course_id", "course_name", "initiative_name", "pipeline_name"),
    *("product_alias", "stage_name"),
}
NAMES = {"alias", "email", "full_name", "name_text", "username"}
NAME_ENDINGS = ("_alias", "_id", "_key", "_name")
# Each word gets a letter, so that a name is the same person's however it is written. A Salesforce
# id keeps its length, by which it is one; the system before an id stays.
RENAMED = r"""
    create macro main.added_word(text) as case
        when regexp_full_match(text, '[0-9][0-9A-Za-z]{14}([0-9A-Za-z]{3})?')
        then substr(text, 1, 3) || 'q' || substr(text, 5)
        else regexp_replace(text, '([\p{L}\p{M}0-9]+)', '\1q', 'g')
    end
"""
RENAMED_KEY = """
    create macro main.added(text, system) as case
        when starts_with(text, system || ':')
        then system || ':' || main.added_word(substr(text, length(system) + 2))
        else main.added_word(text)
    end
"""
PEOPLE = "('rep', 'manager', 'manager_org')"
# Whoever was there before; what nobody owns is the copies' as well.
OTHERS = f"""
    entity_type <> 'company' and entity_id not in ('{REGION}', '(unassigned)')
    and not (entity_type = 'team' and entity_id like 'Added %')
    and not (entity_type in {PEOPLE} and entity_id like '%q')
"""
OTHERS_OF = {
    **dict.fromkeys(FIGURES, f"{OTHERS} and indicator_id not in ({COMPARED})"),
    "fct_pipeline_change": "org_key not like '%q@%' and org_key not like '(unassigned)%'",
    "fct_deal_warning": "org_key not like '%q@%' and org_key not like '(unassigned)%'",
}


@pytest.fixture(scope="module")
def company(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The sample with the added teams, through all models."""
    warehouse = tmp_path_factory.mktemp("team") / "warehouse.duckdb"
    with closing(Company(sample_home, warehouse)) as found:
        found.ask(RENAMED)
        found.ask(RENAMED_KEY)
        found.hold(LEARNED)
        for name in found.inputs:
            add(found, name)
        found.follow()
        yield found


def add(company: Company, name: str) -> None:
    """Add the copies of an input's rows."""
    picked = ", ".join(added(*column) for column in company.columns(name))
    copies = f"select {picked} from main.was_{name} where {SHARED.get(name, 'true')}"
    company.put(name, f"select * from main.was_{name} union all {copies}")


def added(column: str, kind: str) -> str:
    """Return what a column of an input is for the added teams."""
    if column == "team_name":
        return "'Added ' || team_name"
    if column == "region":
        return f"'{REGION}'"
    if column == "_source_row":
        return "_source_row + 1000000"
    if column == "amount" or column.endswith("_amount"):
        return f"cast({column} * 3 as {kind})"
    is_name = column in NAMES or column.endswith(NAME_ENDINGS)
    if kind == "VARCHAR" and is_name and column not in SHARED_NAMES:
        return f'main.added("{column}", source_system)'
    return as_it_was(column, kind)


def company_beyond_its_parts(company: Company, name: str) -> list[tuple[str, str, int]]:
    """Return sums of the company that moved by another amount than those of the added region.

    What nobody owns is in the region of nobody, also if it was copied.
    """
    rows = " union all ".join(
        f"""select {GRAIN.replace("entity_type, entity_id, ", "")},
            {side} * numerator as numerator, {side} * denominator as denominator,
            {side} * observation_count as observation_count
        from {relation}
        where entity_type = '{entity_type}' and entity_id in {entities}"""
        for side, relation, entity_type, entities in (
            (1, company.models[name].relation, "company", "(select entity_id)"),
            (-1, f"main.was_{name}", "company", "(select entity_id)"),
            (-1, company.models[name].relation, "region", f"('{REGION}', '(unassigned)')"),
            (1, f"main.was_{name}", "region", "('(unassigned)')"),
        )
    )
    return company.ask(f"""
        select indicator_id, measure_id, count(*)
        from (
            select
                indicator_id, measure_id, aggregation, sum(numerator) as numerator,
                sum(denominator) as denominator, sum(observation_count) as observation_count
            from ({rows})
            inner join reference.indicators using (indicator_id, measure_id)
            where aggregation in ('sum', 'ratio')
            group by {GRAIN.replace("entity_type, entity_id, ", "")}, aggregation
        )
        where numerator <> 0 or observation_count <> 0
        or (aggregation = 'ratio' and denominator <> 0)
        group by all order by all
    """)


@pytest.mark.parametrize("name", FACTS)
def test_added_teams_move_nobody_elses_figures(company: Company, name: str) -> None:
    """Each row of whoever was there before is the same, and there are no others of them."""
    assert company.differing(name, where=OTHERS_OF.get(name, OTHERS)) == 0


@pytest.mark.parametrize("name", FIGURES)
def test_sums_of_the_company_move_by_those_of_the_added_teams(company: Company, name: str) -> None:
    """Numerator, denominator and number of observations of all that can be added up."""
    assert company_beyond_its_parts(company, name) == []


@pytest.mark.parametrize("name", FIGURES)
def test_the_copies_have_the_figures_of_whom_they_copy(company: Company, name: str) -> None:
    """The added teams are whole ones: each of their people has the figures of somebody before.

    But for money, plans of large deals (BE-02), and the comparison with the company's median.
    """
    relation = company.models[name].relation
    columns = ", ".join(f'"{column}"' for column, _ in company.columns(name))
    same = f"""
        entity_type in {PEOPLE} and indicator_id not in ({COMPARED} union all select 'BE-02')
        and (indicator_id, measure_id) in (
            select (indicator_id, measure_id) from reference.indicators where not has_currency
        )
    """
    copies = f"""
        select {columns.replace('"entity_id"', "left(entity_id, -1) as entity_id")}
        from {relation} where {same} and entity_id like '%q'
    """
    people = f"select {columns} from {relation} where {same} and {OTHERS}"
    [(count,)] = company.ask(f"select count(*) from ({copies})")
    [(different,)] = company.ask(f"select count(*) from (({copies}) except all ({people}))")
    assert (different, count > 1000) == (0, True)


def test_what_everybody_is_compared_with_is_noticed(company: Company) -> None:
    """The comparison can fail: the larger deals of others raise the bar of RA-02, and only that."""
    compared = f"{OTHERS} and indicator_id in ({COMPARED})"
    assert company.ask(COMPARED) == [("RA-02",)]
    assert company.differing("fct_lagging_indicator", where=compared) > 0


def test_a_deal_of_the_team_given_to_somebody_else_is_noticed(company: Company) -> None:
    """The comparison can fail: with one copied deal of another owner, figures of others move."""
    with company.undone():
        [(deal, owner)] = company.ask("""
            select opportunity_id, left(owner_id, -1) from core.fct_opportunity
            where opportunity_id like '%q' and owner_id like '%q' and is_won and not is_deleted
            order by opportunity_id limit 1
        """)
        company.rewrite(
            "ind_win_rate",
            "opportunities.owner_org_key",
            f"""
            case when opportunities.opportunity_id = '{deal}'
            then replace(opportunities.owner_org_key, '{owner}q@', '{owner}@')
            else opportunities.owner_org_key end
        """,
        )
        company.follow("ind_win_rate")
        assert (
            company.differing("fct_lagging_indicator", where=OTHERS_OF["fct_lagging_indicator"]) > 0
        )


def test_a_deal_that_the_company_counts_twice_is_noticed(company: Company) -> None:
    """The comparison can fail: what the company has and no region shows in its sums."""
    with company.undone():
        company.rewrite(
            "fct_lagging_indicator",
            "numerator",
            "numerator + if(entity_type = 'company' and indicator_id = 'PI-11', 1, 0) as numerator",
        )
        company.follow("fct_lagging_indicator")
        assert [row[0] for row in company_beyond_its_parts(company, "fct_lagging_indicator")] == [
            *("PI-11", "PI-11")
        ]
