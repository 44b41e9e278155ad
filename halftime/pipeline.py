"""The nightly road: land → run → test → validate → publish, one lock, one folder per build."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from halftime import chain
from halftime.config import Config
from halftime.console import Reporter
from halftime.contracts import load_contracts
from halftime.corrections import corrected_columns
from halftime.dbt import DbtSession, DbtStep, dbt_session
from halftime.errors import DataError, MachineError, UsageError
from halftime.history import record_rules, remembered, state_of
from halftime.home import (
    PROJECT_ROOT,
    Home,
    machine_errors,
    new_build_id,
    to_json,
    utc_now,
    write_atomically,
)
from halftime.landing import LandingReport, land, preflight
from halftime.landing.store import ensure_raw_tables
from halftime.privacy.erase import bury_again
from halftime.privacy.retention import Expiry, expire
from halftime.publish import Publication, publish
from halftime.rules_process import RulesProcess, rules_process
from halftime.volume import remember_volume
from quality.changes import Change
from quality.dbt_results import collect_dbt_tests
from quality.results import private
from quality.review import review
from quality.verdict import Verdict, read_verdict
from quality.waivers import read_waivers

_CHANGES_SAID = 20


@dataclass(frozen=True)
class Options:
    """What the command line adds to the configuration."""

    as_of: dt.date | None = None
    loaded_until: int | None = None


@dataclass
class Build:
    """One build on its way to publication; its state lies in ``run.json`` of its folder."""

    home: Home
    build_id: str
    state: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Folder of this build."""
        return self.home.build_folder(self.build_id)

    @classmethod
    def create(cls, home: Home, config: Config, options: Options) -> Build:
        """Open a new build folder."""
        now = utc_now()
        build = cls(home, new_build_id(now))
        variables = dbt_variables(home, config, options)
        build.state = {
            "build_id": build.build_id,
            "started_at": now.isoformat(),
            "variables": variables,
            "last_load_id": last_load_id(home),
            "configuration": config.fingerprint,
            "waivers": [waiver.to_dict() for waiver in config.waivers],
            "steps": {},
            "status": "running",
        }
        with machine_errors(f"create the build folder {build.folder}"):
            (build.folder / "logs").mkdir(parents=True)
            (build.folder / "rules").mkdir()
            # So that plain dbt can be called with what this build was called with.
            write_atomically(home.dbt_variables, to_json(variables))
            build.save()
        return build

    @classmethod
    def latest(cls, home: Home) -> Build:
        """Reopen the newest build of this home."""
        build_id = home.latest_build()
        if build_id is None:
            raise UsageError(
                f"There is no build in {home.root}.",
                hint="Begin with 'halftime land' and 'halftime build'.",
            )
        build = cls(home, build_id)
        build.state = json.loads((build.folder / "run.json").read_text(encoding="utf-8"))
        return build

    def save(self) -> None:
        """Write the state down."""
        with machine_errors("write the state of the build"):
            write_atomically(self.folder / "run.json", to_json(self.state))

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        """Time one step; a failure is written down before it goes on upwards."""
        record: dict[str, Any] = {"status": "running"}
        self.state["steps"][name] = record
        self.save()  # so that a process that is killed outright leaves the step that it was in
        begun = time.monotonic()
        try:
            yield record
        except BaseException as error:
            record |= {"status": "failed", "error": str(error) or type(error).__name__}
            self.state["status"] = "failed"
            raise
        else:
            record["status"] = "done"
        finally:
            record["duration_seconds"] = round(time.monotonic() - begun, 3)
            self.save()


def dbt_variables(home: Home, config: Config, options: Options) -> dict[str, Any]:
    """Return what dbt is called with; some of it depends on what was landed so far."""
    variables = config.dbt_vars(as_of=options.as_of, loaded_until=options.loaded_until)
    with machine_errors("read the corrections"):
        variables["corrections"] = corrected_columns(home.warehouse, load_contracts(PROJECT_ROOT))
    return variables


def last_load_id(home: Home) -> int:
    """Return the number of the last load in the warehouse; 0 before the first."""
    with machine_errors("read the warehouse"), duckdb.connect(str(home.warehouse)) as con:
        try:
            row = con.execute("select coalesce(max(load_id), 0) from raw._load").fetchone()
        except duckdb.CatalogException:
            return 0
    return int(row[0]) if row else 0


def check_landing(config: Config) -> None:
    """Look at the landing folder before anything is written; raises :class:`UsageError`."""
    preflight(config.sources, config.landing, PROJECT_ROOT)


def land_step(home: Home, config: Config, reporter: Reporter) -> LandingReport:
    """Land what is new in the landing folder; who was erased does not come back with it."""
    with reporter.step("Landing files") as tick:
        report = land(
            config.sources,
            config.landing,
            home.warehouse,
            PROJECT_ROOT,
            lambda event: tick(event.done, event.total, event.file),
        )
    bury_again(home, report.load_id)
    return report


def prepare_raw(home: Home) -> None:
    """Add what an older Halftime did not write yet to the raw schema, as landing does."""
    with machine_errors("prepare the warehouse"), duckdb.connect(str(home.warehouse)) as con:
        ensure_raw_tables(con, contracts().values())


def retention_step(home: Home, config: Config, options: Options, reporter: Reporter) -> Expiry:
    """Remove what is older than the configuration keeps it, whichever loads the build looks at."""
    if not config.retention:
        return Expiry({}, ())
    everything = replace(options, loaded_until=None)
    expiry = expire(home, config.retention, dbt_variables(home, config, everything), reporter)
    say_expiry(expiry, home, reporter)
    return expiry


def say_expiry(expiry: Expiry, home: Home, reporter: Reporter) -> None:
    """Say how many rows went, and where they still are."""
    for system, rows in expiry.rows.items():
        reporter.say(f"Removed {rows:,} rows of {system} from before {expiry.kept_from[system]}.")
    if expiry.builds:
        reporter.say(
            f"Builds published before still hold what was published of them: "
            f"{len(expiry.builds)} in {home.published}."
        )


def models_step(build: Build, reporter: Reporter, dbt: DbtSession) -> None:
    """Run seeds and models; a model that fails stops the build."""
    with build.step("run") as record, reporter.step("Building models") as tick:
        done = dbt.run(
            "run",
            ["build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"],
            variables=build.state["variables"],
            folder=build.folder,
            progress=tick,
        )
        record["nodes"] = len(done.results)
        _stop_on_broken_models(done, build)


def tests_step(build: Build, reporter: Reporter, dbt: DbtSession) -> None:
    """Run the dbt tests on what the models made; what they find is weighed with the rules."""
    with build.step("test") as record, reporter.step("Testing models") as tick:
        tested = dbt.run(
            "test",
            ["test", "--exclude-resource-type", "unit_test"],
            variables=build.state["variables"],
            folder=build.folder,
            progress=tick,
        )
        record["nodes"] = len(tested.results)
        build.state["status"] = "built"


def _stop_on_broken_models(done: DbtStep, build: Build) -> None:
    # An exposure ends as 'no-op'; only these words mean that a model or seed is missing or old.
    bad = ("error", "runtime error", "fail", "skipped", "partial success")
    broken = [result for result in done.results if result["status"] in bad]
    failed = [result for result in broken if result["status"] != "skipped"]
    if not broken:
        return
    first = (failed or broken)[0]
    message = private(str(first.get("message") or ""))  # it may quote a value of a row
    raise DataError(
        f"{len(failed)} of {len(done.results)} models failed and "
        f"{len(broken) - len(failed)} were skipped; first {first['unique_id']}: {message}",
        hint=f"Logs: {build.folder / 'logs'}. The last published build is still served.",
    )


def validate_step(build: Build, reporter: Reporter, rules: RulesProcess) -> Verdict:
    """Collect the results of the dbt tests, run the Great Expectations rules, and weigh both."""
    if (build.state["steps"].get("test") or {}).get("status") != "done":
        raise UsageError(
            f"The build {build.build_id} did not finish.", hint="Run 'halftime build' again."
        )
    found = build.folder / "rules"
    build.state.pop("verdict", None)  # an older verdict must not outlive a check that fails
    for stale in found.glob("*.parquet"):
        stale.unlink()
    with build.step("validate") as record:
        target = build.folder / "dbt" / "test"
        collect_dbt_tests(
            target / "run_results.json",
            target / "manifest.json",
            build.home.warehouse,
            build.build_id,
            found,
        )
        served = served_database(build.home)
        remember_volume(build.home, served, _loads_that_count(build))
        with reporter.step("Checking rules") as tick:
            rules.check(tick)
        changes = review(
            PROJECT_ROOT,
            target / "manifest.json",
            build.home.warehouse,
            build_id=build.build_id,
            previous=served,
            waivers=read_waivers(build.state.get("waivers", ())),
            out_dir=found,
        )
        say_changes(changes, reporter)
        verdict = read_verdict(found)
        record |= {"verdict": verdict.verdict, "rules": verdict.rule_count}
        build.state |= {"verdict": verdict.verdict, "status": "validated"}
        record_rules(build.home, build.build_id, found)
    return verdict


def _loads_that_count(build: Build) -> int:
    """Return the last load that this build looks at."""
    return min(int(build.state["last_load_id"]), int(build.state["variables"]["loaded_until"]))


def served_database(home: Home) -> Path | None:
    """Return the published file that is served now; None before the first publication.

    Where the pointer is damaged it is the one published last: the run at hand mends the pointer.
    """
    try:
        current = home.current()
    except MachineError:
        last = state_of(chain.entries(home)).last
        current = {"database": f"{last.build_id}/marts.duckdb"} if last else None
    if current is None:
        return None
    database = home.published / str(current["database"])
    return database if database.is_file() else None


def say_changes(changes: Sequence[Change], reporter: Reporter) -> None:
    """Call out by name what the build promises less than the one that is served."""
    weaker = [change for change in changes if change.is_weaker]
    if not weaker:
        return
    reporter.say()
    reporter.say("Changed since the build that is served:")
    for change in weaker[:_CHANGES_SAID]:
        reporter.say(f"             {change.sentence}")
    if len(weaker) > _CHANGES_SAID:
        reporter.say(
            f"             and {len(weaker) - _CHANGES_SAID} more; see quality.rule_change"
        )


def publish_step(build: Build, config: Config, reporter: Reporter) -> Publication:
    """Publish a validated build."""
    verdict = build.state.get("verdict")
    if verdict is None:
        raise UsageError(
            f"The build {build.build_id} was not validated.", hint="Run 'halftime validate' first."
        )
    if verdict == "failed":
        raise DataError(
            f"The build {build.build_id} broke a critical rule and is not published.",
            hint="See 'halftime status'; the last published build is still served.",
        )
    if build.state.get("configuration", config.fingerprint) != config.fingerprint:
        raise UsageError(
            f"{config.path} is not what the build {build.build_id} was made with.",
            hint="Run 'halftime build' and 'halftime validate' again, or name the file it had.",
        )
    with build.step("publish") as record, reporter.step("Publishing") as tick:
        published = publish(
            build.home,
            build.build_id,
            config,
            dbt_manifest=build.folder / "dbt" / "run" / "manifest.json",
            verdict=verdict,
            inputs={key: build.state[key] for key in ("variables", "last_load_id")},
            started_at=dt.datetime.fromisoformat(build.state["started_at"]),
            progress=tick,
        )
        record["tables"] = len(published.manifest["tables"])
        build.state["status"] = "published"
    return published


def stop_on_critical(verdict: Verdict, build: Build) -> None:
    """End the run where a critical rule is broken; a broken warning only marks the build."""
    if verdict.verdict != "failed":
        return
    build.state["status"] = "stopped"
    build.save()
    listed = "; ".join(
        f"{rule.rule_id}: {rule.sentence} "
        f"({rule.unexpected_rows:,} of {rule.evaluated_rows:,} rows)"
        for rule in verdict.broken_critical[:5]
    )
    raise DataError(
        f"{len(verdict.broken_critical)} critical "
        f"{'rule is' if len(verdict.broken_critical) == 1 else 'rules are'} broken, "
        f"so nothing was published. {listed}",
        hint=f"See 'halftime rules --broken --home {build.home.root}'; evidence in "
        f"{build.folder / 'rules'}. "
        + (
            "The last published build is still served."
            if build.home.current_file.is_file()
            else "Nothing was published before, so nothing is served."
        ),
    )


def run(
    home: Home, config: Config, options: Options, reporter: Reporter
) -> tuple[LandingReport, Verdict, Publication]:
    """Walk the whole road once, under the lock of this home."""
    check_landing(config)
    home.create()
    with (
        home.lock() as held,
        remembered(held, "run", config) as memory,
        ExitStack() as waiting,
    ):
        with dbt_session(held) as dbt:
            dbt.read_ahead()
            landed = land_step(held, config, reporter)
            if dbt.is_reading:
                with reporter.step("Reading models"):
                    dbt.finish_reading()
            retention_step(held, config, options, reporter)
            build = Build.create(held, config, options)
            memory.build_id = build.build_id
            models_step(build, reporter, dbt)
            # Its slow import falls into the tests, which need little more than one core.
            rules = waiting.enter_context(rules_process(held, build.build_id))
            tests_step(build, reporter, dbt)
        verdict = validate_step(build, reporter, rules)
        memory.verdict = verdict.verdict
        stop_on_critical(verdict, build)
        published = publish_step(build, config, reporter)
    return landed, verdict, published


def contracts() -> dict:
    """Return the contracts of this project."""
    return load_contracts(PROJECT_ROOT)
