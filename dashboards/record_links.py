"""Links from a deal to its record in the system it came from, where the server was told how."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from urllib.parse import quote

VARIABLE = "HALFTIME_RECORD_URLS"
PLACE = "{id}"
NAMES = {"hubspot": "HubSpot", "salesforce": "Salesforce"}


def templates() -> dict[str, str]:
    """Return the address of a record by system; nothing where the server was told nothing.

    What is broken, or is not https, counts as not told: a page is shown without its links.
    """
    try:
        told = json.loads(os.environ.get(VARIABLE) or "{}")
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    return {
        str(system): text
        for system, text in told.items()
        if isinstance(text, str) and text.startswith("https://") and text.count(PLACE) == 1
    }


def record_link(opportunity_id: object, known: Mapping[str, str] | None = None) -> tuple[str, str]:
    """Return (name of the system, address) of a deal known as 'salesforce:006A'; else ('', '')."""
    system, _, code = str(opportunity_id).partition(":")
    template = (templates() if known is None else known).get(system)
    if not template or not code:
        return "", ""
    return NAMES.get(system, system.capitalize()), template.replace(PLACE, quote(code, safe=""))
