"""Coaching sessions from all the ways in which the sample's managers keep them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from .company import NOBODY, Company
from .files import Files, Row, day, moment

AREAS = {
    "lead_and_opportunity": "lead_and_opportunity",
    "deal": "lead_and_opportunity",
    "skills_and_behaviors": "skills_and_behaviors",
    "skills": "skills_and_behaviors",
    "call coaching": "skills_and_behaviors",  # halftime.yml of the sample says so
    "funnel": "funnel",
    "account": "account",
    "territory": "territory",
}


@dataclass
class Action:
    """What was agreed in a session."""

    agreed: dt.date | None
    owner: str
    author: str
    due: dt.date | None
    first_due: dt.date | None
    done: dt.date | None
    status: str


@dataclass
class Score:
    """A skill of somebody, scored by a person on a scale of five."""

    person: str
    skill: str
    on: dt.date
    score: float
    call: str = ""


@dataclass
class Session:
    """A session, whatever file tells of it."""

    id: str
    kind: str  # template, directors, log, form, matrix, calendar, review
    day: dt.date
    coach: str
    coachees: list[str]
    minutes: int | None = None
    area: str = ""
    mode: str = "one_on_one"
    focus: str = ""
    deal: str = ""
    account: str = ""
    skill: str = ""
    gap: str = ""
    initiator: str = ""
    trigger: str = ""
    status: str = "held"
    cancelled_by: str = ""
    moved_from: dt.date | None = None
    artefact: str | None = None  # None: the record has no place for one
    actions: list[Action] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    attended: dict[str, int] = field(default_factory=dict)  # minutes, where the list gives them

    def minutes_of(self, person: str) -> int:
        """Minutes that a coachee got: those of the list of attendees, else an equal part.

        Parts are whole minutes; what is left over goes to the first in order of ids.
        """
        if person in self.attended:
            return self.attended[person]
        if not self.minutes:
            return 0
        each, left = divmod(self.minutes, len(self.coachees) or 1)
        return each + (sorted(self.coachees).index(person) < left if left else 0)

    @property
    def held(self) -> bool:
        """Logged, held, and no inspection."""
        return self.status == "held" and self.mode != "inspection"

    @property
    def known(self) -> list[str]:
        return [person for person in self.coachees if person != NOBODY]

    @property
    def has_focus(self) -> bool:
        return bool(self.focus or self.deal or self.gap or self.skill)

    @property
    def strict(self) -> bool:
        """Coaching by the strict definition (CO-03)."""
        return (
            self.held
            and self.coach != NOBODY
            and bool(self.known)
            and bool(self.area)
            and self.has_focus
            and bool(self.actions)
        )


def read_sessions(files: Files, company: Company) -> list[Session]:
    sessions = _template(files, company) + _lists(files, company)
    logged = {(one.day, one.coach, person) for one in sessions for person in one.coachees}
    # A meeting that a log tells of, too, is the log's (R11).
    sessions += [
        one
        for one in _calendars(files, company)
        if (one.day, one.coach, one.coachees[0]) not in logged
    ]
    sessions += _reviews(files, company)
    return sorted(sessions, key=lambda one: (one.day, one.id))


def _template(files: Files, company: Company) -> list[Session]:
    sessions: dict[str, Session] = {}
    rows = files.table("coaching_log/sessions_*")
    rows += files.table("coaching_log/Coaching Sessions Directors.csv")
    for row in rows:
        coachee = row.get("coachee", "") or row.get("Rep", "")
        duration = row["duration_minutes"]
        sessions[row["session_id"]] = Session(
            row["session_id"],
            "directors" if "Directors" in row["file"] else "template",
            day(row.get("session_date") or row["Date"]),
            company.find(row.get("coach") or row["Manager"]),
            [company.find(coachee)] if coachee else [],
            int(duration) if duration else None,
            AREAS.get(row["area"].lower(), ""),
            row["mode"],
            row["focus"],
            deal_key(row.get("opportunity_id", "")),
            row.get("account", ""),
            row.get("skill", ""),
            row.get("gap_id", ""),
            row["initiator"],
            row.get("trigger", ""),
            row["status"] or "held",
            row.get("cancelled_by", ""),
            day(row.get("moved_from_date", "")),
            row.get("artefact"),
        )
    for row in files.table("coaching_log/attendees_*"):
        session = sessions.get(row["session_id"])
        if session is None or row["attended"].lower() == "false":
            continue
        person = company.find(row["coachee"])
        if person not in session.coachees:
            session.coachees.append(person)
        if row["minutes"]:
            session.attended[person] = int(row["minutes"])
        if row["score"] and row["skill"]:
            session.scores.append(Score(person, row["skill"], session.day, float(row["score"]), ""))
    for session_id, action in read_actions(files, company):
        if session_id in sessions:
            action.agreed = action.agreed or sessions[session_id].day
            sessions[session_id].actions.append(action)
    return list(sessions.values())


def read_actions(files: Files, company: Company) -> list[tuple[str, Action]]:
    """Actions of the template, with the id of their session."""
    return [
        (
            row["session_id"],
            Action(
                day(row["created_date"]),
                company.find(row["owner"]),
                row["author"],
                day(row["due_date"]),
                day(row["first_due_date"]) or day(row["due_date"]),
                day(row["completed_date"]),
                row["status"],
            ),
        )
        for row in files.table("coaching_log/actions_*")
    ]


def _names(text: str, company: Company) -> list[str]:
    return [company.find(part) for part in re.split(r"[;&+\n]", text) if part.strip()]


def _lists(files: Files, company: Company) -> list[Session]:
    """Logs, forms and matrices: what several of them tell of one session is one session."""
    told: list[Session] = []
    for row in files.table("coaching_log/Session Log.csv"):
        told.append(  # noqa: PERF401
            _listed(
                "log",
                row,
                company,
                "Date",
                "Coach",
                "Rep",
                "Minutes",
                "Topic",
                "Opportunity",
                "Status",
                "Next steps",
                "Due",
            )
        )
    for row in files.table("coaching_log/Form Responses.csv"):
        told.append(  # noqa: PERF401
            _listed(
                "form", row, company, "When did the session take place?", "Email Address",
                "Who did you coach?", "How long was it?", "What was it about?", "Which deal?",
                "Did it take place?", "What are the next steps?", "By when?",
            )
        )  # fmt: skip
    for path in sorted((files.folder / "coaching_log").glob("Coaching Matrix*")):
        sheet = path.stem.removeprefix("Coaching Matrix ").title()
        grid = files._workbook(path)
        for line in grid[1:]:
            for header, cell in zip(grid[0][1:], line[1:], strict=True):
                if not cell or cell == "???":
                    continue
                told.append(
                    Session(
                        "",
                        "matrix",
                        day(header),
                        company.find(sheet),
                        [company.find(line[0])],
                        int(cell) if cell.isdigit() else None,
                        status=cell if cell in ("cancelled", "moved", "excused") else "held",
                    )
                )
    sessions: dict[tuple, Session] = {}
    for number, one in enumerate(told):
        one.id = f"{one.kind}-{number:04}"
        key = (one.day, one.coach, tuple(sorted(one.coachees)))
        first = sessions.setdefault(key, one)
        if first is not one and first.minutes is None:
            first.minutes = one.minutes
    return list(sessions.values())


def _listed(kind: str, row: Row, company: Company, *columns: str) -> Session:
    on, coach, who, minutes, topic, deal, status, steps, due = (row[name] for name in columns)
    session = Session(
        "",
        kind,
        day(on),
        company.find(coach),
        _names(who, company),
        int(minutes) if minutes else None,
        AREAS.get(topic.lower(), ""),
        focus=topic,  # what a log or form calls the topic is what the session was about
        deal=deal_key(deal),
        status=status or "held",
    )
    if len(session.coachees) > 1:
        session.mode = "group"
    if steps:
        session.actions.append(Action(session.day, "", "", day(due), day(due), None, "unknown"))
    return session


def _calendars(files: Files, company: Company) -> list[Session]:
    """Meetings of exactly two known people whose subject says that they are coaching."""
    meetings: list[tuple[dt.datetime, dt.datetime, str, list[str], bool]] = []
    for path in sorted(files.folder.glob("calendar/*.ics")):
        for block in path.read_text(encoding="utf-8").split("BEGIN:VEVENT")[1:]:
            values = dict(line.split(":", 1) for line in block.splitlines() if ":" in line)
            if "DTSTART" not in values or values.get("CLASS") == "PRIVATE":
                continue
            people = [company.find(name) for name in re.findall(r"mailto:(\S+)", block)]
            start, end = (
                dt.datetime.strptime(values[key], "%Y%m%dT%H%M%SZ") for key in ("DTSTART", "DTEND")
            )
            cancelled = values.get("STATUS") == "CANCELLED"
            meetings.append((start, end, values["SUMMARY"], people, cancelled))
    for row in files.table("calendar/Outlook Calendar.csv"):
        start, end = (
            dt.datetime.strptime(
                f"{row[f'{which} Date']} {row[f'{which} Time']}", "%m/%d/%Y %I:%M:%S %p"
            )
            for which in ("Start", "End")
        )
        people = [company.find(row["Meeting Organizer"])]
        people += _names(row["Required Attendees"], company)
        meetings.append((start, end, row["Subject"], people, row["Subject"].startswith("Cancel")))
    sessions = []
    for number, (start, end, subject, people, cancelled) in enumerate(meetings):
        on = start.date()
        people = list(dict.fromkeys(people))
        if len(people) != 2 or NOBODY in people or on > company.as_of:
            continue
        if "1:1" not in subject and "team coaching" not in subject.lower():
            continue
        first, second = people
        if company.post(second, on).manager == first:
            coach, rep = first, second
        elif company.post(first, on).manager == second:
            coach, rep = second, first
        else:
            continue
        sessions.append(
            Session(
                f"calendar-{number:04}",
                "calendar",
                on,
                coach,
                [rep],
                int((end - start).total_seconds() // 60),
                status="cancelled" if cancelled else "held",
            )
        )
    return sessions


def gong_users(files: Files, company: Company) -> dict[str, str]:
    return {
        user["id"]: company.find(user["emailAddress"])
        for user in files.json("gong/users_*.json", "users")
    }


def _reviews(files: Files, company: Company) -> list[Session]:
    """A review of a recorded call by another person is a session of its own."""
    users = gong_users(files, company)
    sessions = []
    for review in files.json("gong/answered_scorecards_*.json", "answeredScorecards"):
        coach = users.get(review["reviewerUserId"] or "", NOBODY)
        rep = users.get(review["reviewedUserId"] or "", NOBODY)
        if review["reviewMethod"] != "MANUAL" or coach == rep:
            continue
        on = moment(review["reviewTime"]).date()
        session = Session(
            f"review-{review['answeredScorecardId']}",
            "review",
            on,
            coach,
            [rep],
            area="skills_and_behaviors",
            mode="call_review",
            initiator="manager",  # nobody but the reviewer asked for it
            artefact=review["callId"],
        )
        session.scores = [
            Score(rep, answer["questionText"], on, float(answer["score"]), review["callId"])
            for answer in review["answers"]
            if not answer["isOverall"] and answer["score"] is not None
        ]
        sessions.append(session)
    return sessions


def deal_key(text: str) -> str:
    """Deals are told by the first 15 characters in Salesforce, by the number in HubSpot."""
    return text[:15] if text.startswith("006") else text
