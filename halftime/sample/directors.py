"""What directors log of coaching their managers: once in four weeks, if they get round to it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.coaching import to_working_day
from halftime.sample.company import Company
from halftime.sample.numbering import mark
from halftime.sample.text import DAY, date_text, number_text, padded, pick, timestamp_text

EVERY_DAYS = 28
LEAST, BY_MATURITY = 0.25, 0.12
"""Share of the four weeks with a session, and what a level of the manager's maturity adds."""

MODES = ("one_on_one", "call_review", "joint_call")
TOPICS = ("Questions instead of answers", "Planning the 1:1s", "Feedback on a recorded session")


def director_sessions_table(company: Company, rng: np.random.Generator) -> pa.Table:
    """One row per session of a director with a manager; who coaches better is coached more often.

    Where a region has no director, the chief is in the place.
    """
    size = company.size
    starts = np.arange(size.first_day, size.last_day - EVERY_DAYS, EVERY_DAYS)
    team = np.repeat(np.arange(len(company.team_name)), len(starts))
    day = np.tile(starts, len(company.team_name)) + rng.integers(0, EVERY_DAYS, len(team))
    day = np.maximum(to_working_day(day), size.first_day)
    coachee = company.manager_of(team, day)
    coach = company.region_director[company.team_region[team]]
    takes_place = rng.random(len(team)) < LEAST + BY_MATURITY * company.maturity[coachee]
    kept = np.flatnonzero(
        takes_place
        & (coach != coachee)
        & (company.hire_day[coachee] <= day)
        & (company.hire_day[coach] <= day)
        & (day < np.minimum(company.leave_day[coachee], company.leave_day[coach]))
    )
    kept = kept[np.argsort(day[kept], kind="stable")]
    day, count = day[kept], len(kept)
    emails = company.email.tolist()
    return pa.table(
        {
            "session_id": padded(f"CD-{mark()}", np.arange(count) + 1),
            "session_date": date_text(day),
            "duration_minutes": number_text(rng.choice([30, 45, 60], count)),
            "coach": pick(emails, coach[kept]),
            "coachee": pick(emails, coachee[kept]),
            "area": pick(names.AREAS, np.full(count, names.AREAS.index("skills_and_behaviors"))),
            "focus": pick(TOPICS, rng.integers(0, len(TOPICS), count)),
            "mode": pick(MODES, rng.integers(0, len(MODES), count)),
            "initiator": pick(["manager"], np.zeros(count, dtype=int)),
            "status": pick(["held"], np.zeros(count, dtype=int)),
            "recorded_at": timestamp_text(day * DAY + 61_200, suffix="Z"),
        }
    )
