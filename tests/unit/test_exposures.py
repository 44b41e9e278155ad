"""Each page is a dbt exposure, and an exposure names the tables that its page really asks for.

What a page asks is read from the code: from the page and the frame around it along every function
it calls to the queries, and from their SQL to the tables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLE = re.compile(
    r'\b(?:core|indicators|"?leading"?|lagging|coaching|pipeline|quality|reference)\.([a-z_]+)'
)
# Written when a build is published, from the results of the rules: no model makes them.
NO_MODEL = {"model", "rule", "rule_change", "rule_failure", "rule_result"}
VIEWS = sorted(
    path.stem for path in (ROOT / "dashboards" / "views").glob("*.py") if path.stem != "__init__"
)


@dataclass
class Module:
    """The top level of a Python file: what it defines, what it imports, what it does at once."""

    defined: dict[str, ast.AST] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)
    done: list[ast.AST] = field(default_factory=list)


@cache
def module(name: str) -> Module:
    found = Module()
    path = ROOT / (name.replace(".", "/") + ".py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.defined[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.defined[node.targets[0].id] = node.value
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dashboards"):
            for alias in node.names:
                found.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        else:
            found.done.append(node)
    return found


def is_module(name: str) -> bool:
    return (ROOT / (name.replace(".", "/") + ".py")).is_file()


def named(node: ast.AST, here: str) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of everything of the dashboards that a piece of code speaks of."""
    around = module(here)
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in around.defined:
            yield here, part.id
        elif isinstance(part, ast.Name) and part.id in around.imported:
            target = around.imported[part.id]
            if not is_module(target):
                yield target.rpartition(".")[0], target.rpartition(".")[2]
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            target = around.imported.get(part.value.id, "")
            if is_module(target):
                yield target, part.attr


def tables_in(node: ast.AST) -> set[str]:
    body = node.body[1:] if isinstance(node, ast.FunctionDef) else [node]  # without the docstring
    return {
        table
        for statement in body
        for part in ast.walk(statement)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        for table in TABLE.findall(part.value)
    }


def tables_asked_for(view: str) -> set[str]:
    begin = [
        *((f"dashboards.views.{view}", node) for node in module(f"dashboards.views.{view}").done),
        *(("dashboards.app", node) for node in module("dashboards.app").done),
    ]
    waiting = [target for here, node in begin for target in named(node, here)]
    seen: set[tuple[str, str]] = set()
    found: set[str] = set()
    while waiting:
        place, name = target = waiting.pop()
        if target in seen or name not in module(place).defined:
            continue
        seen.add(target)
        node = module(place).defined[name]
        waiting += named(node, place)
        if place.startswith("dashboards.queries."):
            found |= tables_in(node)
    return found - NO_MODEL


@pytest.fixture(scope="module")
def exposures() -> dict[str, set[str]]:
    text = (ROOT / "models" / "marts" / "_exposures.yml").read_text(encoding="utf-8")
    return {
        item["name"]: {
            found[1]
            for found in (re.fullmatch(r"ref\('(\w+)'\)", each) for each in item["depends_on"])
            if found
        }
        for item in yaml.safe_load(text)["exposures"]
    }


def test_every_page_is_an_exposure(exposures: dict[str, set[str]]) -> None:
    assert sorted(exposures) == VIEWS


@pytest.mark.parametrize("view", VIEWS)
def test_an_exposure_names_what_its_page_asks_for(
    view: str, exposures: dict[str, set[str]]
) -> None:
    asked = tables_asked_for(view)
    assert "ledger" in asked, "the foot of every page asks for it"
    assert exposures[view] == asked


def test_a_table_that_no_page_asks_for_is_not_found() -> None:
    assert "fct_rep_week" in tables_asked_for("coaching")
    assert "fct_rep_week" not in tables_asked_for("data_and_definitions")
