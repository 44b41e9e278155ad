"""Each way in which a build can promise less is told by the run, by the pack and on the page."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser
from windows import Visitor, photograph, serve, visiting

from halftime.home import Home

pytestmark = pytest.mark.browser

Cli = Callable[..., subprocess.CompletedProcess[str]]
FILES = {
    "salesforce/Opportunity.csv": (
        "Id,Name,OwnerId,StageName,Amount,CloseDate,CreatedDate,SystemModstamp\n"
        + "".join(
            f"0065g00000AAA{number:02d}AAA,Deal {number},0055g00000BBB01AAA,Closed Won,{number}00,"
            "2026-03-31,2026-01-05T08:00:00Z,2026-03-31T08:00:00Z\n"
            for number in range(1, 6)
        )
    ),
    "salesforce/User.csv": (
        "Id,Name,Email,IsActive,CreatedDate,SystemModstamp\n"
        "0055g00000BBB01AAA,Ann Lee,ann.lee@example.com,true,2025-01-01T08:00:00Z,"
        "2025-01-01T08:00:00Z\n"
    ),
}
BREACHES = {
    # One row more than came.
    "reference/Control Totals.csv": (
        "system,object,file,rows,column,sum\nsalesforce,opportunity,Opportunity.csv,6,,\n"
    ),
    "reference/Corrections.csv": (
        "system,object,key,column,old,new,why,by,approved by\n"
        "salesforce,opportunity,0065g00000AAA01AAA,Amount,100,900,typo,"
        "ann.lee@example.com,ANN LEE\n"
    ),
}
CONFIG = """\
version: 1
landing: .
reporting: {as_of: 2026-03-31}
sources:
  salesforce: {files: ['salesforce/*'], timezone: UTC}
  reference: {files: ['reference/*']}
"""
RAN_OUT = """\
waivers:
  core.session.fresh: {owner: Ann Lee, reason: Holidays, until: 2026-03-30}
"""
WAIVED = (
    RAN_OUT + "  QUALITY-EXPORT-COMPLETE: {owner: Ann Lee, reason: Being sent, until: 2026-04-30}\n"
)
INCOMPLETE = (
    "Every export that came with a control total is complete, to the row, and to the cent of a"
    " currency."
)
BY_ITS_AUTHOR = "Nobody approves a correction of their own; such a one is not applied."
LOOSENED = "The severity of core.clock.fresh was lowered from critical to warning."
REDEFINED = "PI-11/by_value"
OVER = "The waiver of core.session.fresh ran out on 2026-03-30 and no longer counts."


@dataclass(frozen=True)
class Told:
    """What was said on the night of the breaches: of the refused run, and of the waived one."""

    home: Path
    refused: str
    published: str
    pack: str


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def promise_more(home: Path, rule_id: str) -> None:
    """Let the served build have been stricter, and have defined an indicator otherwise."""
    served = Home(home).current()
    assert served is not None
    database = home / "published" / str(served["database"])
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute("update quality.rule set severity = 'critical' where rule_id = ?", [rule_id])
        con.execute(
            "update reference.indicators set formula = 'something else'"
            " where indicator_id = 'PI-11' and measure_id = 'by_value'"
        )


@pytest.fixture(scope="module")
def told(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("breaches")
    landing, home = folder / "landing", folder / "home"
    write(landing, FILES | {"halftime.yml": CONFIG})
    words = ("--config", str(landing / "halftime.yml"), "--home", str(home))
    cli("run", *words)
    promise_more(home, LOOSENED.split()[3])
    write(landing, BREACHES | {"halftime.yml": CONFIG + RAN_OUT})
    refused = cli("run", *words, check=False)
    assert refused.returncode == 1
    write(landing, {"halftime.yml": CONFIG + WAIVED})
    published = cli("run", *words)
    cli("evidence", "--home", str(home), "--out", str(folder / "pack"))
    return Told(
        home,
        refused.stdout + refused.stderr,
        published.stdout + published.stderr,
        (folder / "pack" / "evidence.html").read_text(encoding="utf-8"),
    )


def test_an_incomplete_export_is_not_published(told: Told) -> None:
    assert f"QUALITY-EXPORT-COMPLETE: {INCOMPLETE}" in told.refused
    assert "nothing was published" in told.refused


@pytest.mark.parametrize("breach", [INCOMPLETE, BY_ITS_AUTHOR, LOOSENED, REDEFINED, OVER])
def test_the_run_and_the_pack_name_each(told: Told, breach: str) -> None:
    assert breach in told.published
    assert breach in told.pack
    assert "rows_differ" in told.pack
    assert "approved_by_author" in told.pack


@pytest.fixture(scope="module")
def served(told: Told) -> Iterator[str]:
    with serve(told.home) as address:
        yield address


@pytest.fixture
def window(browser: Browser, served: str) -> Iterator[Visitor]:
    with visiting(browser, served) as opened:
        yield opened


def tab(window: Visitor, name: str) -> str:
    """Open a tab of Data & definitions; return its text, that of its tables too."""
    window.visit("/data")
    window.page.get_by_role("tab", name=name).click()
    window.wait()
    window.page.wait_for_timeout(1000)
    grids = window.page.locator("canvas table").all()
    return window.text() + "\n".join(grid.text_content() or "" for grid in grids)


def test_the_page_names_each(window: Visitor, pictures: Path) -> None:
    rules = tab(window, "Rules")
    photograph(window, pictures / "breaches_rules.png")
    assert "1 critical rule is broken and waived" in rules
    for breach in (BY_ITS_AUTHOR, LOOSENED, REDEFINED, OVER, INCOMPLETE):
        assert breach in rules
    rejected = tab(window, "Rejected")
    assert "1 correction" in rejected or "0 corrections were applied, 1 not" in rejected
    sources = tab(window, "Sources")
    photograph(window, pictures / "breaches_sources.png")
    assert "1 of 1 control total differs from what was landed" in sources
    assert "Another number of rows" in sources
