"""What the indicators of the first release need, and what a folder would have to add for more."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from halftime.firsthour.requirements import (
    NOT_YET,
    Requirement,
    judge,
    read_requirements,
)

# The first release, by family.
CORE = {
    "CO": "01 02 03 04 05 06 07 08 09 10 11 12 13",
    "CQ": "01 04 05 06 07 09",
    "AF": "01 03",
    "BE": "01 02 03 05 06 07 09 10",
    "LD": "01",
    "ST": "01 02 03 04 05 06 07",
    "PI": "01 03 04 05 06 07 08 10 11 12 13",
    "QU": "01 02",
    "RA": "01 02 03",
    "TR": "01 03",
    "AC": "01 02 03",
    "TA": "01 02 04",
    "RE": "01 03",
}
# How indicators.csv names the objects that the entities come from.
OBJECTS = {
    "coaching_log.session": "session",
    "coaching_log.attendee": "attendee",
    "coaching_log.action": "action",
    "coaching_log.policy": "policy",
    "coaching_log.recognition": "recognition",
    "account": "account",
    "activity": "activity",
    "contact": "contact",
    "people.roster": "person",
    "tabular.forecast": "forecast",
    "people.roster versions": "person_version",
    "territory account": "territory_account",
    "tabular.quota": "quota",
    "gong.answered_scorecard": "skill_score",
    "opportunity history": "opportunity_change",
    "opportunity": "opportunity",
    "assessment": "assessment",
    "call": "call",
    "plan": "plan",
    "qualification": "qualification",
    "skill_score": "skill_score",
    "training": "training",
}
# Entities of the common vocabulary whose models are still to come, with their fields.
TO_COME = {
    "account": {"is_key_account"},
    "activity": {"contact_alias", "direction"},
    "assessment": {"person_alias", "taken_at", "score_percent", "skill"},
    "calendar_event": {
        *("is_coaching", "minutes", "owner_alias", "status", "moved_from_date"),
    },
    "call": {
        *("activity_alias", "owner_alias", "rep_speech_seconds", "other_speech_seconds"),
        *("question_count", "duration_seconds", "started_at"),
    },
    "contact": {"account_alias", "job_level", "job_title"},
    "forecast": {"amount", "submitted_date", "period_start", "person_alias", "category"},
    "lead": {"converted_opportunity_alias"},
    "opportunity_contact": {"contact_alias"},
    "opportunity_split": {"split_percent"},
    "plan": {"plan_kind", "planned_date", "person_alias"},
    "recognition": {"award_date", "cites_coaching", "is_attempt", "opportunity_alias"},
    "skill_score": {
        *("score", "scorer_alias", "call_alias", "person_alias", "skill", "scored_date"),
        "score_maximum",
    },
    "territory_account": {"is_target"},
    "training": {"person_alias", "completed_date", "skill"},
    "person": {"certified_date"},
}


@pytest.fixture(scope="module")
def requirements(project_root: Path) -> dict[str, Requirement]:
    return {item.indicator_id: item for item in read_requirements(project_root / "seeds")}


def fields(item: Requirement) -> set[str]:
    return {name for group in (*item.needs, *item.better_with) for name in group}


def test_every_indicator_of_the_first_release_is_there(
    requirements: dict[str, Requirement],
) -> None:
    wanted = {f"{family}-{number}" for family, listed in CORE.items() for number in listed.split()}

    assert len(wanted) == 63
    assert set(requirements) == wanted
    assert all(item.needs and item.title for item in requirements.values())


def test_those_that_are_computed_agree_with_the_registry(
    project_root: Path, requirements: dict[str, Requirement]
) -> None:
    with (project_root / "seeds" / "indicators.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["indicator_id"] not in requirements:
                continue
            item = requirements[row["indicator_id"]]
            assert item.title == row["name"]
            entities = {name.split(".")[0] for name in fields(item)}
            for part in row["required_fields"].split(";"):
                name = re.sub(r"\(.*", "", part).strip()
                entity = OBJECTS.get(name)
                assert entity is not None, f"{row['indicator_id']}: unknown object '{name}'"
                assert entity in entities, f"{row['indicator_id']}: {entity}"


def test_every_field_is_a_word_of_the_common_vocabulary(
    project_root: Path, requirements: dict[str, Requirement]
) -> None:
    unknown = []
    for name in sorted({name for item in requirements.values() for name in fields(item)}):
        entity, field = name.split(".")
        models = sorted((project_root / "models" / "intermediate").glob(f"int_{entity}_*.sql"))
        words = {
            word for path in models for word in re.findall(r"[a-z_]+", path.read_text("utf-8"))
        }
        if field not in words and field not in TO_COME.get(entity, set()) and name not in NOT_YET:
            unknown.append(name)
    assert unknown == []


def test_what_is_there_decides_what_is_possible() -> None:
    needed = [
        Requirement("A", "", (("deal.amount",),), ()),
        Requirement("B", "", (("deal.amount",), ("quota.amount", "plan.amount")), ()),
        Requirement("C", "", (("quota.amount",), ("quota.person",)), ()),
        Requirement("D", "", (("deal.amount",),), (("deal.owner",),)),
    ]

    found = judge(needed, {"deal.amount": True, "quota.amount": False})

    assert found.possible == ("A", "D")
    assert found.coarse == {"D": ("deal.owner",)}
    assert found.lacking == {
        "B": ("quota.amount|plan.amount",),
        "C": ("quota.amount", "quota.person"),
    }
    assert [(item.words, item.indicators) for item in found.additions] == [("quotas", ("B", "C"))]


def test_a_field_of_what_is_there_is_named_alone() -> None:
    needed = [Requirement("A", "", (("session.day",), ("session.initiator",)), ())]

    found = judge(needed, {"session.day": True, "session.initiator": False})

    assert [item.words for item in found.additions] == ["initiator of coaching sessions"]
