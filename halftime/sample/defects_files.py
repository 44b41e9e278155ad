"""Files that are wrong as a whole: empty, cut off, landed twice, without a needed column."""

from __future__ import annotations

from halftime.sample.files import Defect
from halftime.sample.planting import RawFile


def raw_files() -> list[RawFile]:
    """List the files that are written as bytes."""

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
