"""Sessions that come back to the skill of the one before: good coaches do, others begin anew."""

from __future__ import annotations

import numpy as np

from halftime.sample import coaching
from halftime.sample.coaching import Sessions

SOON_DAYS = 14
LEAST, MORE_BY_QUALITY = 0.05, 0.7
"""Share of sessions that come back to the last skill: without quality, and more with it."""


def come_back(
    sessions: Sessions, skill: np.ndarray, has_skill: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give sessions with one rep the skill of the last one, where the coach comes back to it.

    A session on skills may go on with the skill of whichever was before; one on something else
    names it only within a fortnight. Returns the skill of each session, and whether it names one.
    """
    skill, has_skill = skill.copy(), has_skill.copy()
    wants = rng.random(len(sessions)) < LEAST + MORE_BY_QUALITY * sessions.quality
    alone = (sessions.seat >= 0) & (sessions.status == coaching.HELD)
    alone &= sessions.mode != coaching.INSPECTION
    last: dict[int, tuple[int, int]] = {}
    for row in np.flatnonzero(alone).tolist():
        seat, day = int(sessions.seat[row]), int(sessions.day[row])
        last_day, last_skill = last.get(seat, (day - SOON_DAYS - 1, -1))
        if last_skill >= 0 and wants[row] and (has_skill[row] or day - last_day <= SOON_DAYS):
            skill[row], has_skill[row] = last_skill, True
        if has_skill[row]:
            last[seat] = day, int(skill[row])
    return skill, has_skill
