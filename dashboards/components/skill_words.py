"""The sentences and rows of the page Skills & training, from its data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.components.chance import differ, wilson
from dashboards.components.words import count_of, is_missing, listed, number, percent, spoken
from dashboards.queries.base import Entity, Measure, Period

CALLS, SCORES = "Calls", "Scores"
MOST_PARTS = 25  # drawn, where each has a cell to judge
FILLED_UP_TO = 10  # with others
FEWEST_TRAININGS = 3  # the minimum of TR-01
OPEN_ALL, UNTIL_COACHED = "All gaps", "Until coached"
WITH, WITHOUT = "With reinforcement", "Without"
NOT_AN_EFFECT = (
    "Who was coached was chosen, not drawn by lot: the distance is no effect of coaching."
)
PART_WORDS = {
    "team": ("team", "teams"),
    "region": ("region", "regions"),
    "manager": ("manager", "managers"),
    "rep": ("rep", "reps"),
}


@dataclass(frozen=True)
class GapKind:
    """One way to tell a gap: from which measure, and how its cells are written."""

    measure: Measure
    is_share: bool
    top: float  # what the darkest cell stands for

    def gap(self, value: float) -> float:
        """Return the gap: what does not show the behaviour, or the points below the target."""
        return 1 - value if self.is_share else value

    def written(self, gap: float) -> str:
        """Return a gap as a cell says it."""
        return percent(gap) if self.is_share else f"{number(gap, 1)} pts"


KINDS = {
    CALLS: GapKind(Measure("BE-10", "shown"), is_share=True, top=1.0),
    SCORES: GapKind(Measure("BE-07", "gap"), is_share=False, top=2.0),
}
KIND_MEANING = (
    "Calls: the share of scored calls that do not show the behaviour. Scores: how many points of 5 "
    "the mean score lies below the target of 4, where it was scored on three days or more."
)


def levels(entity: Entity) -> tuple[str, ...]:
    """Return the kinds of parts that an entity is laid out by, the first that has several."""
    if entity.entity_type == "team":
        return ("rep",)
    if entity.entity_type == "manager_org":
        return ("manager", "rep")
    return ("team", "region") if entity.entity_type == "company" else ("team",)


def cell_rows(cells: pd.DataFrame, entity: Entity, kind: GapKind, withheld: str) -> pd.DataFrame:
    """Return the cells, the whole first, then the parts with the widest gap over all skills.

    Columns: part, skill, gap (NULL if withheld), n, text, is_small, is_whole, is_judged (the part
    has a cell with enough cases). Parts without such a cell stand last.
    """
    whole = (cells["entity_type"] == entity.entity_type) & (cells["entity_id"] == entity.entity_id)
    rows = cells.assign(
        is_whole=whole,
        # A manager's reps and a manager's organisation have the same id.
        key=cells["entity_type"] + " " + cells["entity_id"],
        gap=cells["value"].map(lambda value: None if is_missing(value) else kind.gap(value)),
        is_small=cells["reason_code"].eq("small_n"),
    )
    enough = rows[(rows["member"] != "all") & ~rows["is_small"] & rows["gap"].notna()]
    rows["is_judged"] = rows["key"].isin(enough["key"])
    # A gap of one call ranks nobody: parts without a cell to judge come by how much was scored.
    rows["rank"] = rows["gap"].where(rows["is_judged"], -1.0)
    # Where the figure over all skills is withheld, that of one skill stands for it.
    first = rows.sort_values("member", key=lambda member: member != "all", kind="stable")
    overall = first.drop_duplicates("key").sort_values(
        ["is_whole", "is_judged", "rank", "observation_count", "name", "entity_id"],
        ascending=[False, False, False, False, True, True],
    )
    names = part_names(overall, entity)
    drawn = rows[(rows["member"] != "all") & rows["key"].isin(names)].copy()
    place = {identity: order for order, identity in enumerate(names)}
    drawn["order"] = drawn["key"].map(place)
    drawn["part"] = drawn["key"].map(names)
    drawn["skill"] = drawn["member"].map(spoken)
    drawn["n"] = drawn["observation_count"].astype(int)
    drawn["text"] = [
        withheld if is_missing(gap) else f"{kind.written(gap)} · {number(n)}"
        for gap, n in zip(drawn["gap"], drawn["n"], strict=True)
    ]
    columns = ["part", "skill", "gap", "n", "text", "is_small", "is_whole", "is_judged"]
    return drawn.sort_values(["order", "skill"])[columns].reset_index(drop=True)


def drawn_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that are drawn: the parts that can be judged, and a few of the others."""
    parts = rows.drop_duplicates("part")
    judged = int((parts["is_judged"] & ~parts["is_whole"]).sum())
    most = min(max(judged, FILLED_UP_TO), MOST_PARTS) + int(parts["is_whole"].sum())
    return rows[rows["part"].isin(parts["part"].head(most))]


def part_names(overall: pd.DataFrame, entity: Entity) -> dict[str, str]:
    """Return how each part is called, in order; namesakes are told apart by their id."""
    doubled = overall["name"].where(~overall["is_whole"], "").duplicated(keep=False)
    names = {}
    for (_, row), is_double in zip(overall.iterrows(), doubled, strict=True):
        name = str(row["name"])
        if row["is_whole"]:
            name = f"All of {entity.label}"
        elif is_double:
            name = f"{name} ({row['entity_id']})"
        names[str(row["key"])] = name
    return names


def widest(rows: pd.DataFrame) -> pd.Series | None:
    """Return the skill with the widest gap of the whole, of those with enough cases."""
    whole = rows[rows["is_whole"] & ~rows["is_small"]].dropna(subset=["gap"])
    if whole.empty:
        return None
    return whole.sort_values(["gap", "skill"], ascending=[False, True]).iloc[0]


def page_title(rows: pd.DataFrame, kind: GapKind) -> str:
    """Return what the heatmap says of the whole."""
    row = widest(rows)
    if row is None:
        return "Too few were scored to say which skill lacks most"
    whole = rows[rows["is_whole"] & ~rows["is_small"]].dropna(subset=["gap"])
    least, most = float(whole["gap"].min()), float(row["gap"])
    if not kind.is_share:  # points have no interval, so that no skill can be picked out
        if most <= 0:
            return "No skill lies below its target"
        return f"Skills lie {number(least, 1)} to {number(most, 1)} points of 5 from their target"
    if stands_out(row, whole):
        return f"{row['skill']} lacks most: {percent(most)} of its scores in calls do not show it"
    span = f"{percent(least)} to {percent(most)}"
    return f"No skill stands out: each is missing in {span} of its scores in calls"


def stands_out(row: pd.Series, whole: pd.DataFrame) -> bool:
    """Tell whether the widest gap differs from that of all other skills by more than chance.

    As it was picked out of several, its interval is that of Bonferroni.
    """
    others = whole[whole["skill"] != row["skill"]]
    if others.empty:
        return False
    n = int(others["n"].sum())
    rest = float((others["gap"] * others["n"]).sum() / n)
    error = 0.05 / len(whole)
    own = wilson(float(row["gap"]), int(row["n"]), error)
    return differ(float(row["gap"]), own, rest, wilson(rest, n, error))


def heatmap_caption(
    rows: pd.DataFrame, level: str, total: int, kind: GapKind, withheld: str = ""
) -> str:
    """Return what a cell holds, how many parts have one, and what an empty one means."""
    parts = rows.loc[~rows["is_whole"], "part"].nunique()
    one, many = PART_WORDS[level]
    what = "scores of a skill in calls" if kind.is_share else "pairs of rep and skill"
    which = f"{number(parts)} of {count_of(total, one, many)}" if parts < total else ""
    which = which or count_of(total, one, many)
    rest = ", the others are in the table" if parts < total else ""
    return (
        f"In a cell: the gap and n, {what}. {which} with any score{rest}. "
        "Outlined and grey: too few to judge. No cell: nothing was scored"
        f"{f', or it is {withheld} stand behind it' if withheld else ''}."
    )


def heatmap_alt(rows: pd.DataFrame) -> str:
    """Return the whole's gaps as words, the widest first."""
    whole = rows[rows["is_whole"]].sort_values("gap", ascending=False)
    return "; ".join(whole["skill"] + " " + whole["text"])


def closing_rows(curve: pd.DataFrame) -> pd.DataFrame:
    """Return the curves as they are drawn: series, day, closed, low, high, at_risk, text."""
    names = {"closed_90": OPEN_ALL, "closed_90_uncoached": UNTIL_COACHED}
    rows = curve.assign(
        series=curve["measure_id"].map(names),
        day=curve["duration"].astype(int),
        low=curve["closed_low"].fillna(curve["closed"]),
        high=curve["closed_high"].fillna(curve["closed"]),
    )
    rows["is_last"] = ~rows["series"].duplicated(keep="last")
    rows["text"] = rows["series"] + " " + rows["closed"].map(percent)
    columns = ["series", "day", "closed", "low", "high", "at_risk", "text", "is_last"]
    return rows[columns].reset_index(drop=True)


def on_day(rows: pd.DataFrame, series: str, day: int) -> pd.Series | None:
    """Return the curve's last step until a day; None where nobody is watched so long."""
    own = rows[rows["series"] == series]
    if own.empty or own["day"].max() < day:
        return None
    return own[own["day"] <= day].iloc[-1]


def closing_title(rows: pd.DataFrame) -> str:
    """Return how many gaps close within 90 days, and within a year if anybody was watched."""
    quarter, year = on_day(rows, OPEN_ALL, 90), on_day(rows, OPEN_ALL, 365)
    if quarter is None:
        return "Too few gaps have been watched for 90 days"
    if quarter["closed"] == 0:
        return "No gap closed within 90 days"
    later = "" if year is None else f", {percent(year['closed'])} within a year"
    return f"{percent(quarter['closed'])} of gaps are seen to close within 90 days{later}"


def closing_caption(curve: pd.DataFrame, rows: pd.DataFrame) -> str:
    """Return n, what is censored, and the interval of the 90th day."""
    whole = curve[curve["measure_id"] == "closed_90"].iloc[0]
    row = on_day(rows, OPEN_ALL, 90)
    interval = (
        ""
        if row is None or row["low"] == row["high"]
        else f" 95% interval after 90 days {percent(row['low'])} to {percent(row['high'])}."
    )
    watched = listed(
        [
            f"{number(int(step['at_risk']))} after {day} days"
            for day in (90, 180, 365)
            if (step := on_day(rows, OPEN_ALL, day)) is not None
        ]
    )
    still = f" Still watched: {watched}." if watched else ""
    return (
        f"n = {count_of(whole['gap_count'], 'gap')}, {number(int(whole['closed_count']))} closed; "
        f"{number(int(whole['open_count']))} count as open until the as-of date or the person's "
        "last day, also where nobody scored again."
        f"{interval}{still} Gaps of one person are not independent, so the interval is too narrow."
    )


def kept_rows(kept: pd.DataFrame) -> pd.DataFrame:
    """Return what is kept as it is drawn: series, day, kept, low, high, n, persons, text."""
    known = kept[kept["is_reinforced"].notna()]
    rows = pd.DataFrame(
        {
            "series": [WITH if value else WITHOUT for value in known["is_reinforced"]],
            "day": known["aim_days"].astype(int),
            "kept": known["kept"],
            "low": known["kept_low"],
            "high": known["kept_high"],
            "n": known["training_count"].astype(int),
            "persons": known["person_count"].astype(int),
        }
    ).reset_index(drop=True)
    rows["text"] = rows["kept"].map(percent)
    rows["is_small"] = rows["n"] < FEWEST_TRAININGS
    rows["top"] = rows["high"].fillna(rows["kept"])
    rows["bottom"] = rows["low"].fillna(rows["kept"])
    rows["is_upper"] = rows["kept"] == rows.groupby("day")["kept"].transform("max")
    return rows


def kept_title(rows: pd.DataFrame) -> str:
    """Return what is left after 90 days, with and without reinforcement."""
    last = rows[(rows["day"] == 90) & ~rows["is_small"]].set_index("series")
    told = {str(series): str(text) for series, text in last["text"].items()}
    if WITH in told and WITHOUT in told:
        return (
            f"After 90 days {told[WITH]} of the score is left with reinforcement, "
            f"{told[WITHOUT]} without"
        )
    if last.empty:
        return "Too few were tested again after 90 days"
    series = str(last.index[0])
    words = "with reinforcement" if series == WITH else "without reinforcement"
    return f"After 90 days {last.iloc[0]['text']} of the score is left {words}"


def kept_caption(rows: pd.DataFrame) -> str:
    """Return n and the intervals after 90 days, and whether these overlap."""
    last = rows[rows["day"] == 90]
    parts = []
    for row in last.to_dict("records"):
        n = f"{count_of(row['n'], 'training')} of {count_of(row['persons'], 'person')}"
        interval = (
            "too few for an interval"
            if is_missing(row["low"])
            else f"95% interval {percent(row['low'])} to {percent(row['high'])}"
        )
        parts.append(f"{row['series']}: n = {n}, {interval}")
    return f"{'. '.join(parts)}. {NOT_AN_EFFECT}" if parts else NOT_AN_EFFECT


def trace_of(measure: Measure, entity: Entity, period: Period) -> str:
    """Return a figure as ``halftime trace`` takes it, safe for a shell."""
    whose = (
        "company" if entity.entity_type == "company" else f"{entity.entity_type}={entity.entity_id}"
    )
    figure = (
        f"{measure.indicator_id}:{measure.measure_id}@{whose}"
        f"@{period.grain}={period.start.isoformat()}"
    )
    return f"'{figure}'" if " " in figure else figure
