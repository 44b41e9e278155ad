"""Every page for every role, also where there is nothing to show: no exception, and words why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access.pages import PLACES
from dashboards.access.resolve import Persona, personas
from dashboards.access.roles import PAGES, Role
from dashboards.published import Build, connect
from halftime.home import Home
from halftime.privacy.pseudonyms import key_file
from halftime.privacy.redact import home_key

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
FILES = {place.address: place.file for place in PLACES}


@pytest.fixture(scope="module")
def known(build: Build) -> dict[Role, Persona]:
    with connect(build.database) as con:
        return {persona.role: persona for persona in personas(con, is_council=False)}


@pytest.fixture
def home(published_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HALFTIME_HOME", str(published_home))
    home_key(Home(published_home), key_file(Home(published_home)).name)  # as the command does
    return published_home


def run(persona: Persona, page: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=60)
    for key, value in {"as": persona.label, **query}.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app.switch_page(f"views/{FILES[page]}.py").run() if page else app


def words(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption")
    return "\n".join(str(block.value) for kind in kinds for block in app.get(kind))


def walk(app: AppTest, role: Role, **query: str) -> Iterator[tuple[str, str]]:
    """Open each page of a role in one session, and give its address and its words."""
    for page in PAGES[role]:
        app.switch_page(f"views/{FILES[page]}.py")
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception, (role, page, app.exception)
        assert app.title, (role, page)
        yield page, words(app)


@pytest.mark.parametrize("role", list(Role))
def test_each_page_opens_for_its_role(home: Path, known: dict[Role, Persona], role: Role) -> None:
    for page, said in walk(run(known[role], ""), role):
        assert "Build 2" in said, page


@pytest.mark.parametrize("role", list(Role))
def test_filters_that_fit_nothing_fall_back_to_what_there_is(
    home: Path, known: dict[Role, Persona], role: Role
) -> None:
    nothing = dict.fromkeys(("person", "rep", "source", "product", "currency", "part"), "Nothing")
    nothing |= {"org": "Team: Nobody", "period": "FY1999 Q1"}
    for page, said in walk(run(known[role], "", **nothing), role, **nothing):
        assert "Build 2" in said, page


@pytest.mark.parametrize("role", list(Role))
def test_each_page_keeps_a_councils_profile(
    council_home: Path, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_HOME", str(council_home))
    home_key(Home(council_home), key_file(Home(council_home)).name)
    with duckdb.connect(str(council_home / "warehouse.duckdb"), read_only=True) as con:
        people = con.execute("select full_name from core.dim_person").fetchall()
    database = next(council_home.glob("published/[!.]*/marts.duckdb"))
    with connect(str(database)) as con:
        eyes = {persona.role: persona for persona in personas(con, is_council=True)}
    if role.is_of_a_person:
        assert role not in eyes  # it has no sight of single persons
        return
    for page, said in walk(run(eyes[role], ""), role):
        assert "not for employment decisions" in said, page
        assert not [name for (name,) in people if name and "(" not in name and name in said], page


def test_without_a_build_every_page_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_HOME", str(tmp_path))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "Nothing has been published yet" in app.title[0].value


@pytest.mark.parametrize("role", list(Role))
def test_a_newer_build_is_offered_on_each_page_and_not_forced(
    published_home: Path,
    build: Build,
    known: dict[Role, Persona],
    role: Role,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied = copy_of(published_home, tmp_path / role.value)
    monkeypatch.setenv("HALFTIME_HOME", str(copied))
    app = run(known[role], "")
    newer = "29990101T000000Z-abcdef"
    shutil.copytree(copied / "published" / build.build_id, copied / "published" / newer)
    pointer = json.loads((copied / "published" / "current.json").read_text())
    pointer |= {"build_id": newer, "database": f"{newer}/marts.duckdb"}
    (copied / "published" / "current.json").write_text(json.dumps(pointer))
    for page, said in walk(app, role):
        assert "A newer build is ready" in said, page
        assert f"Build {build.build_id}" in said, page


def copy_of(home: Path, folder: Path) -> Path:
    """Copy what is published into a home of its own.

    Each has another name: folders of passed tests go, and the pages of this process still hold
    their databases open.
    """
    shutil.copytree(home / "published", folder / "published")
    home_key(Home(folder), key_file(Home(folder)).name)
    return folder


@pytest.mark.parametrize("role", list(Role))
def test_broken_critical_rules_are_said_above_every_page(
    published_home: Path,
    known: dict[Role, Persona],
    role: Role,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied = copy_of(published_home, tmp_path / role.value)
    pointer = json.loads((copied / "published" / "current.json").read_text())
    database = copied / "published" / pointer["database"]
    database.parent.chmod(0o755)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        con.execute(
            "update quality.rule_result set succeeded = false where severity = 'critical' and "
            "rule_id = (select min(rule_id) from quality.rule_result where severity = 'critical')"
        )
    monkeypatch.setenv("HALFTIME_HOME", str(copied))
    for page, said in walk(run(known[role], ""), role):
        assert "1 critical rule is broken and waived" in said, page


def test_nothing_is_shown_where_it_cannot_be_written_down(
    published_home: Path,
    known: dict[Role, Persona],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied = tmp_path / "home"
    shutil.copytree(published_home / "published", copied / "published")
    (copied / "access").write_text("a file in the way of the folder")
    monkeypatch.setenv("HALFTIME_HOME", str(copied))
    app = run(known[Role.ADMIN], "")
    assert "it cannot be written down who saw it" in words(app)
    assert "Build 2" not in words(app)


def test_who_sees_pseudonyms_can_choose_a_manager_by_one(
    home: Path,
    known: dict[Role, Persona],
    marts_again: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HALFTIME_ACCESS", json.dumps({"enablement_persons": "pseudonyms"}))
    app = run(known[Role.ENABLEMENT], "")
    (choice,) = [box for box in app.selectbox if box.label == "Organisation"]
    managers = [label for label in choice.options if label.startswith("Manager: P")]
    assert managers
    app = choice.set_value(managers[0]).run()
    assert not app.exception
    names = marts_again.execute("select full_name from core.dim_person").fetchall()
    told = words(app)
    assert not [name for (name,) in names if name in told]
    assert "No rep was on the roster" not in told
    assert "0 of 0" not in told


@pytest.fixture
def marts_again(build: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(build.database) as con:
        yield con


def test_groups_alone_are_told_as_groups_and_not_as_nobody(
    home: Path, known: dict[Role, Persona], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_ACCESS", json.dumps({"enablement_persons": "groups"}))
    app = run(known[Role.ENABLEMENT], "coaching")
    assert "by groups, not persons" in app.title[0].value
    app = run(known[Role.ENABLEMENT], "", part="Rejected rows")
    app.switch_page("views/data_and_definitions.py").run()
    said = [block.value for block in app.header]
    assert "No row was rejected" not in said


def test_a_manager_of_managers_lands_on_the_own_organisation(home: Path, build: Build) -> None:
    with connect(build.database) as con:
        boss = next(p for p in personas(con, is_council=False) if "of managers" in p.label)
    app = run(boss, "")
    (choice,) = [box for box in app.selectbox if box.label == "Organisation"]
    assert choice.value == f"Manager: {boss.label.partition(': ')[2]}"


def test_a_broken_list_is_explained_in_the_log_and_not_to_the_reader(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFTIME_ACCESS", "not json")
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert "settings of these pages are broken" in words(app)
    assert "JSON" not in words(app)
