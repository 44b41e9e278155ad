"""Coaching lists as people keep them, through a real run; their workbooks are recounted apart."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from openpyxl.styles import PatternFill

pytestmark = pytest.mark.slow

Query = Callable[[str], list[tuple[Any, ...]]]
CONFIG = """\
version: 1
company: Sheets
landing: .
reporting: {timezone: UTC, currency: USD, as_of: 2026-03-31}
sources:
  people: {files: ["people/*"]}
  coaching_log:
    files: ["coaching_log/**"]
    date_formats: [D.M.YYYY]
    objects:
      matrix:
        files: ["team*.xlsx", "teams.zip"]
        sheet: ["*", "!Legend"]
        sheet_to: coach
        merged: [team]
        fill_down: [topic]
        not_data: ["Sessions held"]
        unpivot:
          {id_columns: [Rep, Team], names_to: session_date, values_to: cell,
           header_format: D-Mon, year: file}
        values: {cell: {L: held}}
      log:
        files: ["diary.xlsx"]
        sheet: "*2026"
        fill_down: [date]
        columns: {next_steps: "Agreed / Next step", due: "Agreed / Due"}
        header_row: [3, 4]
"""
ROSTER = """\
person_id,full_name,email,manager,team,region,role,hire_date,valid_from
M1,Mia Stone,mia@x.example,,North,North,manager,2024-01-01,2024-01-01
M2,Sam Hill,sam@x.example,,South,South,manager,2024-01-01,2024-01-01
E1,Ann Lee,ann@x.example,M1,North,North,rep,2025-01-01,2025-01-01
E2,Bo Park,bo@x.example,M1,North,North,rep,2025-01-01,2025-01-01
E3,Cy Dean,cy@x.example,M2,South,South,rep,2025-01-01,2025-01-01
E4,Di Fox,di@x.example,M2,South,South,rep,2025-01-01,2025-01-01
"""
FORM = """\
Timestamp,Email Address,Who did you coach?,When did the session take place?,How long was it?,\
What was it about?,What did you discuss?,What are the next steps?,By when?
2026-02-03T10:00:00Z,mia@x.example,Ann Lee; Bo Park,2026-02-02,45 min,Discovery,"long, private
talk",Ann drafts the plan,2026-02-12
2026-02-03T10:01:00Z,mia@x.example,Ann Lee; Bo Park,2026-02-02,45 min,Discovery,"long, private
talk",Ann drafts the plan,2026-02-12
2026-02-09T16:00:00Z,sam@x.example,Cy Dean,,30,Deal review,,,
"""
INITIATIVES = """\
initiative,skill,area,owner,start_date,end_date,milestone,milestone_due_date,milestone_done_date
Ask more,Questioning,skills,mia@x.example,2026-01-01,,Kick-off,2026-01-10,2026-01-09
Ask more,Questioning,skills,mia@x.example,2026-01-01,,Half time,2026-03-01,
Old one,,,nobody@x.example,2025-01-01,2025-06-30,,,
"""
SURVEY = """\
respondent,role,survey_date,d1,d2,d3,d4,d5,d6,d7,choice
ann@x.example,rep,2026-02-01,4 - Agree,Strongly disagree,3,,5,2,1,A talk that persuades
mia@x.example,Sales Manager,2026-02-01,5,5,4,4,4,4,4,official
,rep,2026-02-01,2,2,2,2,2,2,2,A talk that persuades
"""
AWARDS = """\
Date,Winner,From,Award,Opportunity,Reason
2026-02-20,Mia Stone,sam@x.example,Coach of the month,,For coaching Ann through a hard loss
2026-02-21,Ann Lee,mia@x.example,Best attempt,,Lost bravely
"""


def write_matrix(path: Path, year: int) -> None:
    """A calendar: title, merged team, true dates and typed ones, a legend, totals, colours."""
    book = openpyxl.Workbook()
    legend = book.active
    assert legend is not None
    legend.title = "Legend"
    legend.append(["x", "held"])
    for coach, team, reps in (
        ("Mia Stone", "North", ("Ann Lee", "Bo Park")),
        ("Sam Hill", "South", ("Cy Dean", "Di Fox")),
    ):
        sheet = book.create_sheet(coach)
        sheet.append([f"Coaching calendar {coach}"])
        sheet.append([])
        sheet.append(
            ["Team", "Rep", "Topic", dt.datetime(year, 1, 6), "13-Jan", "20-Jan", "27-Jan", "Notes"]
        )
        sheet.cell(3, 4).number_format = "d-mmm"
        sheet.append([team, reps[0], "Pipeline review", "x", 30, "PTO", "1:1", "private\nwords"])
        sheet.append([None, reps[1], None, "L", None, "cancelled", "0:45", None])
        sheet.append([None, "New hire", None, None, None, None, None, "starts in May"])
        sheet.append([])
        sheet.append(["Sessions held", None, None, 2, 1, 0, 2, None])
        sheet.merge_cells("A4:A6")
        sheet.cell(5, 5).fill = PatternFill("solid", fgColor="FF0000")
        sheet.row_dimensions[5].hidden = True
    book.save(path)


def write_diary(path: Path, *, mended: bool) -> None:
    """One sheet per month, two header rows below a title, the date only where it changes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for month, rows in (
        (
            "Jan 2026",
            [
                [dt.date(2026, 1, 8), "Mia Stone", "Ann Lee", "Deal review", "n\n1", "Call", None],
                [None, "Mia Stone", "Bo Park", "Weather", None, "Plan", dt.date(2026, 1, 15)],
            ],
        ),
        (
            "Feb 2026",
            [
                [
                    "5.2.2026",
                    "Sam Hill",
                    "Cy Dean and Di Fox",
                    "Territory planning",
                    "x",
                    None,
                    None,
                ],
                [46060, "Sam Hill", "Cy Dean", "#REF!", "x", "Visit", dt.date(2026, 2, 20)],
            ],
        ),
    ):
        sheet = book.create_sheet(month)
        sheet.append(["Coaching diary"])
        sheet.append([])
        sheet.append(["Date", "Coach", "Rep", "Topic", "Notes", "Agreed", None, None])
        sheet.append([None, None, None, None, None, "Next step", "Due", "Done?"])
        for column in "ABCDE":
            sheet.merge_cells(f"{column}3:{column}4")
        sheet.merge_cells("F3:G3")
        for row in rows:
            sheet.append([*row, None])
        if mended and month == "Jan 2026":
            sheet.cell(6, 7).value = dt.date(2026, 1, 25)
            sheet.cell(6, 8).value = "yes"
            sheet.append([dt.date(2026, 1, 29), "Mia Stone", "Ann Lee", "Funnel", None, None, None])
        for row in sheet.iter_rows(min_row=5, max_col=4):
            if row[3].value == "#REF!":
                row[3].data_type = "e"
        sheet.append(["Total", None, None, None, None, len(rows), None, None])
    book.save(path)


def build(folder: Path, cli: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    """Land twice: at first the calendar, the form and a diary, then a longer and mended diary."""
    landing = folder / "landing"
    log = landing / "coaching_log"
    (landing / "people").mkdir(parents=True)
    log.mkdir()
    (landing / "halftime.yml").write_text(CONFIG)
    (landing / "people" / "roster.csv").write_text(ROSTER)
    (log / "form responses.csv").write_text(FORM)
    (log / "initiatives.csv").write_text(INITIATIVES)
    (log / "survey responses.csv").write_text(SURVEY)
    (log / "awards.csv").write_text(AWARDS)
    write_matrix(log / "team 2026.xlsx", 2026)
    write_matrix(folder / "team 2025.xlsx", 2025)
    with zipfile.ZipFile(log / "teams.zip", "w") as archive:
        archive.write(folder / "team 2025.xlsx", "old/team 2025.xlsx")
    write_diary(log / "diary.xlsx", mended=False)
    places = ["--config", str(landing / "halftime.yml"), "--home", str(folder / "home")]
    cli("land", *places)
    write_diary(log / "diary.xlsx", mended=True)
    cli("run", *places)


@pytest.fixture(scope="module")
def sheets_home(
    once: Callable[[str, Callable[[Path], None]], Path],
    cli: Callable[..., subprocess.CompletedProcess[str]],
) -> Path:
    return once("coaching-sheets", lambda folder: build(folder, cli))


@pytest.fixture(scope="module")
def query(sheets_home: Path) -> Query:
    published = sheets_home / "home" / "published"
    current = json.loads((published / "current.json").read_text())
    con = duckdb.connect(str(published / current["database"]), read_only=True)
    return lambda sql: con.execute(sql).fetchall()


WORDS = {"x": "held", "L": "held", "1:1": "held", "PTO": "excused", "cancelled": "cancelled"}


def matrix_sessions(path: Path, year: int) -> set[tuple[Any, ...]]:
    """Recount a calendar apart from the product: day, coach, rep, status, minutes."""
    found = set()
    book = openpyxl.load_workbook(path)
    for coach in ("Mia Stone", "Sam Hill"):
        sheet = book[coach]
        for row in (4, 5, 6):
            for column in range(4, 8):
                value = sheet.cell(row, column).value
                if value is None:
                    continue
                head = sheet.cell(3, column).value
                day = (
                    head.date()
                    if isinstance(head, dt.datetime)
                    else dt.date(year, 1, int(str(head).split("-")[0]))
                )
                minutes = value if isinstance(value, int) else 45 if value == "0:45" else None
                status = WORDS.get(str(value), "held")
                found.add((day, coach, sheet.cell(row, 2).value, status, minutes))
    return found


def test_every_row_and_cell_is_accounted_for(query: Query, sheets_home: Path) -> None:
    ledger = query(
        "select object, source_file, source_rows, accepted_rows, superseded_rows, rejected_rows,"
        " residual_rows from quality.ledger where source_system = 'coaching_log'"
    )
    assert all(row[-1] == 0 for row in ledger), ledger
    by_file = {(row[0], row[1]): row[2:6] for row in ledger if row[0] == "matrix"}
    # 7 cells; 2 rows above and 2 blank or empty below the header; a total of 4 cells
    for book in ("team 2026.xlsx", "teams.zip/old/team 2025.xlsx"):
        for sheet in ("Mia Stone", "Sam Hill"):
            key = ("matrix", f"coaching_log/{book}!{sheet}")
            assert by_file[key] == (15, 7, 0, 8)
    reasons = query(
        "select distinct reason_code from quality.rejected_row where object in ('matrix', 'log')"
    )
    assert reasons == [("not_data",)]


def test_a_calendar_becomes_its_sessions(query: Query, sheets_home: Path) -> None:
    log = sheets_home / "landing" / "coaching_log"
    wanted = matrix_sessions(log / "team 2026.xlsx", 2026)
    wanted |= matrix_sessions(sheets_home / "team 2025.xlsx", 2025)
    found = query(
        """
        select s.session_date, c.full_name, r.full_name, s.status, s.duration_minutes
        from core.fct_coaching_session as s
        inner join core.dim_person as c on s.coach_id = c.person_id
        inner join core.bridge_session_attendee as b on s.session_id = b.session_id
        inner join core.dim_person as r on b.coachee_id = r.person_id
        where s._source_file like '%team 20%'
        """
    )
    assert len(found) == len(set(found)) == 28
    assert set(found) == wanted
    areas = query(
        "select distinct area from core.fct_coaching_session where _source_file like '%team 20%'"
    )
    assert areas == [("funnel",)]


def test_a_longer_diary_replaces_the_shorter(query: Query) -> None:
    found = query(
        """
        select s.session_date, s.area, s.action_count, a.status, a.first_due_date, a.due_date
        from core.fct_coaching_session as s
        left join core.fct_coaching_action as a on s.session_id = a.session_id
        where s._source_file like '%diary%' order by all
        """
    )
    day = dt.date
    assert found == [
        (day(2026, 1, 8), "lead_and_opportunity", 1, "open", None, None),
        (day(2026, 1, 8), "unclassified", 1, "done", day(2026, 1, 15), day(2026, 1, 25)),
        (day(2026, 1, 29), "funnel", 0, None, None, None),
        (day(2026, 2, 5), "territory", 0, None, None, None),
        (day(2026, 2, 7), "unclassified", 1, "open", day(2026, 2, 20), day(2026, 2, 20)),
    ]
    assert query(
        "select count(*) from core.bridge_session_attendee as b inner join"
        " core.fct_coaching_session as s on b.session_id = s.session_id"
        " where s.session_date = date '2026-02-05'"
    ) == [(2,)]


def test_a_form_sent_twice_is_one_session(query: Query) -> None:
    found = query(
        """
        select s.session_date, s.duration_minutes, s.area, s.attendee_count, s.is_strict,
            s.is_group, s.action_count
        from core.fct_coaching_session as s where s._source_file like '%form%' order by 1
        """
    )
    assert found == [
        (dt.date(2026, 2, 2), 45, "skills_and_behaviors", 2, True, True, 1),
        (dt.date(2026, 2, 9), 30, "lead_and_opportunity", 1, False, False, 0),
    ]
    # A form is sent when the session is over: nobody can tell whether its next step was done.
    assert query(
        "select status, first_due_date, is_on_time from core.fct_coaching_action"
        " where _source_file like '%form%'"
    ) == [("unknown", dt.date(2026, 2, 12), None)]


def test_initiatives_surveys_and_awards_reach_the_core(query: Query) -> None:
    initiatives = query(
        "select initiative_name, area, owner_id = '(unassigned)', is_active, milestone_count,"
        " milestone_done_count, next_milestone_due_date from core.dim_initiative order by 1"
    )
    assert initiatives == [
        ("Ask more", "skills_and_behaviors", False, True, 2, 1, dt.date(2026, 3, 1)),
        ("Old one", "unclassified", True, False, 0, 0, None),
    ]
    answers = query(
        "select respondent_role, count(*), count(distinct response_code), sum(answer_score),"
        " count(answer_choice), count(distinct answer_choice)"
        " from core.fct_survey_answer group by 1 order by 1"
    )
    assert answers == [("manager", 8, 1, 30, 1, 1), ("rep", 15, 2, 30, 2, 1)]
    # No code can be guessed from who is known to have answered, and when.
    assert query(
        "select count(*) from core.fct_survey_answer as a, core.bridge_person_identity as p"
        " where response_code = md5(p.person_id || '|' || cast(survey_date as varchar))"
        " or a.survey_answer_id like"
        " '%' || md5(cast(survey_date as varchar) || '|' || lower(alias)) || '%'"
    ) == [(0,)]
    awards = query(
        "select cites_coaching, is_attempt from core.fct_recognition order by award_date"
    )
    assert awards == [(True, False), (False, False)]


def test_no_word_about_people_is_published(sheets_home: Path) -> None:
    published = sheets_home / "home" / "published"
    current = json.loads((published / "current.json").read_text())
    con = duckdb.connect(str(published / current["database"]), read_only=True)
    tables = con.execute(
        "select table_schema, table_name, column_name from information_schema.columns"
        " where data_type = 'VARCHAR'"
    ).fetchall()
    wanted = re.compile("private|drafts the plan|persuades|hard loss|bravely|Weather|starts in May")
    for schema, table, column in tables:
        values = con.execute(f'select distinct "{column}" from "{schema}"."{table}"').fetchall()
        leaked = [v for (v,) in values if v and wanted.search(v)]
        assert not leaked or schema in ("reference", "quality"), (table, column, leaked)
