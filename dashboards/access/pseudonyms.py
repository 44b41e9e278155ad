"""Keyed pseudonyms on the way out: who sees persons by pseudonym gets no name, address or id.

They are those of builds with the profile *council*: the same person has the same one everywhere in
a home, and two people can have it revealed (``halftime reveal``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dashboards.queries.base import Cell, Entity

KEY_FILE = "pseudonym.key"
_LENGTH = 12
_LONGEST_NAME = 8  # words, those of an e-mail address counted as such
_WORD = re.compile(r"[^\W_]+")


class PseudonymError(Exception):
    """There is no key, so persons cannot be told apart without telling who they are."""


def key_of(home: Path) -> bytes:
    """Return the key of a home; raises :class:`PseudonymError` where it cannot be read."""
    try:
        return (home / "privacy" / KEY_FILE).read_bytes()
    except OSError as error:
        raise PseudonymError(
            "Persons are shown to you under pseudonyms, and their key cannot be read. Start the "
            "pages with 'halftime dashboard', as the account that publishes."
        ) from error


def pseudonym(key: bytes, person_id: str) -> str:
    """Return the pseudonym of a person."""
    digest = hmac.new(key, f"person\x1f{person_id}".encode(), hashlib.sha256).digest()
    return "P" + base64.b32encode(digest).decode()[:_LENGTH].lower()


def known_names(connection: duckdb.DuckDBPyConnection, key: bytes) -> dict[str, str]:
    """Return what every id, address and name of a build's persons becomes, by its plain form.

    A name that several persons bear, and one that matches nobody, becomes a mark of nobody.
    """
    with connection.cursor() as cursor:
        names = cursor.execute(
            """
            select distinct name, person_id from (
                select person_id as name, person_id from core.dim_person
                union all
                select full_name, person_id from core.dim_person
                union all
                select email, person_id from core.dim_person
                union all
                select alias, person_id from core.bridge_person_identity
                union all
                select alias, null from core.dim_unmatched_person
            )
            where name is not null and length(trim(name)) > 2 and name <> '(unassigned)'
            """
        ).fetchall()
    known: dict[str, str] = {}
    for name, person_id in names:
        plain = _plain(name)
        mark = pseudonym(key, person_id) if person_id else "(a person)"
        known[plain] = mark if known.setdefault(plain, mark) == mark else "(a person)"
    return known


def persons_behind(connection: duckdb.DuckDBPyConnection, key: bytes) -> dict[str, str]:
    """Return the id of the person behind each pseudonym, for questions that name one."""
    with connection.cursor() as cursor:
        people = cursor.execute("select person_id from core.dim_person").fetchall()
    return {pseudonym(key, person_id): person_id for (person_id,) in people}


def who_is_meant(argument: Any, persons: Mapping[str, str]) -> Any:
    """Return what a question asks of the build, where the reader can only say a pseudonym."""
    if isinstance(argument, str):
        return persons.get(argument, argument)
    if isinstance(argument, Entity):
        return replace(argument, entity_id=persons.get(argument.entity_id, argument.entity_id))
    if isinstance(argument, Cell):
        return replace(argument, entity=who_is_meant(argument.entity, persons))
    return argument


def hidden(rows: pd.DataFrame, known: Mapping[str, str]) -> pd.DataFrame:
    """Return rows in whose texts every known person has a pseudonym."""
    shown = rows.copy()
    for column in shown.columns:
        if shown[column].dtype == object or pd.api.types.is_string_dtype(shown[column]):
            texts = shown[column].dropna().unique()
            changed = {text: without(text, known) for text in texts if isinstance(text, str)}
            shown[column] = shown[column].map(lambda value, to=changed: to.get(value, value))
    return shown


def without(text: str, known: Mapping[str, str]) -> str:
    """Return a text in which the longest known names are replaced by what they become."""
    whole = known.get(_plain(text))
    if whole:
        return whole
    words = list(_WORD.finditer(text))
    parts, done, at = [], 0, 0
    while at < len(words):
        for count in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            found = known.get(_plain(text[words[at].start() : words[at + count - 1].end()]))
            if found:
                parts += [text[done : words[at].start()], found]
                done = words[at + count - 1].end()
                at += count
                break
        else:
            at += 1
    return "".join([*parts, text[done:]])


def _plain(text: str) -> str:
    return " ".join(re.split(r"[\W_]+", text.casefold())).strip()
