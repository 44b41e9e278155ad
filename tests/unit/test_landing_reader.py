"""The reader of delimited text gives back what was written, with the record's number."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from halftime.contracts import Column, Contract
from halftime.landing import text
from halftime.landing.csv_reader import CsvFile, open_csv
from halftime.landing.sheet_reader import SheetFile, open_shaped_csv
from halftime.landing.spec import ObjectSpec, RejectedFileError, Shape


def contract(*names: str, required: tuple[str, ...] = ()) -> Contract:
    columns = tuple(Column(name=name, header=name, required=name in required) for name in names)
    return Contract("crm", "deal", "crm__deal", "", ("deal",), (), columns, Path())


ANY = contract("id", "name")


def rows(file: CsvFile, required: tuple[int, ...] = ()) -> list[dict[str, object]]:
    found = [row for batch in file.read(required) for row in batch.to_pylist()]
    return sorted(found, key=lambda row: row["_row"])


def read(path: Path, content: bytes, *, required: tuple[int, ...] = ()) -> list[dict[str, object]]:
    path.write_bytes(content)
    file = open_csv(path, ANY, ObjectSpec())
    found = rows(file, required)
    assert len(found) == file.source_rows
    return found


def values(row: dict[str, object]) -> list[object]:
    return [value for key, value in row.items() if not key.startswith("_")]


@pytest.mark.parametrize(
    "name",
    [
        "comma_in_quotes",
        "empty",
        "empty_crlf",
        "escaped_quotes",
        "json",
        "location_coordinates",
        "newlines",
        "newlines_crlf",
        "quotes_and_newlines",
        "simple",
        "simple_crlf",
        "utf8",
    ],
)
def test_messy_files_read_as_their_json_says(shared_data: Path, name: str) -> None:
    folder = shared_data / "messy_csv" / "csv_spectrum"
    expected = json.loads((folder / "json" / f"{name}.json").read_text(encoding="utf-8"))
    expected = expected if isinstance(expected, list) else [expected]
    file = open_csv(folder / "csvs" / f"{name}.csv", ANY, ObjectSpec())

    found = [dict(zip(file.header, values(row), strict=True)) for row in rows(file)]

    if name == "newlines_crlf":  # its CSV was stored with LF, its JSON still says CR LF
        expected = [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in expected]
    if name == "location_coordinates":  # its JSON hides the telephone number of the CSV
        expected = [row | {"Contact Phone Number": "2095257564"} for row in expected]
    assert found == expected


def utf_16(text: str) -> bytes:
    """Encode a text, half a surrogate pair too, as UTF-16."""
    return text.encode("utf-16-le", "surrogatepass")


CELL = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("\",;|\t\n\r 'x0\xa0é")),
        st.characters(codec="utf-8", exclude_characters="\x00"),
    ),
    max_size=8,
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(2, 5))
    row = st.lists(CELL, min_size=width, max_size=width).filter(lambda r: any(v.strip() for v in r))
    return draw(st.lists(row, min_size=1, max_size=12))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    table=tables(),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be-bom"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    has_last_newline=st.booleans(),
    is_gzipped=st.booleans(),
)
def test_any_table_comes_back_with_its_row_numbers(
    table: list[list[str]],
    delimiter: str,
    newline: str,
    encoding: str,
    quoting: int,
    has_last_newline: bool,
    is_gzipped: bool,
) -> None:
    header = [f"column {number}" for number in range(len(table[0]))]
    if any("\r" in value or "\n" in value for row in table for value in row):
        quoting = csv.QUOTE_ALL  # the writer itself leaves a bare CR unquoted
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerows([header, *table])
    written = buffer.getvalue()
    if not has_last_newline:
        written = written.removesuffix(newline)
    content = (
        b"\xfe\xff" + written.encode("utf-16-be")
        if encoding == "utf-16-be-bom"
        else written.encode(encoding)
    )
    known = contract(*(name.replace(" ", "_") for name in header))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("deal.csv.gz" if is_gzipped else "deal.csv")
        path.write_bytes(gzip.compress(content) if is_gzipped else content)

        file = open_csv(path, known, ObjectSpec())
        found = rows(file)

    assert file.layout.delimiter == delimiter
    assert file.source_rows == len(table)
    assert [row["_row"] for row in found] == list(range(2, len(table) + 2))
    assert [row["_problem"] for row in found] == [None] * len(table)
    assert [values(row) for row in found] == table


STRUCTURE = st.text(alphabet=st.sampled_from(list('a",\n\r ;')), max_size=60)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
MESS = STRUCTURE | st.lists(STRUCTURE | ANYTHING, max_size=5).map("".join)


def letters(texts: Iterable[object]) -> Counter[str]:
    """Count the letters and digits of texts: whatever parts fields, these are what they hold."""
    return Counter(sign for text in texts for sign in str(text or "") if sign.isalnum())


def kept(found: list[dict[str, object]]) -> Counter[str]:
    """Count the letters of rows, those set aside included."""
    aside = [json.loads(str(row["_rest"])) for row in found if row["_rest"]]
    texts = [value for rest in aside for values in rest.values() for value in values]
    return letters([*texts, *(value for row in found for value in values(row))])


@settings(max_examples=300, deadline=None)
@given(body=MESS)
def test_count_and_parser_agree_on_any_mess(body: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deal.csv"
        path.write_bytes(("id,name\n" + body).encode())
        try:
            file = open_csv(path, ANY, ObjectSpec(delimiter=","))
        except RejectedFileError as rejected:
            reason = rejected.code
        else:
            reason = None
            found = rows(file)
    if reason is not None:
        event(f"rejected as {reason}")
        assert reason == "truncated"
        return

    assert [row["_row"] for row in found] == list(range(2, file.source_rows + 2))
    assert kept(found) == letters([body])


@settings(max_examples=300, deadline=None)
@given(
    head=st.sampled_from([b"id,name\n", b"id;name\r\n", b"\xef\xbb\xbfid,name\n", b""])
    | st.sampled_from(["utf-16", "utf-16-be", "utf-16-le", "utf-32"]).map("id,name\n".encode),
    body=st.binary(max_size=60) | MESS.map(str.encode) | st.text(max_size=9).map(utf_16),
    is_gzipped=st.booleans(),
    is_shaped=st.booleans(),
)
def test_any_bytes_are_rows_or_a_rejected_file(
    head: bytes, body: bytes, is_gzipped: bool, is_shaped: bool
) -> None:
    content = head + body
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("deal.csv.gz" if is_gzipped else "deal.csv")
        path.write_bytes(gzip.compress(content) if is_gzipped else content)
        reason = None
        try:
            file: CsvFile | SheetFile
            if is_shaped:
                file = open_shaped_csv(path, ANY, ObjectSpec(shape=Shape()))
            else:
                file = open_csv(path, ANY, ObjectSpec())
            found = [row for batch in file.read(()) for row in batch.to_pylist()]
        except RejectedFileError as rejected:
            reason = rejected.code
    if reason is not None:
        event(f"rejected as {reason}")
        assert reason in {"truncated", "empty_file", "unknown_encoding", "missing_column"}
        return

    assert len(found) == len({row["_row"] for row in found}) == file.source_rows
    encoding = file.encoding if isinstance(file.encoding, str) else file.encoding.name
    text = content.decode(encoding)
    if file.header == ("id", "name"):
        assert kept(found) == letters([text]) - letters(["idname"])


@settings(max_examples=200, deadline=None)
@given(body=MESS, size=st.integers(1, 7))
def test_both_counts_agree_whatever_the_chunks(body: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "CHUNK_BYTES", size)
        path = Path(folder) / "deal.csv"
        path.write_bytes(("id,name\n" + body).encode())
        utf8 = text.Encoding("utf-8")
        with text.Utf8Stream(path, utf8) as stream:
            fast = text._count_by_parity(stream, ord(","))
        with text.Utf8Stream(path, utf8) as stream:
            exact = text._count_exactly(stream, ord(","))

    assert fast is None or fast == exact


def test_utf8_cut_within_a_character_is_not_taken_for_cp1252(tmp_path: Path) -> None:
    content = "id,name\n1,Größe\n2,Jörg\n".encode()
    with pytest.raises(RejectedFileError) as caught:
        read(tmp_path / "deal.csv", content[: content.index("örg".encode()) + 1])
    assert caught.value.code == "truncated"


def test_cp1252_that_ends_with_a_letter_beyond_ascii(tmp_path: Path) -> None:
    found = read(tmp_path / "deal.csv", "id,name\n1,Café".encode("cp1252"))
    assert values(found[0]) == ["1", "Café"]


def test_cp1252_is_told_from_utf8(tmp_path: Path) -> None:
    found = read(tmp_path / "deal.csv", "id,name\n1,Jörg – “Q”\n".encode("cp1252"))
    assert values(found[0]) == ["1", "Jörg – “Q”"]


def test_bytes_of_no_known_encoding_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(RejectedFileError) as caught:
        read(tmp_path / "deal.csv", b"id,name\n1,\x81\xff\n")
    assert caught.value.code == "unknown_encoding"


def test_quotes_inside_unquoted_fields_are_text(tmp_path: Path) -> None:
    found = read(tmp_path / "deal.csv", b'id,name\n1,5" pipe\n2,"a ""b"""\n3,x "y" z\n')
    assert [values(row)[1] for row in found] == ['5" pipe', 'a "b"', 'x "y" z']


def test_ragged_and_blank_rows_keep_their_place(tmp_path: Path) -> None:
    found = read(tmp_path / "deal.csv", b"id,name\n1,a\n\n2\n3,c,over\n4,d,,\n ,\n5,e\n")

    assert [(row["_row"], row["_problem"]) for row in found] == [
        (2, None),
        (3, "blank_row"),
        (4, "ragged_row"),
        (5, "ragged_row"),
        (6, None),
        (7, "blank_row"),
        (8, None),
    ]
    assert values(found[1]) == [None, None]
    assert values(found[2]) == ["2", None]
    assert json.loads(str(found[3]["_rest"])) == {"(overflow)": ["over"]}


def test_preamble_totals_and_footer_of_a_report_are_no_data(tmp_path: Path) -> None:
    path = tmp_path / "deal.csv"
    path.write_text(
        "Deals by owner\nAs of 2026-01-31\n\n"
        "Owner,id,name\nAnn,1,a\nTotal,,\nBob,2,b\nGrand Totals (2 records),,\n\n\n"
        "Deal Report\nConfidential Information - Do Not Distribute\nGenerated By: Ann\nMavenTech\n",
        encoding="utf-8",
    )
    file = open_csv(path, contract("id", "name", required=("id", "name")), ObjectSpec())

    found = rows(file, required=(1, 2))

    assert file.header == ("Owner", "id", "name")
    assert file.source_rows == 13
    assert [row["_problem"] for row in found] == [
        "preamble",
        "preamble",
        "blank_row",
        None,
        "total",
        None,
        "total",
        "blank_row",
        "blank_row",
        *["footer"] * 4,
    ]
    assert all(values(row) == [None] * 3 for row in found if row["_problem"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n \r\n\r\n", "empty_file"),
        (b'id,name\n1,"cut', "truncated"),
        (b'id,name\n1,"a"\n2,"b\n3,c\n', "truncated"),
    ],
)
def test_files_that_cannot_be_read_are_rejected(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(RejectedFileError) as caught:
        read(tmp_path / "deal.csv", content)
    assert caught.value.code == code


def test_a_cut_gzip_file_is_rejected(tmp_path: Path) -> None:
    whole = gzip.compress(b"id,name\n" + b"1,a\n" * 1000)
    with pytest.raises(RejectedFileError) as caught:
        read(tmp_path / "deal.csv.gz", whole[:-12])
    assert caught.value.code == "truncated"


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path / "deal.csv", b"id,name\n") == []


def test_a_record_longer_than_a_block_is_read(tmp_path: Path) -> None:
    long = "x\n" * (3 << 20)
    found = read(tmp_path / "deal.csv", f'id,name\n1,a\n2,"{long}"\n3,c\n'.encode())
    assert [len(str(row["c1"])) for row in found] == [1, 6 << 20, 1]


def test_odd_rows_are_numbered_across_blocks(tmp_path: Path) -> None:
    count = 400_000
    lines = [f"{number},{'y' * 20}" if number % 7 else f"{number}" for number in range(2, count)]
    found = read(tmp_path / "deal.csv", ("id,name\n" + "\n".join(lines)).encode())
    assert all(str(row["_row"]) == row["c0"] for row in found)
    assert sum(row["_problem"] == "ragged_row" for row in found) == len(range(7, count, 7))


def test_a_header_without_the_trailing_delimiters_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "deal.csv"
    path.write_bytes(b"id,name\n1,a,\n2,b,\n3,c,\n4,d\n")
    file = open_csv(path, ANY, ObjectSpec())

    found = rows(file)

    assert file.header == ("id", "name", "column_3")
    assert [row["_problem"] for row in found] == [None] * 4
