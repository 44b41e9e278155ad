"""Every page there is: its address, its file, how it is called, and in which group it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A page; without a group it stands in no navigation and is reached by links."""

    address: str
    file: str
    title: str
    icon: str
    group: str = ""


PLACES = (
    Place("week", "this_week", "This week", "today", "Coach"),
    Place("prep", "prep", "1:1 prep", "group", "Coach"),
    Place("deals", "deals", "Deals", "handshake", "Coach"),
    Place("coaching", "coaching", "Coaching", "forum", "Programme"),
    Place("skills", "skills_and_training", "Skills & training", "school", "Programme"),
    Place("maturity", "maturity_and_managers", "Maturity & managers", "stairs", "Programme"),
    Place("results", "results", "Results", "flag", "Proof"),
    Place("proof", "does_coaching_work", "Does coaching work?", "science", "Proof"),
    Place("data", "data_and_definitions", "Data & definitions", "fact_check", "Trust"),
    Place("operations", "operations", "Operations", "monitor_heart", "Trust"),
    Place("detail", "detail", "Detail", "search"),
)
