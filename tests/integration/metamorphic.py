"""A copy of the published sample with changed input, and what its compiled models make of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from core_builder import Model, parents_first

FACTS = (
    "fct_leading_indicator",
    "fct_lagging_indicator",
    "fct_maturity",
    "fct_pipeline_change",
    "rpt_pipeline_waterfall",
    "fct_deal_warning",
)
FIGURES = ("fct_leading_indicator", "fct_lagging_indicator")
# What is known of records beside their rows.
FLAGS = ("int_record_deleted", "int_record_rejected")
GRAIN = (
    "indicator_id, measure_id, entity_type, entity_id, period_grain, period_start, dimension, "
    "member, currency_code"
)

Columns = list[tuple[str, str]]
# What stands in place of a column, by its name and type.
Expression = Callable[[str, str], str]


def as_it_was(column: str, kind: str) -> str:
    """Leave a column alone."""
    return f'"{column}"'


def compiled(home: Path) -> dict[str, Model]:
    """Return models, seeds and raw tables as the home's last build knows them."""
    manifest = json.loads(max(home.glob("builds/*/dbt/run/manifest.json")).read_text("utf-8"))
    names = {key: node["name"] for key, node in manifest["nodes"].items()}
    names |= {key: source["identifier"] for key, source in manifest["sources"].items()}
    models = {
        node["name"]: Model(
            node["relation_name"],
            node.get("compiled_code", ""),
            tuple(names[key] for key in node["depends_on"].get("nodes", ())),
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    sources = {
        source["identifier"]: Model(source["relation_name"], "", ())
        for source in manifest["sources"].values()
    }
    return models | sources


class Company:
    """The sample company in a warehouse of its own.

    ``inputs`` are the conformed models with the flags, or the raw tables that have rows;
    ``between`` are the models from there to the facts, parents first. ``main.was_<name>`` is what
    an input or a fact was.
    """

    def __init__(self, home: Path, warehouse: Path, *, raw: bool = False) -> None:
        self.models = compiled(home)
        self.con = _copied(home / "warehouse.duckdb", warehouse)
        order = parents_first(self.models, FACTS)
        self.inputs = [name for name in order if self._is_input(name, raw=raw)]
        changed = set(self.inputs)
        self.between: list[str] = []
        for name in order:
            if name not in changed and changed.intersection(self.models[name].parents):
                changed.add(name)
                self.between.append(name)
        self.keep(*self.inputs, *FACTS)
        self._drop_views({self.models[name].relation for name in changed})
        for name in self.inputs:
            self.put(name, f"select * from main.was_{name}")

    def _is_input(self, name: str, *, raw: bool) -> bool:
        if not raw:
            return name.endswith("_conformed") or name in FLAGS
        model = self.models[name]
        if '"raw"' not in model.relation or name.startswith("_"):
            return False
        return self.con.execute(f"select 1 from {model.relation} limit 1").fetchone() is not None

    def _drop_views(self, relations: set[str]) -> None:
        """Make room for tables where dbt made views."""
        for schema, view in self.con.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall():
            if f'"warehouse"."{schema}"."{view}"' in relations:
                self.con.execute(f'drop view "{schema}"."{view}"')

    def keep(self, *names: str) -> None:
        """Take what stands now as what was."""
        for name in names:
            relation = self.models[name].relation
            self.con.execute(f"create or replace table main.was_{name} as select * from {relation}")

    def columns(self, name: str) -> Columns:
        """Return names and types of the columns of what a model or an input was."""
        found = self.con.execute(f"describe main.was_{name}").fetchall()
        return [(column[0], column[1]) for column in found]

    def put(self, name: str, sql: str) -> None:
        """Replace the rows of a model or an input."""
        self.con.execute(f"create or replace table {self.models[name].relation} as {sql}")

    def change(self, name: str, expression: Expression) -> None:
        """Replace an input by what an expression makes of each column of what it was."""
        picked = ", ".join(
            f'{expression(column, kind)} as "{column}"' for column, kind in self.columns(name)
        )
        self.put(name, f"select {picked} from main.was_{name}")

    def rewrite(self, name: str, old: str, new: str) -> None:
        """Replace a text in the SQL of a model, which must have it."""
        model = self.models[name]
        assert old in model.sql, (name, old)
        self.models[name] = replace(model, sql=model.sql.replace(old, new))

    def follow(self, *changed: str) -> None:
        """Run the models between the inputs and the facts: all, or those that read what changed."""
        fresh = set(changed or self.inputs)
        for name in self.between:
            if name in fresh or fresh.intersection(self.models[name].parents):
                self.put(name, self.models[name].sql)
                fresh.add(name)

    def hold(self, name: str) -> None:
        """Leave a model as it is, whatever changes above it."""
        self.between.remove(name)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Take back whatever is done to rows and models inside."""
        models = dict(self.models)
        self.con.begin()
        try:
            yield
        finally:
            self.con.rollback()
            self.models = models

    def close(self) -> None:
        """Let go of the warehouse."""
        self.con.close()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a question."""
        return self.con.execute(sql).fetchall()

    def differing(self, name: str, moved: Expression = as_it_was, where: str = "true") -> int:
        """Return how many rows of a fact are new or gone, against what was, moved as it must.

        ``moved`` says how, ``where`` chooses the rows that are compared. Floating numbers are
        compared as they print to 9 digits: their sums depend on the order of addition in the last.
        """
        columns = self.columns(name)
        now = ", ".join(_printed(f'"{column}"', kind) for column, kind in columns)
        was = ", ".join(_printed(moved(column, kind), kind) for column, kind in columns)
        rows_now = f"select {now} from {self.models[name].relation} where {where}"
        rows_was = f"select {was} from main.was_{name} where {where}"
        return int(
            self.ask(
                f"""select count(*) from (
                (({rows_now}) except all ({rows_was}))
                union all
                (({rows_was}) except all ({rows_now})))"""
            )[0][0]
        )


def _copied(source: Path, target: Path) -> duckdb.DuckDBPyConnection:
    target.write_bytes(source.read_bytes())
    con = duckdb.connect(str(target), config={"threads": 1})
    con.execute("set TimeZone = 'UTC'")
    return con


def _printed(expression: str, kind: str) -> str:
    return f"printf('%.9g', {expression})" if kind == "DOUBLE" else expression
