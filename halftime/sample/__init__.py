"""The sample company: realistic raw files whose truth is known.

From the inside out: people (``company``) → what they coach (``coaching``) → deals → activities →
tables (``salesforce``, ``spreadsheets``) → defects → files. A further source is one more module of
tables.
"""

from halftime.sample.build import SampleReport, write_sample
from halftime.sample.sizes import SIZES

__all__ = ["SIZES", "SampleReport", "write_sample"]
