"""What enablement keeps: initiatives and their milestones, the maturity survey, recognition."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from halftime.sample import names
from halftime.sample.company import NEVER, NOBODY, Company
from halftime.sample.crm import deal_id
from halftime.sample.deals import Deals
from halftime.sample.numbering import mark
from halftime.sample.spreadsheets import reference
from halftime.sample.text import coded, date_text, flag_text, padded, pick

DIMENSIONS = 7
CHOICES = (
    "A talk that persuades the rep to change one thing",
    "Telling the rep what to do next",
    "Reviewing the forecast",
)


def initiatives(company: Company) -> pa.Table:
    """One row per milestone: a start per wave of the programme, one of each other initiative."""
    waves = np.unique(company.programme_day[company.programme_day < NEVER])
    others = np.array([day for _, day in names.INITIATIVES], dtype="datetime64[D]").astype(np.int64)
    number = np.concatenate([np.zeros(len(waves), dtype=int), 1 + np.arange(len(others))])
    due = np.concatenate([waves, others])
    start = np.concatenate([np.full(len(waves), waves.min() if len(waves) else 0), others])
    titles = [names.PROGRAMME, *(name for name, _ in names.INITIATIVES)]
    director = int(company.region_director[0])
    first = ["Kick-off"] * len(others)
    return pa.table(
        {
            "initiative_id": coded("INI-", number + 1, 1),
            "initiative": pick(titles, number),
            "area": pick(["skills_and_behaviors", "lead_and_opportunity", "funnel"], number),
            "owner": pick([str(company.email[director])], np.zeros(len(due), dtype=int)),
            "start_date": date_text(start),
            "milestone": [f"Wave {turn + 1} begins" for turn in range(len(waves))] + first,
            "milestone_due_date": date_text(due),
            "milestone_done_date": date_text(due, due <= company.size.last_day),
        }
    )


def survey(company: Company, rng: np.random.Generator) -> pa.Table:
    """One row per answer sheet: managers answer as they see themselves, reps as it really is.

    An answer is what the maturity (1 to 4) is on a scale to 5, give or take one.
    """
    days = [company.size.last_day - 200, company.size.last_day - 20]
    parts = []
    for day in days:
        seats = np.arange(company.seats)
        team = company.team_of(seats, np.full(company.seats, day))
        holder = company.holder_of(seats, np.full(company.seats, day))
        teams = np.arange(len(company.team_name))
        manager = company.manager_of(teams, np.full(len(teams), day))
        present = np.flatnonzero((holder != NOBODY) & (rng.random(company.seats) < 0.6))
        person = np.concatenate([manager, holder[present]])
        person, first = np.unique(person, return_index=True)
        level = np.concatenate([company.says[manager], company.maturity[manager[team[present]]]])[
            first
        ]
        is_manager = np.isin(person, manager)
        noise = rng.integers(-1, 2, (len(person), DIMENSIONS))
        answers = np.clip(level[:, None] + 1 + noise, 1, 5)
        by_name = np.zeros(len(person), dtype=bool)
        parts.append(
            pa.table(
                {
                    "respondent": reference(company, person, by_name),
                    "role": pick(["rep", "manager"], is_manager.astype(int)),
                    "survey_date": date_text(np.full(len(person), day)),
                    **{
                        f"d{number + 1}": pa.array([str(value) for value in answers[:, number]])
                        for number in range(DIMENSIONS)
                    },
                    "choice": pick(
                        CHOICES, np.where(level >= 3, 0, rng.integers(0, 3, len(level)))
                    ),
                }
            )
        )
    return pa.concat_tables(parts)


def recognition(
    company: Company, deals: Deals, in_hubspot: np.ndarray, rng: np.random.Generator
) -> pa.Table:
    """One row per award: most go to closers, some to good coaches and to attempts that failed."""
    changes, now = deals.changes, deals.last_change
    won = np.flatnonzero(changes.stage[now] == names.WON)
    wanted = max(6, len(won) // 60)
    chosen = np.sort(rng.choice(won, min(wanted, len(won)), replace=False))
    day = changes.second[now[chosen]] // 86_400
    manager = company.manager_of(company.team_of(deals.seat[chosen], day), day)
    coach = (company.maturity[manager] >= 3) & (rng.random(len(chosen)) < 0.4)
    # An attempt is one that did not succeed.
    attempt = ~coach & (rng.random(len(chosen)) < 0.15)
    lost = np.flatnonzero(changes.stage[now] == names.LOST)
    chosen = np.where(attempt, rng.choice(lost, len(chosen), replace=False), chosen)
    day = changes.second[now[chosen]] // 86_400
    recipient = np.where(coach, manager, changes.owner[now[chosen]])
    kind = np.where(coach, 1, np.where(attempt, 2, 0))
    by_name = np.zeros(len(chosen), dtype=bool)
    director = company.region_director[deals.region[chosen]]
    return pa.table(
        {
            "award_id": padded(f"AW-{mark()}", np.arange(len(chosen)) + 1),
            "award_date": date_text(np.minimum(day + 3, company.size.last_day)),
            "recipient": reference(company, recipient, by_name),
            "given_by": reference(company, director, by_name),
            "award": pick(["Deal of the month", "Coach of the month", "Best attempt"], kind),
            "cites_coaching": flag_text(coach),
            "is_attempt": flag_text(attempt),
            "opportunity": deal_id(in_hubspot, chosen),
        }
    )
