"""Coaching sessions, who attended them, what was agreed; and the dose that behaviour answers to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample import names
from halftime.sample.company import NEVER, NOBODY, Company
from halftime.sample.maturity import ACTION, DONE, ON_TIME

WINDOW_DAYS = 14
LAG_WEIGHTS = (0.25, 0.5, 0.25)
"""Share of a month's coaching that shows one, two and three months later."""

FREQUENCY = np.array([0.0, 0.5, 0.75, 1.45, 1.7])
QUALITY = np.array([0.0, 0.15, 0.35, 0.6, 0.8])
MINUTES = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0],
        [15, 20, 20, 30, 30, 30, 45],
        [20, 30, 30, 30, 45, 45, 60],
        [30, 45, 45, 45, 60, 60, 60],
        [30, 45, 45, 60, 60, 60, 90],
    ]
)
"""By maturity: how long a session with one rep may be."""

PROGRAMME_QUALITY = 0.35
PROGRAMME_FREQUENCY = 1.3
HELD, SCHEDULED, CANCELLED, MOVED = range(4)
STATUSES = ("held", "scheduled", "cancelled", "moved")
UNCLASSIFIED = len(names.AREAS)
GROUP, INSPECTION = names.MODES.index("group"), names.MODES.index("inspection")


@dataclass
class Sessions:
    """One entry per session, in order of day; ``seat`` is -1 for group sessions."""

    seat: np.ndarray
    team: np.ndarray
    day: np.ndarray
    start_second: np.ndarray
    coach: np.ndarray
    coachee: np.ndarray
    minutes: np.ndarray
    area: np.ndarray
    focus: np.ndarray
    mode: np.ndarray
    status: np.ndarray
    moved_from: np.ndarray
    is_squeeze: np.ndarray
    quality: np.ndarray
    has_action: np.ndarray
    asks: np.ndarray
    trigger: np.ndarray
    by_rep: np.ndarray
    late_days: np.ndarray
    in_programme: np.ndarray
    number: np.ndarray  # from 0, over the whole company

    def __len__(self) -> int:
        return len(self.day)


def _weekday(day: np.ndarray) -> np.ndarray:
    return (day + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0


def to_working_day(day: np.ndarray) -> np.ndarray:
    """Move Saturdays and Sundays back to Friday."""
    return day - np.maximum(_weekday(day) - 4, 0)


def days_to_quarter_end(day: np.ndarray) -> np.ndarray:
    """Days until the last day of the fiscal quarter (quarters begin in February, May, …)."""
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    next_quarter = months + 3 - (months - 1) % 3
    return next_quarter.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1 - day


def _individual(company: Company, rng: np.random.Generator, wanted: int) -> tuple[np.ndarray, ...]:
    size = company.size
    starts = np.arange(size.first_day, size.last_day + 15, WINDOW_DAYS)
    seat = np.repeat(np.arange(company.seats), len(starts))
    window = np.tile(starts, company.seats)
    team = company.team_of(seat, window)
    coach = company.manager_of(team, window)
    holder = company.holder_of(seat, window)
    month = np.clip(company.month_of(window), 0, company.shock.shape[1] - 1)
    rate = FREQUENCY[company.maturity[coach]].copy()
    rate *= np.where(window >= company.programme_day[team], PROGRAMME_FREQUENCY, 1.0)
    tenure = window - company.hire_day[np.maximum(holder, 0)]
    rate *= np.where((tenure < 180) & (company.maturity[coach] <= 2), 1.5, 1.0)
    regime = np.array([region.regime for region in names.REGIONS])[company.team_region[team]]
    slumped = company.shock[seat, np.maximum(month - 1, 0)] < -0.6
    rate = np.where(regime == "slump", np.where(slumped, 2.7, 0.56), rate)
    rate = np.where(regime == "none", 0.63 * rate, rate)
    rate[holder == NOBODY] = 0
    rate = rate * (1.3 * wanted / rate.sum())
    count = np.floor(rate + rng.random(len(rate))).astype(int)
    seat, window = np.repeat(seat, count), np.repeat(window, count)
    day = to_working_day(window + rng.integers(0, WINDOW_DAYS, len(seat)))
    day = np.maximum(day, size.first_day)
    fits = np.flatnonzero((company.holder_of(seat, day) != NOBODY) & (day <= size.last_day + 12))
    kept = np.sort(rng.permutation(fits)[:wanted])
    return seat[kept], day[kept]


def plan_sessions(company: Company, rng: np.random.Generator) -> Sessions:
    """Draw all sessions: who coached whom, when, on what, and whether it took place."""
    size = company.size
    groups = max(2, round(0.05 * size.sessions))
    seat, day = _individual(company, rng, size.sessions - groups)
    team = company.team_of(seat, day)
    group_team = rng.integers(0, size.managers, groups)
    group_day = to_working_day(rng.integers(size.first_day + 3, size.last_day, groups))
    seat = np.concatenate([seat, np.full(groups, -1)])
    team = np.concatenate([team, group_team])
    day = np.concatenate([day, group_day])
    order = np.lexsort((seat, team, day))
    seat, team, day = seat[order], team[order], day[order]
    count = len(day)
    is_group = seat < 0

    coach = company.manager_of(team, day)
    coachee = np.where(is_group, NOBODY, company.holder_of(np.maximum(seat, 0), day))
    in_programme = day >= company.programme_day[team]
    maturity = company.maturity[coach]
    quality = np.clip(
        QUALITY[maturity] + PROGRAMME_QUALITY * in_programme + rng.normal(0, 0.08, count), 0.02, 1
    )
    region = company.team_region[team]
    regime = np.array([item.regime for item in names.REGIONS])[region]

    # Areas: deals above all; better coaches spread further; some sessions carry no area.
    shares = np.array([0.58, 0.14, 0.13, 0.05, 0.03, 0.07])
    better = np.array([0.38, 0.31, 0.13, 0.1, 0.05, 0.03])
    mix = shares + (better - shares) * quality[:, None]
    area = (rng.random(count)[:, None] > np.cumsum(mix, axis=1)).sum(axis=1)
    area = np.minimum(area, UNCLASSIFIED)
    area = np.where((regime == "winnable_late") & (rng.random(count) < 0.7), 0, area)
    focus_counts = np.array([*(len(items) for items in names.FOCUS), 1])
    focus = (rng.random(count) * focus_counts[area]).astype(int)

    mode_draw = rng.random(count)
    mode = np.select(
        [is_group, mode_draw < 0.05, mode_draw < 0.15, mode_draw < 0.2, mode_draw < 0.32],
        [GROUP, INSPECTION, 1, 2, 3],
        0,
    )
    mode = np.where((area == 1) & ~is_group & (rng.random(count) < 0.25), 4, mode)
    minutes = np.where(
        is_group, rng.choice([45, 60, 90], count), MINUTES[maturity, rng.choice(7, count)]
    )

    # Coaching is what gives way on Fridays and at the end of a quarter.
    squeeze = days_to_quarter_end(day) < 12
    friday = _weekday(day) == 4
    draw = rng.random(count)
    cancel_rate = 0.03 + 0.04 * friday + 0.12 * squeeze
    status = np.select(
        [day > size.last_day, draw < cancel_rate, draw < cancel_rate + 0.02],
        [SCHEDULED, CANCELLED, MOVED],
        HELD,
    )
    was_moved = (status == HELD) & (rng.random(count) < 0.05 + 0.1 * friday)
    moved_from = np.where(was_moved, to_working_day(day - rng.integers(1, 9, count)), NEVER)
    moved_from = np.where(moved_from == day, NEVER, moved_from)

    has_action = rng.random(count) < np.maximum(0.45 + 0.5 * quality, ACTION[maturity])
    triggers = np.array([0.5, 0.1, 0.1, 0.05, 0.15, 0.1])
    leading = np.array([0.25, 0.3, 0.2, 0.15, 0.07, 0.03])
    trigger_mix = triggers + (leading - triggers) * quality[:, None]
    trigger = (rng.random(count)[:, None] > np.cumsum(trigger_mix, axis=1)).sum(axis=1)
    trigger = np.minimum(trigger, len(names.TRIGGERS) - 1)
    trigger = np.where((regime == "slump") & ~is_group & (rng.random(count) < 0.6), 4, trigger)
    morning = np.array([item.utc_morning for item in names.REGIONS])[region] * 3600
    return Sessions(
        seat=seat,
        team=team,
        day=day,
        start_second=morning + rng.integers(0, 16, count) * 1800,
        coach=coach,
        coachee=coachee,
        minutes=minutes,
        area=area,
        focus=focus,
        mode=mode,
        status=status,
        moved_from=moved_from,
        is_squeeze=squeeze & (status != HELD),
        quality=quality,
        has_action=has_action & (status == HELD),
        asks=rng.random(count) < asking_chance(company, coach, in_programme),
        trigger=trigger,
        by_rep=rng.random(count) < 0.08 + 0.2 * quality,
        late_days=np.where(rng.random(count) < 0.03, rng.integers(8, 40, count), 0),
        in_programme=in_programme,
        number=np.arange(count),
    )


def asking_chance(company: Company, coach: np.ndarray, in_programme: np.ndarray) -> np.ndarray:
    """Chance that a session asks rather than tells."""
    return np.minimum(company.ask_share[coach] + 0.25 * in_programme, 1)


def coaching_dose(company: Company, sessions: Sessions) -> np.ndarray:
    """Quality-weighted coaching per seat and month, as it shows one to three months later.

    1.0 is two good sessions a month. Shape (seats, months).
    """
    months = len(company.month_start)
    counts = (sessions.seat >= 0) & (sessions.status == HELD) & (sessions.mode != INSPECTION)
    cell = sessions.seat[counts] * months + company.month_of(sessions.day[counts])
    raw = np.bincount(
        cell, weights=sessions.quality[counts] / 2, minlength=company.seats * months
    ).reshape(company.seats, months)
    raw = np.minimum(raw, 1.5)
    shown = np.zeros(raw.shape)
    for lag, weight in enumerate(LAG_WEIGHTS, start=1):
        shown[:, lag:] = shown[:, lag:] + weight * raw[:, :-lag]
    return shown


def asking_months(company: Company, sessions: Sessions) -> np.ndarray:
    """How much more the sessions of a seat and month asked than its coach usually does.

    The share of held sessions that asked, less its expectation: 0 on average, whoever coaches, and
    0 without a session. Shape (seats, months).
    """
    months = len(company.month_start)
    counts = (sessions.seat >= 0) & (sessions.status == HELD) & (sessions.mode != INSPECTION)
    cell = sessions.seat[counts] * months + company.month_of(sessions.day[counts])
    usual = asking_chance(company, sessions.coach, sessions.in_programme)
    surprise = (sessions.asks - usual)[counts]
    held = np.bincount(cell, minlength=company.seats * months)
    total = np.bincount(cell, weights=surprise, minlength=company.seats * months)
    return (total / np.maximum(held, 1)).reshape(company.seats, months)


@dataclass
class Attendance:
    """One entry per attendee of a session; ``score`` is 0 where none was given."""

    session: np.ndarray
    person: np.ndarray
    minutes: np.ndarray
    skill: np.ndarray
    score: np.ndarray
    attended: np.ndarray


def _members(company: Company, team: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seats of each team on each day: (row of ``team``, seat), in this order."""
    version = np.searchsorted(company.event_day, day, side="right")
    rows, seats = [], []
    for number in np.unique(version):
        order = np.argsort(company.seat_team[number], kind="stable")
        ordered = company.seat_team[number][order]
        here = np.flatnonzero(version == number)
        low = np.searchsorted(ordered, team[here])
        count = np.searchsorted(ordered, team[here], side="right") - low
        turn = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        rows.append(np.repeat(here, count))
        seats.append(order[np.repeat(low, count) + turn])
    row = np.concatenate(rows) if rows else np.zeros(0, dtype=int)
    seat = np.concatenate(seats) if seats else np.zeros(0, dtype=int)
    ordered = np.lexsort((seat, row))
    return row[ordered], seat[ordered]


def attend(
    company: Company, sessions: Sessions, dose: np.ndarray, rng: np.random.Generator
) -> Attendance:
    """List the attendees: everybody at group sessions, and coachees whose skill was scored."""
    group = np.flatnonzero(sessions.seat < 0)
    which, seat = _members(company, sessions.team[group], sessions.day[group])
    session = group[which]
    person = company.holder_of(seat, sessions.day[session])
    present = person != NOBODY
    session, seat, person = session[present], seat[present], person[present]
    scored = np.flatnonzero(
        (sessions.seat >= 0)
        & (sessions.status == HELD)
        & (sessions.area == 1)
        & (sessions.mode != INSPECTION)
    )
    session = np.concatenate([session, scored])
    seat = np.concatenate([seat, sessions.seat[scored]])
    person = np.concatenate([person, sessions.coachee[scored]])
    is_scored = np.arange(len(session)) >= len(which[present])
    count = len(session)
    month = np.clip(company.month_of(sessions.day[session]), 0, dose.shape[1] - 1)
    # Skills grow with coaching that went before and decay without it: the dose fades by itself.
    level = 2.5 + 0.35 * company.seat_skill[seat] + 1.3 * dose[seat, month]
    score = np.clip(np.rint(level + rng.normal(0, 0.6, count)), 1, 5).astype(int)
    order = np.lexsort((person, session))
    attended = (rng.random(count) < 0.93) | is_scored
    share = np.bincount(session, minlength=len(sessions))
    return Attendance(
        session=session[order],
        person=person[order],
        minutes=(sessions.minutes[session] // np.maximum(share[session], 1))[order],
        skill=rng.integers(0, len(names.SKILLS), count)[order],
        score=np.where(is_scored, score, 0)[order],
        attended=attended[order],
    )


@dataclass
class Actions:
    """One entry per action; ``done`` and ``moved_due`` are NEVER where not done or not re-dated."""

    session: np.ndarray
    owner: np.ndarray
    text: np.ndarray
    first_due: np.ndarray
    due: np.ndarray
    done: np.ndarray
    dropped: np.ndarray
    by_rep: np.ndarray


def agree_actions(company: Company, sessions: Sessions, rng: np.random.Generator) -> Actions:
    """Draw the actions that sessions ended with, and whether they were done in time."""
    wanted = np.where(sessions.has_action, 1 + (rng.random(len(sessions)) < 0.35), 0)
    session = np.repeat(np.arange(len(sessions)), wanted)
    count = len(session)
    quality = sessions.quality[session]
    day = sessions.day[session]
    by_rep = (rng.random(count) < 0.25 + 0.6 * quality) & (sessions.coachee[session] != NOBODY)
    first_due = to_working_day(day + rng.integers(5, 22, count))
    redated = rng.random(count) < 0.2 - 0.1 * quality
    due = np.where(redated, first_due + 7, first_due)
    level = company.maturity[sessions.coach[session]]
    in_time = rng.random(count) < np.maximum(0.35 + 0.5 * quality, ON_TIME[level])
    done = np.where(
        in_time,
        day + 1 + (rng.random(count) * (first_due - day - 1)).astype(int),
        first_due + rng.integers(1, 30, count),
    )
    never = rng.random(count) < np.minimum(0.25 - 0.2 * quality, 1 - DONE[level])
    done = np.where(never | (done > company.size.last_day), NEVER, done)
    return Actions(
        session=session,
        owner=np.where(by_rep, sessions.coachee[session], sessions.coach[session]),
        text=rng.integers(0, len(names.ACTION_TEXTS), count),
        first_due=first_due,
        due=due,
        done=done,
        dropped=(done == NEVER) & (rng.random(count) < 0.15),
        by_rep=by_rep,
    )
