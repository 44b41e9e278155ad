"""Text files as streams of UTF-8 bytes: encodings, gzip, and the count of records.

The count is made here, before and apart from the parser, so that the two can be held against each
other: every landed file must have as many records as were counted.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from halftime.landing.spec import RejectedFileError

CHUNK_BYTES = 4 << 20
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNDEFINED_CP1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_QUOTE, _LF, _CR = 34, 10, 13
_ALIASES = {"latin-1": "cp1252", "iso-8859-1": "cp1252", "windows-1252": "cp1252", "ansi": "cp1252"}


@dataclass(frozen=True)
class Encoding:
    """Encoding of a text file and the length of its byte-order mark in bytes."""

    name: str
    bom_bytes: int = 0


@dataclass(frozen=True)
class RecordCount:
    """Number of records of a delimited file and whether it ends inside quotes."""

    records: int
    ends_in_quotes: bool


def digest(path: Path) -> str:
    """Return the sha-256 of a file's bytes as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_gzip(path: Path) -> bool:
    """Whether a file is named as gzipped."""
    return path.name.lower().endswith(".gz")


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for reading, decompressed if it is gzipped."""
    if is_gzip(path):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def read_chunk(stream: BinaryIO, size: int = CHUNK_BYTES) -> bytes:
    """Read up to ``size`` bytes; a gzip stream that is cut or damaged rejects the file."""
    try:
        return stream.read(size)
    except EOFError as error:
        raise RejectedFileError("truncated", "The gzip stream ends before its end mark.") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise RejectedFileError("unreadable", f"The gzip stream is damaged: {error}.") from error


def detect_encoding(path: Path, wanted: str | None = None) -> Encoding:
    """Tell a text file's encoding: by byte-order mark, else UTF-8 if valid, else CP1252.

    Reads the whole file once, in chunks. Raises :class:`RejectedFileError` ``unknown_encoding`` if
    the bytes are neither, ``empty_file`` if there are none, ``truncated`` for a cut gzip stream.
    """
    with open_bytes(path) as stream:
        head = read_chunk(stream)
        if not head:
            raise RejectedFileError("empty_file", "The file is empty: not even a header.")
        for mark, name in BOMS:
            if head.startswith(mark):
                _read_through(stream, head, name)
                return Encoding(name, len(mark))
        if wanted is not None:
            name = _codec(wanted)
            _read_through(stream, head, name)
            return Encoding(name)
        sample = head[:4096]
        if len(sample) >= 4 and sample[1::2].count(0) > 0.6 * len(sample[1::2]):
            _read_through(stream, head, "utf-16-le")
            return Encoding("utf-16-le")
        if len(sample) >= 4 and sample[0::2].count(0) > 0.6 * len(sample[0::2]):
            _read_through(stream, head, "utf-16-be")
            return Encoding("utf-16-be")
        return Encoding(_eight_bit_encoding(stream, head))


def _codec(wanted: str) -> str:
    name = _ALIASES.get(wanted.lower(), wanted)
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise RejectedFileError(
            "unknown_encoding",
            f"The configured encoding '{wanted}' is not known.",
        ) from error


def _read_through(stream: BinaryIO, head: bytes, name: str) -> None:
    """Read to the end of a file; only UTF-8 is decoded, which later goes through as it is."""
    decoder = codecs.getincrementaldecoder(name)() if name == "utf-8" else None
    chunk = head
    while chunk:
        if decoder is not None:
            _decode(decoder, chunk, name)
        chunk = read_chunk(stream)
    if decoder is not None:
        _decode(decoder, b"", name)


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, name: str) -> str:
    """Decode a chunk, the last one if it is empty; reject what is not of the encoding."""
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        is_cut = "truncated" in error.reason or (not chunk and "end of data" in error.reason)
        raise RejectedFileError(
            "truncated" if is_cut else "unknown_encoding",
            f"The bytes are not valid {name}: {error.reason}.",
        ) from error


def _eight_bit_encoding(stream: BinaryIO, head: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, undefined, is_wide = True, False, False
    chunk = head
    while chunk:
        if is_utf8:
            try:
                is_wide = not decoder.decode(chunk).isascii() or is_wide
            except UnicodeDecodeError:
                is_utf8 = False
        if not undefined and not chunk.isascii():
            undefined = any(chunk.count(byte) for byte in _UNDEFINED_CP1252)
        chunk = read_chunk(stream)
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            is_utf8 = False
            if is_wide:
                raise RejectedFileError(
                    "truncated", "The UTF-8 text ends inside a character: it was cut off."
                ) from error
    if is_utf8:
        return "utf-8"
    if undefined:
        raise RejectedFileError(
            "unknown_encoding",
            "The bytes are neither valid UTF-8 nor CP1252, and no byte-order mark names another.",
        )
    return "cp1252"


class Utf8Stream(io.RawIOBase):
    """A text file as UTF-8 bytes without byte-order mark, decoded chunk by chunk."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        super().__init__()
        self._stream = open_bytes(path)
        self._stream.read(encoding.bom_bytes)
        self._decoder = (
            None
            if encoding.name == "utf-8"
            else codecs.getincrementaldecoder(encoding.name)("strict")
        )
        self._encoding = encoding
        self._pending = b""
        self._ended = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close the underlying file."""
        self._stream.close()
        super().close()

    def _fill(self, size: int) -> None:
        chunk = read_chunk(self._stream, size)
        if self._decoder is None:
            self._pending, self._ended = chunk, not chunk
            return
        text = _decode(self._decoder, chunk, self._encoding.name)
        self._pending = text.encode("utf-8", "surrogatepass")
        self._ended = not chunk

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, b'' at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK_BYTES), b""))
        while not self._pending and not self._ended:
            self._fill(max(size, 4096))
        block, self._pending = self._pending[:size], self._pending[size:]
        return block


def head_text(path: Path, encoding: Encoding, size: int = 1 << 20) -> tuple[str, bool]:
    """Return the first characters of a text file and whether that is all of it."""
    with Utf8Stream(path, encoding) as stream:
        blocks: list[bytes] = []
        length = 0
        while length < size:
            block = stream.read(size - length)
            if not block:
                return b"".join(blocks).decode("utf-8", "replace"), True
            blocks.append(block)
            length += len(block)
        is_all = not stream.read(1)
    return b"".join(blocks).decode("utf-8", "ignore"), is_all


def count_records(path: Path, encoding: Encoding, delimiter: str) -> RecordCount:
    """Count the records of a delimited file, the header included, blank lines too.

    A record ends at LF, CR or CR LF outside quotes; a quote opens only at the beginning of a
    field. The vectorised count takes the parity of quotes; where a quote stands elsewhere (``5"
    pipe``) the exact machine counts anew.
    """
    with Utf8Stream(path, encoding) as stream:
        counted = _count_by_parity(stream, ord(delimiter))
    if counted is None:
        with Utf8Stream(path, encoding) as stream:
            counted = _count_exactly(stream, ord(delimiter))
    return counted


def _count_by_parity(stream: Utf8Stream, delimiter: int) -> RecordCount | None:
    records, in_quotes, previous = 0, False, _LF
    while chunk := stream.read(CHUNK_BYTES):
        returns = chunk.count(b"\r")
        plain_returns = returns == 0 or (
            returns == chunk.count(b"\r\n") and not (previous == _CR and chunk[0] == _LF)
        )
        if not in_quotes and b'"' not in chunk and plain_returns:
            records += chunk.count(b"\n") - (previous == _CR and chunk[0] == _LF)
            previous = chunk[-1]
            continue
        data = np.frombuffer(chunk, dtype=np.uint8)
        quotes = np.flatnonzero(data == _QUOTE)
        opening = quotes[int(in_quotes) :: 2]
        before = np.where(opening > 0, data[opening - 1], np.uint8(previous))
        if not np.isin(before, (delimiter, _LF, _CR, _QUOTE)).all():
            return None
        ends = _record_ends(data, previous, has_returns=returns > 0 or previous == _CR)
        inside = (np.searchsorted(quotes, ends) + in_quotes) & 1
        records += len(ends) - int(np.count_nonzero(inside))
        in_quotes = bool((len(quotes) + in_quotes) & 1)
        previous = int(data[-1])
    return RecordCount(records + (in_quotes or previous not in (_LF, _CR)), in_quotes)


def _record_ends(data: np.ndarray, previous: int, *, has_returns: bool) -> np.ndarray:
    """Places of LF, and of CR that no LF follows; a LF whose CR ended the last chunk is none."""
    feeds = np.flatnonzero(data == _LF)
    if not has_returns:
        return feeds
    after_return = np.where(feeds > 0, data[feeds - 1], np.uint8(previous)) == _CR
    return np.union1d(feeds[~after_return], np.flatnonzero(data == _CR))


def _count_exactly(stream: Utf8Stream, delimiter: int) -> RecordCount:
    """Walk through the bytes that matter; only for files with quotes inside unquoted fields."""
    field_start, unquoted, quoted, closing = range(4)
    records, state, previous = 0, field_start, _LF
    while chunk := stream.read(CHUNK_BYTES):
        data = np.frombuffer(chunk, dtype=np.uint8)
        matters = (data == _QUOTE) | (data == _LF) | (data == _CR) | (data == delimiter)
        places = np.flatnonzero(matters)
        last_place = -1
        for place, byte in zip(places.tolist(), data[places].tolist(), strict=True):
            if place > last_place + 1:
                previous = chunk[place - 1]
                if state in (field_start, closing):
                    state = unquoted
            if state == quoted:
                state = closing if byte == _QUOTE else quoted
            elif byte == _QUOTE:
                state = {field_start: quoted, closing: quoted, unquoted: unquoted}[state]
            elif byte == delimiter:
                state = field_start
            else:
                records += not (byte == _LF and previous == _CR and state == field_start)
                state = field_start
            previous, last_place = byte, place
        if last_place < len(chunk) - 1:
            previous = chunk[-1]
            if state in (field_start, closing):
                state = unquoted
    is_open_record = state != field_start or previous not in (_LF, _CR)
    return RecordCount(records + is_open_record, state == quoted)
