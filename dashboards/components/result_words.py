"""What the page on results says and draws: rows of queries become marks, words and titles.

A quarter that still runs is never put beside whole ones: it is drawn hollow and apart, and no
sentence compares it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.components.chance import apart, differ
from dashboards.components.figures import Unit, written
from dashboards.components.words import (
    NO_VALUE,
    count_of,
    is_missing,
    money,
    number,
    percent,
    plain,
)
from dashboards.queries.base import Entity, Period

WHOLE, RUNNING, UNSURE = "whole", "running", "unsure"
DOUBTS = ("small_n", "left_truncated")
WON, UNDECIDED = "Win rate", "No decision"
CLOSED, CREATED = (
    "Won deals, by the quarter they closed in",
    "All deals, by their quarter of creation",
)
KINDS = {"day_1": "Day 1", "day_30": "Day 30", "day_60": "Day 60"}
FADE = "Median change"
YOUNG = {"not_reached": "fewer than half got there", "immature": "hired too lately"}
PARTS = {
    "region": ("region", "regions"),
    "team": ("team", "teams"),
    "manager_org": ("manager's organisation", "managers' organisations"),
    "rep": ("rep", "reps"),
}


@dataclass(frozen=True)
class Quarter:
    """What is known of a measure in one quarter; ``state`` says how far it may be trusted."""

    label: str
    state: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str


def state_of(is_complete: object, reason: object) -> str:
    """Return whether a quarter is whole, still runs, or rests on too little to be compared."""
    if not is_complete:
        return RUNNING
    return UNSURE if reason in DOUBTS else WHOLE


def label_of(label: object, is_complete: object) -> str:
    """Return how a quarter is called below its mark."""
    return str(label) if is_complete else f"{label} to date"


def _number(value: object) -> float | None:
    return None if is_missing(value) else float(str(value))


def quarters(rows: pd.DataFrame, indicator_id: str, measure_id: str) -> list[Quarter]:
    """Return the quarters of one measure out of a series, the oldest first."""
    own = rows[(rows["indicator_id"] == indicator_id) & (rows["measure_id"] == measure_id)]
    return [
        Quarter(
            label=label_of(row["period_label"], row["is_complete"]),
            state=state_of(row["is_complete"], row["reason_code"]),
            value=_number(row["value"]),
            low=_number(row["value_low"]),
            high=_number(row["value_high"]),
            n=int(row["observation_count"]),
            reason="" if is_missing(row["reason_code"]) else str(row["reason_code"]),
        )
        for _, row in own.iterrows()
    ]


def marks(found: list[Quarter], kind: str, unit: Unit) -> pd.DataFrame:
    """Return a mark per quarter that has a value, as the charts take them."""
    return pd.DataFrame(
        [
            {
                "quarter": item.label,
                "kind": kind,
                "state": item.state,
                "value": item.value,
                "low": item.value if item.low is None else item.low,
                "high": item.value if item.high is None else item.high,
                "n": item.n,
                "text": written(item.value, unit),
            }
            for item in found
            if item.value is not None
        ],
        columns=["quarter", "kind", "state", "value", "low", "high", "n", "text"],
    )


# ---------- attainment


def attainment_rows(series: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Return won amount and quota per quarter; of a running one the quota of the days gone by.

    Columns: quarter, state, won, quota, value, n, text, and basis for the tooltip. A quarter
    without a quota in the currency is left out.
    """
    rows = series[series["measure_id"] == "attainment_to_date"]
    rows = rows[rows["value"].notna()]
    return pd.DataFrame(
        [
            {
                "quarter": label_of(row["period_label"], row["is_complete"]),
                "state": state_of(row["is_complete"], row["reason_code"]),
                "won": float(row["numerator"]),
                "quota": float(row["denominator"]),
                "value": float(row["value"]),
                "n": int(row["observation_count"]),
                "text": percent(row["value"]),
                "basis": f"{money(row['numerator'], currency)} of "
                f"{money(row['denominator'], currency)}",
            }
            for _, row in rows.iterrows()
        ],
        columns=["quarter", "state", "won", "quota", "value", "n", "text", "basis"],
    )


def who_of(entity: Entity) -> str:
    """Return whose results these are; a manager's are those of everybody below."""
    name = plain(entity.label)
    return f"The organisation of {name}" if entity.entity_type == "manager_org" else name


def attainment_title(shown: pd.DataFrame, entity: Entity, period: Period, currency: str) -> str:
    """Return what the chosen quarter came to, as the page's title."""
    label = label_of(period.label, period.is_complete)
    own = shown[shown["quarter"] == label]
    if own.empty:
        return f"No quota in {currency} is known for {period.label}"
    share = str(own["text"].iloc[0])
    who = who_of(entity)
    if not period.is_complete:
        return f"{who} has won {share} of the {currency} quota of the days gone by"
    return f"{who} won {share} of its {currency} quota in {period.label}"


def attainment_note(shown: pd.DataFrame, period: Period, days_gone: int) -> str:
    """Return what the columns are, with n, and what the running quarter may not be held against."""
    label = label_of(period.label, period.is_complete)
    own = shown[shown["quarter"] == label]
    n = "" if own.empty else f"n = {count_of(own['n'].iloc[0], 'won deal')} in {period.label}. "
    words = (
        f"{n}Column: amount won; line: quota of the same days. Whoever won counts, also people "
        "without a quota in that currency."
    )
    if period.is_complete:
        return words
    return (
        f"{words} The hollow column is a quarter that still runs, {days_gone} days of it, beside "
        "the quota of those days. It is not compared with whole ones."
    )


def at_quota(found: list[Quarter], period: Period) -> str:
    """Return the share of reps at quota as a sentence; empty where none is known."""
    label = label_of(period.label, period.is_complete)
    own = next((item for item in found if item.label == label), None)
    if own is None or own.value is None:
        return ""
    span = "no interval" if own.low is None else f"95% interval {_span(own, Unit.RATE)}"
    so_far = "" if period.is_complete else " so far"
    few = ", too few to judge" if own.state == UNSURE or own.reason in DOUBTS else ""
    return (
        f"**{written(own.value, Unit.RATE)}** of {count_of(own.n, 'rep')} with a quota for the "
        f"whole time {'were' if period.is_complete else 'are'} at 100% or more of it{so_far} "
        f"({span}{few})."
    )


def part_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a bar per part of the organisation and currency: label, value, text, n."""
    several = rows["currency_code"].nunique() > 1
    doubled = rows[["name", "currency_code"]].duplicated(keep=False)
    names = rows["name"].astype(str).where(~doubled, rows["name"] + " (" + rows["entity_id"] + ")")
    return pd.DataFrame(
        {
            "part": names + (" · " + rows["currency_code"] if several else ""),
            "value": rows["value"],
            "text": [
                f"{percent(value)} of {money(quota, code)}, {count_of(n, 'deal')}"
                for value, quota, code, n in zip(
                    rows["value"],
                    rows["quota_amount"],
                    rows["currency_code"],
                    rows["observation_count"],
                    strict=True,
                )
            ],
            "n": rows["observation_count"],
        }
    )


def parts_title(rows: pd.DataFrame, period: Period) -> str:
    """Return how many parts of an organisation are at their quota."""
    one, many = PARTS[str(rows["entity_type"].iloc[0])]
    total, reached = len(rows), int((rows["value"] >= 1).sum())
    what = "quota" if period.is_complete else "quota of the days gone by"
    several = rows["entity_id"].nunique() < total
    noun = f"quotas of {many}" if several else many
    if total == 1 and not several:
        done = "is" if reached else "is not"
        return f"The one {one} with a quota {done} at its {what}"
    verb = "was" if period.is_complete else "is"
    verbs = "were" if period.is_complete else "are"
    start = f"{number(reached)} of {number(total)} {noun} {verb if reached == 1 else verbs}"
    return f"{start} reached" if several else f"{start} at the {what}"


# ---------- win rate, cycle, forecasts


def _span(item: Quarter, unit: Unit) -> str:
    if item.low is None or item.high is None:
        return ""
    if unit is Unit.RATE:
        return f"{number(100 * item.low)}–{percent(item.high)}"
    return f"{item.low:.0f}–{item.high:.0f}"


def undecided_quarters(rows: pd.DataFrame) -> list[Quarter]:
    """Return the share of closed deals without a decision, quarter by quarter."""
    return [
        Quarter(
            label=label_of(row["period_label"], row["is_complete"]),
            state=state_of(row["is_complete"], "small_n" if row["closed_count"] < 5 else None),
            value=float(row["no_decision_share"]),
            low=float(row["share_low"]),
            high=float(row["share_high"]),
            n=int(row["closed_count"]),
            reason="",
        )
        for _, row in rows.iterrows()
    ]


def chosen_and_before(
    found: list[Quarter], period: Period
) -> tuple[Quarter | None, Quarter | None]:
    """Return the chosen quarter, and the one right before it where both are whole and sure."""
    label = label_of(period.label, period.is_complete)
    place = next((at for at, item in enumerate(found) if item.label == label), None)
    if place is None:
        return None, None
    own = found[place]
    before = found[place - 1] if place else None
    if before is None or own.state != WHOLE or before.state != WHOLE or before.value is None:
        return own, None
    return own, before


def win_title(found: list[Quarter], period: Period) -> str:
    """Return the win rate with its interval, and whether it moved by more than its margin."""
    own, before = chosen_and_before(found, period)
    if own is None or own.value is None:
        return f"No deal was won or lost in {period.label}"
    rate = f"{written(own.value, Unit.RATE)} ({_span(own, Unit.RATE)})"
    if own.state == RUNNING:
        return f"So far {rate} of the deals decided in {period.label} were won"
    words = f"{rate} of the deals decided in {period.label} were won"
    if own.state == UNSURE:
        return f"{words}: {_doubt(own)}"
    return words + _beside(own, before, ("more", "fewer"), is_share=True)


def _beside(own: Quarter, before: Quarter | None, ways: tuple[str, str], *, is_share: bool) -> str:
    """Return how a quarter stands to the one before, beyond chance; empty where none can tell."""
    if before is None or own.value is None or before.value is None:
        return ""
    if own.low is None or own.high is None or before.low is None or before.high is None:
        return ""
    now, then = (own.low, own.high), (before.low, before.high)
    is_other = differ(own.value, now, before.value, then) if is_share else apart(now, then)
    if not is_other:
        return ", within the margin of the quarter before"
    return f", {ways[0] if own.value > before.value else ways[1]} than in the quarter before"


def _doubt(item: Quarter) -> str:
    if item.reason == "left_truncated":
        return "the data begin too shortly before"
    return "too few to judge"


def by_value_note(found: list[Quarter], period: Period, currency: str) -> str:
    """Return the win rate by value as a line; it is not compared, and has no interval."""
    own, _ = chosen_and_before(found, period)
    if own is None or own.value is None:
        return ""
    few = f", {_doubt(own)}" if own.state == UNSURE or own.reason in DOUBTS else ""
    so_far = ", so far" if own.state == RUNNING else ""
    return (
        f"By value: **{written(own.value, Unit.RATE)}** of the {currency} decided in "
        f"{period.label} was won{so_far} (n = {count_of(own.n, 'deal')}{few}; no interval is "
        "published for it)."
    )


def undecided_note(rows: pd.DataFrame, period: Period) -> str:
    """Return what became of the other closed deals, with n."""
    if rows.empty:
        return "How many ended without a decision is not told in this build."
    label = label_of(period.label, period.is_complete)
    for _, row in rows.iterrows():
        if label_of(row["period_label"], row["is_complete"]) == label:
            return (
                f"{count_of(row['no_decision_count'], 'deal')} of {number(row['closed_count'])} "
                f"that closed ended without a decision: {percent(row['no_decision_share'])}."
            )
    return ""


def cycle_title(found: list[Quarter], period: Period) -> str:
    """Return how long won deals took, with the interval of the median."""
    own, before = chosen_and_before(found, period)
    if own is None or own.value is None:
        return f"No deal was won in {period.label}, so there is no cycle to tell"
    days = f"{written(own.value, Unit.DAYS)}"
    span = f" ({_span(own, Unit.DAYS)})" if own.low is not None else ""
    when = "so far in" if own.state == RUNNING else "in"
    words = f"Half of the deals won {when} {period.label} took at most {days}{span}"
    if own.state == UNSURE:
        return f"{words}: {_doubt(own)}"
    return words + _beside(own, before, ("longer", "shorter"), is_share=False)


def censored_note(series: pd.DataFrame, period: Period) -> str:
    """Return how many of the deals created in the chosen quarter are still open, and what of it."""
    rows = series[
        (series["measure_id"] == "median_survival") & (series["period_label"] == period.label)
    ]
    if rows.empty or is_missing(rows["denominator"].iloc[0]):
        return ""
    row = rows.iloc[0]
    total, closed = int(row["denominator"]), int(row["numerator"])
    if not total:
        return ""
    return (
        f"Of {count_of(total, 'deal')} created in {period.label}, {number(total - closed)} are "
        "still open and count for as long as they were watched (censored). Won deals leave them "
        "out, so a quarter with many slow open deals looks faster there than it is."
    )


def forecast_marks(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a mark per quarter and day of the forecast; there is no interval to draw."""
    found = rows[(rows["measure_id"] == "accuracy") & rows["value"].notna()]
    return pd.DataFrame(
        [
            {
                "quarter": label_of(row["period_label"], row["is_complete"]),
                "kind": KINDS.get(str(row["kind"]), str(row["kind"])),
                "state": state_of(row["is_complete"], row["reason_code"]),
                "value": float(row["value"]),
                "low": float(row["value"]),
                "high": float(row["value"]),
                "n": int(row["observation_count"]),
                "text": percent(row["value"]),
            }
            for _, row in found.iterrows()
        ],
        columns=["quarter", "kind", "state", "value", "low", "high", "n", "text"],
    )


def forecast_title(rows: pd.DataFrame) -> str:
    """Return how far the forecasts of the last whole quarter were off, and to which side."""
    bias = rows[(rows["measure_id"] == "bias") & rows["value"].notna()]
    if bias.empty:
        return "Forecast accuracy is not known yet"
    last = bias[bias["period_start"] == bias["period_start"].max()]
    words = [
        f"{percent(abs(row['value']))} too {'high' if row['value'] > 0 else 'low'} on "
        f"{KINDS[str(row['kind'])].lower()}"
        for _, row in last.iterrows()
        if str(row["kind"]) in KINDS
    ]
    return f"Forecasts of {last['period_label'].iloc[0]} were {', '.join(words)}"


def forecast_note(rows: pd.DataFrame) -> str:
    """Return what accuracy is, in which currency, with n."""
    known = rows[(rows["measure_id"] == "accuracy") & rows["value"].notna()]
    last = known[known["period_start"] == known["period_start"].max()]
    n = int(last["observation_count"].max())
    return (
        f"n = {count_of(n, 'forecast')} of managers in {last['period_label'].iloc[0]}. One minus "
        "the distance of forecast and actual as a share of the actual; the distances of the "
        f"managers are added up. All in {last['currency_code'].iloc[0]}, the reporting currency, "
        "at constant rates. A quarter that still runs has none yet. No interval is published."
    )


# ---------- new hires


def ramp_marks(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of each cohort's curve from nought on, the newest cohort marked.

    Columns: cohort (with n), months, share, watched, is_newest, end (the label, on the last step).
    """
    shaped = []
    for cohort, own in rows.groupby("cohort", sort=False):
        name = f"Hired in {cohort}, n = {number(int(own['hired_count'].iloc[0]))}"
        first = pd.DataFrame(
            [{"cohort": name, "months": 0, "share": 0.0, "watched": own["hired_count"].iloc[0]}]
        )
        steps = pd.DataFrame(
            {
                "cohort": name,
                "months": own["months"].astype(int),
                "share": own["share"].clip(0, 1),
                "watched": own["watched_count"],
            }
        )
        drawn = pd.concat([first, steps], ignore_index=True)
        drawn["is_newest"] = cohort == rows["cohort"].iloc[-1]
        drawn["end"] = ""
        reached = percent(drawn["share"].iloc[-1])
        drawn.loc[drawn.index[-1], "end"] = f"{cohort} · {reached} of {own['hired_count'].iloc[0]}"
        shaped.append(drawn)
    if not shaped:
        return pd.DataFrame()
    return pd.concat(shaped, ignore_index=True)


def median_month(rows: pd.DataFrame, cohort: object) -> int | None:
    """Return the month by which half of a cohort had reached the bar; None if it is not yet."""
    own = rows[(rows["cohort"] == cohort) & (rows["share"] >= 0.5 - 1e-9)]
    return None if own.empty else int(own["months"].min())


def ramp_title(rows: pd.DataFrame) -> str:
    """Return how long the newest cohort takes; cohorts are not compared, the newest runs."""
    if rows.empty:
        return "How fast new hires come on is not estimable yet"
    cohort = rows["cohort"].iloc[-1]
    hired = count_of(rows[rows["cohort"] == cohort]["hired_count"].iloc[0], "rep")
    reached = number(int(rows[rows["cohort"] == cohort]["arrived_count"].iloc[0]))
    months = median_month(rows, cohort)
    if months is None:
        return f"{reached} of {hired} hired in {cohort} have come up to speed so far"
    return (
        f"An estimated half of {hired} hired in {cohort} come up to speed within "
        f"{_months(months)}; {reached} have so far"
    )


def _months(amount: int) -> str:
    return count_of(amount, "month")


def fade_title(found: list[Quarter]) -> str:
    """Return whether the newest cohort with enough reps faded, with the interval."""
    known = [item for item in found if item.value is not None and item.state == WHOLE]
    if not known:
        return "Whether new hires fade is not estimable yet"
    last = known[-1]
    value = float(last.value or 0)
    told = (
        f"Hires won {percent(abs(value))} {'less' if value < 0 else 'more'} a month in the second "
        f"half year than in their best early months ({last.label}, n = {number(last.n)})"
    )
    earlier = [item for item in known[:-1] if item.low is not None and item.high is not None]
    if not earlier or last.low is None or last.high is None:
        return told
    before = earlier[-1]
    if apart((last.low, last.high), (float(before.low or 0), float(before.high or 0))):
        return f"{told}, apart from those of {before.label}"
    return f"{told}, within the margin of those of {before.label}"


def cohort_rows(series: pd.DataFrame) -> pd.DataFrame:
    """Return a line per quarter of hire: hired, first deal, productivity, and what is missing."""
    first, able = (
        series[(series["indicator_id"] == indicator) & (series["measure_id"] == "median")]
        for indicator in ("RA-01", "RA-02")
    )
    lines = []
    for label in dict.fromkeys([*first["period_label"], *able["period_label"]]):
        one, two = (part[part["period_label"] == label] for part in (first, able))
        hired = max(
            [int(value) for part in (one, two) for value in part["denominator"].fillna(0)] or [0]
        )
        if not hired:
            continue
        lines.append(
            {
                "hired_in": label,
                "n": hired,
                "first_deal": _survival(one, Unit.DAYS),
                "productive": _survival(two, Unit.MONTHS),
            }
        )
    return pd.DataFrame(lines, columns=["hired_in", "n", "first_deal", "productive"])


def _survival(rows: pd.DataFrame, unit: Unit) -> str:
    """Return a median with its interval, or why there is none yet."""
    if rows.empty:
        return NO_VALUE
    row = rows.iloc[0]
    reason = "" if is_missing(row["reason_code"]) else str(row["reason_code"])
    if is_missing(row["value"]):
        return f"Not estimable yet: {YOUNG[reason]}" if reason in YOUNG else NO_VALUE
    median = f"{row['value']:.0f} {'days' if unit is Unit.DAYS else 'months'}"
    if reason in DOUBTS:
        return f"{median}, too few to judge"
    low, high = row["value_low"], row["value_high"]
    if is_missing(low):
        return median
    return f"{median} ({low:.0f}–{'?' if is_missing(high) else f'{high:.0f}'})"
