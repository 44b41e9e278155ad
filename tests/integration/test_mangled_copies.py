"""Real data sets as a hurried colleague would send them on: every row is still accounted for.

Each file of the real input is copied with columns shuffled, renamed and dropped, some values
of another type, rows twice, the last record cut off, and in another encoding, delimiter or format.
The test counts the records while it writes them; the ledger must find the same numbers.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SEEDS = [int(text) for text in os.environ.get("HALFTIME_MANGLE_SEEDS", "1").split(",")]
DATA_SETS = {
    "salesforce": ("fivetran_salesforce/seeds/sf_*_data.csv", "salesforce_devorg/*.csv"),
    "hubspot": ("fivetran_hubspot/seeds/*_data.csv",),
    "tabular": ("maven_crm/sales_*.csv", "maven_crm/accounts.csv", "maven_crm/products.csv"),
}
# Definitions of properties say what the fields of a CRM are called; they are no records of it.
NOT_RECORDS = ("property_data", "property_option_data")
# What is written over numbers and days, and which column of the contract each header is.
WORDS, NO_DAY = "ten thousand", "31 February 2026"
RETYPED = {
    "sales_pipeline": {"close_value": ("amount", WORDS)},
    "Opportunity": {"Amount": ("amount", WORDS), "CloseDate": ("close_date", NO_DAY)},
    "OpportunityHistory": {"Amount": ("amount", WORDS)},
    "Account": {"AnnualRevenue": ("annual_revenue", WORDS)},
    "sf_opportunity_data": {
        "amount": ("amount", WORDS),
        "close_date": ("close_date", NO_DAY),
    },
    "sf_account_data": {"annual_revenue": ("annual_revenue", WORDS)},
    "deal_data": {
        "property_amount": ("amount", WORDS),
        "property_closedate": ("close_at", NO_DAY),
    },
}
KEPT_COLUMNS = (
    *("id", "_id", "name", "stage", "date", "timestamp", "amount", "revenue", "value"),
    *("agent", "manager", "product", "account"),
)
CONTAINERS = (
    ("csv", "utf-8", ","),
    ("csv", "utf-8-sig", ";"),
    ("csv", "utf-16", "\t"),
    ("csv", "cp1252", ","),
    ("csv.gz", "utf-8", "|"),
    ("xlsx", "utf-8", ","),
    ("parquet", "utf-8", ","),
    ("jsonl", "utf-8", ","),
)


@dataclass
class Copy:
    """One mangled copy: where it was written, its records, and how many were made unreadable.

    ``spoiled`` counts the rows by the column that no longer holds what it should.
    """

    path: str
    rows: int
    broken: int
    done: list[str]
    spoiled: Counter[str]


def renamed(header: str, rng: random.Random) -> str:
    """Write a header as another tool would: the letters stay, case and separators do not."""
    words = header.replace("_", " ").split(" ")
    return rng.choice(
        [header, header.upper(), " ".join(words).title(), "-".join(words), header.lower()]
    )


def without_a_column(frame: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    """Drop one column that neither a key nor a mapping needs, if there is one."""
    free = [
        name for name in frame.columns if not any(part in name.lower() for part in KEPT_COLUMNS)
    ]
    return frame.drop(columns=rng.choice(free)) if free else frame


def with_other_types(
    frame: pd.DataFrame, stem: str, rng: random.Random
) -> tuple[pd.DataFrame, Counter[str]]:
    """Put words into the cells of money and days of some rows, one cell a row.

    The first rows, which may be doubled, and the last, which may be cut, stay as they are.
    Returns how often each column of the contract was spoiled.
    """
    wanted = RETYPED.get(stem, {})
    share = max(len(frame) // 100, 1)
    chosen = rng.sample(range(3, len(frame) - 1), share * len(wanted)) if wanted else []
    frame, spoiled = frame.copy(), Counter[str]()
    for place, header in enumerate(wanted):
        column, text = wanted[header]
        rows = chosen[place * share : (place + 1) * share]
        frame.iloc[rows, frame.columns.get_loc(header)] = text
        spoiled[column] += len(rows)
    return frame, spoiled


def write(frame: pd.DataFrame, target: Path, kind: str, encoding: str, delimiter: str) -> None:
    """Write a table of texts in one of the formats that people send."""
    if kind == "xlsx":
        frame.to_excel(target, index=False)
    elif kind == "parquet":
        frame.to_parquet(target, index=False)
    elif kind == "jsonl":
        frame.to_json(target, orient="records", lines=True, force_ascii=False)
    else:
        body = frame.to_csv(index=False, sep=delimiter, lineterminator="\r\n").encode(encoding)
        target.write_bytes(gzip.compress(body, mtime=0) if kind == "csv.gz" else body)


def cut_off(target: Path, encoding: str, delimiter: str) -> int:
    """Cut the last record of a CSV file behind its second field, as a full disk does."""
    lines = target.read_bytes().decode(encoding).rstrip("\r\n").rsplit("\r\n", 1)
    fields = lines[-1].split(delimiter)
    if len(lines) < 2 or len(fields) < 4 or '"' in lines[-1]:
        return 0
    target.write_bytes("\r\n".join([lines[0], delimiter.join(fields[:2])]).encode(encoding))
    return 1


def container(frame: pd.DataFrame, system: str, number: int) -> tuple[str, str, str]:
    """Choose format, encoding and delimiter; a mapping names its files, so those stay CSV."""
    kind, encoding, delimiter = CONTAINERS[number % len(CONTAINERS)]
    if system == "tabular":
        kind, encoding, delimiter = CONTAINERS[number % 3]
    try:
        frame.to_csv(index=False).encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
    return kind, encoding, delimiter


def mangle(source: Path, system: str, landing: Path, number: int, rng: random.Random) -> Copy:
    """Write one mangled copy of a file into the landing folder of its system."""
    frame = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    done = ["shuffled", "renamed"]
    if system != "tabular":
        fewer = without_a_column(frame, rng)
        done += ["dropped"] if len(fewer.columns) < len(frame.columns) else []
        frame = fewer
    frame, spoiled = with_other_types(frame, source.stem, rng)
    broken = spoiled.total()
    done += [f"retyped {system}"] if broken else []
    if len(frame) and number % 2:
        frame = pd.concat([frame, frame.iloc[:3]], ignore_index=True)
        done.append("duplicated")
    columns = rng.sample(list(frame.columns), len(frame.columns))
    frame = frame[columns].rename(columns={name: renamed(name, rng) for name in columns})
    kind, encoding, delimiter = container(frame, system, number)
    target = landing / system / f"{source.stem}.{kind}"
    target.parent.mkdir(parents=True, exist_ok=True)
    write(frame, target, kind, encoding, delimiter)
    if kind == "csv" and number % 3 == 0 and len(frame) > 5:
        cut = cut_off(target, encoding, delimiter)
        done += ["truncated"] * cut
        broken += cut
    done.append(f"{kind} {encoding}")
    return Copy(target.relative_to(landing).as_posix(), len(frame), broken, done, spoiled)


def configuration() -> dict:
    """Return a halftime.yml over all data sets, from the examples of each."""
    maven = yaml.safe_load((ROOT / "examples/maven_crm/halftime.yml").read_text())
    tabular = maven["sources"]["tabular"] | {"files": ["tabular/*"]}
    for item in tabular["objects"].values():
        item["files"] = [f"tabular/{name}" for name in item["files"]]
    return {
        "version": 1,
        "company": "Mangled",
        "reporting": {"timezone": "UTC", "currency": "USD"},
        "sources": {
            "salesforce": {
                "files": ["salesforce/*"],
                "date_formats": ["MM/DD/YY"],
                "timestamp_formats": ["MM/DD/YY HH12:MI AM"],
            },
            "hubspot": {"files": ["hubspot/*"]},
            "tabular": tabular,
        },
        "stages": maven["stages"],
    }


@pytest.fixture(scope="module", params=SEEDS)
def mangled(
    request: pytest.FixtureRequest,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    cli: Callable[..., subprocess.CompletedProcess[str]],
) -> tuple[list[Copy], duckdb.DuckDBPyConnection]:
    """Mangle every file of every data set, run the whole road, and open what was published."""
    folder = tmp_path_factory.mktemp(f"mangled-{request.param}")
    rng = random.Random(request.param)
    copies = [
        mangle(source, system, folder, number + request.param, rng)
        for system, globs in DATA_SETS.items()
        for number, source in enumerate(sorted(p for g in globs for p in shared_data.glob(g)))
        if source.stem not in NOT_RECORDS
    ]
    (folder / "halftime.yml").write_text(yaml.safe_dump(configuration(), sort_keys=False))
    cli("run", "--config", str(folder / "halftime.yml"), "--home", str(folder / "home"))
    published = folder / "home" / "published"
    current = json.loads((published / "current.json").read_text())
    return copies, duckdb.connect(str(published / current["database"]), read_only=True)


def test_every_kind_of_damage_was_done(
    mangled: tuple[list[Copy], duckdb.DuckDBPyConnection],
) -> None:
    done = {word for copy in mangled[0] for word in copy.done}
    assert done >= {"shuffled", "renamed", "dropped", "duplicated", "truncated"}
    assert done >= {f"retyped {system}" for system in DATA_SETS}
    assert {word.split()[0] for word in done} >= {"csv", "csv.gz", "xlsx", "parquet", "jsonl"}


def test_every_record_is_in_the_ledger(
    mangled: tuple[list[Copy], duckdb.DuckDBPyConnection],
) -> None:
    copies, con = mangled
    ledger = con.execute(
        "select source_file, source_rows, residual_rows, "
        "accepted_rows + superseded_rows + rejected_rows, rejected_rows from quality.ledger"
    ).fetchall()
    counted = {file: (rows, residual, judged) for file, rows, residual, judged, _ in ledger}
    wrong = {
        copy.path: (copy, counted.get(copy.path))
        for copy in copies
        if counted.get(copy.path) != (copy.rows, 0, copy.rows)
    }
    print(f"{len(copies)} mangled files, {sum(copy.rows for copy in copies)} records")
    assert wrong == {}


def test_only_what_was_broken_is_rejected(
    mangled: tuple[list[Copy], duckdb.DuckDBPyConnection],
) -> None:
    copies, con = mangled
    rejected = dict(
        con.execute(
            "select source_file, cast(sum(rejected_rows) as bigint) from quality.ledger "
            "group by source_file"
        ).fetchall()
    )
    broken = {copy.path: copy.broken for copy in copies}
    assert {path: rejected.get(path, 0) for path in broken} == broken


def test_what_was_retyped_is_rejected_for_its_column(
    mangled: tuple[list[Copy], duckdb.DuckDBPyConnection],
) -> None:
    copies, con = mangled
    found: dict[str, Counter[str]] = {}
    for file, column, rows in con.execute(
        "select source_file, column_name, count(*) from quality.rejected_row "
        "where reason_code = 'unparsable' group by 1, 2"
    ).fetchall():
        found.setdefault(file, Counter())[column] = rows
    assert found == {copy.path: copy.spoiled for copy in copies if copy.spoiled}
