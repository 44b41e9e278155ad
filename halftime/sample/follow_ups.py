"""What a session refers to: the skill of a course or of the session before, and an initiative.

Coaches who coach well, or are expected to, come back to a skill; others begin anew.
"""

from __future__ import annotations

import numpy as np

from halftime.sample import coaching, maturity, names
from halftime.sample.coaching import Sessions
from halftime.sample.company import Company

SOON_DAYS = 14
LEAST, MORE_BY_QUALITY = 0.05, 0.7
"""Share of sessions that come back to the last skill: without quality, and more with it."""

REINFORCE_LEAST, REINFORCE_BY_QUALITY = 0.05, 0.5
"""Share of sessions soon after a course that take up its skill."""


def name_skills(
    company: Company,
    sessions: Sessions,
    skill: np.ndarray,
    has_skill: np.ndarray,
    taught: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Give sessions with one rep the skill they name, and say of each whether it names one.

    A session on skills may go on with the skill of whichever was before; one on something else
    names it only within a fortnight. ``taught`` is the skill of a course just taken, -1 for none.
    """
    count, quality = len(sessions), sessions.quality
    level = company.maturity[sessions.coach]
    alone = (sessions.seat >= 0) & (sessions.status == coaching.HELD)
    alone &= sessions.mode != coaching.INSPECTION
    wants = rng.random(count) < np.maximum(
        LEAST + MORE_BY_QUALITY * quality, maturity.COMES_BACK[level]
    )
    reinforces = rng.random(count) < np.maximum(
        REINFORCE_LEAST + REINFORCE_BY_QUALITY * quality, maturity.REINFORCES[level]
    )
    has_skill = has_skill | (alone & (rng.random(count) < maturity.NAMES_SKILL[level]))
    reinforced = alone & reinforces & (taught >= 0)
    skill = np.where(reinforced, taught, skill)
    has_skill |= reinforced
    last: dict[int, tuple[int, int]] = {}
    for row in np.flatnonzero(alone).tolist():
        seat, day = int(sessions.seat[row]), int(sessions.day[row])
        last_day, last_skill = last.get(seat, (day - SOON_DAYS - 1, -1))
        goes_on = last_skill >= 0 and wants[row] and not reinforced[row]
        if goes_on and (has_skill[row] or day - last_day <= SOON_DAYS):
            skill[row], has_skill[row] = last_skill, True
        if has_skill[row]:
            last[seat] = day, int(skill[row])
    return skill, has_skill


def named_initiative(
    company: Company, sessions: Sessions, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give the initiative that each session names, 0 for the programme, and whether it names one.

    Only dynamic managers work on several: the others name the programme, or else the first.
    """
    count = len(sessions)
    level = company.maturity[sessions.coach]
    share = np.where(
        sessions.in_programme,
        maturity.BESIDE_PROGRAMME[level],
        maturity.OTHER_INITIATIVE[level],
    )
    starts = np.array([day for _, day in names.INITIATIVES], dtype="datetime64[D]").astype(np.int64)
    running = np.searchsorted(starts, sessions.day, side="right")
    other = (rng.random(count) < share) & (running > 0)
    turn = np.where(level == maturity.DYNAMIC, (rng.random(count) * running).astype(int), 0)
    return np.where(other, 1 + turn, 0), other | sessions.in_programme
