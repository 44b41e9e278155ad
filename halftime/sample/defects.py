"""Planted defects: what is wrong where, and what should become of it.

A defect that must be rejected sits in a record of its own (or in a newer version of a good one),
so that the truth of the other rows stays known. A defect that must be accepted is a good row,
changed. The detail of a defect gives the planted cell as ``header=text``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from halftime.sample import names
from halftime.sample.company import SHARED_NAME, Company
from halftime.sample.deals import REOPENED, Deals
from halftime.sample.files import Defect, Planted, SourceFile
from halftime.sample.text import DAY, number_text, salesforce_id
from halftime.sample.world import World

NBSP = "\u00a0"
UNMATCHED_COACH = "Jordan Castellanos (agency)"
UNMATCHED_REP = "Temp Account 2"
UNKNOWN_STAGE = "Verbal Commit"


@dataclass
class RawFile:
    """A file that is written as bytes, and what should become of it."""

    path: str
    defect: Defect
    object: str
    content: Callable[[dict[str, bytes]], bytes]  # given the bytes of the other files by path


@dataclass
class Outcome:
    """What planting changed beyond the files themselves."""

    raw_files: list[RawFile] = field(default_factory=list)
    aliases: list[tuple[str, str, int]] = field(default_factory=list)
    deleted_deals: int = 0
    unmapped_deals: int = 0


class Planter:
    """Plants into one file; rows come from a shuffled supply, each used once."""

    def __init__(self, file: SourceFile, rows: np.ndarray, rng: np.random.Generator) -> None:
        self.file = file
        self.rng = rng
        self._rows: Iterator[int] = iter(rng.permutation(rows).tolist())
        self._serial = 0

    def place(self) -> int:
        """Choose a clean row before which to plant."""
        return int(self.rng.integers(0, self.file.table.num_rows + 1))

    def next_row(self) -> int:
        """Give a clean row that nothing else has touched."""
        return next(self._rows)

    def _template(self) -> dict[str, str | None]:
        return self.file.values(self.next_row())

    def changed(
        self, defect: str, header: str, change: Callable[[str], str], outcome: str = "accepted"
    ) -> dict[str, str | None]:
        """Change one cell of a good row; it must still be accepted."""
        values = self.file.take(self.next_row())
        values[header] = change(values[header] or "")
        self.file.plant(self.place(), Planted((_cell(defect, outcome, values, header),), values))
        return values

    def bad(self, defect: str, header: str, text: str, outcome: str, key: dict[str, str]) -> None:
        """Add a record of its own with one bad cell; it must be rejected."""
        values: dict[str, str | None] = {**self._template(), **key, header: text}
        record = Planted((_cell(defect, outcome, values, header),), values, outcome="rejected")
        self.file.plant(self.place(), record)

    def add(self, defect: str, outcome: str, header: str, change: dict[str, str | None]) -> None:
        """Add a good record of its own with something remarkable in it; it must be accepted."""
        values = {**self._template(), **change}
        self.file.plant(self.place(), Planted((_cell(defect, outcome, values, header),), values))

    def duplicate(self) -> None:
        """Write a good row twice; the later record is the newer version."""
        values = self.file.take(self.next_row())
        self.file.plant(
            self.place(),
            Planted(
                (Defect("duplicate_row", "superseded", "written twice, first"),),
                values,
                outcome="superseded",
            ),
            Planted((Defect("duplicate_row", "accepted", "written twice, second"),), values),
        )

    def ragged(self) -> None:
        """Add a record with too few fields and one with too many, and a blank line."""
        separator = self.file.delimiter
        width = len(self.file.table.column_names)
        key = f"RAGGED-{self.file.object}"
        for fields in (max(2, width - 3), width + 2):
            line = separator.join([key, *["x"] * (fields - 1)]) + "\n"
            defect = Defect("ragged_row", "rejected:ragged_row:", f"fields={fields}")
            self.file.plant(self.place(), Planted((defect,), line=line, outcome="rejected"))
        blank = Defect("blank_line", "rejected:not_data:", "fields=0")
        self.file.plant(self.place(), Planted((blank,), line="\n", outcome="rejected"))


def _cell(defect: str, outcome: str, values: dict[str, str | None], header: str) -> Defect:
    return Defect(defect, outcome, f"{header}={values.get(header) or ''}")


def _spaces(text: str) -> str:
    return f"{NBSP}{text}{NBSP}  "


def _serial_ids(prefix: str, first: int) -> Iterator[str]:
    number = first
    while True:
        yield str(salesforce_id(prefix, np.array([number]))[0].as_py())
        number += 1


def _users(plant: Planter, rounds: int) -> None:
    for _ in range(rounds):
        plant.changed("nbsp_and_blanks", "Name", _spaces)
        plant.bad("missing_key", "Id", "", "rejected:missing:id", {"Email": "", "Name": "Nobody"})
        plant.duplicate()
    plant.file.header_notes.append(Defect("byte_order_mark", "accepted", "UTF-8 with BOM"))


def _accounts(plant: Planter, rounds: int, ids: Iterator[str]) -> None:
    for _ in range(rounds):
        plant.changed("nbsp_and_blanks", "Name", _spaces)
        plant.changed("embedded_newline", "Name", lambda text: text.replace(" ", "\n", 1))
        plant.changed("zero_filled_null", "NumberOfEmployees", lambda _: "0")
        for header, text, rule in (
            ("NumberOfEmployees", "1.7", "unparsable:employee_count"),
            ("NumberOfEmployees", "about 200", "unparsable:employee_count"),
            ("AnnualRevenue", "n/a", "unparsable:annual_revenue"),
            ("CreatedDate", "2025-02-30T10:00:00.000Z", "unparsable:created_at"),
            ("Name", "  ", "missing:name"),
        ):
            plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.add("deleted_record", "accepted", "IsDeleted", {"Id": next(ids), "IsDeleted": "true"})
        plant.duplicate()
        plant.ragged()


def _kind(rule: str, text: str) -> str:
    reason = rule.split(":")[0]
    if text.startswith(("2025-02-30", "30/02", "2026-13")):
        return "impossible_date"
    return {
        "unparsable": "wrong_type",
        "missing": "missing_value",
        "out_of_range": "negative_amount" if text.startswith("-") else "out_of_range",
        "not_accepted": "unknown_value",
        "ambiguous_date": "ambiguous_date",
    }[reason]


def _opportunities(
    base: Planter, delta: Planter, rounds: int, ids: Iterator[str], outcome: Outcome
) -> None:
    plain = base.file
    for _ in range(rounds):
        for header, text, rule in (
            ("Amount", "-2500.00", "out_of_range:amount"),
            ("Amount", "twelve thousand", "unparsable:amount"),
            ("Amount", "NaN", "unparsable:amount"),
            ("Amount", "1_000", "unparsable:amount"),
            ("CloseDate", "2025-02-30", "unparsable:close_date"),
            ("CloseDate", "soon", "unparsable:close_date"),
            ("CloseDate", "", "missing:close_date"),
            ("StageName", " ", "missing:stage_name"),
            ("IsWon", "maybe", "unparsable:is_won"),
            ("CreatedDate", "yesterday", "unparsable:created_at"),
        ):
            base.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        base.duplicate()
        base.ragged()
        base.changed("nbsp_and_blanks", "StageName", lambda text: f"{text}{NBSP} ")
        base.changed(
            "embedded_newline", "NextStep", lambda _: "Call the sponsor\nthen send the plan"
        )
        base.add("deleted_record", "accepted", "IsDeleted", {"Id": next(ids), "IsDeleted": "true"})
        base.add(
            "unknown_stage",
            f"unmapped_stage:{UNKNOWN_STAGE}",
            "StageName",
            {"Id": next(ids), "StageName": UNKNOWN_STAGE, "IsClosed": "false", "IsWon": "false"},
        )
        outcome.deleted_deals += 1
        outcome.unmapped_deals += 1

        # An old version that arrives late, one of them with the 15-character id.
        for defect, width in (("late_version", 18), ("late_version_id_15", 15)):
            values = plain.values(base.next_row())
            values |= {
                "Id": (values["Id"] or "")[:width],
                "StageName": names.OPEN_STAGES[0],
                "IsClosed": "false",
                "IsWon": "false",
                "SystemModstamp": values["CreatedDate"],
            }
            delta.file.plant(
                delta.place(),
                Planted((_cell(defect, "superseded", values, "Id"),), values, outcome="superseded"),
            )

        # A newer version that cannot be read: the older one stays current and is flagged.
        row = base.next_row()
        values = plain.values(row) | {"Amount": "12k", "SystemModstamp": "2026-09-30T20:00:00.000Z"}
        delta.file.plant(
            delta.place(),
            Planted(
                (_cell("bad_newer_version", "rejected:unparsable:amount", values, "Amount"),),
                values,
                outcome="rejected",
            ),
        )
        plain.notes.append(
            (
                row,
                Defect(
                    "bad_newer_version", "flagged:has_rejected_newer_version", f"Id={values['Id']}"
                ),
            )
        )


def _histories(plant: Planter, rounds: int, ids: Iterator[str], unknown: Iterator[str]) -> None:
    for _ in range(rounds):
        for header, text, rule in (
            ("Amount", "-1.00", "out_of_range:amount"),
            ("Amount", "abc", "unparsable:amount"),
            ("StageName", "", "missing:stage_name"),
            ("CreatedDate", "", "missing:created_at"),
            ("CloseDate", "2026-13-01", "unparsable:close_date"),
        ):
            plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.add(
            "orphan",
            "orphan:opportunity_id",
            "OpportunityId",
            {"Id": next(ids), "OpportunityId": next(unknown)},
        )
        plant.duplicate()
        plant.ragged()


def _tasks(plant: Planter, rounds: int, ids: Iterator[str], unknown: Iterator[str]) -> None:
    for _ in range(rounds):
        for header, text, rule in (
            ("CallDurationInSeconds", "two minutes", "unparsable:call_duration_seconds"),
            ("OwnerId", "", "missing:owner_id"),
            ("ActivityDate", "2026-13-01", "unparsable:activity_date"),
        ):
            plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.changed("embedded_newline", "Subject", lambda text: f'{text}\nas agreed, "soon"')
        plant.add("orphan", "orphan:what_id", "WhatId", {"Id": next(ids), "WhatId": next(unknown)})
        plant.duplicate()
        plant.ragged()


def _events(plant: Planter, rounds: int, ids: Iterator[str]) -> None:
    for _ in range(rounds):
        for header, text, rule in (
            ("DurationInMinutes", "-30", "out_of_range:duration_minutes"),
            ("StartDateTime", "after lunch", "unparsable:start_at"),
        ):
            plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"Id": next(ids)})
        plant.add("deleted_record", "accepted", "IsDeleted", {"Id": next(ids), "IsDeleted": "true"})
        plant.duplicate()


def _numbered(prefix: str) -> Iterator[str]:
    number = 900_001
    while True:
        yield f"{prefix}{number}"
        number += 1


SIX_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d %b %Y", "%Y/%m/%d")


def _sessions(
    plant: Planter,
    rounds: int,
    ids: Iterator[str],
    closed_deals: list[tuple[str, int]],
) -> None:
    file = plant.file
    name = f"{SHARED_NAME[0]} {SHARED_NAME[1]}"
    held: dict[str, str | None] = {
        "status": "held",
        "cancelled_by": None,
        "moved_from_date": None,
        "opportunity_id": None,
    }
    for number in range(rounds):
        for style in SIX_FORMATS:
            row = plant.next_row()
            # With a day after the 12th only one configured format can read the date.
            while int((file.values(row)["session_date"] or "")[8:10]) < 13:
                row = plant.next_row()
            values = file.take(row)
            moment = np.datetime64(values["session_date"], "D").astype(object)
            values["session_date"] = moment.strftime(style)
            defect = _cell("date_format", "accepted", values, "session_date")
            file.plant(plant.place(), Planted((defect,), values))
        for header, text, rule in (
            ("session_date", "03/04/2026", "ambiguous_date:session_date"),
            ("session_date", "30/02/2026", "unparsable:session_date"),
            ("session_date", "", "missing:session_date"),
            ("duration_minutes", "an hour", "unparsable:duration_minutes"),
            ("duration_minutes", "9999", "out_of_range:duration_minutes"),
            ("coach", NBSP, "missing:coach"),
            ("area", "small talk", "not_accepted:area"),
            ("mode", "telepathy", "not_accepted:mode"),
            ("status", "perhaps", "not_accepted:status"),
        ):
            plant.bad(
                _kind(rule, text), header, text, f"rejected:{rule}", {"session_id": next(ids)}
            )
        plant.add(
            "agreeing_date_formats",
            "accepted",
            "session_date",
            {**held, "session_id": next(ids), "session_date": "05/05/2026"},
        )
        plant.add(
            "unmatched_person",
            f"unmatched:{UNMATCHED_COACH}",
            "coach",
            {"session_id": next(ids), "coach": UNMATCHED_COACH},
        )
        plant.add(
            "ambiguous_person",
            f"ambiguous:{name}",
            "coachee",
            {"session_id": next(ids), "coachee": name},
        )
        plant.add(
            "backdated_session",
            "accepted",
            "recorded_at",
            {
                **held,
                "session_id": next(ids),
                "session_date": "2026-05-04",
                "recorded_at": "2026-08-20T16:00:00Z",
            },
        )
        deal, closed_day = closed_deals[number]
        after = str(np.datetime64(closed_day + 3, "D"))
        plant.add(
            "session_after_close",
            "flagged:is_after_close",
            "opportunity_id",
            {
                **held,
                "session_id": next(ids),
                "session_date": after,
                "area": "lead_and_opportunity",
                "opportunity_id": deal,
                "recorded_at": f"{after}T18:00:00Z",
            },
        )
        plant.changed("nbsp_and_blanks", "coach", _spaces)
        plant.changed(
            "embedded_newline", "notes", lambda _: "Looked at the call.\nAgreed on one thing."
        )
        plant.changed("mapped_value", "area", lambda _: "Call coaching")
        plant.changed("mapped_value", "area", lambda _: "Deal")
        plant.duplicate()
        plant.ragged()


def _attendees(plant: Planter, rounds: int) -> None:
    for number in range(rounds):
        for header, text, rule in (
            ("score", "7", "out_of_range:score"),
            ("score", "good", "unparsable:score"),
            ("coachee", "", "missing:coachee"),
            ("attended", "probably", "unparsable:attended"),
        ):
            plant.bad(
                _kind(rule, text),
                header,
                text,
                f"rejected:{rule}",
                {"session_id": f"CS-95{number:04d}"},
            )
        plant.add("orphan", "orphan:session_id", "session_id", {"session_id": f"CS-96{number:04d}"})
        plant.duplicate()
        plant.ragged()


def _actions(plant: Planter, rounds: int, ids: Iterator[str]) -> None:
    for number in range(rounds):
        for header, text, rule in (
            ("status", "someday", "not_accepted:status"),
            ("due_date", "31.04.2026", "unparsable:due_date"),
            ("completed_date", "04/05/2026", "ambiguous_date:completed_date"),
            ("session_id", "", "missing:session_id"),
        ):
            plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"action_id": next(ids)})
        plant.add(
            "orphan",
            "orphan:session_id",
            "session_id",
            {"action_id": next(ids), "session_id": f"CS-97{number:04d}"},
        )
        plant.duplicate()
        plant.ragged()


def _policies(plant: Planter) -> None:
    values = plant.file.values(0) | {"policy_id": "POL-9", "every_n_days": "fortnightly"}
    defect = _cell("wrong_type", "rejected:unparsable:every_n_days", values, "every_n_days")
    plant.file.plant(plant.file.table.num_rows, Planted((defect,), values, outcome="rejected"))


def _roster(plant: Planter, rounds: int) -> None:
    wrong = (
        ("hire_date", "2025-02-30", "unparsable:hire_date", 1),
        ("role", "wizard", "not_accepted:role", 2),
        ("full_name", "", "missing:full_name", 3),
    )
    for header, text, rule, serial in wrong if rounds > 1 else wrong[:2]:
        key = {"person_id": f"E990{serial}", "email": f"nobody{serial}@{names.DOMAIN}"}
        plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", key)
    plant.changed("nbsp_and_blanks", "full_name", _spaces)
    plant.duplicate()
    if rounds > 1:
        plant.ragged()


def _quotas(plant: Planter, rounds: int, swapped: str) -> None:
    wrong = (
        ("Quota", "-5.000,00", "out_of_range:quota_amount"),
        ("Quota", "1,250.00", "unparsable:quota_amount"),
        ("Quarter end", "31.04.2026", "unparsable:period_end"),
        ("Quarter start", "", "missing:period_start"),
        ("Quota", "tbd", "unparsable:quota_amount"),
    )
    for header, text, rule in wrong if rounds > 1 else wrong[:3]:
        plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"Rep": UNMATCHED_REP})
    plant.add("unmatched_person", f"unmatched:{UNMATCHED_REP}", "Rep", {"Rep": UNMATCHED_REP})
    shared = " ".join(SHARED_NAME)
    plant.add("ambiguous_person", f"ambiguous:{shared}", "Rep", {"Rep": shared})
    row = next(
        row
        for row in range(plant.file.table.num_rows)
        if plant.file.values(row)["Rep"] == " ".join(reversed(swapped.split(", ")))
        and row not in plant.file.removed
    )
    values = plant.file.take(row) | {"Rep": swapped}
    plant.file.plant(plant.place(), Planted((_cell("alias", "accepted", values, "Rep"),), values))
    if rounds > 1:
        plant.ragged()
    plant.file.header_notes.append(
        Defect("decimal_comma", "accepted", "every amount has a decimal comma and points")
    )


def _workbook(plant: Planter, ids: Iterator[str]) -> None:
    """Make a workbook whose keeper renamed, dropped and added columns."""
    file = plant.file
    renamed = {"session_date": "Date", "coach": "Manager", "coachee": "Rep"}
    table = file.table.drop_columns(["artefact"])
    table = table.rename_columns([renamed.get(name, name) for name in table.column_names])
    mood = plant.rng.integers(1, 6, table.num_rows)
    file.table = table.append_column("Mood of the day", number_text(mood))
    for column, header in renamed.items():
        file.header_notes.append(Defect("renamed_column", f"reported:alias:{column}", header))
    file.header_notes.append(
        Defect("missing_column", "reported:missing_optional:artefact", "artefact")
    )
    file.header_notes.append(
        Defect("new_column", "reported:unknown:Mood of the day", "Mood of the day")
    )
    for header, text, rule in (
        ("duration_minutes", "forty", "unparsable:duration_minutes"),
        ("area", "weather", "not_accepted:area"),
    ):
        plant.bad(_kind(rule, text), header, text, f"rejected:{rule}", {"session_id": next(ids)})
    plant.changed("nbsp_and_blanks", "Manager", _spaces)


def _raw_files() -> list[RawFile]:
    def first_lines(content: bytes, count: int) -> list[bytes]:
        return content.split(b"\n")[:count]

    def without_stage(files: dict[str, bytes]) -> bytes:
        header, row = first_lines(files["salesforce/Opportunity_delta_2026-09-30.csv"], 2)
        return header.replace(b"StageName", b"Notes__c") + b"\n" + row + b"\n"

    return [
        RawFile(
            "salesforce/UserRole_copy.csv",
            Defect("file_landed_twice", "file_duplicate", "same bytes as UserRole.csv"),
            "user_role",
            lambda files: files["salesforce/UserRole.csv"],
        ),
        RawFile(
            "salesforce/Event_2019.csv",
            Defect("empty_file", "file_rejected:empty_file", "0 bytes"),
            "event",
            lambda _: b"",
        ),
        RawFile(
            "salesforce/OpportunityHistory_backup.csv.gz",
            Defect("truncated_file", "file_rejected:truncated", "the gzip stream is cut"),
            "opportunity_history",
            lambda files: next(
                content[: len(content) // 2]
                for path, content in sorted(files.items())
                if path.startswith("salesforce/OpportunityHistory") and path.endswith(".gz")
            ),
        ),
        RawFile(
            "salesforce/Opportunity_2019.csv",
            Defect("missing_column", "file_rejected:missing_column", "no StageName"),
            "opportunity",
            without_stage,
        ),
        RawFile(
            "coaching_log/actions_cut.csv",
            Defect("truncated_file", "file_rejected:truncated", "ends inside quotes"),
            "action",
            lambda files: (
                b"\n".join(first_lines(files["coaching_log/actions_north_america.csv"], 4))
                + b'\n"AC-990001","CS-000001","some'
            ),
        ),
        RawFile(
            "coaching_log/attendees_old.xlsx",
            Defect("unreadable_file", "file_rejected:unreadable", "not a workbook"),
            "attendee",
            lambda _: b"This used to be a workbook.\n",
        ),
    ]


def plant_defects(files: list[SourceFile], world: World, rng: np.random.Generator) -> Outcome:
    """Plant all defects into the laid-out files; return what else they bring with them."""
    company, deals = world.company, world.deals
    rounds = world.size.defect_rounds
    by_path = {file.path: file for file in files}
    outcome = Outcome()

    def planter(path: str, rows: np.ndarray | None = None) -> Planter:
        file = by_path[path]
        return Planter(file, np.arange(file.table.num_rows) if rows is None else rows, rng)

    unknown_deals = _serial_ids("006", 800_000_000)
    _users(planter("salesforce/User.csv"), 1)
    _accounts(planter("salesforce/Account.csv"), rounds, _serial_ids("001", 700_000_000))

    # Deals that the delta leaves alone, so that no other version interferes.
    base = by_path["salesforce/Opportunity_2026.csv"]
    moment = np.int64((company.size.last_day - 7) * DAY)
    stamps = np.array(base.table["SystemModstamp"].to_pylist(), dtype="U19").astype("datetime64[s]")
    opened = np.array(base.table["CreatedDate"].to_pylist(), dtype="U19").astype("datetime64[s]")
    changed = set(by_path["salesforce/Opportunity_delta_2026-09-30.csv"].table["Id"].to_pylist())
    untouched = np.array([row not in changed for row in base.table["Id"].to_pylist()])
    eligible = np.flatnonzero(untouched & (stamps > opened) & (stamps.astype(np.int64) < moment))
    _opportunities(
        planter(base.path, eligible),
        planter("salesforce/Opportunity_delta_2026-09-30.csv"),
        rounds,
        _serial_ids("006", 700_000_000),
        outcome,
    )
    delta = by_path["salesforce/Opportunity_delta_2026-09-30.csv"]
    delta.header_notes.append(
        Defect("missing_column", "reported:missing_optional:lead_source", "LeadSource")
    )
    count = delta.table.num_rows
    delta.table = delta.table.append_column("Champion__c", number_text(np.arange(count) % 7))
    delta.header_notes.append(Defect("new_column", "reported:unknown:Champion__c", "Champion__c"))

    latest = "salesforce/OpportunityHistory_2026.csv"
    _histories(planter(latest), rounds, _serial_ids("008", 700_000_000), unknown_deals)
    _reopened(by_path[latest], deals)
    _tasks(
        planter("salesforce/Task_2026.csv"), rounds, _serial_ids("00T", 700_000_000), unknown_deals
    )
    _events(planter("salesforce/Event_2026.csv"), rounds, _serial_ids("00U", 700_000_000))
    if "salesforce/Account_EMEA.csv" in by_path:
        by_path["salesforce/Account_EMEA.csv"].header_notes.append(
            Defect("encoding", "accepted", "UTF-16 with semicolons")
        )

    log = "coaching_log/sessions_north_america.csv"
    held = _coached_individually(by_path[log])
    person, nickname, nicknamed = _nickname(company, by_path[log], held)
    nicknamed = nicknamed[:rounds]
    held = np.setdiff1d(held, nicknamed)
    outcome.aliases.append(("coaching_log", nickname, person))
    for row in nicknamed.tolist():
        values = by_path[log].take(row) | {"coachee": nickname}
        record = Planted((_cell("alias", "accepted", values, "coachee"),), values)
        by_path[log].plant(int(rng.integers(0, by_path[log].table.num_rows)), record)
    session_ids, action_ids = _numbered("CS-"), _numbered("AC-")
    _sessions(planter(log, held), rounds, session_ids, _closed_deals(deals, rounds))
    _attendees(planter("coaching_log/attendees_north_america.csv"), rounds)
    _actions(planter("coaching_log/actions_north_america.csv"), rounds, action_ids)
    _policies(planter("coaching_log/policies.csv"))
    if "coaching_log/sessions_dach.xlsx" in by_path:
        _workbook(planter("coaching_log/sessions_dach.xlsx"), session_ids)

    _roster(planter("people/roster.csv"), rounds)
    quota = by_path["tabular/Quota FY26.csv"]
    rep = _unshared_rep(company, quota)
    swapped = f"{company.last_name[rep]}, {company.first_name[rep]}"
    outcome.aliases.append(("tabular", swapped, rep))
    _quotas(planter(quota.path), rounds, swapped)
    by_path["tabular/Quota FY25.csv"].header_notes.append(
        Defect("encoding", "accepted", "CP1252 with semicolons")
    )
    outcome.raw_files = _raw_files()
    return outcome


def _coached_individually(file: SourceFile) -> np.ndarray:
    """Rows of held one-person sessions before the last weeks: what a defect may stand on."""
    status = np.array(file.table["status"].to_pylist())
    coachee = np.array([text is not None for text in file.table["coachee"].to_pylist()])
    return np.flatnonzero((status == "held") & coachee)


def _nickname(company: Company, file: SourceFile, held: np.ndarray) -> tuple[int, str, np.ndarray]:
    """Find the rep with most sessions, a nickname for them, and the rows of these sessions."""
    coachee = np.array(file.table["coachee"].to_pylist(), dtype=object)[held]
    mails, counts = np.unique(coachee.astype(str), return_counts=True)
    mail = mails[np.argmax(counts)]
    person = int(np.flatnonzero(company.email == mail)[0])
    nickname = f"{company.first_name[person][:3]} {company.last_name[person][0]}."
    return person, nickname, held[coachee == mail]


def _unshared_rep(company: Company, quota: SourceFile) -> int:
    listed = quota.table["Rep"].to_pylist()
    name = next(name for name in listed if "@" not in name)
    return int(np.flatnonzero(company.full_name == name)[0])


def _closed_deals(deals: Deals, wanted: int) -> list[tuple[str, int]]:
    changes, now = deals.changes, deals.last_change
    closed = np.flatnonzero(
        (changes.stage[now] >= names.WON)
        & (changes.second[now] // DAY < np.datetime64("2026-09-01").astype(int))
        & (changes.second[now] // DAY > np.datetime64("2026-05-01").astype(int))
    )[:wanted]
    ids = salesforce_id("006", closed).to_pylist()
    return list(zip(ids, (changes.second[now[closed]] // DAY).tolist(), strict=True))


def _reopened(file: SourceFile, deals: Deals) -> None:
    changes = deals.changes
    order = np.lexsort((changes.deal, changes.second))
    ids = file.table["Id"].to_pylist()
    place = {key: row for row, key in enumerate(ids)}
    for number in np.flatnonzero(changes.slot[order] == REOPENED):
        key = salesforce_id("008", np.array([number]))[0].as_py()
        if key in place and place[key] not in file.removed:
            defect = Defect("reopened_deal", "accepted", f"Id={key}")
            file.notes.append((place[key], defect))
