"""Pieces that the pages share: figures, charts, sentences, the foot of the page."""
