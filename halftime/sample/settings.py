"""The configuration that comes with the sample company's files."""

from __future__ import annotations

from halftime.sample import names
from halftime.sample.sizes import AS_OF, FISCAL_YEAR_START_MONTH

TEMPLATE = """\
# The sample company: Salesforce, coaching logs kept by managers, a roster, quotas in a spreadsheet.
# Made by `halftime sample --size {size} --seed {seed}`.
version: 1
company: {company}

reporting:
  timezone: UTC
  currency: USD
  fiscal_year_start_month: {month}   # the fiscal year begins in February
  as_of: {as_of}              # about two thirds through the third fiscal quarter

sources:
  salesforce:                      # a data loader's nightly exports, API names
    files: ["salesforce/*"]
    timezone: UTC
    delivery: delta

  coaching_log:                    # one file per region, some as workbooks; dates are kept by hand
    files: ["coaching_log/*"]
    date_formats:
      - YYYY-MM-DD
      - DD/MM/YYYY
      - MM/DD/YYYY
      - DD.MM.YYYY
      - DD Mon YYYY
      - YYYY/MM/DD
    objects:
      session:
        values:
          area: {{"call coaching": skills_and_behaviors}}

  people:
    files: ["people/*"]

  tabular:                         # finance's quotas: German numbers and dates, one file per year
    files: ["tabular/*"]
    date_formats: [DD.MM.YYYY]
    decimal: ","
    thousands: "."
    objects:
      quota:
        columns:
          person: Rep
          period_start: Quarter start
          period_end: Quarter end
          quota_amount: Quota
          currency_code: Currency

stages:
  salesforce:
    "Closed - No Decision": {{category: no_decision, order: 8, qualified: false}}
"""


def settings_text(size: str, seed: int) -> str:
    """Text of ``halftime.yml`` for the sample company."""
    return TEMPLATE.format(
        size=size,
        seed=seed,
        company=names.COMPANY,
        month=FISCAL_YEAR_START_MONTH,
        as_of=AS_OF,
    )
