"""The command line. Heavy modules are imported inside the commands, so that ``--help`` is quick."""

from __future__ import annotations

import datetime as dt
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from halftime import __version__
from halftime.console import Reporter
from halftime.errors import HalftimeError, UsageError

app = typer.Typer(
    name="halftime",
    help="Turn CRM data and coaching logs into indicators that can be proved.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file.")]
LandingOption = Annotated[
    Path | None, typer.Option("--landing", help="Folder of the files; overrides the configuration.")
]
HomeOption = Annotated[
    Path,
    typer.Option("--home", envvar="HALFTIME_HOME", help="Where warehouse and builds live."),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="Look at the world on this day (YYYY-MM-DD).")
]
LoadedUntilOption = Annotated[
    int | None, typer.Option("--loaded-until", min=0, help="The last load id that counts.")
]
BuildOption = Annotated[
    str | None, typer.Option("--build", help="Id of a published build; else the served one.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
DEFAULT_CONFIG = Path("halftime.yml")
DEFAULT_HOME = Path("var")
INTERRUPTED = 130  # what Typer makes of Ctrl-C


def _config(path: Path, landing: Path | None = None) -> Any:
    from halftime.config import load_config
    from halftime.pipeline import contracts

    return load_config(path.resolve(), contracts(), landing=landing)


def _home(path: Path) -> Any:
    from halftime.home import Home

    return Home(path.resolve())


def _options(as_of: str | None, loaded_until: int | None) -> Any:
    from halftime.pipeline import Options

    try:
        day = dt.date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        raise UsageError(f"--as-of is '{as_of}'.", hint="Write a day as 2026-09-30.") from error
    return Options(as_of=day, loaded_until=loaded_until)


@app.callback(invoke_without_command=True)
def main_options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # noqa: ARG001 -- stands here for --help; main() takes it off the words
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """Turn CRM data and coaching logs into indicators that can be proved."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of exports and spreadsheets.")],
    config: Annotated[
        Path | None,
        typer.Option("--config", help="File to draft; else FOLDER/halftime.yml."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Look at a folder of files, draft its configuration, and list what is doubtful."""
    from halftime.firsthour import commands

    target = config or folder / "halftime.yml"
    commands.init(folder, target, Reporter(json_output=json_output), force=force)


@app.command()
def check(
    config: ConfigOption = DEFAULT_CONFIG,
    landing: LandingOption = None,
    json_output: JsonOption = False,
) -> None:
    """Say what would be rejected, who matches nobody and what is possible; writes nothing."""
    from halftime.firsthour import commands

    raise typer.Exit(commands.check(config, landing, Reporter(json_output=json_output)))


@app.command()
def template(
    system: Annotated[str, typer.Argument(help="people, coaching_log, tabular, salesforce …")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the templates.")],
    json_output: JsonOption = False,
) -> None:
    """Write CSV and XLSX templates with a comment per column and a filled example."""
    from halftime.firsthour import commands

    commands.template(system, out, Reporter(json_output=json_output))


@app.command()
def run(
    config: ConfigOption = DEFAULT_CONFIG,
    landing: LandingOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOfOption = None,
    loaded_until: LoadedUntilOption = None,
    json_output: JsonOption = False,
) -> None:
    """Land, run, test, validate and publish, under one lock."""
    from halftime import chain, pipeline
    from halftime.summary import run_summary, say_summary

    reporter = Reporter(json_output=json_output)
    settings, options, place = _config(config, landing), _options(as_of, loaded_until), _home(home)
    landed, verdict, published = pipeline.run(place, settings, options, reporter)
    summary = {**run_summary(landed, verdict, published), "chain_head": chain.head(place)}
    say_summary(summary, reporter, home)
    reporter.result(summary)


@app.command()
def land(
    config: ConfigOption = DEFAULT_CONFIG,
    landing: LandingOption = None,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Land the files that are new; raw is append-only."""
    from halftime import pipeline
    from halftime.history import remembered
    from halftime.summary import landing_summary, say_landing

    reporter = Reporter(json_output=json_output)
    settings, place = _config(config, landing), _home(home)
    pipeline.check_landing(settings)
    place.create()
    with place.lock() as held, remembered(held, "land", settings):
        report = pipeline.land_step(held, settings, reporter)
    summary = landing_summary(report)
    say_landing(summary, reporter)
    reporter.result(summary)


@app.command()
def build(
    config: ConfigOption = DEFAULT_CONFIG,
    landing: LandingOption = None,
    home: HomeOption = DEFAULT_HOME,
    as_of: AsOfOption = None,
    loaded_until: LoadedUntilOption = None,
    json_output: JsonOption = False,
) -> None:
    """Run models and dbt tests on what was landed, as a new build."""
    from halftime import pipeline
    from halftime.dbt import dbt_session
    from halftime.history import remembered

    reporter = Reporter(json_output=json_output)
    settings, options, place = _config(config, landing), _options(as_of, loaded_until), _home(home)
    _need_warehouse(place)
    place.create()
    with place.lock() as held, remembered(held, "build", settings) as memory:
        pipeline.prepare_raw(held)
        pipeline.retention_step(held, settings, options, reporter)
        made = pipeline.Build.create(held, settings, options)
        memory.build_id = made.build_id
        with dbt_session(held) as dbt:
            pipeline.models_step(made, reporter, dbt)
            pipeline.tests_step(made, reporter, dbt)
    reporter.say(f"Built {made.build_id}. Next: halftime validate --home {home}")
    reporter.result(made.state)


@app.command()
def validate(home: HomeOption = DEFAULT_HOME, json_output: JsonOption = False) -> None:
    """Check the rules on the latest build; a broken critical rule ends with exit 1."""
    from halftime import pipeline
    from halftime.history import remembered
    from halftime.rules_process import rules_process

    reporter = Reporter(json_output=json_output)
    place = _home(home)
    _need_warehouse(place)
    with place.lock() as held, remembered(held, "validate") as memory:
        made = pipeline.Build.latest(held)
        memory.build_id = made.build_id
        with rules_process(held, made.build_id) as rules:
            verdict = pipeline.validate_step(made, reporter, rules)
        memory.verdict = verdict.verdict
        pipeline.stop_on_critical(verdict, made)
    reporter.say(f"{verdict.rule_count} rules checked: {verdict.verdict}.")
    reporter.result(made.state)


@app.command()
def publish(
    config: ConfigOption = DEFAULT_CONFIG,
    landing: LandingOption = None,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Publish the latest validated build."""
    from halftime import pipeline
    from halftime.history import remembered

    reporter = Reporter(json_output=json_output)
    settings, place = _config(config, landing), _home(home)
    _need_warehouse(place)
    place.create()
    with place.lock() as held, remembered(held, "publish", settings) as memory:
        made = pipeline.Build.latest(held)
        memory.build_id, memory.verdict = made.build_id, made.state.get("verdict")
        published = pipeline.publish_step(made, settings, reporter)
    reporter.say(f"Published {published.build_id}.")
    reporter.result(published.manifest)


def _need_warehouse(place: Any) -> None:
    if not place.warehouse.is_file():
        raise UsageError(
            f"There is no warehouse in {place.root}.",
            hint="Begin with 'halftime land' or 'halftime run'.",
        )


@app.command()
def sample(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")],
    size: Annotated[str, typer.Option("--size", help="xs, demo, m, l or xl.")] = "demo",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same bytes.")] = 7,
    json_output: JsonOption = False,
) -> None:
    """Write the sample company: raw files, configuration and the planted truth."""
    from halftime.sample import SIZES, write_sample

    reporter = Reporter(json_output=json_output)
    if size not in SIZES:
        raise UsageError(
            f"There is no sample size '{size}'.", hint=f"Use one of: {', '.join(SIZES)}."
        )
    with reporter.step(f"Writing the sample company ({size})") as tick:
        report = write_sample(size, seed, out.resolve(), lambda part: tick(0, 0, part))
    reporter.say(
        f"{len(report.files)} files in {out}. Next: halftime run --config {out / 'halftime.yml'}"
    )
    reporter.result({"out": str(out), "size": size, "seed": seed, "files": report.files})


@app.command()
def reproduce(
    build: BuildOption = None,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Make an earlier build again from what was landed then; exit 1 if a table differs."""
    from halftime import reproduce as again

    reporter = Reporter(json_output=json_output)
    place = _home(home)
    _need_warehouse(place)
    place.create()
    with place.lock() as held:
        outcome = again.reproduce(held, build, reporter)
    for sentence in outcome.code_differences:
        reporter.say(f"Other code   {sentence}")
    if outcome.expired_rows:
        reporter.say(f"Expired      {outcome.expired_rows:,} rows that it read were removed since")
    reporter.say(
        f"{outcome.build_id}, loads up to {outcome.last_load_id}: "
        f"{len(outcome.equal)} tables equal, {len(outcome.different)} different"
    )
    for name in outcome.different:
        reporter.say(f"             different: {name}")
    reporter.result(outcome.to_dict())
    if outcome.different:
        raise typer.Exit(1)


@app.command()
def rules(
    home: HomeOption = DEFAULT_HOME,
    layer: Annotated[
        str | None, typer.Option("--layer", help="raw, staging, core, indicators, marts …")
    ] = None,
    broken: Annotated[bool, typer.Option("--broken", help="Only what does not hold.")] = False,
    one_by_one: Annotated[
        bool, typer.Option("--all", help="Each rule of each contract on a line of its own.")
    ] = False,
    uncovered: Annotated[
        bool, typer.Option("--uncovered", help="Columns that no rule looks at, instead of rules.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """List every rule with its last result; changes nothing."""
    from quality.listing import lines, list_catalogue, list_uncovered

    reporter = Reporter(json_output=json_output)
    if uncovered:
        found = list_uncovered(_home(home))
        for item in found:
            reporter.say(f"{item.table}.{item.column}")
        reporter.say(f"{len(found)} columns without a rule")
        reporter.result([{"table": item.table, "column": item.column} for item in found])
        return
    listing = list_catalogue(_home(home), layer=layer, broken=broken)
    for line in lines(listing, one_by_one=one_by_one or broken):
        reporter.say(line)
    reporter.result(listing.to_dict())


@app.command()
def docs(home: HomeOption = DEFAULT_HOME, json_output: JsonOption = False) -> None:
    """Write the documentation of the models as one offline page, for the page Operations."""
    from halftime.model_docs import write_docs

    reporter = Reporter(json_output=json_output)
    place = _home(home)
    _need_warehouse(place)
    with place.lock() as held:
        written = write_docs(held, reporter)
    reporter.say(f"Written to {written.page}, of build {written.build_id}.")
    reporter.result(written.to_dict())


@app.command()
def evidence(
    out: Annotated[Path, typer.Option("--out", help="Folder for the pack.")],
    build: BuildOption = None,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Write the auditor's pack of a build: one offline page, and the same as JSON and CSV."""
    from quality.evidence.pack import write_pack

    reporter = Reporter(json_output=json_output)
    with reporter.step("Gathering evidence") as tick:
        pack = write_pack(_home(home), build, out.resolve(), tick)
    reporter.say(f"{len(pack.files)} files about {pack.build_id} in {out}; open evidence.html")
    reporter.result({"build_id": pack.build_id, "out": str(pack.folder), "files": pack.files})


@app.command()
def verify(
    build: Annotated[
        str | None, typer.Option("--build", help="Files of this published build only.")
    ] = None,
    anchor: Annotated[
        str | None,
        typer.Option("--anchor", help="A head kept elsewhere that must be in the chain."),
    ] = None,
    pack: Annotated[
        Path | None, typer.Option("--pack", help="Verify this evidence pack instead of a home.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Recompute chain, history, signatures, files and tables; exit 1 naming what differs."""
    from halftime import verify as verifying

    reporter = Reporter(json_output=json_output)
    if pack is not None:
        checked = verifying.verify_pack(pack.resolve())
        _say_finding(checked.finding, reporter)
        if checked.finding is None:
            reporter.say(
                f"Sound by its own list: {checked.files} files. "
                f"Hash of the list, to be compared with the one you noted: {checked.sha256}"
            )
        reporter.result(checked.to_dict())
        raise typer.Exit(1 if checked.finding else 0)
    keys = _signing_keys(config)
    with reporter.step("Verifying") as tick:
        done = verifying.verify(_home(home), build_id=build, keys=keys, anchor=anchor, tick=tick)
    reporter.say(
        f"{done.entries} entries, {len(done.builds)} builds, {done.files} files, "
        f"{done.tables} tables"
    )
    for sign_off in done.sign_offs:
        reporter.say(
            f"             {sign_off.build_id}: {sign_off.decision} by "
            f"{sign_off.signer or 'an unknown key'} ({sign_off.role}) {sign_off.signed_at}"
            + (f" – {sign_off.note}" if sign_off.note else "")
        )
    for note in done.notes:
        reporter.say(f"             {note}")
    _say_finding(done.finding, reporter)
    if done.finding is None:
        reporter.say(f"Sound. Head of the chain, to be kept elsewhere: {done.head}")
    reporter.result(done.to_dict())
    raise typer.Exit(1 if done.finding else 0)


def _say_finding(finding: Any, reporter: Reporter) -> None:
    if finding is not None:
        reporter.say(f"DIFFERS    {finding.what}")
        reporter.say(f"Where      {finding.where}")
        reporter.say(f"Why        {finding.why}")
        reporter.say(f"Mend       {finding.mend}")


@app.command()
def sign(
    new_key: Annotated[
        Path | None,
        typer.Option("--new-key", help="Write a private key here, print the public one."),
    ] = None,
    build: Annotated[
        str | None, typer.Option("--build", help="Id of the published build to decide about.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="File of the private key.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", help="In which role, such as auditor.")
    ] = None,
    decision: Annotated[str | None, typer.Option("--decision", help="accept or reject.")] = None,
    comment: Annotated[
        str, typer.Option("--comment", help="Why. It stays for good: name no person.")
    ] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Sign a decision about a build (Ed25519), or make the key for it."""
    from halftime import sign as signing

    reporter = Reporter(json_output=json_output)
    if new_key is not None:
        public_key = signing.new_key(new_key)
        reporter.say(f"The private key is in {new_key}. The public key, for 'sign: keys:':")
        reporter.say(public_key)
        reporter.result({"file": str(new_key), "public_key": public_key})
        return
    if build is None or key is None or role is None or decision is None:
        raise UsageError(
            "A sign-off needs --build, --key, --role and --decision.",
            hint="A key is made with: halftime sign --new-key FILE",
        )
    place, keys = _home(home), _signing_keys(config)
    if not place.published.is_dir():
        raise UsageError(f"There is no home in {place.root}.", hint="Name it with --home.")
    with place.lock() as held:
        entry = signing.sign(
            held, build, key, role=role, decision=decision, comment=comment, keys=keys
        )
    signer = next((k.name for k in keys if k.public_key == entry.body["public_key"]), None)
    stranger = (
        "a key that the configuration does not name"
        if keys
        else "an unknown key, for no 'sign: keys:' was read; name the configuration with --config"
    )
    reporter.say(f"{build}: {decision} by {signer or stranger}")
    reporter.say(f"Head of the chain, to be kept elsewhere: {entry.hash}")
    reporter.result({**entry.body, "signer": signer, "head": entry.hash})


def _signing_keys(config: Path) -> Any:
    """Return whose signatures count; none without the default configuration file."""
    from halftime.config import load_signing_keys

    if config == DEFAULT_CONFIG and not config.exists():
        return ()
    if not config.is_file():
        raise UsageError(f"There is no configuration file at {config}.", hint="Check --config.")
    return load_signing_keys(config.resolve())


@app.command()
def subject(
    person: Annotated[str, typer.Option("--person", help="Id of the person, as in core.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for what is held.")],
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Write all that is held about one person, for that person: CSV per table, and a list."""
    from halftime.privacy.subject import write_subject

    reporter = Reporter(json_output=json_output)
    place = _home(home)
    _need_warehouse(place)
    with place.lock() as held:
        report = write_subject(held, person, out.resolve())
    reporter.say(f"{report['rows']} rows of {len(report['tables'])} tables in {out}")
    reporter.result(report)


@app.command()
def erase(
    person: Annotated[list[str], typer.Option("--person", help="Id of a person; can be repeated.")],
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Erase persons from warehouse, builds and files; what cannot be told from others stays."""
    from halftime.privacy.erase import erase as erase_persons

    reporter = Reporter(json_output=json_output)
    place = _home(home)
    _need_warehouse(place)
    place.create()
    with place.lock() as held, reporter.step("Erasing"):
        done = erase_persons(held, person)
    reporter.say(
        f"{done.raw_rows} raw rows, {len(done.builds)} published builds and {done.files} other "
        "files were written anew."
    )
    if done.private_rows:
        reporter.say(f"{done.private_rows} rows of private notes were removed.")
    if done.kept_names:
        reporter.say(f"{done.kept_names} names that others bear too were left as they are.")
    reporter.say(
        "Remove the person from the landing files and from packs taken away too. If the same "
        "files are landed again, the person is replaced again."
    )
    reporter.say(f"What was derived is made again by the next: halftime run --home {home}")
    reporter.result(done.to_dict())


@app.command()
def reveal(
    pseudonym: Annotated[str, typer.Argument(help="As a page or an export shows it.")],
    by: Annotated[str, typer.Option("--by", help="Who asks.")] = "",
    approved_by: Annotated[
        str, typer.Option("--approved-by", help="Who approves; somebody else.")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why. It stays in the log.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Tell whose a pseudonym is: two people answer for it, and each attempt is logged."""
    from halftime.privacy.reveal import Request
    from halftime.privacy.reveal import reveal as reveal_person

    reporter = Reporter(json_output=json_output)
    place, keys = _home(home), _signing_keys(config)
    _need_warehouse(place)
    with place.lock() as held:
        found = reveal_person(held, Request(pseudonym, by, approved_by, reason), keys)
    reporter.say(
        f"{pseudonym} is {found.full_name or 'a person without a name'}, {found.person_id}"
    )
    reporter.say("This was written to the log of reveals.")
    if not keys:
        reporter.say("Nobody is listed under 'sign: keys:', so both names are claims.")
    reporter.result(found.to_dict())


@app.command()
def trace(
    figure: Annotated[
        str | None,
        typer.Argument(help="PI-11:by_count@manager=ID@quarter=2026-01-01[@product=ID]"),
    ] = None,
    indicator: Annotated[str | None, typer.Option("--indicator", help="PI-11, CO-01 …")] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", help="Else the headline measure.")
    ] = None,
    entity_type: Annotated[
        str | None,
        typer.Option("--entity-type", help="rep, manager, manager_org, team, region, company."),
    ] = None,
    entity: Annotated[
        str | None, typer.Option("--entity", help="Id or name; else the company.")
    ] = None,
    grain: Annotated[str | None, typer.Option("--grain", help="week, month, quarter …")] = None,
    period: Annotated[
        str | None,
        typer.Option("--period", help="First day or label; else the last whole one."),
    ] = None,
    dimension: Annotated[str | None, typer.Option("--dimension", help="product or area.")] = None,
    member: Annotated[str | None, typer.Option("--member", help="Which product or area.")] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", help="Else the reporting currency.")
    ] = None,
    build: BuildOption = None,
    csv_folder: Annotated[
        Path | None, typer.Option("--csv", help="Folder for all rows and statements.")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Show the statements too.")] = False,
    home: HomeOption = DEFAULT_HOME,
    json_output: JsonOption = False,
) -> None:
    """Follow a figure to its rows and files and recompute it; exit 1 if it does not agree."""
    from quality.trace import report as tracing
    from quality.trace.figure import Wanted, parse_figure

    reporter = Reporter(json_output=json_output)
    options = Wanted(
        indicator, measure, entity_type, entity, grain, period, dimension, member, currency
    )
    wanted = options.over(parse_figure(figure) if figure else Wanted())
    if wanted.indicator is None:
        raise UsageError(
            "No figure is named.", hint="Write 'halftime trace PI-11' or give --indicator."
        )
    found = tracing.trace(_home(home), build, wanted)
    tracing.say(found, reporter, with_sql=sql)
    if csv_folder is not None:
        files = tracing.write_csv(found, csv_folder.resolve())
        reporter.say(f"{len(files)} files in {csv_folder}")
    reporter.result(found.to_dict())
    if not found.agrees:
        raise typer.Exit(1)


@app.command()
def status(home: HomeOption = DEFAULT_HOME, json_output: JsonOption = False) -> None:
    """Show what is served, how old it is, and how the last builds ended."""
    from halftime.summary import home_status, say_status

    reporter = Reporter(json_output=json_output)
    state = home_status(_home(home))
    say_status(state, reporter)
    reporter.result(state)


@app.command()
def dashboard(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to serve at.")] = 8501,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            help="Says who may see what ('access') and where records are ('record_url'); "
            "halftime.yml of this folder, if there is one.",
        ),
    ] = None,
) -> None:
    """Serve the published build until it is stopped with Ctrl-C; on 127.0.0.1 without 'access'."""
    from halftime.access import Access
    from halftime.config import load_access, load_record_urls
    from halftime.contracts import load_contracts
    from halftime.home import PROJECT_ROOT
    from halftime.serve import serve

    chosen = config or (DEFAULT_CONFIG if DEFAULT_CONFIG.is_file() else None)
    access = load_access(chosen) if chosen else Access()
    links = load_record_urls(chosen, load_contracts(PROJECT_ROOT)) if chosen else {}
    raise typer.Exit(serve(_home(home), access, port, links))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; only ``--debug`` shows a traceback."""
    words = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    reporter = Reporter(json_output="--json" in words)
    try:
        code = app(args=words, prog_name="halftime", standalone_mode=False)
    except HalftimeError as error:
        if debug:
            raise
        reporter.error(error.message, error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        return _stopped(reporter)
    except Exception as error:  # noqa: BLE001 -- the last line of defence: no user sees a traceback
        return _unexpected(error, reporter, debug=debug)
    if code == INTERRUPTED:
        return _stopped(reporter)
    return code if isinstance(code, int) else 0


def _stopped(reporter: Reporter) -> int:
    reporter.error("Stopped by the user.", "The last published build is still served.")
    return 1


def _unexpected(error: Exception, reporter: Reporter, *, debug: bool) -> int:
    """Report what is neither an error of ours nor of the user's input."""
    from halftime.home import file_in_use, is_file_in_use, is_machine_trouble

    if hasattr(error, "format_message"):  # Typer's own usage errors share no public base class
        if message := error.format_message():  # empty after the help that a bare call prints
            reporter.error(message, "See 'halftime --help'.")
        return 2
    if isinstance(error, typer.Abort):
        return _stopped(reporter)
    if debug:
        raise error
    first = (str(error).splitlines() or [""])[0]
    if is_file_in_use(first):
        held = file_in_use("The command could not go on")
        reporter.error(held.message, held.hint)
        return held.exit_code
    if isinstance(error, OSError) or is_machine_trouble(first):
        reporter.error(f"The machine did not allow it: {first}", "Check disk space and rights.")
        return 3
    reporter.error(
        f"Unexpected {type(error).__name__}: {first}",
        "This is a defect of Halftime; run again with --debug and report it.",
    )
    return 1


def entry_point() -> None:
    """Console script; a polite kill (SIGTERM) ends it as Ctrl-C does, children included."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())


if __name__ == "__main__":
    entry_point()
