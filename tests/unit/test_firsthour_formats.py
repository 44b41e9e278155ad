"""What a column's values say about how they are written."""

from __future__ import annotations

import datetime as dt

import pytest

from halftime.firsthour import formats


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2026-01-31", "2026-02-01T10:00:00Z"], ()),
        (["31/01/2026", "01/02/2026"], ("DD/MM/YYYY",)),
        (["01/31/26", "12/01/26"], ("MM/DD/YY",)),
        (["1/31/2026", "12/1/2026"], ("M/D/YYYY",)),
        (["31.1.2026", "01.12.2026"], ("D.M.YYYY",)),
        (["3 Jan 2026", "14 Feb 2026"], ("D Mon YYYY",)),
        (["Jan 3, 2026"], ("Mon D, YYYY",)),
        (["02/23/26 08:55 PM", "02/24/26 11:05 AM"], ("MM/DD/YY HH12:MI AM",)),
        (["31.01.2026 14:05"], ("DD.MM.YYYY HH:MI",)),
        (["20260131", "20260201"], ("YYYYMMDD",)),
    ],
)
def test_a_format_reads_every_value(values: list[str], expected: tuple[str, ...]) -> None:
    reading = formats.read_dates(values)

    assert reading.formats == expected
    assert not reading.is_undecided
    assert reading.junk == 0


def test_day_or_month_first_stays_undecided_where_the_values_do_not_tell() -> None:
    reading = formats.read_dates(["03/04/2026", "05/06/2026"])

    assert {*reading.formats, *reading.rivals} == {"DD/MM/YYYY", "MM/DD/YYYY"}


def test_one_value_above_twelve_decides_a_column() -> None:
    reading = formats.read_dates(["03/04/2026", "13/06/2026"])

    assert (reading.formats, reading.rivals) == (("DD/MM/YYYY",), ())


def test_what_is_no_date_is_counted_and_does_not_spoil_the_format() -> None:
    reading = formats.read_dates(["31/01/2026", "TBD", "", "31/02/2026"])

    assert (reading.formats, reading.values, reading.junk) == (("DD/MM/YYYY",), 3, 2)


def test_two_formats_that_do_not_clash_are_both_proposed() -> None:
    reading = formats.read_dates(["31/01/2026", "2026-02-01", "1 Feb 2026"])

    assert reading.formats == ("DD/MM/YYYY", "D Mon YYYY")


def test_an_impossible_time_is_no_date() -> None:
    assert formats.read_date("31.01.2026 25:00", "DD.MM.YYYY HH:MI") is None
    assert formats.read_date("31.01.2026 23:00", "DD.MM.YYYY HH:MI") == dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("values", "decimal", "is_undecided"),
    [
        (["1.234,50", "12,5"], ",", False),
        (["1,234.50", "7"], ".", False),
        (["€ 1 234,5"], ",", False),
        (["12", "7"], None, False),
        (["1,234", "2,500"], None, True),
    ],
)
def test_the_decimal_sign(values: list[str], decimal: str | None, is_undecided: bool) -> None:
    reading = formats.read_numbers(values)

    assert (reading.decimal, reading.is_undecided) == (decimal, is_undecided)


def test_kinds_of_values() -> None:
    assert formats.kind_of(["a@b.com", ""]) == "email"
    assert formats.kind_of(["yes", "no"]) == "boolean"
    assert formats.kind_of(["1,200.5", "3"]) == "number"
    assert formats.kind_of(["31/01/2026"]) == "date"
    assert formats.kind_of(["2026-01-31 10:00"]) == "timestamp"
    assert formats.kind_of(["Closed Won"]) == "text"
    assert formats.kind_of([" "]) == "empty"


def test_currencies_are_told_by_sign_and_code() -> None:
    assert formats.currencies_in(["€ 5", "USD 7", "7 GBP", "8"]) == {"EUR": 1, "USD": 1, "GBP": 1}
