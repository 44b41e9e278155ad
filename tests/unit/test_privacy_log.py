"""The logs of reveals and erasures are held by the chain: a line changed or gone is named."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from halftime import chain
from halftime.errors import UsageError
from halftime.home import Home
from halftime.privacy.erase import record
from halftime.privacy.log import EVENTS, REVEALS
from halftime.privacy.reveal import Request, reveal
from halftime.verify import Finding, Verification, verify

ATTEMPTS = 3


def attempt(home: Home, reason: str = "complaint 7") -> None:
    with pytest.raises(UsageError):
        reveal(home, Request("Pabcdefabcdef", "Ada Lang", "Ben Kurz", reason))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which three attempts and one erasure were written down."""
    made = Home(tmp_path / "home")
    made.create()
    for number in range(ATTEMPTS):
        attempt(made, f"complaint {number}")
    record(made, "erasure", {"persons": 1, "builds": []})
    return made


def log_of(home: Home, name: str = REVEALS) -> Path:
    return home.root / "privacy" / name


def lines(home: Home) -> list[str]:
    return log_of(home).read_text(encoding="utf-8").splitlines(keepends=True)


def found(home: Home) -> Finding:
    finding = verify(home).finding
    assert finding is not None
    return finding


def sound(home: Home) -> Verification:
    verification = verify(home)
    assert verification.finding is None
    return verification


def test_the_chain_holds_the_hash_of_each_line_and_nothing_else(home: Home) -> None:
    entries = [entry for entry in chain.entries(home) if entry.kind == "reveal"]

    digests = [hashlib.sha256(line.rstrip("\n").encode()).hexdigest() for line in lines(home)]
    assert [entry.body for entry in entries] == [{"sha256": digest} for digest in digests]
    assert len(digests) == ATTEMPTS
    assert b"Ada" not in home.chain_file.read_bytes()
    assert sound(home).notes == ()


@pytest.mark.parametrize("gone", range(ATTEMPTS))
def test_a_line_that_was_removed_is_named(home: Home, gone: int) -> None:
    kept = lines(home)
    del kept[gone]
    log_of(home).write_text("".join(kept), encoding="utf-8")

    finding = found(home)

    assert finding.where == f"privacy/{REVEALS}, line {gone + 1}"
    assert "is gone" in finding.why


def test_a_line_that_was_changed_is_named(home: Home) -> None:
    kept = lines(home)
    kept[1] = kept[1].replace("complaint 1", "complaint 9")
    log_of(home).write_text("".join(kept), encoding="utf-8")

    finding = found(home)

    assert finding.where == f"privacy/{REVEALS}, line 2"
    assert "it was changed" in finding.why


@pytest.mark.parametrize("place", [0, ATTEMPTS])
def test_a_line_that_was_put_in_is_named(home: Home, place: int) -> None:
    log_of(home).write_text(
        "".join([*lines(home)[:place], "{}\n", *lines(home)[place:]]), encoding="utf-8"
    )

    finding = found(home)

    assert finding.where == f"privacy/{REVEALS}, line {place + 1}"
    assert "no entry of the chain holds its hash" in finding.why.lower()


@pytest.mark.parametrize("name", [REVEALS, EVENTS])
def test_a_log_that_is_gone_is_named(home: Home, name: str) -> None:
    log_of(home, name).unlink()

    finding = found(home)

    assert finding.what == "A log of privacy events is gone."
    assert finding.where == f"privacy/{name}"


def test_a_copy_without_the_folder_is_sound_and_says_what_was_not_compared(
    home: Home, tmp_path: Path
) -> None:
    copy = Home(Path(shutil.copytree(home.root, tmp_path / "copy")))
    shutil.rmtree(copy.root / "privacy")

    assert [note for note in sound(copy).notes if "its 3 lines were not compared" in note]


def test_a_log_from_before_is_sound_and_held_from_the_next_line_on(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    log_of(home).parent.mkdir()
    log_of(home).write_text('{"outcome": "revealed"}\n', encoding="utf-8")
    assert [note for note in sound(home).notes if "is from before" in note]

    attempt(home)

    kinds = [entry.kind for entry in chain.entries(home)]
    assert kinds == ["found", "reveal-found", "reveal"]
    assert [note for note in sound(home).notes if "when they were found" in note]
    log_of(home).write_text(lines(home)[1], encoding="utf-8")
    assert found(home).where == f"privacy/{REVEALS}, line 1"


def test_a_line_whose_command_was_killed_is_taken_in_by_the_next(home: Home) -> None:
    with log_of(home).open("a", encoding="utf-8") as stream:
        stream.write('{"outcome": "revea')
    assert "killed" in found(home).mend

    attempt(home)

    assert len(lines(home)) == ATTEMPTS + 2
    assert [note for note in sound(home).notes if "killed" in note]


def test_a_log_that_differs_is_not_made_sound_by_the_next_line(home: Home) -> None:
    log_of(home).write_text("".join(lines(home)[1:]), encoding="utf-8")

    attempt(home)

    assert found(home).where == f"privacy/{REVEALS}, line 1"
