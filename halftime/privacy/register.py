"""Write the register of objects into ``docs/privacy.md``, from the contracts."""

from __future__ import annotations

from pathlib import Path

from halftime.contracts import Contract, load_contracts
from halftime.home import PROJECT_ROOT, write_atomically

_BEGIN, _END = "<!-- register -->", "<!-- /register -->"


def row(contract: Contract) -> str:
    """Return the line of one object: what it is, which columns are private, which withheld."""
    names = [f"`{column.name}`" for column in contract.columns if column.private]
    withheld = [f"`{column.name}`" for column in contract.columns if column.withheld]
    about = " ".join(contract.description.split()).replace("|", "\\|")
    cells = (
        f"{contract.system}.{contract.object}",
        about.partition(". ")[0].rstrip("."),
        ", ".join(names),
        ", ".join(withheld),
    )
    return f"| {' | '.join(cells)} |"


def register(project_root: Path) -> str:
    """Return the table of all objects."""
    contracts = load_contracts(project_root)
    head = "| object | what it holds | stays in the warehouse | not landed for private rows |"
    rows = [row(contracts[key]) for key in sorted(contracts)]
    return "\n".join([head, "|---|---|---|---|", *rows])


def written(text: str, table: str) -> str:
    """Return the page with the table in its place."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{table}\n\n{_END}{rest.partition(_END)[2]}"


def main() -> None:
    """Write the page."""
    page = PROJECT_ROOT / "docs" / "privacy.md"
    write_atomically(page, written(page.read_text(encoding="utf-8"), register(PROJECT_ROOT)))


if __name__ == "__main__":
    main()
