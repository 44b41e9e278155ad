"""Who may open the dashboards: the section ``access`` of the configuration, checked.

It holds no secret: those come from the environment, or from files that it names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from halftime.errors import UsageError
from halftime.yaml_reader import Reader, nearest

MODES = ("demo", "oidc", "header")
ROLES = ("rep", "manager", "enablement", "auditor", "data_team", "admin")
PERSONS = ("names", "pseudonyms", "groups")
LOOPBACK = "127.0.0.1"
_LOOPBACKS = frozenset({LOOPBACK, "::1", "localhost"})
PROMPTS = ("select_account", "login", "consent")
MOST_LOG_DAYS = 3_650
LOG_DAYS = 400
_OIDC_KEYS = frozenset(
    {"client_id", "metadata", "redirect", "prompt", "client_secret_file", "cookie_secret_file"}
)
_HEADER_KEYS = frozenset({"login", "secret", "secret_file"})
_NEEDED = {"oidc": ("client_id", "metadata", "redirect"), "header": ("login", "secret")}


@dataclass(frozen=True)
class Access:
    """How readers sign in, and who is what.

    ``people`` is a CSV file (login, role, person). ``roles`` turns values of the claim
    ``roles_claim`` into roles. ``oidc`` and ``header`` hold the settings of those modes.
    """

    mode: str = MODES[0]
    address: str = LOOPBACK
    people: Path | None = None
    login_claim: str = "email"
    roles_claim: str = ""
    roles: Mapping[str, str] = field(default_factory=dict, hash=False)
    enablement_persons: str = PERSONS[0]
    log_days: int = LOG_DAYS
    oidc: Mapping[str, str] = field(default_factory=dict, hash=False)
    header: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_demo(self) -> bool:
        """Tell whether nobody signs in."""
        return self.mode == "demo"

    def to_json(self) -> str:
        """Return what the pages are told; no secret is in it."""
        return json.dumps(
            {
                "mode": self.mode,
                "people": str(self.people) if self.people else "",
                "login_claim": self.login_claim,
                "roles_claim": self.roles_claim,
                "roles": dict(self.roles),
                "enablement_persons": self.enablement_persons,
                "log_days": self.log_days,
                "login_header": self.header.get("login", ""),
                "secret_header": self.header.get("secret", ""),
            }
        )


def is_loopback(address: str) -> bool:
    """Tell whether only this machine can reach an address."""
    return address in _LOOPBACKS or address.startswith("127.")


def refuse_open_demo(mode: str, address: str) -> None:
    """Raise :class:`UsageError` where everybody in the network could open the pages as anyone."""
    if mode == "demo" and not is_loopback(address):
        raise UsageError(
            f"The mode 'demo' has no sign-in: at {address} everybody who can reach this machine "
            "could look at every person's figures, as anybody.",
            hint="Serve it at 127.0.0.1, or set 'access: mode:' to oidc or header.",
        )


def read_access(reader: Reader, value: Any) -> Access:
    """Read the section; without one nobody signs in and only this machine can open the pages."""
    at = ("access",)
    keys = frozenset(Access.__dataclass_fields__)
    node = reader.mapping(value, at, keys)
    mode = reader.one_of(node, at, "mode", MODES, MODES[0])
    access = Access(
        mode=mode,
        address=str(node.get("address", LOOPBACK)),
        people=_people(reader, node.get("people")),
        login_claim=str(node.get("login_claim", "email")),
        roles_claim=str(node.get("roles_claim", "")),
        roles=_roles(reader, node.get("roles")),
        enablement_persons=reader.one_of(node, at, "enablement_persons", PERSONS, PERSONS[0]),
        log_days=_log_days(reader, node.get("log_days", LOG_DAYS)),
        oidc=_texts(reader, node.get("oidc"), "oidc", _OIDC_KEYS),
        header=_texts(reader, node.get("header"), "header", _HEADER_KEYS),
    )
    try:
        refuse_open_demo(mode, access.address)
    except UsageError as error:
        raise reader.fail((*at, "address"), error.message, str(error.hint)) from error
    _require(reader, access)
    return access


def _require(reader: Reader, access: Access) -> None:
    """Raise where a mode lacks what it needs to know who is who."""
    given = {"oidc": access.oidc, "header": access.header}.get(access.mode, {})
    for key in _NEEDED.get(access.mode, ()):
        if not given.get(key):
            raise reader.fail(
                ("access", access.mode),
                f"the mode '{access.mode}' needs '{access.mode}.{key}'.",
                "docs/access.md shows a whole section.",
            )
    if access.mode == "header" and access.people is None:
        raise reader.fail(
            ("access",), "the mode 'header' needs 'people'.", "Name a CSV file: login,role,person."
        )
    if access.mode == "oidc" and access.people is None and not access.roles_claim:
        raise reader.fail(
            ("access",),
            "nothing says who has which role.",
            "Name 'people' (a CSV file: login,role,person), or 'roles_claim' with 'roles'.",
        )
    reader.one_of(dict(access.oidc), ("access", "oidc"), "prompt", PROMPTS, PROMPTS[0])
    redirect = access.oidc.get("redirect", "")
    if access.mode == "oidc" and not re.fullmatch(r"https?://[^/]+(/.*)?/oauth2callback", redirect):
        raise reader.fail(
            ("access", "oidc", "redirect"),
            f"'redirect' is '{redirect}'.",
            "It is the address of these pages with /oauth2callback, as the provider knows it.",
        )


def _people(reader: Reader, value: Any) -> Path | None:
    if value is None:
        return None
    path = (reader.path.parent / str(value)).resolve()
    if not path.is_file():
        raise reader.fail(
            ("access", "people"),
            f"there is no file {path}.",
            "Write one with the columns login,role,person; the path counts from this file.",
        )
    return path


def _roles(reader: Reader, value: Any) -> dict[str, str]:
    at = ("access", "roles")
    roles = {}
    for claim, role in reader.mapping(value, at, None).items():
        if role not in ROLES:
            raise reader.fail((*at, claim), f"'{role}' is no role.", nearest(str(role), ROLES))
        roles[str(claim)] = str(role)
    return roles


def _texts(reader: Reader, value: Any, key: str, keys: frozenset[str]) -> dict[str, str]:
    node = reader.mapping(value, ("access", key), keys)
    for name, text in node.items():
        if not isinstance(text, str) or not text.strip():
            raise reader.fail(("access", key, name), f"'{name}' is '{text}'.", "Write a text.")
    return {name: text.strip() for name, text in node.items()}


def _log_days(reader: Reader, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_LOG_DAYS:
        raise reader.fail(
            ("access", "log_days"),
            f"'log_days' is '{value}'.",
            f"Say for how many days the access log is kept, 1 to {MOST_LOG_DAYS:,}.",
        )
    return value
