"""What the exporting system says that it sent, against what was really landed and staged."""

from __future__ import annotations

from pathlib import Path

import pytest
from core_builder import Query, build_core, reader

HEADER = "Id,Name,OwnerId,StageName,Amount,CloseDate,CreatedDate,SystemModstamp"


def deals(*lines: tuple[int, str]) -> str:
    rows = [
        f"0065g00000AAA{number:02d}AAA,Deal {number},0055g00000BBB01AAA,Closed Won,{amount},"
        "2026-03-31,2026-01-05T08:00:00Z,2026-03-31T08:00:00Z"
        for number, amount in lines
    ]
    return "\n".join([HEADER, *rows]) + "\n"


FILES = {
    "salesforce/Opportunity_a.csv": deals((1, "100.25"), (2, "200.25"), (3, "300.00")),
    "salesforce/Opportunity_b.csv": deals((4, "100"), (5, "200")),
    "salesforce/Opportunity_c.csv": deals((6, "100"), (7, "a lot")),
    "reference/Control Totals.csv": """\
system,object,file,rows,column,sum
salesforce,opportunity,,7,,
salesforce,opportunity,Opportunity_a.csv,3,Amount,600.50
salesforce,opportunity,Opportunity_b.csv,3,,
salesforce,opportunity,Opportunity_b.csv,2,Amount,299.99
salesforce,opportunity,Opportunity_c.csv,2,Amount,1100
salesforce,opportunity,Opportunity_a.csv,3,Nonsense,1
salesforce,task,,10,,
""",
}
CONFIG = """\
version: 1
landing: .
sources:
  salesforce: {files: ['salesforce/*'], timezone: UTC}
  reference: {files: ['reference/*']}
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Query:
    chosen = ("path:models/staging", "file", "int_row_judged", "int_column_total", "control_total")
    root = tmp_path_factory.mktemp("control")
    return reader(build_core(root, project_root, FILES, CONFIG, chosen))


MONEY = "Id,Name,OwnerId,StageName,Amount,CurrencyIsoCode,CloseDate,CreatedDate,SystemModstamp"
AMOUNTS = {1: "100.25,USD", 2: "200.25,usd", 3: "50.00,EUR", 4: "70.00,EUR", 5: "9.00,", 6: "soon,"}
CURRENCIES = {
    "salesforce/Opportunity.csv": "\n".join(
        [
            MONEY,
            *(
                f"0065g00000AAA{number:02d}AAA,Deal {number},0055g00000BBB01AAA,Closed Won,"
                f"{amount},2026-03-31,2026-01-05T08:00:00Z,2026-03-31T08:00:00Z"
                for number, amount in AMOUNTS.items()
            ),
            "",
        ]
    ),
    "reference/Control Totals.csv": """\
system,object,file,rows,column,currency,sum
salesforce,opportunity,,6,Amount,,429.51
salesforce,opportunity,,3,Amount,USD,309.50
salesforce,opportunity,,2,Amount,EUR,119.99
salesforce,opportunity,,1,Amount,GBP,5.00
salesforce,opportunity,,2,,EUR,
""",
}


@pytest.fixture(scope="module")
def currencies(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> Query:
    chosen = ("path:models/staging", "file", "int_row_judged", "int_column_total", "control_total")
    root = tmp_path_factory.mktemp("currencies")
    reporting = "landing: .\nreporting: {timezone: UTC, currency: USD}"
    config = CONFIG.replace("landing: .", reporting)
    return reader(build_core(root, project_root, CURRENCIES, config, chosen))


def test_a_sum_that_is_off_by_a_cent_in_one_currency_is_found(currencies: Query) -> None:
    found = currencies(
        """
        select
            column_name, currency_code, landed_rows, cast(total_difference as double),
            rejected_rows, finding
        from quality.control_total
        order by column_name, currency_code
        """
    )

    # A rejected row that bears no currency may be the missing one of any, if one is missing.
    assert found == [
        ("(none)", "EUR", 6, None, 1, "no_such_column"),
        ("amount", "(all)", 6, -0.01, 1, "rejects_differ"),
        ("amount", "EUR", 2, 0.01, 0, "total_differs"),
        ("amount", "GBP", 0, -5.0, 1, "rejects_differ"),
        ("amount", "USD", 3, 0.0, 0, "complete"),
    ]


def test_an_export_that_is_off_by_one_row_is_found(ask: Query) -> None:
    found = ask(
        """
        select object, file_name, column_name, row_difference, total_difference, finding
        from quality.control_total
        order by object, file_name, column_name
        """
    )

    assert [(*row[:4], None if row[4] is None else float(row[4]), row[5]) for row in found] == [
        ("opportunity", "(all)", "(none)", 0, None, "complete"),
        ("opportunity", "Opportunity_a.csv", "amount", 0, 0.0, "complete"),
        ("opportunity", "Opportunity_a.csv", "nonsense", 0, None, "no_such_column"),
        ("opportunity", "Opportunity_b.csv", "(none)", -1, None, "rows_differ"),
        ("opportunity", "Opportunity_b.csv", "amount", 0, 0.01, "total_differs"),
        ("opportunity", "Opportunity_c.csv", "amount", 0, -1000.0, "rejects_differ"),
        ("task", "(all)", "(none)", -10, None, "nothing_landed"),
    ]
