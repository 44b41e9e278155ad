"""Landing a folder into a real DuckDB file: what is landed, what is rejected, and what is said."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from halftime.errors import LockedError, MachineError, UsageError
from halftime.landing import FileReport, LandingReport, ObjectSpec, SourceSpec, land
from halftime.landing.spec import Shape, Unpivot

CONTRACTS = """
version: 2
sources:
  - name: crm
    schema: raw
    tables:
      - name: deal
        identifier: crm__deal
        config: {meta: {names: [Deal, Deals, crm_deal_data], key: [id]}}
        columns:
          - name: raw_id
            config: {meta: {header: Id, aliases: [Deal ID], required: true, nullable: false}}
          - name: raw_stage_name
            config: {meta: {header: StageName, aliases: [Phase], required: true}}
          - name: raw_amount
            config: {meta: {header: Amount, kind: decimal}}
          - name: raw_currency
            config: {meta: {header: CurrencyIsoCode}}
      - name: deal_history
        identifier: crm__deal_history
        config: {meta: {names: [DealHistory]}}
        columns:
          - name: raw_id
            config: {meta: {header: Id, required: true}}
"""
LINEAGE = "_extra, _row_problem, _source_file, _source_row"


class Place:
    """A project with two contracts, a landing folder and a warehouse."""

    def __init__(self, base: Path) -> None:
        self.project = base / "project"
        self.landing = base / "landing"
        self.warehouse = base / "home" / "warehouse.duckdb"
        self.write_contracts(CONTRACTS)
        (self.landing / "crm").mkdir(parents=True)

    def write_contracts(self, text: str) -> None:
        path = self.project / "models" / "staging" / "crm" / "_crm__sources.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def land(self, **spec: ObjectSpec) -> LandingReport:
        return land([SourceSpec("crm", objects=spec)], self.landing, self.warehouse, self.project)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def only(report: LandingReport) -> FileReport:
    assert len(report.files) == 1
    return report.files[0]


def test_a_file_lands_with_file_row_and_load(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName,Amount\n1, Won ,10.50\n2,,\n")

    report = place.land()

    assert (only(report).status, only(report).rows, report.load_id) == ("landed", 2, 1)
    assert place.query(
        f"select raw_id, raw_stage_name, raw_amount, raw_currency, {LINEAGE}, _load_id "
        "from raw.crm__deal order by _source_row",
    ) == [
        ("1", " Won ", "10.50", None, None, None, "crm/Deal.csv", 2, 1),
        ("2", "", "", None, None, None, "crm/Deal.csv", 3, 1),
    ]
    assert place.query("select count(*) from raw.crm__deal_history") == [(0,)]


@pytest.mark.parametrize(
    "header", ["Id,StageName", "id,stage_name", "ID,Stage Name", "Deal ID,Phase"]
)
def test_headers_match_by_contract(place: Place, header: str) -> None:
    place.write("crm/Deal.csv", f"{header}\n1,Won\n")
    place.land()
    assert place.query("select raw_id, raw_stage_name from raw.crm__deal") == [("1", "Won")]


def test_findings_tell_alias_missing_and_unknown(place: Place) -> None:
    place.write("crm/Deal.csv", "Deal ID,StageName,Colour,,Id,Colour\n1,Won,red,x,2,blue\n")

    report = place.land()

    found = {(item.column, item.header, item.finding) for item in only(report).columns}
    assert found == {
        ("id", "Id", "matched"),
        ("stage_name", "StageName", "matched"),
        ("amount", None, "missing_optional"),
        ("currency", None, "missing_optional"),
        (None, "Deal ID", "unknown"),
        (None, "Colour", "unknown"),
        (None, "column_4", "unknown"),
        (None, "Colour (2)", "unknown"),
    }
    extra = place.query("select _extra from raw.crm__deal")[0][0]
    assert json.loads(str(extra)) == {
        "Deal ID": "1",
        "Colour": "red",
        "column_4": "x",
        "Colour (2)": "blue",
    }
    assert place.query("select count(*) from raw._column") == [(8,)]


def test_a_missing_required_column_rejects_the_file_and_the_run_goes_on(place: Place) -> None:
    place.write("crm/Deal_1.csv", "Id,StageNam,Amount\n1,Won,5\n")
    place.write("crm/Deal_2.csv", "Id,StageName\n1,Won\n")

    report = place.land()

    rejected, landed = report.files
    assert (rejected.status, rejected.reason_code) == ("rejected", "missing_column")
    assert rejected.reason is not None
    for words in ("'StageName'", "nearest header: StageNam", "'Id', 'StageNam', 'Amount'"):
        assert words in rejected.reason
    assert landed.status == "landed"
    assert place.query("select status, source_rows, landed_rows from raw._file order by 1") == [
        ("landed", 1, 1),
        ("rejected", 1, 0),
    ]


def test_a_record_in_the_header_s_place_does_not_reach_the_register(place: Place) -> None:
    place.write("crm/Deal_1.csv", "17,Nora is slow to call back,nora@acme.example\n18,b,c\n")
    plain = only(place.land())
    (place.landing / "crm" / "Deal_1.csv").unlink()
    place.write("crm/Deal_2.csv", "Nora is slow to call back,2026-01-06\nx,30\n")
    shape = Shape(unpivot=Unpivot(id_columns=("Who",), names_to="currency", values_to="amount"))
    shaped = only(place.land(deal=ObjectSpec(shape=shape)))

    for report in (plain, shaped):
        assert report.status == "rejected"
        assert "Nora is slow" in str(report.reason), "whoever lands the file reads its words"
    register = str(
        place.query("select * from raw._file") + place.query("select * from raw._column")
    )
    assert "missing_column" in register
    assert "stage_name" in register
    for word in ("Nora", "nora", "slow"):
        assert word not in register


def test_a_rejected_file_is_tried_again_and_recorded_once(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,Status\n1,Won\n")
    first, second = place.land(), place.land()
    mended = place.land(deal=ObjectSpec(columns={"stage_name": "Status"}))

    assert (first.load_id, second.load_id, mended.load_id) == (1, None, 2)
    assert place.query("select status, load_id from raw._file order by 2") == [
        ("rejected", 1),
        ("landed", 2),
    ]


def test_the_same_bytes_land_once(place: Place) -> None:
    place.write("crm/Deal_a.csv", "Id,StageName\n1,Won\n")
    place.write("crm/Deal_b.csv", "Id,StageName\n1,Won\n")
    first, second = place.land(), place.land()

    assert [file.status for file in first.files] == ["landed", "duplicate"]
    assert [file.status for file in second.files] == ["duplicate", "duplicate"]
    assert second.load_id is None
    assert place.query("select count(*) from raw.crm__deal") == [(1,)]
    assert place.query("select status, source_rows, landed_rows from raw._file order by 1") == [
        ("duplicate", 1, 0),
        ("landed", 1, 1),
    ]
    assert place.query("select count(*) from raw._load") == [(1,)]


def test_files_are_told_by_their_names(place: Place) -> None:
    body = "Id,StageName\n{},Won\n"
    for number, name in enumerate(
        [
            "Deal.csv",
            "crm_deal_data.csv",
            "Deals_2025-01.csv.gz",
            "DealHistory.csv",
            "Deal North.csv",
        ]
    ):
        content = body.format(number).encode()
        place.write(
            f"crm/{name}", gzip.compress(content, mtime=0) if name.endswith(".gz") else content
        )
    place.write("crm/DealFieldHistory.csv", body)
    place.write("crm/deal_line_item.csv", "Id,Quantity\n1,2\n")
    place.write("crm/README.txt", "notes")
    place.write("crm/.hidden.csv", body)
    place.write("_truth/Deal.csv", body)
    place.write("other/Deal.csv", body)

    report = place.land()

    assert {file.file: (file.status, file.object) for file in report.files} == {
        "crm/Deal.csv": ("landed", "deal"),
        "crm/Deal North.csv": ("landed", "deal"),
        "crm/DealFieldHistory.csv": ("unknown", "(unassigned)"),
        "crm/DealHistory.csv": ("landed", "deal_history"),
        "crm/Deals_2025-01.csv.gz": ("landed", "deal"),
        "crm/crm_deal_data.csv": ("landed", "deal"),
        "crm/deal_line_item.csv": ("unknown", "deal"),
        "other/Deal.csv": ("unknown", "(unassigned)"),
    }


def test_mapping_and_constants_come_first(place: Place) -> None:
    place.write("crm/anything.csv", "Nr;Status;Worth\n1;Won;5,0\n")
    spec = ObjectSpec(
        files=("anything.csv",),
        columns={"id": "nr", "stage_name": "Status", "amount": "Worth"},
        constants={"currency": "EUR"},
    )
    report = place.land(deal=spec)

    assert only(report).delimiter == ";"
    assert place.query(
        "select raw_id, raw_stage_name, raw_amount, raw_currency from raw.crm__deal"
    ) == [
        ("1", "Won", "5,0", "EUR"),
    ]


def test_one_header_may_fill_two_columns(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,Phase\n1,Won\n")
    place.land(deal=ObjectSpec(columns={"id": "Id", "stage_name": "Id"}))
    assert place.query("select raw_id, raw_stage_name from raw.crm__deal") == [("1", "1")]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (ObjectSpec(columns={"stage_name": "Staus"}), ["crm/Deal.csv", "stage_name", "'Status'"]),
        (ObjectSpec(columns={"stagename": "Status"}), ["columns", "'stagename'", "'stage_name'"]),
        (ObjectSpec(constants={"colour": "red"}), ["constants", "'colour'"]),
        (ObjectSpec(delimiter="::"), ["delimiter", "'::'"]),
    ],
)
def test_a_wrong_mapping_is_refused_before_anything_is_written(
    place: Place,
    spec: ObjectSpec,
    words: list[str],
) -> None:
    place.write("crm/Deal.csv", "Id,Status\n1,Won\n")
    with pytest.raises(UsageError) as caught:
        place.land(deal=spec)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert not place.warehouse.parent.exists()


@pytest.mark.parametrize("name", [None, "crm/picture.png", "elsewhere/Deal.csv"])
def test_a_folder_without_known_file_is_refused(place: Place, name: str | None) -> None:
    if name:
        place.write(name, "Id,StageName\n1,Won\n")
    with pytest.raises(UsageError, match="no known file"):
        place.land()
    assert not place.warehouse.parent.exists()


def test_a_missing_folder_is_refused(place: Place) -> None:
    shutil.rmtree(place.landing)
    with pytest.raises(UsageError, match="does not exist"):
        place.land()


def test_links_out_of_the_folder_are_not_followed(place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "Deal_9.csv").write_text("Id,StageName\n9,Won\n")
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    (place.landing / "crm" / "Deal_link.csv").symlink_to(outside / "Deal_9.csv")
    (place.landing / "crm" / "folder").symlink_to(outside)

    assert [file.file for file in place.land().files] == ["crm/Deal.csv"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("Deal.csv", b"", "empty_file"),
        ("Deal.csv", b'Id,StageName\n1,"Wo', "truncated"),
        ("Deal.csv.gz", gzip.compress(b"Id,StageName\n1,Won\n", mtime=0)[:-4], "truncated"),
        ("Deal.csv.gz", b"no gzip at all", "unreadable"),
        ("Deal.csv", b"Id,StageName\n1,\x81\xff\n", "unknown_encoding"),
        ("Deal.parquet", b"PAR1 no parquet", "unreadable"),
        ("Deal.parquet", b"", "empty_file"),
        ("Deal.xlsx", b"no workbook", "unreadable"),
        ("Deal.json", b'[{"Id": 1, "StageName": "Won"}, {"Id": 2', "truncated"),
        ("Deal.json", b'{"Id": 1, "StageName" "Won"}', "unreadable"),
        ("Deal.json", b"", "empty_file"),
    ],
)
def test_a_file_that_cannot_be_read_is_rejected_whole(
    place: Place,
    name: str,
    content: bytes,
    code: str,
) -> None:
    place.write(f"crm/{name}", content)
    place.write("crm/Deal_good.csv", "Id,StageName\n7,Won\n")

    report = place.land()

    bad, good = sorted(report.files, key=lambda file: file.file == "crm/Deal_good.csv")
    assert (bad.status, bad.reason_code) == ("rejected", code), bad.reason
    assert bad.reason
    assert good.status == "landed"
    assert place.query("select raw_id from raw.crm__deal") == [("7",)]


def test_a_file_name_that_is_no_utf8_lands(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    path = place.landing / "crm" / "Deal.csv"
    path.rename(path.with_name(os.fsdecode(b"Deal_M\xe4rz.csv")))

    assert [(file.status, file.file) for file in place.land().files] == [
        ("landed", "crm/Deal_M\ufffdrz.csv")
    ]
    assert place.query("select _source_file from raw.crm__deal") == [("crm/Deal_M\ufffdrz.csv",)]


def test_a_header_alone_lands_without_rows(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName\n")
    assert (only(place.land()).status, only(place.land()).rows) == ("landed", 0)


def write_parquet(path: Path) -> None:
    table = pa.table(
        {
            "Id": pa.array([12345678901234567890, None], pa.uint64()),
            "StageName": ["Won", " "],
            "Amount": pa.array([Decimal("10.50"), None], pa.decimal128(12, 2)),
            "Closed": [True, None],
            "Day": [dt.date(2026, 1, 2), None],
            "Naive": pa.array([dt.datetime(2026, 1, 2, 3, 4, 5), None], pa.timestamp("us")),
            "Zoned": pa.array(
                [dt.datetime(2026, 1, 2, 3, 4, 5, 250000), None], pa.timestamp("ns", "UTC")
            ),
            "Rate": [1e20, 1e-7],
            "Whole": [3.0, 2.5],
            "Nested": [{"a": [1]}, None],
        },
    )
    pq.write_table(table, path)


@pytest.mark.parametrize("is_gzipped", [False, True])
def test_parquet_becomes_canonical_text(place: Place, is_gzipped: bool) -> None:
    path = place.landing / "crm" / "Deal.parquet"
    write_parquet(path)
    if is_gzipped:
        place.write("crm/Deal.parquet.gz", gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()

    report = place.land()

    assert (only(report).rows, only(report).format) == (2, "parquet")
    first, second = place.query(
        "select raw_id, raw_stage_name, raw_amount, _extra, _source_row "
        "from raw.crm__deal order by 5",
    )
    assert first[:3] == ("12345678901234567890", "Won", "10.50")
    assert json.loads(str(first[3])) == {
        "Closed": "true",
        "Day": "2026-01-02",
        "Naive": "2026-01-02T03:04:05",
        "Zoned": "2026-01-02T03:04:05.25Z",
        "Rate": "100000000000000000000",
        "Whole": "3",
        "Nested": '{"a":[1]}',
    }
    assert second == (None, " ", None, '{"Rate":"0.0000001","Whole":"2.5"}', 2)
    assert first[4] == 1


JSON_ROWS = [
    {"Id": 12345678901234567890, "StageName": 'Wo"n\n', "Amount": 10.5, "N": {"a": ["}", 1]}},
    {"Id": "2", "StageName": None, "Late": True},
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("Deal.json", json.dumps(JSON_ROWS).encode()),
        ("Deal.json", json.dumps(JSON_ROWS, indent=2).encode("utf-16")),
        ("Deal.jsonl", "\n".join(map(json.dumps, JSON_ROWS)).encode()),
        (
            "Deal.ndjson.gz",
            gzip.compress("\n\n".join(map(json.dumps, JSON_ROWS)).encode(), mtime=0),
        ),
    ],
)
def test_json_becomes_canonical_text(place: Place, name: str, content: bytes) -> None:
    place.write(f"crm/{name}", content)

    report = place.land()

    assert only(report).status == "landed", only(report).reason
    rows = place.query(
        "select raw_id, raw_stage_name, raw_amount, _extra, _source_row "
        "from raw.crm__deal order by 5",
    )
    assert rows == [
        ("12345678901234567890", 'Wo"n\n', "10.5", '{"N":"{\\"a\\":[\\"}\\",1]}"}', 1),
        ("2", None, None, '{"Late":"true"}', 2),
    ]


def write_workbook(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Notes").write(0, 0, "nothing here")
        sheet = book.add_worksheet("Data 2026")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        minute = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, ["Deals of the north"])
        sheet.write_row(2, 0, ["Id", "StageName", "Amount", "Day", "Time", "Open"])
        sheet.write_row(3, 0, ["007", "Won", 10])
        sheet.write_datetime(3, 3, dt.datetime(2026, 1, 2), day)
        sheet.write_datetime(3, 4, dt.datetime(2026, 1, 2, 3, 4), minute)
        sheet.write_boolean(3, 5, True)
        sheet.write_row(5, 0, [12, "Lost", 0.1])


@pytest.mark.parametrize("is_gzipped", [False, True])
def test_a_workbook_becomes_canonical_text(place: Place, is_gzipped: bool) -> None:
    path = place.landing / "crm" / "Deal.xlsx"
    write_workbook(path)
    if is_gzipped:
        place.write("crm/Deal.xlsx.gz", gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()

    report = place.land(deal=ObjectSpec(sheet="data*"))

    assert (only(report).status, only(report).source_rows) == ("landed", 5), only(report).reason
    rows = place.query(
        "select raw_id, raw_stage_name, raw_amount, _extra, _row_problem, _source_row "
        "from raw.crm__deal order by 6",
    )
    assert [(row[4], row[5]) for row in rows] == [
        ("preamble", 1),
        ("blank_row", 2),
        (None, 4),
        ("blank_row", 5),
        (None, 6),
    ]
    assert rows[2][:3] == ("007", "Won", "10")
    assert rows[4][:4] == ("12", "Lost", "0.1", None)
    assert json.loads(str(rows[2][3])) == {
        "Day": "2026-01-02",
        "Time": "2026-01-02T03:04:00",
        "Open": "true",
    }


def test_a_missing_sheet_rejects_the_workbook(place: Place) -> None:
    write_workbook(place.landing / "crm" / "Deal.xlsx")
    report = place.land(deal=ObjectSpec(sheet="Sheet9"))
    assert only(report).reason_code == "no_sheet"
    assert "'Data 2026'" in str(only(report).reason)


def test_a_new_contract_column_is_added_to_its_table(place: Place, tmp_path: Path) -> None:
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    place.land()
    place.project = tmp_path / "project2"
    place.write_contracts(
        CONTRACTS.replace("raw_currency", "raw_owner\n          - name: raw_currency")
    )
    place.write("crm/Deal_2.csv", "Id,StageName,owner\n2,Won,Ann\n")

    place.land()

    assert place.query("select raw_id, raw_owner from raw.crm__deal order by 1") == [
        ("1", None),
        ("2", "Ann"),
    ]


def test_a_warehouse_that_cannot_be_written_is_the_machines_fault(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    place.warehouse.parent.write_text("a file where the folder should be")
    with pytest.raises(MachineError, match="cannot be written"):
        place.land()


def test_an_open_warehouse_is_said_to_be_open(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    place.land()
    holder = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(place.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(LockedError, match="open in another process"):
            place.land()
        process.communicate("")


def limited(megabytes: int) -> Callable[[], None]:
    def apply() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (megabytes << 20, megabytes << 20))

    return apply


def test_a_full_disk_is_the_machines_fault(place: Place) -> None:
    lines = "\n".join(f"{number},stage {os.urandom(40).hex()}" for number in range(60_000))
    place.write("crm/Deal.csv", f"Id,StageName\n{lines}\n")
    program = (
        "import signal, sys; from pathlib import Path; from halftime.landing import *\n"
        "from halftime.errors import MachineError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "landing, warehouse, project = map(Path, sys.argv[1:])\n"
        "try: land([SourceSpec('crm')], landing, warehouse, project)\n"
        "except MachineError as error: print(error); sys.exit(3)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, (place.landing, place.warehouse, place.project))],
        preexec_fn=limited(2),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "free space" in done.stdout


def test_progress_tells_every_file(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    place.write("crm/DealHistory.csv", "Id\n1\n")
    events = []
    land([SourceSpec("crm")], place.landing, place.warehouse, place.project, events.append)
    finished = [(event.file, event.done, event.total) for event in events if event.report]
    assert finished == [("crm/Deal.csv", 1, 2), ("crm/DealHistory.csv", 2, 2)]


def test_a_changed_mapping_is_said_to_need_a_new_home(place: Place) -> None:
    place.write("crm/Deal.csv", "Id,StageName,Worth\n1,Won,5\n")
    place.land(deal=ObjectSpec(constants={"currency": "EUR"}))

    same = only(place.land(deal=ObjectSpec(constants={"currency": "EUR"})))
    changed = only(place.land(deal=ObjectSpec(columns={"amount": "Worth"})))

    assert "mapping" not in str(same.reason)
    assert "mapping has changed" in str(changed.reason)


def test_a_home_inside_the_landing_folder_is_not_landed(place: Place) -> None:
    place.warehouse = place.landing / "var" / "warehouse.duckdb"
    place.write("crm/Deal.csv", "Id,StageName\n1,Won\n")
    place.land()
    place.write("var/published/Deal.csv", "Id,StageName\n1,Won\n")
    assert [file.file for file in place.land().files] == ["crm/Deal.csv"]


def test_the_order_of_the_folder_does_not_matter(place: Place, tmp_path: Path) -> None:
    names = [f"crm/Deal_{number}.csv" for number in range(6)]
    other = Place(tmp_path / "other")
    for target, order in ((place, names), (other, names[::-1])):
        for name in order:
            target.write(name, f"Id,StageName\n{name},Won\n")
        target.land()
    sql = "select _source_file, _source_row, raw_id, _load_id from raw.crm__deal order by all"
    assert place.query(sql) == other.query(sql)
    assert [file.file for file in place.land().files] == names
