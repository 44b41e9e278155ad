"""Each role lands where it works, is offered its pages and no other, and sees its own people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import Visitor, eyes, photograph, visiting

from dashboards.access.pages import PLACES
from dashboards.access.resolve import Persona
from dashboards.access.roles import PAGES, Role

TITLES = {place.address: place.title for place in PLACES if place.group}


def navigation(visitor: Visitor) -> list[str]:
    links = visitor.page.locator('[data-testid="stSidebarNavLink"]')
    return [re.sub(r"^\w+\n", "", text).strip() for text in links.all_inner_texts()]


@pytest.mark.parametrize("role", list(Role))
def test_a_role_lands_on_its_page_and_is_offered_no_other(
    visitor: Visitor, known: dict[Role, Persona], role: Role, pictures: Path
) -> None:
    visitor.visit(eyes(known[role]))
    allowed = [TITLES[page] for page in PAGES[role] if page in TITLES]
    # There is nothing to choose for whom there is one page.
    assert sorted(navigation(visitor)) == (sorted(allowed) if len(allowed) > 1 else [])
    assert visitor.page.title() == f"{allowed[0]} · Halftime"
    photograph(visitor, pictures / f"role_{role.value}.png")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DATA_TEAM, Role.REP])
def test_the_address_of_another_page_leads_home(
    browser: Browser, address: str, known: dict[Role, Persona], role: Role
) -> None:
    others = {"coaching", "proof", "detail"} - set(PAGES[role])
    assert others
    window = browser.new_page()
    for page in others:
        window.goto(address + eyes(known[role], f"/{page}"))
        window.locator("text=/^Build 2/").wait_for()
        assert window.title() == f"{TITLES[PAGES[role][0]]} · Halftime"
    window.close()


def test_a_rep_sees_the_own_figures_and_nobody_elses_page(
    visitor: Visitor, known: dict[Role, Persona], marts: duckdb.DuckDBPyConnection
) -> None:
    rep = known[Role.REP]
    visitor.visit(eyes(rep))
    assert rep.label.removeprefix("Rep: ") in visitor.text()
    other = marts.execute(
        "select person_id, full_name from core.dim_person where is_rep and person_id <> ?",
        [rep.person_id],
    ).fetchone()
    assert other is not None
    visitor.visit(eyes(rep, "/detail", rep=rep.person_id))
    assert "was coached in" in visitor.title()
    visitor.visit(eyes(rep, "/detail", rep=other[0]))
    assert "Nobody and no deal of that name" in visitor.title()
    assert other[1] not in visitor.text()


def test_an_auditor_reads_no_name_anywhere(
    visitor: Visitor, known: dict[Role, Persona], marts: duckdb.DuckDBPyConnection
) -> None:
    names = marts.execute(
        "select full_name from core.dim_person union select email from core.dim_person"
    ).fetchall()
    for part in ("Ledger", "Rejected rows", "Rules", "Sources"):
        visitor.visit(eyes(known[Role.AUDITOR], "/data", part=part))
        text = visitor.page.content()
        assert not [name for (name,) in names if name and name in text], part


def test_each_view_is_written_down_with_who_what_and_how_much(
    browser: Browser, address: str, published_home: Path, known: dict[Role, Persona]
) -> None:
    def entries() -> list[dict]:
        files = sorted((published_home / "access").glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    before = len(entries())
    manager = known[Role.MANAGER]
    with visiting(browser, address) as visitor:
        visitor.visit(eyes(manager, "/coaching"))
    seen = [line for line in entries()[before:] if line["who"] == f"demo: {manager.label}"]
    assert {line["page"] for line in seen} == {"Coaching"}
    last = seen[-1]
    assert (last["event"], last["role"]) == ("view", "manager")
    assert last["scope"] == f"organisation {manager.person_id}"
    assert last["row_count"] > 0
    assert last["build_id"] in {path.name for path in (published_home / "published").iterdir()}
