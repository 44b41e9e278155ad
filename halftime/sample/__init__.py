"""The sample company: realistic raw files whose truth is known.

From the inside out: people (``company``) → what they coach (``coaching``) → deals → activities →
tables (``salesforce``, ``spreadsheets``) → defects → files. A further source is one more module of
tables. A large company is several small ones whose records have numbers of their own (``stream``).
"""

from halftime.sample.build import write_sample, write_size
from halftime.sample.sizes import SIZES
from halftime.sample.writing import SampleReport

__all__ = ["SIZES", "SampleReport", "write_sample", "write_size"]
