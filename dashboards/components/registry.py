"""Definitions of the indicators as the build shipped them, ready to be shown beside a figure."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dashboards.components.words import is_missing


@dataclass(frozen=True)
class Definition:
    """One row of the registry; empty text where the registry says nothing."""

    indicator_id: str
    measure_id: str
    name: str
    definition: str
    formula: str
    timing: str
    unit: str
    direction: str
    minimum_n: str
    interval_method: str
    required_fields: str
    owner: str
    version: str
    valid_from: str
    article: str

    @property
    def higher_is_better(self) -> bool | None:
        """Return which way is good; None where neither way is."""
        word = self.direction.lower()
        if word.startswith(("higher", "up", "more")):
            return True
        if word.startswith(("lower", "down", "less")):
            return False
        return None

    def hover(self) -> str:
        """Return the definition as it stands in a tooltip."""
        lines = [f"**{self.indicator_id} · {self.name}**", self.definition]
        if self.formula:
            lines.append(f"Formula: {self.formula}")
        if self.minimum_n:
            lines.append(f"Judged from n = {self.minimum_n} on")
        if self.version:
            lines.append(f"Version {self.version}, owner {self.owner}")
        return "\n\n".join(line for line in lines if line)


def _text(row: pd.Series, *names: str) -> str:
    for name in names:
        if name in row.index and not is_missing(row[name]):
            return str(row[name]).strip()
    return ""


def definition(row: pd.Series) -> Definition:
    """Read one row of ``reference.indicators``."""
    return Definition(
        indicator_id=_text(row, "indicator_id"),
        measure_id=_text(row, "measure_id"),
        name=_text(row, "measure_name", "name", "indicator_name"),
        definition=_text(row, "definition", "description"),
        formula=_text(row, "formula"),
        timing=_text(row, "timing"),
        unit=_text(row, "unit"),
        direction=_text(row, "direction"),
        minimum_n=_text(row, "minimum_n", "min_n"),
        interval_method=_text(row, "interval_method"),
        required_fields=_text(row, "required_fields"),
        owner=_text(row, "owner"),
        version=_text(row, "version"),
        valid_from=_text(row, "valid_from")[:10],
        article=_text(row, "article", "articles"),
    )


def read(rows: pd.DataFrame) -> list[Definition]:
    """Read the registry in its order."""
    return [definition(row) for _, row in rows.iterrows()]


def find(registry: list[Definition], indicator_id: str, measure_id: str) -> Definition | None:
    """Return the definition of a measure, else of its indicator."""
    matches = [entry for entry in registry if entry.indicator_id == indicator_id]
    exact = [entry for entry in matches if entry.measure_id == measure_id]
    return (exact or matches or [None])[0]
