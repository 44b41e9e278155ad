"""Land a handful of files and build the models up to the core, with the real programs."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.corrections import corrected_columns
from halftime.dbt import DbtStep, dbt_session
from halftime.home import Home
from halftime.landing import store

Query = Callable[[str], list[tuple[Any, ...]]]
# Seeds that models up to the core read.
SEEDS = ("qualification_elements", "stage_map")
UP_TO_THE_CORE = (
    *SEEDS,
    "path:models/staging",
    "path:models/intermediate",
    "path:models/core",
)

AS_OF = dt.date(2026, 6, 30)
# Made for the property tests of mapping, identities, versions, lines and snapshots.
ANY_COMPANY = f"""\
version: 1
company: Any Company
landing: .
reporting: {{timezone: UTC, currency: USD, as_of: {AS_OF}}}
sources:
  salesforce: {{files: ['salesforce/*'], timezone: UTC, delivery: snapshot}}
  tabular:
    files: ['tabular/*']
    timezone: UTC
    date_formats: ['DD/MM/YYYY']
    objects:
      opportunity:
        columns: {{stage: Phase, account: "Client's name", opportunity_name: 'Deal "x"'}}
        constants: {{currency_code: EUR}}
        key: [account, opportunity_name]
        values: {{stage: {{"O'Won": "It's won", 'lost ✗': Lost, 'İptal\u00a0🏆': '🏆'}}}}
        formats: {{created_date: {{date_formats: ['MM/DD/YYYY']}}}}
"""


def build_core(
    root: Path,
    project: Path,
    files: dict[str, str],
    config: str,
    select: tuple[str, ...] = (),
    *,
    loaded_until: int | None = None,
) -> Path:
    """Land the files under a configuration, run the models up to the core; return the warehouse.

    ``select`` are dbt selectors for those who need less than the whole core, or more.
    """
    landing = root / "landing"
    for name, text in files.items():
        path = landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    settings = landing / "halftime.yml"
    settings.write_text(config, encoding="utf-8")
    home = Home(root / "home")
    land(settings, home, project)
    contracts = load_contracts(project)
    loaded = load_config(settings, contracts)
    variables = loaded.dbt_vars(as_of=None, loaded_until=loaded_until)
    variables["corrections"] = corrected_columns(home.warehouse, contracts)
    run_dbt(
        home,
        *("build", "--select", *(select or UP_TO_THE_CORE)),
        *("--exclude", "test_type:unit", "test_type:data"),
        variables=variables,
        folder=root,
    )
    return home.warehouse


def land(settings: Path, home: Home, project: Path) -> None:
    """Land what a configuration names with the real command; show what it said if it fails."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "halftime", "land"),
            *("--config", str(settings), "--home", str(home.root)),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"land {settings}\n{done.stdout}\n{done.stderr}"


def run_dbt(home: Home, *arguments: str, variables: Mapping[str, Any], folder: Path) -> DbtStep:
    """Carry out one dbt command in a process of its own, as a run does; all its nodes must succeed.

    Over plain dbt it has that nothing is read again that another home has read.
    """
    home.create()
    with dbt_session(home) as dbt:
        done = dbt.run(arguments[0], arguments, variables=variables, folder=folder)
    failed = [result for result in done.results if result["status"] not in ("success", "pass")]
    assert done.exit_code == 0, [(item["unique_id"], item["message"]) for item in failed]
    return done


def reader(warehouse: Path) -> Query:
    """Return a function that asks the warehouse, opened read-only for each question."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    return ask


@dataclass(frozen=True)
class Model:
    """A model or seed as dbt compiled it: where it stands, its SQL and whom it reads."""

    relation: str
    sql: str
    parents: tuple[str, ...]

    @property
    def schema(self) -> str:
        """The schema that the model stands in, with its catalogue."""
        return self.relation.rpartition(".")[0]


def compile_core(root: Path, project: Path, config: str) -> None:
    """Compile the models up to the core under a configuration into ``root/models.json``.

    ``root/warehouse.duckdb`` is what they make of a company without any data.
    For those who run a few models many times: dbt takes longer to start than the models to run.
    """
    root.mkdir(parents=True, exist_ok=True)
    settings = root / "halftime.yml"
    settings.write_text(config, encoding="utf-8")
    contracts = load_contracts(project)
    home = Home(root)
    with duckdb.connect(str(home.warehouse)) as con:
        store.ensure_raw_tables(con, contracts.values())
    loaded = load_config(settings, contracts)
    done = run_dbt(
        home,
        *("compile", "--select", *UP_TO_THE_CORE),
        *("--exclude", "test_type:unit", "test_type:data"),
        variables=loaded.dbt_vars(as_of=None, loaded_until=None),
        folder=root,
    )
    nodes = json.loads((done.target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = {
        node["name"]: {
            "relation": node["relation_name"],
            "sql": node.get("compiled_code") or _seed_sql(project, node),
            "parents": [
                nodes[key]["name"] for key in node["depends_on"].get("nodes", ()) if key in nodes
            ],
        }
        for node in nodes.values()
        if node.get("compiled_code") or node["name"] in SEEDS
        if node["resource_type"] in ("model", "seed")
    }
    (root / "models.json").write_text(json.dumps(models), encoding="utf-8")
    compiled = {name: Model(**model) for name, model in models.items()}
    with duckdb.connect(str(home.warehouse), config={"threads": 1}) as con:
        con.execute("set TimeZone = 'UTC'")
        for name in parents_first(compiled, list(compiled)):
            con.execute(f"create schema if not exists {compiled[name].schema}")
            con.execute(
                f"create or replace table {compiled[name].relation} as {compiled[name].sql}"
            )


def parents_first(models: Mapping[str, Model], wanted: Sequence[str]) -> list[str]:
    """Return the wanted models and all that they read, parents first."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in order:
            for parent in models[name].parents:
                visit(parent)
            order[name] = None

    for name in wanted:
        visit(name)
    return list(order)


def _seed_sql(project: Path, node: dict[str, Any]) -> str:
    types = ", ".join(
        f"'{name}': '{kind}'" for name, kind in node["config"]["column_types"].items()
    )
    return f"select * from read_csv('{project / node['original_file_path']}', types = {{{types}}})"


class Chain:
    """The models between some inputs and outputs, in a DuckDB of their own, run again and again.

    Inputs are models or raw tables, which tests fill; everything else that the models between read
    is what it is in a company without any data.
    """

    def __init__(self, folder: Path, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        found = json.loads((folder / "models.json").read_text(encoding="utf-8"))
        self.models = {name: Model(**model) for name, model in found.items()}
        self.con = duckdb.connect(config={"threads": 1})
        self.con.execute("set TimeZone = 'UTC'")
        self.con.execute("attach ':memory:' as warehouse")
        self.con.execute(f"attach '{folder / 'warehouse.duckdb'}' as empty (read_only)")
        self.con.execute("copy from database empty to warehouse")
        self.con.execute("detach empty")
        self.con.execute("use warehouse")
        order = parents_first(self.models, outputs)
        self.inputs = {name: self._relation(name) for name in inputs}
        raw = {name for name in inputs if name not in self.models}
        changed = set(inputs) - raw
        self.between: list[str] = []
        for name in order:
            model = self.models[name]
            reads_raw = any(self._is_read(table, model) for table in raw)
            if name not in inputs and (reads_raw or changed.intersection(model.parents)):
                changed.add(name)
                self.between.append(name)

    def _relation(self, name: str) -> str:
        if name in self.models:
            return self.models[name].relation
        schema, _, table = name.partition(".")
        return f'"warehouse"."{schema}"."{table}"'

    def _is_read(self, table: str, model: Model) -> bool:
        return self._relation(table) in model.sql

    def _make(self, name: str) -> None:
        model = self.models[name]
        self.con.execute(f"create or replace table {model.relation} as {model.sql}")

    def run(self, **rows: Sequence[Mapping[str, Any]]) -> None:
        """Fill the inputs with rows, all others with none, and run the models between.

        A raw table is named with two underscores for its point: ``raw__salesforce__user``.
        """
        given = {name.replace("raw__", "raw.", 1): found for name, found in rows.items()}
        assert set(given) <= set(self.inputs), set(given) - set(self.inputs)
        for name, relation in self.inputs.items():
            self.con.execute(f"delete from {relation}")
            for row in given.get(name, ()):
                columns = ", ".join(f'"{column}"' for column in row)
                marks = ", ".join("?" for _ in row)
                self.con.execute(
                    f"insert into {relation} ({columns}) values ({marks})", list(row.values())
                )
        for name in self.between:
            self._make(name)

    def take(self, warehouse: Path) -> None:
        """Fill the inputs that are raw tables with what was landed, and run the models between."""
        self.con.execute(f"attach '{warehouse}' as landed (read_only)")
        for name, relation in self.inputs.items():
            schema, _, table = name.partition(".")
            self.con.execute(f"delete from {relation}")
            self.con.execute(f'insert into {relation} by name from landed."{schema}"."{table}"')
        self.con.execute("detach landed")
        for name in self.between:
            self._make(name)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a question about what the models made."""
        return self.con.execute(sql).fetchall()
