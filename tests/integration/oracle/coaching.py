"""Coaching activity: CO-01 to CO-04, CO-06, CO-07, CO-09, CO-10, CO-12, and LD-01."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from fractions import Fraction

from .company import Company, months_later, period, periods
from .deals import Deal
from .figures import GRAINS, Figures
from .files import DAY, Files, day
from .sessions import Session, read_sessions

FROM_MONTHS = [grain for grain in GRAINS if grain != "week"]
FROM_QUARTERS = ["quarter", "year", "fiscal_quarter", "fiscal_year"]
LEADING = {"skill_gap", "stalled_deal", "behavior"}
LAGGING = {"routine", "missed_number", "forecast"}


def whose(company: Company, session: Session, on: dt.date) -> str:
    """For whom a session counts once: of several coachees the one who reports to the coach."""
    for person in sorted(session.known):
        post = company.post(person, on)
        if post and post.manager == session.coach:
            return person
    # A coachee whom nobody knows is still the coachee; only without any it counts for the coach.
    return (sorted(session.known) or session.coachees or [session.coach])[0]


class Policies:
    """How often a session is due: what a team has agreed on stands before what is for all."""

    def __init__(self, files: Files) -> None:
        self.rows = [
            (row["team"], day(row["valid_from"]), day(row["valid_to"]), int(row["every_n_days"]))
            for row in files.table("coaching_log/policies.csv")
            if row["role"] == "rep"
        ]

    def every(self, team: str, on: dt.date) -> int:
        """Days between two sessions of a rep of a team, by what is in force on a day."""
        held = [
            (whose, days)
            for whose, start, end, days in self.rows
            if whose in (team, "") and start <= on and (end is None or on < end)
        ]
        return min([days for whose, days in held if whose] or [days for _, days in held])


def cadence(figures: Figures, sessions: list[Session], begin: dt.date, policies: Policies) -> None:
    """CO-01 and CO-02: windows of employed days, and days since the last session."""
    company = figures.company
    for breadth in ("strict", "broad"):
        for person in company.posts:
            days = {
                one.day
                for one in sessions
                if person in one.coachees and (one.strict if breadth == "strict" else one.held)
            }
            excused = {
                one.day for one in sessions if person in one.coachees and one.status == "excused"
            }
            windows: dict[int, list[dt.date]] = defaultdict(list)
            on, last = begin, None
            while on <= company.as_of:
                post = company.post(person, on)
                if on in days:
                    last = on
                if post.role == "rep" and company.employed(person, on):
                    every = policies.every(post.team, on)
                    window = windows[every]
                    window.append(on)
                    if len(window) == every:
                        kept = any(one in days for one in window)
                        if kept or not any(one in excused for one in window):
                            figures.add(f"CO-01.{breadth}", person, on, kept, 1)
                        windows[every] = []
                    gap = (on - (last or max(post.hired, begin))).days
                    figures.add(f"CO-02.overdue_{breadth}", person, on, gap > every, 1)
                    for grain in GRAINS:
                        start, end = period(grain, on)
                        if on == min(end, company.as_of):
                            figures.add(
                                f"CO-02.days_{breadth}", person, on, gap, 1, grains=[grain],
                                starts={grain: start},
                            )  # fmt: skip
                on += DAY


def share_of_sessions(figures: Figures, sessions: list[Session]) -> None:
    """CO-03, CO-12 and LD-01: what the sessions that were held have in common."""
    company = figures.company
    for one in sessions:
        if not one.held:
            continue
        person = whose(company, one, one.day)
        figures.add("CO-03.share", person, one.day, one.strict, 1, grains=FROM_MONTHS)
        known = one.trigger in LEADING | LAGGING
        figures.add("LD-01.trigger_known", person, one.day, known, 1, grains=FROM_QUARTERS)
        if known:
            leading = one.trigger in LEADING
            figures.add("LD-01.share", person, one.day, leading, 1, grains=FROM_QUARTERS)
        rep = (
            company.post(one.known[0], one.day)
            if len(one.coachees) == len(one.known) == 1
            else None
        )
        if one.initiator and one.mode != "group" and rep and rep.role == "rep":
            asked = one.initiator == "rep"
            figures.add("CO-12.share", rep.person, one.day, asked, 1, grains=FROM_QUARTERS)


def minutes_received(figures: Figures, sessions: list[Session], begin: dt.date) -> None:
    """CO-04, CO-06, CO-09 and CO-10: minutes, split among the coachees of a session."""
    company = figures.company
    areas = ["lead_and_opportunity", "skills_and_behaviors", "funnel", "account", "territory"]
    for one in sessions:
        if not one.held:
            continue
        group = "group" if len(one.coachees) > 1 or one.mode == "group" else "individual"
        for person in one.coachees:
            part = one.minutes_of(person)
            post = company.post(person, one.day)
            area = one.area or "unclassified"
            for member in [*areas, "unclassified"]:
                figures.add(
                    "CO-04.share", person, one.day, part * (member == area), part,
                    member=("area", member), grains=FROM_MONTHS,
                )  # fmt: skip
            if post is None or post.role != "rep" or not one.minutes:
                continue
            figures.add(f"CO-06.{group}", person, one.day, part, 0, 0)
            new = one.day <= half_a_year_after(post.hired)
            figures.add("CO-10.new_hires", person, one.day, part * new, part, grains=FROM_QUARTERS)
    on = begin
    while on <= company.as_of:
        of_month = Fraction(60, calendar.monthrange(on.year, on.month)[1])
        for post in company.reps(on):
            figures.add("CO-06.individual", post.person, on, 0, of_month)
            figures.add("CO-06.group", post.person, on, 0, of_month)
            new = on <= half_a_year_after(post.hired)
            figures.add("CO-10.new_hire_days", post.person, on, new, 1, grains=FROM_QUARTERS)
        on += DAY


def half_a_year_after(hired: dt.date) -> dt.date:
    first = months_later(hired.replace(day=1), 6)
    length = calendar.monthrange(first.year, first.month)[1]
    return first.replace(day=min(hired.day, length))


def coverage(figures: Figures, sessions: list[Session], begin: dt.date) -> None:  # noqa: C901
    """CO-09: reps with a session, and how unequal their minutes are, per entity and period."""
    company = figures.company
    received: dict[tuple[str, str, dt.date], list] = defaultdict(list)
    for one in sessions:
        if one.held:
            for person in one.known:
                part = one.minutes_of(person)
                received["broad", person, one.day].append(part)
                if one.strict:
                    received["strict", person, one.day].append(part)
    for grain in GRAINS:
        for start, last in periods(grain, begin, company.as_of):
            for breadth in ("strict", "broad"):
                minutes: dict[tuple[str, str], dict[str, list]] = defaultdict(dict)
                on = max(start, begin)
                while on <= min(last, company.as_of):
                    for post in company.reps(on):
                        got = received.get((breadth, post.person, on), [])
                        for entity in company.entities(post.person, on):
                            minutes[entity].setdefault(post.person, []).extend(got)
                    on += DAY
                for (kind, entity), of_reps in minutes.items():
                    key = (kind, entity, grain, start, "all", "all", "")
                    for got in of_reps.values():
                        figures.put(("CO-09", f"coverage_{breadth}", *key), bool(got), 1)
                    ranked = sorted(sum(got) for got in of_reps.values())
                    n, total = len(ranked), sum(ranked)
                    if grain != "week" and kind != "rep":
                        up = sum((2 * i - n - 1) * got for i, got in enumerate(ranked, 1))
                        figures.put(("CO-09", f"gini_{breadth}", *key), up, n * total, n)


def cancelled(figures: Figures, sessions: list[Session]) -> None:
    """CO-07: of the sessions planned for a day those that were cancelled or moved."""
    company = figures.company
    moved = {
        (one.coach, tuple(sorted(one.coachees)), one.moved_from)
        for one in sessions
        if one.moved_from
    }
    for one in sessions:
        planned = one.moved_from or one.day
        if one.mode == "inspection" or one.status in ("excused", "scheduled"):
            continue
        if planned > company.as_of:
            continue
        # Logged as moved on its old day, and again on the new one: one session.
        if one.status == "moved" and (one.coach, tuple(sorted(one.coachees)), one.day) in moved:
            continue
        gone = one.status in ("cancelled", "moved") or planned != one.day
        by_rep = gone and one.cancelled_by == "rep"
        person = whose(company, one, planned)
        figures.add("CO-07.rate", person, planned, gone and not by_rep, 1, grains=FROM_MONTHS)
        figures.add("CO-07.by_rep", person, planned, by_rep, 1, grains=FROM_MONTHS)


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:
    figures = Figures(company)
    sessions = read_sessions(files, company)
    begin = min(one.day for one in sessions if one.held)
    cadence(figures, sessions, begin, Policies(files))
    share_of_sessions(figures, sessions)
    minutes_received(figures, sessions, begin)
    coverage(figures, sessions, begin)
    cancelled(figures, sessions)
    return figures
