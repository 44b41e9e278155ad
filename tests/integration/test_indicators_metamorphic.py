"""What must not move the indicators: the compiled models run again over changed conformed rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from core_builder import Model, parents_first

FACTS = (
    "fct_leading_indicator",
    "fct_lagging_indicator",
    "fct_pipeline_change",
    "fct_maturity",
    "fct_deal_warning",
)


class Company:
    """A copy of the published sample, whose conformed rows are changed and followed up."""

    def __init__(self, home: Path, warehouse: Path) -> None:
        manifest = json.loads(max(home.glob("builds/*/dbt/run/manifest.json")).read_text("utf-8"))
        nodes = manifest["nodes"]
        self.models = {
            node["name"]: Model(
                node["relation_name"],
                node["compiled_code"],
                tuple(nodes[key]["name"] for key in node["depends_on"]["nodes"] if key in nodes),
            )
            for node in nodes.values()
            if node["resource_type"] == "model"
        }
        seeds = {
            node["name"]: Model(node["relation_name"], "", ())
            for node in nodes.values()
            if node["resource_type"] == "seed"
        }
        order = parents_first(self.models | seeds, FACTS)
        self.inputs = [name for name in order if name.endswith("_conformed")]
        changed = set(self.inputs)
        self.between: list[str] = []
        for name in order:
            model = self.models.get(name)
            if model and name not in changed and changed.intersection(model.parents):
                changed.add(name)
                self.between.append(name)
        shutil.copyfile(home / "warehouse.duckdb", warehouse)
        self.con = duckdb.connect(str(warehouse), config={"threads": 1})
        self.con.execute("set TimeZone = 'UTC'")
        for name in self.inputs:
            relation = self.models[name].relation
            self.con.execute(f"create table main.was_{name} as select * from {relation}")
        for name in FACTS:
            relation = self.models[name].relation
            self.con.execute(f"create table main.was_{name} as select * from {relation}")

        views = self.con.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        remade = {self.models[name].relation for name in (*self.inputs, *self.between)}
        for schema, view in views:
            if f'"warehouse"."{schema}"."{view}"' in remade:
                self.con.execute(f'drop view "{schema}"."{view}"')

    def put(self, name: str, sql: str) -> None:
        """Replace the rows of an input."""
        self.con.execute(f"create or replace table {self.models[name].relation} as {sql}")

    def follow(self) -> None:
        """Run every model between the inputs and the facts."""
        for name in self.between:
            model = self.models[name]
            self.con.execute(f"create or replace table {model.relation} as {model.sql}")

    def differing(self, name: str) -> int:
        """Return how many rows of a fact are new or gone, with numbers as they print to 9 digits.

        Sums of floating numbers depend on the order of addition in their last digits.
        """
        now = self.models[name].relation
        columns = self.con.execute(f"describe {now}").fetchall()
        picked = ", ".join(
            f"printf('%.9g', {column[0]})" if column[1] == "DOUBLE" else f'"{column[0]}"'
            for column in columns
        )
        row = self.con.execute(
            f"""select count(*) from (
            (select {picked} from {now} except all select {picked} from main.was_{name})
            union all
            (select {picked} from main.was_{name} except all select {picked} from {now}))"""
        ).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture
def company(sample_home: Path, tmp_path: Path) -> Iterator[Company]:
    found = Company(sample_home, tmp_path / "warehouse.duckdb")
    yield found
    found.con.close()


def test_shuffled_rows_move_no_figure(company: Company) -> None:
    """In whatever order conformed rows stand, each row of each fact is the same."""
    for name in company.inputs:
        company.put(name, f"select * from main.was_{name} order by hash(rowid, 'any order')")
    company.follow()
    assert {name: company.differing(name) for name in FACTS} == dict.fromkeys(FACTS, 0)


def test_one_changed_amount_is_noticed(company: Company) -> None:
    """The comparison can fail: of one won deal with another amount the quota figures speak."""
    company.put(
        "int_opportunity_conformed",
        """select * replace (case when opportunity_key = (
            select min(opportunity_key) from core.fct_opportunity
            where is_won and amount > 0 and owner_id is not null
        ) then amount + 1000 else amount end as amount)
        from main.was_int_opportunity_conformed""",
    )
    company.follow()
    assert company.differing("fct_lagging_indicator") > 0
