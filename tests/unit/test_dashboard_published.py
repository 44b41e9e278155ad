"""Which build a reader sees, how hard the connection is, and what is shown without a build."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.published import connect, current_build

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with one published file that holds one small table."""
    folder = tmp_path / "published" / "b1"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute("create table t as select 1 as one")
    pointer = {
        "build_id": "b1",
        "database": "b1/marts.duckdb",
        "published_at": "2026-09-30T04:00:00+00:00",
        "as_of": "2026-09-29",
        "data_through": "2026-09-29",
        "verdict": "passed",
        "company": "Acme",
    }
    (tmp_path / "published" / "current.json").write_text(json.dumps(pointer))
    return tmp_path


def test_the_pointer_names_the_build(home: Path) -> None:
    build = current_build(home)
    assert build is not None
    assert (build.build_id, build.company, build.verdict) == ("b1", "Acme", "passed")
    assert Path(build.database) == home / "published" / "b1" / "marts.duckdb"


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"build_id": "b2", "database": "x"}'])
def test_a_pointer_that_cannot_be_used_counts_as_nothing_published(
    home: Path, content: str
) -> None:
    (home / "published" / "current.json").write_text(content)
    assert current_build(home) is None


def test_no_home_is_no_build(tmp_path: Path) -> None:
    assert current_build(None) is None
    assert current_build(tmp_path) is None


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/other.duckdb' as other",
        "copy t to '/tmp/out.csv'",
        "install httpfs",
        "set enable_external_access = true",
        "create table u as select 1",
        "delete from t",
    ],
)
def test_a_reader_can_only_read(home: Path, statement: str) -> None:
    build = current_build(home)
    assert build is not None
    with connect(build.database) as connection:
        assert connection.execute("select one from t").fetchone() == (1,)
        with pytest.raises(duckdb.Error):
            connection.execute(statement)


def test_without_a_build_the_page_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_HOME", str(tmp_path))
    page = AppTest.from_file(str(APP), default_timeout=30).run()
    assert not page.exception
    assert page.title[0].value == "Nothing has been published yet"
    assert "make demo" in [block.value for block in page.code]
