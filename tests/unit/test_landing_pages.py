"""Pages of an interface are taken apart into rows; no digit and no element is lost."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halftime.contracts import Column, Contract, Explode
from halftime.landing import text
from halftime.landing.pages import envelope_of, open_page
from halftime.landing.spec import RejectedFileError

BIG = 18446744073709551615
CALL = Explode("calls", (), frozenset({"parties", "context"}))
PARTY = Explode("calls", ("parties",))
LINK = Explode("calls", ("context", "objects"))


def contract(explode: Explode) -> Contract:
    columns = tuple(
        Column(name=name, header=header)
        for name, header in (("id", "id"), ("call", "record.metaData.id"))
    )
    return Contract("gong", "any", "gong__any", "", ("any",), (), columns, Path(), explode)


def read(path: Path, explode: Explode) -> list[dict[str, str | None]]:
    """Rows of one object, as many as were counted apart from the parser."""
    with duckdb.connect() as con:
        file = open_page(con, path, contract(explode), text.Encoding("utf-8"))
        found = con.execute(
            f"select {', '.join(file.scan.expressions)}, {file.scan.row} "
            f"from {file.scan.relation} order by {file.scan.row}, cast(position as bigint)"
        ).fetchall()
    assert len(found) == file.source_rows
    return [dict(zip((*file.header, "row"), row, strict=True)) for row in found]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    calls = [
        {
            "metaData": {"id": BIG, "title": 'a [b] {c} "d"'},
            "parties": [{"id": 1}, {"id": "2", "tags": ["x", "y"]}],
            "context": [{"objects": [{"id": "o1"}, {"id": "o2"}]}, {"objects": [{"id": "o3"}]}],
        },
        {"metaData": {"id": 10**25}, "parties": [], "new": {"a.b": True}},
    ]
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"records": {"totalRecords": 2}, "calls": calls}))
    return path


def test_records_keep_every_digit_and_unknown_keys(page: Path) -> None:
    first, second = read(page, CALL)
    assert (first["metaData.id"], second["metaData.id"]) == (str(BIG), str(10**25))
    assert first["metaData.title"] == 'a [b] {c} "d"'
    assert second["new.a.b"] == "true"
    assert "parties" not in first


def test_elements_carry_their_record(page: Path) -> None:
    parties = read(page, PARTY)
    assert [
        (p["id"], p["record.metaData.id"], p["record.position"], p["row"]) for p in parties
    ] == [
        ("1", str(BIG), "1", 1),
        ("2", str(BIG), "2", 1),
    ]
    assert [p["tags.count"] for p in parties] == [None, "2"]
    assert [link["id"] for link in read(page, LINK)] == ["o1", "o2", "o3"]


def test_pages_one_after_the_other_and_in_an_array(page: Path) -> None:
    one = page.read_text()
    page.write_text(f"{one}\n{one}")
    assert len(read(page, PARTY)) == 4
    page.write_text(f"[{one}, {one}, {one}]")
    assert [row["row"] for row in read(page, CALL)] == [1, 2, 3, 4, 5, 6]


def test_bare_records_are_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"id": 1, "parties": [{"id": 5}]}\n{"id": 2}\n')
    assert [row["id"] for row in read(path, CALL)] == ["1", "2"]
    assert [row["id"] for row in read(path, PARTY)] == ["5"]


def test_a_page_is_known_by_what_is_in_it(page: Path) -> None:
    assert envelope_of(page, frozenset({"calls", "users"})) == "calls"
    assert envelope_of(page, frozenset({"users"})) is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"calls": [{"id": 1}, {"id": ', "truncated"),
        ('{"calls": [{"id": "a', "truncated"),
        ('{"calls": [{"id": 1}}', "unreadable"),
        ('{"calls": [1, 2]}', "unreadable"),
        ('{"calls": [{"id": nonsense}]}', "unreadable"),
        ('{"calls": [{"id": 1}]}\n{"other": 1}', "unreadable"),
        ('{"calls": ' + "[" * 100_000 + "]" * 100_000 + "}", "unreadable"),
        ('{"calls": [' + '{"a":' * 5_000 + "1" + "}" * 5_000 + "]}", "unreadable"),
        ("{\"calls\": [{" + ",".join(f'"k{n}": 1' for n in range(3_000)) + "}]}", "unreadable"),
        ("  ", "empty_file"),
    ],
)  # fmt: skip
def test_a_broken_page_is_rejected(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "page.json"
    path.write_text(content)
    with pytest.raises(RejectedFileError) as caught:
        read(path, CALL)
    assert caught.value.code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    calls=st.lists(
        st.dictionaries(st.sampled_from(["parties", "context", "id", "x"]), JSON), max_size=4
    ),
    cut=st.integers(0, 400),
)
def test_any_page_is_read_whole_or_rejected(tmp_path: Path, calls: list[dict], cut: int) -> None:
    path = tmp_path / "page.json"
    whole = json.dumps({"calls": calls})
    path.write_text(whole)
    assert len(read(path, CALL)) == len(calls)
    path.write_text(whole[:cut])
    if cut < len(whole):
        with pytest.raises(RejectedFileError):
            read(path, CALL)


def test_a_key_that_no_path_leads_to_stays_within_its_parent(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"calls": [{"id": "1", "extra": {"a\0b": "x"}}]}))

    assert read(path, CALL)[0]["extra"] == '{"a\\u0000b":"x"}'


def test_a_record_with_such_a_key_is_rejected_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"calls": [{"id": "1", "a\0b": "x"}]}))

    with pytest.raises(RejectedFileError, match="NUL"):
        read(path, CALL)
