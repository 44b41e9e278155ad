"""Find the published figure that was meant, or say what comes nearest."""

from __future__ import annotations

from typing import Any

from halftime.errors import UsageError
from quality.trace import figure as words
from quality.trace.build import OpenBuild
from quality.trace.figure import Cell, Wanted, day, one_of

KEY = (
    "indicator_id",
    "measure_id",
    "entity_type",
    "entity_id",
    "period_grain",
    "period_start",
    "dimension",
    "member",
    "currency_code",
)


def find_cell(build: OpenBuild, wanted: Wanted) -> Cell:
    """Fill in what was not said and return the key of the figure.

    Raises :class:`UsageError` naming the nearest known values where there is no such figure.
    """
    registry = build.rows("select * from build.reference.indicators")
    indicator = one_of(
        wanted.indicator or "", sorted({row["indicator_id"] for row in registry}), "indicator"
    )
    measures = [row for row in registry if row["indicator_id"] == indicator]
    measure = _measure(wanted, measures)
    dimension, member = _member(wanted)
    fixed = {"indicator_id": indicator, "measure_id": measure}
    fixed |= {"dimension": dimension} if dimension else {}
    fixed |= _entity(build, wanted, fixed)
    if member:
        fixed["member"] = one_of(member, _known(build, "member", fixed), f"{dimension} member")
    elif not dimension:
        fixed |= {"dimension": "all", "member": "all"}
    fixed |= _period(build, wanted, fixed)
    return _only(build, wanted, fixed)


def _measure(wanted: Wanted, measures: list[dict[str, Any]]) -> str:
    names = [row["measure_id"] for row in measures]
    if wanted.measure:
        return one_of(wanted.measure, names, f"measure of {measures[0]['indicator_id']}")
    return next((row["measure_id"] for row in measures if row["is_headline"]), names[0])


def _member(wanted: Wanted) -> tuple[str | None, str | None]:
    dimension = wanted.dimension
    if dimension and dimension != "all":
        dimension = one_of(dimension, words.DIMENSIONS, "dimension")
        if not wanted.member:
            raise UsageError(
                f"Which {dimension} is not said.", hint=f"Add @{dimension}=ID, or --member ID."
            )
        return dimension, wanted.member
    if wanted.member and wanted.member != "all":
        raise UsageError("--member is given without --dimension.", hint="Add --dimension product.")
    return None, None


def _entity(build: OpenBuild, wanted: Wanted, fixed: dict[str, Any]) -> dict[str, Any]:
    kind = one_of(wanted.entity_type or "company", words.ENTITY_TYPES, "entity type")
    entity = wanted.entity or ("company" if kind == "company" else "")
    if not entity:
        raise UsageError(f"Which {kind} is not said.", hint=f"Add @{kind}=ID, or --entity ID.")
    known = _known(build, "entity_id", fixed | {"entity_type": kind})
    if entity not in known:
        entity = _by_name(build, entity, known, kind)
    return {"entity_type": kind, "entity_id": entity}


def _by_name(build: OpenBuild, name: str, known: list[str], kind: str) -> str:
    """Return the id of the one person or team of this name; else raise naming the nearest."""
    rows = build.rows(
        "select person_id as id, full_name as name from build.core.dim_person "
        "union select team_id, team_name from build.core.dim_team"
    )
    named = [(str(row["name"]), str(row["id"])) for row in rows if row["id"] in known]
    ids = sorted({item for found, item in named if found.lower() == name.lower()})
    if len(ids) > 1:
        raise UsageError(
            f"Several bear the name '{name}'.", hint=f"Name one by its id: {', '.join(ids)}."
        )
    return ids[0] if ids else one_of(name, [*known, *(found for found, _ in named)], kind)


def _period(build: OpenBuild, wanted: Wanted, fixed: dict[str, Any]) -> dict[str, Any]:
    grain = one_of(wanted.grain or "quarter", words.GRAINS, "period grain")
    if not wanted.period and not wanted.dimension:
        # Of a mix by area only empty periods have a figure of the whole: do not prefer those.
        fixed = {key: fixed[key] for key in fixed if key not in ("dimension", "member")}
    known = _known(build, "period_start", fixed | {"period_grain": grain})
    if not wanted.period:
        whole = build.rows(
            "select max(period_start) as start from build.core.dim_period "
            "where period_grain = ? and is_complete and list_contains(?, period_start)",
            [grain, known],
        )[0]["start"]
        start = whole or (max(known) if known else None)
        if start is None:
            raise UsageError(f"No {grain} of this figure is published.", hint=_grains(build, fixed))
        return {"period_grain": grain, "period_start": start}
    start = _labelled(build, grain, wanted.period) or day(wanted.period, f"The {grain}")
    if start not in known:
        near = sorted(known, key=lambda item: abs((item - start).days))[:3]
        raise UsageError(
            f"No {grain} of this figure begins on {start}.",
            hint=f"Nearest: {', '.join(map(str, near))}." if near else _grains(build, fixed),
        )
    return {"period_grain": grain, "period_start": start}


def _labelled(build: OpenBuild, grain: str, label: str) -> Any:
    found = build.rows(
        "select period_start from build.core.dim_period "
        "where period_grain = ? and lower(period_label) = lower(?)",
        [grain, label],
    )
    return found[0]["period_start"] if found else None


def _grains(build: OpenBuild, fixed: dict[str, Any]) -> str:
    known = _known(build, "period_grain", fixed)
    return f"It is published by {', '.join(known)}." if known else "Try the company."


def _only(build: OpenBuild, wanted: Wanted, fixed: dict[str, Any]) -> Cell:
    """Return the one figure left; several differ in their currency alone."""
    where, values = _where(fixed)
    found = build.rows(f"select {', '.join(KEY)} from figure {where} order by all", values)
    if wanted.currency:
        codes = [row["currency_code"] for row in found]
        code = one_of(wanted.currency, codes, "currency of this figure") if codes else ""
        found = [row for row in found if row["currency_code"] == code]
    if not found:
        raise UsageError(
            f"There is no figure of {fixed['indicator_id']}:{fixed['measure_id']} for "
            f"{fixed['entity_type']} {fixed['entity_id']}, {fixed['period_grain']} "
            f"{fixed['period_start']}.",
            hint=_instead(build, fixed),
        )
    if len(found) > 1:
        own = build.rows("select reporting_currency as code from build.core.dim_clock")[0]["code"]
        found = [row for row in found if row["currency_code"] == own] or found[:1]
    return Cell(**found[0])


def _instead(build: OpenBuild, fixed: dict[str, Any]) -> str:
    """Say what varies: the dimensions under which the rest of the key is published."""
    rest = {key: value for key, value in fixed.items() if key not in ("dimension", "member")}
    where, values = _where(rest)
    found = build.rows(
        f"select distinct dimension, member from figure {where} order by all limit 6", values
    )
    members = [f"@{row['dimension']}={row['member']}" for row in found]
    return f"Published: {', '.join(members)}." if members else "Try another period or entity."


def _known(build: OpenBuild, column: str, fixed: dict[str, Any]) -> list[Any]:
    where, values = _where(fixed)
    found = build.rows(f"select distinct {column} as known from figure {where}", values)
    return sorted(row["known"] for row in found)


def _where(fixed: dict[str, Any]) -> tuple[str, list[Any]]:
    tests = " and ".join(f"{column} = ?" for column in fixed)
    return (f"where {tests}" if tests else ""), list(fixed.values())
