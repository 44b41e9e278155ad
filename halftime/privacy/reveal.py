"""Tell whose a pseudonym is, for two people who answer for it; each attempt is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from halftime.config import SigningKey
from halftime.errors import UsageError
from halftime.home import Home, machine_errors, utc_now
from halftime.privacy import log
from halftime.privacy.people import read_directory
from halftime.privacy.pseudonyms import KEY_FILE, key_file, pseudonym
from halftime.privacy.redact import home_key


@dataclass(frozen=True)
class Request:
    """Which pseudonym, who asks, who approves, and why."""

    pseudonym: str
    by: str
    approved_by: str
    reason: str


@dataclass(frozen=True)
class Revealed:
    """Whose a pseudonym is."""

    person_id: str
    full_name: str | None

    def to_dict(self) -> dict[str, str | None]:
        """Return the fields for JSON."""
        return dict(self.__dict__)


def reveal(home: Home, request: Request, keys: Sequence[SigningKey] = ()) -> Revealed:
    """Return whose a pseudonym is; to be called under the lock.

    Two different people must be named, and where the configuration knows people who sign, both
    must be among them. Refusals raise :class:`UsageError`; they are written down as well.
    """
    if refusal := _refusal(request, keys):
        outcome, message, hint = refusal
        _write(home, request, outcome)
        raise UsageError(message, hint=hint)
    person = _person(home, request.pseudonym.strip()) if key_file(home).is_file() else None
    _write(home, request, "revealed" if person else "unknown")
    if person is None:
        raise UsageError(
            f"Nobody of this home has the pseudonym '{request.pseudonym}'.",
            hint="Copy it whole from the page; a person who was erased cannot be revealed.",
        )
    return Revealed(person, _name(home, person))


def _refusal(request: Request, keys: Sequence[SigningKey]) -> tuple[str, str, str] | None:
    by, approver = _plain(request.by), _plain(request.approved_by)
    if not by or not approver:
        return "refused: a name is missing", "Two people must be named.", "--by and --approved-by."
    if sorted(by.replace(",", " ").split()) == sorted(approver.replace(",", " ").split()):
        return (
            "refused: one person",
            f"'{request.by}' cannot approve their own request.",
            "Name somebody else with --approved-by.",
        )
    if not request.reason.strip():
        return "refused: no reason", "A reason must be given.", "Say why with --reason."
    known = {_plain(key.name) for key in keys}
    strangers = [name for name in (request.by, request.approved_by) if _plain(name) not in known]
    if known and strangers:
        return (
            "refused: not among those who sign",
            f"'{strangers[0]}' is not among the names of 'sign: keys:'.",
            "Both must be people whom the configuration names.",
        )
    return None


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _person(home: Home, wanted: str) -> str | None:
    key = home_key(home, KEY_FILE)
    persons = sorted(read_directory(home).known)
    return next((person for person in persons if pseudonym(key, person) == wanted), None)


def _name(home: Home, person_id: str) -> str | None:
    if not home.warehouse.is_file():
        return None
    with (
        machine_errors("read the warehouse"),
        duckdb.connect(str(home.warehouse), read_only=True) as con,
    ):
        try:
            row = con.execute(
                "select full_name from core.dim_person where person_id = ?", [person_id]
            ).fetchone()
        except duckdb.CatalogException:  # an erasure left only what was landed
            return None
    return str(row[0]) if row and row[0] else None


def _write(home: Home, request: Request, outcome: str) -> None:
    """Add an attempt to the log, which never says whose the pseudonym is."""
    log.write(
        home,
        log.REVEALS,
        {
            "at": utc_now().isoformat(),
            "pseudonym": request.pseudonym,
            "by": request.by,
            "approved_by": request.approved_by,
            "reason": request.reason,
            "outcome": outcome,
        },
    )
