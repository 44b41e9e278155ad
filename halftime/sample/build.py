"""Writing the sample company: from the drawn world to raw files, configuration and truth."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from halftime.errors import UsageError
from halftime.sample import salesforce, spreadsheets
from halftime.sample.defects import plant_defects
from halftime.sample.files import SourceFile, write_file
from halftime.sample.names import REGIONS
from halftime.sample.settings import settings_text
from halftime.sample.sizes import SIZES
from halftime.sample.truth import write_truth
from halftime.sample.world import ACCOUNTS_PER_SEAT, World, draw_world, generator, seeds

Progress = Callable[[str], None]


@dataclass
class SampleReport:
    """What was written: files with their bytes, rows per object, seconds."""

    folder: Path
    size: str
    seed: int
    files: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    defects: int = 0
    seconds: float = 0.0

    @property
    def bytes(self) -> int:
        """Size of all raw files together."""
        return sum(self.files.values())


def _year_of(seconds: np.ndarray) -> np.ndarray:
    return seconds.astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970


def _salesforce_files(world: World) -> list[SourceFile]:
    company, deals, activities = world.company, world.deals, world.activities
    seed = world.seed

    def file(name: str, thing: str, table: pa.Table, **more: object) -> SourceFile:
        return SourceFile(f"salesforce/{name}", "salesforce", thing, table, **more)  # type: ignore[arg-type]

    account, is_euro = salesforce.accounts(company, ACCOUNTS_PER_SEAT, generator(seed, "accounts"))
    files = [
        file("User.csv", "user", salesforce.users(company), encoding="utf-8-sig"),
        file("UserRole.csv", "user_role", salesforce.user_roles(company)),
        file("Account.csv", "account", account.filter(pa.array(~is_euro))),
    ]
    if is_euro.any():
        files.append(
            file(
                "Account_EMEA.csv",
                "account",
                account.filter(pa.array(is_euro)),
                delimiter=";",
                encoding="utf-16",
                quote_all=True,
            )
        )
    canaries = np.sort(
        generator(seed, "canaries").choice(len(deals), max(4, len(deals) // 2000), replace=False)
    )
    words = seeds(seed, "deal words")
    moment = salesforce.delta_moment(company)
    before = deals.state_at(moment)
    created_year = _year_of(deals.created_second)
    last_second = deals.changes.second[deals.last_change]
    is_changed = last_second > moment
    for year in np.unique(created_year[before >= 0]):
        state = np.where(created_year == year, before, -1)
        name = f"Opportunity_{year}.csv"
        table = salesforce.opportunities(company, deals, state, canaries, words)
        files.append(
            file(name, "opportunity", table, superseded=int((is_changed & (state >= 0)).sum()))
        )
    delta = np.where(is_changed, deals.last_change, -1)
    files.append(
        file(
            "Opportunity_delta_2026-09-30.csv",
            "opportunity",
            salesforce.opportunities(company, deals, delta, canaries, words).drop_columns(
                ["LeadSource"]
            ),
        )
    )
    history = salesforce.opportunity_history(deals)
    changed_year = _year_of(np.sort(deals.changes.second))
    for year in np.unique(changed_year):
        suffix = ".csv" if year == changed_year.max() else ".csv.gz"
        files.append(
            file(
                f"OpportunityHistory_{year}{suffix}",
                "opportunity_history",
                history.filter(pa.array(changed_year == year)),
            )
        )
    year_of_activity = _year_of(activities.second)
    for year in np.unique(year_of_activity):
        rows = np.flatnonzero(year_of_activity == year)
        task = salesforce.tasks(company, activities, rows)
        suffix = ".parquet" if world.size.name == "m" and year == year_of_activity.min() else ".csv"
        files.append(file(f"Task_{year}{suffix}", "task", task))
        files.append(
            file(f"Event_{year}.csv", "event", salesforce.events(company, activities, rows))
        )
    return files


def _coaching_files(world: World) -> list[SourceFile]:
    company, sessions = world.company, world.sessions
    canary = generator(world.seed, "note canaries").random(len(sessions)) < 0.01
    canary[:: max(1, len(sessions) // 5)] = True
    tables = {
        "session": spreadsheets.sessions_table(
            company, sessions, world.session_deal, canary, generator(world.seed, "notes")
        ),
        "attendee": spreadsheets.attendees_table(company, sessions, world.attendance),
        "action": spreadsheets.actions_table(company, sessions, world.actions),
    }
    session_region = company.team_region[sessions.team]
    region_of = {
        "session": session_region,
        "attendee": session_region[world.attendance.session],
        "action": session_region[world.actions.session],
    }
    files = []
    for number in np.unique(company.team_region):
        region = REGIONS[number]
        suffix = ".xlsx" if region.slug == "dach" else ".csv"
        for thing, table in tables.items():
            part = table.filter(pa.array(region_of[thing] == number))
            path = f"coaching_log/{thing}s_{region.slug}{suffix}"
            files.append(SourceFile(path, "coaching_log", thing, part))
    policy = spreadsheets.policies_table()
    files.append(
        SourceFile("coaching_log/policies.csv", "coaching_log", "policy", policy, quote_all=False)
    )
    return files


def _other_files(world: World) -> list[SourceFile]:
    company = world.company
    roster = spreadsheets.roster_table(company, generator(world.seed, "roster"))
    files = [SourceFile("people/roster.csv", "people", "roster", roster, quote_all=False)]
    quotas = spreadsheets.quota_tables(company, world.deals, generator(world.seed, "quotas"))
    for year, table in quotas:
        path = f"tabular/Quota FY{year % 100}.csv"
        files.append(
            SourceFile(
                path,
                "tabular",
                "quota",
                table,
                delimiter=";",
                quote_all=False,
                encoding="cp1252" if year == 2025 else "utf-8-sig",
            )
        )
    return files


def plan_files(world: World) -> list[SourceFile]:
    """Lay out all raw files, without defects yet."""
    return [*_salesforce_files(world), *_coaching_files(world), *_other_files(world)]


def write_sample(size: str, seed: int, out: Path, progress: Progress | None = None) -> SampleReport:
    """Write the sample company of one size into ``out``: raw files, ``halftime.yml``, ``_truth/``.

    The same size and seed give the same bytes. ``progress`` is told what is being done. Raises
    UsageError for an unknown size or a folder that holds something else.
    """
    began = time.perf_counter()
    if size not in SIZES:
        raise UsageError(
            f"There is no sample size '{size}'.", hint=f"Use one of {', '.join(SIZES)}."
        )
    tell = progress or (lambda _: None)
    out = Path(out)
    _clear(out)
    tell("Drawing people, coaching, deals and activities")
    world = draw_world(SIZES[size], seed)
    tell("Laying out the files")
    files = plan_files(world)
    planted = plant_defects(files, world, generator(seed, "defects"))
    files.append(
        SourceFile(
            "people/alias.csv",
            "people",
            "alias",
            spreadsheets.alias_table(world.company, planted.aliases),
        )
    )
    report = SampleReport(out, size, seed)
    contents: dict[str, bytes] = {}
    small = {"salesforce/UserRole.csv", "coaching_log/actions_north_america.csv"}
    for file in files:
        tell(f"Writing {file.path}")
        target = write_file(file, out)
        report.files[file.path] = target.stat().st_size
        thing = f"{file.system}.{file.object}"
        report.rows[thing] = report.rows.get(thing, 0) + sum(file.counts().values())
        if file.path in small or "OpportunityHistory" in file.path or "_delta_" in file.path:
            contents[file.path] = target.read_bytes()
    for raw in planted.raw_files:
        (out / raw.path).write_bytes(raw.content(contents))
        report.files[raw.path] = (out / raw.path).stat().st_size
    tell("Writing the truth")
    report.defects = write_truth(world, files, planted, out / "_truth")
    (out / "halftime.yml").write_text(settings_text(size, seed), encoding="utf-8")
    report.seconds = time.perf_counter() - began
    return report


OURS = ("salesforce", "coaching_log", "people", "tabular", "_truth")


def _clear(out: Path) -> None:
    """Remove an earlier sample from the folder; refuse a folder that holds anything else."""
    if out.exists():
        foreign = sorted(
            item.name for item in out.iterdir() if item.name not in (*OURS, "halftime.yml")
        )
        if foreign:
            raise UsageError(
                f"{out} holds '{foreign[0]}', which is not part of a sample company.",
                hint="Choose an empty or a new folder.",
            )
        for name in OURS:
            shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
