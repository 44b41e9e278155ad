"""Questions to the published build: pure functions of a connection, a scope and a selection.

No module here imports Streamlit. Every function takes a scope; without one it answers with no row.
"""
