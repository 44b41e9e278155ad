"""What the server was told about sign-in: the mode, the roles, and where people are listed."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dashboards.access.roles import Role

VARIABLE = "HALFTIME_ACCESS"
PROXY_SECRET_VARIABLE = "HALFTIME_PROXY_SECRET"  # noqa: S105 -- the name of a variable


class AccessError(Exception):
    """The settings cannot be used; the text says why and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """How readers sign in; ``mode`` is demo, oidc or header. Without settings it is demo."""

    mode: str = "demo"
    people: str = ""
    login_claim: str = "email"
    roles_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    enablement_persons: str = "names"
    log_days: int = 400
    login_header: str = ""
    secret_header: str = ""

    @property
    def is_demo(self) -> bool:
        """Tell whether nobody signs in, and a reader may try every role."""
        return self.mode == "demo"


@dataclass(frozen=True)
class Grant:
    """One role of one login; ``person`` is whom it stands for in the data, '' for the login."""

    login: str
    role: Role
    person: str = ""


def from_environment() -> Settings:
    """Return the settings of this server; raises :class:`AccessError` if they are broken."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return Settings()
    try:
        return Settings(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise AccessError(
            f"The variable {VARIABLE} is broken ({error}). Start the pages with "
            "'halftime dashboard'."
        ) from error


def listed_grants(path: str) -> list[Grant]:
    """Read the CSV file of people (login, role, person), in the order of its rows.

    Raises :class:`AccessError` with the file and the line, so that a mistake locks everybody out
    and lets nobody in.
    """
    if not path:
        return []
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = {"login", "role"} - {str(name).strip() for name in reader.fieldnames or ()}
            if missing:
                raise AccessError(f"{path} has no column '{sorted(missing)[0]}'.")
            grants = [_grant(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise AccessError(f"The list of people {path} cannot be read ({error}).") from error
    counted = Counter((grant.login, grant.role) for grant in grants)
    twice = next((pair for pair, count in counted.items() if count > 1), None)
    if twice:
        raise AccessError(
            f"{path}: '{twice[0]}' is {twice[1].value} twice. Keep one row of a login and role."
        )
    return grants


def _grant(path: str, line: int, row: Mapping[str, str | None]) -> Grant:
    cells = {str(key).strip(): str(value or "").strip() for key, value in row.items()}
    try:
        role = Role(cells["role"])
    except ValueError as error:
        known = ", ".join(role.value for role in Role)
        raise AccessError(
            f"{path}, line {line}: '{cells['role']}' is no role. Known: {known}."
        ) from error
    if not cells["login"]:
        raise AccessError(f"{path}, line {line}: there is no login.")
    return Grant(same(cells["login"]), role, cells.get("person", ""))


def same(login: str) -> str:
    """Return the form in which logins are compared: case and blanks around do not count."""
    return login.strip().casefold()


def claimed_grants(settings: Settings, login: str, claims: Mapping[str, object]) -> list[Grant]:
    """Return the roles that the provider claims for somebody; values without a role give none."""
    if not settings.roles_claim:
        return []
    value = claims.get(settings.roles_claim)
    values = value if isinstance(value, list | tuple) else [value]
    roles = {settings.roles[str(item)] for item in values if str(item) in settings.roles}
    return [Grant(same(login), role) for role in Role if role.value in roles]
