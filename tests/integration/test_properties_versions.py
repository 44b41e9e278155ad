"""Whatever is known of deals, and in whatever order: their lives have no gap and no overlap."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from core_builder import AS_OF, Chain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

END = dt.datetime(9999, 12, 31)
SYSTEMS = ["salesforce", "hubspot", "tabular"]
STAGES = ["Prospecting", "closed won", "Closed Lost", "Won't say", "🙂", "'; --", "0"]
AMOUNTS = [None, Decimal(0), Decimal("0.01"), Decimal("-5"), Decimal("9999999999999999.99")]
OWNERS = [None, "1", "ann@x.example", "O'Neil", "nobody"]
MOMENTS = [
    *(dt.datetime(2026, month, day) for month in (1, 2, 3) for day in (1, 2)),
    dt.datetime(2026, 1, 1, 23, 59, 59, 999999),
    dt.datetime(2026, 2, 1, 12),
    dt.datetime(2026, 6, 30, 23),
]
DAYS = [None, dt.date(1900, 1, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 2), dt.date(9999, 12, 31)]
Rows = list[dict[str, Any]]
STATE = {
    "stage_name": st.sampled_from(STAGES),
    "amount": st.sampled_from(AMOUNTS),
    "currency_code": st.sampled_from([None, "USD", "EUR", "???"]),
    "close_date": st.sampled_from(DAYS),
    "forecast_category": st.sampled_from([None, "commit", "best_case"]),
    "owner_alias": st.sampled_from(OWNERS),
}
ROW = st.fixed_dictionaries(
    STATE
    | {
        "stamped_at": st.sampled_from([None, *MOMENTS]),
        "created_at": st.sampled_from([None, *MOMENTS]),
        "is_closed": st.sampled_from([None, True, False]),
        "is_won": st.sampled_from([None, True, False]),
        "file": st.integers(1, 3),
    }
)
CHANGE = st.fixed_dictionaries(STATE | {"changed_at": st.sampled_from(MOMENTS)})


@pytest.fixture(scope="module")
def chain(compiled_core: Path) -> Chain:
    return Chain(
        compiled_core,
        [
            "int_opportunity_conformed",
            "int_opportunity_change_conformed",
            "stg_halftime__file",
            "int_person_alias",
        ],
        ["fct_opportunity_version", "fct_opportunity_stage"],
    )


@st.composite
def companies(draw: st.DrawFn) -> dict[str, Rows]:
    """Up to eight deals, each with one row in force, rows before it and a history of its own."""
    deal_rows: Rows = []
    changes: Rows = []
    for number in range(draw(st.integers(1, 8))):
        system = draw(st.sampled_from(SYSTEMS))
        key = f"{system}:d{number}"
        for place, row in enumerate(draw(st.lists(ROW, min_size=1, max_size=4))):
            stamped, created = row["stamped_at"], row["created_at"]
            deal_rows.append(
                {name: value for name, value in row.items() if name != "file"}
                | {
                    "source_system": system,
                    "opportunity_id": key,
                    "stamped_date": stamped and stamped.date(),
                    "created_date": created and created.date(),
                    "is_deleted": False,
                    "row_status": "superseded" if place else "accepted",
                    "_source_file": f"deals_{row['file']}.csv",
                    "_source_row": len(deal_rows) + 1,
                    "_load_id": row["file"],
                }
            )
        for place, change in enumerate(draw(st.lists(CHANGE, max_size=4))):
            changes.append(
                change
                | {
                    "source_system": system,
                    "opportunity_id": key,
                    "change_id": f"{key}:{place}",
                    "_source_file": "history.csv",
                    "_source_row": len(changes) + 1,
                }
            )
    files = [
        {
            "source_system": system,
            "object": "opportunity",
            "source_file": f"deals_{number}.csv",
            "file_status": "landed",
            "file_date": draw(st.sampled_from([None, dt.date(2026, 1, number)])),
            "_load_id": number,
        }
        for system in SYSTEMS
        for number in (1, 2, 3)
    ]
    aliases = [
        {
            "source_system": system,
            "alias": "ann@x.example",
            "person_id": person,
            "valid_from": begin,
            "valid_to": end,
        }
        for system in SYSTEMS
        for person, begin, end in (
            ("people:1", dt.date(1900, 1, 1), dt.date(2026, 2, 1)),
            ("people:2", dt.date(2026, 2, 1), dt.date(9999, 12, 31)),
        )
    ]
    return {
        "int_opportunity_conformed": deal_rows,
        "int_opportunity_change_conformed": changes,
        "stg_halftime__file": files,
        "int_person_alias": aliases,
    }


def by_deal(rows: list[tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    return {
        key: [tuple(rest) for _, *rest in found]
        for key, found in itertools.groupby(rows, key=lambda row: row[0])
    }


def result(chain: Chain) -> tuple[list[tuple[Any, ...]], ...]:
    tables = ("fct_opportunity_version", "fct_opportunity_stage")
    return tuple(chain.ask(f"from core.{table} order by all") for table in tables)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(company=companies(), chance=st.randoms(use_true_random=False))
def test_every_deal_has_one_life_of_versions_and_one_of_stays(
    chain: Chain, company: dict[str, Rows], chance: Any
) -> None:
    chain.run(**company)
    found = result(chain)

    deals = {row["opportunity_id"] for row in company["int_opportunity_conformed"]}
    versions = by_deal(
        chain.ask(
            "select opportunity_id, valid_from, valid_to, valid_from_date, valid_to_date, "
            "version_number, is_last, stage_name from core.fct_opportunity_version order by 1, 2"
        )
    )
    stays = by_deal(
        chain.ask(
            "select opportunity_id, entered_at, left_at, entered_date, left_date, stay_number, "
            "is_current, stage_name, stay_days from core.fct_opportunity_stage order by 1, 2"
        )
    )
    assert set(versions) == set(stays) == deals
    for lives in (versions, stays):
        for life in lives.values():
            assert [*(row[0] for row in life[1:]), END] == [row[1] for row in life]
            assert [*(row[2] for row in life[1:]), END.date()] == [row[3] for row in life]
            assert all(row[0] < row[1] and row[2] <= row[3] for row in life)
            assert [row[4] for row in life] == list(range(1, len(life) + 1))
            assert [row[5] for row in life] == [False] * (len(life) - 1) + [True]
            assert life[-1][2] <= AS_OF
    for deal, life in stays.items():
        assert (life[0][0], life[0][2]) == (versions[deal][0][0], versions[deal][0][2])
        assert all(one[6] != other[6] for one, other in itertools.pairwise(life))
        assert all(row[7] >= 0 for row in life)
        for begin, end, *_, stage, _days in life:
            inside = [row for row in versions[deal] if begin <= row[0] < end]
            assert {row[6] for row in inside} == {stage}

    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in company.items()}
    chain.run(**shuffled)
    assert result(chain) == found
