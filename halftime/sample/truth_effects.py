"""What coaching really does in each region, and how much of each object should end how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from halftime.sample import buyers, calls, coaching, forecasts, learning, names, reference
from halftime.sample import deals as deal_rules
from halftime.sample.company import NEVER
from halftime.sample.documents import Document
from halftime.sample.files import SourceFile
from halftime.sample.planting import Outcome
from halftime.sample.sizes import AS_OF, FISCAL_YEAR_START_MONTH
from halftime.sample.world import World


def day_text(day: int) -> str:
    """Write a day, nothing for one that never comes."""
    return "" if abs(day) >= NEVER else str(np.datetime64(int(day), "D"))


@dataclass
class RegionTruth:
    """Teams and waves of a region, and what the programme adds to its treated deals."""

    teams: int = 0
    treated: int = 0
    lift: float = 0.0
    waves: dict[str, dict[str, int | str]] = field(default_factory=dict)


class Effects:
    """The effects of all worlds that were added."""

    def __init__(self) -> None:
        self._regions = [RegionTruth() for _ in names.REGIONS]

    def add(self, world: World) -> None:
        """Add the regions of one world."""
        company, deals = world.company, world.deals
        team = company.team_of(deals.seat, deals.created_day)
        treated = deals.created_day + 45 >= company.programme_day[team]
        lift = deals.win_probability - deals.win_without_programme
        for number, truth in enumerate(self._regions):
            teams = np.flatnonzero(company.team_region == number)
            inside = (deals.region == number) & treated
            truth.teams += len(teams)
            truth.treated += int(inside.sum())
            truth.lift += float(lift[inside].sum())
            truth.waves |= {
                str(company.team_name[index]): {
                    "wave": int(company.programme_wave[index]),
                    "start": day_text(company.programme_day[index]),
                }
                for index in teams
                if company.programme_wave[index] > 0
            }

    def content(self) -> dict:
        """Content of ``effects.json``."""
        regimes = {
            region.name: {
                "regime": region.regime,
                "teams": truth.teams,
                "effect_is_zero": region.regime != "programme",
                "log_odds_of_winning_per_unit_of_dose": (
                    deal_rules.EFFECT_ON_WINS if region.regime == "programme" else 0.0
                ),
                "mean_lift_of_win_probability_when_treated": (
                    round(truth.lift / truth.treated, 6) if truth.treated else 0.0
                ),
                "waves": truth.waves,
            }
            for region, truth in zip(names.REGIONS, self._regions, strict=True)
        }
        return {
            "explanation": (
                "Dose is held coaching weighted by its quality (1.0 is two good sessions a month), "
                "seen one, two and three months later. It acts only where the programme runs; "
                "elsewhere coaching follows a slump, or follows winnable deals, and does nothing. "
                "Whether sessions ask or tell counts everywhere, from month to month: more wins "
                "among the deals that are ready to close two months later."
            ),
            "lag_months": dict(zip(("1", "2", "3"), coaching.LAG_WEIGHTS, strict=True)),
            "effect_on_behaviour_deviations": deal_rules.EFFECT_ON_BEHAVIOUR,
            "behaviour_on_wins_log_odds": deal_rules.BEHAVIOUR_ON_WINS,
            "effect_on_wins_log_odds": deal_rules.EFFECT_ON_WINS,
            "asking_on_wins_log_odds": deal_rules.EFFECT_OF_ASKING,
            "asking_lag_months": deal_rules.ASKING_LAG_MONTHS,
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
            "claimed_level_on_open_forecast_share": forecasts.OPTIMISM,
            "effect_on_stalls_share": -deal_rules.EFFECT_ON_STALLS,
            "programme": names.PROGRAMME,
            "regions": regimes,
        }


class Expected:
    """What should become of the rows of all files and documents that were added."""

    def __init__(self) -> None:
        self._objects: dict[str, Counter[str]] = {}
        self._files: dict[str, Counter[str]] = {}
        self._raw: list[tuple[str, str]] = []
        self._deals: Counter[str] = Counter()
        self._won_cents: Counter[str] = Counter()

    def add(
        self,
        world: World,
        files: Iterable[SourceFile],
        documents: Iterable[Document],
        planted: Outcome,
    ) -> None:
        """Add what one world wrote."""
        for file in files:
            counts = file.counts()
            self._files.setdefault(file.path, Counter()).update(counts)
            self._objects.setdefault(f"{file.system}.{file.object}", Counter()).update(counts)
        for document in documents:
            for thing in document.expected:
                name = f"{document.system}.{thing}"
                self._objects.setdefault(name, Counter()).update(document.counts(thing))
        self._raw += [(raw.path, raw.defect.outcome) for raw in planted.raw_files]
        deals = world.deals
        changes, now = deals.changes, deals.last_change
        stage = changes.stage[now]
        is_won = stage == names.WON
        self._deals.update(
            {
                "open": int((stage < names.WON).sum()),
                "won": int(is_won.sum()),
                "lost": int((stage == names.LOST).sum()),
                "no_decision": int((stage == names.NO_DECISION).sum()),
                "deleted": planted.deleted_deals,
                "unmapped_stage": planted.unmapped_deals,
                "reopened": int((changes.slot == deal_rules.REOPENED).sum()),
            }
        )
        for index, code in enumerate(("USD", "EUR")):
            won = changes.amount[now[is_won & (deals.currency == index)]]
            self._won_cents[code] += int(won.sum())

    def content(self) -> dict:
        """Content of ``expected.json``."""
        return {
            "as_of": str(AS_OF),
            "fiscal_year_start_month": FISCAL_YEAR_START_MONTH,
            "rows": {name: _total(counts) for name, counts in sorted(self._objects.items())},
            "files": {path: _total(counts) for path, counts in self._files.items()},
            "files_rejected": sorted(
                path for path, outcome in self._raw if outcome.startswith("file_rejected")
            ),
            "files_duplicate": sorted(
                path for path, outcome in self._raw if outcome == "file_duplicate"
            ),
            "deals": {
                **self._deals,
                "won_amount": {
                    code: f"{cents // 100}.{cents % 100:02d}"
                    for code, cents in self._won_cents.items()
                },
            },
        }


def _total(counts: Counter[str]) -> dict[str, int]:
    return {**counts, "source_rows": sum(counts.values())}
