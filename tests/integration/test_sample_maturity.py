"""The maturity planted in managers can be read from the raw files, by the rule alone.

No code of the sample or of the warehouse judges here: the gates are asked of the sheets with SQL,
as far as they are asked of a team whose manager was there for both quarters. Sessions of groups are
left out, and windows of the cadence begin with the quarter, so that single teams may differ from
`coaching.fct_maturity`; what is planted must be seen all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import truth_company
from sample_files import MADE, read_files

Once = Callable[[str, Callable[[Path], None]], Path]
LEVELS = ("random", "informal", "formal", "dynamic")
FILES = ("roster", "manager", "policy", "template_csv", "action", "true_training")
TABLES = {
    "posting": MADE["posting"],
    "quarter": """
        select * from (values
            (1, date '2026-05-01', date '2026-07-31'), (2, date '2026-08-01', date '2026-09-30')
        ) as q (quarter, first_day, last_day)
    """,
    # Teams whose manager was there before both quarters, and how often a policy asks for a session.
    "led": """
        with present as (
            select team, arg_max(person_id, coalesce(manages_from, '')) as manager_id,
                max(coalesce(manages_from, '')) as since,
                arg_max(true_maturity, coalesce(manages_from, '')) as planted
            from manager group by team
        ),
        own as (
            select team, min(every_n_days::int) as every_n_days from policy
            where role = 'rep' and team <> '' and is_assumed = 'false'
                and try_cast(every_n_days as int) is not null and coalesce(valid_to, '') = ''
            group by team
        )
        select
            p.team, p.manager_id, p.planted, o.every_n_days,
            exists (
                from roster as r where
                    r.person_id = p.manager_id and try_cast(r.certified_on as date) <= '2026-09-30'
                    and try_cast(r.certification_expires_on as date) > '2026-09-30'
            ) as is_certified
        from present as p
        left join own as o on p.team = o.team
        where p.since < '2026-05-01'
    """,
    # Whoever was a rep of the team on all days of both quarters.
    "member": """
        select p.person_id, p.email, lower(p.full_name) as name, l.team
        from posting as p
        inner join led as l on p.team = l.team
        where p.role = 'rep' and p.valid_from <= '2026-05-01' and p.valid_to > '2026-09-30'
            and coalesce(p.leave_date, date '9999-01-01') > '2026-09-30'
            and p.hire_date <= '2026-05-01'
    """,
    "told": """
        with known as (
            select email as name, person_id, team from member
            union select name, person_id, team from member
        )
        select
            s.session_id, try_cast(s.session_date as date) as day, m.person_id, m.team, q.quarter,
            s.skill, s.opportunity_id, s.gap_id, s.initiative,
            coalesce(s.artefact, '') <> '' as has_artefact,
            s.trigger in ('skill_gap', 'stalled_deal', 'behavior') as is_leading,
            coalesce(s.area, '') <> '' and exists (
                from action as a where a.session_id = s.session_id
            ) and coalesce(s.focus, s.skill, s.opportunity_id, s.account, '') <> '' as is_strict
        from template_csv as s
        inner join known as m on lower(trim(s.coachee)) = m.name
        inner join quarter as q
            on try_cast(s.session_date as date) between q.first_day and q.last_day
        where s.session_id < 'CS-9' and s.status = 'held' and s.mode <> 'inspection'
    """,
    "kept": """
        with windows as (
            select
                m.person_id, m.team, q.quarter, q.first_day + n.turn * l.every_n_days as first_day,
                q.first_day + (n.turn + 1) * l.every_n_days - 1 as last_day
            from member as m
            inner join led as l on m.team = l.team
            cross join quarter as q
            cross join (select range::int as turn from range(7)) as n
            where q.first_day + (n.turn + 1) * l.every_n_days - 1 <= q.last_day
        )
        select team, quarter, avg(exists (
            from told as s where s.is_strict and s.person_id = w.person_id
                and s.day between w.first_day and w.last_day
        )::int) as practised
        from windows as w group by all
    """,
    "followed": """
        select a.team, a.quarter, avg(exists (
            from told as b where b.person_id = a.person_id and b.day > a.day
                and b.day <= a.day + 14
                and (b.skill = a.skill or b.opportunity_id = a.opportunity_id)
        )::int) as followed
        from told as a
        where coalesce(a.skill, a.opportunity_id, '') <> '' and a.day <= '2026-09-16'
        group by all
    """,
    "trained": """
        select m.team, q.quarter, avg(exists (
            from told as s where s.person_id = m.person_id and s.skill = t.skill
                and s.day > t.completed_date::date and s.day <= t.completed_date::date + 30
        )::int) as reinforced
        from true_training as t
        inner join member as m on t.person = m.person_id
        inner join quarter as q on t.completed_date::date between q.first_day and q.last_day
        where t.completed_date <= '2026-08-31'
        group by all
    """,
    "done": """
        select s.team, q.quarter, avg(coalesce(
            try_cast(a.completed_date as date) <= a.first_due_date::date, false
        )::int) as done
        from action as a
        inner join told as s on a.session_id = s.session_id
        inner join quarter as q
            on try_cast(a.first_due_date as date) between q.first_day and q.last_day
        where a.status <> 'dropped'
        group by all
    """,
    # The gates of each quarter; a rate of which nothing was counted is not met.
    "formal": """
        select
            l.team, bool_and(
                coalesce(k.practised >= 0.7, false)
                and coalesce(t.artefacts >= 0.6, false)
                and coalesce(
                    (coalesce(r.reinforced, f.followed) + f.followed) / 2 >= 0.5, false
                )
                and coalesce(d.done >= 0.6, false)
            ) as is_met
        from led as l
        cross join quarter as q
        left join kept as k on l.team = k.team and q.quarter = k.quarter
        left join (
            select team, quarter, avg(has_artefact::int) as artefacts from told
            where is_strict group by all
        ) as t on l.team = t.team and q.quarter = t.quarter
        left join followed as f on l.team = f.team and q.quarter = f.quarter
        left join trained as r on l.team = r.team and q.quarter = r.quarter
        left join done as d on l.team = d.team and q.quarter = d.quarter
        group by l.team
    """,
    # Of integration only what a session says itself: the initiative that it is part of.
    "judged": """
        with touched as (
            select
                team,
                count(distinct nullif(initiative, '')) filter (where is_strict) as initiatives,
                avg(is_leading::int) as leading_share,
                avg((coalesce(initiative, '') <> '')::int) filter (where is_strict) as linked
            from told group by team
        )
        select
            l.team, l.planted,
            case
                when l.every_n_days is null and not l.is_certified then 'random'
                when l.every_n_days is null or not l.is_certified or not f.is_met then 'informal'
                when t.initiatives >= 2 and t.leading_share >= 0.25 and t.linked >= 0.4
                    then 'dynamic'
                else 'formal'
            end as seen
        from led as l
        inner join formal as f on l.team = f.team
        left join touched as t on l.team = t.team
    """,
}


@pytest.fixture(scope="module")
def judged(once: Once) -> list[tuple[str, str]]:
    """Level planted and level seen of each team."""
    folder = once(truth_company.NAME, truth_company.write_truth_company)
    con = read_files(folder, FILES)
    for name, query in TABLES.items():
        con.execute(f"create table {name} as {query}")
    return con.execute("select planted, seen from judged").fetchall()


def weighted_kappa(pairs: list[tuple[str, str]]) -> float:
    """Agreement beyond chance, a miss by two levels counted twice."""
    planted, seen = (
        np.array([LEVELS.index(level) for level in side]) for side in zip(*pairs, strict=True)
    )
    by_chance = np.abs(planted[:, None] - seen[None, :]).mean()
    return float(1 - np.abs(planted - seen).mean() / by_chance)


def test_levels_that_were_planted_are_seen(judged: list[tuple[str, str]]) -> None:
    exact = np.mean([planted == seen for planted, seen in judged])

    assert len(judged) > 70
    # 99 % and 0.99 when this was written; 86 % without other initiatives, 82 % without the habits
    # of formal managers, 41 % with policies for all and certificates for anybody.
    assert exact >= 0.88
    assert weighted_kappa(judged) >= 0.88


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_there_and_mostly_seen_as_such(
    judged: list[tuple[str, str]], level: str
) -> None:
    seen = [seen for planted, seen in judged if planted == level]

    assert len(seen) >= 4
    assert np.mean([one == level for one in seen]) >= 0.5
    assert level in {one for _, one in judged}
