"""Print how far the maturity seen in a published sample company agrees with the planted levels.

``python scripts/maturity_agreement.py HOME SAMPLE``: the home, and the folder of the raw files.
Judged are the managers of the last fiscal quarter who can be assessed, by the reading
``article_000``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import duckdb

from halftime.home import Home

LEVELS = ("random", "informal", "formal", "dynamic")
JUDGED = """
    with planted as (
        select m.person_id, arg_max(m.true_maturity, coalesce(m.manages_from, '')) as level_code,
            any_value(lower(p.email)) as email
        from read_csv(?, all_varchar = true) as m
        inner join read_csv(?, all_varchar = true) as p on m.person_id = p.person_id
        group by m.person_id
    )
    select t.level_code, f.level_code
    from coaching.fct_maturity as f
    inner join core.dim_person as d on f.entity_id = d.person_id
    inner join planted as t on lower(d.email) = t.email
    where
        f.entity_type = 'manager' and f.rule_version = 'article_000'
        and f.period_grain = 'fiscal_quarter' and f.level_index is not null
        and f.period_start = (
            select max(period_start) from coaching.fct_maturity
            where period_grain = 'fiscal_quarter'
        )
"""


def read_pairs(home: Path, sample: Path) -> list[tuple[str, str]]:
    """Level planted and level seen of each manager."""
    current = Home(home).current()
    if current is None:
        raise SystemExit(f"Nothing is published in {home}.")
    truth = [str(sample / "_truth" / f"{name}.csv") for name in ("manager_maturity", "people")]
    database = home / "published" / current["database"]
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(JUDGED, truth).fetchall()


def weighted_kappa(pairs: list[tuple[str, str]]) -> float:
    """Agreement beyond chance, a miss by two levels counted twice."""
    planted, seen = ([LEVELS.index(pair[side]) for pair in pairs] for side in (0, 1))
    missed = sum(abs(one - other) for one, other in zip(planted, seen, strict=True)) / len(pairs)
    by_chance = sum(abs(one - other) for one in planted for other in seen) / len(pairs) ** 2
    return 1 - missed / by_chance if by_chance else 1.0


def main() -> None:
    """Print a line per planted level, and how often both agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("sample", type=Path)
    given = parser.parse_args()
    pairs = read_pairs(given.home, given.sample)
    counts = Counter(pairs)
    print("| planted | managers | " + " | ".join(f"seen {level}" for level in LEVELS) + " |")
    print("|---|" + "---:|" * (len(LEVELS) + 1))
    for level in LEVELS:
        row = [counts[level, seen] for seen in LEVELS]
        print(f"| {level} | {sum(row)} | " + " | ".join(map(str, row)) + " |")
    exact = sum(planted == seen for planted, seen in pairs)
    print(f"\n{exact} of {len(pairs)} exact, weighted kappa {weighted_kappa(pairs):.2f}")


if __name__ == "__main__":
    main()
