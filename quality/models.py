"""What each model of a build is, what it reads and how it ran: ``models.parquet`` of a build.

Publishing loads it as ``quality.model``, so that a page can show the SQL behind a figure and what
it rests on as it was then, not as the code is now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

MODELS_FILE = "models.parquet"
# Made from contracts, one like the other: their SQL is long and tells nothing that a contract does
# not.
_WITHOUT_SQL = ("staging",)

Row = tuple[str, str, str, str, str, str | None]


def read_models(manifest_json: Path, build_id: str) -> list[Row]:
    """Return the models and seeds of a build, in the order of ``MODEL_COLUMNS``.

    ``reads`` names what a model reads directly: models and seeds with their schema, and tables as
    they were landed; parted by commas.
    """
    manifest = json.loads(manifest_json.read_text(encoding="utf-8"))
    known = {**manifest["nodes"], **manifest.get("sources", {})}
    return sorted(_rows(manifest["nodes"].values(), known, build_id))


def _rows(nodes: Iterator[dict], known: dict[str, dict], build_id: str) -> Iterator[Row]:
    for node in nodes:
        if node["resource_type"] not in ("model", "seed"):
            continue
        above = [known[name] for name in node.get("depends_on", {}).get("nodes", ())]
        is_told = node["resource_type"] == "model" and node["schema"] not in _WITHOUT_SQL
        yield (
            build_id,
            _table(node),
            node["resource_type"],
            str(node.get("description") or "").strip(),
            ", ".join(sorted(_table(one) for one in above)),
            str(node.get("compiled_code") or "").strip() or None if is_told else None,
        )


def _table(node: dict) -> str:
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"
