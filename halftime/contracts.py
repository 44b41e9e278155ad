"""Contracts: what each raw column of each source object must look like.

A contract has one home, the dbt source YAML of its system
(``models/staging/<system>/_<system>__sources.yml``, under ``config: meta:``). Landing,
the judgement in staging, the raw rules and the templates all read it from there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import yaml

from halftime.errors import UsageError

KINDS = frozenset(
    {"text", "id", "email", "integer", "decimal", "boolean", "date", "timestamp"},
)
# What may stand under ``config: meta:``; docs/add-a-source.md says what each key means.
TABLE_KEYS = frozenset(
    {
        *("names", "key", "dated_by", "entity", "explode", "is_calendar"),
        *("expires_by", "expires_with"),
    }
)
EXPLODE_KEYS = frozenset({"envelope", "path"})
COLUMN_KEYS = frozenset(
    {
        *("header", "aliases", "kind", "required", "nullable", "accepted", "values", "min", "max"),
        *("typed", "references", "references_prefix", "private", "withholds", "withheld"),
        *("epoch", "example"),
    },
)
RAW_PREFIX = "raw_"
_MAPPED = re.compile(rf"\bmapped_value\(\s*'{RAW_PREFIX}(\w+)'")
LINEAGE_COLUMNS = ("_source_file", "_source_row", "_source_cell", "_load_id", "_landed_at")


def normalise_header(text: str) -> str:
    """Reduce a header to lower-case letters and digits, so that ``StageName`` = ``stage_name``."""
    return re.sub(r"[\W_]+", "", text, flags=re.UNICODE).lower()


@dataclass(frozen=True)
class Column:
    """One raw column of a contract.

    ``name`` is canonical (without ``raw_``); ``required`` says that a file must have the column,
    ``nullable`` that a row may leave it blank; ``accepted`` holds clean lower-case values,
    ``values`` pairs of a lower-case value and what it is read as;
    ``epoch`` is ``milliseconds`` where a timestamp may also be a number since 1970.
    ``values`` pairs of a lower-case value and what it is read as, ``example`` what a
    template shows. ``public_values`` are the only values
    under which a row's ``withheld`` columns are landed.
    """

    name: str
    header: str
    kind: str = "text"
    description: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False
    nullable: bool = True
    accepted: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    typed: str = ""
    private: bool = False
    values: tuple[tuple[str, str], ...] = ()
    epoch: str = ""
    example: str = ""
    public_values: tuple[str, ...] = ()
    withheld: bool = False

    @property
    def raw_name(self) -> str:
        """Name of the column in the raw table."""
        return RAW_PREFIX + self.name

    @cached_property
    def normal_names(self) -> tuple[str, ...]:
        """Header and name, reduced as :func:`normalise_header` does."""
        return normalise_header(self.header), normalise_header(self.name)

    @cached_property
    def normal_aliases(self) -> tuple[str, ...]:
        """Aliases, reduced as :func:`normalise_header` does."""
        return tuple(normalise_header(alias) for alias in self.aliases)


@dataclass(frozen=True)
class Explode:
    """Where the rows of an object stand within the pages of an interface.

    ``envelope`` is the key under which a page holds its records; ``path`` are the arrays from a
    record to the object's own elements (``context[].objects[]``; empty: the records themselves);
    ``claimed`` the arrays of these elements that are other objects' rows.
    """

    envelope: str
    path: tuple[str, ...] = ()
    claimed: frozenset[str] = frozenset()


def _explode(node: dict | None, others: Sequence[dict]) -> Explode | None:
    if node is None:
        return None
    steps = _steps(node)
    deeper = [
        other_steps
        for other in others
        if other["envelope"] == node["envelope"]
        for other_steps in [_steps(other)]
        if len(other_steps) > len(steps) and other_steps[: len(steps)] == steps
    ]
    return Explode(str(node["envelope"]), steps, frozenset(item[len(steps)] for item in deeper))


def _steps(node: dict) -> tuple[str, ...]:
    parts = str(node.get("path", "")).split("[]")
    return tuple(part.strip(".") for part in parts if part)


@dataclass(frozen=True)
class Contract:
    """One object of one source system: its raw table, the file names it answers to, its columns.

    ``expires_by`` are the typed columns of which the latest says how old a record is;
    ``expires_with`` are pairs of a typed column and the object whose record it belongs to, with
    which its rows expire. Rows of an object with neither never expire.
    """

    system: str
    object: str
    table: str
    description: str
    names: tuple[str, ...]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    path: Path = field(compare=False)
    explode: Explode | None = None
    is_calendar: bool = False
    expires_by: tuple[str, ...] = ()
    expires_with: tuple[tuple[str, str], ...] = ()

    @property
    def can_expire(self) -> bool:
        """Whether rows of this object have an age."""
        return bool(self.expires_by or self.expires_with)

    def column(self, name: str) -> Column | None:
        """Return the column with this canonical name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def required_columns(self) -> tuple[Column, ...]:
        """Columns without which a file is rejected."""
        return tuple(column for column in self.columns if column.required)


def mapped_columns(contract: Contract) -> frozenset[str]:
    """Columns whose values a configuration may map: those that staging reads by ``mapped_value``.

    The staging model is the one home of this; a contract without one has none.
    """
    model = contract.path.parent / f"stg_{contract.system}__{contract.object}.sql"
    try:
        sql = model.read_text(encoding="utf-8")
    except FileNotFoundError:
        return frozenset()
    return frozenset(_MAPPED.findall(sql))


def _check_keys(path: Path, where: str, meta: dict, known: frozenset[str]) -> None:
    """Refuse a key that nobody reads: a misspelt bound would bound nothing."""
    for key in meta:
        if key not in known:
            raise UsageError(
                f"{path}: {where} has the unknown key '{key}' under 'config: meta:'.",
                hint=f"Use one of {', '.join(sorted(known))}.",
            )


def _column(path: Path, table: str, node: dict) -> Column:
    meta = (node.get("config") or {}).get("meta") or {}
    name = str(node["name"])
    if not name.startswith(RAW_PREFIX):
        raise UsageError(
            f"{path}: column '{name}' of '{table}' does not begin with '{RAW_PREFIX}'.",
            hint="Prefix contract columns with 'raw_' so that typed names never collide.",
        )
    _check_keys(path, f"column '{name}' of '{table}'", meta, COLUMN_KEYS)
    canonical = name[len(RAW_PREFIX) :]
    kind = str(meta.get("kind", "text"))
    if kind not in KINDS:
        raise UsageError(
            f"{path}: column '{name}' of '{table}' has the unknown kind '{kind}'.",
            hint=f"Use one of {', '.join(sorted(KINDS))}.",
        )
    bounds = {key: None if meta.get(key) is None else str(meta[key]) for key in ("min", "max")}
    return Column(
        name=canonical,
        header=str(meta.get("header", canonical)),
        kind=kind,
        description=str(node.get("description", "")).strip(),
        aliases=tuple(str(alias) for alias in meta.get("aliases", ())),
        required=bool(meta.get("required", False)),
        nullable=bool(meta.get("nullable", True)),
        accepted=tuple(str(value) for value in meta.get("accepted", ())),
        minimum=bounds["min"],
        maximum=bounds["max"],
        typed=str(meta.get("typed", canonical)),
        private=bool(meta.get("private", False)),
        values=tuple(
            (str(old).strip().lower(), str(new)) for old, new in (meta.get("values") or {}).items()
        ),
        epoch=str(meta.get("epoch", "")),
        example=str(meta.get("example", "")),
        public_values=tuple(
            str(old)
            for old, new in (meta.get("values") or {}).items()
            if meta.get("withholds") and new == "public"
        ),
        withheld=bool(meta.get("withheld", False)),
    )


def read_contracts(path: Path) -> list[Contract]:
    """Read the contracts of one ``_<system>__sources.yml``; a table without ``names`` has none."""
    text = path.read_text(encoding="utf-8")
    # libyaml reads the same documents ten times as fast; PyYAML may be built without it.
    fast = yaml.__with_libyaml__
    document = (yaml.load(text, Loader=yaml.CSafeLoader) if fast else yaml.safe_load(text)) or {}
    contracts = []
    for source in document.get("sources", ()):
        tables = source.get("tables", ())
        metas = [(table.get("config") or {}).get("meta") or {} for table in tables]
        exploded = [meta["explode"] for meta in metas if "explode" in meta]
        for table, meta in zip(tables, metas, strict=True):
            if "names" not in meta:
                continue
            _check_keys(path, f"'{table['name']}'", meta, TABLE_KEYS)
            _check_keys(
                path, f"'explode' of '{table['name']}'", meta.get("explode") or {}, EXPLODE_KEYS
            )
            contracts.append(
                Contract(
                    system=str(source["name"]),
                    object=str(table["name"]),
                    table=str(table.get("identifier", f"{source['name']}__{table['name']}")),
                    description=str(table.get("description", "")).strip(),
                    names=tuple(str(name) for name in meta["names"]),
                    key=tuple(str(name) for name in meta.get("key", ())),
                    columns=tuple(
                        _column(path, table["name"], node) for node in table.get("columns", ())
                    ),
                    path=path,
                    explode=_explode(meta.get("explode"), exploded),
                    is_calendar=bool(meta.get("is_calendar", False)),
                    expires_by=tuple(str(name) for name in meta.get("expires_by", ())),
                    expires_with=tuple(
                        (str(name), str(parent))
                        for name, parent in (meta.get("expires_with") or {}).items()
                    ),
                ),
            )
    return contracts


@cache
def load_contracts(project_root: Path) -> dict[tuple[str, str], Contract]:
    """Read every contract of the project, keyed by (system, object), in a stable order."""
    contracts: dict[tuple[str, str], Contract] = {}
    for path in sorted((project_root / "models" / "staging").glob("*/_*__sources.yml")):
        for contract in read_contracts(path):
            contracts[contract.system, contract.object] = contract
    return contracts
