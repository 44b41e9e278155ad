"""What every part of the bench needs to say how a figure stands to its aim."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Aim:
    """A bound that a figure should not cross: at most so much, or at least."""

    bound: float
    unit: str
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Tell whether a figure keeps the bound."""
        return value >= self.bound if self.at_least else value <= self.bound

    def times_off(self, value: float) -> float:
        """Return by what factor a figure crosses the bound; above 1 is missed."""
        return self.bound / value if self.at_least else value / self.bound

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {_plain(self.bound)} {self.unit}".rstrip()


@dataclass
class Figures:
    """Every figure that has an aim, in the order in which it was judged."""

    judged: list[tuple[str, float, Aim]] = field(default_factory=list)

    def judge(self, name: str, value: float, aim: Aim | None) -> str:
        """Note a figure and return what stands beside it; empty without an aim."""
        if aim is None:
            return ""
        self.judged.append((name, value, aim))
        if aim.is_met(value):
            return f"{aim}: meets"
        return f"{aim}: **misses by × {aim.times_off(value):.2f}**"

    def summary(self) -> list[str]:
        """Return the lines that say which aims were missed, the worst first."""
        missed = [item for item in self.judged if not item[2].is_met(item[1])]
        if not missed:
            return ["", f"**All {len(self.judged)} figures that have an aim meet it.**"]
        missed.sort(key=lambda item: -item[2].times_off(item[1]))
        return [
            "",
            f"## Missed: {len(missed)} of {len(self.judged)} aims",
            "",
            "| figure | measured | aim | off by |",
            "|---|---:|---:|---:|",
            *(
                f"| {name} | {_plain(value)} {aim.unit} | {aim} | × {aim.times_off(value):.2f} |"
                for name, value, aim in missed
            ),
        ]


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")
