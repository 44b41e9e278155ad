"""What became of the rules and definitions since the build that is served; pure.

A rule that is gone, weighs less, tolerates more, accepts more or is waived is called out by name.
Where the text of a rule changed nobody can tell by machine whether it asks for less, so that is
called out too, with what was there before and what is there now.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quality.results import SEVERITIES
from quality.waivers import Waiver

Row = Mapping[str, Any]

#: Columns of the registry that a new version is allowed to change without being a definition.
_OUTSIDE_THE_DEFINITION = ("version", "valid_from")
_SHOWN = 400


@dataclass(frozen=True)
class Change:
    """One change: ``subject`` is 'rule', 'waiver' or 'definition'.

    ``is_weaker`` marks what an auditor must be told: the build promises less than the one before,
    or says something else under the same name.
    """

    subject: str
    rule_id: str
    change: str
    is_weaker: bool
    sentence: str
    before: str = ""
    after: str = ""


def _weaker(
    subject: str, name: str, change: str, sentence: str, before: str = "", after: str = ""
) -> Change:
    return Change(
        subject, name, change, is_weaker=True, sentence=sentence, before=before, after=after
    )


def _neutral(
    subject: str, name: str, change: str, sentence: str, before: str = "", after: str = ""
) -> Change:
    return Change(
        subject, name, change, is_weaker=False, sentence=sentence, before=before, after=after
    )


def rule_changes(before: Iterable[Row], now: Iterable[Row]) -> list[Change]:
    """Compare the rules of two builds.

    A row has ``rule_id``, ``severity`` and, where the earlier build kept them, ``definition``,
    ``accepted_values``, ``tolerance_share`` and ``tolerance_rows``.
    """
    old = {str(row["rule_id"]): row for row in before}
    new = {str(row["rule_id"]): row for row in now}
    changes = [
        _weaker("rule", name, "removed", f"The rule {name} is gone.", _told(old[name]))
        for name in sorted(set(old) - set(new))
    ]
    changes += [
        _neutral("rule", name, "added", f"The rule {name} is new.", "", _told(new[name]))
        for name in sorted(set(new) - set(old))
    ]
    for name in sorted(set(old) & set(new)):
        changes += _severity(name, old[name], new[name])
        if old[name].get("definition") is not None:
            changes += _tolerance(name, old[name], new[name])
            changes += _accepted(name, old[name], new[name])
            changes += _definition(name, old[name], new[name])
    return changes


def _told(row: Row) -> str:
    return f"{row['severity']}: {row.get('sentence') or ''}"[:_SHOWN]


def _severity(name: str, old: Row, new: Row) -> list[Change]:
    was, now = str(old["severity"]), str(new["severity"])
    if was == now:
        return []
    lowered = SEVERITIES.index(now) > SEVERITIES.index(was)
    word = "lowered" if lowered else "raised"
    told = f"The severity of {name} was {word} from {was} to {now}."
    return [Change("rule", name, f"severity_{word}", lowered, told, was, now)]


def _tolerance(name: str, old: Row, new: Row) -> list[Change]:
    was = (float(old["tolerance_share"]), int(old["tolerance_rows"]))
    now = (float(new["tolerance_share"]), int(new["tolerance_rows"]))
    if was == now:
        return []
    widened = now[0] > was[0] or now[1] > was[1]
    word = "widened" if widened else "narrowed"
    texts = [f"{share:.2%} of the rows, or {rows}" for share, rows in (was, now)]
    told = f"The tolerance of {name} was {word} from {texts[0]} to {texts[1]}."
    return [Change("rule", name, f"tolerance_{word}", widened, told, *texts)]


def _accepted(name: str, old: Row, new: Row) -> list[Change]:
    was, now = (set(filter(None, str(row["accepted_values"]).split("\n"))) for row in (old, new))
    changes = []
    if more := now - was:
        # A set that was taken away altogether accepts everything.
        told = f"{name} accepts more: {', '.join(sorted(more))}."
        changes.append(_weaker("rule", name, "values_added", told, "", ", ".join(sorted(more))))
    if fewer := was - now:
        told = f"{name} no longer accepts {', '.join(sorted(fewer))}."
        changes.append(
            Change("rule", name, "values_removed", not now, told, ", ".join(sorted(fewer)), "")
        )
    return changes


def _definition(name: str, old: Row, new: Row) -> list[Change]:
    was, now = str(old["definition"]), str(new["definition"])
    if was == now:
        return []
    before, after = _differing(was.splitlines(), now.splitlines())
    told = f"What {name} asks for was changed; whether it asks for less has to be read."
    return [_weaker("rule", name, "definition_changed", told, before, after)]


def _differing(old: Sequence[str], new: Sequence[str]) -> tuple[str, str]:
    """Return the lines that only the one and only the other has; of long ones the place."""
    gone = [line for line in old if line not in new]
    come = [line for line in new if line not in old]
    if len(gone) == len(come) == 1 and max(len(gone[0]), len(come[0])) > _SHOWN:
        blocks = difflib.SequenceMatcher(None, gone[0], come[0], autojunk=False).get_opcodes()
        touched = [block for block in blocks if block[0] != "equal"]
        start, end = touched[0], touched[-1]
        gone = [gone[0][max(start[1] - 60, 0) : end[2] + 60]]
        come = [come[0][max(start[3] - 60, 0) : end[4] + 60]]
    return "; ".join(gone)[:_SHOWN], "; ".join(come)[:_SHOWN]


def waiver_changes(
    before: Iterable[Row], waivers: Iterable[Waiver], rule_ids: Iterable[str], as_of: dt.date | None
) -> list[Change]:
    """Say which waivers are new, were prolonged, ran out, or name no rule.

    A waiver that ran out is said in every build until it is taken out of the configuration.
    """
    known = set(rule_ids)
    was = {str(row["rule_id"]): row.get("waived_until") for row in before if row.get("is_waived")}
    changes, in_force = [], set()
    for waiver in waivers:
        name, until = waiver.rule_id, waiver.until.isoformat()
        who = f"{waiver.owner}, until {until}: {waiver.reason}"
        if name not in known:
            told = f"A waiver names {name}, and there is no such rule."
            changes.append(_weaker("waiver", name, "waiver_unknown", told, "", who))
        elif not waiver.counts(as_of):
            told = f"The waiver of {name} ran out on {until} and no longer counts."
            changes.append(_weaker("waiver", name, "waiver_expired", told, who, ""))
        else:
            in_force.add(name)
            if name not in was:
                told = f"{name} is waived until {until} by {waiver.owner}: {waiver.reason}"
                changes.append(_weaker("waiver", name, "waived", told, "", who))
            elif was[name] is not None and waiver.until > _as_day(was[name]):
                told = f"The waiver of {name} was prolonged from {was[name]} to {until}."
                changes.append(
                    _weaker("waiver", name, "waiver_prolonged", told, str(was[name]), who)
                )
    changes += [
        _neutral("waiver", name, "waiver_ended", f"{name} is no longer waived.")
        for name in sorted(set(was) - in_force - {change.rule_id for change in changes})
    ]
    return changes


def _as_day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def definition_changes(before: Iterable[Row], now: Iterable[Row]) -> list[Change]:
    """Compare the registry of indicators of two builds, column by column.

    Rows are those of ``seeds/indicators.csv``. A definition that says something else under the same
    version is called out; one with a higher version is told.
    """
    old, new = _by_measure(before), _by_measure(now)
    changes = [
        _weaker("definition", name, "removed", f"The definition of {name} is gone.")
        for name in sorted(set(old) - set(new))
    ]
    changes += [
        _neutral("definition", name, "added", f"{name} is defined for the first time.")
        for name in sorted(set(new) - set(old))
    ]
    for name in sorted(set(old) & set(new)):
        was, is_ = old[name], new[name]
        columns = [
            column
            for column in sorted(set(was) & set(is_) - set(_OUTSIDE_THE_DEFINITION))
            if str(was[column]) != str(is_[column])
        ]
        versions = (int(was["version"]), int(is_["version"]))
        if not columns and versions[0] <= versions[1]:
            continue
        texts = [
            "; ".join(f"{column}: {row[column]}" for column in columns)[:_SHOWN]
            for row in (was, is_)
        ]
        if versions[1] > versions[0]:
            told = f"{name} has version {versions[1]}: {', '.join(columns) or 'nothing'} changed."
            changes.append(_neutral("definition", name, "new_version", told, *texts))
        else:
            told = (
                f"The definition of {name} was changed ({', '.join(columns) or 'version'}) "
                f"without a new version: it says {versions[1]}, the build before {versions[0]}."
            )
            kind = "changed_without_version"
            changes.append(_weaker("definition", name, kind, told, *texts))
    return changes


def _by_measure(rows: Iterable[Row]) -> dict[str, Row]:
    return {f"{row['indicator_id']}/{row['measure_id']}": row for row in rows}
