"""The sentences and rows of the page Maturity & managers, from its data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.components.words import count_of, is_missing, listed, number, percent, spoken

RULES = {"article_000": "Exposed, expected, integrated", "cso_2017": "CSO Insights, 2017"}
RULE = "article_000"  # the reading that MA-01 goes by
LEVELS = ["Random", "Informal", "Formal", "Dynamic"]
SEEN = "Seen"
ROLES = {"rep": "Reps say", "manager": "Managers say", "enablement": "Enablement says"}
MOST_MANAGERS = 25
AXES = {
    "D1": ("Defined", "defined_score"),
    "D2": ("Practised", "practised_score"),
    "D3": ("Tools", "tools_score"),
    "D4": ("Reinforced", "reinforced_score"),
    "D5": ("Accountable", "accountable_score"),
    "D6": ("Capable", "capable_score"),
    "D7": ("Integrated", "integrated_score"),
}
OTHER_GATES = {
    "INITIATIVES": "Initiatives touched",
    "LD-01": "Leading triggers",
    "IMPACT": "Impact measured",
}
MEANING = (
    "Defined: a dated policy. Practised: the cadence is kept. Tools: sessions with an artefact. "
    "Reinforced: training and gaps are followed up. Accountable: actions are done, coaches "
    "observed. Capable: certified managers. Integrated: with initiatives and training."
)
WHY_NOT = {
    "exposure": "fewer than 8 months of reps stand behind it",
    "inputs": "neither a policy nor training is known",
}


def level_of(index: object) -> str:
    """Return a level by its number, in small letters; a dash where there is none."""
    return "–" if is_missing(index) or index is pd.NA else LEVELS[int(str(index))].lower()


def is_told(row: pd.Series, name: str) -> bool:
    """Tell whether a cell holds something."""
    value = row[name]
    return not (value is pd.NA or is_missing(value))


def why_not_assessable(row: pd.Series) -> str:
    """Return why an entity has no level."""
    code = "" if is_missing(row["not_assessable_for"]) else str(row["not_assessable_for"])
    return WHY_NOT.get(code, spoken(code).lower() or "too little was recorded")


def page_title(row: pd.Series) -> str:
    """Return the level that is seen beside those that are said."""
    if not is_told(row, "level_index"):
        return "Coaching here cannot be assessed yet"
    seen = level_of(row["level_index"])
    said = [
        f"{words.lower()} {level_of(row[f'{role}_survey_level_index'])}"
        for role, words in ROLES.items()
        if is_told(row, f"{role}_survey_level_index")
    ]
    return f"Coaching is seen as {seen}" + (f"; {listed(said)}" if said else "")


def gap_sentences(row: pd.Series) -> list[str]:
    """Return the gap between what is said and what is seen, in words, and what it rests on."""
    told = []
    for role, words in ROLES.items():
        if is_told(row, f"{role}_survey_gap"):
            gap = int(row[f"{role}_survey_gap"])
            rate = f"{role}_response_rate"
            answered = (
                f", {percent(row[rate])} of those who could"
                if rate in row.index and is_told(row, rate)
                else ""
            )
            n = count_of(row[f"{role}_respondent_count"], "answer")
            told.append(f"{words} {_compared(gap)} (n = {n}{answered}).")
        elif str(row.get(f"{role}_survey_reason_code")) == "small_group":
            told.append(f"{words}: withheld, fewer than 4 answered.")
    if not told:
        told.append("No survey of this quarter stands beside the evidence.")
    if is_told(row, "rep_survey_kappa"):
        told.append(
            f"Over {int(row['rep_survey_kappa_manager_count'])} managers what reps say and what is "
            f"seen agree with a weighted kappa of {number(row['rep_survey_kappa'], 2)}."
        )
    return told


def _compared(gap: int) -> str:
    if gap == 0:
        return "what is seen"
    return f"{count_of(abs(gap), 'level')} {'more' if gap > 0 else 'less'} than is seen"


def designed_sentence(row: pd.Series) -> str:
    """Return whether what is designed is also practised; nothing where that is not told."""
    if not is_told(row, "designed_level_index") or not is_told(row, "practised_level_index"):
        return ""
    designed, practised = int(row["designed_level_index"]), int(row["practised_level_index"])
    words = f"Designed as {level_of(designed)}, practised as {level_of(practised)}"
    return f"{words}: lip service." if designed > practised else f"{words}."


def sure_sentence(row: pd.Series) -> str:
    """Return how far the level is reached, and whether it stands if the gates move a tenth."""
    if not is_told(row, "level_index"):
        return ""
    lowered, raised = row["lowered_level_index"], row["raised_level_index"]
    progress = f"Progress {number(row['progress_score'])} of 100."
    if level_of(lowered) == level_of(raised) == level_of(row["level_index"]):
        return f"{progress} The level stands if all gates are a tenth lower or higher."
    return (
        f"{progress} With gates a tenth lower it would be {level_of(lowered)}, a tenth higher "
        f"{level_of(raised)}."
    )


def rests_on(row: pd.Series) -> str:
    """Return n, where the build tells it."""
    return f"n = {number(row['rep_months'])} rep months. " if is_told(row, "rep_months") else ""


def axis_rows(row: pd.Series, answers: pd.DataFrame, gates: pd.DataFrame) -> pd.DataFrame:
    """Return the seven axes as they are drawn: axis, kind (seen or who says it), value, n, text.

    ``asked`` is the threshold of the formal or dynamic level; a dimension without a value is told
    as 'not recorded'.
    """
    asked = gates[gates["rule_version"] == RULE].groupby("gate_code")["threshold"].max()
    rows: list[tuple[str, str, float | None, int | None, str, float]] = []
    for code, (name, column) in AXES.items():
        axis = f"{code} {name}"
        threshold = float(asked.get(code, float("nan")))
        value = None if is_missing(row[column]) else float(row[column])
        text = "not recorded" if value is None else percent(value)
        rows.append((axis, SEEN, value, None, text, threshold))
        for answer in answers.to_dict("records"):
            said = answer[code.lower()]
            if not is_missing(said):
                kind = ROLES[str(answer["respondent_role"])]
                n = int(answer["respondent_count"])
                rows.append((axis, kind, float(said), n, percent(said), threshold))
    return pd.DataFrame(rows, columns=["axis", "kind", "value", "n", "text", "asked"])


@dataclass(frozen=True)
class Gate:
    """One condition of the next level, and whether it is met."""

    name: str
    note: str
    seen: str
    asked: str
    is_met: bool
    is_recorded: bool


def next_gates(row: pd.Series, gates: pd.DataFrame) -> list[Gate]:
    """Return what the next level asks for, what is missing first; nothing at the highest."""
    if not is_told(row, "level_index"):
        return []
    wanted = gates[
        (gates["rule_version"] == row["rule_version"])
        & (gates["level_index"] == int(row["level_index"]) + 1)
    ]
    unmet = "" if is_missing(row["unmet_gates"]) else str(row["unmet_gates"])
    found = [_gate(gate, row, set(unmet.split())) for _, gate in wanted.iterrows()]
    return sorted(found, key=lambda gate: gate.is_met)


def _gate(gate: pd.Series, row: pd.Series, unmet: set[str]) -> Gate:
    code, threshold = str(gate["gate_code"]), float(gate["threshold"])
    if code in AXES:
        value = row[AXES[code][1]]
    else:
        column = {"LD-01": "leading_rate", "INITIATIVES": "initiative_count"}.get(code)
        value = None if column is None else row[column]
    is_share = code not in ("INITIATIVES", "IMPACT")
    known = not is_missing(value)
    each = " in each of the two quarters" if gate["quarters"] == "each" else ""
    is_met = code not in unmet
    if each and known and not is_met and float(value) >= threshold:
        each += ", and one of them lies below"
    return Gate(
        name=f"{code} {AXES[code][0]}" if code in AXES else OTHER_GATES.get(code, code),
        note=str(gate["note"]),
        seen=(percent(value) if is_share else number(value)) if known else "not recorded",
        asked=(percent(threshold) if is_share else number(threshold)) + each,
        is_met=is_met,
        is_recorded=known,
    )


def missing_title(row: pd.Series, found: list[Gate]) -> str:
    """Return what the next level still asks for."""
    if not is_told(row, "level_index"):
        return f"Not assessable: {why_not_assessable(row)}"
    level = int(row["level_index"])
    if level + 1 >= len(LEVELS):
        return "Nothing is missing: this is the highest level"
    missing = [gate.name for gate in found if not gate.is_met]
    if not missing:
        return f"Every gate of {level_of(level + 1)} is met, but not those below it"
    return f"For {level_of(level + 1)}, {count_of(len(missing), 'gate')} of {len(found)} to go"


def chance(share: float) -> str:
    """Return a share; what is not quite all or nothing is not rounded to it."""
    if 0.995 <= share < 1:
        return "over 99%"
    return "under 1%" if 0 < share < 0.005 else percent(share)


def chance_rows(row: pd.Series) -> pd.DataFrame:
    """Return the level as bars: shares of reps for the company, chances for a manager.

    Columns: level, share, text, is_own; empty where neither is published.
    """
    shares = [row[f"{level.lower()}_rep_share"] for level in LEVELS]
    if is_missing(shares[0]):
        shares = [row[f"{level.lower()}_probability"] for level in LEVELS]
    if is_missing(shares[0]):
        return pd.DataFrame()
    own = level_of(row["level_index"])
    return pd.DataFrame(
        {
            "level": LEVELS,
            "share": [float(share) for share in shares],
            "text": [chance(share) for share in shares],
            "is_own": [level.lower() == own for level in LEVELS],
        }
    )


def chance_title(row: pd.Series, rows: pd.DataFrame) -> str:
    """Return how sure the level is, or how many reps lie under it."""
    if is_missing(row["random_rep_share"]):
        own = rows[rows["is_own"]]
        share = own.iloc[0]["text"] if len(own) else "–"
        return f"A chance of {share} that the level is {level_of(row['level_index'])}"
    above = float(rows.loc[rows["level"].isin(LEVELS[2:]), "share"].sum())
    return f"{percent(above)} of reps have a manager who is formal or dynamic"


def chance_caption(row: pd.Series) -> str:
    """Return what the bars are."""
    if is_missing(row["random_rep_share"]):
        return (
            f"n = {number(row['rep_months'])} rep months, drawn 200 times with replacement and "
            "judged by the same gates. Random is certain or impossible: it asks only for papers."
        )
    rest = row["not_assessable_rep_share"]
    beside = f" {percent(rest)} under managers not assessable." if rest else ""
    return (
        f"n = {number(row['rep_months'])} rep months of two quarters, by the manager of each "
        f"day.{beside} Practised is the highest level that 60% lie under."
    )


def rule_rows(levels: pd.DataFrame, sensitivity: pd.DataFrame) -> pd.DataFrame:
    """Return what each rule says: level, progress of 100, gates unmet, managers by level."""
    rows = []
    for row in levels.to_dict("records"):
        rule = str(row["rule_version"])
        own = sensitivity[
            (sensitivity["rule_version"] == rule)
            & (sensitivity["gate_code"] == "all")
            & (sensitivity["threshold_change"].abs() < 0.001)
        ]
        counts = {
            level: int(own.iloc[0][f"{level.lower()}_manager_count"])
            for level in LEVELS
            if len(own)
        }
        rows.append(
            {
                "Rule": f"{rule}: {RULES[rule]}" if rule in RULES else rule,
                "Level": spoken(row["level_code"]),
                "Progress": row["progress_score"],
                "Missing": "" if is_missing(row["unmet_gates"]) else row["unmet_gates"],
                **counts,
            }
        )
    return pd.DataFrame(rows)


def sensitivity_sentence(rows: pd.DataFrame) -> str:
    """Return how many managers change if all gates move, or the one that moves most of them."""
    every = rows[(rows["gate_code"] == "all") & (rows["threshold_change"].abs() > 0.001)]
    if every.empty:
        return "What would change if the gates moved is not published."
    words = [
        f"{int(row['changed_manager_count'])} if all gates are a tenth "
        f"{'lower' if row['threshold_change'] < 0 else 'higher'}"
        for row in every.to_dict("records")
    ]
    n = int(every["manager_count"].iloc[0])
    return f"Of {number(n)} managers, another level for {listed(words)}"


def manager_chances(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per manager and level: name, level, share, text, order; assessable ones only."""
    known = rows[rows["level_index"].notna() & rows["random_probability"].notna()]
    known = known.head(MOST_MANAGERS).reset_index(drop=True)
    names = _told_apart(known)
    parts = [
        (
            f"{names[place]} · {row['rep_months']:.0f}",
            LEVELS[level],
            float(row[f"{LEVELS[level].lower()}_probability"]),
            level,
        )
        for place, row in known.iterrows()
        for level in range(4)
    ]
    told = pd.DataFrame(parts, columns=["name", "level", "share", "order"])
    told["text"] = told["share"].map(chance)
    return told[told["share"] > 0].reset_index(drop=True)


def _told_apart(rows: pd.DataFrame) -> dict[object, str]:
    """Return a name per row; namesakes with their id."""
    doubled = rows["name"].duplicated(keep=False)
    labels = rows["name"].where(~doubled, rows["name"] + " (" + rows["person_id"] + ")")
    return dict(labels.items())


def levels_title(rows: pd.DataFrame) -> str:
    """Return how many managers have which level."""
    known = rows[rows["level_index"].notna()]
    if known.empty:
        return "No manager here can be assessed yet"
    counts = known["level_index"].astype(int).value_counts()
    parts = [f"{counts[at]} {LEVELS[at].lower()}" for at in (3, 2, 1, 0) if at in counts]
    return f"Of {count_of(len(known), 'manager')}: {listed(parts)}"


def span_title(mean: float | None, over: float | None) -> str:
    """Return how many reps a manager leads, and how many managers lead more than eight."""
    if mean is None:
        return "No manager has a rep here"
    beyond = "" if over is None else f", {percent(over) if over else 'none'} more than eight"
    return f"Managers lead {number(mean, 1)} reps on average{beyond}"


def follow_title(share: float | None) -> str:
    """Return how many sessions are followed up."""
    if share is None:
        return "Whether sessions are followed up is not known here"
    return f"{percent(share)} of sessions are followed up within 14 days"


def time_title(strict: float | None, broad: float | None) -> str:
    """Return how much of the working time goes into coaching."""
    if broad is None:
        return "How much time goes into coaching is not known here"
    inner = "" if strict is None else f", {percent(strict, 1)} in strict sessions"
    return f"{percent(broad, 1)} of managers' working time is logged coaching{inner}"


def figure_rows(rows: pd.DataFrame, indicator_id: str, measure_id: str) -> pd.DataFrame:
    """Return one measure of each manager with enough cases, the highest first.

    Columns: name, value, low, high, n, text.
    """
    own = rows[(rows["indicator_id"] == indicator_id) & (rows["measure_id"] == measure_id)]
    own = own.dropna(subset=["value"]).reset_index(drop=True)
    names = _told_apart(own)
    told = pd.DataFrame(
        {
            "name": [names[place] for place in own.index],
            "value": own["value"].astype(float),
            "low": own["value_low"],
            "high": own["value_high"],
            "n": own["observation_count"].astype(int),
        }
    )
    told["text"] = told["value"].map(percent) + " · " + told["n"].map(number)
    return told.sort_values(["value", "name"], ascending=[False, True]).reset_index(drop=True)


def left_out(rows: pd.DataFrame, indicator_id: str, measure_id: str) -> str:
    """Return how many managers are withheld for small numbers or have nothing to count."""
    own = rows[(rows["indicator_id"] == indicator_id) & (rows["measure_id"] == measure_id)]
    small = int((own["value"].isna() & (own["reason_code"] == "small_n")).sum())
    nothing = int(own["value"].isna().sum()) - small
    parts = []
    if small:
        parts.append(f"{count_of(small, 'manager')} withheld for small numbers")
    if nothing:
        parts.append(f"{count_of(nothing, 'manager')} with nothing to count")
    return f" {listed(parts)[:1].upper()}{listed(parts)[1:]}." if parts else ""


def span_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many managers lead how many reps: reps, managers, text, is_over."""
    spans = figure_rows(rows, "TA-04", "mean")["value"].round().astype(int)
    if spans.empty:
        return pd.DataFrame()
    counts = spans.value_counts().sort_index()
    return pd.DataFrame(
        {
            "reps": [count_of(span, "rep") for span in counts.index],
            "managers": counts.to_numpy(),
            "text": [count_of(count, "manager") for count in counts],
            "is_over": [span > 8 for span in counts.index],
        }
    )


def time_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the share of working time of each manager: strict sessions and other logged ones.

    Columns: name, part, share, n, text, order.
    """
    strict = figure_rows(rows, "CO-05", "strict").set_index("name")
    broad = figure_rows(rows, "CO-05", "broad")
    parts = []
    for row in broad.head(MOST_MANAGERS).to_dict("records"):
        name, every = str(row["name"]), float(row["value"])
        inner = float(strict["value"].get(name, 0.0))
        for order, (part, share) in enumerate((("Strict", inner), ("Other logged", every - inner))):
            parts.append((name, part, max(share, 0.0), int(row["n"]), percent(share, 1), order))
    return pd.DataFrame(parts, columns=["name", "part", "share", "n", "text", "order"])
