"""The dashboards: read-only pages over one published build.

They know published tables and nothing else.
"""
