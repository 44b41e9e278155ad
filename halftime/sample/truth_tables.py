"""True tables of the sample, one row per deal, session and enrolment."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from halftime.sample import names
from halftime.sample.channels import CHANNELS
from halftime.sample.company import NOBODY
from halftime.sample.crm import deal_id
from halftime.sample.text import date_text, person_key, pick, serial
from halftime.sample.world import World


class TruthTables:
    """Writes ``deals``, ``sessions`` and ``training`` world after world, as CSV or as Parquet."""

    def __init__(self, folder: Path, *, as_parquet: bool) -> None:
        self._folder, self._as_parquet = folder, as_parquet
        self._writers: dict[str, pa_csv.CSVWriter | pq.ParquetWriter] = {}

    def __enter__(self) -> TruthTables:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def add(self, world: World) -> None:
        """Add the rows of one world."""
        for name, table in (
            ("deals", _deals(world)),
            ("sessions", _sessions(world)),
            ("training", _training(world)),
        ):
            if name not in self._writers:
                self._writers[name] = self._begin(name, table.schema)
            self._writers[name].write_table(table)

    def _begin(self, name: str, schema: pa.Schema) -> pa_csv.CSVWriter | pq.ParquetWriter:
        if self._as_parquet:
            return pq.ParquetWriter(self._folder / f"{name}.parquet", schema, compression="zstd")
        return pa_csv.CSVWriter(str(self._folder / f"{name}.csv"), schema)


def _people(person: np.ndarray) -> pa.Array:
    return person_key(person, person != NOBODY)


def _deals(world: World) -> pa.Table:
    company, deals = world.company, world.deals
    number = np.arange(len(deals))
    team = company.team_of(deals.seat, deals.created_day)
    month = np.minimum(company.month_of(deals.created_day + 45), world.dose.shape[1] - 1)
    first = np.searchsorted(deals.changes.deal, number)
    return pa.table(
        {
            "deal_id": deal_id(world.crm.deals, number),
            "crm": pick(["salesforce", "hubspot"], world.crm.deals.astype(int)),
            "region": pick([region.name for region in names.REGIONS], deals.region),
            "team": pick(company.team_name.tolist(), team),
            "first_owner": _people(deals.changes.owner[first]),
            "created_date": date_text(deals.created_day),
            "true_end_date": date_text(deals.end_second // 86_400),
            "will_win": pick(["false", "true"], deals.will_win.astype(int)),
            "is_treated": pick(
                ["false", "true"],
                (deals.created_day + 45 >= company.programme_day[team]).astype(int),
            ),
            "dose": pa.array(np.round(world.dose[deals.seat, month], 4)),
            "behaviour": pa.array(np.round(deals.behaviour, 4)),
            "asked_two_months_before": pa.array(np.round(deals.asked, 4)),
            "win_probability": pa.array(np.round(deals.win_probability, 6)),
            "win_probability_without_programme": pa.array(np.round(deals.win_without_programme, 6)),
            "is_stalled": pick(["false", "true"], deals.stalled.astype(int)),
        }
    )


def _sessions(world: World) -> pa.Table:
    company, sessions = world.company, world.sessions
    number = np.arange(len(sessions))
    month = np.clip(company.month_of(sessions.day) - 1, 0, company.shock.shape[1] - 1)
    seat = np.maximum(sessions.seat, 0)
    luck = np.where(sessions.seat >= 0, company.shock[seat, month], 0.0)
    return pa.table(
        {
            "session": serial("CS-", number + 1, 6),
            "channel": pick(CHANNELS, world.channel),
            "date": date_text(sessions.day),
            "team": pick(company.team_name.tolist(), sessions.team),
            "region": pick(
                [region.name for region in names.REGIONS], company.team_region[sessions.team]
            ),
            "coach": _people(sessions.coach),
            "coachee": _people(sessions.coachee),
            "status": pick(("held", "scheduled", "cancelled", "moved"), sessions.status),
            "is_in_programme": pick(["false", "true"], sessions.in_programme.astype(int)),
            "quality": pa.array(np.round(sessions.quality, 4)),
            "asks": pick(["false", "true"], sessions.asks.astype(int)),
            "luck_of_month_before": pa.array(np.round(luck, 4)),
        }
    )


def _training(world: World) -> pa.Table:
    learning = world.learning
    return pa.table(
        {
            "enrolment_id": serial("ENR-", np.arange(len(learning.person)) + 1, 6),
            "person": _people(learning.person),
            "skill": pick(names.SKILLS, learning.course),
            "completed_date": date_text(learning.completed_day, learning.is_completed),
            "is_reinforced": pick(["false", "true"], learning.is_reinforced.astype(int)),
        }
    )
