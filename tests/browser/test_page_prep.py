"""The page 1:1 prep in a real browser: what it shows is what the build says, on one sheet."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest
from windows import ROOT, Visitor, eyes, one, photograph, visiting

from dashboards.access.resolve import Persona
from dashboards.access.roles import Role
from dashboards.components import prep_words as say
from dashboards.components.prep_print import MOST_ACTIONS, Sheet, document
from dashboards.published import Build
from dashboards.queries import prep
from dashboards.queries.base import Measure, Period
from dashboards.queries.scope import Persons, Scope

pytestmark = pytest.mark.browser

PAPERS = ("A4", "Letter")


@pytest.fixture
def busiest(marts: duckdb.DuckDBPyConnection) -> tuple[str, str]:
    """Id and name of the rep with the most to say: warnings, open actions and scores."""
    return one(
        marts,
        """
        with said as (
            select owner_id as person_id from pipeline.fct_deal_warning
            where snapshot_date = (select as_of_date from core.dim_clock)
            union all
            select coachee_id from core.fct_coaching_action where status = 'open'
            union all
            select entity_id from "leading".fct_leading_indicator
            where entity_type = 'rep' and indicator_id = 'BE-07' and dimension = 'skill'
                and period_start = (
                    select max(period_start) from core.dim_period, core.dim_clock
                    where period_grain = 'fiscal_quarter' and period_start <= as_of_date
                )
        )
        select person_id, full_name
        from said join core.dim_person using (person_id)
        where is_rep and is_active and not is_deleted
        group by person_id, full_name order by count(*) desc, person_id limit 1
        """,
    )  # type: ignore[return-value]


def sheet(word: str, many: int = 3) -> Sheet:
    """Return a sheet that says one word everywhere, in as many lines as there can be."""
    place = say.Place(
        measure=Measure("BE-02", "planned"),
        label=word,
        definition=None,
        value=0.1,
        low=0.05,
        high=0.15,
        n=40,
        period="",
        is_judged=True,
        peer_low=0.2,
        peer_median=0.3,
        peer_high=0.4,
        peer_count=29,
        peer_region=word,
    )
    point = say.Point(word, word, word, place)
    return Sheet(
        title=word,
        who=word,
        due=word,
        gaps=[point] * 4,
        strengths=[point] * 3,
        actions=[(word, word)] * many,
        actions_title=word,
        oldest=word,
        deals=[(word, word, (word,) * 7)] * 3,
        deal_count=9,
        sessions=[(word, word, word)] * 3,
        questions=[say.Question(word, word)] * 6,
        foot=word,
    )


def page_count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", pdf))


def printed(browser: Browser, html: Path, paper: str) -> int:
    """Return on how many pages Chromium prints a file; there is room left to write on."""
    window = browser.new_page()
    window.goto(html.as_uri())
    window.emulate_media(media="print")
    window.set_viewport_size({"width": 698, "height": 970})
    room = window.evaluate("() => document.querySelector('.room').getBoundingClientRect().height")
    assert room > 60
    assert window.evaluate("() => document.documentElement.scrollWidth") <= 698
    pages = page_count(window.pdf(format=paper))
    window.close()
    return pages


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person(
    browser: Browser,
    address: str,
    marts: duckdb.DuckDBPyConnection,
    busiest: tuple[str, str],
    pictures: Path,
    scheme: str,
) -> None:
    person, name = busiest
    last = one(
        marts,
        """
        select as_of_date - max(session_date)
        from core.fct_coaching_session join core.bridge_session_attendee using (session_id)
        cross join core.dim_clock
        where coachee_id = ? and is_broad and not is_deleted and session_date <= as_of_date
        group by as_of_date
        """,
        person,
    )[0]
    total, late = one(
        marts,
        """
        select count(*), coalesce(sum((due_date < as_of_date)::int), 0)
        from core.fct_coaching_action, core.dim_clock
        where coachee_id = ? and status = 'open' and not is_deleted
        """,
        person,
    )
    deals = one(
        marts,
        """
        select count(distinct opportunity_id)
        from pipeline.fct_deal_warning join core.fct_opportunity as deal using (opportunity_id)
        where deal.owner_id = ? and is_open and not is_deleted
            and snapshot_date = (select as_of_date from core.dim_clock)
        """,
        person,
    )[0]
    with visiting(browser, address, scheme) as visitor:
        visitor.visit(f"/prep?rep={person}")
        when = f"{last} day" if last else "today"
        assert visitor.title().startswith(f"{name} was last coached {when}")
        assert str(late) in visitor.title() or late in (0, total)
        assert (f"{total} open action" if total else "No action is open") in visitor.text()
        assert (f"Of {deals} open deal" if deals else "No open deal") in visitor.text()
        assert "95% interval" in visitor.text()
        photograph(visitor, pictures / f"prep_{scheme}.png")


def test_a_figure_and_the_middle_half_of_the_others(
    marts: duckdb.DuckDBPyConnection, busiest: tuple[str, str], quarter: Period
) -> None:
    rows = prep.standing(marts, Scope.whole_company(), busiest[0], quarter, tuple(say.MEASURES))
    assert len(rows) > 0
    for row in rows.dropna(subset=["peer_low"]).to_dict("records"):
        where = "" if row["peer_region"] is None else "and person.region = mine.region"
        values = marts.execute(
            f"""
            select fact.value
            from "leading".fct_leading_indicator as fact
            join core.dim_period using (period_grain, period_start)
            join core.dim_person as person on entity_id = person.person_id
            join core.dim_person as mine on mine.person_id = ?
            where entity_type = 'rep' and period_grain = 'fiscal_quarter' and period_label = ?
                and indicator_id = ? and measure_id = ? and dimension = 'all'
                and value is not null and reason_code is null and entity_id <> ? {where}
            order by 1
            """,
            [busiest[0], row["period_label"], row["indicator_id"], row["measure_id"], busiest[0]],
        ).fetchall()
        numbers = [value for (value,) in values]
        assert len(numbers) == row["peer_count"] >= prep.MINIMUM_PEERS
        at = (len(numbers) - 1) / 4
        low = numbers[int(at)] + (at - int(at)) * (numbers[int(at) + 1] - numbers[int(at)])
        assert row["peer_low"] == pytest.approx(low)


def test_fewer_others_than_ten_are_not_told(
    published_home: Path, build: Build, tmp_path: Path, quarter: Period, busiest: tuple[str, str]
) -> None:
    copied = tmp_path / "marts.duckdb"
    shutil.copy(build.database, copied)
    copied.chmod(0o644)
    with duckdb.connect(str(copied)) as con:
        con.execute(
            """
            delete from "leading".fct_leading_indicator
            where entity_type = 'rep' and entity_id <> ? and entity_id not in (
                select person_id from core.dim_person where is_rep order by person_id limit 9
            )
            """,
            [busiest[0]],
        )
        rows = prep.standing(con, Scope.whole_company(), busiest[0], quarter, tuple(say.MEASURES))
    assert len(rows) > 0
    assert rows[["peer_count", "peer_low", "peer_median", "peer_high"]].isna().all(axis=None)


def test_the_sheet_is_one_page_and_its_taking_is_written_down(
    browser: Browser,
    visitor: Visitor,
    published_home: Path,
    busiest: tuple[str, str],
    tmp_path: Path,
) -> None:
    visitor.visit(f"/prep?rep={busiest[0]}")
    with visitor.page.expect_download() as taken:
        visitor.page.get_by_role("button", name="Print this page").click()
    html = tmp_path / "sheet.html"
    taken.value.save_as(html)
    text = html.read_text(encoding="utf-8")
    assert busiest[1] in text
    for paper in PAPERS:
        assert printed(browser, html, paper) == 1, paper
    files = sorted((published_home / "access").glob("*.jsonl"))
    lines = [json.loads(line) for line in files[-1].read_text(encoding="utf-8").splitlines()]
    last = [line for line in lines if line["event"] == "download"][-1]
    assert last["page"] == "1:1 prep: one_to_one_prep.html"
    assert last["row_count"] > 0


@pytest.mark.parametrize(
    "word",
    ["W" * 400, "Wide words " * 40, "契約 " * 100, "<b>" * 99],
    ids=["one word", "words", "Chinese", "code"],
)
def test_no_text_pushes_the_sheet_onto_a_second_page(
    browser: Browser, tmp_path: Path, word: str
) -> None:
    html = tmp_path / "sheet.html"
    html.write_text(document(sheet(word, many=50)), encoding="utf-8")
    for paper in PAPERS:
        assert printed(browser, html, paper) == 1, paper


def test_a_rep_lands_on_the_own_page_and_reads_what_is_held(
    visitor: Visitor,
    known: dict[Role, Persona],
    marts: duckdb.DuckDBPyConnection,
    pictures: Path,
) -> None:
    rep = known[Role.REP]
    visitor.visit(eyes(rep, "/", part="Everything that is held"))
    assert visitor.title().startswith(rep.label.removeprefix("Rep: "))
    assert visitor.page.get_by_label("Person").count() == 0
    visitor.page.get_by_role("tab", name="Everything that is held").click()
    visitor.wait()
    kinds = prep.held(marts, Scope.for_rep(rep.person_id), rep.person_id)
    count = dict(zip(kinds["kind"], kinds["row_count"], strict=True))
    for kind, table, column in (
        ("Activity", "core.fct_activity", "owner_id"),
        ("Session attended", "core.bridge_session_attendee", "coachee_id"),
        ("Deal", "core.fct_opportunity", "owner_id"),
    ):
        sql = f"select count(*) from {table} where {column} = ?"
        assert count[kind] == one(marts, sql, rep.person_id)[0] > 0, kind
    assert f"{int(kinds['row_count'].sum()):,} rows" in visitor.text()
    photograph(visitor, pictures / "prep_rep_held.png")
    other = one(
        marts,
        "select person_id, full_name from core.dim_person where is_rep and person_id <> ?",
        rep.person_id,
    )
    visitor.visit(eyes(rep, "/prep", rep=other[0], person=other[1]))
    assert visitor.title().startswith(rep.label.removeprefix("Rep: "))


def test_a_manager_chooses_among_those_below_and_the_address_keeps_it(
    visitor: Visitor, known: dict[Role, Persona], marts: duckdb.DuckDBPyConnection
) -> None:
    manager = known[Role.MANAGER]
    below = marts.execute(
        """
        with recursive below as (
            select person_id from core.dim_person where manager_id = $1 and is_active
            union
            select person.person_id from core.dim_person as person
            join below on person.manager_id = below.person_id where person.is_active
        )
        select person_id, full_name from below join core.dim_person using (person_id)
        where person_id <> $1
        order by full_name
        """,
        [manager.person_id],
    ).fetchall()
    offered = prep.people(marts, Scope.for_manager(manager.person_id))
    assert sorted(offered["person_id"]) == sorted(person for person, _ in below)
    person, name = below[-1]
    visitor.visit(eyes(manager, "/prep", rep=person))
    assert visitor.title().startswith(name)
    assert urlencode({"person": name}) in visitor.page.url
    visitor.page.reload()
    visitor.wait()
    assert visitor.title().startswith(name)
    outside = one(
        marts,
        f"select person_id, full_name from core.dim_person where is_rep and is_active "
        f"and person_id not in ({', '.join('?' for _ in below)})",
        *[person for person, _ in below],
    )
    visitor.visit(eyes(manager, "/prep", rep=outside[0], person=outside[1]))
    assert outside[1] not in visitor.text()


def test_a_line_of_this_week_leads_here(visitor: Visitor) -> None:
    visitor.visit("/week")
    link = visitor.page.get_by_role("link", name="Prepare").first
    link.click()
    visitor.page.locator("h1", has_text="coach").wait_for()
    visitor.wait()
    assert "/prep" in visitor.page.url
    assert "person=" in visitor.page.url
    assert "rep=" not in visitor.page.url


def test_groups_alone_show_no_person(
    published_home: Path, known: dict[Role, Persona], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_HOME", str(published_home))
    monkeypatch.setenv("HALFTIME_ACCESS", json.dumps({"enablement_persons": "groups"}))
    page = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60)
    page.query_params["as"] = known[Role.ENABLEMENT].label
    page.run().switch_page("views/prep.py").run()
    assert not page.exception
    assert page.title[0].value == "No single person is shown here"
    assert any("The page Coaching shows groups" in str(block.value) for block in page.markdown)


def test_of_whom_nothing_is_known_the_page_says_so(
    published_home: Path, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(published_home / "published", tmp_path / "published")
    database = tmp_path / "published" / build.build_id / "marts.duckdb"
    database.parent.chmod(0o755)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        for table in (
            "core.bridge_session_attendee",
            "core.fct_coaching_action",
            "pipeline.fct_deal_warning",
            '"leading".fct_leading_indicator',
        ):
            con.execute(f"delete from {table}")
    monkeypatch.setenv("HALFTIME_HOME", str(tmp_path))
    page = AppTest.from_file(str(ROOT / "dashboards" / "app.py"), default_timeout=60).run()
    page.switch_page("views/prep.py").run()
    assert not page.exception
    assert "has no coaching session in the log; no action is open" in page.title[0].value
    heads = [head.value for head in page.header]
    assert "No open deal has a warning" in heads
    assert "Nothing can be compared yet: too few cases, or too few others" in heads


def test_a_scored_skill_is_held_against_its_target(
    browser: Browser, address: str, marts: duckdb.DuckDBPyConnection, quarter: Period
) -> None:
    person, skill, gap = one(
        marts,
        """
        select entity_id, member, value from "leading".fct_leading_indicator
        join core.dim_person on entity_id = person_id
        where indicator_id = 'BE-07' and measure_id = 'gap' and dimension = 'skill'
            and entity_type = 'rep' and period_grain = 'fiscal_quarter' and period_start = ?
            and is_active and is_rep and not is_deleted
        order by value desc, entity_id, member limit 1
        """,
        quarter.start,
    )
    rows = prep.skills(marts, Scope.whole_company(), person, quarter)
    assert (rows["skill"].iloc[0], rows["gap_points"].iloc[0]) == (skill, gap)
    assert rows["day_count"].min() >= 3  # fewer days are no score
    with visiting(browser, address) as visitor:
        visitor.visit(f"/prep?rep={person}")
        assert f"{gap:.1f} points below 4 of 5" in visitor.text()


def test_who_sees_nobody_has_nobody_to_prepare_for(
    marts: duckdb.DuckDBPyConnection, busiest: tuple[str, str]
) -> None:
    groups = Scope.whole_company("enablement", Persons.GROUPS)
    for scope in (None, Scope.nothing(), groups):
        assert prep.people(marts, scope).empty
        assert prep.held(marts, scope, busiest[0]).empty
        assert prep.sessions(marts, scope, busiest[0]).empty


def test_what_is_held_counts_from_the_first_day(
    marts: duckdb.DuckDBPyConnection, busiest: tuple[str, str]
) -> None:
    rows = prep.held(marts, Scope.whole_company(), busiest[0]).set_index("kind")
    first = one(
        marts,
        "select min(agreed_date) from core.fct_coaching_action where coachee_id = ?",
        busiest[0],
    )[0]
    assert rows.loc["Action agreed", "first_date"].date() == first
    assert isinstance(first, dt.date)


def test_no_text_of_the_data_is_code_on_the_sheet() -> None:
    evil = "<script>alert(1)</script><img src=x onerror='alert(1)'>\"&"
    html = document(sheet(evil))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "default-src &#x27;none&#x27;" in html or "default-src 'none'" in html


def test_the_sheet_asks_for_nothing_from_elsewhere_and_is_bounded() -> None:
    html = document(sheet("W" * 5000, many=200))
    assert "http" not in html.replace("http-equiv", "")
    assert "url(" not in html
    assert len(html) < 40_000
    assert html.count("☐") == MOST_ACTIONS
