"""Who worked for whom on which day, and the periods in which the company counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .files import DAY, Files, day

NOBODY = "(unassigned)"
FOREVER = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class Post:
    """What the roster says of a person between two days, both included."""

    person: str
    start: dt.date
    end: dt.date
    manager: str
    team: str
    region: str
    role: str
    hired: dt.date
    last_day: dt.date
    certified_on: dt.date | None


class Company:
    """The roster, with everybody's names in all systems."""

    def __init__(self, files: Files, as_of: dt.date) -> None:
        self.as_of = as_of
        self.posts: dict[str, list[Post]] = {}
        self.by_name: dict[str, str] = {}
        roster = files.table("people/roster.csv")
        roster.sort(key=lambda row: (row["person_id"], row["valid_from"]))
        names: dict[str, set[str]] = {}
        for position, row in enumerate(roster):
            person = row["person_id"]
            names.setdefault(row["full_name"].lower(), set()).add(person)
            self.by_name[row["email"].lower()] = person
            after = roster[position + 1] if position + 1 < len(roster) else None
            leave = day(row["leave_date"]) or FOREVER
            end = leave
            if after and after["person_id"] == person:
                end = day(after["valid_from"]) - DAY
            self.posts.setdefault(person, []).append(
                Post(
                    person,
                    day(row["valid_from"]),
                    end,
                    row["manager"] or NOBODY,
                    row["team"] or NOBODY,
                    row["region"] or NOBODY,
                    row["role"],
                    day(row["hire_date"]),
                    leave,
                    day(row["certified_on"]),
                )
            )
        # A name that two people bear names nobody.
        for name, people in names.items():
            if len(people) == 1:
                self.by_name[name] = next(iter(people))
        for row in files.table("people/alias.csv"):
            self.by_name[row["alias"].lower()] = row["person"]
        self.sf = {
            row["Id"][:15]: self.find(row["Email"]) for row in files.table("salesforce/User.csv")
        }
        self.hubspot = {
            row["owner_id"]: self.find(row["email"]) for row in files.table("hubspot/owner.csv")
        }

    def find(self, name: str) -> str:
        """The person who bears a name, an address or a confirmed alias; else nobody."""
        return self.by_name.get(name.lower().strip(), NOBODY)

    def post(self, person: str, on: dt.date) -> Post | None:
        """Where the person stood; before the first and after the last day that is where they
        began and ended, for a deal may still bear their name."""
        posts = self.posts.get(person)
        if not posts:
            return None
        for one in posts:
            if on <= one.end:
                return one
        return posts[-1]

    def employed(self, person: str, on: dt.date) -> bool:
        post = self.post(person, on)
        return bool(post) and post.start <= on <= post.last_day

    def reps(self, on: dt.date) -> list[Post]:
        """All who are employed as reps on a day."""
        found = []
        for person in self.posts:
            post = self.post(person, on)
            if post.role == "rep" and self.employed(person, on):
                found.append(post)
        return found

    def entities(self, person: str, on: dt.date) -> list[tuple[str, str]]:
        """For whom something counts that belongs to a person on a day."""
        post = self.post(person, on)
        if post is None:
            return [
                (kind, NOBODY) for kind in ("rep", "manager", "manager_org", "team", "region")
            ] + [("company", "company")]
        found = [
            ("rep", f"people:{person}"),
            ("manager", name(post.manager)),
            ("team", post.team),
            ("region", post.region),
            ("company", "company"),
        ]
        above, seen = post.manager, set()
        if above == NOBODY:
            found.append(("manager_org", NOBODY))
        while above != NOBODY and above not in seen:
            seen.add(above)
            found.append(("manager_org", name(above)))
            boss = self.post(above, on)
            above = boss.manager if boss else NOBODY
        return found


def name(person: str) -> str:
    return person if person == NOBODY else f"people:{person}"


def months_later(start: dt.date, months: int) -> dt.date:
    """The first day of the month so many months later."""
    index = start.year * 12 + start.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


# The sample's fiscal year begins in February; its months are those of the calendar.
def period(grain: str, on: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the period that holds a day."""
    if grain == "week":
        start = on - on.weekday() * DAY
        return start, start + 6 * DAY
    length = {"month": 1, "quarter": 3, "year": 12}[grain.removeprefix("fiscal_")]
    first_month = 2 if grain.startswith("fiscal") else 1
    start = months_later(on.replace(day=1), -((on.month - first_month) % length))
    return start, months_later(start, length) - DAY


def periods(grain: str, first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """All periods from the one that holds the first day to the one that holds the last."""
    found, on = [], first
    while on <= last:
        found.append(period(grain, on))
        on = found[-1][1] + DAY
    return found
