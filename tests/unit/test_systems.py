"""`systems` in dbt_project.yml says what the systems' folders hold; the models are made from it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml


def declared(project_root: Path) -> dict[str, dict]:
    project = yaml.safe_load((project_root / "dbt_project.yml").read_text(encoding="utf-8"))
    return project["vars"]["systems"]


def held(folder: Path, prefix: str) -> dict[str, set[str]]:
    """Names after ``<prefix>_<system>__`` in each system's folder."""
    return {
        path.name: {
            file.stem.removeprefix(f"{prefix}_{path.name}__") for file in path.glob("*.sql")
        }
        for path in folder.iterdir()
        if path.is_dir() and path.name != "halftime"
    }


@pytest.mark.parametrize(
    ("layer", "prefix", "key"),
    [("staging", "stg", "objects"), ("intermediate", "int", "entities")],
)
def test_systems_equal_their_folders(project_root: Path, layer: str, prefix: str, key: str) -> None:
    systems = declared(project_root)
    files = held(project_root / "models" / layer, prefix)
    lacks = [
        f"add '{name}' to vars.systems.{system}.{key} in dbt_project.yml "
        f"(models/{layer}/{system}/{prefix}_{system}__{name}.sql is there)"
        for system, names in sorted(files.items())
        for name in sorted(names - set((systems.get(system) or {}).get(key) or []))
    ]
    lacks += [
        f"add models/{layer}/{system}/{prefix}_{system}__{name}.sql, or take '{name}' out of "
        f"vars.systems.{system}.{key} in dbt_project.yml"
        for system, parts in sorted(systems.items())
        for name in sorted(set(parts.get(key) or []) - files.get(system, set()))
    ]
    assert not lacks, "\n".join(lacks)


def test_systems_that_give_people_are_ranked_apart(project_root: Path) -> None:
    """Equal ranks would leave it to chance whose word counts."""
    systems = declared(project_root)
    giving = {name: parts for name, parts in systems.items() if "person" in parts["entities"]}
    for rank in ("identity_rank", "organisation_rank"):
        ranks = [parts.get(rank) or parts.get("identity_rank") for parts in giving.values()]
        assert None not in ranks, f"each of {sorted(giving)} needs an identity_rank"
        assert len(set(ranks)) == len(ranks), f"{rank} of {sorted(giving)}: {ranks}"
    assert "person_version" not in {
        entity
        for name, parts in systems.items()
        if name not in giving
        for entity in parts["entities"]
    }, "a system that gives person_version must give person too"


def test_every_key_of_an_entry_is_documented(project_root: Path) -> None:
    text = (project_root / "docs" / "add-a-source.md").read_text(encoding="utf-8")
    keys = {key for parts in declared(project_root).values() for key in parts}
    assert {key for key in keys if f"{key}:" not in text} == set()
