"""A tiny company whose calendars, calls, courses and territories are known row by row.

Everything that must stay private bears the word ``CANARY``.
"""

from __future__ import annotations

import json
from pathlib import Path

CANARY = "canary"
MANAGER, ANN, BOB = "mia.chef@north.example", "ann.lee@north.example", "bob.ray@north.example"
BIG_ID = 18446744073709551615

CONFIG = """
version: 1
company: North
landing: .
reporting: {timezone: Europe/Berlin, currency: EUR, as_of: 2026-04-30}
sources:
  people: {}
  salesforce: {}
  coaching_log: {}
  calendar:
    timezone: Europe/Berlin
    date_formats: [M/D/YYYY]
    expand_until: 2026-04-30
    objects:
      event: {file_to: owner}
      entry: {file_to: owner}
  gong:
    objects:
      answered_scorecard: {files: [page_4.json, "Scorecard export*.csv"]}
      answered_question:
        files: ["Scorecard export*.csv"]
        unpivot:
          id_columns: [Call ID, Scorecard, Team Member, Reviewed By, Review Date, Remarks]
          names_to: question_id
          values_to: score
  learning: {}
  reference: {}
"""
ROSTER = f"""person_id,full_name,email,manager,role,valid_from
p1,Mia Chef,{MANAGER},,manager,2025-01-01
p2,Ann Lee,{ANN},{MANAGER},rep,2025-01-01
p3,Bob Ray,{BOB},{MANAGER},rep,2025-01-01
"""
OPPORTUNITIES = f"""Id,Name,StageName,Amount,CloseDate,OwnerId,CreatedDate,AccountId
006000000000001,Deal,Closed Won,1000,2026-04-20,{ANN},2026-01-05T08:00:00Z,001000000000001
006000000000002,Deal,Prospecting,500,2026-06-20,{BOB},2026-02-05T08:00:00Z,001000000000002
"""
ACCOUNTS = f"""Id,Name,OwnerId
001000000000001,Acme,{ANN}
001000000000002,Bolt,{BOB}
"""
SESSIONS = f"""session_id,session_date,duration_minutes,coach,coachee,area,mode,status
s1,2026-03-16,45,{MANAGER},{ANN},funnel,1:1,held
"""


def vevent(*lines: str) -> str:
    """One VEVENT."""
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT"])


def calendar(*events: str) -> str:
    """One iCalendar file."""
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""])


STAMP = "DTSTAMP:20260420T080000Z"
ZONE = "TZID=W. Europe Standard Time"
PAIR = (f"ORGANIZER;CN=Mia:mailto:{MANAGER}", f"ATTENDEE;CN=Ann:MAILTO:{ANN.title()}")
ICS = calendar(
    # Weekly from 16 March, over the change of clocks on the 29th; the 23rd was taken out; the
    # 30th was moved to the 31st; the 6th of April was cancelled.
    vevent(
        "UID:weekly", STAMP, f"DTSTART;{ZONE}:20260316T090000", f"DTEND;{ZONE}:20260316T093000",
        "RRULE:FREQ=WEEKLY", f"EXDATE;{ZONE}:20260323T090000", "SUMMARY:1:1 Ann CANARY", *PAIR,
        "ATTENDEE;CUTYPE=ROOM;CN=Room 1:mailto:room@north.example",
    ),
    vevent(
        "UID:weekly", STAMP, "RECURRENCE-ID:20260330T070000Z", "SUMMARY:1:1 Ann CANARY",
        f"DTSTART;{ZONE}:20260331T090000", "DURATION:PT1H", *PAIR,
    ),
    vevent(
        "UID:weekly", STAMP, f"RECURRENCE-ID;{ZONE}:20260406T090000", "STATUS:CANCELLED",
        f"DTSTART;{ZONE}:20260406T090000", f"DTEND;{ZONE}:20260406T093000",
    ),
    vevent(
        "UID:private", STAMP, "CLASS:PRIVATE", "SUMMARY:CANARY doctor 1:1", "CATEGORIES:CANARY",
        f"DTSTART;{ZONE}:20260317T100000", f"DTEND;{ZONE}:20260317T113000", *PAIR,
    ),
    vevent("UID:off", STAMP, "DTSTART;VALUE=DATE:20260318", "SUMMARY:CANARY away"),
    vevent(
        "UID:customer", STAMP, "DTSTART:20260319T100000Z", "DTEND:20260319T110000Z",
        "SUMMARY:Coaching offer CANARY", PAIR[0], "ATTENDEE:mailto:buyer@acme.example",
    ),
    vevent("UID:broken", STAMP, "DTSTART:20260320T100000Z", "RRULE:FREQ=SECONDLY;COUNT=1000000"),
    vevent("UID:nowhere", STAMP, "DTSTART;TZID=Mars/Base:20260320T100000"),
)  # fmt: skip
OUTLOOK = f"""Subject,Start Date,Start Time,End Date,End Time,All day event,Meeting Organizer,\
Required Attendees,Private,Sensitivity,Categories,Show time as
Coaching CANARY,3/24/2026,2:00:00 PM,3/24/2026,2:45:00 PM,False,Mia Chef,Bob Ray,False,Normal,,2
CANARY lunch,3/25/2026,12:00:00 PM,3/25/2026,1:00:00 PM,False,Mia Chef,Bob Ray,True,Private,CANARY,2
CANARY odd,3/26/2026,12:00:00 PM,3/26/2026,1:00:00 PM,False,Mia Chef,Bob Ray,perhaps,,CANARY,2
Team CANARY,3/27/2026,9:00:00 AM,3/27/2026,10:00:00 AM,False,Mia Chef,{ANN};{BOB},False,Normal,,2
"""
USERS = {
    "requestId": "r",
    "records": {"totalRecords": 3},
    "users": [
        {"id": BIG_ID - number, "emailAddress": email, "firstName": "F", "lastName": str(number),
         "active": True, "managerId": None if number == 0 else str(BIG_ID)}
        for number, email in enumerate((MANAGER, ANN, BOB))
    ],
}  # fmt: skip
CALLS = {
    "requestId": "r",
    "records": {"totalRecords": 2, "cursor": "x"},
    "calls": [
        {
            "metaData": {
                "id": BIG_ID, "title": "CANARY call", "started": "2026-04-01T09:00:00+02:00",
                "duration": 1800, "primaryUserId": str(BIG_ID - 1), "scope": "External",
                "direction": "Outbound",
            },
            "context": [
                {"system": "Salesforce", "objects": [
                    {"objectType": "Account", "objectId": "001000000000001AAA"},
                    {"objectType": "Opportunity", "objectId": "006000000000001AAA"},
                ]},
            ],
            "parties": [
                {"id": "1", "userId": str(BIG_ID - 1), "affiliation": "Internal", "name": "Ann"},
                {"id": "2", "affiliation": "External", "name": "CANARY buyer",
                 "emailAddress": "canary@acme.example"},
            ],
            "content": {
                "brief": "CANARY brief", "trackers": [{"id": "t", "name": "P", "count": 2}],
            },
            "interaction": {
                "interactionStats": [
                    {"name": "Talk Ratio", "value": 0.4321},
                    {"name": "Longest Monologue", "value": 61.5},
                    {"name": "Patience", "value": 0.75},
                ],
                "questions": {"companyCount": 7, "nonCompanyCount": 3},
            },
        },
        {
            "metaData": {
                "id": "2", "started": "2026-04-02T09:00:00Z", "duration": 600,
                "primaryUserId": str(BIG_ID - 2), "scope": "Internal",
            },
            "interaction": {"speakers": [
                {"id": "a", "userId": str(BIG_ID - 2), "talkTime": 100.4},
                {"id": "b", "userId": str(BIG_ID), "talkTime": 250.6},
            ]},
        },
    ],
}  # fmt: skip
SCORECARDS = {
    "scorecards": [
        {"scorecardId": "77", "scorecardName": "Discovery", "enabled": True, "questions": [
            {"questionId": "q1", "questionRevisionId": "q1.1", "questionText": "Sets an agenda",
             "isOverall": False, "minRange": "1", "maxRange": "5"},
            {"questionId": "q2", "questionRevisionId": "q2.1", "questionText": "Overall",
             "isOverall": True, "minRange": "1", "maxRange": "10"},
        ]},
    ],
}  # fmt: skip
ANSWERED = {
    "answeredScorecards": [
        {"answeredScorecardId": BIG_ID, "scorecardId": "77", "callId": BIG_ID,
         "reviewedUserId": BIG_ID - 1, "reviewerUserId": BIG_ID, "reviewMethod": "MANUAL",
         "reviewTime": "2026-04-03T08:00:00Z", "answers": [
             {"questionId": "q1", "questionRevisionId": "q1.1", "score": 4,
              "answerText": "CANARY talks too fast"},
             {"questionId": "q2", "questionRevisionId": "q2.1", "isOverall": True, "score": 8},
             {"questionId": "q3", "notApplicable": True},
         ]},
        {"answeredScorecardId": 2, "scorecardId": "77", "callId": "2",
         "reviewedUserId": BIG_ID - 2, "reviewMethod": "AUTOMATIC",
         "reviewTime": "2026-04-04T08:00:00Z", "answers": [
             {"questionId": "q1", "questionRevisionId": "q1.1", "score": 3}]},
    ],
}  # fmt: skip
# One column per question, as a reviewer's spreadsheet has it; Bob's second answer is left open.
WIDE_SCORECARDS = f"""Answered Scorecard ID,Call ID,Scorecard,Team Member,Reviewed By,Review Date,\
Sets an agenda,Asks openly,Overall,Remarks
R1,2,Discovery,{BOB},{MANAGER},2026-04-06,3,5,7,CANARY fine
R2,{BIG_ID},Discovery,{ANN},{MANAGER},2026-04-07,4,,6,CANARY
"""
COACHING = {
    "coachingData": [
        {"manager": {"id": str(BIG_ID)}, "directReportsMetrics": [
            {"report": {"id": str(BIG_ID - 1)}, "metrics": {"callsListened": ["1", "2"]}},
            {"report": {"id": str(BIG_ID - 2)}, "metrics": {"callsListened": []}}]},
    ],
}  # fmt: skip
LEARNING = f"""User Email,Course,Assigned On,Completed On,Score (%)
{ANN},C1,2026-01-10,2026-02-01,80
{BOB},Negotiation,2026-01-10,,
{BOB},C1,2026-01-10,2026-02-02,140
"""
COURSES = "Course ID,Course Name,Skill,Valid Days\nC1,Negotiation,negotiation,365\n"
ASSESSMENTS = f"""User Email,Course,Attempt,Taken At,Score (%)
{ANN},C1,1,2026-02-01T10:00:00Z,90
{ANN},C1,2,2026-03-03T10:00:00Z,70
{BOB},C1,1,2026-03-03T10:00:00Z,60
"""
TERRITORIES = "Territory ID,Territory Name,Parent\nT1,North,\nT2,Harbour,North\n"
TERRITORY_PEOPLE = f"""Territory,Person,Valid From,Valid To
T2,{ANN},2026-01-01,2026-04-01
Harbour,{BOB},2026-04-01,
"""
TERRITORY_ACCOUNTS = "Territory,Account,ICP\nT2,Acme,yes\nT2,001000000000002,no\n"
PLANS = f"""Plan ID,Kind,Person,Opportunity,Account,Planned On,Complete
1,Deal plan,{ANN},006000000000001,,2026-03-01,yes
2,call,{BOB},,Bolt,2026-03-02,no
"""


def write(folder: Path) -> Path:
    """Write the company's files; return its configuration."""
    files: dict[str, str] = {
        "halftime.yml": CONFIG,
        "people/roster.csv": ROSTER,
        "salesforce/Opportunity.csv": OPPORTUNITIES,
        "salesforce/Account.csv": ACCOUNTS,
        "coaching_log/sessions.csv": SESSIONS,
        f"calendar/{MANAGER}.ics": ICS,
        "calendar/events/Mia Chef.csv": OUTLOOK,
        "gong/page_1.json": json.dumps(USERS),
        "gong/page_2.json": json.dumps(CALLS),
        "gong/calls.json": json.dumps(SCORECARDS),  # what is in it counts, not its name
        "gong/page_4.json": json.dumps(ANSWERED),
        "gong/Scorecard export 2026-04-07.csv": WIDE_SCORECARDS,
        "gong/page_5.json": json.dumps(COACHING),
        "learning/enrolments.csv": LEARNING,
        "learning/courses.csv": COURSES,
        "learning/assessments.csv": ASSESSMENTS,
        "reference/territories.csv": TERRITORIES,
        "reference/territory_people.csv": TERRITORY_PEOPLE,
        "reference/territory_accounts.csv": TERRITORY_ACCOUNTS,
        "reference/plans.csv": PLANS,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="")
    return folder / "halftime.yml"
