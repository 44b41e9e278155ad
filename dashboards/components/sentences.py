"""Titles that are sentences, computed from the data; no Streamlit here: easy to test."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dashboards.components.words import as_date, count_of, listed, money, number, percent, short_day
from dashboards.queries.base import Period

HELD = "Held"
SESSION_STEPS = ["none", "1", "2", "3 or more"]
SHARE_STEPS = ["nobody", "up to a third", "up to two thirds", "more"]

# How each movement is called, and which way it moves the open pipeline; 0 = only its date moved.
MOVEMENTS = {
    "created": ("Created", 1),
    "reopened": ("Reopened", 1),
    "increased": ("Increased", 1),
    "pulled_in": ("Pulled in", 0),
    "won": ("Won", -1),
    "lost": ("Lost", -1),
    "no_decision": ("No decision", -1),
    "disqualified": ("Disqualified", -1),
    "decreased": ("Decreased", -1),
    "pushed_out": ("Pushed out", 0),
}
_LEFT = {"won", "lost", "no_decision", "disqualified", "decreased", "pushed_out"}


def period_headline(
    period: Period, today: dt.date, attainment: float | None, quarter: pd.Series | None
) -> str:
    """Return where we are in the period, as a sentence.

    ``quarter`` holds the amounts of the running fiscal quarter if that is the period, else None.
    """
    length = (period.end - period.start).days + 1
    elapsed = (today - period.start).days + 1
    over = elapsed >= length
    start = f"{period.label} is over" if over else f"Day {elapsed} of {length} in {period.label}"
    if attainment is not None:
        share = percent(attainment)
        if over:
            return f"{start}: {share} of the quota was won"
        return f"{start}: won deals stand at {share} of the quota due by now"
    if quarter is not None and not pd.isna(quarter["previous_won_amount"]):
        code = str(quarter["currency_code"])
        return (
            f"{start}: {money(quarter['won_amount'], code)} won, "
            f"{money(quarter['previous_won_amount'], code)} by this day of the quarter before"
        )
    return f"{start}: no quota is known to measure it by"


def quarter_sentence(quarter: pd.Series) -> str:
    """Return the amounts behind the headline of the running fiscal quarter."""
    code = str(quarter["currency_code"])
    won = f"{money(quarter['won_amount'], code)} won"
    if not pd.isna(quarter["quota_amount"]):
        won += f" of {money(quarter['quota_amount'], code)} for the whole quarter"
    if pd.isna(quarter["previous_won_amount"]):  # a council's build shows no part of a quarter
        return f"{won}."
    before = f"{money(quarter['previous_won_amount'], code)} by this day of the quarter before"
    if not quarter["due_count"] or quarter["elapsed_day_count"] >= quarter["day_count"]:
        return f"{won}; {before}."
    deals = count_of(quarter["due_count"], "open deal")
    return (
        f"{won}; {before}. In the days left {deals} worth "
        f"{money(quarter['due_amount'], code)} are expected to close."
    )


def movement_rows(rows: pd.DataFrame, this_week: dt.date, currency: str) -> pd.DataFrame:
    """Return the movements ready to be drawn: label, week, signed amount, text."""
    shaped = []
    for _, row in rows.iterrows():
        kind = str(row["movement"])
        label = MOVEMENTS.get(kind, (kind.replace("_", " ").capitalize(), 0))[0]
        side = -1 if kind in _LEFT else 1
        amount = float(row["amount"] or 0)
        shaped.append(
            {
                "kind": kind,
                "label": label,
                "week": "This week" if as_date(row["week_start"]) == this_week else "Week before",
                "signed": side * amount,
                "amount": amount,
                "deals": int(row["deal_count"]),
                "text": moved_words(amount, int(row["deal_count"]), currency),
            }
        )
    return pd.DataFrame(
        shaped, columns=["kind", "label", "week", "signed", "amount", "deals", "text"]
    )


def moved_words(amount: float, deals: int, currency: str) -> str:
    """Return 'USD 12k, 3 deals'; deals without an amount are only counted."""
    counted = count_of(deals, "deal")
    return f"{money(amount, currency)}, {counted}" if amount else counted


def _moved(rows: pd.DataFrame, currency: str) -> str:
    moved = zip(rows["amount"], rows["deals"], rows["label"], strict=True)
    return listed(
        [
            f"{money(amount, currency) if amount else count_of(deals, 'deal')} {label.lower()}"
            for amount, deals, label in moved
        ]
    )


def movement_sentence(rows: pd.DataFrame, monday: dt.date, currency: str) -> str:
    """Return what moved since Monday: the net change, its largest parts, and what changed dates."""
    now = rows[rows["week"] == "This week"].sort_values(["amount", "kind"], ascending=[False, True])
    since = f"Since Monday {short_day(monday)}"
    if now.empty:
        return f"{since} nothing has moved in the pipeline"
    effect = now["kind"].map(lambda kind: MOVEMENTS.get(kind, ("", 0))[1])
    net = float((now["amount"] * effect).sum())
    sized = _moved(now[effect != 0].head(3), currency)
    dated = _moved(now[effect == 0], currency)
    if sized:
        direction = "grew" if net >= 0 else "shrank"
        told = f"{since} the open pipeline {direction} by {money(abs(net), currency)}: {sized}"
    else:
        told = f"{since} the open pipeline kept its size"
    return f"{told}; {dated}" if dated else told


def coach_next_title(count: int) -> str:
    """Return what the list of whom to coach next asks for."""
    if count == 0:
        return "Nobody and no deal stands out by the rules in force"
    return f"Coach these {number(count)} next" if count > 1 else "Coach this one next"


def managers_title(kept: pd.Series) -> str:
    """Return how far managers lie apart, as a sentence; ``kept`` is each one's cadence in percent.

    NULL is who has too few cases to be judged. No name and no order: hours do not rank managers.
    """
    known = kept.dropna()
    if known.empty:
        return "No manager has enough cases to judge the cadence"
    low, high = percent(known.min() / 100), percent(known.max() / 100)
    who = f"{number(len(known))} managers" if len(known) > 1 else "One manager"
    share = low if low == high else f"between {low} and {high}"
    return f"{who} kept {share} of the cadence due"


def heatmap_title(rows: pd.DataFrame, period: str) -> str:
    """Return who is not getting coached, as a sentence; ``rows`` as the query gives them."""
    first = rows.iloc[0]
    reps, without = count_of(first["rep_count"], "rep"), int(first["uncoached_count"])
    if without:
        verb = "was" if without == 1 else "were"
        return f"{number(without)} of {reps} {verb} not coached in {period}"
    weeks = count_of(first["fewest_weeks"], "week")
    return f"Each of the {reps} was coached in {period}, everyone in at least {weeks}"


def manager_heatmap_title(rows: pd.DataFrame, what: str) -> str:
    """Return how much of the coaching due week by week there was; ``rows`` as the query gives."""
    share = rows["coached_count"].sum() / rows["rep_count"].sum()
    return f"In a week {percent(share)} of the reps have {what}"


def manager_heatmap_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells ready to be drawn, and the managers in order of name."""
    name = _told_apart(rows["manager_name"], rows["manager_id"])
    share = rows["coached_count"] / rows["rep_count"]
    step = pd.cut(share, [-1, 0, 1 / 3, 2 / 3, 1], labels=SHARE_STEPS).astype(str)
    shaped = pd.DataFrame(
        {
            "manager": name,
            "week_start": rows["week_start"],
            "coached": rows["coached_count"].astype(int),
            "reps": rows["rep_count"].astype(int),
            "step": step,
        }
    )
    return shaped, list(dict.fromkeys(name))


_GROUPS = {
    "company": "Whole company",
    "region": "Region {}",
    "team": "Team {}",
    "manager": "Reports of {}",
    "manager_org": "Organisation of {}",
}


def group_heatmap_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells ready to be drawn, and the groups by kind and name; of ``group_weeks``."""
    kinds = rows["entity_type"].map(_GROUPS)
    names = pd.Series(
        [kind.format(name) for kind, name in zip(kinds, rows["name"], strict=True)],
        index=rows.index,
        dtype=object,
    )
    shaped = pd.DataFrame(
        {
            "group": _told_apart(names, rows["entity_type"] + rows["entity_id"]),
            "week_start": rows["week_start"],
            "reps": rows["rep_count"].astype(int),
            "step": rows["share_step"].astype(int).map(dict(enumerate(SHARE_STEPS))),
        }
    )
    return shaped, list(dict.fromkeys(shaped["group"]))


def group_heatmap_title(rows: pd.DataFrame, what: str) -> str:
    """Return in how many of the group weeks few of the reps had a session; as the query gives."""
    few = int((rows["share_step"] <= 1).sum())
    weeks = f"{number(few)} of {number(len(rows))} group weeks"
    return f"In {weeks} at most a third of the reps had {what}"


def _told_apart(names: pd.Series, ids: pd.Series) -> pd.Series:
    """Return the names, those of namesakes with their ids."""
    doubled = ids.groupby(names).transform("nunique") > 1
    return names.where(~doubled, names + " · " + ids)


def heatmap_rows(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return the cells ready to be drawn, and the reps in order of manager and name."""
    name = _told_apart(rows["full_name"], rows["person_id"])
    sessions = rows["session_count"].astype(int)
    step = sessions.clip(upper=3).map(dict(enumerate(SESSION_STEPS)))
    shaped = pd.DataFrame(
        {
            "rep": name,
            "manager": rows["manager_name"],
            "week_start": rows["week_start"],
            "sessions": sessions,
            "minutes": rows["session_minutes"].astype(int),
            "step": step,
        }
    )
    return shaped, list(dict.fromkeys(name))


def verdict_headline(verdict: str, totals: pd.Series) -> str:
    """Return the verdict as a sentence."""
    broken = int(totals["rule_count"] - totals["held_count"])
    rules = count_of(totals["rule_count"], "rule")
    residual = int(totals["residual_rows"])
    rows = (
        "every row is accounted for"
        if residual == 0
        else f"{count_of(residual, 'row')} cannot be accounted for"
    )
    if broken == 0 and verdict == "passed":
        return f"All {rules} held, and {rows}"
    return f"{number(broken)} of {rules} did not hold, and {rows}"


def rule_state(succeeded: bool, severity: str) -> str:
    """Return the state of a rule in a word."""
    if succeeded:
        return HELD
    return {"critical": "Broken", "info": "Note"}.get(severity, "Warning")
