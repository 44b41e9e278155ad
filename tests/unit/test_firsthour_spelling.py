"""Which names are asked about because a listed one is near, and which are left in peace."""

from __future__ import annotations

import duckdb
import pytest

from halftime.contracts import load_contracts
from halftime.firsthour.spelling import Near, Place, near_names, places, sampled

LIST, USE = ("tabular.product.product_name", "tabular.opportunity.product")


@pytest.fixture(scope="module")
def known(project_root) -> dict[str, Place]:
    return {
        f"{place.contract.system}.{place.contract.object}.{place.column.name}": place
        for contract in load_contracts(project_root).values()
        for place in places(contract)
    }


def near(known: dict[str, Place], found: dict[str, list[str]]) -> list[Near]:
    with duckdb.connect() as con:
        return near_names(con, [(known[name], sampled(seen)) for name, seen in found.items()])


@pytest.mark.parametrize(
    ("used", "score"),
    [
        ("GTXPro", None),
        ("gtx-pro", None),
        ("Pro, GTX", None),
        ("GTX Pró", None),
        ("GTX Prro", 88),
    ],
)
def test_another_spelling_is_asked_about(
    known: dict[str, Place], used: str, score: int | None
) -> None:
    found = near(known, {LIST: ["GTX Pro", "MG Special"], USE: [used, used, "MG Special"]})

    assert [(item.name, item.likeliest, item.rows, item.score) for item in found] == [
        (used, "GTX Pro", 2, score)
    ]


@pytest.mark.parametrize(
    "used",
    [
        # Case, outer and double spaces are one name to the models, too.
        " gtx  PRO ",
        # Far from any, of another end, of other digits, nothing but signs, blank.
        *("Other", "Suite South", "GTX 200", "--", ""),
    ],
)
def test_what_is_listed_or_like_nothing_is_no_question(known: dict[str, Place], used: str) -> None:
    assert near(known, {LIST: ["GTX Pro", "GTX 100", "Suite North"], USE: [used]}) == []


def test_a_name_is_shown_as_listed_and_never_measured_against_an_id(
    known: dict[str, Place],
) -> None:
    found = near(
        known,
        {"tabular.product.product_id": ["gtx pro", "mgspeciall"], LIST: ["GTX Pro"]}
        | {USE: ["GTXPro", "mgspecial"]},
    )

    assert [(item.name, item.likeliest) for item in found] == [("GTXPro", "GTX Pro")]


def test_without_a_list_the_most_frequent_spelling_of_the_same_letters_stands(
    known: dict[str, Place],
) -> None:
    found = near(known, {USE: ["GTX Pro"] * 3 + ["GTXPro"] * 2 + ["GTX Prro", "Other"]})

    assert [(item.name, item.likeliest, item.rows) for item in found] == [("GTXPro", "GTX Pro", 2)]


def test_stages_are_compared_within_their_system_only(known: dict[str, Place]) -> None:
    stage, change = "tabular.opportunity.stage", "tabular.stage_change.stage"
    foreign = "salesforce.opportunity_history.stage_name"

    found = near(known, {stage: ["Closed Won"], change: ["Closed-Won"], foreign: ["Closed / Won"]})

    assert [(item.system, item.name) for item in found] == [("tabular", "Closed-Won")]


@pytest.mark.parametrize(
    ("lists", "uses", "mend"),
    [
        (
            {LIST: ['5" Pipe']},
            {USE: ['5"Pipe']},
            r'sources.tabular.objects.opportunity.values.product: {"5\"Pipe": "5\" Pipe"}',
        ),
        # A sheet of coaching has no map of people: the alias file has, and a comma is quoted there.
        (
            {"people.roster.full_name": ["Bo Olsen"]},
            {"coaching_log.log.rep": ["Olsen, Bo"]},
            (
                "a line in a people.alias file, aliases.csv: "
                'coaching_log,"Olsen, Bo",Bo Olsen,<who confirms it>'
            ),
        ),
        (
            {"salesforce.account.name": ["Acme Corp"]},
            {"salesforce.opportunity.account_name": ["ACME-CORP"]},
            "write both in one way in the files",
        ),
    ],
)
def test_the_way_to_mend_it_is_one_that_is_read(
    known: dict[str, Place], lists: dict, uses: dict, mend: str
) -> None:
    assert [item.mend for item in near(known, lists | uses)] == [mend]


def test_private_columns_are_never_compared(known: dict[str, Place]) -> None:
    assert not any(place.column.private for place in known.values())


def test_nothing_to_compare_is_nothing(known: dict[str, Place]) -> None:
    assert near(known, {}) == []
