"""What goes before what in the sample company: the planted link is found, and nothing else.

A company with the demo's people, deals and sessions goes through the models, from files to verdict.
Others are drawn with and without the planting and judged by the second calculation, whose figures
are those of the models (test_lead_lag.py).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from core_builder import Query, land, reader, run_dbt
from lead_lag_again import Array, Company, Pair, answers, verdict

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.corrections import corrected_columns
from halftime.home import Home
from halftime.sample import coaching, deals, names
from halftime.sample.build import write_size
from halftime.sample.sizes import SIZES
from halftime.sample.text import DAY
from halftime.sample.world import draw_world

# No measure that is asked needs more activities than a few, and they are most of the demo's rows.
SIZE = dataclasses.replace(SIZES["demo"], activities=20_000, defect_rounds=1)
ASKING = "CQ-01/ratio"
PLANTED = {(ASKING, "PI-11/by_count"): 2, (ASKING, "QU-01/attainment"): 2}
FALSE_DISCOVERIES = 0.05


@pytest.fixture(scope="module")
def ask(once: Callable[[str, Callable[[Path], None]], Path], project_root: Path) -> Query:
    def made(folder: Path) -> None:
        write_size(SIZE, 7, folder / "sample")
        home = Home(folder / "home")
        settings = folder / "sample" / "halftime.yml"
        land(settings, home, project_root)
        contracts = load_contracts(project_root)
        variables = load_config(settings, contracts).dbt_vars(as_of=None, loaded_until=None)
        variables["corrections"] = corrected_columns(home.warehouse, contracts)
        run_dbt(
            home,
            *("build", "--select", "+rpt_lead_lag"),
            *("--exclude", "test_type:unit", "test_type:data"),
            variables=variables,
            folder=folder,
        )

    return reader(Home(once("sample-lead-lag", made) / "home").warehouse)


@pytest.fixture(scope="module")
def told(ask: Query) -> dict[Pair, tuple[str, int, bool]]:
    """Verdict, lag and whether both count the same cases, by pair."""
    rows = ask(
        """
        select concat(leading_indicator_id, '/', leading_measure_id),
            concat(lagging_indicator_id, '/', lagging_measure_id),
            verdict, lag_months, shares_cases
        from "leading".rpt_lead_lag where is_best_lag
        """
    )
    return {(before, outcome): tuple(rest) for before, outcome, *rest in rows}


@pytest.fixture(scope="module")
def company(ask: Query, told: dict[Pair, tuple[str, int, bool]]) -> Company:
    """The places of the sample company's reps, as the second calculation takes them."""
    rows = ask(
        """
        select
            concat(indicator_id, '/', measure_id), timing, rep_id, manager_id, month_number, place
        from intermediate.ind_lead_lag_place
        """
    )
    reps = {rep: number for number, rep in enumerate(sorted({row[2] for row in rows}))}
    under = dict(sorted((row[2], row[3]) for row in rows))
    first, last = min(row[4] for row in rows), max(row[4] for row in rows)
    values: dict[str, dict[str, Array]] = {"leading": {}, "lagging": {}}
    for name, timing, rep, _, month, place in rows:
        empty = np.full((len(reps), last - first + 1), np.nan)
        values[timing].setdefault(name, empty)[reps[rep], month - first] = place
    return Company(
        np.unique(list(under.values()), return_inverse=True)[1],
        values["leading"],
        values["lagging"],
        frozenset(pair for pair, (_, _, shares_cases) in told.items() if shares_cases),
    )


def test_the_planted_link_is_found_with_its_lag(told: dict[Pair, tuple[str, int, bool]]) -> None:
    assert {pair: told[pair] for pair in PLANTED} == {
        pair: ("leads", lag, False) for pair, lag in PLANTED.items()
    }


def test_of_the_other_pairs_no_more_than_the_share_of_false_discoveries_is_claimed(
    told: dict[Pair, tuple[str, int, bool]],
) -> None:
    others = [
        verdict
        for pair, (verdict, _, _) in told.items()
        if pair not in PLANTED and verdict != "too_little_data"
    ]

    assert len(others) > 30
    assert len(others) - others.count("no_sign") <= FALSE_DISCOVERIES * len(others)


def test_of_warnings_and_wins_of_the_same_deals_no_order_is_told(ask: Query) -> None:
    rows = ask(
        """
        select leading_indicator_id, verdict from "leading".rpt_lead_lag
        where shares_cases and lag_months = 1 and is_significant and is_confirmed
            and lagging_indicator_id = 'PI-11'
        """
    )
    # Older deals are pushed more often, and what lives longer is won more often.
    assert {"ST-02", "ST-04", "ST-05"} <= {indicator for indicator, _ in rows}
    assert {told for _, told in rows} == {"no_sign"}


def test_values_of_other_reps_lead_nothing(company: Company) -> None:
    """A placebo: who stood where in a leading measure is drawn by lot among the reps of a month."""
    rng = np.random.default_rng(50)

    def drawn_by_lot(placed: Array) -> Array:
        mixed = placed.copy()
        for month in range(placed.shape[1]):
            known = np.flatnonzero(~np.isnan(placed[:, month]))
            mixed[known, month] = placed[rng.permutation(known), month]
        return mixed

    asked = {name: company.leading[name] for name in company.leading if name[:2] in ("CO", "CQ")}
    told = [
        verdict(pair)[0]
        for _ in range(5)
        for pair in answers(
            dataclasses.replace(
                company,
                leading={name: drawn_by_lot(placed) for name, placed in asked.items()},
            )
        ).values()
    ]
    assert len(told) == 5 * len(asked) * len(company.lagging)
    assert told.count("leads") + told.count("moves_with") <= 1


def test_the_second_calculation_tells_the_same_of_the_sample(
    company: Company, told: dict[Pair, tuple[str, int, bool]]
) -> None:
    again = {pair: verdict(found) for pair, found in answers(company).items()}

    assert again == {pair: (word, lag) for pair, (word, lag, _) in told.items() if pair in again}
    assert {told[pair][0] for pair in told.keys() - again.keys()} <= {"too_little_data"}


def drawn(seed: int) -> Company:
    """How often sessions asked and deals were won, by seat and month of a company just drawn."""
    world = draw_world(SIZE, seed)
    people, sessions, changes = world.company, world.sessions, world.deals.changes
    first = int(people.month_of(np.array(people.start_day)))
    months = len(people.month_start)

    def share(seat: np.ndarray, day: np.ndarray, hits: np.ndarray) -> Array:
        cell = seat * months + people.month_of(day)
        count = np.bincount(cell, minlength=people.seats * months)
        found = np.bincount(cell, weights=hits, minlength=people.seats * months)
        rate = np.where(count > 0, found / np.maximum(count, 1), np.nan)
        return rate.reshape(people.seats, months)[:, first:]

    held = (sessions.seat >= 0) & (sessions.status == coaching.HELD)
    held &= sessions.mode != coaching.INSPECTION
    stage = changes.stage[world.deals.last_change]
    closed = np.isin(stage, (names.WON, names.LOST))
    end = world.deals.end_second[closed] // DAY
    return Company(
        people.seat_team[0],
        {"asks": share(sessions.seat[held], sessions.day[held], sessions.asks[held])},
        {"wins": share(world.deals.seat[closed], end, stage[closed] == names.WON)},
    )


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_is_found_whatever_the_seed(seed: int) -> None:
    assert verdict(answers(drawn(seed))["asks", "wins"]) == ("leads", 2)


@pytest.mark.parametrize("seed", range(1, 6))
def test_without_the_planting_nothing_is_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deals, "EFFECT_OF_ASKING", 0.0)

    assert verdict(answers(drawn(seed))["asks", "wins"])[0] == "no_sign"
