"""The people of the sample company: seats, teams, managers, re-organisations, coaching regimes.

A *seat* is a place for one rep. It belongs to a team, which a re-organisation may change, and is
held by one person after another. A team has one manager after another. Days count from 1970-01-01.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np

from halftime.sample import names, numbering
from halftime.sample.sizes import CARRIED_DAYS, Size

NEVER = 10**6
"""A day after every other: not yet left, never started."""
NOBODY = -1
SHARED_NAME = ("Maria", "Santos")
"""Two reps have it, so that it is ambiguous as an alias."""

ACCENTED_NAMES = (("Zoë", "Müller"), ("Lucía", "Núñez"))


@dataclass
class Company:
    """People and organisation over time; arrays are indexed by person, seat, team or month."""

    size: Size
    # people
    first_name: np.ndarray
    last_name: np.ndarray
    full_name: np.ndarray
    email: np.ndarray
    role: np.ndarray  # 'rep' | 'manager' at entry; promoted people change on promoted_day
    hire_day: np.ndarray
    leave_day: np.ndarray
    leaving_reason: np.ndarray
    promoted_day: np.ndarray
    person_region: np.ndarray
    # seats
    first_holder: np.ndarray
    first_until: np.ndarray
    second_holder: np.ndarray
    second_from: np.ndarray
    seat_skill: np.ndarray
    seat_idle: np.ndarray
    seat_fades: np.ndarray
    event_day: np.ndarray  # re-organisations
    seat_team: np.ndarray  # (re-organisations + 1, seats)
    shock: np.ndarray  # (seats, months): passing luck, autocorrelated
    # teams
    team_name: np.ndarray
    team_region: np.ndarray
    team_manager: np.ndarray  # (teams, 3) persons
    manager_from: np.ndarray  # (teams, 3) days
    programme_day: np.ndarray  # (teams,) NEVER without programme
    programme_wave: np.ndarray
    # managers, by person
    maturity: np.ndarray
    says: np.ndarray
    ask_share: np.ndarray
    manager_effect: np.ndarray
    is_star: np.ndarray
    region_director: np.ndarray
    # calendar
    start_day: int
    month_start: np.ndarray

    @property
    def people(self) -> int:
        """Number of persons."""
        return len(self.full_name)

    @property
    def seats(self) -> int:
        """Number of seats."""
        return len(self.first_holder)

    def month_of(self, day: np.ndarray) -> np.ndarray:
        """Month number of each day, 0 for the month of the first carried day."""
        return np.searchsorted(self.month_start, day, side="right") - 1

    def team_of(self, seat: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Team of each seat on each day."""
        return self.seat_team[np.searchsorted(self.event_day, day, side="right"), seat]

    def manager_of(self, team: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Person who manages each team on each day."""
        rank = (self.manager_from[team] <= np.asarray(day)[..., None]).sum(axis=-1) - 1
        return self.team_manager[team, np.maximum(rank, 0)]

    def holder_of(self, seat: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Rep who holds each seat on each day, or NOBODY while it is vacant."""
        first = self.first_holder[seat]
        held_first = (self.hire_day[first] <= day) & (day < self.first_until[seat])
        held_second = day >= self.second_from[seat]
        return np.where(held_first, first, np.where(held_second, self.second_holder[seat], NOBODY))

    def owner_of(self, seat: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Rep of the seat, or while it is vacant the manager of its team."""
        holder = self.holder_of(seat, day)
        manager = self.manager_of(self.team_of(seat, day), day)
        return np.where(holder == NOBODY, manager, holder)

    def ramp(self, seat: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Productivity from tenure: up to 1 in six months; some new hires fade after the eighth."""
        holder = self.holder_of(seat, day)
        tenure = day - self.hire_day[np.maximum(holder, 0)]
        rising = np.clip(0.25 + 0.75 * tenure / 180, 0.25, 1.0)
        fading = np.where(
            self.seat_fades[seat], 1 - 0.35 * np.clip((tenure - 240) / 120, 0, 1), 1.0
        )
        return np.where(holder == NOBODY, 0.0, rising * fading)


def _ascii(text: str) -> str:
    table = str.maketrans({"ß": "ss", "ø": "o"})
    plain = unicodedata.normalize("NFKD", text.translate(table))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha()).lower()


def _unique_names(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    firsts, lasts = np.array(names.FIRST_NAMES), np.array(names.LAST_NAMES)
    code = rng.permutation(len(firsts) * len(lasts))
    reserved = [
        np.flatnonzero(firsts == first)[0] + len(firsts) * np.flatnonzero(lasts == last)[0]
        for first, last in (SHARED_NAME, *ACCENTED_NAMES)
    ]
    # A company of more people than there are names has namesakes, as real ones do.
    code = np.resize(code[~np.isin(code, reserved)], count)
    return firsts[code % len(firsts)], lasts[code // len(firsts)]


def _region_of_teams(managers: int) -> np.ndarray:
    shares = np.array([region.share for region in names.REGIONS]) * managers
    counts = np.maximum(np.floor(shares), 0).astype(int)
    counts[0] = max(counts[0], min(2, managers))
    while counts.sum() < managers:
        counts[int(np.argmax(shares - counts))] += 1
    return np.repeat(np.arange(len(counts)), counts)


def _team_names(team_region: np.ndarray) -> np.ndarray:
    result = []
    suffix = f" {numbering.mark()}".rstrip()
    for region_number in np.unique(team_region):
        cities = names.REGIONS[region_number].cities
        for rank in range(int((team_region == region_number).sum())):
            segment = names.SEGMENTS[(rank // len(cities)) % len(names.SEGMENTS)]
            result.append(f"{cities[rank % len(cities)]} {segment}{suffix}")
    return np.array(result)


def _shocks(rng: np.random.Generator, seats: int, months: int) -> np.ndarray:
    noise = rng.normal(size=(seats, months))
    shock = np.empty_like(noise)
    shock[:, 0] = noise[:, 0]
    for month in range(1, months):
        shock[:, month] = 0.5 * shock[:, month - 1] + np.sqrt(0.75) * noise[:, month]
    return shock


def found_company(size: Size, rng: np.random.Generator) -> Company:
    """Draw the people, the organisation and the coaching regimes of one size."""
    start, last = size.first_day, size.last_day
    team_region = _region_of_teams(size.managers)
    regions = np.unique(team_region)
    teams, seats = size.managers, size.reps

    # Seats and teams.
    first_team = np.arange(seats) % teams
    reorgs = [
        day
        for year in range(2023, 2027)
        for day in (
            int(np.datetime64(f"{year}-03-09").astype(np.int64)),
            int(np.datetime64(f"{year}-06-15").astype(np.int64)),
        )
        if start + 60 < day < last
    ]
    seat_team = np.tile(first_team, (len(reorgs) + 1, 1))
    for number in range(len(reorgs)):
        movers = rng.choice(seats, max(1, round(0.04 * seats)), replace=False)
        for seat in movers:
            here = seat_team[number + 1, seat]
            same = np.flatnonzero((team_region == team_region[here]) & (np.arange(teams) != here))
            if len(same):
                seat_team[number + 1 :, seat] = rng.choice(same)
    crossing = int(rng.integers(seats))
    elsewhere = np.flatnonzero(team_region != team_region[seat_team[-1, crossing]])
    seat_team[-1, crossing] = rng.choice(elsewhere)

    # Who leaves, who is promoted, who is new.
    star_count = max(1, round(0.08 * teams))
    star_teams = np.sort(rng.choice(teams, star_count, replace=False))
    star_seats = np.array([np.flatnonzero(first_team == team)[0] for team in star_teams])
    promotion = start + (size.days * rng.uniform(0.25, 0.5, star_count)).astype(int)
    washes = (np.arange(star_count) % 2 == 0) & (promotion + 210 < last - 20)
    wash_out = promotion + np.where(washes, rng.integers(170, 205, star_count), NEVER)
    others = np.setdiff1d(np.arange(seats), star_seats)
    shuffled = rng.permutation(others)
    span = min(size.years, 4)
    leavers = shuffled[: max(1, round(0.13 * span * seats))]
    newcomers = shuffled[len(leavers) : len(leavers) + max(1, round(0.1 * span * seats))]
    idle = shuffled[-max(1, round(0.015 * seats)) :]

    hire_first = start - CARRIED_DAYS - 30 - (rng.exponential(700, seats)).astype(int)
    hire_first[newcomers] = start + (size.days * rng.uniform(0.1, 0.85, len(newcomers))).astype(int)
    first_until = np.full(seats, NEVER)
    first_until[leavers] = start + (size.days * rng.uniform(0.1, 0.9, len(leavers))).astype(int)
    first_until[star_seats] = promotion
    vacated = np.concatenate([star_seats, leavers])
    second_from = np.full(seats, NEVER)
    second_from[vacated] = first_until[vacated] + rng.integers(10, 50, len(vacated))
    second_from[(second_from > last - 10) | (rng.random(seats) < 0.1)] = NEVER
    replaced = np.flatnonzero(second_from < NEVER)

    # Persons in this order: chief, directors, managers, managers after a star, reps, successors.
    after_star = np.flatnonzero(washes)
    director_base, manager_base = 1, 1 + len(regions)
    later_base = manager_base + teams
    rep_base = later_base + len(after_star)
    second_base = rep_base + seats
    people = second_base + len(replaced)
    first_name, last_name = _unique_names(rng, people)
    first_holder = rep_base + np.arange(seats)
    second_holder = np.full(seats, NOBODY)
    second_holder[replaced] = second_base + np.arange(len(replaced))

    # Two reps with one name: an ambiguous alias.
    steady = shuffled[len(leavers) + len(newcomers) : -len(idle)]
    twins = first_holder[steady[:2]]
    first_name[twins], last_name[twins] = SHARED_NAME
    for seat, accented in zip(steady[2:4], ACCENTED_NAMES, strict=True):
        first_name[first_holder[seat]], last_name[first_holder[seat]] = accented
    if numbering.block():
        # A second family name for each block: nobody has a namesake in another one.
        second = names.LAST_NAMES[(numbering.block() - 1) % len(names.LAST_NAMES)]
        last_name = np.array([f"{name}-{second}" for name in last_name])
    full_name = np.array([f"{a} {b}" for a, b in zip(first_name, last_name, strict=True)])
    mail = [f"{_ascii(a)}.{_ascii(b)}" for a, b in zip(first_name, last_name, strict=True)]
    seen: dict[str, int] = {}
    for index, stem in enumerate(mail):
        seen[stem] = seen.get(stem, 0) + 1
        mail[index] = f"{stem}{seen[stem] if seen[stem] > 1 else ''}@{names.DOMAIN}"

    hire_day = start - CARRIED_DAYS - 200 - rng.exponential(900, people).astype(int)
    hire_day[first_holder] = hire_first
    hire_day[second_holder[replaced]] = second_from[replaced]
    leave_day = np.full(people, NEVER)
    leave_day[first_holder[leavers]] = first_until[leavers]
    promoted_day = np.full(people, NEVER)
    promoted_day[first_holder[star_seats]] = promotion

    # Managers of each team one after another.
    team_manager = np.repeat((manager_base + np.arange(teams))[:, None], 3, axis=1)
    manager_from = np.full((teams, 3), NEVER)
    manager_from[:, 0] = -NEVER
    team_manager[star_teams, 1:] = first_holder[star_seats][:, None]
    manager_from[star_teams, 1] = promotion
    leave_day[manager_base + star_teams] = promotion
    team_manager[star_teams[after_star], 2] = later_base + np.arange(len(after_star))
    manager_from[star_teams[after_star], 2] = wash_out[after_star]
    leave_day[first_holder[star_seats[after_star]]] = wash_out[after_star]
    hire_day[later_base : later_base + len(after_star)] = wash_out[after_star]
    # Not of the width of the longest reason: the one below is longer.
    reasons = np.array(names.LEAVING_REASONS, dtype=object)[
        rng.integers(0, len(names.LEAVING_REASONS), people)
    ]
    reasons[first_holder[star_seats[after_star]]] = "Stepped down as manager"

    # Regions of people, for time zones and for the director above them.
    person_region = np.zeros(people, dtype=int)
    person_region[director_base:manager_base] = regions
    person_region[manager_base:later_base] = team_region
    person_region[later_base:rep_base] = team_region[star_teams[after_star]]
    person_region[first_holder] = team_region[first_team]
    person_region[second_holder[replaced]] = team_region[seat_team[-1, replaced]]
    region_director = np.full(len(names.REGIONS), 0)
    region_director[regions] = director_base + np.arange(len(regions))

    # Coaching: what managers really do, what they say, and the programme's random waves.
    maturity = rng.choice([1, 2, 3, 4], people, p=[0.25, 0.31, 0.3, 0.14])
    # Where coaching follows a slump, or has no rhythm, nobody coaches formally.
    regime = np.array([region.regime for region in names.REGIONS])[person_region]
    maturity = np.where(np.isin(regime, ("slump", "none")), np.minimum(maturity, 2), maturity)
    is_star = promoted_day < NEVER
    maturity[is_star] = 1
    says = np.minimum(4, maturity + rng.choice([0, 1, 2], people, p=[0.35, 0.5, 0.15]))
    ask_share = np.clip(0.12 + 0.2 * (maturity - 1) + rng.normal(0, 0.06, people), 0.02, 0.95)
    programme_teams = np.flatnonzero(
        np.array([names.REGIONS[number].regime == "programme" for number in team_region])
    )
    wave = np.full(teams, 0)
    wave[rng.permutation(programme_teams)] = 1 + np.arange(len(programme_teams)) % 4
    wave_share = np.array([0, 0.3, 0.45, 0.6, 0])
    programme_day = np.where(
        (wave > 0) & (wave < 4), start + (wave_share[wave] * size.days).astype(int), NEVER
    )

    seat_skill = rng.normal(0, 1, seats)
    seat_skill[star_seats] = 1.8
    fades = np.zeros(seats, dtype=bool)
    fades[newcomers[: max(1, len(newcomers) // 3)]] = True
    fades[replaced[::3]] = True
    seat_idle = np.zeros(seats, dtype=bool)
    seat_idle[idle] = True

    origin = start - CARRIED_DAYS
    first_month = np.datetime64(origin, "D").astype("datetime64[M]")
    last_month = np.datetime64(last, "D").astype("datetime64[M]")
    month_start = np.arange(first_month, last_month + 1).astype("datetime64[D]").astype(np.int64)
    return Company(
        size=size,
        first_name=first_name,
        last_name=last_name,
        full_name=full_name,
        email=np.array(mail),
        role=np.where(np.arange(people) < rep_base, "manager", "rep"),
        hire_day=hire_day,
        leave_day=leave_day,
        leaving_reason=reasons,
        promoted_day=promoted_day,
        person_region=person_region,
        first_holder=first_holder,
        first_until=first_until,
        second_holder=second_holder,
        second_from=second_from,
        seat_skill=seat_skill,
        seat_idle=seat_idle,
        seat_fades=fades,
        event_day=np.array(reorgs, dtype=np.int64),
        seat_team=seat_team,
        shock=_shocks(rng, seats, len(month_start)),
        team_name=_team_names(team_region),
        team_region=team_region,
        team_manager=team_manager,
        manager_from=manager_from,
        programme_day=programme_day,
        programme_wave=wave,
        maturity=maturity,
        says=says,
        ask_share=ask_share,
        manager_effect=np.where(is_star, -0.35, rng.normal(0, 0.2, people)),
        is_star=is_star,
        region_director=region_director,
        start_day=start,
        month_start=month_start,
    )
