"""What calendars, the call recorder and the learning system deliver."""

from __future__ import annotations

import numpy as np

from halftime.sample import calendars, channels, gong, learning
from halftime.sample.calls import gong_members, record_calls
from halftime.sample.crm import deal_id
from halftime.sample.documents import Document
from halftime.sample.files import SourceFile
from halftime.sample.salesforce import current_manager
from halftime.sample.world import World, generator


def gong_documents(world: World) -> list[Document]:
    """Lay out Gong's pages."""
    company, sessions = world.company, world.sessions
    rng = generator(world.seed, "calls")
    calls = record_calls(company, world.deals, world.activities, rng)
    ids = deal_id(world.crm.deals, calls.deal).to_pylist()
    chosen = np.flatnonzero(world.channel == channels.GONG)
    reviews, call = gong.reviewed(sessions, chosen, calls)
    month = np.clip(company.month_of(sessions.day[reviews]), 0, world.dose.shape[1] - 1)
    seat = sessions.seat[reviews]
    level = 2.5 + 0.35 * company.seat_skill[seat] + 1.3 * world.dose[seat, month]
    return [
        gong.users(company, gong_members(company), current_manager(company)),
        gong.scorecards(company.start_day),
        *gong.call_pages(calls, ids, world.size.defect_rounds),
        *gong.scorecard_pages(
            company,
            sessions,
            reviews,
            call,
            calls,
            level,
            rng,
            generator(world.seed, "second reviews"),
        ),
    ]


def calendar_documents(world: World) -> tuple[list[Document], list[SourceFile]]:
    """Lay out the calendars: every other manager's as iCalendar, the rest in Outlook's export."""
    company, sessions = world.company, world.sessions
    chosen = np.flatnonzero(world.channel == channels.CALENDAR)
    if not len(chosen):
        return [], []
    if len(company.team_name) < channels.SMALL:
        as_ics = sessions.day[chosen] > np.median(sessions.day[chosen])
    else:
        as_ics = sessions.team[chosen] % 2 == 0
    in_files = chosen[as_ics]
    documents = [
        calendars.icalendar(
            company,
            sessions,
            world.attendance,
            int(coach),
            in_files[sessions.coach[in_files] == coach],
        )
        for coach in np.unique(sessions.coach[in_files])
    ]
    table = calendars.outlook_table(company, sessions, world.attendance, chosen[~as_ics])
    path = "calendar/Outlook Calendar.csv"
    return documents, [SourceFile(path, "calendar", "event", table, encoding="cp1252")]


def learning_files(world: World) -> list[SourceFile]:
    """Lay out what the learning system exports."""
    titles = {"course": "Courses", "enrolment": "Enrolments", "assessment": "Assessments"}
    return [
        SourceFile(f"learning/{titles[thing]}.csv", "learning", thing, table)
        for thing, table in learning.tables(world.company, world.learning).items()
    ]
