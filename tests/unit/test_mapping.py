"""Any mapping: its columns are found, its values, dates and numbers are read, or it is refused.

What a configuration says goes into SQL, so that every text of it must come out as it went in.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from rendered_macros import ROOT, Macros

from halftime.config import Config, load_config
from halftime.contracts import load_contracts
from halftime.dbt import as_yaml
from halftime.errors import UsageError
from halftime.landing.csv_reader import open_csv
from halftime.landing.header import match_header

CONTRACTS = load_contracts(ROOT)
DEAL = CONTRACTS["tabular", "opportunity"]
COLUMNS = [column.name for column in DEAL.columns]
HOSTILE = ["'", '"', "'; drop table x; --", "\\", "{{ x }}", "{% endif %}", "%s", "🙂", "\x85", "İ"]
TEXT = st.sampled_from(HOSTILE) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
)
SOON = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def macros() -> Macros:
    return Macros()


def configured(node: dict[str, Any]) -> Config:
    """Write the settings of spreadsheets of opportunities as YAML and read them again."""
    document = {"version": 1, "sources": {"tabular": {"objects": {"opportunity": node}}}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "halftime.yml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return load_config(path, CONTRACTS)


def settings_of(node: dict[str, Any]) -> dict[str, Any]:
    """Return what dbt is told about the source, by the way on which it is told."""
    variables = configured(node).dbt_vars(as_of=None, loaded_until=None)
    return yaml.safe_load(as_yaml(variables))["source_settings"]


@SOON
@given(st.dictionaries(TEXT, st.lists(TEXT, max_size=3), max_size=4))
@example({"🏆 won": ["\ud7ff\ue000\uffff\x7f\u2028"]})
def test_every_text_reaches_dbt_as_it_is(variables: dict[str, Any]) -> None:
    assert yaml.safe_load(as_yaml(variables)) == variables


HEADER = TEXT.map(str.strip).filter(lambda text: text.strip("\ufeff\xa0 ") == text != "")


@st.composite
def column_maps(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return which header each mapped column has, constants for others, and a file's header."""
    mapped = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, unique=True))
    names = draw(
        st.lists(HEADER, min_size=len(mapped), max_size=len(mapped) + 3, unique_by=lambda n: n)
    )
    columns = dict(zip(mapped, names, strict=False))
    rest = [name for name in COLUMNS if name not in columns]
    constants = draw(st.dictionaries(st.sampled_from(rest), TEXT, max_size=3)) if rest else {}
    return columns, constants, draw(st.permutations(names))


@SOON
@given(case=column_maps(), data=st.data())
def test_any_columns_are_found_and_constants_fill_the_rest(
    case: tuple[dict[str, str], dict[str, str], list[str]], data: st.DataObject
) -> None:
    columns, constants, header = case
    cells = data.draw(st.lists(TEXT, min_size=len(header), max_size=len(header)))
    assume("".join(cells).strip("\ufeff\xa0 \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85"))
    # Which sign parts the fields of such headers is another question than where they stand.
    node = {"columns": columns, "constants": constants, "delimiter": ","}
    spec = configured(node).sources[0].object("opportunity")
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([header, cells])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deals.csv"
        path.write_bytes(buffer.getvalue().encode())

        file = open_csv(path, DEAL, spec)
        match = match_header(DEAL, file.header, spec)
        (row,) = [row for batch in file.read(()) for row in batch.to_pylist()]

    found = dict(zip(COLUMNS, match.positions, strict=True))
    assert {name: file.header[found[name] or 0] for name in columns} == columns
    assert {name: row[f"c{found[name]}"] for name in columns} == {
        name: cells[header.index(wanted)] for name, wanted in columns.items()
    }
    filled = dict(zip(COLUMNS, match.constants, strict=True))
    for name, constant in constants.items():
        assert filled[name] == (constant if found[name] is None else None)


LARGE = {small: small - 32 for small in range(ord("a"), ord("z") + 1)}


def clean(text: str) -> str | None:
    return text.replace("\u00a0", " ").strip(" \t\r\n") or None


def letters(text: str) -> str:
    """Return what two texts have in common that no database tells apart by their letters."""
    return "".join(letter.casefold()[:1] for letter in clean(text) or "")


@SOON
@given(
    values=st.dictionaries(TEXT.filter(lambda text: clean(text) is not None), TEXT, max_size=5),
    others=st.lists(TEXT, max_size=5),
)
@example(values={"İptal": "Lost", "ΤΕΛΟΣ": "🏆 Won", "\x1cx": "y"}, others=[])
def test_any_value_map_is_applied(
    macros: Macros, values: dict[str, str], others: list[str]
) -> None:
    """A value is mapped whatever its case and the blanks around it; all others stay."""
    folded = {letters(old) for old in values}
    assume(len(folded) == len(values))
    known = [
        (cell, new)
        for old, new in values.items()
        for cell in (old, f" {old}\u00a0", old.translate(LARGE))
    ]
    others = [cell for cell in others if letters(cell) not in folded]
    told = settings_of({"values": {"stage": values}})

    found = macros.values("mapped_value", "raw_stage", told, [cell for cell, _ in known] + others)

    assert found == [new for _, new in known] + [clean(cell) for cell in others]


SIGNS = [".", ",", " ", "'", "\u00a0", "\u202f", "\u2019", ""]


@SOON
@given(
    decimal=st.sampled_from([None, *SIGNS]),
    thousands=st.sampled_from([None, *SIGNS]),
    level=st.sampled_from(["object", "column"]),
    amounts=st.lists(st.decimals(0, 10**12, places=2, allow_nan=False), min_size=1, max_size=6),
)
def test_any_signs_of_numbers_are_refused_or_read(
    macros: Macros,
    decimal: str | None,
    thousands: str | None,
    level: str,
    amounts: list[Decimal],
) -> None:
    signs = {
        key: sign
        for key, sign in (("decimal", decimal), ("thousands", thousands))
        if sign is not None
    }
    point = decimal or "."
    group = ("," if point == "." else ".") if thousands is None else thousands
    texts = [f"{amount:,.2f}".translate({ord(","): group, ord("."): point}) for amount in amounts]
    node = signs if level == "object" else {"formats": {"amount": signs}}
    if decimal not in (None, ".", ",") or point == group:
        with pytest.raises(UsageError):
            configured(node)
        return

    told = settings_of(node)
    assert macros.values("to_decimal", "raw_amount", told, texts) == amounts
    whole = [text.rpartition(point)[0] for text in texts]
    small = [place for place, amount in enumerate(amounts) if amount < 2**31 - 1]
    found = macros.values("to_integer", "raw_amount", told, whole)
    assert [found[place] for place in small] == [int(amounts[place]) for place in small]


YEARS, MONTHS, DAYS = ["YYYY", "YY"], ["MM", "M", "Mon"], ["DD", "D"]
TIMES = ["", " HH:MI", " HH:MI:SS", ", HH12:MI AM", " HH12:MI:SSAM", "-HH.MI"]
SEPARATORS = ["/", ".", "-", " ", ". ", ", ", "", "·", "年"]


@st.composite
def date_formats(draw: st.DrawFn) -> str:
    """Return a format that says year, month, day and perhaps a time, in any order."""
    parts = draw(st.permutations([draw(st.sampled_from(kind)) for kind in (YEARS, MONTHS, DAYS)]))
    first, second = draw(st.sampled_from(SEPARATORS)), draw(st.sampled_from(SEPARATORS))
    # Digits of one or two places that stand side by side cannot be told apart by anybody.
    if not {"M", "D"}.isdisjoint(parts):
        first, second = first or "/", second or "/"
    text = parts[0] + first + parts[1] + second + parts[2]
    assume(not text.startswith(("YYYY-DD-M", "YYYY-D-M")))  # ISO reads these as other days
    return text + draw(st.sampled_from(TIMES))


def written(moment: dt.datetime, form: str) -> str:
    """Write an instant by a format of the configuration."""
    hour = moment.hour % 12 or 12
    tokens = {
        "YYYY": f"{moment:%Y}",
        "YY": f"{moment:%y}",
        "Mon": f"{moment:%b}",
        "MM": f"{moment:%m}",
        "MI": f"{moment:%M}",
        "M": str(moment.month),
        "DD": f"{moment:%d}",
        "D": str(moment.day),
        "HH12": str(hour),
        "HH": f"{moment:%H}",
        "SS": f"{moment:%S}",
        "AM": f"{moment:%p}",
    }
    text, rest = "", form
    while rest:
        token = next((token for token in tokens if rest.startswith(token)), None)
        if token == "HH" and rest.startswith("HH12"):
            token = "HH12"
        text += tokens[token] if token else rest[0]
        rest = rest[len(token or rest[0]) :]
    return text


@SOON
@given(
    form=date_formats(),
    moments=st.lists(
        st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)), min_size=1, max_size=8
    ),
    level=st.sampled_from(["object", "column"]),
)
@example(form="YYYY-MM-DD HH12:MI AM", moments=[dt.datetime(2026, 1, 31, 14, 30)], level="object")
def test_what_a_date_format_wrote_it_reads(
    macros: Macros, form: str, moments: list[dt.datetime], level: str
) -> None:
    node: dict[str, Any] = {"date_formats": [form]}
    told = settings_of(node if level == "object" else {"formats": {"close_date": node}})
    cells = [written(moment, form) for moment in moments]

    days = macros.values("to_date", "raw_close_date", told, cells)
    instants = macros.values("to_date", "raw_close_date", told, cells, type="timestamp")

    assert days == [moment.date() for moment in moments]
    for moment, instant in zip(moments, instants, strict=True):
        expected = moment.replace(microsecond=0)
        if "SS" not in form:
            expected = expected.replace(second=0)
        if "MI" not in form:
            expected = expected.replace(hour=0, minute=0)
        assert instant == expected


TOKENS = st.sampled_from(
    ["YYYY", "YY", "Mon", "MM", "MI", "M", "DD", "D", "HH", "HH12", "SS", "AM"]
)


@SOON
@given(
    form=st.lists(TOKENS | TEXT, max_size=6).map("".join),
    cells=st.lists(TEXT | st.sampled_from(["31/01/2026", "31.1.26", "Jan 3, 2026"]), max_size=4),
)
@example(form="%d/%m/%Y", cells=["31/01/2026"])
@example(form="DD 'of' Mon YYYY", cells=["3 'of' Jan 2026"])
@example(form="DD. MMMM YYYY", cells=["03. 01 2026"])
@example(form="DD]MM[YYYY", cells=["31]01[2026"])
@example(form="YYYY-DD-MM", cells=["2026-31-01", "2026-02-01"])
def test_any_text_for_a_date_format_is_refused_or_reads_days(
    macros: Macros, form: str, cells: list[str]
) -> None:
    told, refused = None, ""
    try:
        told = settings_of({"date_formats": [form]})
    except UsageError as error:
        refused = str(error)
    if told is None:
        assert f"the format '{form}' reads no day" in refused
        return
    found = macros.values("to_date", "raw_close_date", told, cells)
    assert all(value is None or isinstance(value, dt.date) for value in found)
