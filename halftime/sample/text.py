"""Columns of text made from numbers without a loop over rows: ids, dates, timestamps, amounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from halftime.sample import numbering

DAY = 86_400
_BASE62 = np.frombuffer(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    dtype=np.uint8,
)
_BASE32 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
_SECONDS = np.arange(DAY)


def _is_capital(letters: np.ndarray) -> np.ndarray:
    return ((letters >= ord("A")) & (letters <= ord("Z"))).astype(np.int64)


_CAPITAL = _is_capital(_BASE62)
_PAIRS = _BASE62[np.stack(np.divmod(np.arange(62 * 62), 62), axis=1)]
_PAIR_CAPITALS = _is_capital(_PAIRS) @ np.array([1, 2])


def _digits(values: np.ndarray, width: int) -> np.ndarray:
    powers = 10 ** np.arange(width - 1, -1, -1)
    return ((values[:, None] // powers) % 10 + ord("0")).astype(np.uint8)


def _clock() -> np.ndarray:
    matrix = np.full((DAY, 8), ord(":"), dtype=np.uint8)
    for start, part in ((0, _SECONDS // 3600), (3, _SECONDS // 60 % 60), (6, _SECONDS % 60)):
        matrix[:, start : start + 2] = _digits(part, 2)
    return matrix


_CLOCK = _clock()


def fixed(matrix: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Turn an (n, width) matrix of ASCII codes into n texts; rows that are not valid are null."""
    count, width = matrix.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    mask = None
    if valid is not None:
        mask = pa.py_buffer(np.packbits(valid.astype(bool), bitorder="little").tobytes())
    return pa.StringArray.from_buffers(
        count,
        pa.py_buffer(offsets.tobytes()),
        pa.py_buffer(np.ascontiguousarray(matrix).tobytes()),
        mask,
    )


def _day_matrix(days: np.ndarray) -> np.ndarray:
    low = int(days.min()) if len(days) else 0
    high = int(days.max()) if len(days) else 0
    texts = np.datetime_as_string(np.arange(low, high + 1).astype("datetime64[D]"))
    table = np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(-1, 10)
    return table[days - low]


def date_text(days: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write days since 1970-01-01 as ``YYYY-MM-DD``."""
    days = days if valid is None else np.where(valid, days, 0)
    return fixed(_day_matrix(days.astype(np.int64)), valid)


def timestamp_text(
    seconds: np.ndarray,
    valid: np.ndarray | None = None,
    *,
    separator: str = "T",
    suffix: str = ".000Z",
) -> pa.Array:
    """Write seconds since 1970-01-01 UTC as ``YYYY-MM-DDTHH:MM:SS.000Z``."""
    seconds = (seconds if valid is None else np.where(valid, seconds, 0)).astype(np.int64)
    matrix = np.empty((len(seconds), 19 + len(suffix)), dtype=np.uint8)
    matrix[:, :10] = _day_matrix(seconds // DAY)
    matrix[:, 10] = ord(separator)
    matrix[:, 11:19] = _CLOCK[seconds % DAY]
    matrix[:, 19:] = np.frombuffer(suffix.encode(), dtype=np.uint8)
    return fixed(matrix, valid)


def clock_text(seconds: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write seconds of a day as ``HH:MM``."""
    return fixed(_CLOCK[seconds.astype(np.int64) % DAY][:, :5], valid)


def salesforce_id(
    prefix: str, numbers: np.ndarray, valid: np.ndarray | None = None, *, is_shared: bool = False
) -> pa.Array:
    """Make 18-character ids: prefix, block, a running number in base 62, the check.

    The last three characters encode which of the first fifteen are upper case, as the real ones do.
    A record that all blocks share bears the mark of none.
    """
    block = 0 if is_shared else numbering.block()
    numbers = (numbers if valid is None else np.where(valid, numbers, 0)).astype(np.int32)
    head = np.frombuffer(f"{prefix}5f{block:04d}0".encode(), dtype=np.uint8)
    rest, last = np.divmod(numbers, np.int32(len(_PAIRS)))
    first, middle = np.divmod(rest, np.int32(len(_PAIRS)))
    matrix = np.empty((len(numbers), 18), dtype=np.uint8)
    matrix[:, :10] = head
    matrix[:, 10] = _BASE62[first]
    matrix[:, 11:13] = _PAIRS[middle]
    matrix[:, 13:15] = _PAIRS[last]
    capital = _CAPITAL[first] + 2 * _PAIR_CAPITALS[middle] + 8 * _PAIR_CAPITALS[last]
    matrix[:, 15:17] = _BASE32[_is_capital(head).reshape(2, 5) @ (2 ** np.arange(5))]
    matrix[:, 17] = _BASE32[capital]
    return fixed(matrix, valid)


def coded(
    prefix: str, numbers: np.ndarray, width: int, valid: np.ndarray | None = None
) -> pa.Array:
    """Write ``prefix`` and a number padded with zeros to ``width``."""
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    safe = numbers if valid is None else np.where(valid, numbers, 0)
    body = _digits(safe.astype(np.int64), width)
    heads = np.broadcast_to(head, (len(body), len(head)))
    return fixed(np.concatenate([heads, body], axis=1), valid)


def serial(
    prefix: str, numbers: np.ndarray, width: int, valid: np.ndarray | None = None
) -> pa.Array:
    """Write the id of a record: ``prefix``, the mark of its block, a number of ``width`` digits."""
    return coded(prefix + numbering.mark(), numbers, width, valid)


def pick(
    values: Sequence[str | None], index: np.ndarray, valid: np.ndarray | None = None
) -> pa.Array:
    """Take ``values[index]`` as text; rows that are not valid are null."""
    taken = pa.array(values, pa.string()).take(pa.array(np.asarray(index, dtype=np.int64)))
    return taken if valid is None else blank(taken, valid)


def blank(values: pa.Array, keep: np.ndarray) -> pa.Array:
    """Keep the text where ``keep`` is true, else null."""
    return pc.if_else(pa.array(np.asarray(keep, dtype=bool)), values, pa.scalar(None, pa.string()))


def blank_else(first: pa.Array, second: pa.Array, condition: np.ndarray) -> pa.Array:
    """Take ``first`` where the condition holds, else ``second``."""
    return pc.if_else(pa.array(np.asarray(condition, dtype=bool)), first, second)


def number_text(values: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write integers as text."""
    texts = pa.array(np.asarray(values, dtype=np.int64)).cast(pa.string())
    return texts if valid is None else blank(texts, valid)


def padded(prefix: str, values: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write ``prefix`` and a number of at least six digits."""
    return join(prefix, pc.utf8_lpad(number_text(values, valid), 6, "0"))


def person_key(person: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write the roster's number of each person."""
    return join(f"E{numbering.mark()}", number_text(person + 1001, valid))


_CENTS = [f".{cent:02d}" for cent in range(100)]


def money_text(cents: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Write amounts, given in cents, with two decimals."""
    safe = np.asarray(cents if valid is None else np.where(valid, cents, 0), dtype=np.int64)
    return join(number_text(safe // 100, valid), pick(_CENTS, safe % 100))


def flag_text(values: np.ndarray) -> pa.Array:
    """Write booleans as ``true`` and ``false``."""
    return pick(["false", "true"], np.asarray(values, dtype=np.int64))


def join(*parts: pa.Array | str, separator: str = "") -> pa.Array:
    """Join columns and constants; null if any part is null."""
    return pc.binary_join_element_wise(*parts, separator)
