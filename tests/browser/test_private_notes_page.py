"""Private notes stand on a person's page only when they are asked for, and who asked is logged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import Visitor, serve, visiting

from dashboards.private_notes import LOG

pytestmark = pytest.mark.browser


def a_rep(home: Path) -> tuple[str, str]:
    """A rep with notes, and the newest note."""
    (store,) = home.glob("private/*/notes.duckdb")
    with duckdb.connect(str(store), read_only=True) as con:
        row = con.execute(
            "select coachee_id, notes from private.session_note"
            " order by session_date desc, session_id, coachee_id limit 1"
        ).fetchone()
    assert row is not None
    return row


def show(window: Visitor) -> str:
    window.page.get_by_text("Show the notes").click()
    window.page.locator("text=/\\d+ sessions?$|are not shown/").first.wait_for()
    window.wait()
    return window.text()


def test_notes_are_shown_when_asked_for_and_that_is_logged(
    browser: Browser, notes_home: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(notes_home, tmp_path / "home")
    person, note = a_rep(home)
    log = home / "privacy" / LOG
    with serve(home) as address, visiting(browser, address) as window:
        window.visit(f"/detail?rep={person}")
        assert note not in window.text()
        assert not log.exists()
        assert note in show(window)
        (entry,) = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        assert (entry["who"], entry["whose"]) == ("demo: Administrator", person)
        assert window.page.get_by_text("Download").count() == 0


def test_notes_are_not_shown_where_it_cannot_be_logged(
    browser: Browser, notes_home: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(notes_home, tmp_path / "home")
    (home / "privacy").write_text("no folder", encoding="utf-8")
    person, note = a_rep(home)
    with serve(home) as address, visiting(browser, address) as window:
        window.visit(f"/detail?rep={person}")
        text = show(window)
        assert "cannot be written down who read them" in text
        assert note not in text


def test_without_a_store_nothing_is_offered(visitor: Visitor, notes_home: Path) -> None:
    visitor.visit(f"/detail?rep={a_rep(notes_home)[0]}")
    assert "private notes" not in visitor.text()
