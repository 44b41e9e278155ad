"""The register of docs/privacy.md names every object and every private column there is."""

from __future__ import annotations

from pathlib import Path

from halftime.contracts import load_contracts
from halftime.privacy.register import register, row, written


def test_the_page_holds_the_register_of_today(project_root: Path) -> None:
    """Mend it with: python -m halftime.privacy.register."""
    page = (project_root / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert written(page, register(project_root)) == page


def test_every_contract_and_private_column_stands_in_it(project_root: Path) -> None:
    lines = register(project_root).splitlines()
    for (system, name), contract in load_contracts(project_root).items():
        line = row(contract)
        assert line in lines
        assert line.startswith(f"| {system}.{name} | ")
        for column in contract.columns:
            if column.private or column.withheld:
                assert f"`{column.name}`" in line
