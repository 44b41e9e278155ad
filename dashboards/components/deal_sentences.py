"""The sentences of the page Deals, and the rows of its charts; no Streamlit here: easy to test."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.components.words import (
    count_of,
    day,
    is_missing,
    money,
    number,
    percent,
    spoken,
)
from dashboards.queries.base import Period, Row
from dashboards.queries.deals import STEPS

# By code: how a warning is called, and the measure that counts it in all figures.
WARNINGS = {
    "stuck_in_stage": ("Long in its stage", ("ST-01", "p75")),
    "older_than_won": ("Older than won deals were", ("ST-02", "share")),
    "no_two_way_contact": ("Silent", ("ST-03", "share")),
    "pushed": ("Close date pushed twice or more", ("ST-04", "share")),
    "overdue_close_date": ("Past its expected close", ("ST-05", "share")),
    "stage_regression": ("Went back a stage", ("ST-06", "share")),
    "no_next_step": ("Nothing planned", ("ST-07", "share")),
}
RULE = (
    "Ranked by the number of warnings, then by amount at the rates of the day. "
    "Every warning weighs the same: a start for a conversation, not a forecast."
)
POSITIONS = {
    "universe": "Not yet qualified",
    "above": "Above the funnel",
    "in": "In the funnel",
    "best_few": "Best few",
}
DAYS = {"day_1": "Day 1", "day_30": "Day 30", "day_60": "Day 60"}
THIS, EARLIER = "This quarter", "Earlier quarters"
OPEN, DUE = "open", "due"
START, END, TODAY = "Start", "End", "Today"
RISE, FALL, BALANCE = "Adds", "Takes away", "Balance"


def risk_title(counts: pd.DataFrame) -> str:
    """Return how many of the open deals have a warning."""
    if counts.empty:
        return "No deal is open"
    row = counts.to_dict("records")[0]
    total, warned, several = (
        int(row[name]) for name in ("open_count", "any_count", "several_count")
    )
    if not warned:
        return f"None of {count_of(total, 'open deal')} has a warning"
    verb = "has" if warned == 1 else "have"
    start = f"{number(warned)} of {count_of(total, 'open deal')} {verb} a warning"
    return f"{start}, {number(several)} of them three or more" if several else start


def warning_rows(counts: pd.DataFrame) -> pd.DataFrame:
    """Return (warning, share, text, warned_count, open_count), the most frequent first."""
    known = counts.dropna(subset=["warning_code"])
    rows = known.assign(
        warning=[WARNINGS.get(code, (spoken(code),))[0] for code in known["warning_code"]],
        share=known["warned_count"] / known["open_count"],
    )
    rows["text"] = [
        f"{number(count)} · {percent(share)}"
        for count, share in zip(rows["warned_count"], rows["share"], strict=True)
    ]
    return rows[["warning", "share", "text", "warned_count", "open_count"]]


def warning_sentence(rows: pd.DataFrame) -> str:
    """Return which warning is the most frequent."""
    first = rows.iloc[0]
    return f"The most frequent: {first['warning'].lower()}, {percent(first['share'])} of open deals"


def reason(row: Row) -> str:
    """Return a warning in words: what was found, from where on it holds, and what that rests on."""
    value, limit = int(row["value"]), int(row["threshold"])
    days, times = count_of(value, "day"), count_of(value, "time")
    won = "won deals" if row["learned_from"] == "segment" else "won deals of the company"
    if not is_missing(row["won_deal_count"]):
        won = f"{number(int(row['won_deal_count']))} {won}"
    pushed_days = row["close_date_push_days"]
    by = "" if is_missing(pushed_days) else f", by {count_of(pushed_days, 'day')} in all"
    sentences = {
        "stuck_in_stage": f"{days} in '{row['stage_name']}'; "
        f"3 in 4 of {won} left it within {number(limit)}.",
        "older_than_won": f"Open for {days}; 9 in 10 of {won} were won within {number(limit)}.",
        "no_two_way_contact": f"No two-way contact for {days}; "
        f"9 in 10 gaps of {won} were up to {number(limit)}.",
        "pushed": f"Close date pushed {times}{by}; from {count_of(limit, 'time')} on we ask.",
        "overdue_close_date": f"Its close date passed {days} ago; "
        f"from {count_of(limit, 'day')} on we ask.",
        "stage_regression": f"Went back a stage {times}; from {count_of(limit, 'time')} on we ask.",
        "no_next_step": f"Nothing planned for {days}; from {count_of(limit, 'day')} on we ask.",
    }
    code = str(row["warning_code"])
    return sentences.get(code, f"{spoken(code)}: {number(value)}; from {number(limit)} on we ask.")


@dataclass(frozen=True)
class Deal:
    """A deal of the list, with its reasons in words."""

    row: Row
    reasons: tuple[str, ...]


def deals_of(rows: pd.DataFrame, limit: int) -> list[Deal]:
    """Return the first deals, each with its reasons in the order of ``WARNINGS``."""
    order = {code: place for place, code in enumerate(WARNINGS)}
    found: dict[str, list[Row]] = {}
    for row in rows[rows["deal_rank"] <= limit].to_dict("records"):
        found.setdefault(str(row["opportunity_id"]), []).append(row)
    for mine in found.values():
        mine.sort(key=lambda row: order.get(row["warning_code"], len(order)))
    return [Deal(mine[0], tuple(map(reason, mine))) for mine in found.values()]


def list_title(shown: int, total: int) -> str:
    """Return which deals the list holds."""
    if shown < total:
        return f"These {number(shown)} of {number(total)} deals have the most warnings"
    return (
        "This deal has a warning" if total == 1 else f"These {number(total)} deals have a warning"
    )


def waterfall_rows(row: pd.Series, currency: str, period: Period) -> pd.DataFrame:
    """Return (label, kind, amount, low, high, text): the balances, and the steps that are not 0."""
    shown = [(START, BALANCE, float(row["start_amount"]))]
    for step in STEPS:
        amount = float(row[f"{step}_amount"])
        if amount:
            shown.append((spoken(step), RISE if amount > 0 else FALL, amount))
    end = END if period.is_complete else TODAY
    shown.append((end, BALANCE, float(row["end_amount"])))
    level, rows = 0.0, []
    for label, kind, amount in shown:
        base = 0.0 if kind == BALANCE else level
        level = base + amount
        sign = "+" if kind == RISE else ""
        text = sign + money(amount, currency).removeprefix(f"{currency} ")
        rows.append((label, kind, amount, min(base, level), max(base, level), text))
    return pd.DataFrame(rows, columns=["label", "kind", "amount", "low", "high", "text"])


def waterfall_title(row: pd.Series, currency: str, period: Period, view: str) -> str:
    """Return how the pipeline went from the start of the quarter to its end, or to today."""
    start, end = float(row["start_amount"]), float(row["end_amount"])
    what = "Open pipeline" if view == OPEN else f"What is due in {period.label}"
    verb = "rose" if end > start else "fell" if end < start else "stayed"
    until = "in" if period.is_complete else "so far in"
    where = f" {until} {period.label}" if view == OPEN else "" if period.is_complete else " so far"
    if start == end:
        return f"{what} {verb} at {money(end, currency)}{where}"
    return f"{what} {verb} from {money(start, currency)} to {money(end, currency)}{where}"


def residual_sentence(row: pd.Series, currency: str) -> str:
    """Return whether start and steps add up to the end."""
    residual = round(float(row["residual_amount"]), 2)
    if residual == 0:
        return "It ties: start and steps add up to the end, residual 0."
    return (
        f"It does not tie: {currency} {number(residual, 2)} are not explained. "
        "Tell the data team before you use it."
    )


def coverage_rows(rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Return (day, quarter, series, value, text) of the chosen quarter and of the four before."""
    of = rows[(rows["indicator_id"] == "PI-01") & rows["member"].isin(list(DAYS))]
    quarters = sorted(of["period_start"].unique())[-5:]
    of = of[of["period_start"].isin(quarters)].dropna(subset=["value"])
    is_this = of["period_start"] == pd.Timestamp(period.start)
    return pd.DataFrame(
        {
            "day": of["member"].map(DAYS),
            "quarter": of["period_label"],
            "series": is_this.map({True: THIS, False: EARLIER}),
            "value": of["value"],
            "text": [f"{number(value, 1)}x" for value in of["value"]],
            "n": of["observation_count"],
        }
    ).reset_index(drop=True)


def coverage_top(shown: pd.DataFrame) -> float:
    """Return where the scale of coverage ends: a quarter that had almost met its quota is cut off.

    Else a coverage of sixty would press the others flat.
    """
    values = shown["value"]
    own = values[shown["series"] == THIS].max()
    ends = [3 * float(values.median()), 0.0 if is_missing(own) else 1.15 * float(own)]
    return min(1.1 * float(values.max()), max(ends)) or 1.0


def coverage_sentence(shown: pd.DataFrame) -> str:
    """Return how the last known day of the quarter compares with that day of earlier quarters."""
    now, before = (shown[shown["series"] == name] for name in (THIS, EARLIER))
    if now.empty:
        return "Coverage on a fixed day is not known yet for this quarter"
    last = now.sort_values("day").iloc[-1]
    same = before[before["day"] == last["day"]]["value"].sort_values()
    start = f"On {last['day'].lower()} the open deals covered {last['text']} of what was missing"
    if same.empty:
        return start
    less = int((same < last["value"]).sum())
    if less in (0, len(same)):
        way = "more" if less else "less"
        return f"{start}, {way} than in {count_of(len(same), 'earlier quarter')}"
    return f"{start}, more than in {less} of {count_of(len(same), 'earlier quarter')}"


def conversion_rows(rows: pd.DataFrame, names: dict[str, str]) -> tuple[pd.DataFrame, str]:
    """Return the stages of the youngest quarter whose deals have had their time, and its label."""
    of = rows[(rows["indicator_id"] == "PI-06") & (rows["dimension"] == "stage")]
    ripe = of[of["value"].notna() & (of["reason_code"].fillna("") != "immature")]
    if ripe.empty:
        return pd.DataFrame(), ""
    last = ripe[ripe["period_start"] == ripe["period_start"].max()].sort_values("member")
    shown = pd.DataFrame(
        {
            "stage": [
                f"{member} · {names[member]}" if member in names else f"Stage {member}"
                for member in last["member"]
            ],
            "value": last["value"],
            "low": last["value_low"],
            "high": last["value_high"],
            "n": last["observation_count"],
            "is_small": last["reason_code"].fillna("") == "small_n",
        }
    ).reset_index(drop=True)
    shown["text"] = [
        f"{percent(value)} ({number(low * 100)}–{percent(high)}) · n = {number(n)}"
        for value, low, high, n in zip(
            shown["value"], shown["low"], shown["high"], shown["n"], strict=True
        )
    ]
    return shown, str(last["period_label"].iloc[0])


def conversion_sentence(shown: pd.DataFrame) -> str:
    """Return after which stage the fewest went on, where enough entered it."""
    enough = shown[~shown["is_small"]]
    if enough.empty:
        return "Too few deals entered any stage to judge where they are lost"
    worst = enough.sort_values(["value", "stage"]).iloc[0]
    place, _, names = worst["stage"].removeprefix("Stage ").partition(" · ")
    where = f"{int(place)}, {names}," if names else str(int(place))
    return f"After stage {where} {percent(worst['value'])} went on: the fewest"


@dataclass(frozen=True)
class Place:
    """A place of the funnel: its share now and a quarter before."""

    label: str
    share: float | None
    basis: str


def funnel_places(rows: pd.DataFrame, period: Period) -> list[Place]:
    """Return the places of the funnel from its top to its bottom."""
    of = rows[(rows["indicator_id"] == "PI-08") & rows["value"].notna()]
    start = pd.Timestamp(period.start)
    earlier = of["period_start"][of["period_start"] < start].max()
    now: dict[str, Row] = {}
    before: dict[str, Row] = {}
    for row in of.to_dict("records"):
        if row["period_start"] == start:
            now[row["member"]] = row
        elif row["period_start"] == earlier:
            before[row["member"]] = row
    places = []
    for member, label in POSITIONS.items():
        if member not in now:
            continue
        row = now[member]
        basis = f"{number(int(row['numerator']))} of {count_of(row['denominator'], 'open deal')}"
        if row["reason_code"] == "small_n":
            basis += ", too few to judge"
        if member in before:
            then = before[member]
            basis += f"; {percent(then['value'])} at the end of {then['period_label']}"
        places.append(Place(label, float(row["value"]), basis))
    return places


def funnel_sentence(places: list[Place]) -> str:
    """Return where in the funnel most of the open deals are."""
    most = max(places, key=lambda place: place.share or 0.0)
    where = "among the best few" if most.label == POSITIONS["best_few"] else most.label.lower()
    return f"The largest part of the open deals, {percent(most.share)}, is {where}"


def deal_facts(row: Row) -> tuple[str, str]:
    """Return amount and stage of a deal, and when it is expected to close."""
    close = row["close_date"]
    when = "no expected close" if is_missing(close) else f"expected close {day(close)}"
    amount = row["amount"]
    size = "no amount" if is_missing(amount) else money(amount, str(row["currency_code"]))
    return f"{size} · {row['stage_name']}", when
