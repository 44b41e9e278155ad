"""Quality of coaching and follow-through: AF-01, AF-03, CQ-05, CQ-06, CQ-07."""

from __future__ import annotations

import datetime as dt

from .coaching import FROM_MONTHS
from .company import NOBODY, Company
from .deals import Deal
from .figures import Figures
from .files import Files
from .sessions import Action, Session, read_actions, read_sessions

# Matrices, calendars and reviews have no place for what was agreed.
WITH_OUTPUTS = {"template", "directors", "log", "form"}


def whose(session: Session, action: Action) -> str:
    """The coachee; after a session with several, the owner of the action."""
    if len(session.coachees) == 1:
        return session.coachees[0]
    return action.owner or NOBODY


def of_actions(figures: Figures, session: Session, as_of: dt.date, *, orphan: bool = False) -> None:
    """AF-01 and CQ-05: what became of the actions agreed in a session."""
    for action in session.actions:
        person = whose(session, action)
        if action.status != "dropped":
            none = action.first_due is None
            figures.add("AF-01.no_due_date", person, action.agreed or session.day, none, 1)
        # Next steps of forms, and of logs that never give a day of doing, cannot be in time.
        timed = session.kind not in ("form", "log")
        unknown_day = action.status == "done" and action.done is None
        due = action.first_due
        if timed and due and due <= as_of and action.status != "dropped" and not unknown_day:
            in_time = action.done is not None and action.done <= due
            figures.add("AF-01.on_time", person, due, in_time, 1)
        if orphan or session.kind in ("log", "form"):
            continue
        worded = action.author == "rep"
        if action.owner != NOBODY or worded:
            owned = worded or action.owner in session.coachees
            figures.add("CQ-05.share", person, action.agreed, owned, 1, grains=FROM_MONTHS)


def of_session(figures: Figures, session: Session) -> None:
    """CQ-06 and CQ-07: what the record of a session holds."""
    for person in session.coachees:
        if session.kind in WITH_OUTPUTS:
            dated = any(action.due or action.first_due for action in session.actions)
            figures.add(
                "CQ-06.completeness", person, session.day, session.has_focus + dated, 2,
                grains=FROM_MONTHS,
            )  # fmt: skip
        if session.artefact is not None:
            named = bool(session.artefact)
            figures.add("CQ-07.share", person, session.day, named, 1, grains=FROM_MONTHS)


def follow_up(figures: Figures, sessions: list[Session], as_of: dt.date) -> None:
    """AF-03: another session of the coachee within 14 days on the same gap, skill or deal."""
    held = [one for one in sessions if one.held]
    for one in held:
        if not (one.gap or one.skill or one.deal) or (as_of - one.day).days < 14:
            continue
        for person in one.known:
            followed = any(
                person in later.coachees
                and 1 <= (later.day - one.day).days <= 14
                and (
                    (one.gap and later.gap == one.gap)
                    or (one.skill and later.skill == one.skill)
                    or (one.deal and later.deal == one.deal)
                )
                for later in held
            )
            figures.add("AF-03.share", person, one.day, followed, 1, grains=FROM_MONTHS)


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:
    figures = Figures(company)
    sessions = read_sessions(files, company)
    for one in sessions:
        of_actions(figures, one, company.as_of)
        if one.held:
            of_session(figures, one)
    # An action whose session nobody delivered is nobody's coachee's: AF-01 has it for its owner.
    known = {one.id for one in sessions}
    for session_id, action in read_actions(files, company):
        if session_id not in known:
            lost = Session(session_id, "template", action.agreed, NOBODY, [], actions=[action])
            of_actions(figures, lost, company.as_of, orphan=True)
    follow_up(figures, sessions, company.as_of)
    return figures
