"""Real data sets as a hurried colleague would send them on: every row is still accounted for.

Each file of the real input is copied with columns shuffled, renamed and dropped, some values
of another type, rows twice, the last record cut off, and in another encoding, delimiter or format.
Others are cut off within their bytes or lose a column that they must have. The test counts the
records while it writes them; the ledger must find the same numbers.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
import yaml

from halftime.contracts import Column, Contract, load_contracts, normalise_header
from halftime.errors import UsageError
from halftime.landing import land, preflight
from halftime.landing.discover import match_name
from halftime.landing.header import match_header
from halftime.landing.spec import ObjectSpec, SourceSpec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SEEDS = [int(text) for text in os.environ.get("HALFTIME_MANGLE_SEEDS", "1").split(",")]
CONTRACTS = load_contracts(ROOT)
# Per data set its system and its files.
DATA_SETS = {
    "fivetran_salesforce": ("salesforce", ("fivetran_salesforce/seeds/sf_*_data.csv",)),
    "salesforce_devorg": ("salesforce", ("salesforce_devorg/*.csv",)),
    "fivetran_hubspot": ("hubspot", ("fivetran_hubspot/seeds/*_data.csv",)),
    "maven_crm": (
        "tabular",
        ("maven_crm/sales_*.csv", "maven_crm/accounts.csv", "maven_crm/products.csv"),
    ),
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
# One file of each data set that is also sent cut off, in every container, and without a column.
MAIN = {
    "fivetran_salesforce": "sf_opportunity_data",
    "salesforce_devorg": "Opportunity",
    "fivetran_hubspot": "deal_data",
    "maven_crm": "sales_pipeline",
}
CONTAINERS = (
    ("csv", "utf-8", ","),
    ("xlsx", "utf-8", ","),
    ("csv", "utf-8-sig", ";"),
    ("parquet", "utf-8", ","),
    ("csv", "utf-16", "\t"),
    ("csv.gz", "utf-8", "|"),
    ("csv", "cp1252", ","),
    ("jsonl", "utf-8", ","),
)
CLOSED = ("xlsx", "parquet", "json", "csv.gz")


@dataclass
class Copy:
    """One mangled copy: where it was written, its records, and how many were made unreadable.

    ``spoiled`` counts the rows by the column that no longer holds what it should. ``code`` and
    ``reason`` are what is said of a file that must be rejected whole.
    """

    path: str
    data_set: str
    rows: int
    broken: int
    done: list[str]
    spoiled: Counter[str]
    code: str | None = None
    reason: str = ""


def mapping() -> dict[str, Any]:
    """Return how the example maps the spreadsheets of Maven."""
    text = (ROOT / "examples/maven_crm/halftime.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def contract_of(system: str, stem: str, mapped: Mapping[str, Any]) -> Contract:
    """Return the contract of a file, by its name or by the mapping that names it."""
    for name, item in mapped.items():
        if system == "tabular" and f"{stem}.csv" in item["files"]:
            return CONTRACTS[system, name]
    own = [item for (owner, _), item in CONTRACTS.items() if owner == system]
    found = match_name(stem, own)
    assert found is not None, stem
    return found[0]


def columns_of(contract: Contract, header: list[str], spec: ObjectSpec) -> dict[str, list[Column]]:
    """Return which columns of the contract each header gives; more than one, if a mapping says."""
    found: dict[str, list[Column]] = {name: [] for name in header}
    for column, place in zip(
        contract.columns, match_header(contract, header, spec).positions, strict=True
    ):
        if place is not None:
            found[header[place]].append(column)
    return found


def cosmetic(header: str, rng: random.Random) -> str:
    """Write a header as another tool would: the letters stay, case and separators do not."""
    words = header.replace("_", " ").split(" ")
    return rng.choice(
        [header, header.upper(), " ".join(words).title(), "-".join(words), header.lower()]
    )


def new_names(
    known: Mapping[str, list[Column]], is_mapped: bool, rng: random.Random
) -> dict[str, str]:
    """Return new headers: any, if a mapping follows them, else by an alias of the contract."""
    if is_mapped:
        return {name: f"Spalte {place} ({name[::-1]})" for place, name in enumerate(known)}
    unknown = {normalise_header(name) for name, columns in known.items() if not columns}
    renamed = {}
    for name, columns in known.items():
        (column,) = columns or (None,)
        names = [] if column is None else [column.header, column.name, *column.aliases]
        others = [item for item in names if normalise_header(item) != normalise_header(name)]
        is_safe = not unknown.intersection(map(normalise_header, names))
        renamed[name] = rng.choice(others) if others and is_safe else cosmetic(name, rng)
    return renamed


def may_go(known: Mapping[str, list[Column]], stem: str) -> list[str]:
    """Headers of columns that a file may lack: none that is required, must be filled or is read."""
    return [
        name
        for name, columns in known.items()
        if name not in RETYPED.get(stem, {})
        and columns
        and not any(column.required or not column.nullable for column in columns)
    ]


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
    elif kind in ("json", "jsonl"):
        frame.to_json(target, orient="records", lines=kind == "jsonl", force_ascii=False)
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


def container(frame: pd.DataFrame, stem: str, number: int) -> tuple[str, str, str]:
    """Choose format, encoding and delimiter; the main file of a data set is CSV, to be cut."""
    kind, encoding, delimiter = CONTAINERS[number % len(CONTAINERS)]
    if stem in MAIN.values() and kind != "csv":
        kind, encoding, delimiter = CONTAINERS[number % 4 * 2]
    try:
        frame.to_csv(index=False).encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
    return kind, encoding, delimiter


def read(source: Path) -> pd.DataFrame:
    return pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def mangle(
    source: Path, data_set: str, landing: Path, number: int, mapped: dict, rng: random.Random
) -> Copy:
    """Write one mangled copy of a file; its object's mapping follows where it has one."""
    frame = read(source)
    system = DATA_SETS[data_set][0]
    contract = contract_of(system, source.stem, mapped)
    own = mapped[contract.object] if system == "tabular" else {}
    spec = ObjectSpec(columns=own.get("columns", {}))
    known = columns_of(contract, list(frame.columns), spec)
    done = ["shuffled"]
    if free := may_go(known, source.stem):
        gone = rng.choice(free)
        frame = frame.drop(columns=gone)
        for column in known.pop(gone):
            own.get("columns", {}).pop(column.name, None)
        done.append("dropped")
    frame, spoiled = with_other_types(frame, source.stem, rng)
    broken = spoiled.total()
    done += ["retyped"] if broken else []
    if len(frame) and (number % 2 or source.stem in MAIN.values()):
        frame = pd.concat([frame, frame.iloc[:3]], ignore_index=True)
        done.append("duplicated")
    names = new_names(known, system == "tabular", rng)
    if any(normalise_header(old) != normalise_header(new) for old, new in names.items()):
        done.append("renamed")
    for column, header in own.get("columns", {}).items():
        own["columns"][column] = names[header]
    columns = rng.sample(list(frame.columns), len(frame.columns))
    frame = frame[columns].rename(columns=names)
    kind, encoding, delimiter = container(frame, source.stem, number)
    target = landing / system / f"{source.stem}.{kind}"
    target.parent.mkdir(parents=True, exist_ok=True)
    write(frame, target, kind, encoding, delimiter)
    if kind == "csv" and (number % 3 == 0 or source.stem in MAIN.values()) and len(frame) > 5:
        cut = cut_off(target, encoding, delimiter)
        done += ["truncated"] * cut
        broken += cut
    done.append(f"{kind} {encoding}")
    path = target.relative_to(landing).as_posix()
    return Copy(path, data_set, len(frame), broken, done, spoiled)


def refused(source: Path, data_set: str, landing: Path, rng: random.Random) -> Iterator[Copy]:
    """Write copies that must be rejected whole: containers cut off, a required column dropped."""
    frame = read(source)
    system = DATA_SETS[data_set][0]
    for number, kind in enumerate(CLOSED, start=2):
        target = landing / system / f"{source.stem}_{number}.{kind}"
        write(frame, target, kind, "utf-8", ",")
        whole = target.read_bytes()
        target.write_bytes(whole[: rng.randrange(1, len(whole))])
        path = target.relative_to(landing).as_posix()
        yield Copy(path, data_set, 0, 0, [f"cut {kind}"], Counter(), "unreadable|truncated")
    if system == "tabular":  # its mapping names the column, which is a mistake of the mapping
        return
    contract = contract_of(system, source.stem, {})
    known = columns_of(contract, list(frame.columns), ObjectSpec())
    header, column = rng.choice(
        [(name, item) for name, columns in known.items() for item in columns if item.required]
    )
    target = landing / system / f"{source.stem}_9.csv"
    write(frame.drop(columns=header), target, "csv", "utf-8", ",")
    path = target.relative_to(landing).as_posix()
    reason = f"The required column '{column.header}' ({column.name}) is missing"
    rows = len(frame)
    yield Copy(path, data_set, rows, rows, ["lost a key"], Counter(), "missing_column", reason)


def files_of(data_set: str, shared_data: Path) -> list[Path]:
    found = sorted(path for glob in DATA_SETS[data_set][1] for path in shared_data.glob(glob))
    return [path for path in found if path.stem not in NOT_RECORDS]


def configuration(mapped: dict[str, Any]) -> dict[str, Any]:
    """Return a halftime.yml over all data sets, from the examples of each."""
    maven = mapping()
    tabular = maven["sources"]["tabular"] | {"files": ["tabular/*"], "objects": mapped}
    for item in mapped.values():
        item["files"] = [f"tabular/{name.removesuffix('.csv')}*" for name in item["files"]]
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


Mangled = tuple[list[Copy], duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module", params=SEEDS)
def mangled(
    request: pytest.FixtureRequest,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
    cli: Callable[..., subprocess.CompletedProcess[str]],
) -> Mangled:
    """Mangle every file of every data set, run the whole road, and open what was published."""
    folder = tmp_path_factory.mktemp(f"mangled-{request.param}")
    rng = random.Random(request.param)
    mapped = mapping()["sources"]["tabular"]["objects"]
    copies = []
    for data_set in DATA_SETS:
        for number, source in enumerate(files_of(data_set, shared_data), start=request.param):
            copies.append(mangle(source, data_set, folder, number, mapped, rng))
            if source.stem == MAIN[data_set]:
                copies.extend(refused(source, data_set, folder, rng))
    (folder / "halftime.yml").write_text(yaml.safe_dump(configuration(mapped), sort_keys=False))
    cli("run", "--config", str(folder / "halftime.yml"), "--home", str(folder / "home"))
    published = folder / "home" / "published"
    current = json.loads((published / "current.json").read_text())
    return copies, duckdb.connect(str(published / current["database"]), read_only=True)


@pytest.mark.parametrize("data_set", DATA_SETS)
def test_every_kind_of_damage_was_done_to_each_data_set(mangled: Mangled, data_set: str) -> None:
    done = {word for copy in mangled[0] if copy.data_set == data_set for word in copy.done}
    damage = {"shuffled", "renamed", "dropped", "duplicated", "truncated", "retyped"}
    damage |= {f"cut {kind}" for kind in CLOSED}
    damage |= set() if data_set == "maven_crm" else {"lost a key"}
    assert damage - done == set()


def test_every_container_and_encoding_was_used(mangled: Mangled) -> None:
    done = {word for copy in mangled[0] for word in copy.done}
    assert {f"{kind} {encoding}" for kind, encoding, _ in CONTAINERS} - done == set()


def test_every_record_is_in_the_ledger(mangled: Mangled) -> None:
    copies, con = mangled
    ledger = con.execute(
        "select source_file, source_rows, residual_rows, "
        "accepted_rows + superseded_rows + rejected_rows from quality.ledger"
    ).fetchall()
    counted = {file: (rows, residual, judged) for file, rows, residual, judged in ledger}
    wrong = {
        copy.path: (copy, counted.get(copy.path))
        for copy in copies
        if counted.get(copy.path) != (copy.rows, 0, copy.rows)
    }
    print(f"{len(copies)} mangled files, {sum(copy.rows for copy in copies)} records")
    assert wrong == {}
    assert len(counted) == len(copies)


def test_only_what_was_broken_is_rejected(mangled: Mangled) -> None:
    copies, con = mangled
    rejected = dict(
        con.execute(
            "select source_file, cast(sum(rejected_rows) as bigint) from quality.ledger "
            "group by source_file"
        ).fetchall()
    )
    broken = {copy.path: copy.broken for copy in copies}
    assert {path: rejected.get(path, 0) for path in broken} == broken


def test_what_was_retyped_is_rejected_for_its_column(mangled: Mangled) -> None:
    copies, con = mangled
    found: dict[str, Counter[str]] = {}
    for file, column, rows in con.execute(
        "select source_file, column_name, count(*) from quality.rejected_row "
        "where reason_code = 'unparsable' group by 1, 2"
    ).fetchall():
        found.setdefault(file, Counter())[column] = rows
    assert found == {copy.path: copy.spoiled for copy in copies if copy.spoiled}


def test_what_cannot_be_read_or_lacks_its_key_is_rejected_whole(mangled: Mangled) -> None:
    copies, con = mangled
    found = {
        file: (code, reason)
        for file, code, reason in con.execute(
            "select source_file, reason_code, reason from quality.file "
            "where file_status = 'rejected'"
        ).fetchall()
    }
    wanted = {copy.path: copy for copy in copies if copy.code}
    assert found.keys() == wanted.keys()
    for path, (code, reason) in found.items():
        assert code in str(wanted[path].code).split("|"), (path, code, reason)
        assert wanted[path].reason in reason


@pytest.mark.parametrize("object_name", ["opportunity", "person", "account", "product"])
def test_a_mapped_column_that_was_dropped_is_named(
    shared_data: Path, tmp_path: Path, object_name: str
) -> None:
    item = mapping()["sources"]["tabular"]["objects"][object_name]
    column, header = next(iter(item["columns"].items()))
    (tmp_path / "tabular").mkdir()
    frame = read(shared_data / "maven_crm" / item["files"][0]).drop(columns=header)
    write(frame, tmp_path / "tabular" / item["files"][0], "csv", "utf-8", ",")
    spec = ObjectSpec(files=tuple(item["files"]), columns=item["columns"])

    with pytest.raises(UsageError, match=f"columns: {column}: the file has no column '{header}'"):
        preflight([SourceSpec("tabular", objects={object_name: spec})], tmp_path, ROOT)


SENT = {
    "salesforce": ("salesforce_devorg/Account.csv", "account", "Name"),
    "hubspot": ("fivetran_hubspot/seeds/company_data.csv", "company", "property_name"),
    "tabular": ("maven_crm/accounts.csv", "account", "account"),
}


@pytest.mark.parametrize("system", SENT)
def test_every_encoding_and_container_gives_the_same_values(
    shared_data: Path, tmp_path: Path, system: str
) -> None:
    file, object_name, text = SENT[system]
    source = shared_data / file
    frame = read(source)
    # The real names are plain; customers' names are not.
    frame[text] = [f"{name} Größe – Café €{place}" for place, name in enumerate(frame[text])]
    encodings = ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp1252")
    sent = [("csv", name) for name in encodings]
    sent += [(kind, "utf-8") for kind in ("csv.gz", "xlsx", "parquet", "jsonl", "json")]
    for kind, encoding in sent:
        target = tmp_path / system / f"{kind}-{encoding}" / f"{source.stem}.{kind}"
        target.parent.mkdir(parents=True)
        write(frame, target, kind, encoding, ",")
    columns = {"account_name": "account"} if system == "tabular" else {}
    objects = {object_name: ObjectSpec(files=(f"**/{source.stem}.*",), columns=columns)}

    land([SourceSpec(system, objects=objects)], tmp_path, tmp_path / "w.duckdb", ROOT)

    contract = CONTRACTS[system, object_name]
    names = [column.raw_name for column in contract.columns]
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as con:
        values = ", ".join(f"coalesce({name}, '')" for name in names)
        rows: dict[str, list[tuple[str, ...]]] = {}
        for path, *found in con.execute(
            f"select _source_file, {values} from raw.{contract.table} order by 1, _source_row"
        ).fetchall():
            rows.setdefault(path.split("/")[1], []).append(tuple(found))
    original = rows["csv-utf-8"]
    assert rows.keys() == {f"{kind}-{encoding}" for kind, encoding in sent}
    known = columns_of(contract, list(frame.columns), ObjectSpec(columns=columns))
    for header, given in known.items():
        for column in given:
            place = names.index(column.raw_name)
            assert [row[place] for row in original] == list(frame[header])
    assert {name: found == original for name, found in rows.items()} == dict.fromkeys(rows, True)
