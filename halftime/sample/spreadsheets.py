"""What people keep by hand: the coaching log, the roster, aliases, quotas."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import coaching, names
from halftime.sample.coaching import Actions, Attendance, Sessions
from halftime.sample.company import NEVER, NOBODY, Company
from halftime.sample.deals import Deals
from halftime.sample.follow_ups import name_skills, named_initiative
from halftime.sample.learning import Learning, skill_to_reinforce
from halftime.sample.maturity import ARTEFACT, FOCUS, Exposure, team_policies
from halftime.sample.numbering import block, mark
from halftime.sample.salesforce import TITLES, title_of
from halftime.sample.text import (
    DAY,
    blank,
    blank_else,
    clock_text,
    coded,
    date_text,
    flag_text,
    join,
    number_text,
    padded,
    person_key,
    pick,
    serial,
    timestamp_text,
)

NAMES_IN_LOG = np.array([False, True, True, False])
"""By region: whether its managers write full names; the others write e-mail addresses."""

PROMOTION_CRITERIA = 5
"""How many criteria other than sales results are defined for managers."""

KEY_ACCOUNTS, KEY_ACCOUNTS_BY_QUALITY = 0.3, 0.5
"""Share of sessions on an account that are about a key account, and what quality adds to it."""


def reference(company: Company, person: np.ndarray, by_name: np.ndarray) -> pa.Array:
    """How a sheet refers to people: full name or e-mail; shared names always by e-mail."""
    _, first, counts = np.unique(company.full_name, return_inverse=True, return_counts=True)
    is_shared = counts[first] > 1
    known = np.maximum(person, 0)
    count = company.people
    texts = [*company.full_name.tolist(), *company.email.tolist()]
    index = np.where(by_name & ~is_shared[known], known, known + count)
    return pick(texts, index, person != NOBODY)


def linked_deals(
    company: Company, deals: Deals, sessions: Sessions, rng: np.random.Generator
) -> np.ndarray:
    """Deal that each session was about, -1 for none: one that was open on the session's day.

    In the region where winnable, long-lived deals are coached late, older deals that will be won
    are preferred: the coaching does nothing, and yet coached deals win more often.
    """
    created = deals.created_second // DAY
    order = np.lexsort((created, deals.seat))
    key = deals.seat[order] * 100_000 + created[order]
    wanted = (
        (sessions.area == 0)
        & (sessions.seat >= 0)
        & (sessions.status == coaching.HELD)
        & (rng.random(len(sessions)) < 0.85)
    )
    rows = np.flatnonzero(wanted)
    regime = np.array([item.regime for item in names.REGIONS])[
        company.team_region[sessions.team[rows]]
    ]
    late = regime == "winnable_late"
    base = sessions.seat[rows] * 100_000 + sessions.day[rows]
    low = np.searchsorted(key, base - np.where(late, 220, 150))
    high = np.searchsorted(key, base - np.where(late, 30, 1), side="right")
    hunch = rng.random(len(rows))
    chosen = np.full(len(rows), -1)
    for attempt in range(12):
        width = high - low
        drawn = low + (rng.random(len(rows)) * np.maximum(width, 1)).astype(int)
        candidate = order[np.minimum(drawn, len(order) - 1)]
        fits = (width > 0) & (deals.end_second[candidate] // DAY > sessions.day[rows])
        if attempt < 8:
            fits &= ~late | deals.will_win[candidate] | (hunch > 0.8)
        chosen = np.where((chosen < 0) & fits, candidate, chosen)
    result = np.full(len(sessions), -1)
    result[rows] = chosen
    return result


def named_accounts(
    company: Company, sessions: Sessions, is_key: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Account that each session on an account was about, -1 for none: one of the rep's own.

    The better the coach, the likelier it is a key account. ``is_key`` is by account.
    """
    rows = np.flatnonzero((sessions.area == names.AREAS.index("account")) & (sessions.seat >= 0))
    turns = np.arange(len(is_key) // company.seats) * company.seats
    own = sessions.seat[rows, None] + turns
    share = KEY_ACCOUNTS + KEY_ACCOUNTS_BY_QUALITY * sessions.quality[rows]
    wants_key = rng.random(len(rows)) < share
    fits = is_key[own] == wants_key[:, None]
    fits |= ~fits.any(axis=1, keepdims=True)
    chosen = np.argmax(np.where(fits, rng.random(own.shape), -1), axis=1)
    result = np.full(len(sessions), -1)
    result[rows] = own[np.arange(len(rows)), chosen]
    return result


def session_id(number: np.ndarray) -> pa.Array:
    """Write the id of a session."""
    return padded(f"CS-{mark()}", number + 1)


def sessions_table(
    company: Company,
    sessions: Sessions,
    learning: Learning,
    deal: pa.Array,
    account: pa.Array,
    canary: np.ndarray,
    rng: np.random.Generator,
    later: np.random.Generator,
) -> pa.Table:
    """One row per session, canonical headers.

    ``deal`` holds the id of its deal, ``account`` the name of its account; ``later`` is the random
    stream of what a session refers to, and of which note names a goal.
    """
    count = len(sessions)
    number = sessions.number
    by_name = NAMES_IN_LOG[company.team_region[sessions.team]]
    area = sessions.area
    level = company.maturity[sessions.coach]
    offsets = np.cumsum([0, *(len(items) for items in names.FOCUS)])
    focuses = [text for items in names.FOCUS for text in items]
    has_focus = (area < coaching.UNCLASSIFIED) & (
        rng.random(count) < np.maximum(0.75 + 0.2 * sessions.quality, FOCUS[level])
    )
    focus = offsets[np.minimum(area, len(names.AREAS) - 1)] + sessions.focus
    focus = np.minimum(focus, len(focuses) - 1)
    has_skill = (area == 1) & (rng.random(count) < 0.9)
    skill = rng.integers(0, len(names.SKILLS), count)
    has_gap = has_skill & (rng.random(count) < 0.4)
    taught = skill_to_reinforce(learning, sessions.coachee, sessions.day)
    skill, has_skill = name_skills(company, sessions, skill, has_skill, taught, later)
    initiative, has_initiative = named_initiative(company, sessions, later)
    gap = np.maximum(sessions.seat, 0) * 10 + skill
    aims = later.random(count) < 0.05 + 0.5 * sessions.quality
    aim = later.integers(0, len(names.NOTE_GOALS), count)
    notes = join(
        blank_else(
            pick(names.NOTE_GOALS, aim),
            pick(names.NOTE_OPENINGS, rng.integers(0, len(names.NOTE_OPENINGS), count)),
            aims,
        ),
        blank_else(
            pick(names.NOTE_ASK, rng.integers(0, len(names.NOTE_ASK), count)),
            pick(names.NOTE_TELL, rng.integers(0, len(names.NOTE_TELL), count)),
            sessions.asks,
        ),
        pick(names.NOTE_CLOSINGS, rng.integers(0, len(names.NOTE_CLOSINGS), count)),
        separator=" ",
    )
    notes = blank(notes, (sessions.status == coaching.HELD) & (rng.random(count) < 0.7))
    marked = join(coded("canary-", number, 4), "-do-not-publish")
    notes = blank_else(marked, notes, canary)
    recorded = sessions.day * DAY + sessions.start_second + 5_400 + sessions.late_days * DAY
    horizon = (company.size.last_day + 1) * DAY - 1
    recorded = np.minimum(recorded, horizon)
    cancelled = np.isin(sessions.status, (coaching.CANCELLED, coaching.MOVED))
    recorded = np.where(
        sessions.status == coaching.SCHEDULED,
        horizon - 40_000 - (number % 5) * DAY,
        recorded,
    )
    was_moved = sessions.moved_from != NEVER
    return pa.table(
        {
            "session_id": session_id(number),
            "session_date": date_text(sessions.day),
            "start_time": clock_text(sessions.start_second),
            "duration_minutes": number_text(sessions.minutes),
            "coach": reference(company, sessions.coach, by_name),
            "coachee": reference(company, sessions.coachee, by_name),
            "area": pick([*names.AREAS, None], area),
            "focus": pick(focuses, focus, has_focus),
            "mode": pick(names.MODES, sessions.mode),
            "opportunity_id": deal,
            "account": account,
            "skill": pick(names.SKILLS, skill, has_skill),
            "gap_id": serial("GAP-", gap, 5, has_gap),
            "strength_noted": flag_text(rng.random(count) < 0.2 + 0.5 * sessions.quality),
            "practice": flag_text(rng.random(count) < 0.1 + 0.5 * sessions.quality),
            "initiator": pick(["manager", "rep"], sessions.by_rep.astype(int)),
            "trigger": pick(names.TRIGGERS, sessions.trigger, rng.random(count) < 0.85),
            "status": pick(coaching.STATUSES, sessions.status),
            "cancelled_by": pick(
                ["coach", "rep"], (rng.random(count) < 0.25).astype(int), cancelled
            ),
            "moved_from_date": date_text(sessions.moved_from, was_moved),
            "is_quarter_end_squeeze": flag_text(sessions.is_squeeze),
            "initiative": pick(
                [names.PROGRAMME, *(name for name, _ in names.INITIATIVES)],
                initiative,
                has_initiative,
            ),
            "artefact": pick(
                names.ARTEFACTS,
                rng.integers(0, len(names.ARTEFACTS), count),
                rng.random(count) < np.maximum(0.2 + 0.5 * sessions.quality, ARTEFACT[level]),
            ),
            "recorded_at": timestamp_text(recorded, suffix="Z"),
            "notes": notes,
        }
    )


def attendees_table(company: Company, sessions: Sessions, attendance: Attendance) -> pa.Table:
    """One row per attendee, canonical headers."""
    by_name = NAMES_IN_LOG[company.team_region[sessions.team[attendance.session]]]
    scored = attendance.score > 0
    return pa.table(
        {
            "session_id": session_id(sessions.number[attendance.session]),
            "coachee": reference(company, attendance.person, by_name),
            "minutes": number_text(attendance.minutes),
            "skill": pick(names.SKILLS, attendance.skill, scored),
            "score": number_text(attendance.score, scored),
            "attended": flag_text(attendance.attended),
        }
    )


def actions_table(company: Company, sessions: Sessions, actions: Actions) -> pa.Table:
    """One row per action, canonical headers."""
    by_name = NAMES_IN_LOG[company.team_region[sessions.team[actions.session]]]
    done = actions.done != NEVER
    status = np.where(done, 1, np.where(actions.dropped, 2, 0))
    return pa.table(
        {
            "action_id": padded(f"AC-{mark()}", np.arange(len(status)) + 1),
            "session_id": session_id(sessions.number[actions.session]),
            "owner": reference(company, actions.owner, by_name),
            "description": pick(names.ACTION_TEXTS, actions.text),
            "created_date": date_text(sessions.day[actions.session]),
            "due_date": date_text(actions.due),
            "first_due_date": date_text(actions.first_due),
            "completed_date": date_text(actions.done, done),
            "status": pick(["open", "done", "dropped"], status),
            "author": pick(["coach", "rep"], actions.by_rep.astype(int)),
        }
    )


def policies_table(company: Company, exposure: Exposure) -> pa.Table:
    """List the cadence policies: one for all until the fiscal year 2025, then those of teams.

    Where a team has none, operations measure against every two weeks, which nobody agreed on.
    Managers are to be coached every four weeks. What is for all stands in the first block.
    """
    common = pa.table(
        {
            "policy_id": ["POL-1", "POL-2", "POL-3"],
            "role": ["rep", "rep", "manager"],
            "area": pa.array([None, None, None], pa.string()),
            "team": pa.array([None, None, None], pa.string()),
            "every_n_days": ["21", "14", "28"],
            "valid_from": ["2022-02-01", "2025-02-01", "2025-02-01"],
            "valid_to": pa.array(["2025-02-01", None, None], pa.string()),
            "is_assumed": ["false", "true", "false"],
        }
    )
    own = team_policies(company, exposure)
    count = len(own.team)
    teams = pa.table(
        {
            "policy_id": padded(f"POL-T{mark()}", np.arange(count) + 1),
            "role": pick(["rep"], np.zeros(count, dtype=int)),
            "area": pa.array([None] * count, pa.string()),
            "team": pick(company.team_name.tolist(), own.team),
            "every_n_days": number_text(own.every_days),
            "valid_from": date_text(own.from_day),
            "valid_to": date_text(own.to_day, own.to_day <= company.size.last_day),
            "is_assumed": pick(["false"], np.zeros(count, dtype=int)),
        }
    )
    return teams if block() else pa.concat_tables([common, teams])


def roster_table(company: Company, exposure: Exposure) -> pa.Table:
    """One row per person and version: a new one with each change of team, manager or role."""
    last = company.size.last_day
    people = company.people
    cuts = np.unique(
        np.concatenate(
            [
                [company.start_day - 5_000],
                company.event_day,
                company.manager_from[(company.manager_from > 0) & (company.manager_from <= last)],
                company.promoted_day[company.promoted_day <= last],
            ]
        )
    )
    day = np.broadcast_to(np.maximum(cuts[None, :], company.hire_day[:, None]), (people, len(cuts)))
    seat = np.full(people, -1)
    seat[company.first_holder] = np.arange(company.seats)
    replaced = company.second_holder >= 0
    seat[company.second_holder[replaced]] = np.flatnonzero(replaced)
    team = np.where(seat[:, None] >= 0, company.team_of(np.maximum(seat, 0)[:, None], day), -1)
    for turn in range(company.team_manager.shape[1]):
        person = company.team_manager[:, turn]
        started = company.manager_from[:, turn] <= last
        begins = company.manager_from[:, turn][started, None]
        rows = person[started]
        active = day[rows] >= begins
        team[rows] = np.where(active, np.flatnonzero(started)[:, None], team[rows])
    manages = (company.role == "manager")[:, None] | (company.promoted_day[:, None] <= day)
    region = np.where(
        team >= 0, company.team_region[np.maximum(team, 0)], company.person_region[:, None]
    )
    manager = company.manager_of(np.maximum(team, 0), day)
    manager = np.where(manages, company.region_director[region], manager)
    manager = np.where(team < 0, 0, manager)
    manager[0] = -1

    state = np.stack([team, region, manager, manages.astype(int)], axis=-1)
    is_change = np.ones((people, len(cuts)), dtype=bool)
    is_change[:, 1:] = (state[:, 1:] != state[:, :-1]).any(axis=-1)
    ends = np.minimum(company.leave_day, last + 1)[:, None]
    next_cut = np.append(cuts[1:], NEVER)[None, :]
    # A version that ended before the hire, or begins after the leave, never was.
    is_change[:, 0] = True
    lives = (next_cut > company.hire_day[:, None]) & (day < ends)
    first = np.argmax(lives, axis=1)
    is_first = np.arange(len(cuts))[None, :] == first[:, None]
    person, column = np.nonzero(lives & (is_change | is_first))
    valid_from = day[person, column]
    team, region = team[person, column], region[person, column]
    manager, manages = manager[person, column], manages[person, column]
    left = company.leave_day[person] <= last
    certified = exposure.certified_day[person]
    has_certificate = manages & (certified < NEVER)
    # A star is chosen for the figures sold; who goes on to manage was looked at more broadly.
    is_promotion = manages & (valid_from == company.promoted_day[person])
    criteria_used = np.where(left, 1, 3 + person % 2)
    title = title_of(company)[person]
    title = np.where(~manages & (title == 2), 1, title)
    return pa.table(
        {
            "person_id": person_key(person),
            "full_name": pick(company.full_name.tolist(), person),
            "email": pick(company.email.tolist(), person),
            "manager": person_key(manager, manager >= 0),
            "team": pick(company.team_name.tolist(), np.maximum(team, 0), team >= 0),
            "region": pick([item.name for item in names.REGIONS], region, person > 0),
            "role": pick(["rep", "manager"], manages.astype(int)),
            "title": pick(TITLES, title),
            "hire_date": date_text(company.hire_day[person]),
            "leave_date": date_text(company.leave_day[person], left),
            "leaving_reason": pick(company.leaving_reason.tolist(), person, left),
            "valid_from": date_text(valid_from),
            "time_zone": pick([item.time_zone for item in names.REGIONS], region),
            "certified_on": date_text(certified, has_certificate),
            "certification_expires_on": date_text(exposure.expires_day[person], has_certificate),
            "promotion_criteria_used": pick(
                [str(number) for number in range(PROMOTION_CRITERIA + 1)],
                criteria_used,
                is_promotion,
            ),
            "promotion_criteria_defined": pick(
                [str(PROMOTION_CRITERIA)], np.zeros(len(person), dtype=int), is_promotion
            ),
        }
    )


QUOTA_HEADERS = ("Rep", "Quarter start", "Quarter end", "Quota", "Currency")


def quarters(company: Company) -> list[tuple[int, int, int]]:
    """Fiscal quarters of the window: (fiscal year, first day, last day), the current one last."""
    result = []
    month = np.datetime64(company.size.first_day, "D").astype("datetime64[M]").astype(int)
    month += (1 - month) % 3
    while (first := int(np.datetime64(int(month), "M").astype("datetime64[D]").astype(int))) <= (
        company.size.last_day
    ):
        last = int(np.datetime64(int(month) + 3, "M").astype("datetime64[D]").astype(int)) - 1
        year = 1970 + (month - 1) // 12
        result.append((year, first, last))
        month += 3
    return result


def german_amount(amount: int) -> str:
    """Write an amount with points and a decimal comma."""
    return f"{amount:,}".replace(",", ".") + ",00"


def german_day(day: int) -> str:
    """Write a day since 1970-01-01 as ``DD.MM.YYYY``."""
    return "{2}.{1}.{0}".format(*str(np.datetime64(day, "D")).split("-"))


def _goals(company: Company, deals: Deals, calendar: list[tuple[int, int, int]]) -> np.ndarray:
    """Work out what each region should win in each quarter: its own trend, stretched."""
    changes, now = deals.changes, deals.last_change
    is_won = changes.stage[now] == names.WON
    closed = changes.second[now] // DAY
    goals = np.zeros((len(names.REGIONS), len(calendar)))
    for region in np.unique(company.team_region):
        won = np.zeros(len(calendar))
        for number, (_, first, last) in enumerate(calendar):
            inside = is_won & (deals.region == region) & (closed >= first) & (closed <= last)
            elapsed = (min(last, company.size.last_day) - first + 1) / (last - first + 1)
            won[number] = changes.amount[now[inside]].sum() / 100 / elapsed
        turns = np.arange(len(calendar))
        goals[region] = np.polyval(np.polyfit(turns, won, 1), turns)
        goals[region] = np.maximum(goals[region], won.mean() / 3) / 0.92
    return goals


def quota_tables(
    company: Company, deals: Deals, rng: np.random.Generator
) -> list[tuple[int, pa.Table]]:
    """One table per fiscal year, one row per rep and quarter, as finance keeps it by hand.

    Quotas follow the trend of what each region wins, so that a team reaches about nine tenths.
    """
    home = np.array([item.currency == "EUR" for item in names.REGIONS]).astype(int)
    seats = np.arange(company.seats)
    stretch = rng.uniform(0.85, 1.2, company.seats) * np.exp(0.3 * company.seat_skill)
    calendar = quarters(company)
    goals = _goals(company, deals, calendar)
    tables: dict[int, list[pa.Table]] = {}
    for number, (year, first, last) in enumerate(calendar):
        # The quota is that of whoever holds the seat most of the quarter.
        middle = min(first + 45, company.size.last_day)
        holder = company.holder_of(seats, np.full(company.seats, middle))
        rows = np.flatnonzero(holder != NOBODY)
        region = company.team_region[company.team_of(rows, np.full(len(rows), first))]
        tenure = middle - company.hire_day[holder[rows]]
        share = stretch[rows] * np.where(tenure < 90, 0.4, np.where(tenure < 180, 0.75, 1.0))
        total = np.bincount(region, weights=share, minlength=len(names.REGIONS))
        amount = goals[region, number] * share / total[region]
        amount = np.maximum(np.rint(amount / 2500), 1).astype(int) * 2500
        starts, ends = german_day(first), german_day(last)
        tables.setdefault(year, []).append(
            pa.table(
                {
                    "Rep": reference(company, holder[rows], np.ones(len(rows), dtype=bool)),
                    "Quarter start": pa.array([starts] * len(rows)),
                    "Quarter end": pa.array([ends] * len(rows)),
                    "Quota": pa.array([german_amount(int(value)) for value in amount]),
                    "Currency": pick(["USD", "EUR"], home[region]),
                }
            )
        )
    return [(year, pa.concat_tables(parts)) for year, parts in sorted(tables.items())]


def alias_table(company: Company, rows: list[tuple[str, str, int]]) -> pa.Table:
    """Write the explicit map: (system, alias, person)."""
    person = np.array([item[2] for item in rows])
    start = np.full(len(rows), company.start_day - 400)
    return pa.table(
        {
            "system": pa.array([item[0] for item in rows]),
            "alias": pa.array([item[1] for item in rows]),
            "person": person_key(person),
            "confirmed_by": pa.array(["Sales operations"] * len(rows)),
            "valid_from": date_text(start, np.arange(len(rows)) % 2 == 0),
        }
    )
