"""The configuration that comes with the sample company's files."""

from __future__ import annotations

import re

from halftime.sample import names
from halftime.sample.known import has
from halftime.sample.sizes import AS_OF, FISCAL_YEAR_START_MONTH

OPTIONAL = ("hubspot", "gong", "calendar", "learning")
TEMPLATE = """\
# The sample company: two CRMs, coaching logs kept by managers, a roster, quotas in a spreadsheet.
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

  hubspot:                         # the business unit that was bought: a connector's tables
    files: ["hubspot/*"]
    timezone: UTC
    delivery: delta
    objects:
      company: {{delivery: snapshot}}   # a full file a month; what the next lacks was deleted

  gong:                            # pages of its interface, one file each; ids have 20 digits
    files: ["gong/*"]
    timezone: UTC

  calendar:                        # some managers keep their 1:1s only in the calendar
    files: ["calendar/*"]
    timezone: UTC
    date_formats: [MM/DD/YYYY]     # as Outlook writes days in the United States
    expand_until: {as_of}       # series are followed up to this day
    coaching_patterns: ["1:1", "team coaching"]

  learning:                        # courses and quizzes
    files: ["learning/*"]
    timezone: UTC

  reference:                       # kept by operations: rates, plans, HubSpot's territories
    files: ["reference/*"]

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
      survey_response:             # which of the options is the definition that was agreed
        values:
          choice: {{"A talk that persuades the rep to change one thing": official}}
      matrix:                      # a workbook per manager, whose name is that of the sheet
        sheet: ["*"]
        sheet_to: coach
        unpivot:
          id_columns: [Rep]
          names_to: session_date
          values_to: cell

  people:
    files: ["people/*"]

  tabular:                         # quotas and forecasts: German numbers and dates
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
      forecast:
        columns:
          person: Manager
          period_start: Quarter start
          period_end: Quarter end
          submitted_date: Week of
          category: Call
          amount: Amount
          currency_code: Currency

stages:
  salesforce:
    "Closed - No Decision": {{category: no_decision, order: 8, qualified: false}}

privacy:
  classify_notes: true             # questions and directives of notes are counted; no text leaves
"""


def settings_text(size: str, seed: int) -> str:
    """Text of ``halftime.yml`` for the sample company."""
    return _filled(_known(TEMPLATE), size, seed)


def _known(template: str) -> str:
    """Leave out the paragraphs of systems and objects without contract."""
    matrix = "      matrix:"
    paragraphs = []
    for paragraph in template.split("\n\n"):
        found = re.search(r"^  ([a-z_]+):", paragraph, re.MULTILINE)
        is_source = found is not None and not paragraph.lstrip("\n").startswith("stages:")
        if is_source and found is not None and found[1] in OPTIONAL and not has(found[1]):
            continue
        if not has("coaching_log", "matrix"):
            paragraph = paragraph.split("\n" + matrix)[0]
        paragraphs.append(paragraph)
    return "\n\n".join(paragraphs)


def _filled(template: str, size: str, seed: int) -> str:
    return template.format(
        size=size,
        seed=seed,
        company=names.COMPANY,
        month=FISCAL_YEAR_START_MONTH,
        as_of=AS_OF,
    )
