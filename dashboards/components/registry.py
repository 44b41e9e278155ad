"""Definitions of the indicators as the build shipped them, ready to be shown beside a figure."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pandas as pd

from dashboards.components.words import is_missing


@dataclass(frozen=True)
class Definition:
    """One row of the registry as text; empty where the registry says nothing."""

    indicator_id: str
    measure_id: str
    name: str
    measure_name: str
    definition: str
    formula: str
    timing: str
    unit: str
    direction: str
    minimum_n: str
    minimum_n_of: str
    interval_method: str
    required_fields: str
    owner: str
    version: str
    valid_from: str
    article: str

    @property
    def higher_is_better(self) -> bool | None:
        """Return which way is good; None where neither way is."""
        return {"higher": True, "lower": False}.get(self.direction)

    @property
    def is_leading(self) -> bool:
        """Tell whether the figure can still be changed when it is seen."""
        return self.timing == "leading"

    @property
    def title(self) -> str:
        """Return the name with that of the measure."""
        return f"{self.name}: {self.measure_name}" if self.measure_name else self.name

    @property
    def counts(self) -> str:
        """Return what n counts, in the plural."""
        return self.minimum_n_of or "observations"

    @property
    def threshold(self) -> str:
        """Return from which n on the figure is judged."""
        if not self.minimum_n.isdigit() or int(self.minimum_n) < 2:
            return ""
        return f"{self.minimum_n} {self.counts}"

    def hover(self) -> str:
        """Return the definition as it stands in a tooltip."""
        lines = [
            f"**{self.indicator_id} · {self.title}**",
            self.definition,
            f"Formula: {self.formula}" if self.formula else "",
            f"Judged from n = {self.threshold} on" if self.threshold else "",
            f"Version {self.version}, owner {self.owner}" if self.version else "",
        ]
        return "\n\n".join(line for line in lines if line)


def _text(value: object) -> str:
    if is_missing(value):
        return ""
    return str(value.date() if isinstance(value, pd.Timestamp) else value).strip()


def read(rows: pd.DataFrame) -> list[Definition]:
    """Read the registry in its order."""
    names = [field.name for field in fields(Definition)]
    return [
        Definition(**{name: _text(value) for name, value in zip(names, row, strict=True)})
        for row in rows[names].itertuples(index=False, name=None)
    ]


def find(registry: list[Definition], indicator_id: str, measure_id: str) -> Definition | None:
    """Return the definition of a measure, or None if the build does not know it."""
    for entry in registry:
        if (entry.indicator_id, entry.measure_id) == (indicator_id, measure_id):
            return entry
    return None
