"""What is true about the sample company, for tests: effects, people, maturity, counts, defects."""

from __future__ import annotations

import csv
import json
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from halftime.sample import coaching, names
from halftime.sample.company import NOBODY
from halftime.sample.documents import Document
from halftime.sample.files import WHOLE_FILE, SourceFile
from halftime.sample.hubspot import owner_id
from halftime.sample.identities import HEADER, identities, person_id
from halftime.sample.planting import Outcome
from halftime.sample.text import salesforce_id
from halftime.sample.truth_effects import Effects, Expected, day_text
from halftime.sample.truth_tables import TruthTables
from halftime.sample.world import World

HEADERS = {
    "defects": ("file", "row", "defect", "expected_outcome", "object", "detail"),
    "identities": HEADER,
    "people": (
        "person_id",
        "full_name",
        "email",
        "salesforce_user_id",
        "hubspot_owner_id",
        "role_at_hire",
        "hire_date",
        "leave_date",
        "promoted_date",
        "region",
        "fades",
        "other_aliases",
    ),
    "manager_maturity": (
        "person_id",
        "full_name",
        "team",
        "region",
        "manages_from",
        "true_maturity",
        "says_maturity",
        "ask_share",
        "effect_on_wins_log_odds",
        "is_promoted_star",
        "programme_start",
        "sessions_held",
        "mean_quality",
    ),
}


class Truth:
    """Writes what is true into a folder, world after world; what is a sum is written at the end."""

    def __init__(self, folder: Path, *, as_parquet: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.defects = 0
        self._folder = folder
        self._effects, self._expected = Effects(), Expected()
        self._open = ExitStack()
        self._tables = self._open.enter_context(TruthTables(folder, as_parquet=as_parquet))
        self._lists: dict[str, Any] = {}
        for name, header in HEADERS.items():
            handle = (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
            writer = csv.writer(self._open.enter_context(handle), lineterminator="\n")
            writer.writerow(header)
            self._lists[name] = writer

    def __enter__(self) -> Truth:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()
        if kind is None:
            _write_json(self._folder / "effects.json", self._effects.content())
            _write_json(self._folder / "expected.json", self._expected.content())

    def add(
        self,
        world: World,
        files: list[SourceFile],
        documents: list[Document],
        planted: Outcome,
    ) -> None:
        """Add what is true about one world and the files that it was written to."""
        lines = _manifest(files, documents, planted)
        self.defects += len(lines)
        self._lists["defects"].writerows(lines)
        self._lists["identities"].writerows(identities(world, planted, lines))
        self._lists["people"].writerows(_people(world, planted))
        self._lists["manager_maturity"].writerows(_maturity(world))
        self._effects.add(world)
        self._expected.add(world, files, documents, planted)
        self._tables.add(world)


def _write_json(path: Path, content: dict) -> None:
    path.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )


def _manifest(files: list[SourceFile], documents: list[Document], planted: Outcome) -> list[tuple]:
    lines = [
        (file.path, row, defect.name, defect.outcome, f"{file.system}.{file.object}", defect.detail)
        for file in files
        for row, defect in file.manifest()
    ]
    lines += [
        (item.source, row, defect.name, defect.outcome, f"{item.system}.{thing}", defect.detail)
        for item in documents
        for thing, row, defect in item.notes
    ]
    for raw in planted.raw_files:
        system = raw.path.split("/")[0]
        line = (
            raw.path,
            WHOLE_FILE,
            raw.defect.name,
            raw.defect.outcome,
            f"{system}.{raw.object}",
            raw.defect.detail,
        )
        lines.append(line)
    return lines


def _people(world: World, planted: Outcome) -> list[tuple]:
    company = world.company
    other_names: dict[int, list[str]] = {}
    for system, alias, person in planted.aliases:
        other_names.setdefault(person, []).append(f"{system}:{alias}")
    everybody = np.arange(company.people)
    users = salesforce_id("005", everybody, world.crm.salesforce_people).to_pylist()
    owners = owner_id(everybody, world.crm.hubspot_people).to_pylist()
    fades = np.zeros(company.people, dtype=bool)
    for holder in (company.first_holder, company.second_holder):
        held = holder != NOBODY
        fades[holder[held]] = company.seat_fades[held]
    fades &= company.hire_day >= company.start_day
    return [
        (
            person_id(person),
            company.full_name[person],
            company.email[person],
            users[person] or "",
            owners[person] or "",
            company.role[person],
            day_text(company.hire_day[person]),
            day_text(company.leave_day[person])
            if company.leave_day[person] <= world.size.last_day
            else "",
            day_text(company.promoted_day[person]),
            names.REGIONS[company.person_region[person]].name,
            str(bool(fades[person])).lower(),
            "|".join(other_names.get(person, [])),
        )
        for person in range(company.people)
    ]


def _maturity(world: World) -> list[tuple]:
    company, sessions = world.company, world.sessions
    levels = ("", "random", "informal", "formal", "dynamic")
    held = (sessions.status == coaching.HELD) & (sessions.mode != coaching.INSPECTION)
    rows = []
    for team in range(len(company.team_name)):
        for turn in range(company.team_manager.shape[1]):
            begins = company.manager_from[team, turn]
            if begins > world.size.last_day:
                continue
            person = int(company.team_manager[team, turn])
            mine = held & (sessions.coach == person) & (sessions.team == team)
            quality = float(sessions.quality[mine].mean()) if mine.any() else 0.0
            rows.append(
                (
                    person_id(person),
                    company.full_name[person],
                    company.team_name[team],
                    names.REGIONS[company.team_region[team]].name,
                    day_text(begins),
                    levels[company.maturity[person]],
                    levels[company.says[person]],
                    round(float(company.ask_share[person]), 4),
                    round(float(company.manager_effect[person]), 4),
                    str(bool(company.is_star[person])).lower(),
                    day_text(company.programme_day[team]),
                    int(mine.sum()),
                    round(quality, 4),
                )
            )
    return rows
