"""Recorded calls: which of the reps' calls are recorded, and how they were led.

Reps who sell well listen more and ask more: the better the behaviour in a deal, the lower the share
of the rep's talk and the more questions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample import channels
from halftime.sample.activities import CALL, Activities
from halftime.sample.company import NEVER, NOBODY, Company
from halftime.sample.deals import Deals

MAXIMUM_CALLS = 20_000
BEHAVIOUR_ON_TALK = -0.05
"""Change of the rep's share of the talk with one standard deviation of behaviour."""

BEHAVIOUR_ON_QUESTIONS = 0.25
"""Rise of the logarithm of questions per call with one standard deviation of behaviour."""


@dataclass
class Calls:
    """One entry per recorded call in order of time; ``activity`` is its row in the CRM."""

    activity: np.ndarray
    deal: np.ndarray
    owner: np.ndarray
    second: np.ndarray
    duration: np.ndarray
    talk_share: np.ndarray
    questions: np.ndarray
    monologue: np.ndarray
    interactivity: np.ndarray
    patience: np.ndarray

    def __len__(self) -> int:
        return len(self.activity)


def recording_people(company: Company) -> np.ndarray:
    """Mark the persons whose calls are recorded: all of the teams that review calls in Gong."""
    teams = len(company.team_name)
    found = np.zeros(company.people, dtype=bool)
    chosen = [1] if teams < channels.SMALL else gong_teams(company).tolist()
    seats = np.arange(company.seats)
    for version in company.seat_team:
        inside = np.isin(version, chosen)
        for holder in (company.first_holder, company.second_holder):
            people = holder[seats[inside]]
            found[people[people != NOBODY]] = True
    managers = company.team_manager[chosen]
    found[managers[company.manager_from[chosen] < NEVER]] = True
    return found


def gong_members(company: Company) -> np.ndarray:
    """List who has a user in Gong: whoever is recorded, and the directors above, who review."""
    members = np.flatnonzero(recording_people(company))
    directors = company.region_director[np.unique(company.person_region[members])]
    return np.union1d(members, directors)


def gong_teams(company: Company) -> np.ndarray:
    """Teams whose sessions are scorecards in Gong."""
    return np.flatnonzero(channels.habit_of_teams(company) == channels.GONG)


def record_calls(
    company: Company, deals: Deals, activities: Activities, rng: np.random.Generator
) -> Calls:
    """Choose the recorded calls, and draw how they were led."""
    mine = recording_people(company)[activities.owner]
    fits = (activities.kind == CALL) & (activities.deal >= 0) & ~activities.is_planned
    chosen = np.flatnonzero(mine & fits & (activities.minutes >= 8))
    chosen = chosen[rng.random(len(chosen)) < 0.5][:MAXIMUM_CALLS]
    count = len(chosen)
    behaviour = deals.behaviour[activities.deal[chosen]]
    talk = np.clip(0.55 + BEHAVIOUR_ON_TALK * behaviour + rng.normal(0, 0.08, count), 0.15, 0.95)
    questions = rng.poisson(np.exp(2.1 + BEHAVIOUR_ON_QUESTIONS * behaviour))
    duration = activities.minutes[chosen] * 60 + rng.integers(0, 60, count)
    return Calls(
        activity=chosen,
        deal=activities.deal[chosen],
        owner=activities.owner[chosen],
        second=activities.second[chosen],
        duration=duration,
        talk_share=np.round(talk, 4),
        questions=questions,
        monologue=np.minimum(20 + (160 * talk).astype(int) + rng.integers(0, 40, count), duration),
        interactivity=np.round(np.clip(rng.normal(5, 1.5, count), 0, 10), 2),
        patience=np.round(np.clip(rng.normal(0.9, 0.3, count), 0.1, 5), 2),
    )
