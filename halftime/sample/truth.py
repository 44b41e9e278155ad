"""What is true about the sample company, for tests: effects, people, maturity, counts, defects."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np

from halftime.sample import buyers, calls, coaching, learning, names, reference
from halftime.sample import deals as deal_rules
from halftime.sample.company import NEVER
from halftime.sample.documents import Document
from halftime.sample.files import WHOLE_FILE, SourceFile
from halftime.sample.hubspot import owner_id
from halftime.sample.identities import HEADER, identities
from halftime.sample.planting import Outcome
from halftime.sample.sizes import AS_OF, FISCAL_YEAR_START_MONTH
from halftime.sample.text import salesforce_id
from halftime.sample.truth_tables import write_tables
from halftime.sample.world import World

MANIFEST = ("file", "row", "defect", "expected_outcome", "object", "detail")


def write_truth(
    world: World,
    files: list[SourceFile],
    documents: list[Document],
    planted: Outcome,
    folder: Path,
) -> int:
    """Write the truth of one sample into ``folder`` and return the number of manifest lines."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = _manifest(files, documents, planted)
    _write_csv(folder / "defects.csv", MANIFEST, lines)
    _write_json(folder / "effects.json", _effects(world))
    _write_json(folder / "expected.json", _expected(world, files, documents, planted))
    _people(world, planted, folder / "people.csv")
    _maturity(world, folder / "manager_maturity.csv")
    _write_csv(folder / "identities.csv", HEADER, list(identities(world, planted, lines)))
    write_tables(world, folder)
    return len(lines)


def write_stream_truth(rows: dict[str, int], folder: Path) -> None:
    """Write how many rows of each object a streamed size has: all of them are clean."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {
        thing: {"accepted": count, "superseded": 0, "rejected": 0, "source_rows": count}
        for thing, count in sorted(rows.items())
    }
    _write_json(folder / "expected.json", {"as_of": str(AS_OF), "rows": counts})


def _write_json(path: Path, content: dict) -> None:
    path.write_text(
        json.dumps(content, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
    )


def _write_csv(path: Path, header: tuple[str, ...], rows: list[tuple]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


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


def _day(day: int) -> str:
    return "" if abs(day) >= NEVER else str(np.datetime64(int(day), "D"))


def _effects(world: World) -> dict:
    company, deals = world.company, world.deals
    team = company.team_of(deals.seat, deals.created_day)
    treated = deals.created_day + 45 >= company.programme_day[team]
    lift = deals.win_probability - deals.win_without_programme
    regimes = {}
    for number, region in enumerate(names.REGIONS):
        teams = np.flatnonzero(company.team_region == number)
        inside = (deals.region == number) & treated
        regimes[region.name] = {
            "regime": region.regime,
            "teams": len(teams),
            "effect_is_zero": region.regime != "programme",
            "log_odds_of_winning_per_unit_of_dose": (
                deal_rules.EFFECT_ON_WINS if region.regime == "programme" else 0.0
            ),
            "mean_lift_of_win_probability_when_treated": (
                round(float(lift[inside].mean()), 6) if inside.any() else 0.0
            ),
            "waves": {
                company.team_name[index]: {
                    "wave": int(company.programme_wave[index]),
                    "start": _day(company.programme_day[index]),
                }
                for index in teams
                if company.programme_wave[index] > 0
            },
        }
    return {
        "explanation": (
            "Dose is held coaching weighted by its quality (1.0 is two good sessions a month), "
            "seen one, two and three months later. It acts only where the programme runs; "
            "elsewhere coaching follows a slump, or follows winnable deals, and does nothing."
        ),
        "lag_months": dict(zip(("1", "2", "3"), coaching.LAG_WEIGHTS, strict=True)),
        "effect_on_behaviour_deviations": deal_rules.EFFECT_ON_BEHAVIOUR,
        "behaviour_on_wins_log_odds": deal_rules.BEHAVIOUR_ON_WINS,
        "effect_on_wins_log_odds": deal_rules.EFFECT_ON_WINS,
        "behaviour_on_contacts_log": buyers.BEHAVIOUR_ON_CONTACTS,
        "behaviour_on_questions_log": calls.BEHAVIOUR_ON_QUESTIONS,
        "behaviour_on_talk_share": calls.BEHAVIOUR_ON_TALK,
        "behaviour_on_complete_plans_log_odds": reference.BEHAVIOUR_ON_PLANS,
        "training": {
            "floor": learning.FLOOR,
            "gain": learning.GAIN,
            "noise": learning.NOISE,
            "half_life_days": learning.HALF_LIFE_DAYS,
            "reinforced_half_life_days": learning.REINFORCED_HALF_LIFE_DAYS,
            "reinforced_within_days": learning.REINFORCED_WITHIN_DAYS,
        },
        "effect_on_created_pipeline_share": deal_rules.EFFECT_ON_PIPELINE,
        "effect_on_stalls_share": -deal_rules.EFFECT_ON_STALLS,
        "programme": names.PROGRAMME,
        "regions": regimes,
    }


def _expected(
    world: World, files: list[SourceFile], documents: list[Document], planted: Outcome
) -> dict:
    per_object: dict[str, Counter] = {}
    per_file = {}
    for file in files:
        counts = file.counts()
        per_file[file.path] = {**counts, "source_rows": sum(counts.values())}
        per_object.setdefault(f"{file.system}.{file.object}", Counter()).update(counts)
    for document in documents:
        for thing in document.expected:
            found = document.counts(thing)
            per_object.setdefault(f"{document.system}.{thing}", Counter()).update(found)
    deals = world.deals
    changes, now = deals.changes, deals.last_change
    stage, currency = changes.stage[now], deals.currency
    outcomes = {
        "open": stage < names.WON,
        "won": stage == names.WON,
        "lost": stage == names.LOST,
        "no_decision": stage == names.NO_DECISION,
    }
    won_cents = {
        code: int(changes.amount[now[outcomes["won"] & (currency == index)]].sum())
        for index, code in enumerate(("USD", "EUR"))
    }
    return {
        "as_of": str(AS_OF),
        "fiscal_year_start_month": FISCAL_YEAR_START_MONTH,
        "rows": {
            thing: {**counts, "source_rows": sum(counts.values())}
            for thing, counts in sorted(per_object.items())
        },
        "files": per_file,
        "files_rejected": sorted(
            raw.path for raw in planted.raw_files if raw.defect.outcome.startswith("file_rejected")
        ),
        "files_duplicate": sorted(
            raw.path for raw in planted.raw_files if raw.defect.outcome == "file_duplicate"
        ),
        "deals": {
            **{name: int(chosen.sum()) for name, chosen in outcomes.items()},
            "deleted": planted.deleted_deals,
            "unmapped_stage": planted.unmapped_deals,
            "won_amount": {
                code: f"{cents // 100}.{cents % 100:02d}" for code, cents in won_cents.items()
            },
            "reopened": int((changes.slot == deal_rules.REOPENED).sum()),
        },
    }


def _people(world: World, planted: Outcome, path: Path) -> None:
    company = world.company
    other_names: dict[int, list[str]] = {}
    for system, alias, person in planted.aliases:
        other_names.setdefault(person, []).append(f"{system}:{alias}")
    everybody = np.arange(company.people)
    users = salesforce_id("005", everybody, world.crm.salesforce_people).to_pylist()
    owners = owner_id(everybody, world.crm.hubspot_people).to_pylist()
    rows = [
        (
            f"E{person + 1001:04d}",
            company.full_name[person],
            company.email[person],
            users[person] or "",
            owners[person] or "",
            company.role[person],
            _day(company.hire_day[person]),
            _day(company.leave_day[person])
            if company.leave_day[person] <= world.size.last_day
            else "",
            _day(company.promoted_day[person]),
            names.REGIONS[company.person_region[person]].name,
            "|".join(other_names.get(person, [])),
        )
        for person in range(company.people)
    ]
    header = (
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
        "other_aliases",
    )
    _write_csv(path, header, rows)


def _maturity(world: World, path: Path) -> None:
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
                    f"E{person + 1001:04d}",
                    company.full_name[person],
                    company.team_name[team],
                    names.REGIONS[company.team_region[team]].name,
                    _day(begins),
                    levels[company.maturity[person]],
                    levels[company.says[person]],
                    round(float(company.ask_share[person]), 4),
                    round(float(company.manager_effect[person]), 4),
                    str(bool(company.is_star[person])).lower(),
                    _day(company.programme_day[team]),
                    int(mine.sum()),
                    round(quality, 4),
                )
            )
    header = (
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
    )
    _write_csv(path, header, rows)
