"""With which code something was made, in repositories made for the purpose."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from halftime.provenance import build_code, code_differences, uncommitted_sha256


def git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A. Tester", "-c", "user.email=a.tester@example.com")
    subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1 as one\n", encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "Begin")
    return tmp_path


def test_a_tree_as_committed_has_no_digest(clone: Path) -> None:
    assert uncommitted_sha256(clone) is None


def test_two_changed_trees_are_told_apart_and_one_is_itself(clone: Path) -> None:
    changed = clone / "models" / "a.sql"
    digests = []
    for text in ("select 2 as one\n", "select 3 as one\n", "select 2 as one\n"):
        changed.write_text(text, encoding="utf-8")
        digests.append(uncommitted_sha256(clone))

    assert digests[0] == digests[2] != digests[1]
    assert None not in digests


def test_a_new_model_counts_and_what_is_no_code_does_not(clone: Path) -> None:
    (clone / "landing").mkdir()
    (clone / "landing" / "deals.csv").write_text("Id\n1\n", encoding="utf-8")
    assert uncommitted_sha256(clone) is None

    new = clone / "models" / "b.sql"
    new.write_text("select 1 as one\n", encoding="utf-8")
    first = uncommitted_sha256(clone)
    new.write_text("select 2 as one\n", encoding="utf-8")
    assert first is not None
    assert uncommitted_sha256(clone) not in (None, first)


def test_settings_of_an_account_change_no_digest(clone: Path) -> None:
    (clone / "models" / "a.sql").write_text("select 2 as one\n", encoding="utf-8")
    before = uncommitted_sha256(clone)
    for name, value in (("diff.noprefix", "true"), ("color.diff", "always"), ("diff.context", "0")):
        git(clone, "config", name, value)

    assert uncommitted_sha256(clone) == before


def test_other_code_is_said_by_name(clone: Path) -> None:
    built = build_code(clone)
    assert code_differences(built, build_code(clone)) == []

    (clone / "models" / "a.sql").write_text("select 2 as one\n", encoding="utf-8")
    changed = build_code(clone)
    (said,) = code_differences(built, changed)
    commit, digest = built["git_commit"], changed["uncommitted_sha256"]
    assert digest is not None
    assert said == (
        f"Made with commit {commit}, this is commit {commit} (with changes {digest[:16]})."
    )

    (clone / "models" / "a.sql").write_text("select 3 as one\n", encoding="utf-8")
    assert "with changes" in code_differences(changed, build_code(clone))[0]
    assert code_differences(built, built | {"duckdb": "0.1"}) == [
        f"Made with duckdb {built['duckdb']}, this is 0.1."
    ]


def test_what_an_older_manifest_lacks_is_said(clone: Path) -> None:
    (clone / "models" / "a.sql").write_text("select 2 as one\n", encoding="utf-8")
    here = build_code(clone)
    old = {name: value for name, value in here.items() if name != "uncommitted_sha256"}

    assert "that were not written down" in code_differences(old, here)[0]
    assert "whether these are the changes here is not known" in code_differences(old, old)[0]
    assert "is not known" in code_differences(old | {"git_commit": None}, here)[0]
