"""How each team keeps its coaching: our template, a log, a matrix, a form, a calendar, Gong.

Half the teams fill in our template, among them all whose manager coaches formally. The others keep
one of five other habits; in a company of a few teams the second team tries all five, one after the
other.
"""

from __future__ import annotations

import numpy as np

from halftime.sample.coaching import Sessions
from halftime.sample.company import Company
from halftime.sample.known import has
from halftime.sample.maturity import is_led_formally

TEMPLATE, LOG, MATRIX, FORM, CALENDAR, GONG = range(6)
CHANNELS = ("template", "log", "matrix", "form", "calendar", "gong")
HABITS = (LOG, MATRIX, FORM, CALENDAR, GONG)
BY_RANK = (
    TEMPLATE, LOG, TEMPLATE, GONG, TEMPLATE, CALENDAR, MATRIX, TEMPLATE, FORM, TEMPLATE,
)  # fmt: skip
"""Habit of the first, second, … team of each region."""

SMALL = 6
"""A company of fewer teams than this has one team that tries every habit."""

READY = frozenset(
    channel
    for channel, system, thing in (
        (TEMPLATE, "coaching_log", "session"),
        (LOG, "coaching_log", "log"),
        (MATRIX, "coaching_log", "matrix"),
        (FORM, "coaching_log", "form"),
        (CALENDAR, "calendar", "event"),
        (GONG, "gong", "answered_scorecard"),
    )
    if has(system, thing)
)
"""Habits whose files can be read; a team with another one uses the template."""


def _ranks(is_formal: np.ndarray) -> np.ndarray:
    """Rank the teams of a region: the template goes to those that are led formally first."""
    ranks = np.arange(len(is_formal)) % len(BY_RANK)
    by_template = np.argsort(np.array(BY_RANK)[ranks] != TEMPLATE, kind="stable")
    result = np.empty_like(ranks)
    result[np.argsort(~is_formal, kind="stable")] = ranks[by_template]
    return result


def habit_of_teams(company: Company) -> np.ndarray:
    """Channel that each team of a company of more than a few keeps to."""
    is_formal = is_led_formally(company)
    rank = np.zeros(len(is_formal), dtype=int)
    for region in np.unique(company.team_region):
        inside = company.team_region == region
        rank[inside] = _ranks(is_formal[inside])
    return np.where(is_formal, TEMPLATE, np.array(BY_RANK)[rank])


def channel_of(company: Company, sessions: Sessions) -> np.ndarray:
    """Channel through which each session is known."""
    teams = len(company.team_name)
    if teams < SMALL:
        share = (sessions.day - company.size.first_day) * len(HABITS) // (company.size.days + 14)
        habit = np.array(HABITS)[np.clip(share, 0, len(HABITS) - 1)]
        chosen = np.where(sessions.team == 1, habit, TEMPLATE)
    else:
        chosen = habit_of_teams(company)[sessions.team]
    # A matrix has no place for groups, and one cell for a rep and day; logs are as simple.
    key = (sessions.coach * 100_000 + sessions.day) * 100_000 + sessions.coachee
    _, first = np.unique(key, return_index=True)
    is_second = np.ones(len(key), dtype=bool)
    is_second[first] = False
    simple = np.isin(chosen, (LOG, MATRIX, FORM))
    chosen = np.where(simple & is_second, TEMPLATE, chosen)
    chosen = np.where((chosen == MATRIX) & (sessions.seat < 0), TEMPLATE, chosen)
    return np.where(np.isin(chosen, list(READY)), chosen, TEMPLATE)
