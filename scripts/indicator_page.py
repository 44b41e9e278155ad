"""Write docs/indicators.md from the registry, and note what each definition says.

The page is made of ``seeds/indicators.csv``, ``seeds/indicator_changes.csv`` and the docs blocks
of ``docs/blocks``. The digest of a definition stands with its version: a definition that says
something else under the same version is an error, mended by a new version and a line in the
changes. A new line without a digest gets one here. Run it with ``make indicators``; a test runs
the check.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "indicators.md"
# What a definition is; how it is shown and who owns it are not part of it.
DEFINING = (
    *("measure_id", "definition", "formula", "timing", "unit", "aggregation"),
    *("interval_method", "minimum_n", "empty_reason", "withheld_below", "survival_horizon"),
)
FAMILIES = {
    "CO": "Coaching activity",
    "CQ": "Quality of coaching",
    "AF": "Follow-through",
    "LD": "Leading share",
    "BE": "Behaviours",
    "ST": "Warning signs",
    "PI": "Pipeline",
    "QU": "Quota",
    "RA": "Ramp and fade",
    "TR": "Training",
    "AC": "Accounts and territories",
    "TA": "Managers",
    "RE": "Recognition",
    "IM": "Impact",
    "MA": "Maturity",
    "DQ": "Data",
}
PARTS = ("Why it matters.", "Traps.", "Example question.")
_INTERVALS = {
    "wilson": "Wilson's score interval, 95 %",
    "order_statistic": "order statistics around the median, 95 %",
    "greenwood": "Greenwood's variance on the log-minus-log scale, 95 %",
    "newcombe": "Newcombe's interval of a difference, 95 %",
    "none": "none",
}
_INTRODUCTION = """# Indicators

Written by `make indicators` from the registry, the docs blocks and the changes; do not edit.

{count} indicators with {measures} measures. *Leading* ones can still be changed when they are seen;
*lagging* ones tell how the game ended. Each figure is kept as numerator and denominator for the
organisation of the day, added up, and divided last; medians and survival figures are worked out per
entity. A figure without a value says why (`reference.reason_codes`); one on few observations is
marked. `halftime trace` shows the rows behind any figure and works it out a second time.
"""


def registry(root: Path = ROOT) -> dict[str, list[dict[str, str]]]:
    """Read the measures of each indicator, in the order of the families and of the registry."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(root / "seeds" / "indicators.csv"):
        found[row["indicator_id"]].append(row)
    order = list(FAMILIES)
    return dict(
        sorted(found.items(), key=lambda item: (order.index(item[0].split("-")[0]), item[0]))
    )


def docs_blocks(root: Path = ROOT) -> dict[str, str]:
    """Read every docs block by its name."""
    found = {}
    for path in sorted((root / "docs" / "blocks").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for name, body in re.findall(
            r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}", text, flags=re.DOTALL
        ):
            found[name] = body.strip()
    return found


def block_name(indicator_id: str) -> str:
    """Return the name of an indicator's docs block."""
    return indicator_id.lower().replace("-", "_")


def digest(measures: list[dict[str, str]]) -> str:
    """Return 16 hex digits for what the measures of an indicator say."""
    said = sorted("\x1f".join(row[column] for column in DEFINING) for row in measures)
    return hashlib.sha256("\x1e".join(said).encode()).hexdigest()[:16]


def with_digests(root: Path = ROOT) -> str:
    """Return the changes with the digest of each newest version filled in where there is none."""
    path = root / "seeds" / "indicator_changes.csv"
    rows = _rows(path)
    known = registry(root)
    for row in rows:
        measures = known.get(row["indicator_id"], [])
        if measures and row["version"] == measures[0]["version"]:
            row["definition_digest"] = row.get("definition_digest") or digest(measures)
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def trouble(root: Path = ROOT) -> list[str]:
    """Return what registry, changes and docs blocks say differently, one sentence each."""
    known, blocks = registry(root), docs_blocks(root)
    noted = {
        (row["indicator_id"], row["version"]): row["definition_digest"]
        for row in _rows(root / "seeds" / "indicator_changes.csv")
    }
    found = []
    for indicator, measures in known.items():
        versions = {row["version"] for row in measures}
        if len(versions) > 1:
            found.append(f"{indicator} has measures of versions {', '.join(sorted(versions))}.")
        version = measures[0]["version"]
        if (indicator, version) not in noted:
            found.append(f"{indicator} version {version} is not in seeds/indicator_changes.csv.")
        elif noted[indicator, version] != digest(measures):
            found.append(
                f"The definition of {indicator} was changed without a new version: raise it in "
                "seeds/indicators.csv, say what changed in seeds/indicator_changes.csv, and run "
                "'make indicators'."
            )
        text = " ".join(blocks.get(block_name(indicator), "").split())
        lacking = [part for part in PARTS if f"**{part}**" not in text]
        if not text.startswith(f"**{indicator} "):
            found.append(f"{indicator} has no docs block '{block_name(indicator)}' that names it.")
        elif lacking:
            found.append(f"The docs block of {indicator} lacks: {' '.join(lacking)}")
        if sum(row["is_headline"] == "true" for row in measures) != 1:
            found.append(f"{indicator} needs exactly one headline measure.")
    named = {block_name(indicator) for indicator in known}
    found += [
        f"The docs block '{name}' is of no indicator."
        for name in sorted(blocks)
        if re.fullmatch(r"[a-z]{2}_\d\d", name) and name not in named
    ]
    found += [
        f"seeds/indicator_changes.csv names {indicator}, which is not in the registry."
        for indicator in sorted({indicator for indicator, _ in noted} - set(known))
    ]
    return found


def page(root: Path = ROOT) -> str:
    """Return the page of all indicators."""
    known, blocks = registry(root), docs_blocks(root)
    changes: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(root / "seeds" / "indicator_changes.csv"):
        changes[row["indicator_id"]].append(row)
    measures = sum(len(rows) for rows in known.values())
    parts = [_INTRODUCTION.format(count=len(known), measures=measures), *_overview(known)]
    family = ""
    for indicator, rows in known.items():
        if indicator.split("-")[0] != family:
            family = indicator.split("-")[0]
            parts.append(f"## {FAMILIES[family]}\n")
        parts += _section(
            indicator, rows, blocks.get(block_name(indicator), ""), changes[indicator]
        )
    return "\n".join(parts).rstrip("\n") + "\n"


def _overview(known: dict[str, list[dict[str, str]]]) -> list[str]:
    lines = ["| family | indicators |", "|---|---|"]
    for prefix, name in FAMILIES.items():
        own = [
            f"[{indicator}](#{_anchor(indicator, rows)}) {rows[0]['name']}"
            for indicator, rows in known.items()
            if indicator.startswith(f"{prefix}-")
        ]
        if own:
            lines.append(f"| {name} | {' · '.join(own)} |")
    return [*lines, ""]


def _anchor(indicator: str, rows: list[dict[str, str]]) -> str:
    kept = re.sub(r"[^\w\- ]", "", f"{indicator} {rows[0]['name']}".lower())
    return kept.replace(" ", "-")


def _section(
    indicator: str, rows: list[dict[str, str]], block: str, changes: list[dict[str, str]]
) -> list[str]:
    first = rows[0]
    lines = [
        f"### {indicator} {first['name']}\n",
        f"{block}\n",
        "| measure | formula | unit | from n | interval | for | by | periods |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        least = f"{row['minimum_n']} {row['minimum_n_of']}" if int(row["minimum_n"]) > 1 else ""
        if int(row["withheld_below"]):
            least = f"{row['withheld_below']} {row['minimum_n_of']}, else withheld"
        cells = (
            f"**{row['measure_name']}** (`{row['measure_id']}`)",
            row["formula"],
            row["unit"].replace("_", " "),
            least,
            _INTERVALS[row["interval_method"]],
            row["entity_types"].replace(",", ", "),
            row["dimensions"].replace("all,", "").replace(",", ", "),
            _grains(row),
        )
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    lines.append("")
    lines += [f"- **{row['measure_name']}**: {row['definition']}" for row in rows]
    needs = f"`{first['required_fields']}`. Articles: {first['article']}."
    lines += [
        "",
        f"{first['timing'].capitalize()}, owned by {first['owner']}. Needs: {needs}\n",
        *(
            f"- Version {row['version']} ({row['changed_on']}): {row['change']} {row['reason']}"
            for row in sorted(changes, key=lambda row: -int(row["version"]))
        ),
        "",
    ]
    return lines


def _grains(row: dict[str, str]) -> str:
    """Say at which grains a measure is published, and at which of reps if these are fewer."""
    grains = row["grains"].replace(",", ", ")
    if row["rep_grains"] in ("", row["grains"]):
        return grains
    return f"{grains}; of a rep: {row['rep_grains'].replace(',', ', ')}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def main() -> int:
    """Write the digests and the page; say what does not fit together."""
    changes = ROOT / "seeds" / "indicator_changes.csv"
    changes.write_text(with_digests(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    found = trouble()
    print("\n".join(found) or f"{PAGE.relative_to(ROOT)} is written; all fits together.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
