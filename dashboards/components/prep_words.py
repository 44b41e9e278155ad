"""The sentences of the page 1:1 prep; no Streamlit here: the page and its print share them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from dashboards.components.chance import wilson
from dashboards.components.deal_sentences import Deal
from dashboards.components.figures import Unit, written
from dashboards.components.registry import Definition, find
from dashboards.components.words import (
    as_date,
    count_of,
    day,
    deal_name,
    is_missing,
    listed,
    number,
    percent,
    spoken,
)
from dashboards.queries.base import Measure, Period, Row

# What a rep does, and how the own open deals stand; what the coach does is no gap of the rep.
MEASURES = {
    Measure("BE-02", "planned"): "Meetings with a plan",
    Measure("BE-01", "complete"): "Qualification filled in time",
    Measure("BE-10", "shown"): "Calls that show the skill",
    Measure("AF-01", "on_time"): "Actions done on time",
    Measure("BE-03", "single_threaded"): "Deals with one contact or none",
    Measure("ST-07", "share"): "Deals with nothing planned",
    Measure("ST-03", "share"): "Silent deals",
    Measure("ST-01", "p75"): "Deals long in their stage",
    Measure("ST-02", "share"): "Deals older than won ones",
    Measure("ST-04", "share"): "Deals with a pushed date",
    Measure("ST-05", "share"): "Deals past their close date",
    Measure("PI-05", "by_count"): "Due deals that slipped",
}
LESS = "↓"  # beside a measure of which less is better
MOST_GAPS, MOST_STRENGTHS, MOST_QUESTIONS = 4, 3, 6
TARGET = "4 of 5"
MATERIAL = 0.05  # less beyond the middle half is no matter for a talk


LEAST_AGAINST = 2  # cases: one deal that slipped puts nobody behind


class Standing(StrEnum):
    """How a value stands beside those of others."""

    BEHIND = "Behind most"
    LIKE = "Like most"
    AHEAD = "Ahead of most"
    UNKNOWN = "Too few"


@dataclass(frozen=True)
class Place:
    """A rep's value of one measure, and where the middle half of the others lies."""

    measure: Measure
    label: str
    definition: Definition | None
    value: float
    low: float | None
    high: float | None
    n: int
    period: str  # empty where it is the one that was chosen
    is_judged: bool
    peer_low: float | None
    peer_median: float | None
    peer_high: float | None
    peer_count: int
    peer_region: str

    @property
    def higher_is_better(self) -> bool:
        """Tell which way is good."""
        return self.definition is None or self.definition.higher_is_better is not False

    @property
    def name(self) -> str:
        """Return the label, marked where less is better."""
        return self.label if self.higher_is_better else f"{self.label} {LESS}"

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the published interval; without one that of a share of n independent cases."""
        if self.low is not None and self.high is not None:
            return self.low, self.high
        return wilson(min(max(self.value, 0.0), 1.0), max(self.n, 1))

    @property
    def standing(self) -> Standing:
        """Tell whether the value lies well beyond the middle half, and not by chance alone.

        By ``MATERIAL`` at least, and the others' median must lie outside of ``bounds``.
        """
        if self.peer_low is None or self.peer_median is None or self.peer_high is None:
            return Standing.UNKNOWN
        if not self.is_judged:
            return Standing.UNKNOWN
        low, high = self.bounds
        if low <= self.peer_median <= high:
            return Standing.LIKE
        if self.peer_low - MATERIAL < self.value < self.peer_high + MATERIAL:
            return Standing.LIKE
        is_more = self.value > self.peer_high
        if is_more == self.higher_is_better:
            return Standing.AHEAD
        against = 1 - self.value if self.higher_is_better else self.value
        return Standing.BEHIND if round(against * self.n) >= LEAST_AGAINST else Standing.LIKE

    @property
    def distance(self) -> float:
        """Return how far the value lies from the others' median."""
        return 0.0 if self.peer_median is None else abs(self.value - self.peer_median)

    @property
    def text(self) -> str:
        """Return the value."""
        return written(self.value, Unit.RATE)

    def basis(self) -> str:
        """Return n, the interval and where the others lie."""
        counted = self.definition.counts if self.definition else "cases"
        parts = [f"n = {number(self.n)} {counted}{f' in {self.period}' if self.period else ''}"]
        if not self.is_judged:
            parts.append("too few to judge")
        elif self.low is not None and self.high is not None:
            parts.append(f"95% interval {number(100 * self.low)}–{percent(self.high)}")
        else:
            low, high = self.bounds
            parts.append(f"no interval published, by n alone {number(100 * low)}–{percent(high)}")
        if self.peer_low is not None and self.peer_high is not None:
            ends = percent(self.peer_low), percent(self.peer_high)
            span = ends[0] if ends[0] == ends[1] else f"{ends[0].removesuffix('%')}–{ends[1]}"
            where = self.peer_region or "the company"
            parts.append(f"middle half of {number(self.peer_count)} others in {where}: {span}")
        return "; ".join(parts)


def places(rows: pd.DataFrame, registry: list[Definition], period: Period) -> list[Place]:
    """Read the answer of ``prep.standing`` in the order of ``MEASURES``; without a value: left out.

    Where rows were removed because of their age a value would mislead, so it is left out too.
    """
    found: dict[tuple[str, str], Row] = {
        (row["indicator_id"], row["measure_id"]): row for row in rows.to_dict("records")
    }
    shown = []
    for measure, label in MEASURES.items():
        row = found.get((measure.indicator_id, measure.measure_id))
        if row is None or is_missing(row["value"]) or row["reason_code"] == "expired":
            continue
        definition = find(registry, measure.indicator_id, measure.measure_id)
        place = _place(row, measure, label, definition)
        shown.append(replace(place, period="") if place.period == period.label else place)
    return shown


def _place(row: Row, measure: Measure, label: str, definition: Definition | None) -> Place:
    def cell(name: str) -> float | None:
        return None if is_missing(row[name]) else float(row[name])

    return Place(
        measure=measure,
        label=label,
        definition=definition,
        value=float(row["value"]),
        low=cell("value_low"),
        high=cell("value_high"),
        n=int(cell("observation_count") or 0),
        period=str(row["period_label"]),
        is_judged=is_missing(row["reason_code"]) or not str(row["reason_code"]),
        peer_low=cell("peer_low"),
        peer_median=cell("peer_median"),
        peer_high=cell("peer_high"),
        peer_count=int(cell("peer_count") or 0),
        peer_region="" if is_missing(row["peer_region"]) else str(row["peer_region"]),
    )


@dataclass(frozen=True)
class Point:
    """A gap or a strength in words; ``place`` is none where it is a skill against its target."""

    text: str
    value: str
    basis: str
    place: Place | None = None


def gaps(shown: list[Place], skills: pd.DataFrame, limit: int = MOST_GAPS) -> list[Point]:
    """Return what lies behind most others or below its target: at most half of them skills."""
    below = _skills(skills[skills["gap_points"] > 0], "below") if len(skills) else []
    return _chosen(shown, Standing.BEHIND, below, limit)


def strengths(shown: list[Place], skills: pd.DataFrame, limit: int = MOST_STRENGTHS) -> list[Point]:
    """Return what lies ahead of most others, or at or above its target."""
    met = skills[skills["gap_points"] <= 0].iloc[::-1] if len(skills) else skills
    return _chosen(shown, Standing.AHEAD, _skills(met, "above") if len(met) else [], limit)


def _chosen(shown: list[Place], standing: Standing, skills: list[Point], limit: int) -> list[Point]:
    """Take turns where there are more than fit: the farthest places, and the farthest skills."""
    far = sorted(
        (place for place in shown if place.standing is standing),
        key=lambda place: -place.distance,
    )
    compared = [Point(place.name, place.text, place.basis(), place) for place in far]
    of_skills = max(limit // 2, limit - len(compared))
    taken = skills[:of_skills]
    return [*compared[: limit - len(taken)], *taken]


def _skills(rows: pd.DataFrame, way: str) -> list[Point]:
    return [
        Point(
            text=spoken(row["skill"]),
            value=f"{number(abs(row['gap_points']), 1)} points {way} {TARGET}",
            basis="" if is_missing(row["day_count"]) else _scored(int(row["day_count"])),
        )
        for row in rows.to_dict("records")
    ]


def _scored(days: int) -> str:
    return f"n = {count_of(days, 'day')} on which a person scored it; no interval known"


def title(name: str, sessions: pd.DataFrame, actions: pd.DataFrame) -> str:
    """Return since when a person was not coached, and what is open."""
    if sessions.empty:
        start = f"{name} has no coaching session in the log"
    else:
        since = int(sessions.iloc[0]["days_since"])
        when = "today" if since == 0 else f"{count_of(since, 'day')} ago"
        start = f"{name} was last coached {when}"
    if actions.empty:
        return f"{start}; no action is open"
    total, late = (int(actions.iloc[0][name]) for name in ("open_count", "overdue_count"))
    verb = "is" if total == 1 else "are"
    if not late:
        return f"{start}; {count_of(total, 'action')} {verb} open, none overdue"
    if late == total:
        which = {1: "the open action", 2: "both open actions"}.get(
            total, f"all {number(total)} open actions"
        )
        return f"{start}; {which} {verb} overdue"
    verb = "is" if late == 1 else "are"
    return f"{start}; {number(late)} of {number(total)} open actions {verb} overdue"


def who(row: Row) -> list[str]:
    """Return who somebody is, part by part: job, manager, team, region, tenure."""
    parts = [spoken(row["job_title"] if not is_missing(row["job_title"]) else row["role"])]
    if not is_missing(row["manager_name"]):
        parts.append(f"reports to {row['manager_name']}")
    parts += [str(row[name]) for name in ("team_name", "region") if not is_missing(row[name])]
    if not is_missing(row["hire_date"]):
        parts.append(tenure(as_date(row["hire_date"]), as_date(row["as_of_date"])))
    return [part for part in parts if part]


def tenure(hired: dt.date, today: dt.date) -> str:
    """Return for how long somebody has been here."""
    months = (today.year - hired.year) * 12 + today.month - hired.month - (today.day < hired.day)
    if months < 0:
        return f"starts on {day(hired)}"
    years, rest = divmod(months, 12)
    parts = [count_of(years, "year")] if years else []
    parts += [count_of(rest, "month")] if rest or not years else []
    return f"here for {listed(parts)}"


def due_words(row: Row) -> str:
    """Return by what interval a session is due."""
    every = row["every_n_days"]
    if is_missing(every):
        return ""
    whose = "the assumed policy asks" if row["is_policy_assumed"] else "the policy asks"
    return f"{whose} for one every {count_of(every, 'day')}"


def standing_sentence(shown: list[Place]) -> str:
    """Return in how many measures somebody stands behind or ahead."""
    compared = [place for place in shown if place.standing is not Standing.UNKNOWN]
    if not compared:
        return "Nothing can be compared yet: too few cases, or too few others"
    behind = sum(place.standing is Standing.BEHIND for place in compared)
    ahead = sum(place.standing is Standing.AHEAD for place in compared)
    of = f"of {count_of(len(compared), 'measure')}"
    if not behind and not ahead:
        return f"Like most others in all {count_of(len(compared), 'measure')}"
    return f"Behind most others in {behind} {of}, ahead in {ahead}"


def standing_rows(shown: list[Place], period: Period) -> pd.DataFrame:
    """Return the rows of the chart, and of its table."""
    return pd.DataFrame(
        {
            "measure": [place.name for place in shown],
            "value": [place.value for place in shown],
            "low": [place.low for place in shown],
            "high": [place.high for place in shown],
            "n": [place.n for place in shown],
            "period": [place.period or period.label for place in shown],
            "standing": [place.standing.value for place in shown],
            "others": [place.peer_count for place in shown],
            "others_low": [place.peer_low for place in shown],
            "others_median": [place.peer_median for place in shown],
            "others_high": [place.peer_high for place in shown],
            "others_of": [place.peer_region or "company" for place in shown],
            "text": [
                " · ".join([place.text, f"n = {number(place.n)}", *filter(None, [place.period])])
                for place in shown
            ],
        }
    )


def figure(shown: list[Place], person_id: str, period: Period) -> str:
    """Return the figure that stands out most, as ``halftime trace`` takes it."""
    now = [place for place in shown if not place.period]
    if not now:
        return ""
    order = list(Standing)
    first = min(now, key=lambda place: (order.index(place.standing), -place.distance))
    what = f"{first.measure.indicator_id}:{first.measure.measure_id}"
    return f"{what}@rep={person_id}@{period.grain}={period.start}"


def action_words(row: Row) -> tuple[str, str]:
    """Return when an action was due, and what is known of it; its words are private."""
    if is_missing(row["days_overdue"]):
        due = "No due date"
    elif row["days_overdue"] > 0:
        due = f"Due {day(row['due_date'])}, {count_of(row['days_overdue'], 'day')} overdue"
    elif row["days_overdue"] == 0:
        due = "Due today"
    else:
        due = f"Due {day(row['due_date'])}, in {count_of(-row['days_overdue'], 'day')}"
    agreed = "" if is_missing(row["agreed_date"]) else f"agreed {day(row['agreed_date'])}"
    coach = "" if is_missing(row["coach_name"]) else f"with {row['coach_name']}"
    parts = [f"{agreed} {coach}".strip()]
    if not is_missing(row["area_name"]):
        parts.append(f"on {str(row['area_name']).lower()}")
    if not is_missing(row["is_rep_owned"]) and not row["is_rep_owned"]:
        parts.append("for the coach to do")
    return due, ", ".join(part for part in parts if part)


def actions_title(rows: pd.DataFrame, shown: int) -> str:
    """Return how many actions are open, and for how long the oldest of them is overdue."""
    if rows.empty:
        return "No action is open"
    total, late = (int(rows.iloc[0][name]) for name in ("open_count", "overdue_count"))
    start = count_of(total, "open action")
    if shown < total:
        start = f"The latest {number(shown)} of {start}"
    return f"{start}, {number(late)} overdue" if late else start


def oldest_words(rows: pd.DataFrame) -> str:
    """Return which due date passed first; empty where none has."""
    late = rows[rows["days_overdue"] > 0] if len(rows) else rows
    if late.empty:
        return ""
    return f"Longest overdue: {count_of(late['days_overdue'].max(), 'day')}"


def session_words(row: Row) -> tuple[str, str, str]:
    """Return when and with whom a session was, what about, and what was agreed in it."""
    since = int(row["days_since"])
    when = f"{day(row['session_date'])}, {count_of(since, 'day')} ago" if since else "Today"
    coach = "" if is_missing(row["coach_name"]) else f" with {row['coach_name']}"
    about = ["area not told" if is_missing(row["area_name"]) else str(row["area_name"])]
    about += [spoken(row["skill"])] if not is_missing(row["skill"]) else []
    if not is_missing(row["opportunity_name"]):
        about.append(str(row["opportunity_name"]))
    if not is_missing(row["mode"]):
        about.append(spoken(row["mode"]).lower())
    if not is_missing(row["duration_minutes"]):
        about.append(f"{int(row['duration_minutes'])} minutes")
    return f"{when}{coach}", " · ".join(about), _agreed(row)


def _agreed(row: Row) -> str:
    agreed, done, still = (int(row[f"{name}_count"]) for name in ("agreed", "done", "open"))
    if not agreed:
        return "No action of it is in the log"
    return f"{count_of(agreed, 'action')} agreed: {number(done)} done, {number(still)} open"


@dataclass(frozen=True)
class Question:
    """An open question, and the deal it is about; empty where it is about the work as a whole."""

    text: str
    about: str = ""


def questions_to_ask(
    to_ask: pd.DataFrame,
    reference: pd.DataFrame,
    deals: list[Deal],
    limit: int = MOST_QUESTIONS,
) -> list[Question]:
    """Return open questions: on the work since the last talk first, then on each of the deals.

    Where the list 'coach next' asks about the same person or deal, its question is taken.
    """
    known: dict[str, list[str]] = {}
    for code, text in zip(reference["reason_code"], reference["question"], strict=True):
        known.setdefault(str(code), []).append(str(text))
    listed_rows: list[Row] = to_ask.to_dict("records")
    chosen = [
        Question(str(row["question"]))
        for row in listed_rows
        if row["subject_type"] == "person" and not is_missing(row["question"])
    ]
    general = known.get("overdue_session", [])
    chosen += [Question(text) for text in general]
    chosen = _once(chosen)[: max(limit - len(deals), 0)]
    of_deal = {row["opportunity_id"]: row for row in listed_rows if row["subject_type"] == "deal"}
    for place, deal in enumerate(deals):
        row = of_deal.get(deal.row["opportunity_id"])
        text = "" if row is None else str(row["question"])
        code = reason_code(str(deal.row["warning_code"]))
        spare = known.get(code, [])
        if not text and spare:
            text = spare[place % len(spare)]
        if text:
            name = deal_name(deal.row["opportunity_name"], deal.row["opportunity_id"])
            chosen.append(Question(text, name))
    return _once(chosen)[:limit]


def reason_code(warning: str) -> str:
    """Return the code under which the questions for a warning stand."""
    return "pushed_close_date" if warning == "pushed" else warning


def _once(found: list[Question]) -> list[Question]:
    unique: dict[str, Question] = {}
    for question in found:
        unique.setdefault(question.text, question)
    return list(unique.values())


def held_sentence(rows: pd.DataFrame) -> str:
    """Return how much is held about somebody."""
    if rows.empty:
        return "Nothing is held"
    total = int(rows["row_count"].sum())
    return f"{count_of(total, 'row')} of {count_of(len(rows), 'kind')} are held"
