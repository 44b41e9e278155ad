"""Coaching as managers note it without a template: a log, a matrix of days, answers to a form."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import xlsxwriter

from halftime.sample import coaching, names
from halftime.sample.coaching import Actions, Attendance, Sessions
from halftime.sample.company import NEVER, NOBODY, Company
from halftime.sample.documents import Document
from halftime.sample.files import Defect
from halftime.sample.spreadsheets import reference
from halftime.sample.text import DAY, blank, date_text, number_text, pick, timestamp_text

TOPICS = ("Deal", "Skills", "Funnel", "Account", "Territory", None)
_FIXED = datetime(2026, 9, 30, tzinfo=UTC).replace(tzinfo=None)
MEANINGLESS = "???"


def _participants(
    company: Company, sessions: Sessions, attendance: Attendance, chosen: np.ndarray, by_name: bool
) -> list[str]:
    """Write who was coached: one name, or the attendees of a group with semicolons."""
    how = np.full(company.people, by_name)
    labels = reference(company, np.arange(company.people), how).to_pylist()
    texts = []
    for session in chosen.tolist():
        if sessions.coachee[session] != NOBODY:
            texts.append(labels[sessions.coachee[session]])
            continue
        low, high = np.searchsorted(attendance.session, [session, session + 1])
        texts.append("; ".join(labels[person] for person in attendance.person[low:high]))
    return texts


def _first_action(actions: Actions, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row of each session's first action, and whether it has one."""
    place = np.searchsorted(actions.session, chosen)
    safe = np.minimum(place, max(len(actions.session) - 1, 0))
    return safe, (place < len(actions.session)) & (actions.session[safe] == chosen)


def log_table(
    company: Company,
    sessions: Sessions,
    attendance: Attendance,
    actions: Actions,
    deal: pa.Array,
    chosen: np.ndarray,
) -> pa.Table:
    """One row per session: a log with full names, topics in short, the next step and its end."""
    row, has_action = _first_action(actions, chosen)
    done = np.where(actions.done[row] != NEVER, 1, 0)
    everyone = np.ones(len(chosen), dtype=bool)
    return pa.table(
        {
            "Date": date_text(sessions.day[chosen]),
            "Coach": reference(company, sessions.coach[chosen], everyone),
            "Rep": _participants(company, sessions, attendance, chosen, by_name=True),
            "Minutes": number_text(sessions.minutes[chosen]),
            "Topic": pick(TOPICS, sessions.area[chosen]),
            "Opportunity": deal.take(pa.array(chosen)),
            "Status": pick(coaching.STATUSES, sessions.status[chosen]),
            "Next steps": pick(names.ACTION_TEXTS, actions.text[row], has_action),
            "Due": date_text(actions.due[row], has_action),
            "Done?": blank(pick(["no", "yes"], done), has_action),
            "Notes": pick(names.NOTE_OPENINGS, chosen % len(names.NOTE_OPENINGS)),
        }
    )


def form_table(
    company: Company,
    sessions: Sessions,
    attendance: Attendance,
    actions: Actions,
    deal: pa.Array,
    chosen: np.ndarray,
) -> pa.Table:
    """One row per session: the answers to a form, the coach known by the address."""
    row, has_action = _first_action(actions, chosen)
    second = sessions.day[chosen] * DAY + sessions.start_second[chosen] + 3 * 3600
    horizon = (company.size.last_day + 1) * DAY - 1
    return pa.table(
        {
            "Timestamp": timestamp_text(np.minimum(second, horizon), suffix="Z"),
            "Email Address": pick(company.email.tolist(), sessions.coach[chosen]),
            "Who did you coach?": _participants(
                company, sessions, attendance, chosen, by_name=False
            ),
            "When did the session take place?": date_text(sessions.day[chosen]),
            "How long was it?": number_text(sessions.minutes[chosen]),
            "What was it about?": pick(TOPICS, sessions.area[chosen]),
            "Which deal?": deal.take(pa.array(chosen)),
            "Did it take place?": pick(coaching.STATUSES, sessions.status[chosen]),
            "What are the next steps?": pick(names.ACTION_TEXTS, actions.text[row], has_action),
            "By when?": date_text(actions.due[row], has_action),
        }
    )


def _cell(sessions: Sessions, session: int) -> str | int:
    status = sessions.status[session]
    if status == coaching.HELD:
        minutes = int(sessions.minutes[session])
        return "x" if minutes == 30 else minutes
    return str(coaching.STATUSES[status])


def matrix(company: Company, sessions: Sessions, coach: int, chosen: np.ndarray) -> Document:
    """Write the workbook of one manager: reps down, days across, a cell per session.

    One cell means nothing and must be rejected; it stands in a row of its own.
    """
    days = np.unique(sessions.day[chosen])
    reps = np.unique(sessions.coachee[chosen])
    everyone = np.ones(company.people, dtype=bool)
    labels = reference(company, np.arange(company.people), everyone).to_pylist()
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True})
    book.set_properties({"created": _FIXED})
    sheet = book.add_worksheet(str(company.full_name[coach])[:31])
    style = book.add_format({"num_format": "d-mmm-yy", "bold": True})
    sheet.write(0, 0, "Rep", book.add_format({"bold": True}))
    for place, day in enumerate(days, start=1):
        moment = np.datetime64(int(day), "D").astype(datetime)
        sheet.write_datetime(0, place, datetime(moment.year, moment.month, moment.day), style)
    for line, rep in enumerate(reps, start=1):
        sheet.write(line, 0, labels[rep])
        for session in chosen[sessions.coachee[chosen] == rep].tolist():
            column = 1 + int(np.searchsorted(days, sessions.day[session]))
            sheet.write(line, column, _cell(sessions, session))
    bad = len(reps) + 1
    sheet.write(bad, 0, labels[reps[0]])
    sheet.write(bad, 1, MEANINGLESS)
    book.close()
    name = str(company.email[coach]).split("@")[0].replace(".", " ")
    return Document(
        f"coaching_log/Coaching Matrix {name}.xlsx",
        "coaching_log",
        sink.getvalue(),
        {"matrix": Counter(accepted=len(chosen), rejected=1)},
        notes=[
            (
                "matrix",
                bad + 1,
                Defect("meaningless_cell", "rejected:not_accepted:cell", f"cell={MEANINGLESS}"),
            )
        ],
        sheet=str(company.full_name[coach])[:31],
    )
