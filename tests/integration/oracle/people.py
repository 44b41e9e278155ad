"""Managers, recognition and training: TA-04, RE-01, RE-03, TR-01, TR-03."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from .coaching import FROM_MONTHS, FROM_QUARTERS
from .company import NOBODY, Company, periods
from .deals import Deal
from .figures import Figures
from .files import DAY, Files, day, moment, yes
from .sessions import deal_key, read_sessions


def span(figures: Figures) -> None:
    """TA-04: reps per manager on the last day of a period; a manager counts wherever a rep is."""
    company = figures.company
    for grain in FROM_MONTHS:
        for start, last in periods(grain, dt.date(2025, 1, 1), company.as_of):
            on = min(last, company.as_of)
            reps = [post for post in company.reps(on) if post.manager != NOBODY]
            spans = Counter(post.manager for post in reps)
            managers: dict[tuple[str, str], set[str]] = defaultdict(set)
            for post in reps:
                for entity in company.entities(post.person, on):
                    managers[entity].add(post.manager)
            for entity, found in managers.items():
                key = (*entity, grain, start, "all", "all", "")
                for manager in found:
                    figures.put(("TA-04", "mean", *key), spans[manager], 1)
                    figures.put(("TA-04", "over_limit", *key), spans[manager] > 8, 1)


def recognition(figures: Figures, files: Files, deals: dict[str, Deal]) -> None:
    """RE-01 and RE-03: why awards were given, for whoever received them."""
    for row in files.table("coaching_log/Awards.csv"):
        on, person = day(row["award_date"]), figures.company.find(row["recipient"])
        deal = deals.get(deal_key(row["opportunity"]))
        state = deal.on(on) if deal else None
        attempt = yes(row["is_attempt"])
        lost = attempt and state is not None and state.stage.category == "lost"
        if row["cites_coaching"]:
            cites = yes(row["cites_coaching"])
            figures.add("RE-01.share", person, on, cites, 1, grains=FROM_QUARTERS)
        figures.add("RE-03.attempts", person, on, attempt, 1, grains=FROM_QUARTERS)
        figures.add("RE-03.lost_deals", person, on, lost, 1, grains=FROM_QUARTERS)


def training(figures: Figures, files: Files) -> None:
    """TR-01 and TR-03: what was left of a training, and whether coaching took it up."""
    company = figures.company
    sessions = [one for one in read_sessions(files, company) if one.held]
    begin = min(one.day for one in sessions)
    skills = {row["Course ID"]: row["Skill"] for row in files.table("learning/Courses.csv")}
    tests: dict[tuple[str, str], list] = defaultdict(list)
    for row in files.table("learning/Assessments.csv"):
        at = moment(row["Taken At"])
        who = company.find(row["User Email"])
        tests[who, row["Course"]].append((at, float(row["Score (%)"])))
    for row in files.table("learning/Enrolments.csv"):
        done = day(row["Completed On"])
        if done is None:
            continue
        person, course = company.find(row["User Email"]), row["Course"]
        age = (company.as_of - done).days
        taken = sorted(tests[person, course])
        first = [score for at, score in taken if 0 <= (at.date() - done).days <= 14]
        for about in (30, 60, 90):
            if age < about + 15 or not first:
                continue
            around = [
                (abs((at.date() - done).days - about), at, score)
                for at, score in taken
                if about - 14 <= (at.date() - done).days <= about + 15
            ]
            if around:
                score = min(around)[2]
                figures.add(
                    f"TR-01.score_{about}", person, done, int(score), int(first[-1]),
                    grains=FROM_QUARTERS,
                )  # fmt: skip
            if about == 90:
                figures.add(
                    "TR-01.returned_90", person, done, bool(around), 1, grains=FROM_QUARTERS
                )
        skill = skills.get(course, "")
        if not skill or age < 30 or done < begin:
            continue
        after = [
            one
            for one in sessions
            if person in one.coachees and done + DAY <= one.day <= done + 30 * DAY
        ]
        same = any(one.skill == skill for one in after)
        any_skill = same or any(one.area == "skills_and_behaviors" for one in after)
        for member in (("all", "all"), ("skill", skill.lower())):
            figures.add(
                "TR-03.same_skill", person, done, same, 1, member=member, grains=FROM_QUARTERS
            )
        figures.add("TR-03.any_skill", person, done, any_skill, 1, grains=FROM_QUARTERS)


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:
    figures = Figures(company)
    span(figures)
    recognition(figures, files, deals)
    training(figures, files)
    return figures
