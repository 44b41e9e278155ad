"""The verbs of the first hour, as :mod:`halftime.cli` calls them."""

from __future__ import annotations

from pathlib import Path

from halftime.console import Reporter
from halftime.errors import UsageError
from halftime.home import PROJECT_ROOT, machine_errors, write_atomically


def init(folder: Path, config: Path, reporter: Reporter, *, force: bool) -> None:
    """Draft a configuration from a folder of files and list the doubts about it."""
    from halftime.config import load_config
    from halftime.firsthour.draft import draft
    from halftime.firsthour.render import as_json, yaml_text
    from halftime.pipeline import contracts

    if config.exists() and not force:
        raise UsageError(
            f"{config} exists already, and is left as it is.",
            hint="Draft elsewhere with --config FILE, or write over it with --force.",
        )
    if folder.is_dir() and not config.parent.is_dir():
        raise UsageError(f"There is no folder {config.parent}.", hint="Check --config.")
    with reporter.step("Looking at the files"):
        made = draft(folder, config, contracts(), PROJECT_ROOT / "seeds")
    with machine_errors(f"write {config}"):
        write_atomically(config, yaml_text(made))
    load_config(config.resolve(), contracts())  # what is drafted must be what is accepted
    reporter.say(f"{len(made.tables)} tables looked at:")
    for drafts in made.objects.values():
        for one in drafts:
            for found in one.guesses:
                name = f"{one.contract.system}.{one.contract.object}"
                reporter.say(f"  {found.score:.2f}  {name:<32} {found.table.label}")
    for table, shape in made.matrices:
        name = f"{shape.contract.system}.{shape.contract.object}"
        reporter.say(f"   day  {name:<32} {table.label}: a column per day")
    for table, why in made.left_out:
        reporter.say(f"  ----  {'left out':<32} {table.label}: {why}")
    reporter.say()
    reporter.say(f"{len(made.doubts)} doubts, most important first:")
    for number, item in enumerate(made.doubts, start=1):
        reporter.say(f"{number:>4}. {item.text}")
        reporter.say(f"      {item.where}")
    reporter.say()
    reporter.say(
        f"Drafted {config}. Confirm the doubts in it, then: halftime check --config {config}"
    )
    reporter.result(as_json(made, str(config)))


def check(config: Path, landing: Path | None, reporter: Reporter) -> int:
    """Try a configuration; return 1 if something would be rejected critically."""
    from halftime.config import load_config
    from halftime.firsthour import check as trial
    from halftime.firsthour.say import say_check
    from halftime.pipeline import contracts

    settings = load_config(config.resolve(), contracts(), landing=landing)
    report = trial.check(settings, contracts(), reporter)
    say_check(report, reporter)
    reporter.result(report.to_dict())
    return 1 if report.critical else 0


def template(system: str, out: Path, reporter: Reporter) -> None:
    """Write the templates of a system."""
    from halftime.firsthour.template import write_templates
    from halftime.pipeline import contracts

    files = write_templates(system, out, contracts())
    reporter.say(f"{len(files)} templates in {out}, each with a filled example in row 2:")
    for path in files:
        reporter.say(f"  {path.name}")
    reporter.result({"system": system, "out": str(out), "files": [path.name for path in files]})
