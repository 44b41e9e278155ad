"""Numbers and dates as the reader's locale writes them; English where nothing else is known."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboards.components import locales
from dashboards.components.figures import Unit, written
from dashboards.components.words import count_of, day, money, number, percent, short_day

ROOT = Path(__file__).resolve().parents[2]
THIN = "\u202f"


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    locales.use(None)


@pytest.mark.parametrize(
    ("tag", "decimal", "share", "amount", "whole", "short"),
    [
        ("en-GB", "1,234.5", "41%", "USD 1.2M", "20 Aug 2026", "20 Aug"),
        ("en-US", "1,234.5", "41%", "USD 1.2M", "Aug 20, 2026", "Aug 20"),
        ("de-DE", "1.234,5", "41\u00a0%", "USD 1,2M", "20.08.2026", "20 Aug"),
        ("de-CH", "1’234.5", "41%", "USD 1.2M", "20.08.2026", "20 Aug"),
        ("fr-FR", f"1{THIN}234,5", "41\u00a0%", "USD 1,2M", "20 Aug 2026", "20 Aug"),
        # Words or signs of a script between the parts: those of English stand.
        ("pt-BR", "1.234,5", "41%", "USD 1,2M", "20 Aug 2026", "20 Aug"),
        ("zh-CN", "1,234.5", "41%", "USD 1.2M", "20 Aug 2026", "20 Aug"),
        ("ja-JP", "1,234.5", "41%", "USD 1.2M", "2026/08/20", "Aug 20"),
    ],
)
def test_a_locale_has_its_signs_and_its_order(
    tag: str, decimal: str, share: str, amount: str, whole: str, short: str
) -> None:
    locales.use(tag)
    assert number(1234.5, 1) == decimal
    assert percent(0.41) == share
    assert money(1_234_567, "USD") == amount
    assert day("2026-08-20") == whole
    assert short_day("2026-08-20") == short
    assert count_of(1234, "deal") == f"{decimal.rstrip('5')[:-1]} deals"


@pytest.mark.parametrize("tag", [None, "", "tlh", "x" * 400, "../etc", "de_DE;x", "C", "12"])
def test_an_unknown_locale_is_english(tag: str | None) -> None:
    locales.use(tag)
    assert (number(1234.5, 1), percent(0.415, 1)) == ("1,234.5", "41.5%")
    assert locales.current().chart() == {}


def test_a_figure_is_written_as_its_locale_does() -> None:
    locales.use("de-DE")
    assert written(2.345, Unit.RATIO) == "2,3x"
    assert written(1.0, Unit.DAYS) == "1 day"
    assert written(2.5, Unit.DAYS) == "2,5 days"


def test_charts_are_told_the_signs_and_write_days_in_the_same_order() -> None:
    german = locales.writing_of("de-DE")
    signs = german.chart()["locale"]["number"]
    assert (signs["decimal"], signs["thousands"], signs["percent"]) == (",", ".", "\u00a0%")
    assert german.axis_day(is_short=False) == "%d.%m.%Y"
    assert german.axis_day(is_short=True) == "%-d %b"
    assert locales.writing_of("en-US").axis_day(is_short=True) == "%b %-d"
    assert locales.ENGLISH.axis_day(is_short=False) == "%-d %b %Y"


def test_no_day_begins_like_an_item_of_a_list() -> None:
    for tag in ("de-DE", "cs-CZ", "da-DK", "fi-FI", "hu-HU", "nb-NO", "sl-SI", "lv-LV"):
        locales.use(tag)
        for text in (day("2026-08-20"), short_day("2026-08-20")):
            assert not re.match(r"\d+[.)]\s", text), (tag, text)


def test_no_page_writes_a_number_by_itself() -> None:
    """Thousands in a text go through ``words.number``, so that every locale has its sign."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in ("components", "views")
        for path in sorted((ROOT / "dashboards" / folder).glob("*.py"))
        if path.name != "words.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and "," in ast.unparse(node.format_spec)
    ]
    assert found == []
