"""The chain by itself: what is appended, what breaks it, and what the keys of signers must be."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from halftime import chain, history, sign
from halftime.config import load_signing_keys
from halftime.errors import LockedError, UsageError
from halftime.history import remembered
from halftime.home import Home
from halftime.verify import verify, verify_pack

KEY = "a3" * 32


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    for number in range(3):
        chain.append(made, "note", {"text": f"Zürich {number}"})
    return made


def rewrite(home: Home, old: bytes, new: bytes) -> None:
    content = home.chain_file.read_bytes()
    assert old in content
    home.chain_file.write_bytes(content.replace(old, new))


def where(home: Home) -> str:
    finding = verify(home).finding
    assert finding is not None
    return finding.where


def test_each_entry_holds_the_hash_of_the_one_before(home: Home) -> None:
    entries = chain.entries(home)
    assert [entry.previous for entry in entries] == [
        chain.NOTHING,
        entries[0].hash,
        entries[1].hash,
    ]
    assert chain.head(home) == entries[2].hash
    assert verify(home).finding is None


def test_an_entry_that_is_gone_is_missed_by_the_next(home: Home) -> None:
    lines = home.chain_file.read_bytes().splitlines(keepends=True)
    home.chain_file.write_bytes(lines[0] + lines[2])
    assert where(home) == "history/chain.jsonl, line 2"


def test_another_way_of_writing_the_same_entry_is_found(home: Home) -> None:
    rewrite(home, b'"body":{"text":"Z\xc3\xbcrich 1"}', b'"body": {"text":"Z\xc3\xbcrich 1"}')
    assert where(home) == "history/chain.jsonl, line 2"


def test_an_entry_with_a_hash_of_its_own_does_not_fit_the_next(home: Home) -> None:
    lines = home.chain_file.read_bytes().splitlines()
    fields = json.loads(lines[1]) | {"body": {"text": "another"}}
    fields["hash"] = chain.hash_of(fields)
    lines[1] = chain.canonical(fields).encode()
    home.chain_file.write_bytes(b"\n".join(lines) + b"\n")
    assert where(home) == "history/chain.jsonl, line 3"


def test_a_chain_that_was_cut_or_written_anew_lacks_the_anchor(home: Home) -> None:
    anchor = chain.head(home)
    assert verify(home, anchor=anchor).finding is None
    lines = home.chain_file.read_bytes().splitlines(keepends=True)
    home.chain_file.write_bytes(b"".join(lines[:2]))
    assert verify(home).finding is None  # alone, a shorter chain is a chain: hence the anchor
    finding = verify(home, anchor=anchor).finding
    assert finding is not None
    assert "anchored" in finding.what


@pytest.mark.parametrize("damage", [b"\xff\xfe no JSON", b"[]", b'{"number":1}'])
def test_a_damaged_chain_is_gone_on_with_and_the_damage_stays_named(
    home: Home, damage: bytes
) -> None:
    with home.chain_file.open("ab") as stream:
        stream.write(damage)  # without an end of line, as a cut of the power leaves it
    chain.append(home, "note", {"text": "after"})
    lines = chain.read_lines(home)
    assert [line.problem is None for line in lines] == [True, True, True, False, True]
    assert where(home) == "history/chain.jsonl, line 4"


def test_a_command_is_remembered_also_when_it_fails(home: Home) -> None:
    def fail() -> None:
        with remembered(home, "build") as memory:
            memory.build_id = "20260101T000000Z-abcdef"
            raise UsageError("A name that stands in a row.")

    with pytest.raises(UsageError):
        fail()
    entry = chain.entries(home)[-1]
    assert (entry.kind, entry.body["status"], entry.body["exit_code"]) == ("run", "failed", 2)
    assert entry.body["code"]["versions"]["duckdb"]
    assert "stands in a row" not in home.chain_file.read_text()


def test_a_run_that_was_killed_is_remembered_by_the_next(home: Home) -> None:
    folder = home.build_folder("20990101T000000Z-abcdef")
    folder.mkdir()
    state = {"build_id": folder.name, "started_at": "2099-01-01T00:00:00+00:00"}
    (folder / "run.json").write_text(json.dumps(state | {"status": "running"}))
    for _ in range(2):
        with remembered(home, "land"):
            pass
    runs = [entry.body for entry in chain.entries(home) if entry.kind == "run"]
    assert [(run["build_id"], run["status"]) for run in runs] == [
        (folder.name, "interrupted"),
        (None, "done"),
        (None, "done"),
    ]


def test_a_file_that_the_chain_does_not_know_is_found(home: Home) -> None:
    (home.history / "rules").mkdir()
    (home.history / "rules" / "more.parquet").write_bytes(b"")
    assert where(home) == "history/rules/more.parquet"


def test_nothing_is_judged_while_a_run_is_going_on(home: Home) -> None:
    with home.lock(), pytest.raises(LockedError):
        verify(home)


def test_a_private_key_is_for_its_owner_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    public_key = sign.new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(bytes.fromhex(public_key)) == 32
    with pytest.raises(UsageError, match="there already"):
        sign.new_key(path)


def test_a_key_that_others_can_read_is_refused(home: Home) -> None:
    path = home.root / "key.pem"
    sign.new_key(path)
    path.chmod(0o640)
    with pytest.raises(UsageError, match="read by others"):
        sign.sign(home, "x", path, role="auditor", decision="accept", comment="", keys=())


def test_what_is_not_published_cannot_be_signed(home: Home) -> None:
    path = home.root / "key.pem"
    sign.new_key(path)
    with pytest.raises(UsageError, match="no published build"):
        sign.sign(home, "x", path, role="auditor", decision="accept", comment="", keys=())
    assert history.sign_offs(home) == []


def test_keys_are_read_without_landing_folder_and_sources(tmp_path: Path) -> None:
    path = tmp_path / "halftime.yml"
    path.write_text(
        "version: 1\nlanding: gone\nsign:\n  keys:\n"
        f"    - {{name: A. Uditor, role: auditor, public_key: {KEY}}}\n"
    )
    (key,) = load_signing_keys(path)
    assert (key.name, key.role, key.public_key) == ("A. Uditor", "auditor", KEY)


@pytest.mark.parametrize(
    "keys",
    [
        f"[{{name: A, public_key: {KEY}}}]",
        "[{name: A, role: auditor, public_key: a3}]",
        f"[{{name: A, role: r, public_key: {KEY}}}, {{name: B, role: r, public_key: {KEY}}}]",
        f"[{{name: A, role: r, public_key: {KEY}, secret: x}}]",
        "{name: A}",
    ],
)
def test_a_key_that_cannot_count_is_refused_with_its_line(tmp_path: Path, keys: str) -> None:
    path = tmp_path / "halftime.yml"
    path.write_text(f"version: 1\nsign:\n  keys: {keys}\n")
    with pytest.raises(UsageError, match="line 3"):
        load_signing_keys(path)


def test_a_list_of_a_pack_that_does_not_name_all_files_is_found(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("")
    assert verify_pack(tmp_path).finding is None
    (tmp_path / "more.csv").write_text("a\n")
    finding = verify_pack(tmp_path).finding
    assert finding is not None
    assert finding.where.startswith("more.csv")
