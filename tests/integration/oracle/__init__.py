"""The definitions in plain words, worked out a second time from the raw files.

Nothing here knows the project: no import of it, no SQL, no warehouse. Each module reads like the
definitions of one family in docs/indicators.md, over files as anybody would open them.
"""
