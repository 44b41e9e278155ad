"""Whatever the systems call their people: one record is one person, and no name is lost."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from core_builder import Chain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIRST, LAST = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
SYSTEMS = ["people", "salesforce", "hubspot", "gong", "learning", "tabular"]
DAYS = [dt.date(2025, month, 1) for month in (1, 4, 7, 10)]
# Few words, so that they meet; some are ids in one system and names in another.
IDS = ["1", "2", "005A00000012345", "005A00000012345AAA", "ann@x.example", "ann lee", "7|'\"\\"]
EMAILS = ["ann@x.example", "bo@x.example", "cy'@x.example"]
NAMES = ["Ann Lee", "ann  lee", "Bo Park", 'O\'Neil, "Cy"', "Ünal 🙂", "1", "a\u202eb"]
TEXTS = sorted({*IDS, *EMAILS, *NAMES, "nobody", "people:1", "\x01"})
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def chain(compiled_core: Path) -> Chain:
    return Chain(
        compiled_core,
        [
            "int_person_conformed",
            "int_person_map_conformed",
            "int_person_name_conformed",
            "int_person_version_conformed",
            "int_person_reference",
        ],
        ["bridge_person_identity", "dim_unmatched_person"],
    )


def some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


PERSON = st.fixed_dictionaries(
    {
        "source_system": st.sampled_from(SYSTEMS),
        "source_person_id": st.sampled_from(IDS),
        "full_name": some(NAMES),
        "email": some(EMAILS),
        "username": some(EMAILS),
        "hire_date": some(DAYS),
        "leave_date": some(DAYS),
    }
)
MAPPING = st.fixed_dictionaries(
    {
        "source_system": st.sampled_from(SYSTEMS),
        "alias": st.sampled_from(TEXTS),
        "person_name": st.sampled_from(TEXTS),
        "valid_from": some(DAYS),
    }
)
NAME = st.fixed_dictionaries(
    {
        "source_system": st.sampled_from(SYSTEMS),
        "source_person_id": st.sampled_from(IDS),
        "name_kind": st.sampled_from(["name", "email"]),
        "name_text": st.sampled_from([*NAMES, *EMAILS]),
    }
)
REFERENCE = st.fixed_dictionaries(
    {
        "source_system": st.sampled_from(SYSTEMS),
        "alias": st.sampled_from(TEXTS),
        "reference_date": st.sampled_from([*DAYS, dt.date(9999, 12, 30)]),
        "row_count": st.integers(1, 9),
        "is_selling_reference": st.booleans(),
    }
)
VERSION = st.fixed_dictionaries(
    {
        "source_system": st.sampled_from(["people", "tabular"]),
        "source_person_id": st.sampled_from(IDS),
        "manager_alias": some([*NAMES, *EMAILS]),
    }
)


def placed(rows: Rows, name: str) -> Rows:
    """Give each row its place in a file, which it keeps in whatever order rows come."""
    return [
        row | {"_source_file": f"{name}.csv", "_source_row": number}
        for number, row in enumerate(rows, start=1)
    ]


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    people = st.lists(
        PERSON,
        min_size=1,
        max_size=14,
        unique_by=lambda row: (row["source_system"], row["source_person_id"]),
    )
    references = st.lists(
        REFERENCE,
        max_size=14,
        unique_by=lambda row: (row["source_system"], row["alias"], row["reference_date"]),
    )
    return {
        "int_person_conformed": placed(draw(people), "people"),
        "int_person_map_conformed": placed(draw(st.lists(MAPPING, max_size=5)), "map"),
        "int_person_name_conformed": placed(draw(st.lists(NAME, max_size=4)), "names"),
        "int_person_version_conformed": placed(draw(st.lists(VERSION, max_size=4)), "versions"),
        "int_person_reference": draw(references),
    }


def result(chain: Chain) -> dict[str, list[tuple[Any, ...]]]:
    tables = {
        "matched": "intermediate.int_person_matched",
        "described": "intermediate.int_person_described",
        "alias": "intermediate.int_person_alias",
        "unmatched": "core.dim_unmatched_person",
    }
    return {name: chain.ask(f"from {table} order by all") for name, table in tables.items()}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(company=companies(), chance=st.randoms(use_true_random=False))
def test_a_record_is_one_person_and_each_name_is_matched_ambiguous_or_unmatched(
    chain: Chain, company: dict[str, Rows], chance: Any
) -> None:
    chain.run(**company)
    found = result(chain)

    records = chain.ask(
        "select source_system, source_person_id from intermediate.int_person_source"
    )
    matched = {
        (system, key): person
        for system, key, person in chain.ask(
            "select source_system, source_person_id, person_id from intermediate.int_person_matched"
        )
    }
    assert len(found["matched"]) == len(records)
    assert Counter(records) == Counter(list(matched))
    # Whom others are taken for is not in turn taken for somebody else.
    of_record = {f"{system}:{key}": person for (system, key), person in matched.items()}
    assert {person: of_record[person] for person in of_record.values()} == {
        person: person for person in of_record.values()
    }
    described = [
        person for (person,) in chain.ask("select person_id from intermediate.int_person_described")
    ]
    assert sorted(described) == sorted(set(matched.values()))

    aliases: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for system, alias, *rest in chain.ask(
        "select source_system, alias, valid_from, valid_to, person_id, reason, how "
        "from intermediate.int_person_alias order by 1, 2, 3, 4"
    ):
        aliases.setdefault((system, alias), []).append(tuple(rest))
    wanted = {(row["source_system"], row["alias"]) for row in company["int_person_reference"]}
    assert wanted | set(matched) == set(aliases)
    for spans in aliases.values():
        assert [FIRST, *(row[1] for row in spans)] == [*(row[0] for row in spans), LAST]
        for begin, end, person, reason, how in spans:
            assert begin < end
            if person is None:
                assert (reason in ("unmatched", "ambiguous"), how) == (True, None)
            else:
                assert (person in set(described), reason, how is None) == (True, None, False)

    # What is not matched on the day it was said is counted, none twice.
    lost = Counter[tuple[str, str]]()
    for row in company["int_person_reference"]:
        key, day = (row["source_system"], row["alias"]), row["reference_date"]
        if [span[2] for span in aliases[key] if span[0] <= day < span[1]] == [None]:
            lost[key] += row["row_count"]
    told = chain.ask("select system, alias, row_count from core.dim_unmatched_person")
    assert {(system, alias): count for system, alias, count in told} == dict(lost)
    assert len(told) == len(lost)

    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in company.items()}
    chain.run(**shuffled)
    assert result(chain) == found
