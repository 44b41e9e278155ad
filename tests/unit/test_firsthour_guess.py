"""What a table with headers of a person's own is taken for."""

from __future__ import annotations

import pytest

from halftime.contracts import load_contracts
from halftime.firsthour.guess import SURE, guess
from halftime.firsthour.look import Table

OWN = ("Date", "Manager", "Seller", "Min", "What about", "Account", "Deal", "Happened?")


@pytest.fixture(scope="module")
def contracts(project_root) -> dict:
    return load_contracts(project_root)


def test_one_header_that_no_contract_knows_does_not_leave_a_log_out(contracts: dict) -> None:
    rows = (("2026-01-05", "Bo Roe", "Ann Lee", "30", "Discovery", "Acme", "1", "yes"),) * 3

    found = guess(Table("Coaching 1-1s.xlsx", "xlsx", OWN, rows), contracts)

    assert found is not None
    assert (found.contract.system, found.contract.object) == ("coaching_log", "log")
    assert found.is_likely
    assert found.score < SURE  # drafted to be confirmed
    assert [(item.column.name, item.header) for item in found.proposals] == [("rep", "Seller")]


@pytest.mark.parametrize(
    "header",
    [
        ("Date", "Room", "Booked by", "Guests"),
        ("Month", "Travel", "Hotel", "Meals", "Total"),
        ("Table", "Field", "Description"),
    ],
)
def test_a_sheet_of_something_else_is_left_out(contracts: dict, header: tuple[str, ...]) -> None:
    rows = (tuple("2026-01-05" if name == "Date" else "12" for name in header),) * 3

    found = guess(Table("Sheet.xlsx", "xlsx", header, rows), contracts)

    assert found is None or not found.is_likely
