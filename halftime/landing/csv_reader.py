"""Delimited text: every value verbatim, every record with its number.

pyarrow parses in blocks; records of another width come back one by one and are judged here. The
header and what stands above it are records like any other until their number tells them apart.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from halftime.contracts import Contract
from halftime.landing import batches, text
from halftime.landing.header import find_header_row, unique_headers
from halftime.landing.spec import ObjectSpec, RejectedFileError

DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_SNIFF_ROWS = 200
_BLOCK_BYTES = (4 << 20, 64 << 20, 1 << 30)
_FOOTER_MIN_WIDTH = 3
_MAXIMUM_ODD_BYTES = 256 << 20


@dataclass(frozen=True)
class Layout:
    """How a delimited file is laid out.

    ``header_row`` counts records from 1; ``named_width`` is the number of columns up to the last
    one with a name: a record may end there.
    """

    delimiter: str
    header_row: int
    header: tuple[str, ...]
    named_width: int


def plain_delimiter(name: str) -> str:
    """Return the character of a configured delimiter, which may be named (``tab``)."""
    return _DELIMITER_NAMES.get(name.lower(), name)


def split_records(sample: str, delimiter: str, at_most: int | None = None) -> list[list[str]]:
    """Split text into (the first) records of fields, as the parser of the whole file does."""
    lift_field_limit()
    records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    return list(islice(records, at_most))


def lift_field_limit() -> None:
    """Let the standard reader take fields of any length."""
    csv.field_size_limit(1 << 30)


def find_layout(
    sample: str,
    is_all: bool,
    contract: Contract,
    spec: ObjectSpec,
    delimiters: Sequence[str] = DELIMITERS,
) -> Layout:
    """Tell delimiter and header of a file from its first characters.

    The header is the record that has the most columns of the contract: the first record unless it
    lacks a required column and a later one among the first thirty has more. Ties between
    delimiters go to the one whose records are most often as wide as the header.
    """
    best: tuple[tuple[float, ...], Layout] | None = None
    wanted = (plain_delimiter(spec.delimiter),) if spec.delimiter else tuple(delimiters)
    for order, delimiter in enumerate(wanted):
        records = split_records(sample, delimiter, _SNIFF_ROWS + 1)
        if not is_all and len(records) <= _SNIFF_ROWS and len(records) > 1:
            records = records[:-1]
        is_whole = is_all and len(records) <= _SNIFF_ROWS
        if not records or (is_whole and all(map(batches.is_blank, records))):
            continue
        place, matched = find_header_row(records, contract, spec)
        below = [record for record in records[place + 1 :] if record]
        header = _as_wide_as(records[place], below)
        even = sum(len(record) == len(header) for record in below) / max(len(below), 1)
        score = (
            float(matched),
            even if len(header) > 1 else 0.0,
            float(len(header)),
            -float(order),
        )
        named = max((n for n, name in enumerate(header, start=1) if name.strip()), default=0)
        layout = Layout(delimiter, place + 1, tuple(unique_headers(header)), named)
        if best is None or score > best[0]:
            best = score, layout
    if best is None:
        raise RejectedFileError("empty_file", "The file holds no record: not even a header.")
    return best[1]


def _as_wide_as(header: Sequence[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Add nameless columns to a header if most records end with blank fields that it lacks."""
    wide = [record for record in below if len(record) > len(header)]
    if 2 * len(wide) <= len(below) or not all(
        batches.is_blank(record[len(header) :]) for record in wide
    ):
        return list(header)
    return [*header, *[""] * (max(map(len, wide)) - len(header))]


@dataclass(frozen=True)
class CsvFile:
    """A delimited file, looked through and ready to be read."""

    path: Path
    encoding: text.Encoding
    layout: Layout
    source_rows: int
    format: str = "csv"

    @property
    def header(self) -> tuple[str, ...]:
        """Unique names of the file's columns."""
        return self.layout.header

    def read(self, required: Sequence[int]) -> Iterator[pa.RecordBatch]:
        """Yield the file's records, without its header, in batches (see :mod:`batches`).

        ``required`` holds the positions of required contract columns. Memory is bounded by a block.
        """
        first_error: pa.ArrowInvalid | None = None
        for block_bytes in _BLOCK_BYTES:
            parser = _Parser(self, block_bytes, required)
            try:
                yield from parser.read()
            except pa.ArrowInvalid as error:
                if parser.has_yielded or "straddl" not in str(error):
                    raise RejectedFileError(
                        "unreadable", f"The file cannot be parsed: {error}"
                    ) from error
                first_error = error
                continue
            return
        raise RejectedFileError("unreadable", f"A record is too long: {first_error}")


class _Parser:
    """One pass over a file; keeps the number of every record."""

    def __init__(self, file: CsvFile, block_bytes: int, required: Sequence[int]) -> None:
        self.file = file
        self.block_bytes = block_bytes
        self.required = required
        self.width = len(file.header)
        self.has_yielded = False
        self.last_is_blank = False
        self.odd_bytes = 0
        self.odd_numbers: list[int] = []
        self.odd_texts: list[str] = []

    def _keep_odd(self, row: pa_csv.InvalidRow) -> str:
        self.odd_numbers.append(row.number)
        self.odd_bytes += len(row.text)
        self.odd_texts.append(row.text if self.odd_bytes <= _MAXIMUM_ODD_BYTES else "")
        return "skip"

    def _open(self, stream: text.Utf8Stream) -> pa_csv.CSVStreamingReader:
        names = [f"c{number}" for number in range(self.width)]
        return pa_csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pa_csv.ReadOptions(
                use_threads=False,
                block_size=self.block_bytes,
                column_names=names,
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=self.file.layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._keep_odd,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[],
                strings_can_be_null=False,
            ),
        )

    def read(self) -> Iterator[pa.RecordBatch]:
        """Yield batches of data and of what stands apart."""
        next_number = 1
        with text.Utf8Stream(self.file.path, self.file.encoding) as stream:
            for block in self._open(stream):
                if block.num_rows == 0:
                    continue
                rows, odd_count = self._numbers(next_number, block.num_rows)
                next_number = int(rows[-1]) + 1
                yield from self._emit(self._judge(self._take_odd(odd_count), is_tail=False))
                batch = batches.data_batch(block.columns, rows, self.width)
                last = [column[-1].as_py() for column in block.columns]
                self.last_is_blank = batches.is_blank(last)
                yield from self._emit(self._set_apart(batch, self.file.layout.header_row))
        odd = self._take_odd(len(self.odd_numbers))
        is_tail = self.last_is_blank or any(batches.is_footer(values) for _, values in odd)
        yield from self._emit(self._judge(odd, is_tail=is_tail))

    def _set_apart(self, batch: pa.RecordBatch, header_row: int) -> list[pa.RecordBatch]:
        return batches.set_apart(
            batch,
            self.width,
            header_row=header_row,
            required=self.required,
        )

    def _emit(self, ready: list[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in ready:
            self.has_yielded = True
            yield batch

    def _numbers(self, first: int, count: int) -> tuple[np.ndarray, int]:
        """Numbers of the next ``count`` even records; the odd ones in between are skipped."""
        odd = np.asarray(self.odd_numbers, dtype=np.int64)
        shifted = odd - first - np.arange(len(odd))
        wanted = np.arange(count)
        skipped = np.searchsorted(shifted, wanted, side="right")
        return first + wanted + skipped, int(skipped[-1])

    def _take_odd(self, count: int) -> list[tuple[int, list[str]]]:
        if self.odd_bytes > _MAXIMUM_ODD_BYTES:
            raise RejectedFileError(
                "ragged",
                f"Most records have another number of fields than the header ({self.width}).",
            )
        lift_field_limit()
        texts = (raw.rstrip("\r\n") for raw in self.odd_texts[:count])
        fields = csv.reader(texts, delimiter=self.file.layout.delimiter)
        taken = list(zip(self.odd_numbers[:count], fields, strict=True))
        del self.odd_numbers[:count], self.odd_texts[:count]
        self.odd_bytes = sum(map(len, self.odd_texts))
        return taken

    def _judge(self, odd: list[tuple[int, list[str]]], is_tail: bool) -> list[pa.RecordBatch]:
        """Tell blank, preamble, footer and ragged records; blank fields too many are forgiven.

        ``is_tail``: these records end the file, after a blank line or around a report's footer.
        """
        header_row = self.file.layout.header_row
        apart: list[tuple[int, str, list[str]]] = []
        whole: list[tuple[int, list[str]]] = []
        for number, values in odd:
            if number == header_row:
                continue
            if batches.is_blank(values):
                apart.append((number, "blank_row", values))
            elif number < header_row:
                apart.append((number, "preamble", values))
            elif len(values) > self.width and batches.is_blank(values[self.width :]):
                whole.append((number, values[: self.width]))
            elif max(self.file.layout.named_width, 2) <= len(values) < self.width:
                whole.append((number, [*values, *[""] * (self.width - len(values))]))
            elif self._is_footer(values, is_tail):
                apart.append((number, "footer", values))
            else:
                apart.append((number, "ragged_row", values))
        out = [batches.problem_batch(apart, self.width)] if apart else []
        if whole:
            columns = [
                pa.array([values[number] for _, values in whole], pa.string())
                for number in range(self.width)
            ]
            rows = np.asarray([number for number, _ in whole], dtype=np.int64)
            out.extend(self._set_apart(batches.data_batch(columns, rows, self.width), 0))
        return out

    def _is_footer(self, values: Sequence[str], is_tail: bool) -> bool:
        filled = [value for value in values if value.strip()]
        if self.width < _FOOTER_MIN_WIDTH:
            return False
        return (is_tail and len(filled) == 1) or batches.is_total(filled[0])


def open_csv(
    path: Path,
    contract: Contract,
    spec: ObjectSpec,
    *,
    count: bool = True,
) -> CsvFile:
    """Look through a delimited file: encoding, layout, number of records (-1 without ``count``).

    Raises :class:`RejectedFileError` for ``empty_file``, ``unknown_encoding``, ``truncated``,
    ``unreadable``.
    """
    encoding = text.detect_encoding(path, spec.encoding)
    sample, is_all = text.head_text(path, encoding)
    layout = find_layout(sample, is_all, contract, spec)
    if not count:
        return CsvFile(path, encoding, layout, -1)
    counted = text.count_records(path, encoding, layout.delimiter)
    if counted.ends_in_quotes:
        raise RejectedFileError(
            "truncated",
            f"The file ends inside quotes: it was cut off, or a quote is never closed "
            f"(record {counted.records}).",
        )
    if counted.records == 0:
        raise RejectedFileError("empty_file", "The file holds no record: not even a header.")
    return CsvFile(path, encoding, layout, counted.records - 1)
