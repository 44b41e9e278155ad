"""A rep says that a row is wrong; who can mend it reads it, settles it, and the rep is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser
from windows import photograph, serve, visiting

from dashboards.access.resolve import Persona
from dashboards.access.roles import Role

pytestmark = pytest.mark.browser

WRONG = "The customer signed in August, not in September"


@pytest.fixture(scope="module")
def home(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own, because something is written into it."""
    copy = tmp_path_factory.mktemp("disputed") / "home"
    shutil.copytree(published_home / "published", copy / "published")
    return copy


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[str]:
    with serve(home) as address:
        yield address


def test_a_rep_calls_a_row_wrong_and_is_told_what_became_of_it(
    browser: Browser, served: str, home: Path, known: dict[Role, Persona], pictures: Path
) -> None:
    rep = known[Role.REP]
    own = urlencode({"as": rep.label, "rep": rep.person_id})
    with visiting(browser, served) as visitor:
        visitor.visit(f"/detail?{own}")
        visitor.page.get_by_role("button", name="Say that a row is wrong").click()
        visitor.page.get_by_role("button", name="Send").click()
        visitor.page.get_by_text("Say what is wrong with this row").wait_for()
        visitor.page.get_by_label("What is wrong?").fill(WRONG)
        visitor.page.get_by_label("What would be right?").fill("2026-08-31")
        photograph(visitor, pictures / "dispute.png")
        visitor.page.get_by_role("button", name="Send").click()
        visitor.page.get_by_text("Written down").wait_for()
    (file,) = (home / "disputes").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    (line,) = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    assert (line["wrong"], line["person_id"]) == (WRONG, rep.person_id)
    assert line["who"] == f"demo: {rep.label}"

    with visiting(browser, served) as visitor:
        team = urlencode({"as": known[Role.DATA_TEAM].label, "part": "Disputes"})
        visitor.visit(f"/data?{team}")
        assert "1 row is said to be wrong" in visitor.text()
        photograph(visitor, pictures / "disputes.png")
        visitor.page.get_by_label("Why, in a sentence").fill("Mended in the CRM")
        visitor.page.get_by_role("button", name="Settle").click()
        visitor.page.get_by_text("It is settled").wait_for()

    with visiting(browser, served) as visitor:
        visitor.visit(f"/data?{urlencode({'as': known[Role.AUDITOR].label, 'part': 'Disputes'})}")
        assert "It is settled" in visitor.text()
        with visitor.page.expect_download() as taken:
            visitor.page.get_by_role("button", name="CSV").first.click()
        text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
        assert WRONG in text
        assert "corrected" in text
        name = rep.label.partition(": ")[2]
        assert name not in text  # an auditor sees persons under pseudonyms
        assert rep.person_id not in text

    with visiting(browser, served) as visitor:
        visitor.visit(f"/data?{urlencode({'as': rep.label})}")
        assert "Disputes" not in visitor.text()
