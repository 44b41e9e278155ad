"""Behaviours on recorded and scored calls: BE-05, BE-06, BE-07, BE-10."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

from .coaching import FROM_MONTHS, FROM_QUARTERS
from .company import NOBODY, Company, periods
from .deals import Deal
from .figures import Figures
from .files import Files, moment
from .sessions import gong_users, read_sessions

TARGET = 4
IN_THE_FIELD = {"call_review", "joint_call", "ride_along"}


def recorded(figures: Figures, calls: list[dict], users: dict[str, str]) -> None:
    """BE-05 and BE-06: who talked on calls with customers, and who asked."""
    for call in calls:
        about = call["metaData"]
        if about["scope"] != "External":
            continue
        rep = users.get(about["primaryUserId"], NOBODY)
        on = moment(about["started"]).date()
        spoken = [
            # whole seconds
            (
                one["userId"] == about["primaryUserId"],
                Decimal(str(one["talkTime"])).quantize(Decimal(1), ROUND_HALF_UP),
            )
            for one in call["interaction"]["speakers"]
        ]
        mine, total = sum(time for own, time in spoken if own), sum(time for _, time in spoken)
        if total:
            figures.add("BE-05.time_weighted", rep, on, mine, total, grains=FROM_MONTHS)
            # To a millionth, halves up.
            share = Fraction(
                floor(10**6 * Fraction(mine) / Fraction(total) + Fraction(1, 2)), 10**6
            )
            figures.add("BE-05.mean_of_calls", rep, on, share, 1, grains=FROM_MONTHS)
        asked, seconds = call["interaction"]["questions"]["companyCount"], about["duration"]
        if asked is not None and seconds:
            figures.add("BE-06.per_hour", rep, on, 3600 * asked, seconds, grains=FROM_MONTHS)


def scored(figures: Figures, files: Files, calls: list[dict]) -> None:
    """BE-07 and BE-10: skills that people scored, on a scale of five."""
    company = figures.company
    called = {call["metaData"]["id"]: moment(call["metaData"]["started"]).date() for call in calls}
    of_calls: dict[tuple, list[float]] = defaultdict(list)
    of_days: dict[tuple[str, str], dict[dt.date, list[float]]] = defaultdict(dict)
    for session in read_sessions(files, company):
        for score in session.scores:
            skill = score.skill.lower()
            of_days[score.person, skill].setdefault(score.on, []).append(score.score)
            if session.mode in IN_THE_FIELD:
                on = called.get(score.call, score.on)
                call = score.call or session.id
                of_calls[score.person, skill, call, on].append(score.score)
    for (person, skill, _, on), scores in of_calls.items():
        shown = sum(scores) / len(scores) >= TARGET
        for member in (("all", "all"), ("skill", skill)):
            figures.add("BE-10.shown", person, on, shown, 1, member=member, grains=FROM_QUARTERS)
    for grain in FROM_QUARTERS:
        for start, last in periods(grain, dt.date(2025, 10, 1), company.as_of):
            end = min(last, company.as_of)
            at = {"grains": [grain], "starts": {grain: start}}
            reps = {post.person for post in company.reps(end)}
            for (person, skill), days in of_days.items():
                near = {on: got for on, got in days.items() if 0 <= (end - on).days < 180}
                if person not in reps or not near:
                    continue
                enough = len(near) >= 3
                weights = {on: 0.5 ** ((end - on).days / 30) for on in near}
                score = sum(weights[on] * sum(got) / len(got) for on, got in near.items()) / sum(
                    weights.values()
                )
                for member in (("all", "all"), ("skill", skill)):
                    figures.add("BE-07.assessed", person, end, enough, 1, member=member, **at)
                    if enough:
                        gap = Fraction(TARGET) - Fraction(round(score, 6)).limit_denominator(10**6)
                        figures.add("BE-07.gap", person, end, gap, 1, member=member, **at)


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:
    figures = Figures(company)
    calls = files.json("gong/calls_*.json", "calls")
    recorded(figures, calls, gong_users(files, company))
    scored(figures, files, calls)
    return figures
