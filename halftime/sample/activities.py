"""Calls, mails and meetings of the reps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample import names
from halftime.sample.company import NOBODY, Company
from halftime.sample.deals import Deals
from halftime.sample.text import DAY

CALL, EMAIL, MEETING = range(3)


@dataclass
class Activities:
    """One entry per activity in order of time; ``deal`` is -1 for prospecting."""

    kind: np.ndarray
    deal: np.ndarray
    account: np.ndarray
    owner: np.ndarray
    second: np.ndarray
    minutes: np.ndarray
    is_planned: np.ndarray
    text: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    def set_up_second(self, chosen: np.ndarray) -> np.ndarray:
        """Seconds at which the meetings ``chosen`` were set up: up to four weeks ahead."""
        lead = 1 + (self.text[chosen] * 1e5).astype(np.int64) % 28
        return self.second[chosen] // 1800 * 1800 - lead * DAY


def draw_activities(company: Company, deals: Deals, rng: np.random.Generator) -> Activities:
    """Draw activities: most belong to a deal while it is open, some prospect for new ones."""
    size = company.size
    horizon = (size.last_day + 1) * DAY
    prospecting = round(0.15 * size.activities)
    planned = min(len(deals), round(0.01 * size.activities))
    on_deals = size.activities - prospecting - planned

    # Past activities of deals: more on longer deals, few once a deal has stalled.
    end = np.minimum(deals.end_second, horizon - 1)
    length = np.maximum(end - deals.created_second, DAY)
    care = np.exp(rng.normal(0, 0.35, len(deals)))
    weight = np.cumsum((length / DAY) ** 0.7 * care)
    drawn = (np.arange(on_deals) + rng.random(on_deals)) / on_deals * weight[-1]
    deal = np.minimum(np.searchsorted(weight, drawn, side="right"), len(deals) - 1)
    share = rng.random(on_deals)
    share = np.where(deals.stalled[deal], share * share, share)
    second = (deals.created_second[deal] + share * length[deal]).astype(np.int64)

    open_deals = np.flatnonzero(deals.end_second >= horizon)
    with_next = open_deals[rng.random(len(open_deals)) < 0.6]
    future_deal = rng.choice(with_next, planned) if len(with_next) else with_next
    future = horizon + (rng.random(len(future_deal)) * 25 * DAY).astype(np.int64)

    active_seats = np.flatnonzero(~company.seat_idle)
    cold_seat = rng.choice(active_seats, prospecting)
    cold_day = rng.integers(company.start_day, size.last_day + 1, prospecting)
    cold_owner = company.holder_of(cold_seat, cold_day)
    vacant = cold_owner == NOBODY
    cold_owner = np.where(vacant, company.owner_of(cold_seat, cold_day), cold_owner)

    deal = np.concatenate([deal, future_deal, np.full(prospecting, -1)])
    second = np.concatenate([second, future, cold_day * DAY])
    count = len(deal)
    day = second // DAY
    day = day - np.maximum((day + 3) % 7 - 4, 0)
    known = np.maximum(deal, 0)
    region = np.where(deal >= 0, deals.region[known], 0)
    morning = np.array([item.utc_morning for item in names.REGIONS])[region] * 3600
    second = day * DAY + morning + rng.integers(0, 32_400, count)
    second = np.where(deal >= 0, np.maximum(second, deals.created_second[known]), second)

    owner = company.owner_of(deals.seat[known], day)
    owner[len(deal) - prospecting :] = cold_owner
    account = np.where(deal >= 0, deals.account[known], 0)
    account[len(deal) - prospecting :] = cold_seat
    is_planned = second >= horizon
    kind = rng.choice([CALL, EMAIL, MEETING], count, p=[0.34, 0.42, 0.24])
    kind = np.where(is_planned & (kind == EMAIL), MEETING, kind)
    order = np.lexsort((owner, second))
    minutes = np.where(kind == MEETING, rng.choice([30, 30, 45, 60, 60, 90], count), 0)
    minutes = np.where(kind == CALL, rng.integers(1, 35, count), minutes)
    return Activities(
        kind=kind[order],
        deal=deal[order],
        account=account[order],
        owner=owner[order],
        second=second[order],
        minutes=minutes[order],
        is_planned=is_planned[order],
        text=rng.random(count)[order],
    )
