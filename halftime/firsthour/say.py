"""Tell a person what a check found, the most important first, in lines that fit a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sized

from halftime.console import Reporter
from halftime.firsthour.check import CheckReport, Rejection
from halftime.firsthour.requirements import Possible
from halftime.firsthour.spelling import ALIAS_OBJECTS, alias_line
from halftime.firsthour.undated import LOST

_MANY = 12


def say_check(report: CheckReport, reporter: Reporter) -> None:
    """Print the whole report."""
    _say_files(report, reporter)
    _say_rejections(report, reporter)
    _say_hidden(report, reporter)
    _say_columns(report, reporter)
    _say_names(report, reporter)
    _say_near(report, reporter)
    _say_undated(report, reporter)
    if report.possible is not None:
        _say_possible(report.possible, report.computed, reporter)
    reporter.say()
    if report.critical:
        reporter.say("Would stop a run:")
        for reason in report.critical:
            reporter.say(f"  {reason}")
    else:
        reporter.say(f"Nothing critical. Next: halftime run --config {report.config}")


def _say_files(report: CheckReport, reporter: Reporter) -> None:
    reporter.say(
        f"{len(report.files)} files in {report.landing}; as of {report.as_of or 'no date'}"
    )
    width = min(max((len(item.file) for item in report.files), default=4), 44)
    names = [
        f"{item.system}.{item.object}" if item.status != "unknown" else "(not claimed)"
        for item in report.files
    ]
    room = max(map(len, (*names, "object")))
    counts = f"{'rows':>9} {'accepted':>9} {'older':>7} {'rejected':>8}"
    reporter.say(f"  {'file':<{width}}  {'object':<{room}} {counts}")
    for item, name in zip(report.files, names, strict=True):
        reporter.say(
            f"  {item.file:<{width}}  {name:<{room}} {item.source_rows:>9,} {item.accepted:>9,} "
            f"{item.superseded:>7,} {item.rejected:>8,}"
            + ("" if item.status == "landed" else f"  {item.status}")
        )
    for where, glob in report.idle_globs:
        reporter.say(f"  No file fits '{glob}' ({where}).")
    for item in report.files:
        if item.status == "rejected":
            reporter.say(f"  {item.file} would be rejected whole: {item.reason}")


def _say_rejections(report: CheckReport, reporter: Reporter) -> None:
    if not report.rejections:
        return
    reporter.say()
    reporter.say("Rows that would be rejected:")
    by_file: dict[str, list[Rejection]] = defaultdict(list)
    for item in report.rejections:
        by_file[item.file].append(item)
    for file, listed in by_file.items():
        reporter.say(f"  {file}")
        for item in listed[:_MANY]:
            rows = ", ".join(map(str, item.rows)) + (" …" if item.count > len(item.rows) else "")
            what = f"{item.reason} {item.column}" if item.column else item.reason
            reporter.say(f"    {item.count:>7,}  {what}: row {rows}")
            if item.reason == "not_data":
                reporter.say("             titles, totals, footers, blank lines: nothing to mend")
            if item.hint:
                reporter.say(f"             {item.hint}")
        if len(listed) > _MANY:
            reporter.say(f"             and {len(listed) - _MANY} more reasons")


def _say_hidden(report: CheckReport, reporter: Reporter) -> None:
    if report.hidden:
        reporter.say("  behind these, and rejected next:")
    for line in report.hidden:
        reporter.say(f"    {line}")


def _say_columns(report: CheckReport, reporter: Reporter) -> None:
    odd = [item for item in report.files if item.missing or item.unknown]
    if not odd:
        return
    reporter.say()
    reporter.say("Columns:")
    for item in odd:
        for column, near in item.missing[:_MANY]:
            like = f"; is it '{near}'?" if near else ""
            reporter.say(f"  {item.file}: no {column}{like}")
        _say_more(item.missing, reporter)
        if item.unknown:
            more = f" and {len(item.unknown) - _MANY} more" if len(item.unknown) > _MANY else ""
            reporter.say(
                f"  {item.file}: kept aside, read by nothing: "
                f"{', '.join(item.unknown[:_MANY])}{more}"
            )


def _say_names(report: CheckReport, reporter: Reporter) -> None:
    if report.unmapped_stages:
        reporter.say()
        reporter.say("Stages that no map knows (add them under 'stages'):")
        for system, stage, taken, rows in report.unmapped_stages[:_MANY]:
            reporter.say(f"  {rows:>7,} rows  {system}: {stage}, taken as {taken}")
        _say_more(report.unmapped_stages, reporter)
    if report.unmatched:
        reporter.say()
        reporter.say("People who match nobody, or several (name them in a people.alias file):")
        for item in report.unmatched[:_MANY]:
            score = "" if item.score is None else f" ({item.score} of 100 alike)"
            likely = f"; likeliest {item.likeliest}{score}" if item.likeliest else ""
            reporter.say(
                f"  {item.rows:>7,} rows  {item.system}: {item.alias}, {item.reason}{likely}"
            )
        _say_more(report.unmatched, reporter)
        _say_aliases(report, reporter)


def _say_more(items: Sized, reporter: Reporter) -> None:
    """Say how many there are beside those that were listed, so that no list ends unseen."""
    if len(items) > _MANY:
        reporter.say(f"  and {len(items) - _MANY} more (--json lists all)")


def _say_aliases(report: CheckReport, reporter: Reporter) -> None:
    """Write out the file that confirms the likeliest, and where it is named."""
    lines = [
        alias_line(item.system, item.alias, item.likeliest)
        for item in report.unmatched[:_MANY]
        if item.likeliest
    ]
    if lines:
        reporter.say("  the file, where the likeliest is right:")
        for line in ("system,alias,person,confirmed_by", *lines):
            reporter.say(f"             {line}")
    if not report.reads_aliases:
        reporter.say("  and name it under sources, or nothing reads it:")
        reporter.say(f"             people: {{objects: {ALIAS_OBJECTS}}}")


def _say_near(report: CheckReport, reporter: Reporter) -> None:
    if not report.near_names:
        return
    reporter.say()
    reporter.say("Names that may be another spelling of one in their list (map them if they are):")
    for item in report.near_names[:_MANY]:
        reporter.say(
            f"  {item.rows:>7,} rows  {item.system}.{item.object}, {item.column}: "
            f"'{item.name}' for the {item.family} '{item.likeliest}', {item.why}"
        )
        reporter.say(f"             {item.mend}")
    _say_more(report.near_names, reporter)


def _say_undated(report: CheckReport, reporter: Reporter) -> None:
    if not report.undated:
        return
    reporter.say()
    reporter.say("Deals without a day (none in the file's name, no time of the last change):")
    for item in report.undated[:_MANY]:
        older = f", {item.older:,} of them older states that are read by nothing" * bool(item.older)
        reporter.say(f"  {item.rows:>7,} rows  {item.file}{older}")
    _say_more(report.undated, reporter)
    reporter.say(f"  {LOST}")
    for mend in dict.fromkeys(item.mend for item in report.undated):
        reporter.say(f"  to have them, {mend}")


def _say_possible(possible: Possible, computed: int, reporter: Reporter) -> None:
    reporter.say()
    count = f"{len(possible.possible)} of {possible.total} indicators possible"
    reporter.say(count + suffix(possible))
    reporter.say(f"  this release computes {computed} of the {possible.total}")
    for item in possible.additions[:6]:
        reporter.say(
            f"  add {item.words} for {len(item.indicators)} more: {', '.join(item.indicators)}"
        )
    if possible.coarse:
        listed = ", ".join(sorted(possible.coarse)[:_MANY])
        reporter.say(f"  coarser than they could be, or with an assumption: {listed}")


def suffix(possible: Possible) -> str:
    """Return the one addition that unlocks most, as half a sentence."""
    if not possible.additions:
        return "."
    best = possible.additions[0]
    return f"; add {best.words} for {len(best.indicators)} more."
