"""What the planted maturity of managers shows in: policies, certificates, habits of coaching.

Levels are 1 random, 2 informal, 3 formal, 4 dynamic; the arrays below are by level, 0 is nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample.company import NEVER, Company

RANDOM, INFORMAL, FORMAL, DYNAMIC = 1, 2, 3, 4

POLICY_DAYS = np.array([0, 14, 14, 21, 14])
"""How often a team's own policy asks for a session."""

POLICY_OF_INFORMAL = 0.7
"""Share of informal managers with a policy and no certificate; the others are certified only."""

CERTIFIED = np.array([0.0, 0.06, 0.0, 0.93, 0.95])
"""Share of managers who are certified, informal ones aside: some took the course all the same, and
some let the certificate expire."""

EXPIRED = np.array([0.0, 0.15, 0.4, 1.0, 1.0])
"""Share of managers without a valid certificate who hold one that has expired."""

TEAM_POLICIES_FROM = int(np.datetime64("2025-02-01").astype(np.int64))
"""Until then one policy held for everybody."""

ARTEFACT = np.array([0.0, 0.0, 0.0, 0.75, 0.85])
FOCUS = np.array([0.0, 0.0, 0.0, 0.92, 0.95])
ACTION = np.array([0.0, 0.0, 0.0, 0.88, 0.92])
ON_TIME = np.array([0.0, 0.0, 0.0, 0.82, 0.9])
DONE = np.array([0.0, 0.0, 0.0, 0.92, 0.95])
REINFORCES = np.array([0.0, 0.0, 0.0, 0.5, 0.6])
COMES_BACK = np.array([0.0, 0.0, 0.0, 0.85, 0.9])
NAMES_SKILL = np.array([0.0, 0.0, 0.0, 0.6, 0.65])
"""Least share of a manager's sessions (or actions) with a habit, whatever the quality: formal
coaching is expected and looked after, so that more of it is written down and followed up."""

OTHER_INITIATIVE = np.array([0.0, 0.02, 0.06, 0.15, 0.6])
"""Share of sessions outside the programme that name another initiative."""

BESIDE_PROGRAMME = np.array([0.0, 0.0, 0.0, 0.0, 0.45])
"""Share of sessions in the programme that name another initiative in its place."""


@dataclass
class Exposure:
    """By person: whether there is a policy for the team, and the certificate as a coach."""

    has_policy: np.ndarray
    certified_day: np.ndarray  # NEVER where there is none
    expires_day: np.ndarray


def draw_exposure(company: Company, rng: np.random.Generator) -> Exposure:
    """Draw who coaches under a policy and who has been trained.

    Random managers have neither, informal ones one of the two, formal and dynamic ones both; a few
    in each are an exception.
    """
    people, level = company.people, company.maturity
    by_policy = rng.random(people) < POLICY_OF_INFORMAL
    is_certified = rng.random(people) < CERTIFIED[level]
    has_policy = (level >= FORMAL) | ((level == INFORMAL) & by_policy)
    holds = is_certified | ((level == INFORMAL) & ~by_policy)
    expired = ~holds & (rng.random(people) < EXPIRED[level])
    end = np.minimum(company.leave_day, company.size.last_day)
    ago = np.where(holds, rng.integers(190, 600, people), rng.integers(820, 1_200, people))
    begin = np.where(company.promoted_day < NEVER, company.promoted_day, company.hire_day)
    certified = np.maximum(end - ago, begin + 20)
    # What expired did so before the last half-year; who came too late for that never had one.
    has_one = (certified < end) & (holds | (expired & (certified == end - ago)))
    return Exposure(
        has_policy=has_policy,
        certified_day=np.where(has_one, certified, NEVER),
        expires_day=np.where(has_one, certified + 730, NEVER),
    )


@dataclass
class Policies:
    """One entry per policy of a team, from one day to another (NEVER: no end)."""

    team: np.ndarray
    every_days: np.ndarray
    from_day: np.ndarray
    to_day: np.ndarray


def team_policies(company: Company, exposure: Exposure) -> Policies:
    """List what managers have agreed with their teams: it comes and goes with the manager."""
    begins = np.maximum(company.manager_from, TEAM_POLICIES_FROM)
    ends = np.full(begins.shape, NEVER)
    ends[:, :-1] = company.manager_from[:, 1:]
    manager = company.team_manager
    inside = (begins <= company.size.last_day) & (begins < ends)
    team, turn = np.nonzero(exposure.has_policy[manager] & inside)
    return Policies(
        team=team,
        every_days=POLICY_DAYS[company.maturity[manager[team, turn]]],
        from_day=begins[team, turn],
        to_day=ends[team, turn],
    )


def is_led_formally(company: Company) -> np.ndarray:
    """Say of each team whether its present manager is formal or dynamic."""
    teams = np.arange(len(company.team_name))
    manager = company.manager_of(teams, np.full(len(teams), company.size.last_day))
    return company.maturity[manager] >= FORMAL
