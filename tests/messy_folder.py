"""A folder as a data engineer finds it: Salesforce report exports and workbooks of people."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import openpyxl

REPS = ("Ann Läufer", "Bo Olsen", "Cy Young", "Dee Dole")
MANAGER = "Mia Chef"
STAGES = ("Erstkontakt", "Qualifizierung", "Angebot", "Verhandlung", "Gewonnen", "Verloren")
FIRST = dt.date(2026, 1, 5)


def write_messy_folder(folder: Path) -> None:
    """Write the folder; every date of the reports is day first, every amount has a comma."""
    folder.mkdir(parents=True)
    _report(folder / "Opportunity Report 2026-11-13.csv", 36)
    _report(folder / "Opportunity Report 2026-11-20.csv", 40)
    _users(folder / "Users.csv")
    _tasks(folder / "Tasks.csv")
    _coaching(folder / "Coaching Sessions North.xlsx")
    _roster(folder / "Team roster.xlsx")
    _quotas(folder / "Quotas FY26.csv")
    (folder / "Offsite.pdf").write_bytes(b"%PDF-1.4 nothing to read")


def _day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=7 * number)


def _opportunity_id(number: int) -> str:
    return f"0065g00000AbC{number:02d}AAA"


def _report(path: Path, deals: int) -> None:
    """Write a report as Salesforce prints it: title, filters, labels, total, copyright; CP1252."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Pipeline all open and closed"])
    writer.writerow([f"As of {path.stem[-10:]} 07:00:00 Central European Time"])
    writer.writerow([])
    writer.writerow(
        [
            *("Opportunity ID", "Opportunity Name", "Account Name", "Opportunity Owner", "Stage"),
            *("Amount", "Amount Currency", "Probability (%)", "Close Date", "Created Date"),
            "Next Step",
        ]
    )
    for number in range(deals):
        stage = STAGES[number % len(STAGES)]
        chance = {"Gewonnen": 100, "Verloren": 0}.get(stage, 10 + 20 * (number % len(STAGES)))
        created = _day(number % 30)
        writer.writerow(
            [
                _opportunity_id(number),
                f"Projekt {number}",
                f"Müller & Söhne {number % 7}",
                REPS[number % len(REPS)],
                stage,
                f"{1000 + 137 * number:,}".replace(",", ".") + ",50",
                "EUR",
                chance,
                f"{created + dt.timedelta(days=60):%d/%m/%Y}",
                f"{created:%d/%m/%Y}",
                "anrufen",
            ]
        )
    writer.writerow(["Total", *[""] * 10])
    writer.writerow([])
    writer.writerow(["Copyright (c) 2000-2026 salesforce.com, inc."])
    path.write_bytes(out.getvalue().encode("cp1252"))


def _users(path: Path) -> None:
    rows = [["Id", "Name", "Email", "Username", "IsActive", "ManagerId", "CreatedDate"]]
    rows.append(["0055g000000MGR1AAA", MANAGER, "mia.chef@example.com", "mia", "TRUE", ""])
    for number, name in enumerate(REPS):
        email = f"{name.split()[0].lower()}@example.com"
        rows.append(
            [f"0055g000000REP{number}AAA", name, email, email, "TRUE", "0055g000000MGR1AAA"]
        )
    for row in rows[1:]:
        row.append("2025-01-01T08:00:00.000Z")
    _write(path, rows)


def _tasks(path: Path) -> None:
    rows = [
        ["Id", "OwnerId", "WhatId", "Type", "Status", "ActivityDate", "IsClosed", "CreatedDate"]
    ]
    for number in range(60):
        day = _day(number % 40)
        rows.append(
            [
                f"00T5g00000Tsk{number:02d}AAA",
                f"0055g000000REP{number % 4}AAA",
                _opportunity_id(number % 36),
                "Call",
                "Completed",
                day.isoformat(),
                "TRUE",
                f"{day}T09:00:00.000Z",
            ]
        )
    _write(path, rows)


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)


def _coaching(path: Path) -> None:
    """Write a workbook with a title, real dates, a topic in people's words, a sheet of notes."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sessions 2026"
    sheet.append(["Coaching log, team North"])
    sheet.append([])
    sheet.append(
        ["Session ID", "Date", "Minutes", "Coach", "Rep", "Topic", "Focus", "Deal ID", "Comments"]
    )
    topics = ("Deal strategy", "Discovery skills", "Pipeline review", "Lunch")
    for number in range(44):
        when = dt.datetime.combine(_day(number), dt.time())
        sheet.append(
            [
                f"N-{number}",
                when,
                30,
                MANAGER,
                "Bo Olson" if number == 5 else REPS[number % len(REPS)],
                topics[number % 4],
                "next meeting",
                _opportunity_id(number % 36),
                "private words",
            ]
        )
    book.create_sheet("Ideas").append(["what we might try"])
    book.save(path)


def _roster(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Employee ID", "Employee", "Work Email", "Reports To", "Team", "Role", "Hired"])
    sheet.append(["1", MANAGER, "mia.chef@example.com", "", "North", "Sales Manager", "2024-01-08"])
    for number, name in enumerate(REPS, start=2):
        email = f"{name.split()[0].lower()}@example.com"
        sheet.append([str(number), name, email, MANAGER, "North", "AE", "2025-02-03"])
    book.save(path)


def _quotas(path: Path) -> None:
    rows = [["Rep", "Period Start", "Period End", "Quota", "Currency"]]
    for name in REPS:
        for month, last in ((2, 30), (5, 31), (8, 31)):
            end = dt.date(2026, month + 2, last)
            rows.append([name, f"2026-{month:02d}-01", end.isoformat(), "50000", "EUR"])
    _write(path, rows)
