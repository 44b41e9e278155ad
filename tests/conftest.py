"""Fixtures that several kinds of tests share: the project, real input, and one published sample."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from halftime.config import load_config
from halftime.contracts import load_contracts
from halftime.home import Home, utc_now
from halftime.publish import publish

ROOT = Path(__file__).resolve().parent.parent
# Two workers share two cores: a second thread of dbt only waits, and costs a quarter more; one of
# DuckDB costs a tenth more where data are so small.
os.environ.setdefault("HALFTIME_DBT_THREADS", "1")
os.environ.setdefault("HALFTIME_DUCKDB_THREADS", "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the tests of a module that share what it builds to one worker; spread all others.

    What takes minutes comes first, so that no worker is left with it when the others are done.
    """
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    for item in items:
        fixtures = item._fixtureinfo.name2fixturedefs.values()
        if any(known[-1].scope in ("module", "class") for known in fixtures):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured, one line per case, also when workers ran them."""
    found: dict[str, list[str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, text in getattr(report, "user_properties", ()):
                if name == "figure" and report.when == "call":
                    case = report.nodeid.rpartition("[")[2].rstrip("]")
                    found.setdefault(case, []).append(str(text))
    if found:
        terminalreporter.section("figures")
        for case, texts in sorted(found.items()):
            terminalreporter.write_line(f"{case}: {'; '.join(texts)}")


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real input that is not part of the project.

    It stands beside the checkout, or is named by HALFTIME_SHARED_DATA.
    """
    folder = Path(os.environ.get("HALFTIME_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real input is absent: {folder} (set HALFTIME_SHARED_DATA to its folder)")
    return folder


def halftime(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the real command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "halftime", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(
            f"halftime {' '.join(arguments)} ended with {done.returncode}:\n"
            f"{done.stdout}\n{done.stderr}"
        )
    return done


@pytest.fixture(scope="session")
def cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    return halftime


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Make a folder once per test session, also when several workers ask for it.

    What an earlier session made is found again where HALFTIME_TEST_HOMES names its folder.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    shared = Path(os.environ.get("HALFTIME_TEST_HOMES") or shared)

    def make(name: str, build: Callable[[Path], None]) -> Path:
        folder = shared / name
        with (shared / f"{name}.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            marker = shared / f"{name}.done"
            if not marker.exists():
                build(folder)
                marker.touch()
        return folder

    return make


@pytest.fixture(scope="session")
def sample_folder(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The raw files of the smallest sample company, with its planted truth."""
    return once(
        "sample-xs",
        lambda out: halftime("sample", "--size", "xs", "--seed", "7", "--out", str(out)) and None,
    )


@pytest.fixture(scope="session")
def sample_home(sample_folder: Path, once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A home in which the smallest sample company is really published."""
    config = sample_folder / "halftime.yml"
    return once(
        "home-xs",
        lambda home: halftime("run", "--config", str(config), "--home", str(home)) and None,
    )


def publish_again(sample_home: Path, sample_folder: Path, folder: Path, privacy: str) -> None:
    """Copy the sample's home and publish its build as if it had been configured so from the start.

    ``privacy`` is the value of that key; the configuration lies beside the folder.
    """
    shutil.copytree(sample_home, folder)
    shutil.rmtree(folder / "published")
    shutil.rmtree(folder / "history")
    home = Home(folder)
    home.create()
    build_id = home.latest_build()
    assert build_id is not None
    text = (sample_folder / "halftime.yml").read_text(encoding="utf-8").partition("\nprivacy:")[0]
    path = folder.with_suffix(".yml")
    path.write_text(f"{text}\nprivacy: {privacy}\n", encoding="utf-8")
    config = load_config(path, load_contracts(ROOT), landing=sample_folder)
    with home.lock() as held:
        publish(
            held,
            build_id,
            config,
            dbt_manifest=home.build_folder(build_id) / "dbt" / "run" / "manifest.json",
            verdict="warnings",
            started_at=utc_now(),
            inputs={},
        )


@pytest.fixture(scope="session")
def council_home(
    sample_home: Path, sample_folder: Path, once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """A copy of the sample's home whose build was published for a works council, and only so."""
    return once(
        "home-council",
        lambda folder: publish_again(sample_home, sample_folder, folder, "{profile: council}"),
    )


@pytest.fixture(scope="session")
def notes_home(
    sample_home: Path, sample_folder: Path, once: Callable[[str, Callable[[Path], None]], Path]
) -> Path:
    """A copy of the sample's home whose build was published with a private store of notes."""
    return once(
        "home-notes",
        lambda folder: publish_again(sample_home, sample_folder, folder, "{notes: {days: 400}}"),
    )


@pytest.fixture(scope="session")
def maven_home(shared_data: Path, once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """A home in which the published CRM set of Maven is really published."""
    config = ROOT / "examples" / "maven_crm" / "halftime.yml"
    landing = shared_data / "maven_crm"
    return once(
        "home-maven",
        lambda home: (
            halftime("run", "--config", str(config), "--landing", str(landing), "--home", str(home))
            and None
        ),
    )
