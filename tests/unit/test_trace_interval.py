"""How an interval is told beside a traced figure."""

from __future__ import annotations

import pytest

from quality.trace.report import _interval


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (None, None, ""),
        (0.061, 0.79, "  (95 %: 0.061 to 0.79)"),
        (24.0, None, "  (95 %: 24 to not reached)"),
        (None, 24.0, "  (95 %: not reached to 24)"),
    ],
)
def test_an_end_that_was_not_reached_is_said(
    low: float | None, high: float | None, told: str
) -> None:
    assert _interval(low, high) == told
