"""What reps write down to qualify a deal, in fields that the CRMs were given for it.

A field is filled at some time in a deal's life, the likelier the better the deal is worked, and
looked at again now and then; some are cleared. Only the histories of the CRMs tell when.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from halftime.sample.company import Company
from halftime.sample.deals import Deals
from halftime.sample.text import DAY

ELEMENTS = ("Economic_Buyer", "Decision_Criteria", "Identified_Pain", "Champion")
WORDS = (
    "Confirmed in the last meeting",
    "Named by our sponsor",
    "Written down together with the customer",
    "To be checked with procurement",
)
LOOKS = 4
"""A field is written so many times at most."""
DAYS_BETWEEN = 24.0
CLEARED = 0.04
BEHAVIOUR_ON_FIELDS = 0.7
"""Log-odds that a field is ever filled, per standard deviation of behaviour."""


@dataclass
class Qualification:
    """One entry per time that a field was written; ``word`` is -1 where it was cleared."""

    deal: np.ndarray
    element: np.ndarray
    second: np.ndarray
    word: np.ndarray
    before: np.ndarray


def draw_qualification(company: Company, deals: Deals, rng: np.random.Generator) -> Qualification:
    """Draw when which field of which deal was written."""
    horizon = (company.size.last_day + 1) * DAY - 1
    count = len(deals)
    chance = 1 / (1 + np.exp(-0.6 - BEHAVIOUR_ON_FIELDS * deals.behaviour))
    filled = rng.random((count, len(ELEMENTS))) < chance[:, None]
    deal, element = np.nonzero(filled)
    life = np.maximum(np.minimum(deals.end_second, horizon) - deals.created_second, DAY)[deal]
    start = deals.created_second[deal] + (rng.random(len(deal)) ** 2 * 0.7 * life).astype(np.int64)
    gaps = rng.exponential(DAYS_BETWEEN * DAY, (len(deal), LOOKS)).astype(np.int64) + 600
    gaps[:, 0] = 60
    second = start[:, None] + np.cumsum(gaps, axis=1)
    word = rng.integers(0, len(WORDS), second.shape)
    word[rng.random(second.shape) < CLEARED] = -1
    word[:, 0] = np.maximum(word[:, 0], 0)
    before = np.concatenate([np.full((len(deal), 1), -1), word[:, :-1]], axis=1)
    end = np.minimum(deals.end_second, horizon)[deal]
    # What is written again in the same words leaves no trace in a history.
    inside = (second < end[:, None]) & (word != before)
    row, _ = np.nonzero(inside)
    return Qualification(
        deal=deal[row],
        element=element[row],
        second=second[inside],
        word=word[inside],
        before=before[inside],
    )
