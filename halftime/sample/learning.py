"""Courses, enrolments and assessments: what was learned fades, unless it is reinforced.

An assessment's score is ``FLOOR + GAIN * 0.5 ** (days since training / half-life)``, plus noise.
The half-life is longer for a rep who was coached on skills in the month after the course.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from halftime.sample import coaching, names
from halftime.sample.coaching import Sessions
from halftime.sample.company import NOBODY, Company
from halftime.sample.text import DAY, coded, date_text, number_text, pick, serial, timestamp_text

FLOOR, GAIN, NOISE = 50.0, 42.0, 4.0
HALF_LIFE_DAYS = 30.0
REINFORCED_HALF_LIFE_DAYS = 150.0
REINFORCED_WITHIN_DAYS = 30
CHECKED_AFTER_DAYS = (3, 30, 60, 90)
CYCLE_DAYS = 150
"""Everybody takes a course so often, each rep at another time."""


@dataclass
class Learning:
    """Enrolments (by enrolment) and assessments (by assessment, ``enrolment`` is their row)."""

    person: np.ndarray
    course: np.ndarray
    assigned_day: np.ndarray
    completed_day: np.ndarray
    is_completed: np.ndarray
    is_reinforced: np.ndarray
    score: np.ndarray
    enrolment: np.ndarray
    attempt: np.ndarray
    taken_second: np.ndarray
    result: np.ndarray
    days_since: np.ndarray


def draw_learning(company: Company, sessions: Sessions, rng: np.random.Generator) -> Learning:
    """Draw who took which course when, and how much was kept."""
    last = company.size.last_day
    first = company.start_day + 10
    starts = np.arange(first - CYCLE_DAYS, last - 10, CYCLE_DAYS)
    seat = np.repeat(np.arange(company.seats), len(starts))
    turn = np.tile(np.arange(len(starts)), company.seats)
    # Spread over the cycle, so that every quarter has courses that may be reinforced.
    phase = np.repeat(rng.integers(0, CYCLE_DAYS, company.seats), len(starts))
    assigned = starts[turn] + phase + rng.integers(0, 40, len(seat))
    assigned = coaching.to_working_day(assigned)
    person = company.holder_of(seat, assigned)
    completed = coaching.to_working_day(assigned + 2 + rng.integers(1, 28, len(seat)))
    fits = (person != NOBODY) & (assigned >= first) & (assigned <= last)
    fits &= company.holder_of(seat, completed) == person
    seat, turn, assigned, person, completed = (
        values[fits] for values in (seat, turn, assigned, person, completed)
    )
    count = len(seat)
    course = (seat + turn) % len(names.SKILLS)
    done = (rng.random(count) < 0.88) & (completed <= last)

    skills = (sessions.area == 1) & (sessions.status == coaching.HELD) & (sessions.seat >= 0)
    key = np.sort(sessions.seat[skills] * 100_000 + sessions.day[skills])
    low = np.searchsorted(key, seat * 100_000 + completed)
    high = np.searchsorted(key, seat * 100_000 + completed + REINFORCED_WITHIN_DAYS, side="right")
    reinforced = high > low

    row = np.repeat(np.flatnonzero(done), len(CHECKED_AFTER_DAYS))
    turn = np.tile(np.arange(len(CHECKED_AFTER_DAYS)), int(done.sum()))
    days = np.array(CHECKED_AFTER_DAYS)[turn]
    taken = completed[row] + days
    still = (taken <= last) & (company.holder_of(seat[row], taken) == person[row])
    row, turn, days, taken = row[still], turn[still], days[still], taken[still]
    half = np.where(reinforced[row], REINFORCED_HALF_LIFE_DAYS, HALF_LIFE_DAYS)
    result = FLOOR + GAIN * 0.5 ** (days / half) + rng.normal(0, NOISE, len(row))
    return Learning(
        person=person,
        course=course,
        assigned_day=assigned,
        completed_day=completed,
        is_completed=done,
        is_reinforced=reinforced,
        score=np.clip(np.rint(rng.normal(85, 7, count)), 40, 100).astype(int),
        enrolment=row,
        attempt=turn + 1,
        taken_second=taken * DAY + 36_000 + rng.integers(0, 20_000, len(row)),
        result=np.clip(np.rint(result), 0, 100).astype(int),
        days_since=days,
    )


def skill_to_reinforce(learning: Learning, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Skill of the last course that each person completed in the 30 days before, -1 for none."""
    done = np.flatnonzero(learning.is_completed)
    key = learning.person[done] * 100_000 + learning.completed_day[done]
    order = np.argsort(key, kind="stable")
    place = np.searchsorted(key[order], person * 100_000 + day) - 1
    row = done[order][np.maximum(place, 0)]
    fits = (place >= 0) & (learning.person[row] == person)
    fits &= day - learning.completed_day[row] <= REINFORCED_WITHIN_DAYS
    return np.where(fits, learning.course[row], -1)


def tables(company: Company, learning: Learning) -> dict[str, pa.Table]:
    """Tables of courses, enrolments and assessments, as a learning system exports them."""
    number = np.arange(len(names.SKILLS))
    titles = [f"{skill} in practice" for skill in names.SKILLS]
    mails = company.email.tolist()
    row = learning.enrolment
    return {
        "course": pa.table(
            {
                "Course ID": coded("CRS-", number + 1, 3),
                "Course Name": titles,
                "Skill": list(names.SKILLS),
                "Valid Days": number_text(np.full(len(number), 365)),
            }
        ),
        "enrolment": pa.table(
            {
                "Enrolment ID": serial("ENR-", np.arange(len(learning.person)) + 1, 6),
                "User Email": pick(mails, learning.person),
                "Course": coded("CRS-", learning.course + 1, 3),
                "Assigned On": date_text(learning.assigned_day),
                "Completed On": date_text(learning.completed_day, learning.is_completed),
                "Expires On": date_text(learning.completed_day + 365, learning.is_completed),
                "Score (%)": number_text(learning.score, learning.is_completed),
                "Status": pick(["assigned", "completed"], learning.is_completed.astype(int)),
            }
        ),
        "assessment": pa.table(
            {
                "Assessment ID": serial("ASM-", np.arange(len(row)) + 1, 6),
                "User Email": pick(mails, learning.person[row]),
                "Course": coded("CRS-", learning.course[row] + 1, 3),
                "Attempt": number_text(learning.attempt),
                "Taken At": timestamp_text(learning.taken_second, suffix="Z"),
                "Score (%)": number_text(learning.result),
            }
        ),
    }
