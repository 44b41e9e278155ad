"""The configuration file (``halftime.yml``): read, checked, and turned into what each step needs.

Every mistake ends in a :class:`~halftime.errors.UsageError` that names the file, the line and
the key.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from halftime.access import Access, read_access
from halftime.contracts import Contract, mapped_columns
from halftime.date_formats import mistake
from halftime.errors import UsageError
from halftime.landing.shaping import check_header_format
from halftime.landing.spec import Delivery, ObjectSpec, Shape, SourceSpec, Unpivot
from halftime.record_urls import read_record_urls
from halftime.yaml_reader import Reader, nearest
from quality.waivers import Waiver

ALL_LOADS = 9223372036854775807
_FORMAT_KEYS = frozenset({"timezone", "date_formats", "timestamp_formats", "decimal", "thousands"})
_TOP_KEYS = frozenset(
    {
        "version",
        "company",
        "landing",
        "reporting",
        "sources",
        "stages",
        "waivers",
        "sign",
        "privacy",
        "access",
    }
)
PROFILES = ("standard", "council")
# Pages look back 26 weeks, and compare a fiscal quarter (at most 14 weeks) with the one before.
SHORTEST_RETENTION = 30
SHORTEST_RETENTION_OF_DEALS = 200
LONGEST_RETENTION = 36_500  # a hundred years; longer is not at all: leave the key out
SMALLEST_GROUP = 4
MOST_NOTES_DAYS = 3_650
FISCAL_PATTERNS = ("calendar", "4-4-5", "4-5-4", "5-4-4")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_REPORTING_KEYS = frozenset(
    {
        "timezone",
        "currency",
        "fiscal_year_start_month",
        "fiscal_pattern",
        "fiscal_week_start",
        "as_of",
    }
)
_SOURCE_KEYS = _FORMAT_KEYS | {
    "files",
    "delivery",
    "objects",
    "expand_until",
    "coaching_patterns",
    "retention_days",
    "record_url",
}
_OBJECT_KEYS = _FORMAT_KEYS | {
    "files",
    "columns",
    "constants",
    "values",
    "sheet",
    "delimiter",
    "encoding",
    "delivery",
    "header_row",
    "fill_down",
    "merged",
    "not_data",
    "sheet_to",
    "file_to",
    "serial_dates",
    "unpivot",
    "key",
    "formats",
}
_UNPIVOT_KEYS = frozenset({"names_to", "values_to", "id_columns", "header_format", "year"})
_GLOB_SIGNS = frozenset("*?[!")
# Which kinds of column a key of ``formats`` can say something about.
_FORMAT_KINDS = {
    "timezone": ("timestamp",),
    "date_formats": ("date", "timestamp"),
    "timestamp_formats": ("date", "timestamp"),
    "decimal": ("decimal", "integer"),
    "thousands": ("decimal", "integer"),
}
# A sign of thousands may be any that people set between digits; a point that parts them from
# their fraction is one of two.
_SIGNS = {
    "decimal": (frozenset(".,"), "Use '.' or ','."),
    "thousands": (
        frozenset({".", ",", " ", "'", "\u00a0", "\u202f", "\u2019", ""}),
        "Use one of . , ' or a blank.",
    ),
}
# What a coaching meeting is called, unless the configuration says otherwise.
COACHING_WORDS = ("1:1", "1-1", "one on one", "one-on-one", "coaching")
_WAIVER_KEYS = frozenset({"owner", "reason", "until"})
_SIGNING_KEYS = frozenset({"name", "role", "public_key"})
_STAGE_KEYS = frozenset({"category", "order", "qualified"})
STAGE_CATEGORIES = ("open", "won", "lost", "no_decision", "disqualified")


@dataclass(frozen=True)
class SigningKey:
    """A public key (Ed25519, 64 hexadecimal digits) that counts, whose it is, and for what."""

    name: str
    role: str
    public_key: str


@dataclass(frozen=True)
class Privacy:
    """What a published build may show of persons.

    ``council`` shows groups of at least ``minimum_group`` persons and nobody by name; ``standard``
    withholds nothing, and leaves the number aside. ``notes_days`` is how many days of notes a
    private store beside the published build holds; None: there is no such store.
    ``classify_notes`` allows that questions and directives are counted in notes, in the warehouse.
    """

    profile: str = "standard"
    minimum_group: int = SMALLEST_GROUP
    notes_days: int | None = None
    classify_notes: bool = False

    @property
    def is_council(self) -> bool:
        """Tell whether figures of single persons are withheld."""
        return self.profile == "council"

    def to_dict(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        told: dict[str, Any] = {"classify_notes": True} if self.classify_notes else {}
        if not self.is_council:
            kept = {} if self.notes_days is None else {"notes_days": self.notes_days}
            return {"profile": self.profile, **kept, **told}
        return {"profile": self.profile, "minimum_group": self.minimum_group, **told}


@dataclass(frozen=True)
class Config:
    """A checked configuration; ``landing`` is absolute, dates and numbers are typed."""

    path: Path
    sha256: str
    company: str
    landing: Path
    timezone: str
    currency: str
    fiscal_year_start_month: int
    fiscal_pattern: str
    fiscal_week_start: str
    as_of: dt.date | None
    sources: tuple[SourceSpec, ...]
    source_settings: dict[str, Any] = field(hash=False)
    stage_overrides: list[dict[str, Any]] = field(hash=False)
    waivers: tuple[Waiver, ...] = ()
    signing_keys: tuple[SigningKey, ...] = ()
    privacy: Privacy = Privacy()
    access: Access = field(default_factory=Access)
    retention: Mapping[str, int] = field(default_factory=dict, hash=False)
    record_urls: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def fingerprint(self) -> dict[str, str]:
        """Name and sha-256 of the file that was read."""
        return {"file": self.path.name, "sha256": self.sha256}

    def dbt_vars(self, *, as_of: dt.date | None, loaded_until: int | None) -> dict[str, Any]:
        """Return the variables that every dbt call of a run gets."""
        day = as_of or self.as_of
        return {
            "as_of": day.isoformat() if day else "",
            "loaded_until": ALL_LOADS if loaded_until is None else loaded_until,
            "company": self.company,
            "reporting_timezone": self.timezone,
            "reporting_currency": self.currency,
            "fiscal_year_start_month": self.fiscal_year_start_month,
            "fiscal_pattern": self.fiscal_pattern,
            "fiscal_week_start": self.fiscal_week_start,
            "source_settings": self.source_settings,
            "stage_overrides": self.stage_overrides,
            "classify_notes": self.privacy.classify_notes,
            "coaching_pattern": self.source_settings.get("calendar", {}).get(
                "coaching_pattern", _whole_words(COACHING_WORDS)
            ),
        }


def load_config(
    path: Path,
    contracts: Mapping[tuple[str, str], Contract],
    *,
    landing: Path | None = None,
) -> Config:
    """Read and check a configuration file.

    ``landing`` (from the command line) overrides the file's own. Raises
    :class:`~halftime.errors.UsageError` with file, line and key.
    """
    if not path.is_file():
        raise UsageError(
            f"There is no configuration file at {path}.",
            hint="Name it with --config FILE; 'halftime sample' writes one to look at.",
        )
    reader = Reader(path)
    top = reader.mapping(reader.root, (), _TOP_KEYS)
    if top.get("version") != 1:
        raise reader.fail(("version",), "'version' must be 1.", "Begin the file with 'version: 1'.")
    reporting = reader.mapping(top.get("reporting"), ("reporting",), _REPORTING_KEYS)
    sources, settings = _read_sources(reader, top.get("sources"), contracts)
    return Config(
        path=path,
        sha256=reader.sha256,
        company=str(top.get("company") or "Company"),
        landing=_landing_folder(reader, path, top.get("landing"), landing),
        timezone=_timezone(reader, reporting.get("timezone", "UTC"), ("reporting", "timezone")),
        currency=_currency(reader, reporting.get("currency", "USD")),
        fiscal_year_start_month=_month(reader, reporting.get("fiscal_year_start_month", 1)),
        fiscal_pattern=reader.one_of(
            reporting, ("reporting",), "fiscal_pattern", FISCAL_PATTERNS, "calendar"
        ),
        fiscal_week_start=reader.one_of(
            reporting, ("reporting",), "fiscal_week_start", WEEKDAYS, "monday"
        ),
        as_of=_day(reader, reporting.get("as_of"), ("reporting", "as_of")),
        sources=sources,
        source_settings=settings,
        stage_overrides=_read_stages(
            reader, top.get("stages"), frozenset(system for system, _ in contracts)
        ),
        waivers=_read_waivers(reader, top.get("waivers")),
        signing_keys=_read_signing_keys(reader, top.get("sign")),
        privacy=_read_privacy(reader, top.get("privacy")),
        access=read_access(reader, top.get("access")),
        retention={
            spec.system: days
            for spec in sources
            if (days := _retention(reader, spec.system, top["sources"][spec.system], contracts))
        },
        record_urls=read_record_urls(reader, top.get("sources"), contracts),
    )


def load_signing_keys(path: Path) -> tuple[SigningKey, ...]:
    """Read ``sign: keys:`` alone, so that who verifies needs neither landing folder nor sources."""
    reader = Reader(path)
    top = reader.mapping(reader.root, (), _TOP_KEYS)
    return _read_signing_keys(reader, top.get("sign"))


def load_access(path: Path) -> Access:
    """Read ``access`` alone: who serves the pages needs neither landing folder nor sources."""
    reader = Reader(path)
    top = reader.mapping(reader.root, (), _TOP_KEYS)
    return read_access(reader, top.get("access"))


def load_record_urls(path: Path, contracts: Mapping[tuple[str, str], Contract]) -> dict[str, str]:
    """Read ``record_url`` of each source alone, for who serves the pages."""
    reader = Reader(path)
    top = reader.mapping(reader.root, (), _TOP_KEYS)
    return read_record_urls(reader, top.get("sources"), contracts)


def _landing_folder(reader: Reader, path: Path, own: Any, given: Path | None) -> Path:
    folder = (given or path.parent / str(own or ".")).resolve()
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        if given is not None:
            raise UsageError(
                f"The landing folder {folder} {what}.",
                hint="Name the folder that holds the files with --landing DIR.",
            )
        raise reader.fail(
            ("landing",),
            f"the landing folder {folder} {what}.",
            "Mend 'landing' (relative to this file) or pass --landing DIR.",
        )
    return folder


def _timezone(reader: Reader, value: Any, at: tuple[str, ...]) -> str:
    try:
        zoneinfo.ZoneInfo(str(value))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise reader.fail(
            at, f"unknown time zone '{value}'.", "Use an IANA name such as Europe/Berlin."
        ) from error
    return str(value)


def _currency(reader: Reader, value: Any) -> str:
    text = str(value)
    if not (len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()):
        raise reader.fail(
            ("reporting", "currency"), f"'{text}' is no currency code.", "Use ISO 4217: USD, EUR …"
        )
    return text


def _month(reader: Reader, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 12:
        raise reader.fail(
            ("reporting", "fiscal_year_start_month"),
            f"'fiscal_year_start_month' is '{value}'.",
            "Give the month's number, 1 to 12.",
        )
    return value


def _day(reader: Reader, value: Any, at: tuple[str, ...]) -> dt.date | None:
    if value is None or value == "":
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise reader.fail(at, f"'{at[-1]}' is '{value}'.", "Write a day as 2026-09-30.") from error


def _read_sources(
    reader: Reader,
    value: Any,
    contracts: Mapping[tuple[str, str], Contract],
) -> tuple[tuple[SourceSpec, ...], dict[str, Any]]:
    systems = frozenset(system for system, _ in contracts)
    nodes = reader.mapping(value, ("sources",), systems)
    if not nodes:
        raise reader.fail(
            ("sources",), "no source is configured.", f"Add one of: {', '.join(sorted(systems))}."
        )
    specs, settings = [], {}
    for system in sorted(nodes):
        spec, setting = _read_source(reader, system, nodes[system], contracts)
        specs.append(spec)
        settings[system] = setting
    return tuple(specs), settings


def _read_source(
    reader: Reader,
    system: str,
    value: Any,
    contracts: Mapping[tuple[str, str], Contract],
) -> tuple[SourceSpec, dict[str, Any]]:
    at = ("sources", system)
    node = reader.mapping(value, at, _SOURCE_KEYS)
    known = frozenset(name for owner, name in contracts if owner == system)
    objects = reader.mapping(node.get("objects"), (*at, "objects"), known)
    setting = _format_settings(reader, node, at, {})
    setting["objects"] = {}
    if "coaching_patterns" in node:
        words = reader.texts(node["coaching_patterns"], (*at, "coaching_patterns"))
        setting["coaching_pattern"] = _whole_words(words)
    specs: dict[str, ObjectSpec] = {}
    for name in sorted(objects):
        place = (*at, "objects", name)
        item = reader.mapping(objects[name], place, _OBJECT_KEYS)
        contract = contracts[system, name]
        columns = frozenset(column.name for column in contract.columns)
        own = _format_settings(reader, item, place, setting)
        setting["objects"][name] = own | {
            "values": _value_maps(reader, item.get("values"), place, contract),
            "formats": _column_formats(reader, item.get("formats"), place, contract, setting | own),
        }
        specs[name] = _object_spec(reader, item, place, columns, setting.get("delivery", "delta"))
    files = reader.texts(node["files"], (*at, "files")) if node.get("files") else ()
    until = _day(reader, node.get("expand_until"), (*at, "expand_until"))
    return SourceSpec(
        system=system,
        files=files,
        objects=specs,
        delivery=setting.get("delivery", "delta"),
        expand_until=until,
    ), setting


def _retention(
    reader: Reader,
    system: str,
    node: Any,
    contracts: Mapping[tuple[str, str], Contract],
) -> int | None:
    """Return for how many days the rows of a source are kept; None for good."""
    days = (node or {}).get("retention_days")
    if days is None:
        return None
    at = ("sources", system, "retention_days")
    known = [contract for (owner, _), contract in contracts.items() if owner == system]
    if not any(contract.can_expire for contract in known):
        raise reader.fail(
            at,
            f"nothing in '{system}' has an age, so nothing of it can expire.",
            "Leave the key out; 'halftime erase --person ID' removes persons.",
        )
    holds_deals = any(contract.object in ("opportunity", "deal") for contract in known)
    least = SHORTEST_RETENTION_OF_DEALS if holds_deals else SHORTEST_RETENTION
    is_number = isinstance(days, int) and not isinstance(days, bool)
    if not is_number or not least <= days <= LONGEST_RETENTION:
        raise reader.fail(
            at,
            f"'retention_days' of '{system}' is {days!r}.",
            f"Give a whole number of days without quotes, {least} to {LONGEST_RETENTION}"
            + (", for pages compare a quarter with the one before." if holds_deals else "."),
        )
    return days


def _whole_words(words: tuple[str, ...]) -> str:
    """Build a pattern that finds one of the words by itself, in lower-case text."""
    plain = (re.sub(r"([^\w :-])", r"[\1]", word.lower().replace("'", "")) for word in words)
    return f"(^|[^0-9a-z])({'|'.join(plain)})($|[^0-9a-z])"


def _object_spec(
    reader: Reader,
    item: dict,
    at: tuple[str, ...],
    columns: frozenset[str],
    delivery: Delivery,
) -> ObjectSpec:
    mapped = reader.mapping(item.get("columns"), (*at, "columns"), columns)
    constants = reader.mapping(item.get("constants"), (*at, "constants"), columns)
    named = [str(item["sheet"])] if isinstance(item.get("sheet"), int) else item.get("sheet")
    sheets = reader.texts(named, (*at, "sheet")) if named else ()
    is_many = len(sheets) > 1 or any(
        _GLOB_SIGNS & set(sheet) or sheet[:1] == "!" for sheet in sheets
    )
    return ObjectSpec(
        files=reader.texts(item["files"], (*at, "files")) if item.get("files") else (),
        columns={
            key: _filled(reader, header, (*at, "columns", key)) for key, header in mapped.items()
        },
        constants={
            key: _constant(reader, constant, (*at, "constants", key))
            for key, constant in constants.items()
        },
        sheet=sheets[0] if len(sheets) == 1 and not is_many else None,
        sheets=sheets if is_many else (),
        key=_key(reader, item.get("key"), (*at, "key"), columns),
        delimiter=str(item["delimiter"]) if item.get("delimiter") else None,
        encoding=str(item["encoding"]) if item.get("encoding") else None,
        delivery=item.get("delivery") or delivery,
        shape=_shape(reader, item, at, columns),
    )


def _shape(
    reader: Reader, item: dict, at: tuple[str, ...], columns: frozenset[str]
) -> Shape | None:
    """Read how a sheet that is no plain table is shaped; None if nothing is said about it."""
    shape = Shape(
        header_rows=_header_rows(reader, item.get("header_row"), (*at, "header_row")),
        fill_down=_optional_texts(reader, item, at, "fill_down"),
        merged=_optional_texts(reader, item, at, "merged"),
        not_data=_optional_texts(reader, item, at, "not_data"),
        sheet_to=_column(reader, item, at, "sheet_to", columns),
        file_to=_column(reader, item, at, "file_to", columns),
        serial_dates=reader.truth(item, at, "serial_dates"),
        unpivot=_unpivot(reader, item, at, columns),
    )
    named = [shape.sheet_to, shape.file_to]
    if shape.unpivot:
        named += [shape.unpivot.names_to, shape.unpivot.values_to]
    twice = {name for name in named if name and named.count(name) > 1}
    if twice:
        raise reader.fail(
            at,
            f"the column '{min(twice)}' is given twice by 'sheet_to', 'file_to' and 'unpivot'.",
            "Give each column one source.",
        )
    return shape if shape != Shape() else None


def _unpivot(
    reader: Reader, item: dict, at: tuple[str, ...], columns: frozenset[str]
) -> Unpivot | None:
    at = (*at, "unpivot")
    if item.get("unpivot") is None:
        return None
    node = reader.mapping(item["unpivot"], at, _UNPIVOT_KEYS)
    names_to = _column(reader, node, at, "names_to", columns)
    values_to = _column(reader, node, at, "values_to", columns)
    if names_to is None or values_to is None or names_to == values_to:
        raise reader.fail(
            at,
            f"'{'.'.join(at)}' needs 'names_to' and 'values_to', two columns of the object.",
            f"Use two of: {', '.join(sorted(columns))}.",
        )
    formats = _optional_texts(reader, node, at, "header_format")
    for header_format in formats:
        try:
            check_header_format(header_format)
        except ValueError as error:
            raise reader.fail((*at, "header_format"), f"{error}.", "Such as D-Mon.") from error
    year = node.get("year")
    if year not in (None, "sheet", "file") and not (
        isinstance(year, int) and not isinstance(year, bool) and 1900 <= year <= 2200
    ):
        raise reader.fail(
            (*at, "year"), f"'year' is '{year}'.", "Give a year such as 2026, or 'sheet' or 'file'."
        )
    return Unpivot(
        names_to=names_to,
        values_to=values_to,
        id_columns=_optional_texts(reader, node, at, "id_columns"),
        header_formats=formats,
        year=year,
    )


def _optional_texts(reader: Reader, node: dict, at: tuple[str, ...], key: str) -> tuple[str, ...]:
    return reader.texts(node[key], (*at, key)) if node.get(key) else ()


def _column(
    reader: Reader, node: dict, at: tuple[str, ...], key: str, columns: frozenset[str]
) -> str | None:
    name = node.get(key)
    if name is None:
        return None
    if name not in columns:
        raise reader.fail(
            (*at, key),
            f"'{'.'.join((*at, key))}' is '{name}', no column of this object.",
            nearest(str(name), columns),
        )
    return str(name)


def _header_rows(reader: Reader, value: Any, at: tuple[str, ...]) -> tuple[int, ...]:
    """Return one row number or a list of ascending ones as a tuple."""
    if value is None:
        return ()
    rows = value if isinstance(value, list) else [value]
    sound = all(
        isinstance(row, int) and not isinstance(row, bool) and 1 <= row <= 1000 for row in rows
    )
    if not rows or not sound or sorted(set(rows)) != rows:
        raise reader.fail(
            at,
            f"'header_row' is '{value}'.",
            "Give the row's number as the sheet shows it, or a list such as [3, 4].",
        )
    return tuple(rows)


def _key(
    reader: Reader, value: Any, at: tuple[str, ...], columns: frozenset[str]
) -> tuple[str, ...]:
    """Return the columns of which a record's id is made, each of the contract and named once."""
    if value is None:
        return ()
    names = reader.texts(value, at)
    for name in names:
        if name not in columns:
            raise reader.fail(at, f"'{name}' is no column of this object.", nearest(name, columns))
    if not names or len(set(names)) < len(names):
        raise reader.fail(
            at, "'key' must name columns, each once.", "Write key: [account_name, name]."
        )
    return names


def _column_formats(
    reader: Reader,
    value: Any,
    at: tuple[str, ...],
    contract: Contract,
    above: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """Return how single columns are read where they differ from their object."""
    formats: dict[str, dict[str, Any]] = {}
    kinds = {column.name: column.kind for column in contract.columns}
    nodes = reader.mapping(value, (*at, "formats"), frozenset(kinds))
    for name, node in nodes.items():
        place = (*at, "formats", name)
        item = reader.mapping(node, place, _FORMAT_KEYS)
        for key in item:
            if kinds[name] not in _FORMAT_KINDS[key]:
                raise reader.fail(
                    (*place, key),
                    f"'{key}' says nothing about '{name}', which is of the kind {kinds[name]}.",
                    f"It fits columns of the kinds {', '.join(_FORMAT_KINDS[key])}.",
                )
        formats[name] = _format_settings(reader, item, place, above)
    return formats


def _filled(reader: Reader, value: Any, at: tuple[str, ...]) -> str:
    """Return a single value as text; nothing, a list or a mapping is a mistake."""
    if value is None or isinstance(value, (list, dict)):
        raise reader.fail(
            at, f"'{'.'.join(at)}' needs one value.", "Write it behind the colon; '' is a blank."
        )
    return str(value)


def _constant(reader: Reader, value: Any, at: tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _filled(reader, value, at)


def _format_settings(
    reader: Reader, node: dict, at: tuple[str, ...], above: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how values are read; ``above`` holds what stands one or two levels higher."""
    setting: dict[str, Any] = {}
    if "timezone" in node:
        setting["timezone"] = _timezone(reader, node["timezone"], (*at, "timezone"))
    for key in ("date_formats", "timestamp_formats"):
        if key in node:
            setting[key] = _date_formats(reader, node[key], (*at, key))
    for key, (signs, hint) in _SIGNS.items():
        if key in node:
            sign = node[key]
            if not isinstance(sign, str) or sign not in signs:
                raise reader.fail((*at, key), f"'{key}' is '{sign}'.", hint)
            setting[key] = sign
    if "decimal" in setting:
        setting.setdefault("thousands", "," if setting["decimal"] == "." else ".")
    if "thousands" in setting and setting["thousands"] == {**above, **setting}.get("decimal", "."):
        raise reader.fail(
            (*at, "thousands" if "thousands" in node else "decimal"),
            "decimal and thousands sign are the same.",
            "Give two different signs.",
        )
    if "delivery" in node:
        if node["delivery"] not in ("snapshot", "delta"):
            raise reader.fail(
                (*at, "delivery"), f"'delivery' is '{node['delivery']}'.", "snapshot or delta."
            )
        setting["delivery"] = node["delivery"]
    return setting


def _date_formats(reader: Reader, value: Any, at: tuple[str, ...]) -> list[str]:
    formats = list(reader.texts(value, at))
    for name in formats:
        if problem := mistake(name):
            raise reader.fail(
                at,
                f"the format '{name}' reads no day: {problem}.",
                "Write it with YYYY YY, Mon MM M, DD D, HH HH12, MI, SS, AM: DD.MM.YYYY.",
            )
    return formats


def _value_maps(
    reader: Reader, value: Any, at: tuple[str, ...], contract: Contract
) -> dict[str, dict[str, str]]:
    columns = frozenset(column.name for column in contract.columns)
    maps = reader.mapping(value, (*at, "values"), columns)
    mappable = mapped_columns(contract) if maps else frozenset()
    for name in sorted(set(maps) - mappable):
        raise reader.fail(
            (*at, "values", name),
            f"values of '{name}' cannot be mapped: staging reads them as they stand.",
            f"Map values of {', '.join(sorted(mappable)) or 'another object'}, or change the file.",
        )
    return {
        column: _value_map(reader, pairs, (*at, "values", column)) for column, pairs in maps.items()
    }


def _value_map(reader: Reader, value: Any, at: tuple[str, ...]) -> dict[str, str]:
    """Read what each value of a column becomes; values that staging takes for one become one."""
    pairs = {
        old: _filled(reader, new, (*at, old))
        for old, new in reader.mapping(value, at, None).items()
    }
    _refuse_one_key_twice(reader, at, pairs)
    return pairs


def _refuse_one_key_twice(reader: Reader, at: tuple[str, ...], entries: Mapping[str, Any]) -> None:
    """Refuse keys that are one to staging, whatever their case and blanks, and say two things."""
    first: dict[str, str] = {}
    for key, entry in entries.items():
        other = first.setdefault(key.replace("\u00a0", " ").strip(" \t\r\n").lower(), key)
        if entries[other] != entry:
            meanings = f": '{entries[other]}' and '{entry}'" if isinstance(entry, str) else ""
            raise reader.fail(
                (*at, key),
                f"'{other}' and '{key}' are one value, whatever the case and the blanks around it, "
                f"but get two meanings{meanings}.",
                "Keep one of them.",
            )


def _read_stages(reader: Reader, value: Any, systems: frozenset[str]) -> list[dict[str, Any]]:
    overrides = []
    for system, stages in reader.mapping(value, ("stages",), systems).items():
        entries = reader.mapping(stages, ("stages", system), None)
        _refuse_one_key_twice(reader, ("stages", system), entries)
        for stage, entry in entries.items():
            at = ("stages", system, stage)
            item = reader.mapping(entry, at, _STAGE_KEYS)
            category = item.get("category")
            if category not in STAGE_CATEGORIES:
                raise reader.fail(
                    at,
                    f"the stage '{stage}' has the category '{category}'.",
                    f"Use one of: {', '.join(STAGE_CATEGORIES)}.",
                )
            order, qualified = item.get("order", 0), item.get("qualified", category == "won")
            if not isinstance(order, int) or isinstance(order, bool):
                raise reader.fail(
                    (*at, "order"), f"'order' is '{order}'.", "Give a whole number: 1, 2, 3 …"
                )
            if not isinstance(qualified, bool):
                raise reader.fail(
                    (*at, "qualified"), f"'qualified' is '{qualified}'.", "Write true or false."
                )
            overrides.append(
                {
                    "source_system": system,
                    "stage_name": stage,
                    "stage_category": category,
                    "stage_order": order,
                    "is_qualified": qualified,
                },
            )
    return overrides


def _read_waivers(reader: Reader, value: Any) -> tuple[Waiver, ...]:
    """Read the waivers by rule; each has an owner, a reason and its last day."""
    waivers = []
    for rule_id, entry in reader.mapping(value, ("waivers",), None).items():
        at = ("waivers", rule_id)
        item = reader.mapping(entry, at, _WAIVER_KEYS)
        for key in sorted(_WAIVER_KEYS):
            if not str(item.get(key) or "").strip():
                raise reader.fail(
                    at,
                    f"the waiver of '{rule_id}' has no '{key}'.",
                    "A waiver has an owner, a reason and the last day on which it counts.",
                )
        until = _day(reader, item["until"], (*at, "until"))
        if until is not None:
            waivers.append(Waiver(rule_id, str(item["owner"]), str(item["reason"]), until))
    return tuple(waivers)


def _read_signing_keys(reader: Reader, value: Any) -> tuple[SigningKey, ...]:
    """Read whose signatures under builds count; each key has a name and a role."""
    node = reader.mapping(value, ("sign",), frozenset({"keys"}))
    at = ("sign", "keys")
    items = node.get("keys") or []
    if not isinstance(items, list):
        raise reader.fail(at, "'sign.keys' must be a list.", "Begin each key with '- name:'.")
    keys = []
    for entry in items:
        item = reader.mapping(entry, at, _SIGNING_KEYS)
        key = SigningKey(*(str(item.get(name) or "") for name in ("name", "role", "public_key")))
        if not (key.name and key.role and re.fullmatch(r"[0-9a-f]{64}", key.public_key)):
            raise reader.fail(
                at,
                f"the key of '{key.name}' needs 'name', 'role' and 'public_key'.",
                "The public key is the 64 digits that 'halftime sign --new-key FILE' prints.",
            )
        keys.append(key)
    for position, key in enumerate(keys):
        if key.public_key in {other.public_key for other in keys[:position]}:
            raise reader.fail(at, f"the key of '{key.name}' stands twice.", "Keep one of them.")
    return tuple(keys)


def _read_privacy(reader: Reader, value: Any) -> Privacy:
    """Read what is shown of persons; a council's smallest group is never below four."""
    at = ("privacy",)
    keys = frozenset({"profile", "minimum_group", "notes", "classify_notes"})
    node = reader.mapping(value, at, keys)
    profile = reader.one_of(node, at, "profile", PROFILES, PROFILES[0])
    group = node.get("minimum_group", SMALLEST_GROUP)
    if not isinstance(group, int) or isinstance(group, bool) or group < SMALLEST_GROUP:
        raise reader.fail(
            ("privacy", "minimum_group"),
            f"'minimum_group' is '{group}'.",
            f"Give a whole number of persons, {SMALLEST_GROUP} or more.",
        )
    days = _notes_days(reader, node) if "notes" in node else None
    privacy = Privacy(profile, group, days, reader.truth(node, at, "classify_notes"))
    if privacy.is_council and privacy.notes_days is not None:
        raise reader.fail(
            ("privacy", "notes"),
            "the profile 'council' shows nobody, so it keeps no notes.",
            "Take 'notes' out, or the profile.",
        )
    return privacy


def _notes_days(reader: Reader, node: dict) -> int:
    """Return for how many days back notes are kept: whoever wants them says how long."""
    at = ("privacy", "notes")
    days = reader.mapping(node["notes"], at, frozenset({"days"})).get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MOST_NOTES_DAYS:
        raise reader.fail(
            at if days is None else (*at, "days"),
            "'privacy.notes' has no 'days'." if days is None else f"'days' is '{days}'.",
            f"Say how many days back notes are kept, 1 to {MOST_NOTES_DAYS:,}: {{days: 400}}.",
        )
    return days
