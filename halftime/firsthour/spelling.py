"""Names that are written otherwise than in the list they belong to: two spellings of one thing.

A product of a deal that the price list lacks is a product of its own to every figure. Where a
listed name is near, that is a question, never an answer: nothing is mapped by likeness alone.
DuckDB compares distinct values; a name is only measured against those that share the first two
letters of a word with it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TypeAlias

import duckdb
import pyarrow as pa

from halftime.contracts import Column, Contract, mapped_columns
from halftime.landing.typed_readers import identifier

ALIKE = 84
ALIAS_OBJECTS = '{alias: {files: ["aliases.csv"]}}'
_MEASURED = 500
_SQL = Path(__file__).with_name("near_names.sql")


# A table, or the text of a relation, of columns ``name`` and ``row_count``.
Names: TypeAlias = "pa.Table | str"


@dataclass(frozen=True)
class Family:
    """Names of one kind of thing: typed columns that list them in some objects, and that use them.

    Where no file lists them, only spellings that differ in nothing but case, spaces and signs are
    told; the most frequent counts as listed. ``is_local`` keeps each system to itself.
    """

    word: str
    listed_in: frozenset[str]
    lists: frozenset[str]
    uses: frozenset[str]
    is_local: bool = False


_PERSON_IDS = ("person_id", "user_id", "owner_id")
FAMILIES = (
    Family(
        "product",
        frozenset({"product"}),
        frozenset({"product_name", "product_id", "product_code"}),
        frozenset({"product_name"}),
    ),
    Family(
        "account",
        frozenset({"account", "company"}),
        frozenset({"account_name", "company_name", "account_id", "company_id"}),
        frozenset({"account_name", "parent_account_name"}),
    ),
    Family(
        "person",
        frozenset({"roster", "person", "user", "owner", "alias"}),
        frozenset({*("full_name", "first_name", "email", "alias"), *_PERSON_IDS}),
        frozenset(
            {
                *("owner_name", "person_name", "coach_name", "coachee_name", "coachee_names"),
                "manager_name",
            }
        ),
    ),
    Family(
        "stage",
        frozenset({"opportunity", "deal_pipeline_stage"}),
        frozenset({"stage_name", "stage_label", "stage_id"}),
        frozenset({"stage_name", "stage_alias"}),
        is_local=True,
    ),
    Family("region", frozenset(), frozenset(), frozenset({"region"})),
    Family("team", frozenset(), frozenset(), frozenset({"team_name"})),
    Family("product family", frozenset(), frozenset(), frozenset({"product_family"})),
)


@dataclass(frozen=True)
class Place:
    """A column of names: of which family, and whether it lists them."""

    family: Family
    contract: Contract
    column: Column
    is_list: bool

    @property
    def is_id(self) -> bool:
        """Whether it holds ids: a name may be one, but is never like one."""
        return self.column.typed.endswith(("_id", "_code"))

    @property
    def scope(self) -> str:
        """Within what its names are compared."""
        return self.contract.system if self.family.is_local else ""


@dataclass(frozen=True)
class Near:
    """A name that no list holds, in ``rows`` rows, and the listed one that it most likely means.

    ``score`` tells how like they are, 0 to 100; None if only case, spaces, signs or the order of
    the words differ.
    """

    family: str
    system: str
    object: str
    column: str
    name: str
    likeliest: str
    rows: int
    score: int | None
    can_map: bool

    @property
    def why(self) -> str:
        """How the two names differ, in words."""
        if self.score is None:
            return "the same letters"
        return f"{self.score} of 100 alike"

    @property
    def mend(self) -> str:
        """What to write, and where, if the two are one."""
        if self.can_map:
            place = f"sources.{self.system}.objects.{self.object}.values.{self.column}"
            pair = json.dumps({self.name: self.likeliest}, ensure_ascii=False)
            return f"{place}: {pair}"
        if self.family == "person":
            line = alias_line(self.system, self.name, self.likeliest)
            return f"a line in a people.alias file, aliases.csv: {line}"
        return "write both in one way in the files"


def alias_line(system: str, alias: str, person: str) -> str:
    """Return the line of a people.alias file that confirms whom a name means."""
    line = io.StringIO()
    csv.writer(line).writerow((system, alias, person))
    return f"{line.getvalue().strip()},<who confirms it>"


def places(contract: Contract) -> Iterator[Place]:
    """Yield the columns of a contract that hold names which are compared; private ones never."""
    for family in FAMILIES:
        for column in contract.columns:
            if column.private or column.accepted:
                continue
            if contract.object in family.listed_in and column.typed in family.lists:
                yield Place(family, contract, column, is_list=True)
            elif column.typed in family.uses:
                yield Place(family, contract, column, is_list=False)


def near_names(con: duckdb.DuckDBPyConnection, found: Iterable[tuple[Place, Names]]) -> list[Near]:
    """Return names without a place in their list that are near one in it; most rows first.

    Where a list has first and last names in two columns, ``first_name`` comes with both together.
    """
    listed = list(found)
    if not listed:
        return []
    parts = []
    for number, (place, names) in enumerate(listed):
        relation = names
        if not isinstance(names, str):
            relation = f"names_{number}"
            con.register(relation, names)
        parts.append(
            f"select {number} as place, {FAMILIES.index(place.family)} as family, "
            f"'{place.scope}' as scope, {place.is_list} as is_list, {place.is_id} as is_id, "
            f"cast(name as varchar) as name, row_count from {relation}"
        )
    sql = Template(_SQL.read_text(encoding="utf-8")).substitute(
        names="\nunion all\n".join(parts), alike=ALIKE, most_measured=_MEASURED
    )
    rows = con.execute(sql).fetchall()
    near = []
    for number, name, likeliest, count, score in rows:
        place = listed[number][0]
        near.append(
            Near(
                place.family.word,
                place.contract.system,
                place.contract.object,
                place.column.name,
                name,
                likeliest,
                int(count),
                None if score is None else int(score),
                place.column.name in mapped_columns(place.contract),
            )
        )
    return near


def sampled(values: Sequence[str]) -> pa.Table:
    """Return sampled values of a column as :func:`near_names` takes them."""
    return pa.table({"name": pa.array(values, pa.string()), "row_count": [1] * len(values)})


def staged(contract: Contract, column: Column) -> str:
    """Return the relation of what staging accepts of a column, as :func:`near_names` takes it."""
    model = identifier(f"stg_{contract.system}__{contract.object}")
    return (
        f"(select {identifier(column.typed)} as name, count(*) as row_count "
        f"from staging.{model} where row_status = 'accepted' group by all)"
    )
