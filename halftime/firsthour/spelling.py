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
from typing import TypeAlias

import duckdb
import pyarrow as pa

from halftime.contracts import Column, Contract, mapped_columns
from halftime.landing.typed_readers import identifier

ALIKE = 84
ALIAS_OBJECTS = '{alias: {files: ["aliases.csv"]}}'
_MEASURED = 500


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
    rows = con.execute(_sql("\nunion all\n".join(parts))).fetchall()
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


def _sql(names: str) -> str:
    """Compare all names at once.

    Names are the same to the models if they differ in case and outer spaces only. A list knows its
    names; where there is none, the most frequent spelling of the same letters stands for it. Names
    with other digits in them are other things: GTX 100 is no GTX 200.
    """
    return rf"""
with

given as (
    {names}
),

plain as (
    select
        place,
        family,
        scope,
        is_list,
        is_id,
        trim(regexp_replace(name, '\s+', ' ', 'g')) as name,
        sum(row_count) as row_count
    from given
    where trim(name) <> ''
    group by all
),

keyed as (
    select
        *,
        lower(name) as name_key,
        string_split(trim(
            regexp_replace(strip_accents(lower(name)), '[^\p{{L}}\p{{N}}]+', ' ', 'g')
        ), ' ') as words,
        regexp_replace(name, '[^0-9]+', '', 'g') as digits
    from plain
),

folded as materialized (
    select
        *,
        array_to_string(words, '') as letters,
        array_to_string(words, ' ') as spelled,
        array_to_string(list_sort(words), '') as sorted_letters
    from keyed
    where len(array_to_string(words, '')) > 0
),

families as (
    select family, scope, bool_or(is_list) as has_list
    from folded
    group by family, scope
),

spellings as (
    select f.family, f.scope, f.letters, f.name_key, sum(f.row_count) as row_count
    from folded as f
    inner join families using (family, scope)
    where not has_list
    group by all
),

standing as (
    select family, scope, letters, name_key
    from spellings
    qualify row_number() over (
        partition by family, scope, letters order by row_count desc, name_key desc
    ) = 1
),

-- One row per listed name, written as in the column of names, not of ids.
listed as materialized (
    select
        f.family, f.scope, f.name_key, f.letters, f.spelled, f.sorted_letters, f.digits,
        f.words,
        bool_or(f.is_list and not f.is_id) as is_measured,
        arg_max(f.name, (not f.is_id, f.row_count, f.name)) as name
    from folded as f
    left join standing as s
        on f.family = s.family and f.scope = s.scope and f.name_key = s.name_key
    where f.is_list or s.name_key is not null
    group by all
),

loose as materialized (
    select *
    from folded as f
    where not f.is_list and not exists (
        select 1 from listed as l
        where l.family = f.family and l.scope = f.scope and l.name_key = f.name_key
    )
),

same_letters as materialized (
    select o.place, o.name, l.name as likeliest, o.row_count, null as score, 1 as rung
    from loose as o
    inner join listed as l
        on o.family = l.family and o.scope = l.scope and o.letters = l.letters

    union all

    select o.place, o.name, l.name as likeliest, o.row_count, null as score, 2 as rung
    from loose as o
    inner join listed as l
        on o.family = l.family and o.scope = l.scope and o.sorted_letters = l.sorted_letters
),

unlike as materialized (
    select * from loose
    where (place, name) not in (select (place, name) from same_letters)
    qualify row_number() over (partition by place order by row_count desc, name) <= {_MEASURED}
),

blocks as (
    select
        place, family, scope, name, row_count, spelled, digits,
        unnest(list_distinct([substr(word, 1, 2) for word in words])) as block
    from unlike
),

listed_blocks as (
    select
        family, scope, name, spelled, digits,
        unnest(list_distinct([substr(word, 1, 2) for word in words])) as block
    from listed
    where is_measured
),

-- Held, so that only these are measured: measuring is what costs.
pairs as materialized (
    select distinct b.place, b.name, b.row_count, b.spelled, l.name as likeliest,
        l.spelled as likely_spelled
    from blocks as b
    inner join listed_blocks as l
        on b.family = l.family and b.scope = l.scope and b.block = l.block and b.digits = l.digits
            and 100 * abs(len(b.spelled) - len(l.spelled))
                <= {100 - ALIKE} * greatest(len(b.spelled), len(l.spelled))
),

measured as (
    select
        place,
        name,
        likeliest,
        row_count,
        cast(100 - floor(
            100.0 * levenshtein(spelled, likely_spelled)
            / greatest(strlen(spelled), strlen(likely_spelled))
        ) as integer) as score,
        3 as rung
    from pairs
),

candidates as (
    select * from same_letters
    union all
    select * from measured where score >= {ALIKE}
)

select place, name, likeliest, row_count, score
from candidates
qualify row_number() over (
    partition by place, name order by rung, score desc nulls last, likeliest
) = 1
order by row_count desc, place, name
    """
