"""Waivers: a broken rule that somebody answers for, with a reason, until a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Waiver:
    """One waiver of the configuration; it counts up to and including ``until``.

    The day it is compared with is the business date of the build, never the machine's clock, so
    that an earlier build comes out the same when it is made again.
    """

    rule_id: str
    owner: str
    reason: str
    until: dt.date

    def counts(self, as_of: dt.date | None) -> bool:
        """Tell whether the waiver is in force on a business date."""
        return as_of is not None and as_of <= self.until

    def to_dict(self) -> dict[str, str]:
        """Return plain values, as :func:`read_waivers` takes them."""
        return {
            "rule": self.rule_id,
            "owner": self.owner,
            "reason": self.reason,
            "until": self.until.isoformat(),
        }


def read_waivers(nodes: Iterable[Mapping[str, Any]]) -> list[Waiver]:
    """Return the waivers that the state of a build holds."""
    return [
        Waiver(
            rule_id=str(node["rule"]),
            owner=str(node["owner"]),
            reason=str(node["reason"]),
            until=dt.date.fromisoformat(str(node["until"])),
        )
        for node in nodes
    ]
