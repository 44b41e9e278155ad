"""The gate before publication: rules, their results, the results of the dbt tests, the verdict.

Importing this package, its rules, verdict and loader is cheap; only :mod:`quality.gx_engine`
imports Great Expectations (four seconds), and only :mod:`quality.validate` imports that.
"""
