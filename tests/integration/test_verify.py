"""A published company, signed and handed over: each changed byte of it is found and named."""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from halftime import chain, history, sign
from halftime.config import Config, SigningKey, load_config
from halftime.console import Reporter
from halftime.contracts import load_contracts
from halftime.errors import DataError
from halftime.hashing import file_sha256
from halftime.home import Home
from halftime.pipeline import Build, publish_step
from halftime.verify import Finding, verify, verify_pack
from quality.evidence.pack import write_pack

Cli = Callable[..., subprocess.CompletedProcess[str]]
PLACES = 1_000
SECOND = "20991231T000000Z-second"


@dataclass(frozen=True)
class Kept:
    """What an auditor keeps: a home of two builds with two sign-offs, a pack, and the keys."""

    home: Home
    pack: Path
    keys: tuple[SigningKey, ...]
    key_file: Path


def publish_again(home: Home, config: Config) -> None:
    """Publish what the warehouse holds a second time, under another id."""
    first = home.latest_build()
    assert first is not None
    shutil.copytree(home.build_folder(first), home.build_folder(SECOND))
    state = json.loads((home.build_folder(first) / "run.json").read_text())
    with home.lock() as held, history.remembered(held, "publish", config) as memory:
        memory.build_id = SECOND
        build = Build(held, SECOND, state | {"build_id": SECOND})
        publish_step(build, config, Reporter(json_output=True))


@pytest.fixture(scope="module")
def kept(
    sample_home: Path,
    sample_folder: Path,
    project_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(sample_home, folder / "home")
    home = Home(folder / "home")
    publish_again(home, load_config(sample_folder / "halftime.yml", load_contracts(project_root)))
    home.warehouse.unlink()  # the history must not need it
    key = folder / "key.pem"
    known = SigningKey("A. Uditor", "auditor", sign.new_key(key))
    stranger = folder / "stranger.pem"
    sign.new_key(stranger)
    with home.lock() as held:
        for file, role in ((key, "auditor"), (stranger, "controller")):
            sign.sign(
                held, SECOND, file, role=role, decision="accept", comment="Seen.", keys=[known]
            )
    write_pack(home, SECOND, folder / "pack")
    yield Kept(home, folder / "pack", (known,), key)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def copied(kept: Kept, tmp_path: Path) -> Kept:
    """A copy that a test may spoil; published files are written anew, for they are read-only."""
    shutil.copytree(kept.home.published, tmp_path / "home" / "published")
    shutil.copytree(kept.home.history, tmp_path / "home" / "history")
    shutil.copytree(kept.pack, tmp_path / "pack")
    for path in tmp_path.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return dataclasses.replace(kept, home=Home(tmp_path / "home"), pack=tmp_path / "pack")


def finding_of(kept: Kept) -> Finding:
    finding = verify(kept.home, keys=kept.keys).finding
    assert finding is not None
    return finding


def test_what_nobody_touched_is_sound(kept: Kept) -> None:
    done = verify(kept.home, keys=kept.keys, anchor=chain.head(kept.home))
    assert done.finding is None
    assert len(done.builds) == 2
    assert done.tables == 2 * len(manifest_of(kept, SECOND)["tables"])
    assert [(item.signer, item.decision) for item in done.sign_offs] == [
        ("A. Uditor", "accept"),
        (None, "accept"),
    ]
    assert "unknown" in str(done.sign_offs[1].note)
    assert verify_pack(kept.pack).finding is None


def manifest_of(kept: Kept, build_id: str) -> dict:
    return json.loads((kept.home.published / build_id / "manifest.json").read_text())


def test_a_build_holds_the_hash_of_the_manifest_before(kept: Kept) -> None:
    first = next(build for build in history.published_builds(kept.home) if build != SECOND)
    said = manifest_of(kept, SECOND)["chain"]
    digest = file_sha256(kept.home.published / first / "manifest.json")
    assert (said["previous_build_id"], said["previous_manifest_sha256"]) == (first, digest)


def test_the_history_says_who_made_a_build_with_what(kept: Kept) -> None:
    runs = [entry.body for entry in chain.entries(kept.home) if entry.kind == "run"]
    assert [(run["verb"], run["exit_code"]) for run in runs] == [("run", 0), ("publish", 0)]
    assert all(len(run["configuration"]["sha256"]) == 64 for run in runs)
    assert all(len(run["code"]["lock_sha256"]) == 64 for run in runs)


def test_the_history_keeps_each_rule_of_a_build(kept: Kept) -> None:
    (entry,) = [entry for entry in chain.entries(kept.home) if entry.kind == "rules"]
    database = kept.home.published / entry.body["build_id"] / "marts.duckdb"
    with duckdb.connect(str(database), read_only=True) as con:
        columns = ", ".join(history.RULE_FIELDS)
        query = "select {} from {} order by all"
        kept_rules = con.execute(
            query.format(columns, f"'{kept.home.history / entry.body['file']}'")
        ).fetchall()
        assert (
            kept_rules == con.execute(query.format(columns, "quality.rule_result")).fetchall() != []
        )


def test_one_byte_changed_anywhere_is_found_and_named(copied: Kept) -> None:
    """Each file has the same share of the places, so that the small ones are tried as well."""
    home, pack = copied.home.root, copied.pack
    files = sorted(path for path in (*home.rglob("*"), *pack.rglob("*")) if path.is_file())
    assert {"chain.jsonl", "manifest.json", "marts.duckdb", "SHA256SUMS"} <= {
        path.name for path in files
    }
    dice = random.Random(1_000)
    missed = []
    for _ in range(PLACES):
        path = dice.choice([path for path in files if path.stat().st_size])
        place = dice.randrange(path.stat().st_size)
        with path.open("r+b") as stream:
            stream.seek(place)
            before = stream.read(1)
            stream.seek(place)
            stream.write(bytes([(before[0] + dice.randrange(1, 256)) % 256]))
        in_pack = pack in path.parents
        finding = (verify_pack(pack) if in_pack else verify(copied.home, keys=copied.keys)).finding
        name = path.relative_to(pack if in_pack else home).as_posix()
        if finding is None or name not in finding.where:
            missed.append((name, place, finding))
        with path.open("r+b") as stream:
            stream.seek(place)
            stream.write(before)
    assert missed == []
    assert verify(copied.home, keys=copied.keys).finding is None
    assert verify_pack(pack).finding is None


def test_a_changed_byte_of_the_chain_is_named_with_its_line(copied: Kept) -> None:
    content = copied.home.chain_file.read_bytes()
    dice = random.Random(7)
    for _ in range(100):
        place = dice.randrange(len(content))
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << dice.randrange(8)
        copied.home.chain_file.write_bytes(spoilt)
        line = content[:place].count(b"\n") + 1
        assert finding_of(copied).where == f"history/chain.jsonl, line {line}"


def resealed(home: Home, change: Callable[[dict], None]) -> None:
    """Change entries and make all hashes of the chain again, as somebody with time would."""
    lines, before = [], chain.NOTHING
    for entry in chain.entries(home):
        fields = entry.to_dict()
        change(fields)
        fields["previous"] = before
        before = fields["hash"] = chain.hash_of(fields)
        lines.append(chain.canonical(fields))
    home.chain_file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_forged_sign_off_in_a_resealed_chain_is_found_by_its_signature(copied: Kept) -> None:
    def reject(fields: dict) -> None:
        if fields["kind"] == "sign-off":
            fields["body"]["decision"] = "reject"

    resealed(copied.home, reject)
    finding = finding_of(copied)
    assert "sign-off" in finding.what
    assert "signature" in finding.why


def test_a_resealed_chain_lacks_the_head_that_was_kept_elsewhere(copied: Kept) -> None:
    anchor = chain.head(copied.home)

    def other_actor(fields: dict) -> None:
        if fields["kind"] == "run":
            fields["body"]["actor"] = "nobody"

    resealed(copied.home, other_actor)
    finding = verify(copied.home, keys=copied.keys, anchor=anchor).finding
    assert finding is not None
    assert "anchored" in finding.what


def test_a_table_changed_together_with_all_hashes_of_files_is_found_by_its_content(
    copied: Kept,
) -> None:
    folder = copied.home.published / SECOND
    with duckdb.connect(str(folder / "marts.duckdb")) as con:
        con.execute("update core.dim_clock set company = company || '.'")
    manifest = manifest_of(copied, SECOND)
    database = folder / "marts.duckdb"
    manifest["files"]["marts.duckdb"] = {
        "bytes": database.stat().st_size,
        "sha256": file_sha256(database),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    history.record_rewritten(copied.home, [SECOND], "test")
    finding = finding_of(copied)
    assert finding.where.endswith("marts.duckdb, core.dim_clock")


def test_a_build_that_goes_without_a_word_is_missed(copied: Kept) -> None:
    first = next(build for build in history.published_builds(copied.home) if build != SECOND)
    shutil.rmtree(copied.home.published / first)
    assert finding_of(copied).where == f"published/{first}"


def test_a_build_that_is_removed_with_an_entry_leaves_a_sound_chain(copied: Kept) -> None:
    first = next(build for build in history.published_builds(copied.home) if build != SECOND)
    history.record_removed(copied.home, [first])
    shutil.rmtree(copied.home.published / first)
    done = verify(copied.home, keys=copied.keys)
    assert done.finding is None
    assert done.builds == (SECOND,)
    assert any("removed" in note for note in done.notes)


def test_a_home_from_before_the_chain_is_accepted_and_said_to_be_so(copied: Kept) -> None:
    shutil.rmtree(copied.home.history)
    assert finding_of(copied).what == "The chain is gone."
    for build in history.published_builds(copied.home):
        path = copied.home.published / build / "manifest.json"
        old = {name: value for name, value in manifest_of(copied, build).items() if name != "chain"}
        path.write_text(json.dumps(old))
    assert any("no chain yet" in note for note in verify(copied.home).notes)
    with history.remembered(copied.home, "land"):
        pass
    done = verify(copied.home)
    assert done.finding is None
    assert any("2 builds" in note and "before the chain" in note for note in done.notes)


def test_a_changed_manifest_is_not_signed(copied: Kept) -> None:
    with (copied.home.published / SECOND / "manifest.json").open("a") as stream:
        stream.write(" ")
    with pytest.raises(DataError, match="nothing was signed"):
        sign.sign(
            copied.home,
            SECOND,
            copied.key_file,
            role="auditor",
            decision="accept",
            comment="",
            keys=copied.keys,
        )


def test_a_build_with_a_changed_file_is_not_signed(copied: Kept) -> None:
    """Who accepts a build accepts its files."""
    database = copied.home.published / SECOND / "marts.duckdb"
    database.chmod(0o644)
    content = bytearray(database.read_bytes())
    content[-1] ^= 1
    database.write_bytes(content)
    key = copied.home.root / "k"
    sign.new_key(key)
    with pytest.raises(DataError, match=r"marts\.duckdb of .* nothing was signed"):
        sign.sign(copied.home, SECOND, key, role="auditor", decision="accept", comment="", keys=())


def test_the_commands_sign_and_verify(copied: Kept, cli: Cli, tmp_path: Path) -> None:
    home = ["--home", str(copied.home.root)]
    public_key = json.loads(cli("sign", "--new-key", str(tmp_path / "k"), "--json").stdout)
    config = tmp_path / "halftime.yml"
    config.write_text(
        "version: 1\nsign:\n  keys:\n    - name: C. Troller\n      role: controller\n"
        f"      public_key: '{public_key['public_key']}'\n"
    )
    words = ["--key", str(tmp_path / "k"), "--role", "controller", "--config", str(config)]
    decision = ["--decision", "reject", "--comment", "Totals differ."]
    signed = json.loads(cli("sign", "--build", SECOND, *words, *decision, *home, "--json").stdout)
    assert signed["head"] == chain.head(copied.home)
    done = cli("verify", "--build", SECOND, "--config", str(config), *home)
    assert "reject by C. Troller (controller)" in done.stdout
    assert signed["head"] in done.stdout
    with (copied.home.published / "current.json").open("a") as stream:
        stream.write(" ")
    failed = cli("verify", *home, "--json", check=False)
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["finding"]["where"] == "published/current.json"
