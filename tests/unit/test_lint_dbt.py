"""The house has few macros, and every exception is named."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MACROS = {path.stem for path in (ROOT / "macros").glob("*.sql")}


@pytest.fixture(scope="module")
def lint() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lint_dbt", ROOT / "scripts" / "lint_dbt.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_macros_are_as_few_as_the_style_asks(lint: ModuleType) -> None:
    assert lint.macro_trouble(MACROS) == []


def test_one_macro_more_is_refused_and_named(lint: ModuleType) -> None:
    (said,) = lint.macro_trouble({*MACROS, "one_more"})
    assert said.startswith("13 macros, at most 12")
    assert "one_more" in said


def test_an_exception_that_is_gone_is_told(lint: ModuleType) -> None:
    (said,) = lint.macro_trouble(MACROS - {"converted"})
    assert said == "'converted' is excepted, but there is no such macro."


def test_every_exception_has_its_reason_in_the_decision(lint: ModuleType) -> None:
    decision = (ROOT / "docs/decisions/0036-names-and-macros.md").read_text(encoding="utf-8")
    assert [name for name in sorted(MACROS) if f"`{name}`" not in decision] == []
    checks = yaml.safe_load((ROOT / "dbt-bouncer.yml").read_text(encoding="utf-8"))
    patterns = [check.get("model_name_pattern", "") for check in checks["manifest_checks"]]
    excepted = {
        name
        for pattern in patterns
        for rest in pattern.split("[a-z]+ed|")[1:]
        for name in rest.removesuffix(")$").split("|")
    }
    assert len(excepted) == 13
    assert [name for name in sorted(excepted) if f"`int_{name}`" not in decision] == []
