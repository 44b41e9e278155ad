"""Publishing is atomic: cut off anywhere, the old build stays served, and the next run mends it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from dashboards.published import connect, current_build
from halftime import history
from halftime import publish as publishing
from halftime.config import Config, load_config
from halftime.contracts import load_contracts
from halftime.home import Home
from halftime.publish import Publication, publish
from halftime.verify import verify

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW, NEXT = (f"2026010{day}T000000Z-aaaaaa" for day in (1, 2, 3))
MOMENTS = ("before the folder stands", "before the chain", "before the pointer", "in the pointer")


class Killed(BaseException):
    """Stands for SIGKILL: nothing clears up behind it."""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    path = tmp_path_factory.mktemp("company") / "halftime.yml"
    path.write_text("version: 1\ncompany: Acme\nsources:\n  tabular:\n    files: ['*.csv']\n")
    return load_config(path, load_contracts(ROOT))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, config: Config) -> Path:
    """A home with one published build, and a warehouse with another day in it."""
    made = Home(tmp_path_factory.mktemp("published") / "home")
    made.create()
    build(made, "2026-01-01")
    publish_as(made, OLD, config)
    build(made, "2026-01-02")
    return made.root


def build(home: Home, day: str) -> None:
    with duckdb.connect(str(home.warehouse)) as con:
        con.execute("create schema if not exists core")
        con.execute(
            "create or replace table core.dim_clock as select cast(? as date) as as_of_date, "
            "cast(? as date) as data_through_date, 1 as loaded_until",
            [day, day],
        )


def publish_as(home: Home, build_id: str, config: Config) -> Publication:
    """Publish what the warehouse holds, as the last step of a run does."""
    node = {"schema": "core", "name": "dim_clock", "resource_type": "model", "config": {}}
    dbt_manifest = home.root / "manifest.json"
    dbt_manifest.write_text(json.dumps({"nodes": {"model.halftime.dim_clock": node}}))
    with history.remembered(home, "publish", config) as memory:
        memory.build_id = build_id
        return publish(
            home,
            build_id,
            config,
            dbt_manifest=dbt_manifest,
            verdict="passed",
            started_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            inputs={},
        )


def kill(patch: pytest.MonkeyPatch, moment: str) -> None:
    """Let the process die at a moment of publishing, without anything clearing up."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    replace = Path.replace

    def die_in_pointer(self: Path, target: Path) -> Path:
        return die() if target.name == "current.json" else replace(self, target)  # type: ignore[return-value]

    def die_before_pointer(path: Path, content: str) -> None:
        return die() if path.name == "current.json" else write(path, content)

    write = publishing.write_atomically
    patch.setattr(publishing.shutil, "rmtree", lambda *_, **__: None)
    if moment == "before the folder stands":
        patch.setattr(Path, "rename", die)
    elif moment == "before the chain":
        patch.setattr(history, "record_published", die)
    elif moment == "before the pointer":
        patch.setattr(publishing, "write_atomically", die_before_pointer)
    else:
        patch.setattr(Path, "replace", die_in_pointer)
    patch.setattr(history, "_exit_code", die)  # nor does a killed run write down that it ended


def served(home: Home) -> tuple[str, str]:
    """Return what a reader sees: the build, and the day that its file holds."""
    found = current_build(home.root)
    assert found is not None
    with connect(found.database) as con:
        row = con.execute("select cast(as_of_date as varchar) from core.dim_clock").fetchone()
    assert row is not None
    return found.build_id, row[0]


@pytest.fixture(scope="module", params=MOMENTS)
def left(
    request: pytest.FixtureRequest,
    published: Path,
    config: Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """What a process leaves that dies at a moment of publishing a second build."""
    root = shutil.copytree(published, tmp_path_factory.mktemp("left") / "home")
    with pytest.MonkeyPatch.context() as patch:
        kill(patch, request.param)
        with pytest.raises(Killed):
            publish_as(Home(root), NEW, config)
    return root


@pytest.fixture
def cut_off(left: Path, tmp_path: Path) -> Home:
    return Home(shutil.copytree(left, tmp_path / "home"))


def test_a_reader_sees_the_old_build_whole(cut_off: Home) -> None:
    assert served(cut_off) == (OLD, "2026-01-01")
    assert cut_off.current() == json.loads(cut_off.current_file.read_text())


def test_publishing_it_again_serves_it(cut_off: Home, config: Config) -> None:
    publish_as(cut_off, NEW, config)
    assert served(cut_off) == (NEW, "2026-01-02")
    assert verify(cut_off).finding is None
    assert not list(cut_off.published.glob(".2*")), "what was half written is cleared"


def test_the_next_run_publishes_its_own_build_and_knows_of_the_other(
    cut_off: Home, config: Config
) -> None:
    stands = (cut_off.published / NEW).is_dir()
    build(cut_off, "2026-01-03")
    publish_as(cut_off, NEXT, config)
    assert served(cut_off) == (NEXT, "2026-01-03")
    assert verify(cut_off).finding is None
    known = list(history.state_of(publishing.chain.entries(cut_off)).builds)
    assert known == ([OLD, NEW, NEXT] if stands else [OLD, NEXT])
    manifest = json.loads((cut_off.published / NEXT / "manifest.json").read_text())
    assert manifest["chain"]["previous_build_id"] == (NEW if stands else OLD)
