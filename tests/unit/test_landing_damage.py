"""Files of every kind with bytes cut off or changed: landed whole, or rejected whole and said why.

The real landing runs over a folder of damaged files at a time: one of them must never end the load
that the others wait for, nor leave a part of its rows.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from halftime.landing import land
from halftime.landing.spec import FileReport, SourceSpec

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    {
        "opportunity_id": f"D{number}",
        "stage": ("Won", "Größe 🏆", 'a "b", c\n')[number % 3],
        "amount": number * 1.5,
        "close_date": f"2026-01-{number % 28 + 1:02}",
        "note": None if number % 4 else "x",
    }
    for number in range(40)
]
# A failure names its file, so nothing is won by looking for a smaller one for minutes.
MANY = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def as_csv(newline: str = "\r\n") -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(ROWS[0]), lineterminator=newline)
    writer.writeheader()
    writer.writerows(ROWS)
    return buffer.getvalue().encode()


def as_parquet(compression: str) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), buffer, compression=compression)
    return buffer.getvalue()


def as_xlsx() -> bytes:
    """Write a workbook with an error cell and merged cells, which are looked for apart."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in [list(ROWS[0]), *(list(row.values()) for row in ROWS)]:
        sheet.append(row)
    sheet["E3"].value, sheet["E3"].data_type = "#REF!", "e"
    sheet.merge_cells("E5:E6")
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def packed(content: bytes, method: int, *names: str) -> bytes:
    """Pack the members of a zip anew by another method, or some content under a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        if names:
            target.writestr(names[0], content)
        else:
            with zipfile.ZipFile(io.BytesIO(content)) as source:
                for name in source.namelist():
                    target.writestr(name, source.read(name))
    return buffer.getvalue()


def containers() -> dict[str, bytes]:
    """Return the same rows in every container, by what a file's name ends with."""
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()
    array = json.dumps(ROWS).encode()
    book = as_xlsx()
    plain = {
        ".csv": as_csv(),
        ".jsonl": lines,
        ".json": array,
        ".parquet": as_parquet("snappy"),
        "_zstd.parquet": as_parquet("zstd"),
        ".xlsx": book,
        "_stored.xlsx": packed(book, zipfile.ZIP_STORED),
    }
    zipped = {f"{end}.gz": gzip.compress(plain[end], mtime=0) for end in plain if end[0] == "."}
    archive = packed(as_csv("\n"), zipfile.ZIP_DEFLATED, "opportunities.csv")
    return plain | zipped | {".zip": archive}


CONTAINERS = containers()
# A cut between two records of these leaves a whole file of fewer rows, which nothing can tell.
OPEN_ENDED = (".csv", ".jsonl")
CLOSED = [end for end in CONTAINERS if end not in OPEN_ENDED]
Damage = Callable[[bytes], bytes]


@st.composite
def damage(draw: st.DrawFn) -> Damage:
    """Return what changes some bytes of a file somewhere."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["cut", "change", "drop", "add", "clear", "repeat"]),
                st.floats(0, 1, exclude_max=True),
                st.binary(min_size=1, max_size=24),
            ),
            min_size=1,
            max_size=4,
        )
    )

    def apply(content: bytes) -> bytes:
        for kind, share, some in steps:
            place = int(share * len(content))
            before, hit = content[:place], content[place : place + len(some)]
            after = content[place + len(some) :]
            content = {
                "cut": before,
                "change": before + some[: len(hit)] + after,
                "drop": before + after,
                "add": before + some + hit + after,
                "clear": before + bytes(len(hit)) + after,
                "repeat": before + hit + hit + after,
            }[kind]
        return content

    return apply


def landed(files: dict[str, bytes]) -> list[tuple[FileReport, int]]:
    """Land the files in one load; return what is said of each and the rows that are there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tabular").mkdir()
        for file, content in files.items():
            (folder / "tabular" / file).write_bytes(content)
        report = land([SourceSpec("tabular")], folder, folder / "w.duckdb", ROOT)
        with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as con:
            found = con.execute(
                "select _source_file, count(distinct _source_row), count(*) "
                "from raw.tabular__opportunity group by 1"
            ).fetchall()
    assert all(distinct == count for _, distinct, count in found)
    rows = {file: count for file, count, _ in found}
    return [(item, rows.get(item.file, 0)) for item in report.files]


def check(found: Sequence[tuple[FileReport, int]]) -> None:
    """Every file is landed with all its rows, or rejected with a reason and none of them."""
    for report, rows in found:
        if report.status == "landed":
            assert (report.rows, report.source_rows) == (rows, rows), report
        else:
            # A member of an archive may have lost the end of its name, and a name that only
            # resembles the object's is known by its headers, which may be damaged.
            is_sure = ".zip/" not in report.file and Path(report.file).stem == "opportunity"
            assert report.status == "rejected" or (report.status == "unknown" and not is_sure), (
                report
            )
            assert report.reason_code, report
            assert report.reason, report
            assert rows == 0, report


def test_every_container_gives_the_same_rows() -> None:
    found = landed({f"opportunity{end}": content for end, content in CONTAINERS.items()})

    check(found)
    assert {report.file: rows for report, rows in found if rows != len(ROWS)} == {}


@MANY
@given(st.lists(damage(), min_size=len(CONTAINERS), max_size=len(CONTAINERS)))
def test_any_damage_rejects_a_file_whole_or_none_of_it(damages: list[Damage]) -> None:
    files = {
        f"opportunity{end}": apply(content)
        for apply, (end, content) in zip(damages, CONTAINERS.items(), strict=True)
    }
    found = landed(files)

    check(found)
    for file in files:
        assert any(f"{report.file}/".startswith(f"tabular/{file}/") for report, _ in found), file


@MANY
@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=len(CLOSED), max_size=len(CLOSED)))
def test_a_cut_container_is_rejected_whole(shares: list[float]) -> None:
    files = {
        f"opportunity{end}": CONTAINERS[end][: int(share * len(CONTAINERS[end]))]
        for share, end in zip(shares, CLOSED, strict=True)
    }
    found = landed(files)

    check(found)
    assert {report.file for report, _ in found} == {f"tabular/{file}" for file in files}
    assert {report.status for report, _ in found} == {"rejected"}


@MANY
@given(st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_a_cut_text_keeps_every_whole_record(shares: list[float]) -> None:
    lines = {".jsonl": CONTAINERS[".jsonl"], ".csv": CONTAINERS[".csv"]}
    files = {
        f"opportunity{end}": content[: int(share * len(content))]
        for share, (end, content) in zip(shares, lines.items(), strict=True)
    }
    found = landed(files)

    check(found)
    for report, rows in found:
        whole = files[report.file.removeprefix("tabular/")]
        if report.status != "landed":
            assert report.reason_code in ("truncated", "empty_file", "missing_column"), report
        elif report.file.endswith("jsonl"):
            assert rows == whole.count(b"}")
        else:
            text = io.StringIO(whole.decode("utf-8", "replace"), newline="")
            assert rows == len(list(csv.reader(text))) - 1


def test_a_workbook_whose_list_of_sheets_is_damaged_ends_no_load() -> None:
    """The list is read anew, by other means, only for a workbook with error cells."""
    content = bytearray(CONTAINERS["_stored.xlsx"])
    content[content.index(b"relationships/theme")] = ord("R")

    found = landed({"opportunity.xlsx": bytes(content), "opportunity.csv": CONTAINERS[".csv"]})

    assert {report.file: (report.status, rows) for report, rows in found} == {
        "tabular/opportunity.csv": ("landed", len(ROWS)),
        "tabular/opportunity.xlsx": ("rejected", 0),
    }


def test_a_parquet_file_with_a_damaged_page_ends_no_load() -> None:
    """DuckDB says of some damage what it says of a full disk, without the file's name."""
    table = pa.table({name: [row[name] for row in ROWS] for name in ("opportunity_id", "stage")})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="none")
    whole = buffer.getvalue()
    column = pq.read_metadata(buffer).row_group(0).column(1)
    start = column.data_page_offset
    end = column.dictionary_page_offset + column.total_compressed_size
    places = [place for place in range(start, end) if whole[place] != 0x24]

    found = landed(
        {
            f"opportunity_{place}.parquet": whole[:place] + b"\x24" + whole[place + 1 :]
            for place in places
        }
    )

    check(found)
    assert len(found) == len(places)
    assert any("damaged" in str(report.reason) for report, _ in found)


def test_an_archive_with_a_nameless_member_is_rejected() -> None:
    nameless = packed(b"id", zipfile.ZIP_STORED, "deals.csv").replace(b"deals.csv", b"\0eals.csv")

    ((report, rows),) = landed({"opportunity.zip": nameless})

    assert (report.status, report.reason_code, rows) == ("rejected", "unreadable", 0)
    assert "no zip archive that can be read" in str(report.reason)
