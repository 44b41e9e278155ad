"""Sheets as people write them: what they say becomes records, and nothing of it is lost."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halftime.contracts import Column, Contract
from halftime.landing import archive
from halftime.landing.shaping import header_days, joined_header
from halftime.landing.sheet_reader import SheetFile, open_shaped_csv, open_xlsx
from halftime.landing.spec import ObjectSpec, RejectedFileError, Shape, Unpivot

MATRIX = Contract(
    "crm",
    "matrix",
    "crm__matrix",
    "",
    ("matrix",),
    (),
    (
        Column(name="rep", header="Rep", required=True, nullable=False),
        Column(name="coach", header="Coach"),
        Column(name="day", header="Day", kind="date", required=True, nullable=False),
        Column(name="cell", header="Cell", required=True, nullable=False),
    ),
    Path(),
)
LOG = Contract(
    "crm",
    "log",
    "crm__log",
    "",
    ("log",),
    (),
    (
        Column(name="date", header="Date", kind="date", required=True, nullable=False),
        Column(name="rep", header="Rep", required=True, nullable=False),
        Column(name="notes", header="Notes"),
    ),
    Path(),
)
WEEKS = Unpivot("day", "cell", ("Rep",), ("D-Mon",), 2026)


def book(path: Path, rows: list[list[object]], *, merge: tuple[str, ...] = ()) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    workbook.save(path)
    return path


def records(file: SheetFile) -> list[dict[str, object]]:
    names = [f"c{place}" for place in range(len(file.header))]
    required = [place for place, name in enumerate(file.header) if name in ("Rep", "Date")]
    found = [row for batch in file.read(required) for row in batch.to_pylist()]
    assert len(found) == file.source_rows
    named = dict(zip(names, file.header, strict=True))
    return sorted(
        ({named.get(key, key): value for key, value in row.items()} for row in found),
        key=lambda row: (row["_row"], str(row["_cell"] or "").rjust(8)),
    )


def test_a_matrix_of_a_team_becomes_one_record_per_filled_cell(tmp_path: Path) -> None:
    """Title rows, a manager merged over the reps, dates of both kinds, a total, notes beside."""
    path = book(
        tmp_path / "m.xlsx",
        [
            ["Coaching Q1", None, None, None, None],
            [],
            ["Coach", "Rep", dt.datetime(2026, 1, 6), "13-Jan", "Remarks"],
            ["Mia", "Ann", "x", 30, "two\nlines"],
            [None, "Bo", "PTO", None, None],
            [None, "Cy", None, None, "new hire"],
            ["Total", None, 2, 1, None],
        ],
        merge=("A4:A6",),
    )
    spec = ObjectSpec(shape=Shape(merged=("coach",), unpivot=WEEKS))

    found = records(open_xlsx(path, MATRIX, spec))

    cells = [
        (row["Coach"], row["Rep"], row["Day"], row["Cell"], row["Remarks"], row["_cell"])
        for row in found
        if row["_problem"] is None
    ]
    assert cells == [
        ("Mia", "Ann", "2026-01-06", "x", "two\nlines", "C4"),
        ("Mia", "Ann", "2026-01-13", "30", "two\nlines", "D4"),
        ("Mia", "Bo", "2026-01-06", "PTO", None, "C5"),
    ]
    apart = [(row["_row"], row["_problem"], row["_cell"]) for row in found if row["_problem"]]
    assert apart == [
        (1, "preamble", None),
        (2, "blank_row", None),
        (6, "no_cells", None),
        (7, "total", "C7"),
        (7, "total", "D7"),
    ]
    assert "new hire" in str(found[5]["_rest"])


def test_several_header_rows_are_joined(tmp_path: Path) -> None:
    path = book(
        tmp_path / "m.xlsx",
        [
            [None, "Q1", None, "Q2", None],
            ["Rep", "Booked", "Quota", "Booked", "Quota"],
            ["Ann", 1, 2, 3, 4],
        ],
        merge=("B1:C1", "D1:E1"),
    )
    spec = ObjectSpec(
        columns={"cell": "Q2 / Booked", "day": "Q1 / Quota"}, shape=Shape(header_rows=(1, 2))
    )
    file = open_xlsx(path, MATRIX, spec)
    assert file.header == ("Rep", "Q1 / Booked", "Q1 / Quota", "Q2 / Booked", "Q2 / Quota")
    assert len(records(file)) == 1
    exported = [["", "Q1", "", "Q2", ""], ["Rep", "Booked", "Quota", "Booked", "Quota"]]
    assert tuple(joined_header(exported, fill_right=True)) == file.header


def test_a_log_is_filled_down_and_its_totals_are_no_data(tmp_path: Path) -> None:
    text = "Date,Rep,Notes\n2026-01-06,Ann,a\n,Bo,b\n\nWeekly sum,,2\n46030,Cy,c\n"
    path = tmp_path / "log.csv"
    path.write_text(text)
    shape = Shape(fill_down=("date",), not_data=("weekly *",), serial_dates=True)

    found = records(open_shaped_csv(path, LOG, ObjectSpec(shape=shape)))

    assert [(row["Date"], row["Rep"], row["_problem"]) for row in found] == [
        ("2026-01-06", "Ann", None),
        ("2026-01-06", "Bo", None),
        (None, None, "blank_row"),
        (None, None, "total"),
        ("2026-01-08", "Cy", None),
    ]


def test_errors_serials_and_hidden_parts_are_read(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (["Date", "Rep", "Notes"], [46028, "Ann", "#REF!"], ["46029", "Bo", "ok"]):
        sheet.append(row)
    sheet["C2"].data_type = "e"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    workbook.save(tmp_path / "log.xlsx")

    found = records(open_xlsx(tmp_path / "log.xlsx", LOG, ObjectSpec()))

    assert [(row["Date"], row["Rep"], row["Notes"]) for row in found] == [
        ("2026-01-06", "Ann", "#REF!"),
        ("2026-01-07", "Bo", "ok"),
    ]


@pytest.mark.parametrize(
    ("headers", "formats", "year", "days"),
    [
        (["6-Jan", "13-Jan"], ["D-Mon"], 2026, ["2026-01-06", "2026-01-13"]),
        (["29-Dec", "5-Jan"], ["D-Mon"], 2025, ["2025-12-29", "2026-01-05"]),
        (["5-Jan", "29-Dec"], ["D-Mon"], 2026, ["2026-01-05", "2025-12-29"]),
        (["KW 02", "KW 3"], ["KW WW"], 2026, ["2026-01-05", "2026-01-12"]),
        (["Tue 6 Jan", "Notes"], ["Ddd D Mon"], 2026, ["2026-01-06", ""]),
        (["6.1.26", "31.2.26"], ["D.M.YY"], None, ["2026-01-06", ""]),
        (["3. März"], ["D. Mon"], 2026, ["2026-03-03"]),
        (["6-Jan"], ["D-Mon"], None, [""]),
        (["46028", "2026-01-13T00:00:00"], [], None, ["2026-01-06", "2026-01-13"]),
    ],
)
def test_a_header_names_a_day(
    headers: list[str], formats: list[str], year: int | None, days: list[str]
) -> None:
    assert header_days(headers, formats, year) == days


def test_a_matrix_without_days_says_what_to_configure(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", [["Rep", "6/1"], ["Ann", "x"]])
    with pytest.raises(RejectedFileError, match="header_format") as caught:
        open_xlsx(path, MATRIX, ObjectSpec(shape=Shape(unpivot=WEEKS)))
    assert caught.value.code == "no_value_columns"


def test_a_workbook_that_unpacks_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "m.xlsx", [["Rep", "6-Jan"], ["Ann", "x"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet9.xml", b"0" * (3 << 20))
    monkeypatch.setenv("HALFTIME_UNPACKED_LIMIT_MB", "2")
    with pytest.raises(RejectedFileError, match="unpacks") as caught:
        open_xlsx(path, MATRIX, ObjectSpec(shape=Shape(unpivot=WEEKS)))
    assert caught.value.code == "too_large"


def test_an_archive_is_a_folder(tmp_path: Path) -> None:
    inner = book(tmp_path / "in.xlsx", [["Rep", "6-Jan"], ["Ann", "x"]])
    with zipfile.ZipFile(tmp_path / "teams.zip", "w") as file:
        file.write(inner, "north/ann.xlsx")
    assert archive.member_names(tmp_path / "teams.zip") == ["north/ann.xlsx"]
    with archive.materialised(tmp_path, "teams.zip/north/ann.xlsx") as path:
        assert path.read_bytes() == inner.read_bytes()


CELL = st.one_of(
    st.none(),
    st.sampled_from(
        ["x", "30", "PTO", "1:1", "Total", " ", "6-Jan", "Rep", "#REF!", "a\nb", "12,5"]
    ),
    st.integers(-5, 50_000),
    st.booleans(),
    st.floats(0, 1e5, allow_nan=False),
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
)
SHEET = st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=9)
HEADER = st.lists(
    st.sampled_from(["Rep", "Coach", "6-Jan", "13-Jan", "Notes", "", "Rep"]), min_size=2, max_size=6
)
SHAPES = st.builds(
    Shape,
    header_rows=st.sampled_from([(), (1,), (2,), (1, 2)]),
    fill_down=st.sampled_from([(), ("rep",)]),
    merged=st.sampled_from([(), ("rep",)]),
    not_data=st.sampled_from([(), ("x*",)]),
    sheet_to=st.sampled_from([None, "coach"]),
    unpivot=st.sampled_from([None, WEEKS, Unpivot("coach", "cell")]),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(header=HEADER, rows=SHEET, shape=SHAPES, as_text=st.booleans())
def test_any_sheet_lands_whole_or_says_why_not(
    header: list[str], rows: list[list[object]], shape: Shape, as_text: bool
) -> None:
    """No unhandled error; each record once; every filled cell below the header is somewhere."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            if as_text:
                path = Path(folder) / "s.csv"
                with path.open("w", newline="", encoding="utf-8") as stream:
                    csv.writer(stream).writerows([header, *rows])
                file = open_shaped_csv(path, MATRIX, ObjectSpec(delimiter=",", shape=shape))
            else:
                path = book(Path(folder) / "s.xlsx", [list(header), *rows])
                file = open_xlsx(path, MATRIX, ObjectSpec(shape=shape))
        except RejectedFileError as error:
            refused = error.code
        else:
            refused = None
        if refused:
            assert refused in {"empty_file", "missing_column", "no_value_columns"}
            return
        found = records(file)
        assert found == records(file)
        keys = [(row["_row"], row["_cell"]) for row in found]
        assert len(keys) == len(set(keys))
        texts = [" ".join(str(value) for value in row.values()) for row in found]
        wanted = [
            value
            for number, row in enumerate([header, *rows], start=1)
            if number not in file.plan.header_rows
            for value in row
            if isinstance(value, str) and value.strip() and "\n" not in value
        ]
        for value in set(wanted):
            assert any(value in text for text in texts), value
