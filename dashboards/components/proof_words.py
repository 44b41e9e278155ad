"""What the page on proof says, computed from its rows; no Streamlit here: easy to test."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.components.words import (
    NO_VALUE,
    count_of,
    is_missing,
    listed,
    number,
    percent,
    plain,
)
from dashboards.queries.base import Row

NAIVE = "naive"
FEWEST = 5  # deals in the smaller group; the registry's minimum of IM-01
ALL_COHORTS = "Since the log began"
NO_EFFECT = (
    "Nobody was coached by lot, so none of these gaps is an effect of coaching: what a landmark "
    "leaves may still be managers who pick the deals that look winnable."
)
NEVER_MERGED = (
    "Claims of third parties with their provenance. They are never merged into facts: no figure of "
    "these pages reads them."
)
VERDICTS = {
    "leads": "▲ Leads",
    "moves_with": "= Moves with",
    "no_sign": "○ No sign",
    "too_little_data": "… Too little data",
}
SAME_DEALS = "✕ Says nothing"
_TOGETHER = "\u00a0"  # a range is not broken over two lines of a title


@dataclass(frozen=True)
class Verdict:
    """A plain answer: a sign, a few words, and why."""

    icon: str
    words: str
    why: str


def points(value: float, digits: int = 0, plus: bool = False) -> str:
    """Return −4 or +1.4: a gap in points, with a true minus sign and never a minus nought."""
    rounded = round(float(value), digits)
    sign = "−" if rounded < 0 else "+" if plus and rounded > 0 else ""
    return f"{sign}{abs(rounded):.{digits}f}"


def interval(low: float, high: float, digits: int = 0) -> str:
    """Return '−3 to 6'."""
    return f"{points(low, digits)} to {points(high, digits)}"


def row_name(landmark_days: object) -> str:
    """Return what a comparison is called in charts and sentences."""
    if landmark_days is None or is_missing(landmark_days) or landmark_days is pd.NA:
        return "Naive"
    return f"Day {int(float(str(landmark_days)))}"


def explanation() -> str:
    """Return in two sentences why the naive gap is biased, and what a landmark does about it."""
    return (
        "**Why the naive gap is biased:** a deal has to live to be coached, so the many deals that "
        "die young all count as not coached (immortal time), and managers coach what looks "
        "winnable. **A landmark** takes only the deals still open on day 30, 60 or 90 and asks who "
        "had been coached by then: that removes the first error, and not the second."
    )


def _sure(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["reason_code"].isna() & rows["gap_points"].notna()]


def _landmarks(rows: pd.DataFrame) -> pd.DataFrame:
    sure = _sure(rows)
    return sure[sure["comparison"] != NAIVE]


def _range(gaps: pd.Series) -> str:
    low, high = points(gaps.min()), points(gaps.max())
    if low == high:
        return f"{low} {'point' if low in ('1', '−1') else 'points'}"
    return f"{low}{_TOGETHER}to{_TOGETHER}{high}{_TOGETHER}points"


def headline(rows: pd.DataFrame) -> str:
    """Return the naive gap beside those of landmarks as a sentence; ``rows`` as the query gives."""
    sure = _sure(rows)
    naive = sure[sure["comparison"] == NAIVE]
    if naive.empty:
        return "Whether coached deals do better cannot be told yet"
    gap = float(naive["gap_points"].iloc[0])
    size = _range(pd.Series([abs(gap)]))
    first = f"Coached deals look {size} {'better' if gap >= 0 else 'worse'}"
    landmarks = _landmarks(rows)
    if landmarks.empty:
        return f"{first}; a fair comparison cannot be told yet"
    if ((landmarks["gap_low_points"] <= 0) & (landmarks["gap_high_points"] >= 0)).all():
        return f"{first}; among deals of the same age no gap is sure"
    return f"{first}; among deals of the same age the gap is {_range(landmarks['gap_points'])}"


def verdict(rows: pd.DataFrame) -> Verdict:
    """Return what may be concluded from the comparisons, or that nothing may yet, and why."""
    sure, landmarks = _sure(rows), _landmarks(rows)
    if sure[sure["comparison"] == NAIVE].empty:
        return Verdict("hourglass_empty", "Not estimable yet", _too_few(rows))
    if landmarks.empty:
        return Verdict(
            "hourglass_empty",
            "Not estimable yet: only the biased comparison has enough deals",
            _too_few(rows[rows["comparison"] != NAIVE]),
        )
    names = landmarks["landmark_days"].map(row_name)
    above, below = landmarks["gap_low_points"] > 0, landmarks["gap_high_points"] < 0
    parts = [
        f"at {_days(names[which])} {words}"
        for which, words in (
            (above, "the interval lies above 0"),
            (below, "the interval lies below 0"),
            (~above & ~below, "the interval holds 0, so that chance can explain the gap"),
        )
        if which.any()
    ]
    told = "; ".join(parts)
    why = f"{told[:1].upper()}{told[1:]}. {NO_EFFECT}"
    left_out = rows[(rows["comparison"] != NAIVE) & ~rows.index.isin(landmarks.index)]
    if len(left_out):
        why += f" {_too_few(left_out)}"
    if not above.any() and not below.any():
        return Verdict("balance", "No gap is left that chance could not explain", why)
    if below.any() and not above.any():
        return Verdict("trending_down", "Coached deals do worse, and that is not proof either", why)
    if above.all():
        return Verdict("trending_up", "A gap is left, and it is not proof of an effect", why)
    return Verdict("help", "Some gap is left at some ages, and it is not proof of an effect", why)


def _days(names: pd.Series) -> str:
    return "day " + listed([name.removeprefix("Day ") for name in names])


def _too_few(rows: pd.DataFrame) -> str:
    """Return how few deals there are in the smaller group of comparisons that are not judged."""
    smaller = rows[["coached_deal_count", "other_deal_count"]].fillna(0).min(axis=1).astype(int)
    told = [
        f"{row_name(day)}: {number(count)}"
        for day, count in zip(rows["landmark_days"], smaller, strict=True)
    ]
    return f"Too few deals in the smaller group to judge; {FEWEST} are needed ({', '.join(told)})."


def basis(rows: pd.DataFrame) -> str:
    """Return which deals are looked at and which are left out."""
    naive = rows[rows["comparison"] == NAIVE].iloc[0]
    looked = int(naive["coached_deal_count"] + naive["other_deal_count"])
    left_out = int(naive["left_out_deal_count"] or 0)
    words = (
        f"n = {count_of(looked, 'decided deal')}, each at least {int(naive['maturity_days'])} days "
        f"old: by that age 95 of 100 won deals were won. {number(left_out)} more are left out: "
        "open, without a decision, or disqualified. 95% intervals."
    )
    if not bool(naive["is_whole_cohort"]):
        words += " Not all deals of this time are old enough yet."
    return words


def gap_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per comparison ready to be drawn: name, gap with ends, text, is_judged."""
    shaped = rows[rows["gap_points"].notna()]
    judged = shaped["reason_code"].isna()
    text = [
        f"{points(gap, 1, plus=True)}  ({interval(low, high, 1)})" + ("" if sure else ", too few")
        for gap, low, high, sure in zip(
            shaped["gap_points"],
            shaped["gap_low_points"],
            shaped["gap_high_points"],
            judged,
            strict=True,
        )
    ]
    return pd.DataFrame(
        {
            "name": shaped["landmark_days"].map(row_name),
            "gap": shaped["gap_points"],
            "low": shaped["gap_low_points"],
            "high": shaped["gap_high_points"],
            "text": text,
            "is_judged": judged,
        }
    )


def rate_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return two rows per comparison ready to be drawn: coached and other deals."""
    parts = [
        pd.DataFrame(
            {
                "name": rows["landmark_days"].map(row_name),
                "deals": label,
                "rate": rows[f"{group}_rate"],
                "low": rows[f"{group}_low"],
                "high": rows[f"{group}_high"],
                "n": rows[f"{group}_deal_count"].fillna(0).astype(int),
                "is_judged": rows["reason_code"].isna(),
            }
        )
        for group, label in (("coached", "Coached"), ("other", "Other"))
    ]
    shaped = pd.concat(parts, ignore_index=True)
    shaped = shaped[shaped["rate"].notna()]
    words = zip(shaped["rate"], shaped["n"], strict=True)
    return shaped.assign(text=[f"{percent(rate)}, n = {number(n)}" for rate, n in words])


def pair_verdict(verdict_code: str, shares_cases: bool) -> str:
    """Return the verdict on a pair with its sign."""
    if shares_cases and verdict_code != "too_little_data":
        return SAME_DEALS
    return VERDICTS.get(verdict_code, verdict_code)


def pair_reason(row: Row) -> str:
    """Return why a pair has its verdict, in a few words."""
    if row["verdict"] == "too_little_data":
        return "too few managers or months"
    if row["shares_cases"]:
        return "same deals on both sides"
    if row["verdict"] == "leads":
        return "found, and found again"
    if row["verdict"] == "moves_with":
        return "found, and found again"
    if not row["is_significant"]:
        return "may be chance"
    if not row["is_confirmed"]:
        return "not found again later"
    return "hardly above lag 0"


def pairs_headline(rows: pd.DataFrame) -> str:
    """Return how many pairs lead, of those that can be told anything about."""
    tested = rows[~rows["shares_cases"] & (rows["verdict"] != "too_little_data")]
    leading = int((tested["verdict"] == "leads").sum())
    together = int((tested["verdict"] == "moves_with").sum())
    if tested.empty:
        return "Which indicators lead cannot be told yet"
    found = "None" if leading == 0 else number(leading)
    words = f"{found} of {count_of(len(tested), 'pair')} that could be asked"
    words += " leads" if leading < 2 else " lead"
    if not together:
        return f"{words}; none moves with its result in the same month"
    moves = "moves with its result" if together == 1 else "move with their results"
    return f"{words}; {number(together)} {moves} in the same month"


def correlation(value: object, low: object, high: object) -> str:
    """Return '0.25 (0.20 to 0.31)', a dash where nothing was asked."""
    if any(is_missing(part) for part in (value, low, high)):
        return NO_VALUE
    numbers = [points(float(str(part)), 2) for part in (value, low, high)]
    return f"{numbers[0]} ({numbers[1]} to {numbers[2]})"


def pair_name(row: pd.Series) -> str:
    """Return 'Ask ratio of the coach → Win rate'."""
    return f"{row['leading_name']} → {row['lagging_name']}"


def lead_sentence(row: pd.Series) -> str:
    """Return what a pair that leads says, with n and both intervals."""
    learned = correlation(row["correlation"], row["correlation_low"], row["correlation_high"])
    later = correlation(
        row["hold_out_correlation"],
        row["hold_out_correlation_low"],
        row["hold_out_correlation_high"],
    )
    hoped = "" if row["is_as_hoped"] else ", against what one hopes"
    return (
        f"**{plain(row['leading_name'])}** goes {count_of(row['lag_months'], 'month')} before "
        f"**{plain(row['lagging_name'].lower())}**{hoped}: correlation {learned}; "
        f"in later months, held out, {later}. "
        f"n = {number(row['rep_month_count'])} rep months of {number(row['rep_count'])} reps"
    )


def pair_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs as they stand in the table."""
    asked = rows["verdict"] != "too_little_data"
    hoped = rows["is_as_hoped"].map({True: "yes", False: "no"})

    def written(prefix: str) -> list[str]:
        columns = (f"{prefix}correlation{end}" for end in ("", "_low", "_high"))
        return [
            correlation(*parts) for parts in zip(*(rows[column] for column in columns), strict=True)
        ]

    return pd.DataFrame(
        {
            "verdict": [
                pair_verdict(code, bool(shares))
                for code, shares in zip(rows["verdict"], rows["shares_cases"], strict=True)
            ],
            "why": [pair_reason(row) for row in rows.to_dict("records")],
            "leading": rows["leading_name"],
            "lagging": rows["lagging_name"],
            "lag_months": rows["lag_months"].where(asked),
            "learned": written(""),
            "n_learned": rows["rep_month_count"],
            "held_out": written("hold_out_"),
            "n_held_out": rows["hold_out_rep_month_count"],
            "managers": rows["manager_count"],
            "as_hoped": hoped.where(asked & rows["correlation"].notna()),
        }
    )


def lag_title(pair: pd.Series) -> str:
    """Return the verdict on one pair as a sentence."""
    leading, lagging = pair["leading_name"], str(pair["lagging_name"]).lower()
    if pair["verdict"] == "too_little_data":
        return f"Too little data to ask whether {leading} goes before {lagging}"
    if pair["shares_cases"]:
        return f"{leading} and {lagging} look at the same deals, so this pair says nothing"
    if pair["verdict"] == "leads":
        return f"{leading} goes {count_of(pair['lag_months'], 'month')} before {lagging}"
    if pair["verdict"] == "moves_with":
        return f"{leading} moves with {lagging} in the same month"
    return f"There is no sign that {leading} goes before {lagging}"


def lag_note(pair: pd.Series, is_judged: bool) -> str:
    """Return which lag the verdict on a pair is about, and why."""
    why = pair_reason(pair.to_dict())
    if not is_judged:
        return f"No lag is marked: {why}."
    return f"Marked is lag {int(pair['lag_months'])}, which the verdict is about: {why}."


def lag_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return two rows per lag ready to be drawn: learned and held out."""
    parts = [
        pd.DataFrame(
            {
                "lag": rows["lag_months"].astype(int),
                "part": label,
                "value": rows[f"{prefix}correlation"],
                "low": rows[f"{prefix}correlation_low"],
                "high": rows[f"{prefix}correlation_high"],
                "n": rows[f"{prefix}rep_month_count"],
            }
        )
        for prefix, label in (("", "Learned"), ("hold_out_", "Held out"))
    ]
    shaped = pd.concat(parts, ignore_index=True)
    # Of what was not tested a council's build has no counts.
    return shaped[shaped["value"].notna()].astype({"n": int})


def claimed(value: object, unit: object) -> str:
    """Return a published figure as it is written: 53.6%, 6, or a dash where it has none."""
    if is_missing(value):
        return NO_VALUE
    size = abs(float(str(value)))
    sign = "−" if float(str(value)) < 0 else ""
    digits = 0 if f"{size:.1f}".endswith(".0") else 1
    return sign + (percent(size / 100, digits) if unit == "percent" else number(size, digits))


def benchmark_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the published figures as they stand in the table."""
    conflict: list[object] = [
        None if is_missing(figure) else f"{claimed(value, unit)}: {figure} ({where})"
        for figure, value, unit, where in zip(
            rows["conflicting_figure"],
            rows["conflicting_value"],
            rows["conflicting_unit"],
            rows["conflicting_seen_on"],
            strict=True,
        )
    ]
    value = [claimed(each, unit) for each, unit in zip(rows["value"], rows["unit"], strict=True)]
    columns = ["source", "year", "sample", "confidence"]
    more = ["care", "seen_on", "seen_at"]
    shaped = rows[["figure", *columns, *more]].assign(
        value=value, conflict=pd.Series(conflict, rows.index, dtype=object)
    )
    return shaped[["figure", "value", *columns, "conflict", *more]]


def benchmark_headline(rows: pd.DataFrame) -> str:
    """Return how many figures are known, and how many another one contradicts."""
    contradicted = int(rows["conflicting_figure"].notna().sum())
    return (
        f"{number(contradicted)} of {count_of(len(rows), 'published figure')} "
        f"{'contradicts' if contradicted == 1 else 'contradict'} another one"
    )
