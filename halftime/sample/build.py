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
from halftime.sample.activities import Activities, draw_activities
from halftime.sample.coaching import (
    Actions,
    Attendance,
    Sessions,
    agree_actions,
    attend,
    coaching_dose,
    plan_sessions,
)
from halftime.sample.company import Company, found_company
from halftime.sample.deals import Deals, draw_deals
from halftime.sample.files import SourceFile, write_file
from halftime.sample.names import REGIONS
from halftime.sample.settings import settings_text
from halftime.sample.sizes import SIZES, Size
from halftime.sample.text import DAY

ACCOUNTS_PER_SEAT = 12
Progress = Callable[[str], None]


@dataclass
class World:
    """Everything that is true about the sample company."""

    size: Size
    seed: int
    company: Company
    sessions: Sessions
    dose: np.ndarray
    attendance: Attendance
    actions: Actions
    deals: Deals
    activities: Activities
    session_deal: np.ndarray


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


def _generator(seed: int, part: str) -> np.random.Generator:
    return np.random.default_rng(_seeds(seed, part))


def _seeds(seed: int, part: str) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, *part.encode()])


def draw_world(size: Size, seed: int) -> World:
    """Draw the whole company; each part has a random stream of its own."""
    company = found_company(size, _generator(seed, "company"))
    sessions = plan_sessions(company, _generator(seed, "sessions"))
    dose = coaching_dose(company, sessions)
    attendance = attend(company, sessions, dose, _generator(seed, "attendance"))
    actions = agree_actions(company, sessions, _generator(seed, "actions"))
    deals = draw_deals(company, dose, ACCOUNTS_PER_SEAT, _generator(seed, "deals"))
    return World(
        size=size,
        seed=seed,
        company=company,
        sessions=sessions,
        dose=dose,
        attendance=attendance,
        actions=actions,
        deals=deals,
        activities=draw_activities(company, deals, _generator(seed, "activities")),
        session_deal=spreadsheets.linked_deals(
            company, deals, sessions, _generator(seed, "links")
        ),
    )


def _year_of(seconds: np.ndarray) -> np.ndarray:
    return seconds.astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970


def _salesforce_files(world: World) -> list[SourceFile]:
    company, deals, activities = world.company, world.deals, world.activities
    seed = world.seed

    def file(name: str, thing: str, table: pa.Table, **more: object) -> SourceFile:
        return SourceFile(f"salesforce/{name}", "salesforce", thing, table, **more)  # type: ignore[arg-type]

    account, is_euro = salesforce.accounts(company, ACCOUNTS_PER_SEAT, _generator(seed, "accounts"))
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
        _generator(seed, "canaries").choice(len(deals), max(4, len(deals) // 2000), replace=False)
    )
    words = _seeds(seed, "deal words")
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
        files.append(file(f"Event_{year}.csv", "event", salesforce.events(company, activities, rows)))
    return files


def _coaching_files(world: World) -> list[SourceFile]:
    company, sessions = world.company, world.sessions
    canary = _generator(world.seed, "note canaries").random(len(sessions)) < 0.01
    canary[:: max(1, len(sessions) // 5)] = True
    tables = {
        "session": spreadsheets.sessions_table(
            company, sessions, world.session_deal, canary, _generator(world.seed, "notes")
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
    policy = spreadsheets.policies_table(company)
    files.append(
        SourceFile("coaching_log/policies.csv", "coaching_log", "policy", policy, quote_all=False)
    )
    return files


def _other_files(world: World) -> list[SourceFile]:
    company = world.company
    roster = spreadsheets.roster_table(company, _generator(world.seed, "roster"))
    files = [SourceFile("people/roster.csv", "people", "roster", roster, quote_all=False)]
    quotas = spreadsheets.quota_tables(company, world.deals, _generator(world.seed, "quotas"))
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
                encoding="utf-8-sig",
            )
        )
    return files


def plan_files(world: World) -> list[SourceFile]:
    """Lay out all raw files, without defects yet."""
    return [*_salesforce_files(world), *_coaching_files(world), *_other_files(world)]


def write_sample(
    size: str, seed: int, out: Path, progress: Progress | None = None
) -> SampleReport:
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
    report = SampleReport(out, size, seed)
    for file in files:
        tell(f"Writing {file.path}")
        target = write_file(file, out)
        report.files[file.path] = target.stat().st_size
        thing = f"{file.system}.{file.object}"
        report.rows[thing] = report.rows.get(thing, 0) + file.table.num_rows
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
