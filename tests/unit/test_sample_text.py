"""Text made from numbers: ids, moments, money."""

import numpy as np
import pytest

from halftime.sample.text import (
    clock_text,
    coded,
    date_text,
    money_text,
    pick,
    salesforce_id,
    timestamp_text,
)

CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def _suffix(head: str) -> str:
    """Work out the last three characters of an id the slow way."""
    parts = [head[start : start + 5] for start in (0, 5, 10)]
    return "".join(
        CHECK[sum(1 << place for place, letter in enumerate(part) if "A" <= letter <= "Z")]
        for part in parts
    )


@pytest.mark.parametrize("prefix", ["006", "00T", "00U"])
def test_the_last_three_characters_of_an_id_encode_its_capitals(prefix: str) -> None:
    numbers = np.random.default_rng(1).integers(0, 900_000_000, 500)

    ids = salesforce_id(prefix, numbers).to_pylist()

    assert all(text[15:] == _suffix(text[:15]) for text in ids)


def test_ids_differ_in_their_first_fifteen_characters() -> None:
    ids = salesforce_id("006", np.arange(50_000)).to_pylist()

    assert len({text[:15] for text in ids}) == 50_000


def test_moments_and_days_are_written_in_utc() -> None:
    seconds = np.array([np.datetime64("2026-09-30T23:59:59").astype(int)])

    assert timestamp_text(seconds).to_pylist() == ["2026-09-30T23:59:59.000Z"]
    assert date_text(seconds // 86_400).to_pylist() == ["2026-09-30"]
    assert clock_text(seconds).to_pylist() == ["23:59"]


def test_what_is_not_valid_is_null() -> None:
    valid = np.array([True, False])
    numbers = np.array([1, 10**6])

    columns = (
        date_text(numbers, valid),
        money_text(numbers, valid),
        coded("E", numbers, 4, valid),
        pick(["a", "b"], np.array([1, 0]), valid),
        salesforce_id("006", numbers, valid),
    )

    assert all(column[0].is_valid and not column[1].is_valid for column in columns)


def test_money_has_two_decimals() -> None:
    assert money_text(np.array([5, 100, 123_456])).to_pylist() == ["0.05", "1.00", "1234.56"]
