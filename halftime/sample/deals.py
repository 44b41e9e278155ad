"""Deals and every change of them: stages, amounts, close dates, owners, the end.

Each deal has a row of *slots*, one per change that may happen to it (creation, four stage moves, a
step back, close-date pushes, …). Slots are sorted by time and carried forward, which yields the
history and the state at any moment without a loop over deals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample import names
from halftime.sample.company import NEVER, NOBODY, Company
from halftime.sample.sizes import CARRIED_DAYS
from halftime.sample.text import DAY

EFFECT_ON_BEHAVIOUR = 1.5
"""Standard deviations of selling behaviour per unit of dose, where the programme is in force."""

BEHAVIOUR_ON_WINS = 0.6
"""Log-odds of winning per standard deviation of selling behaviour."""

EFFECT_ON_WINS = EFFECT_ON_BEHAVIOUR * BEHAVIOUR_ON_WINS
"""Log-odds of winning per unit of coaching dose, where the programme is in force; else 0."""

EFFECT_OF_ASKING = 2.0
"""Log-odds of winning after a month of sessions that all asked, against one that all told.

Everywhere, and with or without the programme: it is what goes before wins from month to month, so
what is compared is a rep's month with the same coach's other months, and its mean is 0.
"""

ASKING_LAG_MONTHS = 2
"""Months from these sessions to the deals that are ready to close."""

EFFECT_ON_PIPELINE = 0.12
EFFECT_ON_STALLS = 0.35
WON_PACE = 1.25
PUSHES = 6
KEEP = -1
(CREATED, FIRST_STAGE, BACK, AGAIN, FIRST_PUSH) = (0, 1, 5, 6, 7)
REVISED = FIRST_PUSH + PUSHES
DISCOUNT, TO_MANAGER, TO_SUCCESSOR, END, REOPENED = (REVISED + step for step in range(1, 6))
SLOTS = REOPENED + 1


@dataclass
class Changes:
    """The history: one entry per change, ordered by deal and time; ``slot`` says what changed."""

    deal: np.ndarray
    second: np.ndarray
    slot: np.ndarray
    stage: np.ndarray
    amount: np.ndarray
    close_day: np.ndarray
    owner: np.ndarray

    def __len__(self) -> int:
        return len(self.deal)


@dataclass
class Deals:
    """One entry per deal in order of creation, and its changes."""

    seat: np.ndarray
    region: np.ndarray
    created_second: np.ndarray
    end_second: np.ndarray  # the true end, possibly after the business date
    product: np.ndarray
    account: np.ndarray
    currency: np.ndarray  # 0 USD, 1 EUR
    deal_type: np.ndarray
    lead_source: np.ndarray
    behaviour: np.ndarray  # how well the deal is worked, in standard deviations
    asked: np.ndarray  # share of sessions that asked, above the usual, two months before its close
    win_probability: np.ndarray
    win_without_programme: np.ndarray
    will_win: np.ndarray
    stalled: np.ndarray
    has_amount: np.ndarray
    changes: Changes
    last_change: np.ndarray  # index into changes of the current state

    def __len__(self) -> int:
        return len(self.seat)

    @property
    def created_day(self) -> np.ndarray:
        """Day of creation."""
        return self.created_second // DAY

    def state_at(self, second: int) -> np.ndarray:
        """Index into changes of each deal's state at a moment, or -1 before its creation."""
        known = self.changes.second <= second
        seen = np.bincount(self.changes.deal[known], minlength=len(self))
        first = np.searchsorted(self.changes.deal, np.arange(len(self)))
        return np.where(seen > 0, first + seen - 1, -1)


def _when_created(
    company: Company, dose: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    days = np.arange(company.start_day - CARRIED_DAYS, company.size.last_day + 1)
    seat = np.repeat(np.arange(company.seats), len(days))
    day = np.tile(days, company.seats)
    weight = company.ramp(seat, day)
    weight *= np.where((day + 3) % 7 < 5, 1.0, 0.02)
    weight *= np.exp(
        0.12 * company.seat_skill[seat] + 0.1 * company.shock[seat, company.month_of(day)]
    )
    treated = day >= company.programme_day[company.team_of(seat, day)]
    weight *= 1 + EFFECT_ON_PIPELINE * treated * dose[seat, company.month_of(day)]
    weight[company.seat_idle[seat]] = 0
    total = np.cumsum(weight)
    count = company.size.opportunities
    drawn = (np.arange(count) + rng.random(count)) / count * total[-1]
    cell = np.minimum(np.searchsorted(total, drawn, side="right"), len(total) - 1)
    return seat[cell], day[cell]


def _win_logit(
    company: Company,
    dose: np.ndarray,
    seat: np.ndarray,
    created: np.ndarray,
    amount_score: np.ndarray,
    product: np.ndarray,
    chance: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Behaviour, and the log-odds with and without what the programme adds to it."""
    team = company.team_of(seat, created)
    month = np.minimum(company.month_of(created + 45), dose.shape[1] - 1)
    manager = company.manager_of(team, created)
    shifts = np.array([item.win_shift for item in names.PRODUCTS])
    base = (
        -1.06
        + 0.4 * company.seat_skill[seat]
        + company.manager_effect[manager]
        + 0.3 * company.shock[seat, month]
        + shifts[product]
        - 0.12 * amount_score
        + 0.5 * np.log(np.maximum(company.ramp(seat, created), 0.2))
    )
    treated = created + 45 >= company.programme_day[team]
    behaviour = chance + EFFECT_ON_BEHAVIOUR * treated * dose[seat, month]
    return (
        behaviour,
        base + BEHAVIOUR_ON_WINS * behaviour,
        base + BEHAVIOUR_ON_WINS * chance,
    )


def _asked_before(
    company: Company, asking: np.ndarray, seat: np.ndarray, ready: np.ndarray
) -> np.ndarray:
    """How much more than usual the rep was asked two months before a deal was ready to close."""
    month = np.clip(company.month_of(ready) - ASKING_LAG_MONTHS, 0, asking.shape[1] - 1)
    return asking[seat, month]


def draw_deals(
    company: Company,
    dose: np.ndarray,
    asking: np.ndarray,
    accounts_per_seat: int,
    rng: np.random.Generator,
) -> Deals:
    """Draw all deals of the sample with their whole history up to the business date."""
    seat, day = _when_created(company, dose, rng)
    count = len(seat)
    team = company.team_of(seat, day)
    region = company.team_region[team]
    morning = np.array([item.utc_morning for item in names.REGIONS])[region] * 3600
    created = day * DAY + morning + rng.integers(0, 9 * 3600, count)
    order = np.lexsort((seat, created))
    seat, day, team, region, created = (
        values[order] for values in (seat, day, team, region, created)
    )

    product = rng.choice(len(names.PRODUCTS), count, p=[item.share for item in names.PRODUCTS])
    amount_score = rng.normal(size=count)
    median = np.array([item.median_amount for item in names.PRODUCTS])[product]
    amount = np.maximum(np.rint(median * np.exp(0.5 * amount_score) / 50), 10) * 5000
    chance, draw = rng.normal(size=count), rng.random(count)
    median_cycle = np.array([item.median_cycle for item in names.PRODUCTS])[product]
    length_factor = np.exp(rng.normal(0, 0.42, count))
    behaviour, logit, plain = _win_logit(company, dose, seat, day, amount_score, product, chance)
    ready = day + (median_cycle * WON_PACE * length_factor).astype(int)
    asked = _asked_before(company, asking, seat, ready)
    persuaded = EFFECT_OF_ASKING * asked
    win = 1 / (1 + np.exp(-logit - persuaded))
    no_decision = draw > win + (1 - win) * 0.66
    won = draw < win
    outcome = np.where(won, names.WON, np.where(no_decision, names.NO_DECISION, names.LOST))

    # How long it takes; stalls add to it, and coaching in the programme makes stalls rarer.
    # Most losses come early, so a deal that lives long enough to be coached is a better one.
    pace = np.where(won, WON_PACE, np.where(no_decision, 0.95, 0.5))
    cycle = median_cycle * pace * length_factor
    month = np.minimum(company.month_of(day + 30), dose.shape[1] - 1)
    treated = day + 30 >= company.programme_day[team]
    stall_rate = 0.16 * (1 - EFFECT_ON_STALLS * treated * np.minimum(dose[seat, month], 1))
    stalled = rng.random(count) < stall_rate * np.where(won, 0.5, 1.3)
    cycle = np.clip(cycle + stalled * rng.uniform(25, 80, count), 6, 300)
    end = created + (cycle * DAY).astype(np.int64)
    weekend = np.maximum((end // DAY + 3) % 7 - 4, 0)
    end = end - weekend * DAY
    length = (end - created).astype(float)

    far = float(NEVER) * DAY
    when = np.full((count, SLOTS), far)
    stage = np.full((count, SLOTS), KEEP)
    value = np.full((count, SLOTS), KEEP, dtype=np.int64)
    close = np.full((count, SLOTS), KEEP, dtype=np.int64)
    owner = np.full((count, SLOTS), KEEP)

    when[:, CREATED] = created
    starts_later = rng.random(count) < 0.22
    stage[:, CREATED] = np.where(starts_later, 1, 0)
    value[:, CREATED] = amount
    owner[:, CREATED] = company.owner_of(seat, day)

    # Stages: how far the deal got, and when it entered each.
    furthest = np.where(
        won, 4, np.where(no_decision, rng.integers(0, 4, count), rng.integers(1, 5, count))
    )
    shares = rng.gamma(3.0, 1.0, (count, 5)) * np.array([0.7, 0.9, 1.1, 1.2, 1.0])
    shares[np.arange(count), rng.integers(1, 4, count)] += stalled * 6
    shares *= np.arange(5) <= furthest[:, None]
    entered = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
    for step in range(1, 5):
        happens = (step <= furthest) & ~((step == 1) & starts_later) & (rng.random(count) > 0.05)
        slot = FIRST_STAGE + step - 1
        moment = created + 1800 + entered[:, step - 1] * (length - 7200)
        when[:, slot] = np.where(happens, np.floor(moment), far)
        stage[:, slot] = step
    goes_back = (furthest >= 3) & (rng.random(count) < 0.05) & (when[:, FIRST_STAGE + 2] < far)
    middle = when[:, FIRST_STAGE + 2]
    next_entry = np.minimum(when[:, FIRST_STAGE + 3], end)
    when[:, BACK] = np.where(goes_back, np.floor(middle + 0.3 * (next_entry - middle)), far)
    stage[:, BACK] = 2
    when[:, AGAIN] = np.where(goes_back, np.floor(middle + 0.7 * (next_entry - middle)), far)
    stage[:, AGAIN] = 3

    # Close dates: hopeful at first, pushed when the day comes near, sometimes forgotten.
    expected = day + np.rint(
        median_cycle * rng.uniform(0.45, 1.15, count) + rng.normal(0, 6, count)
    ).astype(int)
    expected = np.maximum(expected, day + 5)
    close[:, CREATED] = expected
    careful = 0.9 - 0.25 * (rng.random(count) < 0.2)
    pushing = np.ones(count, dtype=bool)
    for number in range(PUSHES):
        moment = (expected - rng.integers(-4, 6, count)) * DAY + rng.integers(
            8 * 3600, 17 * 3600, count
        )
        moment = np.maximum(moment, created + (number + 1) * 5400)
        pushing &= (moment < end - 3600) & (rng.random(count) < careful)
        expected = np.where(
            pushing, np.maximum(expected, moment // DAY) + rng.integers(10, 46, count), expected
        )
        when[:, FIRST_PUSH + number] = np.where(pushing, moment, far)
        close[:, FIRST_PUSH + number] = expected

    revised = (rng.random(count) < 0.58) & (furthest >= 2)
    revised_amount = np.rint(amount * rng.uniform(0.75, 1.35, count) / 5000) * 5000
    when[:, REVISED] = np.where(
        revised, np.floor(created + length * rng.uniform(0.3, 0.7, count)), far
    )
    value[:, REVISED] = revised_amount
    discounted = (rng.random(count) < 0.45) & (furthest >= 4)
    when[:, DISCOUNT] = np.where(
        discounted, np.floor(created + length * rng.uniform(0.75, 0.97, count)), far
    )
    value[:, DISCOUNT] = np.floor(
        np.where(revised, revised_amount, amount) * rng.uniform(0.84, 0.97, count)
    )

    # A rep who leaves hands over to the manager, who hands over to the successor.
    leaver_left = company.first_until[seat]
    handed = (
        (leaver_left > day)
        & (leaver_left < NEVER)
        & (owner[:, CREATED] == company.first_holder[seat])
        & (leaver_left * DAY < end)
    )
    safe_left = np.where(handed, leaver_left, day)
    when[:, TO_MANAGER] = np.where(handed, leaver_left * DAY + 1 + (created % 3600), far)
    owner[:, TO_MANAGER] = company.manager_of(company.team_of(seat, safe_left), safe_left)
    followed = (
        (company.second_from[seat] < NEVER)
        & (company.second_from[seat] > day)
        & (company.second_from[seat] * DAY < end)
        & (handed | (company.holder_of(seat, day) == NOBODY))
    )
    when[:, TO_SUCCESSOR] = np.where(
        followed, company.second_from[seat] * DAY + 32_400 + (created % 3600), far
    )
    owner[:, TO_SUCCESSOR] = company.second_holder[seat]

    when[:, END] = end
    stage[:, END] = outcome
    close[:, END] = end // DAY

    # A few lost deals come back to life.
    horizon = (company.size.last_day + 1) * DAY
    lost_lately = np.flatnonzero(
        (outcome != names.WON) & (end < horizon - 20 * DAY) & (end > horizon - 110 * DAY)
    )
    back = np.sort(rng.choice(lost_lately, max(2, round(0.002 * count)), replace=False))
    when[back, REOPENED] = end[back] + rng.integers(4, 15, len(back)) * DAY
    stage[back, REOPENED] = 3
    close[back, REOPENED] = company.size.last_day + rng.integers(10, 60, len(back))

    changes = _carry_forward(when, stage, value, close, owner, horizon)
    first = np.searchsorted(changes.deal, np.arange(count + 1))
    last_change = first[1:] - 1
    is_early = (changes.stage[last_change] == 0) & (changes.amount[last_change] > 0)
    return Deals(
        seat=seat,
        region=region,
        created_second=created,
        end_second=end,
        product=product,
        account=rng.integers(0, accounts_per_seat, count) * company.seats + seat,
        currency=_currencies(region, rng),
        deal_type=rng.choice(len(names.DEAL_TYPES), count, p=[0.62, 0.26, 0.12]),
        lead_source=rng.integers(0, len(names.LEAD_SOURCES), count),
        behaviour=behaviour,
        asked=asked,
        win_probability=win,
        win_without_programme=1 / (1 + np.exp(-plain - persuaded)),
        will_win=won,
        stalled=stalled,
        has_amount=~(is_early & (rng.random(count) < 0.2)),
        changes=changes,
        last_change=last_change,
    )


def _currencies(region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    home = np.array([item.currency == "EUR" for item in names.REGIONS]).astype(int)[region]
    return np.where(rng.random(len(region)) < 0.015, 1 - home, home)


def _carry_forward(
    when: np.ndarray,
    stage: np.ndarray,
    value: np.ndarray,
    close: np.ndarray,
    owner: np.ndarray,
    horizon: int,
) -> Changes:
    order = np.argsort(when, axis=1, kind="stable")
    times = np.take_along_axis(when, order, axis=1)
    position = np.broadcast_to(np.arange(SLOTS), when.shape)

    def carried(values: np.ndarray) -> np.ndarray:
        ordered = np.take_along_axis(values, order, axis=1)
        source = np.maximum.accumulate(np.where(ordered == KEEP, 0, position), axis=1)
        return np.take_along_axis(ordered, source, axis=1)

    happened = times < horizon
    deal, column = np.nonzero(happened)
    return Changes(
        deal=deal,
        second=times[happened].astype(np.int64),
        slot=order[deal, column],
        stage=carried(stage)[happened],
        amount=carried(value)[happened],
        close_day=carried(close)[happened],
        owner=carried(owner)[happened],
    )
