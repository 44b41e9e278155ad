"""Which numbers records get: those of a company that is drawn in blocks are marked by the block.

A record's number counts within its block, so no block needs to know another. The mark stands in
every id that is made while the block is drawn and written; that of the first block is empty, so a
company drawn whole and the first block of a large one look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_BLOCK: ContextVar[int] = ContextVar("block", default=0)


@contextmanager
def numbered_in(block: int) -> Iterator[None]:
    """Make the ids, and the names of people, teams and accounts, those of a block (0 to 999)."""
    token = _BLOCK.set(block)
    try:
        yield
    finally:
        _BLOCK.reset(token)


def block() -> int:
    """Give the number of the block that is being drawn or written."""
    return _BLOCK.get()


def mark() -> str:
    """Three digits that tell a block's records from others', nothing for the first block."""
    return f"{block():03d}" if block() else ""
