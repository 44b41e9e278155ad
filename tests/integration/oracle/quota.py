"""Quota: QU-01."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .company import Company, period
from .deals import Deal
from .figures import GRAINS, Figures
from .files import DAY, Files, day

CENT = Decimal("0.01")


def credit(deal: Deal, owner: str) -> dict[str, Decimal]:
    """Who is credited with a won deal: those who share it in parts of 100 %, else the owner."""
    amount = deal.now.amount or Decimal(0)
    if sum(part for _, part in deal.splits) != 100:
        return {owner: amount}
    shares: dict[str, Decimal] = {}
    so_far = given = Decimal(0)
    for person, part in sorted(deal.splits):
        so_far += part
        upto = (amount * so_far / 100).quantize(CENT, ROUND_HALF_UP)
        shares[person] = upto - given
        given = upto
    return shares


def all_of(files: Files, company: Company, deals: dict[str, Deal]) -> Figures:  # noqa: C901
    """QU-01: credited won over the quota of the period, each currency by itself."""
    figures = Figures(company)
    for deal in deals.values():
        if deal.deleted or deal.now.stage.category != "won" or deal.now.amount is None:
            continue
        closed = deal.now.close_date
        for person, amount in credit(deal, deal.on(closed).owner).items():
            for measure in ("attainment", "attainment_to_date"):
                figures.add(
                    f"QU-01.{measure}", person, closed, amount, 0, currency=deal.now.currency
                )
    # Of two quotas of a person for the same days the later row is a newer word.
    quotas: dict[tuple, dict[str, str]] = {}
    for row in files.table("tabular/Quota FY*.csv"):
        quotas[row["Rep"], row["Quarter start"], row["Quarter end"]] = row
    of_days: dict[tuple, Fraction] = defaultdict(Fraction)
    for row in quotas.values():
        person = company.find(row["Rep"])
        first, last = day(row["Quarter start"]), day(row["Quarter end"])
        amount = Fraction(row["Quota"].replace(".", "").replace(",", "."))
        on = first
        while on <= last:
            post = company.post(person, on)
            # A quota whose name fits nobody, or several, is nobody's; a manager's is the team's.
            if post is not None and post.role == "rep":
                of_days[person, on, row["Currency"]] += amount / ((last - first).days + 1)
            on += DAY
    for (person, on, currency), part in of_days.items():
        for kind, entity in company.entities(person, on):
            for grain in GRAINS:
                key = (kind, entity, grain, period(grain, on)[0], "all", "all", currency)
                figures.put(("QU-01", "attainment", *key), 0, part, 0)
                if on <= company.as_of:
                    figures.put(("QU-01", "attainment_to_date", *key), 0, part, 0)
    return figures
