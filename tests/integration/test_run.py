"""The whole road on the sample company: repeatable, order-free, atomic, honest about failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

pytestmark = pytest.mark.slow

Cli = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).resolve().parents[2]


def manifest(home: Path) -> dict:
    current = json.loads((home / "published" / "current.json").read_text())
    return json.loads((home / "published" / current["build_id"] / "manifest.json").read_text())


def test_dbt_reads_the_project_once(sample_home: Path) -> None:
    """While files land; read with other variables than the build has, it would be read again."""
    (log,) = sample_home.glob("builds/*/logs/dbt-run/dbt.log")
    text = log.read_text(encoding="utf-8")
    assert "Finished running" in text
    assert "The project is read" not in text


def test_published_build_is_whole(sample_home: Path) -> None:
    current = json.loads((sample_home / "published" / "current.json").read_text())
    database = sample_home / "published" / current["database"]
    assert database.is_file()
    assert {"build_id", "database", "published_at", "as_of", "data_through", "verdict"} <= set(
        current
    )
    with duckdb.connect(str(database), read_only=True) as con:
        schemas = {
            row[0]
            for row in con.execute(
                "select distinct table_schema from information_schema.tables"
            ).fetchall()
        }
        views = con.execute("select count(*) from duckdb_views() where not internal").fetchone()
        residual = con.execute("select sum(residual_rows), count(*) from quality.ledger").fetchone()
    assert schemas == {
        "core",
        "indicators",
        "leading",
        "lagging",
        "coaching",
        "pipeline",
        "quality",
        "reference",
    }
    assert views == (0,)
    assert residual is not None
    assert residual[0] == 0
    assert residual[1] > 0


@dataclass(frozen=True)
class Repeated:
    """A published home on which one run was killed outright and another one walked the road."""

    before: dict
    served_after_kill: dict
    land_after_kill: subprocess.CompletedProcess[str]
    status_after_kill: dict
    run: subprocess.CompletedProcess[str]
    home: Path
    user_home: Path


@pytest.fixture(scope="module")
def repeated(
    sample_home: Path, sample_folder: Path, cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> Repeated:
    folder = tmp_path_factory.mktemp("repeated")
    home, user_home = folder / "home", folder / "user"
    shutil.copytree(sample_home, home)
    user_home.mkdir()
    before = manifest(home)
    arguments = ("--config", str(sample_folder / "halftime.yml"), "--home", str(home))
    kill_while_building(home, arguments)
    landed = cli("land", *arguments, check=False)
    status = json.loads(cli("status", "--home", str(home), "--json").stdout)
    served = manifest(home)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("XDG_")]:
            patch.delenv(name)
        patch.setenv("HOME", str(user_home))
        run = cli("run", *arguments, "--json", check=False)
    return Repeated(before, served, landed, status, run, home, user_home)


def kill_while_building(home: Path, arguments: tuple[str, ...]) -> None:
    """Start a run and send SIGKILL when dbt has begun to write into the warehouse."""
    with subprocess.Popen(
        [sys.executable, "-m", "halftime", "run", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any("Building models" in line for line in process.stderr)
        log = max((home / "builds").iterdir()) / "logs" / "dbt-run" / "dbt.log"
        while not (log.is_file() and "OK created" in log.read_text()):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
        process.kill()


def test_a_run_killed_outright_leaves_the_last_build_served(repeated: Repeated) -> None:
    assert repeated.served_after_kill == repeated.before
    newest = repeated.status_after_kill["builds"][0]
    assert newest["build_id"] > repeated.before["build_id"]
    assert newest["status"] == "interrupted"
    assert newest["problem"].startswith("run: ")


def test_after_a_kill_the_next_command_works_or_waits_for_what_still_writes(
    repeated: Repeated,
) -> None:
    """SIGKILL lets nobody clear up: dbt must not write where the next command writes."""
    assert repeated.land_after_kill.returncode in (0, 75), repeated.land_after_kill.stderr
    assert repeated.run.returncode == 0, repeated.run.stderr
    assert manifest(repeated.home)["build_id"] == json.loads(repeated.run.stdout)["build_id"]


def test_second_run_gives_the_same_content_and_lands_nothing(repeated: Repeated) -> None:
    before, after = repeated.before, manifest(repeated.home)
    assert json.loads(repeated.run.stdout)["landing"]["landed_rows"] == 0
    assert after["build_id"] != before["build_id"]
    old = repeated.home / "published" / before["build_id"] / "marts.duckdb"
    assert old.is_file(), "the old build stays"
    assert {
        name for name, table in after["tables"].items() if table != before["tables"].get(name)
    } <= {"quality.rule_result"}
    assert set(after["tables"]) == set(before["tables"])
    assert rule_results(old) == rule_results(repeated.home / "published" / after["database"])


def rule_results(database: Path) -> list[tuple]:
    """Return all but those that hold the build against the one before it: the first has none."""
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(
            "select * exclude (build_id) from quality.rule_result "
            "where rule_id not like '%.volume.%' order by all"
        ).fetchall()


def test_a_run_writes_nothing_into_the_home_of_its_user(repeated: Repeated) -> None:
    assert repeated.run.returncode == 0
    assert not list(repeated.user_home.rglob("*"))


def test_free_text_about_people_is_not_published(sample_home: Path, sample_folder: Path) -> None:
    """Invariant 10: canaries planted in notes are in raw files and nowhere in a published one."""
    raw = b"".join(path.read_bytes() for path in sample_folder.rglob("*.csv"))
    assert b"CANARY" in raw.upper()
    for path in sample_home.glob("published/*/marts.duckdb"):
        with duckdb.connect(str(path), read_only=True) as con:
            columns = con.execute(
                """
                select table_schema, table_name, column_name
                from information_schema.columns
                where data_type = 'VARCHAR'
                """
            ).fetchall()
            for schema, table, column in columns:
                found = con.execute(
                    f"""
                    select count(*) from "{schema}"."{table}"
                    where contains(upper("{column}"), 'CANARY')
                    """
                ).fetchone()
                assert found == (0,), f"{schema}.{table}.{column}"


def test_broken_critical_rule_keeps_the_last_build(
    sample_home: Path, sample_folder: Path, cli: Cli, tmp_path: Path
) -> None:
    """More of an object than is tolerated is unreadable: exit 1, the last build still served."""
    home, landing = tmp_path / "home", tmp_path / "landing"
    shutil.copytree(sample_home, home)
    shutil.copytree(sample_folder, landing)
    bad = "\n".join(
        f"006BAD{number:09d},Deal {number},Prospecting,not money,someday" for number in range(400)
    )
    (landing / "salesforce" / "Opportunity_bad_night.csv").write_text(
        f"Id,Name,StageName,Amount,CloseDate\n{bad}\n"
    )
    before = (home / "published" / "current.json").read_text()
    done = cli("run", "--config", str(landing / "halftime.yml"), "--home", str(home), check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "critical" in done.stderr
    assert (home / "published" / "current.json").read_text() == before
    assert not list((home / "published").glob(".2*")), "no half-written build is left"


def test_shuffled_landing_order_gives_the_same_content(
    sample_home: Path, sample_folder: Path, cli: Cli, tmp_path: Path
) -> None:
    """Files land in several loads, in an order of their own; every table has the same content.

    Only what describes the loads themselves may differ. The coaching log comes first: whether a
    late entry is known to be late depends, by definition (R14), on which load was the first.
    """
    landing, home = tmp_path / "landing", tmp_path / "home"
    landing.mkdir()
    shutil.copy(sample_folder / "halftime.yml", landing)
    files = sorted(
        path.relative_to(sample_folder)
        for path in sample_folder.rglob("*")
        if path.is_file() and "_truth" not in path.parts and path.suffix != ".yml"
    )
    log = [path for path in files if path.parts[0] == "coaching_log"]
    # Of two files with the same bytes the one that comes first is landed, the other its duplicate.
    copies = [path for path in files if path.stem.endswith("_copy")]
    others = [path for path in files if path not in copies and path not in log]
    for turn in (log, others[1::3][::-1], others[2::3], [*others[0::3][::-1], *copies]):
        for path in turn:
            (landing / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(sample_folder / path, landing / path)
        cli("land", "--config", str(landing / "halftime.yml"), "--home", str(home))
    cli("run", "--config", str(landing / "halftime.yml"), "--home", str(home))
    ours, theirs = manifest(home)["tables"], manifest(sample_home)["tables"]
    about_loads = {"quality.file", "quality.rule_result", "quality.rule_failure"}
    assert {name for name in ours if ours[name] != theirs[name]} <= about_loads


@dataclass(frozen=True)
class Later:
    """A published home to which more was sent: what each build published, what the last said."""

    before: dict
    then: dict
    now: dict
    said: dict


@pytest.fixture(scope="module")
def later(
    sample_home: Path, sample_folder: Path, cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> Later:
    """A deal comes late, and the build is made as it was before it; then a file that is broken."""
    folder = tmp_path_factory.mktemp("later")
    home, landing = folder / "home", folder / "landing"
    shutil.copytree(sample_home, home)
    shutil.copytree(sample_folder, landing)
    before = manifest(home)
    (landing / "salesforce" / "Opportunity_late.csv").write_text(
        "Id,Name,StageName,Amount,CloseDate,CreatedDate,SystemModstamp\n"
        "006LATE00000001,A late deal,Closed Won,1000000,2026-09-30,"
        "2026-09-01T09:00:00Z,2026-09-30T09:00:00Z\n"
    )
    config = ("--config", str(landing / "halftime.yml"), "--home", str(home))
    cli("land", *config)
    cli("run", *config, "--as-of", before["as_of"], "--loaded-until", "1")
    then = manifest(home)
    (landing / "salesforce" / "Task_broken.csv.gz").write_bytes(b"\x1f\x8b\x08 this is no gzip")
    said = json.loads(cli("run", *config, "--json").stdout)
    return Later(before, then, manifest(home), said)


def test_loaded_until_looks_at_the_warehouse_as_it_was(later: Later) -> None:
    """Invariant 5: with both clocks set, what was landed since then changes no figure."""
    before, then, now = later.before["tables"], later.then["tables"], later.now["tables"]
    about_loads = {"core.dim_clock", "quality.model", "quality.rule_result", "quality.rule_failure"}
    assert {name for name in then if then[name] != before[name]} <= about_loads
    assert now["core.fct_opportunity"] != then["core.fct_opportunity"]


def test_unreadable_file_is_rejected_whole_and_the_run_goes_on(later: Later) -> None:
    assert later.now["build_id"] != later.then["build_id"]
    assert any(
        item["file"] == "salesforce/Task_broken.csv.gz" and item["status"] == "rejected"
        for item in later.said["landing"]["not_landed"]
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the right to mount a small file system")
def test_full_disk_keeps_the_last_build(
    sample_home: Path, sample_folder: Path, cli: Cli, tmp_path: Path
) -> None:
    used = sum(path.stat().st_size for path in sample_home.rglob("*") if path.is_file())
    small = tmp_path / "small"
    small.mkdir()
    size = f"size={used // 2**20 + 12}m"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", small], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let us mount a small file system")
    try:
        home = small / "home"
        shutil.copytree(sample_home, home)
        before = (home / "published" / "current.json").read_text()
        config = ("--config", str(sample_folder / "halftime.yml"), "--home", str(home))
        done = cli("run", *config, check=False)
        assert done.returncode == 3, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert (home / "published" / "current.json").read_text() == before
        assert manifest(home)["tables"] == manifest(sample_home)["tables"]
        assert not list((home / "published").glob(".2*")), "no half-written build is left"
    finally:
        subprocess.run(["umount", small], check=True)
