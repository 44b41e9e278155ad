"""The project's macros, rendered by dbt's own Jinja and run by DuckDB, without starting dbt.

For those who look at one expression under hundreds of configurations: dbt takes seconds to start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import yaml
from dbt_common.clients.jinja import get_environment
from dbt_common.exceptions.macros import MacroReturn

ROOT = Path(__file__).resolve().parents[2]
_MACROS = ("clean_text", "mapped_value", "formatted_date", "to_date", "to_decimal", "to_integer")


def _give_back(value: Any) -> None:
    raise MacroReturn(value)


def _sources() -> dict[str, Any]:
    """Return the contract of the spreadsheets as dbt's graph shows it."""
    path = ROOT / "models" / "staging" / "tabular" / "_tabular__sources.yml"
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {
        f"source.halftime.tabular.{table['name']}": SimpleNamespace(
            columns={
                node["name"]: SimpleNamespace(config=SimpleNamespace(meta=node["config"]["meta"]))
                for node in table["columns"]
            }
        )
        for table in document["sources"][0]["tables"]
    }


class Macros:
    """The macros of the project under the settings of a configuration."""

    def __init__(self) -> None:
        self.con = duckdb.connect(config={"threads": 1})
        self.context: dict[str, Any] = {
            "return": _give_back,
            "project_name": "halftime",
            "execute": True,
            "graph": SimpleNamespace(sources=_sources()),
            "modules": SimpleNamespace(re=re),
            "dbt": SimpleNamespace(type_int=lambda: "integer"),
        }
        environment = get_environment()
        for name in _MACROS:
            source = (ROOT / "macros" / f"{name}.sql").read_text(encoding="utf-8")
            self.context[name] = self._macro(environment.from_string(source), name)

    def _macro(self, template: Any, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            module = template.make_module(vars=self.context, shared=False)
            try:
                return getattr(module, f"dbt_macro__{name}")(*arguments, **named)
            except MacroReturn as given:
                return given.value

        return call

    def values(
        self,
        macro: str,
        column: str,
        settings: Mapping[str, Any],
        cells: Sequence[str],
        **named: Any,
    ) -> list[Any]:
        """Return what a macro makes of the cells of a column of a spreadsheet of opportunities."""
        self.context["var"] = {"source_settings": dict(settings)}.__getitem__
        sql = self.context[macro](column, "tabular", "opportunity", **named)
        rows = self.con.execute(
            f"select {sql} from (select unnest(?) as {column}, unnest(range(?)) as place) "
            "order by place",
            [list(cells), len(cells)],
        ).fetchall()
        return [row[0] for row in rows]
