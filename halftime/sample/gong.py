"""Gong's pages: users, scorecards, recorded calls with their measures, answered scorecards.

Ids have twenty digits and more than a 64-bit integer can hold: they are texts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import numpy as np

from halftime.sample import coaching, names
from halftime.sample.calls import Calls
from halftime.sample.coaching import Sessions
from halftime.sample.company import NOBODY, Company
from halftime.sample.documents import Document
from halftime.sample.files import Defect
from halftime.sample.numbering import block, mark
from halftime.sample.text import DAY

PAGE = 500
SCORECARD = "61500000000000000001"
SCORECARD_NAME = "Discovery and next steps"


def gong_id(kind: int, number: int) -> str:
    """Write an id of twenty digits, of which three tell the block."""
    return f"{kind}{block():03d}{number:015d}"


def question_id(kind: int, number: int) -> str:
    """Write an id of twenty digits of a record that all blocks share."""
    return f"{kind}{number:018d}"


def user_id(person: int) -> str:
    """Write the id of a person."""
    return gong_id(72, person)


def call_id(activity: int) -> str:
    """Write the id of the recording of a CRM activity."""
    return gong_id(84, activity)


def _moment(second: int) -> str:
    return f"{np.datetime64(int(second), 's')}Z"


def _page(name: str, key: str, records: list[dict], number: int) -> bytes:
    envelope = {
        "requestId": f"{name}-{number:04d}",
        "records": {
            "totalRecords": len(records),
            "currentPageSize": len(records),
            "currentPageNumber": number,
        },
        key: records,
    }
    return (json.dumps(envelope, ensure_ascii=False, indent=1) + "\n").encode()


def _counts(**found: int) -> dict[str, Counter]:
    return {thing: Counter(accepted=count) for thing, count in found.items()}


def users(company: Company, members: np.ndarray, managers: np.ndarray) -> Document:
    """Page of users: the persons among ``members``; ``managers`` is by person, -1 for none."""
    known = set(members.tolist())
    records = []
    for person in members.tolist():
        above = int(managers[person])
        records.append(
            {
                "id": user_id(person),
                "emailAddress": str(company.email[person]),
                "firstName": str(company.first_name[person]),
                "lastName": str(company.last_name[person]),
                "active": bool(company.leave_day[person] > company.size.last_day),
                "managerId": user_id(above) if above in known else None,
                "created": _moment((company.start_day - 100) * DAY),
            }
        )
    content = _page("users", "users", records, 0)
    return Document(f"gong/users_{mark()}0001.json", "gong", content, _counts(user=len(records)))


def scorecards(start_day: int) -> Document:
    """Page of scorecard settings: one scorecard with a question per skill and an overall one."""
    questions = [
        {
            "questionId": question_id(63, number),
            "questionRevisionId": question_id(64, number),
            "questionText": skill,
            "isOverall": False,
            "minRange": 1,
            "maxRange": 5,
        }
        for number, skill in enumerate(names.SKILLS)
    ]
    record = {
        "scorecardId": SCORECARD,
        "scorecardName": SCORECARD_NAME,
        "enabled": True,
        "reviewMethod": "MANUAL",
        "updated": _moment((start_day - 60) * DAY),
        "questions": questions,
    }
    content = _page("scorecards", "scorecards", [record], 0)
    expected = _counts(scorecard=1, scorecard_question=len(questions))
    return Document("gong/scorecards_0001.json", "gong", content, expected)


def _call(calls: Calls, row: int, deal: str) -> dict:
    duration = int(calls.duration[row])
    talk = float(calls.talk_share[row])
    spoken = duration * 0.94
    owner = user_id(int(calls.owner[row]))
    speakers = [
        {"id": "1", "userId": owner, "talkTime": round(spoken * talk, 1)},
        {"id": "2", "userId": None, "talkTime": round(spoken * (1 - talk), 1)},
    ]
    stats = {
        "Talk Ratio": talk,
        "Longest Monologue": int(calls.monologue[row]),
        "Interactivity": float(calls.interactivity[row]),
        "Patience": float(calls.patience[row]),
    }
    second = int(calls.second[row])
    return {
        "metaData": {
            "id": call_id(int(calls.activity[row])),
            "title": "Customer call",
            "started": _moment(second),
            "scheduled": _moment(second // 900 * 900),
            "duration": duration,
            "primaryUserId": owner,
            "direction": "Outbound",
            "scope": "External",
            "isPrivate": False,
        },
        "parties": [
            {"id": "1", "userId": owner, "speakerId": "1", "affiliation": "Internal"},
            {"id": "2", "userId": None, "speakerId": "2", "affiliation": "External"},
        ],
        "context": [
            {"system": "CRM", "objects": [{"objectType": "Opportunity", "objectId": deal}]}
        ],
        "interaction": {
            "speakers": speakers,
            "interactionStats": [{"name": key, "value": value} for key, value in stats.items()],
            "questions": {"companyCount": int(calls.questions[row]), "nonCompanyCount": row % 9},
        },
    }


def _near_collisions(calls: Calls, deal_ids: list[str], wanted: int) -> list[tuple[int, dict]]:
    """Add calls whose id differs from that of a recorded one in its last digit, with its row.

    Whoever reads ids of twenty digits as floating-point numbers takes the two for one.
    """
    taken = set(calls.activity.tolist())
    found = []
    for row in range(min(wanted, len(calls))):
        number = int(calls.activity[row])
        near = next(n for n in range(number // 10 * 10, number // 10 * 10 + 10) if n not in taken)
        taken.add(near)
        record = _call(calls, row, deal_ids[row])
        second = int(calls.second[row]) + 3600
        record["metaData"] |= {
            "id": call_id(near),
            "started": _moment(second),
            "scheduled": _moment(second // 900 * 900),
        }
        found.append((row, record))
    return found


def call_pages(calls: Calls, deal_ids: list[str], collisions: int) -> Iterator[Document]:
    """Pages of recorded calls; ``deal_ids`` is by call.

    At the end stand calls, as many as ``collisions``, whose ids are nearly those of others.
    """
    near = _near_collisions(calls, deal_ids, collisions)
    notes: dict[int, Defect] = {}
    for turn, (row, record) in enumerate(near):
        pair = (call_id(int(calls.activity[row])), record["metaData"]["id"])
        for place, own, other in ((row, *pair), (len(calls) + turn, *reversed(pair))):
            notes[place] = Defect("near_collision", f"distinct:{other}", f"id={own}")
    total = len(calls) + len(near)
    for number, start in enumerate(range(0, total, PAGE), start=1):
        rows = range(start, min(start + PAGE, total))
        records = [
            _call(calls, row, deal_ids[row]) if row < len(calls) else near[row - len(calls)][1]
            for row in rows
        ]
        size = len(records)
        yield Document(
            f"gong/calls_{mark()}{number:04d}.json",
            "gong",
            _page("calls", "calls", records, number),
            _counts(
                call=size,
                call_party=2 * size,
                call_speaker=2 * size,
                interaction_stat=4 * size,
                call_context=size,
            ),
            [("call", row - start + 1, notes[row]) for row in rows if row in notes],
        )


def reviewed(sessions: Sessions, chosen: np.ndarray, calls: Calls) -> tuple[np.ndarray, np.ndarray]:
    """Sessions that are reviews of a call, and the row of that call: the coachee's last before.

    Sessions that did not take place, of groups, or before the first recorded call leave no trace.
    """
    if not len(calls):
        return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    fits = chosen[(sessions.status[chosen] == coaching.HELD) & (sessions.coachee[chosen] != NOBODY)]
    width = np.int64(10**11)
    key = calls.owner * width + calls.second
    order = np.argsort(key, kind="stable")
    wanted = sessions.coachee[fits] * width + sessions.day[fits] * DAY + sessions.start_second[fits]
    place = np.searchsorted(key[order], wanted) - 1
    row = order[np.maximum(place, 0)]
    same = (place >= 0) & (calls.owner[row] == sessions.coachee[fits])
    return fits[same], row[same]


def _answers(scores: np.ndarray, first: int) -> list[dict]:
    return [
        {
            "questionId": question_id(63, (first + turn) % len(names.SKILLS)),
            "questionRevisionId": question_id(64, (first + turn) % len(names.SKILLS)),
            "questionText": names.SKILLS[(first + turn) % len(names.SKILLS)],
            "isOverall": False,
            "score": int(score),
            "notApplicable": False,
        }
        for turn, score in enumerate(scores)
    ]


def scorecard_pages(
    company: Company,
    sessions: Sessions,
    chosen: np.ndarray,
    call: np.ndarray,
    calls: Calls,
    level: np.ndarray,
    rng: np.random.Generator,
    second: np.random.Generator,
) -> Iterator[Document]:
    """Pages of answered scorecards: reviewer is the coach, reviewed the coachee.

    ``chosen`` are sessions, ``call`` the rows of their calls, ``level`` the true skill (1 to 5).
    Every third review is done a second time, by the director and a little differently, on the next
    day; ``second`` is its random stream.
    """
    scores = np.clip(np.rint(level[:, None] + rng.normal(0, 0.6, (len(chosen), 3))), 1, 5)
    first = rng.integers(0, len(names.SKILLS), len(chosen))
    own_view = np.clip(np.rint(scores + second.normal(0, 0.6, scores.shape)), 1, 5)
    for number, start in enumerate(range(0, len(chosen), PAGE), start=1):
        records = []
        for row in range(start, min(start + PAGE, len(chosen))):
            session, recording = int(chosen[row]), int(call[row])
            moment = int(sessions.day[session]) * DAY + int(sessions.start_second[session])
            coachee = int(sessions.coachee[session])
            reviews = [(91, int(sessions.coach[session]), moment, scores[row])]
            director = int(company.region_director[company.person_region[coachee]])
            if row % 3 == 0 and moment + DAY < (company.size.last_day + 1) * DAY:
                reviews.append((93, director, moment + DAY, own_view[row]))
            records += [
                {
                    "answeredScorecardId": gong_id(kind, session),
                    "scorecardId": SCORECARD,
                    "scorecardName": SCORECARD_NAME,
                    "callId": call_id(int(calls.activity[recording])),
                    "callStartTime": _moment(int(calls.second[recording])),
                    "reviewedUserId": user_id(coachee),
                    "reviewerUserId": user_id(reviewer),
                    "reviewMethod": "MANUAL",
                    "reviewTime": _moment(at + 1800),
                    "visibilityType": "PUBLIC",
                    "answers": _answers(given, int(first[row])),
                }
                for kind, reviewer, at, given in reviews
            ]
        yield Document(
            f"gong/answered_scorecards_{mark()}{number:04d}.json",
            "gong",
            _page("scorecards", "answeredScorecards", records, number),
            _counts(answered_scorecard=len(records), answered_question=3 * len(records)),
        )
