"""Two people are needed to reveal a pseudonym, and every attempt is written down."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from halftime.config import SigningKey
from halftime.errors import UsageError
from halftime.home import Home
from halftime.privacy.log import REVEALS
from halftime.privacy.pseudonyms import KEY_FILE, pseudonym
from halftime.privacy.redact import home_key
from halftime.privacy.reveal import Request, reveal

PERSON = "people:E1001"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("create schema core")
        con.execute(
            "create table core.dim_person as select ? as person_id, 'Mia Roth' as full_name,"
            " 'mia@acme.example' as email",
            [PERSON],
        )
    made = Home(tmp_path)
    made.published.mkdir(exist_ok=True)
    return made


def log(home: Home) -> list[dict[str, str]]:
    path = home.root / "privacy" / REVEALS
    assert path.stat().st_mode & 0o777 == 0o600
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_two_people_learn_whose_it_is(home: Home) -> None:
    name = pseudonym(home_key(home, KEY_FILE), PERSON)
    found = reveal(home, Request(name, "Ada Lang", "Ben Kurz", "complaint 7"))
    assert (found.person_id, found.full_name) == (PERSON, "Mia Roth")
    (line,) = log(home)
    assert line.pop("at")
    assert line == {
        "pseudonym": name,
        "by": "Ada Lang",
        "approved_by": "Ben Kurz",
        "reason": "complaint 7",
        "outcome": "revealed",
    }
    assert (home.root / "privacy" / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("by", "approved_by", "reason", "outcome"),
    [
        ("Ada Lang", "", "why", "refused: a name is missing"),
        (" ", "Ben Kurz", "why", "refused: a name is missing"),
        ("Ada Lang", "ada  LANG", "why", "refused: one person"),
        ("Ada Lang", "Lang, Ada", "why", "refused: one person"),
        ("Ada Lang", "Ben Kurz", " ", "refused: no reason"),
        ("Ada Lang", "Cem Oz", "why", "refused: not among those who sign"),
    ],
)
def test_what_is_refused_is_written_down_too(
    home: Home, by: str, approved_by: str, reason: str, outcome: str
) -> None:
    keys = [SigningKey(name, "officer", "00") for name in ("Ada Lang", "Ben Kurz")]
    name = pseudonym(home_key(home, KEY_FILE), PERSON)
    with pytest.raises(UsageError):
        reveal(home, Request(name, by, approved_by, reason), keys)
    assert [line["outcome"] for line in log(home)] == [outcome]


def test_a_pseudonym_of_nobody_is_written_down_too(home: Home) -> None:
    with pytest.raises(UsageError, match="Nobody"):
        reveal(home, Request("Pabcdefabcdef", "Ada Lang", "Ben Kurz", "why"))
    assert [line["outcome"] for line in log(home)] == ["unknown"]


def test_another_home_has_other_pseudonyms() -> None:
    assert pseudonym(b"one", PERSON) != pseudonym(b"other", PERSON)
