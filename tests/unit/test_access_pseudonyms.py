"""What an auditor reads in place of persons: the home's own pseudonyms, wherever a name stands."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from dashboards.access.pseudonyms import (
    hidden,
    known_names,
    pseudonym,
    who_is_meant,
    without,
)
from dashboards.queries.base import Entity
from halftime.privacy import pseudonyms as of_builds

KEY = b"k" * 32


@pytest.fixture
def known() -> dict[str, str]:
    with duckdb.connect() as con:
        con.execute("create schema core")
        con.execute(
            """
            create table core.dim_person as from (values
                ('people:E1', 'Ana-Sofía Silva', 'ana@acme.example'),
                ('people:E2', 'Ben Kurz', 'ben@acme.example'),
                ('people:E3', 'Ben Kurz', null)
            ) as t (person_id, full_name, email)
            """
        )
        con.execute(
            """
            create table core.bridge_person_identity as from (values
                ('salesforce:0055f01', 'people:E1'), ('Silva, Ana', 'people:E1')
            ) as t (alias, person_id)
            """
        )
        con.execute("create table core.dim_unmatched_person as select 'Cy Nobody' as alias")
        return known_names(con, KEY)


def test_pseudonyms_are_those_that_builds_have_and_that_can_be_revealed() -> None:
    assert pseudonym(KEY, "people:E1") == of_builds.pseudonym(KEY, "people:E1")


@pytest.mark.parametrize(
    "text",
    [
        "people:E1",
        "ANA-SOFÍA SILVA",
        "ana@acme.example",
        "1-1 Ana-Sofía Silva.xlsx",
        "rep|people:E1|2026-05-01",
        "owner salesforce:0055f01, late",
        "Silva, Ana",
    ],
)
def test_no_form_of_a_name_is_left(known: dict[str, str], text: str) -> None:
    told = without(text, known)
    assert pseudonym(KEY, "people:E1") in told
    for word in ("ana", "silva", "e1|", "0055f01"):
        assert word not in told.lower().replace(pseudonym(KEY, "people:E1").lower(), "")


def test_a_name_of_two_or_of_nobody_is_a_person_and_no_more(known: dict[str, str]) -> None:
    assert without("Ben Kurz", known) == "(a person)"
    assert without("met Cy Nobody", known) == "met (a person)"
    assert without("ben@acme.example", known) == pseudonym(KEY, "people:E2")


def test_other_texts_and_numbers_stay(known: dict[str, str]) -> None:
    rows = pd.DataFrame({"table_name": ["core.fct_quota", None], "count": [1, 2]})
    pd.testing.assert_frame_equal(hidden(rows, known), rows)


def test_who_may_only_say_a_pseudonym_is_understood() -> None:
    persons = {"Pabc": "people:E1"}
    assert who_is_meant("Pabc", persons) == "people:E1"
    asked = who_is_meant(Entity("manager_org", "Pabc", "Pabc"), persons)
    assert (asked.entity_type, asked.entity_id) == ("manager_org", "people:E1")
    assert who_is_meant("all", persons) == "all"
    assert who_is_meant(7, persons) == 7
