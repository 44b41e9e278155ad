"""Who is credited with a shared deal, read a second time from the raw files of the sample."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest


@pytest.fixture(scope="module")
def shared_by_file(sample_folder: Path) -> dict[str, list[tuple[str, Decimal]]]:
    """Per deal who shares it and by how much, where the newest rows make a whole."""
    newest: dict[str, dict[str, str]] = {}
    with (sample_folder / "salesforce" / "OpportunitySplit.csv").open(
        encoding="utf-8-sig"
    ) as stream:
        for row in csv.DictReader(stream):
            percent = (row["SplitPercentage"] or "").replace(".", "", 1)
            is_sound = percent.isdigit() and 0 <= Decimal(row["SplitPercentage"]) <= 100
            if is_sound and row["IsDeleted"] == "false" and None not in row:
                known = newest.get(row["Id"][:15])
                if known is None or known["SystemModstamp"] <= row["SystemModstamp"]:
                    newest[row["Id"][:15]] = row
    with (sample_folder / "salesforce" / "User.csv").open(encoding="utf-8-sig") as stream:
        email = {row["Id"][:15]: (row["Email"] or "").lower() for row in csv.DictReader(stream)}
    deals: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for row in newest.values():
        deals["salesforce:" + row["OpportunityId"][:15]].append(
            (email[row["SplitOwnerId"][:15]], Decimal(row["SplitPercentage"]))
        )
    return {
        deal: sorted(parts)
        for deal, parts in deals.items()
        if sum(percent for _, percent in parts) == 100
    }


@pytest.fixture(scope="module")
def warehouse(sample_home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(sample_home / "warehouse.duckdb"), read_only=True)


def test_shared_deals_are_credited_as_the_file_says(
    warehouse: duckdb.DuckDBPyConnection, shared_by_file: dict[str, list[tuple[str, Decimal]]]
) -> None:
    credited: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for deal, email, percent in warehouse.execute(
        "select c.opportunity_id, lower(p.email), c.credit_percent "
        "from core.fct_opportunity_credit as c "
        "inner join core.dim_person as p using (person_id) where c.is_split"
    ).fetchall():
        credited[deal].append((email, percent))

    assert len(shared_by_file) >= 15, "the sample shares one deal in twenty-five"
    there = {
        deal
        for (deal,) in warehouse.execute(
            "select opportunity_id from core.fct_opportunity where not is_deleted"
        ).fetchall()
    }
    expected = {deal: parts for deal, parts in shared_by_file.items() if deal in there}
    assert {deal: sorted(parts) for deal, parts in credited.items()} == expected


def test_a_part_is_the_deal_s_amount_times_its_share(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        "select c.credit_percent, c.amount, o.amount from core.fct_opportunity_credit as c "
        "inner join core.fct_opportunity as o using (opportunity_id) where o.amount is not null"
    ).fetchall()
    for percent, part, whole in rows:
        assert abs(part - whole * percent / 100) <= Decimal("0.01")


def test_attainment_credits_each_rep_with_what_the_split_file_gives(
    warehouse: duckdb.DuckDBPyConnection, shared_by_file: dict[str, list[tuple[str, Decimal]]]
) -> None:
    person_of = dict(
        warehouse.execute("select lower(email), person_id from core.dim_person").fetchall()
    )
    expected: dict[tuple[str, int, str], Decimal] = defaultdict(Decimal)
    parts: dict[tuple[str, int, str], int] = defaultdict(int)
    helpers = set()
    for deal, owner, year, currency, amount in warehouse.execute(
        "select opportunity_id, owner_id, year(close_date), currency_code, amount "
        "from core.fct_opportunity where is_won and not is_deleted and amount is not null"
    ).fetchall():
        shares = [(person_of[email], percent) for email, percent in shared_by_file.get(deal, [])]
        helpers |= {person for person, _ in shares if person != owner}
        for person, percent in shares or [(owner, Decimal(100))]:
            expected[person, year, currency] += amount * percent / 100
            parts[person, year, currency] += 1

    published = {
        (person, year, currency): (amount, count)
        for person, year, currency, amount, count in warehouse.execute(
            "select entity_id, year(period_start), currency_code, numerator, observation_count "
            "from lagging.fct_lagging_indicator where indicator_id = 'QU-01' "
            "and measure_id = 'attainment' and entity_type = 'rep' and period_grain = 'year' "
            "and observation_count > 0"
        ).fetchall()
    }
    assert helpers & {person for person, _, _ in published}, "somebody is credited as a helper"
    assert {key: count for key, (_, count) in published.items()} == parts
    for key, (amount, _) in published.items():
        assert abs(Decimal(str(amount)) - expected[key]) <= Decimal("0.01") * parts[key], key


def test_sharing_changes_who_is_credited_but_not_the_company(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    figure, won = (
        warehouse.execute(sql).fetchall()
        for sql in (
            (
                "select period_start, currency_code, sum(numerator) "
                "from lagging.fct_lagging_indicator where indicator_id = 'QU-01' "
                "and measure_id = 'attainment' and entity_type = 'company' "
                "and period_grain = 'year' "
                "group by all having sum(numerator) <> 0 order by all"
            ),
            (
                "select date_trunc('year', close_date)::date, currency_code, sum(amount) "
                "from core.fct_opportunity where is_won and not is_deleted and amount is not null "
                "group by all having sum(amount) <> 0 order by all"
            ),
        )
    )
    assert figure == won

    differing = warehouse.execute(
        "select count(*) from core.fct_opportunity_credit as c "
        "inner join core.fct_opportunity as o using (opportunity_id) "
        "where o.is_won and c.person_id <> o.owner_id and c.amount > 0"
    ).fetchall()
    assert differing[0][0] > 0
