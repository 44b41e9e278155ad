"""Decide, from the warehouse, which figures of which groups a council's build withholds.

The sets come from the warehouse by SQL; what must go is decided on bits (``groups``), and goes back
as two temporary tables that the published facts are joined to:

* ``group_decision(entity_type, entity_id, period_grain, period_start, reason_code)``: with a
  reason, no figure of this group in this period is shown, because too few were on the roster, or
  would be left over; a group without a row is not shown either;
* ``hidden_cell`` (the same and indicator, measure, dimension, member, currency): this figure is
  not shown, because too few persons contributed to it, or would be left over.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from halftime.hashing import quote
from halftime.privacy.groups import (
    DIFFERENCING,
    SMALL_GROUP,
    Group,
    Hidden,
    Nested,
    Persons,
    part_to_hide,
    small_groups,
)

# One calendar is shown: with weeks and calendar quarters beside fiscal months, a few days could be
# told by subtraction. The finer grain of each pair adds up to the coarser one.
GRAINS = ("fiscal_month", "fiscal_quarter", "fiscal_year")
_NESTED_GRAINS = (
    ("fiscal_quarter", "fiscal_month"),
    ("fiscal_year", "fiscal_quarter"),
    ("fiscal_year", "fiscal_month"),
)
_FACT_KEY = ("indicator_id", "measure_id", "dimension", "member", "currency_code")
# Breakdowns whose members share a denominator: the time of all of them.
_SHARED = ("area", "tenure")
_TEXT = ("entity_type", "entity_id", "period_grain")

Period = tuple[str, dt.date]
Family = tuple[str, str, str, str, str]
Total = tuple[str, str, str, str]


@dataclass
class Company:
    """Who is where, and who contributed to what, as bits of units."""

    persons: Persons
    nested: Nested
    roster: dict[Period, int]
    contributed: dict[Family, dict[Period, int]]
    ends: dict[Period, dt.date]
    # Who stands behind the denominator that all members share: the time of all areas.
    beneath: dict[Total, dict[Period, int]] = field(default_factory=dict)

    @property
    def groups(self) -> dict[Group, int]:
        """The parts of the organisation."""
        return self.nested.groups


@dataclass
class Decision:
    """What is withheld: whole groups of a period, and single figures."""

    groups: dict[Period, Hidden] = field(default_factory=dict)
    cells: dict[Family, dict[Period, Hidden]] = field(default_factory=dict)


def read_company(con: duckdb.DuckDBPyConnection, minimum: int) -> Company:
    """Read the sets from the attached ``warehouse``."""
    units = con.execute(
        "select org_key, person_id from warehouse.core.dim_org_version"
        " where person_id <> '(unassigned)' order by org_key"
    ).fetchall()
    place = {org_key: number for number, (org_key, _) in enumerate(units)}
    number = {person: n for n, person in enumerate(sorted({person for _, person in units}))}
    persons = Persons([number[person] for _, person in units], minimum)
    groups: dict[Group, int] = defaultdict(int)
    for kind, entity, org_key in con.execute(
        "select entity_type, entity_id, org_key from warehouse.core.bridge_org_entity"
        " where entity_type <> 'rep'"
    ).fetchall():
        groups[Group(kind, entity)] |= 1 << place[org_key] if org_key in place else 0
    roster: dict[Period, int] = defaultdict(int)
    for grain, start, org_key in con.execute(
        f"""
        select distinct day.period_grain, day.period_start, rep.org_key
        from warehouse.intermediate.ind_rep_day as rep
        join warehouse.core.bridge_date_period as day on rep.date_day = day.date_day
        where day.period_grain in ({_listed(("week", *GRAINS))})
        """
    ).fetchall():
        roster[grain, start] |= 1 << place[org_key] if org_key in place else 0
    ends = {
        (grain, start): end
        for grain, start, end in con.execute(
            "select period_grain, period_start, period_end from warehouse.core.dim_period"
        ).fetchall()
    }
    contributed = _contributed(con, place)
    beneath = _contributed(con, place, is_beneath=True)
    return Company(
        persons,
        Nested(groups),
        dict(roster),
        contributed,
        ends,
        {_total_of(family): periods for family, periods in beneath.items()},
    )


def _total_of(family: Family) -> Total:
    indicator, measure, dimension, _, currency = family
    return indicator, measure, dimension, currency


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _contributed(
    con: duckdb.DuckDBPyConnection, place: dict[str, int], *, is_beneath: bool = False
) -> dict[Family, dict[Period, int]]:
    """Read who contributed to a figure: every indicator table that goes down to a place.

    ``is_beneath`` asks for those in the denominator that all areas share instead, under no member.
    """
    found: dict[Family, dict[Period, int]] = defaultdict(lambda: defaultdict(int))
    for table, columns in con.execute(
        "select table_name, list(column_name) from duckdb_columns() where"
        " database_name = 'warehouse' and schema_name = 'indicators' group by 1 order by 1"
    ).fetchall():
        source = f"warehouse.indicators.{quote(table)} as fact"
        # What figures are worked out from, deal by deal or day by day, is no figure.
        if not {"org_key", "indicator_id"} <= set(columns):
            continue
        if is_beneath and "period_grain" not in columns:
            continue
        # What is followed until it happens has no money, and so no currency.
        key = ", ".join(
            f"fact.{name}" if name in columns else f"'none' as {name}" for name in _FACT_KEY
        )
        if is_beneath:
            period = "fact.period_grain, fact.period_start"
            key = key.replace("fact.member", "'' as member")
            counts = (
                f"fact.dimension in ({_listed(_SHARED)})"
                " and (fact.denominator <> 0 or fact.observation_count <> 0)"
            )
        elif "period_grain" in columns:
            period = "fact.period_grain, fact.period_start"
            # The time of all areas stands below each area's share: an area is who spent time on it.
            counts = (
                f"(fact.numerator <> 0 or (fact.dimension not in ({_listed(_SHARED)})"
                " and (fact.denominator <> 0 or fact.observation_count <> 0)))"
            )
        else:
            period = "day.period_grain, day.period_start"
            counts = "true"
            source += (
                " join warehouse.core.bridge_date_period as day on fact.date_day = day.date_day"
            )
        cursor = con.execute(
            f"select distinct {key}, {period}, fact.org_key from {source}"
            f" where {period.partition(',')[0]} in ({_listed(GRAINS)}) and {counts}"
        )
        while rows := cursor.fetchmany(100_000):
            for *family, grain, start, org_key in rows:
                if org_key in place:
                    found[tuple(family)][grain, start] |= 1 << place[org_key]
    return {family: dict(periods) for family, periods in found.items()}


def decide(company: Company, families: Iterable[Family]) -> Decision:
    """Return what is withheld of ``families``, the figures that are published."""
    decision = Decision()
    periods = {period for periods in company.contributed.values() for period in periods}
    for period in sorted(periods | set(company.roster)):
        present = company.roster.get(period, 0)
        small = small_groups(company.groups, present, company.persons)
        decision.groups[period] = company.nested.hide(present, company.persons, small)
    beneath = {
        total: _hidden_beneath(company, decision.groups, behind)
        for total, behind in sorted(company.beneath.items())
    }
    by_total: dict[Total, list[Family]] = defaultdict(list)
    for family in sorted(families):
        hidden_already = beneath.get(_total_of(family), decision.groups)
        decision.cells[family] = {period: dict(hidden) for period, hidden in hidden_already.items()}
        by_total[_total_of(family)].append(family)
    for alike in by_total.values():
        _settle(company, decision, alike)
    for family in families:
        if _is_part_of_unknown(company, family):
            for period in decision.groups:
                decision.cells[family][period] = dict.fromkeys(company.groups, SMALL_GROUP)
    return decision


def _is_part_of_unknown(company: Company, family: Family) -> bool:
    """Whether a figure is a part, such as one stage, of which nobody says who stands behind it.

    It is worked out per entity, so that the roster is all that is known; a part of it may rest on
    one deal of one person. What a build says about its own data rests on no person.
    """
    indicator, _, dimension, *_ = family
    known = any(other[0] == indicator for other in company.contributed)
    return dimension != "all" and not known and not indicator.startswith("DQ-")


def _hidden_beneath(
    company: Company, groups: dict[Period, Hidden], behind: dict[Period, int]
) -> dict[Period, Hidden]:
    """Return what is hidden of a denominator that all members show, also those of nobody."""
    cells = {period: dict(hidden) for period, hidden in groups.items()}
    count = -1
    while count != (count := sum(len(hidden) for hidden in cells.values())):
        for period, units in behind.items():
            if period in cells:
                cells[period] = company.nested.hide(units, company.persons, cells[period])
        _settle_times(company, cells, behind)
    return cells


def _settle(company: Company, decision: Decision, families: list[Family]) -> None:
    """Hide figures of one measure until neither groups, nor times, nor members tell the rest."""
    behind = {family: _behind(company, family) for family in families}
    settled: dict[tuple[Family, Period], int] = {}  # how many were hidden when groups told no rest
    is_changed = True
    while is_changed:
        before = sum(len(h) for f in families for h in decision.cells[f].values())
        for family in families:
            cells = decision.cells[family]
            for period, units in behind[family].items():
                if period[0] not in GRAINS or period not in cells:
                    continue
                if settled.get((family, period)) != len(cells[period]):
                    cells[period] = company.nested.hide(units, company.persons, cells[period])
                    settled[family, period] = len(cells[period])
            _settle_times(company, cells, behind[family])
        if len(families) > 1:
            _settle_members(company, decision, families, behind)
        after = sum(len(h) for f in families for h in decision.cells[f].values())
        is_changed = after > before


def _behind(company: Company, family: Family) -> dict[Period, int]:
    """Return who stands behind a figure: who contributed; all on the roster if nobody says who."""
    own = company.contributed.get(family)
    if own is not None:
        return own
    indicator = family[0]
    union: dict[Period, int] = defaultdict(int)
    for other, periods in company.contributed.items():
        if other[0] == indicator:
            for period, units in periods.items():
                union[period] |= units
    return dict(union) or company.roster


def _settle_times(company: Company, cells: dict[Period, Hidden], behind: dict[Period, int]) -> None:
    for coarse, fine in _NESTED_GRAINS:
        for whole in [period for period in sorted(cells) if period[0] == coarse]:
            parts = [
                period
                for period in cells
                if period[0] == fine and whole[1] <= period[1] <= company.ends[whole]
            ]
            for group, units in company.groups.items():
                while group not in cells[whole]:
                    shown = [part for part in parts if group not in cells[part]]
                    rest = {part: behind.get(part, 0) & units for part in parts}
                    chosen = part_to_hide(rest, shown, company.persons)
                    if chosen is None:
                        break
                    cells[chosen][group] = DIFFERENCING


def _settle_members(
    company: Company,
    decision: Decision,
    families: list[Family],
    behind: dict[Family, dict[Period, int]],
) -> None:
    for period in [period for period in decision.groups if period[0] in GRAINS]:
        for group, units in company.groups.items():
            if group in decision.groups[period]:
                continue
            rest = {family: behind[family].get(period, 0) & units for family in families}
            while True:
                shown = [f for f in families if group not in decision.cells[f][period]]
                chosen = part_to_hide(rest, shown, company.persons)
                if chosen is None:
                    break
                decision.cells[chosen][period][group] = DIFFERENCING


def write_decision(
    con: duckdb.DuckDBPyConnection, decision: Decision, known: Iterable[Group]
) -> None:
    """Write the two temporary tables of what is withheld."""
    groups = [
        (group.entity_type, group.entity_id, *period, hidden.get(group))
        for period, hidden in sorted(decision.groups.items())
        for group in sorted(known)
    ]
    _table(con, "group_decision", (*_TEXT, "period_start", "reason_code"), groups)
    cells = [
        (*family, group.entity_type, group.entity_id, *period, reason)
        for family, periods in decision.cells.items()
        for period, hidden in sorted(periods.items())
        for group, reason in sorted(hidden.items())
        if group not in decision.groups[period]
    ]
    _table(con, "hidden_cell", (*_FACT_KEY, *_TEXT, "period_start", "reason_code"), cells)


def _table(
    con: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: list[tuple]
) -> None:
    lists = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrow = pa.table(
        {
            column: pa.array(values, type=pa.date32() if column == "period_start" else pa.string())
            for column, values in zip(columns, lists, strict=True)
        }
    )
    con.register("arrow_rows", arrow)
    con.execute(f"create or replace temporary table {name} as select * from arrow_rows")
    con.unregister("arrow_rows")
