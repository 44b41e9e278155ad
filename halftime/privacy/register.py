"""Write the register of objects into ``docs/privacy.md``, from the contracts."""

from __future__ import annotations

from pathlib import Path

from halftime.contracts import Contract, load_contracts
from halftime.home import PROJECT_ROOT, write_atomically

_BEGIN, _END = "<!-- register -->", "<!-- /register -->"


def row(contract: Contract) -> str:
    """Return the line of one object: what it is, its age, which columns are private or withheld."""
    names = [f"`{column.name}`" for column in contract.columns if column.private]
    withheld = [f"`{column.name}`" for column in contract.columns if column.withheld]
    about = " ".join(contract.description.split()).replace("|", "\\|")
    cells = (
        f"{contract.system}.{contract.object}",
        about.partition(". ")[0].rstrip("."),
        age(contract),
        ", ".join(names),
        ", ".join(withheld),
    )
    return f"| {' | '.join(cells)} |"


def age(contract: Contract) -> str:
    """Say what tells how old a row is: the latest of its dates, or the record it belongs to."""
    if contract.expires_with:
        return ", ".join(f"that of its {parent}" for _, parent in contract.expires_with)
    return ", ".join(f"`{name}`" for name in contract.expires_by) or "none"


def register(project_root: Path) -> str:
    """Return the table of all objects."""
    contracts = load_contracts(project_root)
    titles = ("object", "what it holds", "its age", "stays in the warehouse")
    head = f"| {' | '.join(titles)} | not landed for private rows |"
    rows = [row(contracts[key]) for key in sorted(contracts)]
    return "\n".join([head, "|---|---|---|---|---|", *rows])


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
