"""Where a source's records can be looked at: ``sources: SYSTEM: record_url``, checked.

The pages make a link of it beside a deal; nothing of it goes into a build.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from halftime.contracts import Contract
from halftime.yaml_reader import Reader

PLACE = "{id}"
LONGEST = 500
EXAMPLE = "Write it as https://example.my.salesforce.com/{id}."
_DEALS = ("opportunity", "deal")


def read_record_urls(
    reader: Reader, sources: Any, contracts: Mapping[tuple[str, str], Contract]
) -> dict[str, str]:
    """Return the template of each source that has one.

    Raises :class:`~halftime.errors.UsageError` with file, line and key for one that is no safe
    link, or of a source without deals.
    """
    found = {}
    nodes = sources if isinstance(sources, dict) else {}
    for system in sorted(nodes):
        value = nodes[system].get("record_url") if isinstance(nodes[system], dict) else None
        if value is None:
            continue
        at = ("sources", str(system), "record_url")
        if not any((system, name) in contracts for name in _DEALS):
            raise reader.fail(at, f"'{system}' has no deals to link to.", "Leave the key out.")
        problem = _problem(value)
        if problem:
            raise reader.fail(at, f"'record_url' of '{system}' {problem}.", EXAMPLE)
        found[str(system)] = str(value)
    return found


def _problem(value: Any) -> str:
    """Return why a template is no safe link; empty where it is one."""
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        return "is no address in plain letters"
    if len(value) > LONGEST or any(sign in value for sign in " \"'<>\\^`|"):
        return "is too long, or holds a sign that no address has"
    if (
        value.count(PLACE) != 1
        or "{" in value.replace(PLACE, "")
        or "}" in value.replace(PLACE, "")
    ):
        return f"needs {PLACE} once, and no other braces"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "is no address"
    if parts.scheme != "https":
        return "does not begin with https://"
    if not parts.hostname or parts.username is not None or parts.password is not None or port == 0:
        return "needs a host, and no name or password before it"
    if PLACE in parts.netloc:
        return f"has {PLACE} in its host; the id belongs behind it"
    return ""
