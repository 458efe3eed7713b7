"""Opening .xlsx, .xls and .csv into sheets of raw rows; a bad file becomes one sentence."""

from __future__ import annotations

import csv
import io
import pickle
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import cast, overload

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from shnor_analysis.intake.messages import FOUND_EXTENSION, UnreadableFile

# A regional ВПР protocol of one subject has about 27 000 rows and 2 MB; an order more is a mistake.
MAX_FILE_BYTES = 100 * 2**20
# A 100-fold compressed book («zip bomb») would exhaust the memory of an office laptop.
MAX_UNPACKED_BYTES = 300 * 2**20
# The largest real file seen is 27 000 rows; a stray cell in row 1 048 576 must not be unfolded.
MAX_ROWS = 300_000
# A CSV has no stray cells: every row is written out. A thousand schools with a thousand filled
# cells of form ОО-1 each make a million rows; twice as many still fit into the memory below.
MAX_CSV_ROWS = 2_000_000
# Rows × columns that still fit into 2 GB of Python objects.
MAX_CELLS = 20_000_000
# A damaged .xls is read in a separate process; a sound one takes well under a second.
XLS_SECONDS = 120

EXCEL_ZIP, EXCEL_OLE, TEXT = ".xlsx", ".xls", ".csv"
_KIND_OF_EXTENSION = {
    ".xlsx": EXCEL_ZIP, ".xlsm": EXCEL_ZIP, ".xls": EXCEL_OLE, ".csv": TEXT,
}  # fmt: skip
_KIND_NAMES = {EXCEL_ZIP: "книга .xlsx", EXCEL_OLE: "книга .xls", TEXT: "простой текст"}
_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_FOREIGN = (
    (b"%PDF", "документ .pdf"), (b"Rar!", "архив .rar"), (b"7z\xbc\xaf", "архив .7z"),
    (b"{\\rtf", "документ .rtf"),
)  # fmt: skip
_DELIMITERS = ";\t,"
_SNIFFED_ROWS = 20
_SNIFFED_LETTERS = 2**20  # the first rows of any table
csv.field_size_limit(2**20)


@dataclass(frozen=True)
class CodedColumn:
    """A column by its distinct cells: a long table holds few, and each is parsed once.

    Parameters
    ----------
    cells : list
        Distinct cells; True and 1.0 are equal but not the same cell.
    codes : ndarray of int, shape (n_rows,)
        For every row the position of its cell in ``cells``.
    """

    cells: list[object]
    codes: np.ndarray

    def take(self, start: int) -> CodedColumn:
        """The rows from ``start`` on."""
        return CodedColumn(self.cells, self.codes[start:])


class ColumnRows(Sequence[list[object]]):
    """Rows of a large CSV that are kept by column; a row is put together when it is asked for."""

    def __init__(self, columns: list[CodedColumn]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0].codes)

    @overload
    def __getitem__(self, index: int) -> list[object]: ...

    @overload
    def __getitem__(self, index: slice) -> list[list[object]]: ...

    def __getitem__(self, index: int | slice) -> list[object] | list[list[object]]:
        """One row, or a list of rows."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return [column.cells[column.codes[index]] for column in self.columns]


@dataclass(frozen=True)
class Sheet:
    """One sheet as it lies in the file.

    Parameters
    ----------
    file : str
        Path from the folder of the place.
    name : str
        Sheet name; empty for CSV.
    rows : sequence of list
        Raw cells; ``rows[0]`` is Excel row 1, rows may differ in length only in CSV.
    """

    file: str
    name: str
    rows: Sequence[list[object]]

    @property
    def width(self) -> int:
        """Cells in the longest row."""
        return max((len(row) for row in self.rows), default=0)

    def column(self, position: int | None, start: int) -> CodedColumn:
        """A column by its distinct cells, from row ``start`` on.

        Parameters
        ----------
        position : int or None
            Zero-based column; None for one that the file does not have.
        start : int
            Zero-based first row.

        Returns
        -------
        CodedColumn
            A cell that a short row or the file lacks is None.
        """
        if position is None:
            return CodedColumn([None], np.zeros(len(self.rows) - start, dtype=np.int64))
        if isinstance(self.rows, ColumnRows):
            return self.rows.columns[position].take(start)
        seen: dict[tuple[type, object], int] = {}
        codes = []
        for row in self.rows[start:]:
            cell = row[position] if position < len(row) else None
            codes.append(seen.setdefault((cell.__class__, cell), len(seen)))
        return CodedColumn([cell for _, cell in seen], np.array(codes, dtype=np.int64))


def open_workbook(file: str, data: bytes) -> list[Sheet]:
    """Open a table file.

    Parameters
    ----------
    file : str
        Path from the folder of the place; only its extension is used.
    data : bytes
        The content.

    Returns
    -------
    list of Sheet
        In book order; chart sheets are left out.

    Raises
    ------
    UnreadableFile
        The file is empty, truncated, encrypted, too large or not what its extension says.
    """
    extension = PurePosixPath(file).suffix.lower() or "без расширения"
    expected = _KIND_OF_EXTENSION.get(extension)
    if expected is None:
        raise UnreadableFile("file_unknown", found=FOUND_EXTENSION.format(extension=extension))
    kind = _content_kind(data, extension)
    if kind != expected:
        raise UnreadableFile("file_wrong_kind", extension=extension, found=_KIND_NAMES[kind])
    if kind == TEXT:
        return [Sheet(file, "", _csv_rows(data, extension))]
    named = _ole_rows(data, extension) if kind == EXCEL_OLE else _zip_rows(data, extension)
    for _, rows in named:
        _refuse_large(len(rows), len(rows[0]) if rows else 0)
    return [Sheet(file, name, rows) for name, rows in named]


def _content_kind(data: bytes, extension: str) -> str:
    if not data:
        raise UnreadableFile("file_empty")
    if len(data) > MAX_FILE_BYTES:
        raise _too_large(f"{len(data) // 2**20} МБ", f"{MAX_FILE_BYTES // 2**20} МБ")
    for magic, found in _FOREIGN:
        if data.startswith(magic):
            raise UnreadableFile("file_wrong_kind", extension=extension, found=found)
    if data.startswith(b"PK\x03\x04"):
        return EXCEL_ZIP
    if data.startswith(_OLE_MAGIC):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise UnreadableFile("file_encrypted")
        if "WordDocument".encode("utf-16-le") in data:
            raise UnreadableFile("file_wrong_kind", extension=extension, found="документ .doc")
        return EXCEL_OLE
    start = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\x00").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<head", b"<meta", b"<?xml", b"<!--")):
        raise UnreadableFile("file_html", extension=extension)
    if extension in (".xlsx", ".xlsm", ".xls") and b"\x00" in data[:2048]:
        raise UnreadableFile("file_truncated", extension=extension)
    return TEXT


def _too_large(found: str, limit: str) -> UnreadableFile:
    return UnreadableFile("file_too_large", found=found, limit=limit)


def _refuse_large(n_rows: int, n_columns: int, max_rows: int = MAX_ROWS) -> None:
    if n_rows > max_rows:
        raise _too_large(f"{n_rows} строк на листе", f"{max_rows} строк")
    if n_rows * n_columns > MAX_CELLS:
        raise _too_large(f"{n_rows} строк × {n_columns} столбцов", f"{MAX_CELLS} ячеек")


# --- .xlsx -----------------------------------------------------------------------------------

_LAST_ROW = re.compile(rb'<(?:x:)?row\b[^>]*?\br="(\d+)"')
_DIMENSION = re.compile(rb'<(?:x:)?dimension\b[^>]*?\bref="[^":]*:\$?([A-Z]+)\$?\d+"')
_TAIL_BYTES = 2**16
# A row of forty columns takes about one kilobyte, so the last one mostly starts here.
_NEAR_END_BYTES = 2**12
_ZIP_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, NotImplementedError, EOFError,
    OSError, ValueError, KeyError,
)  # fmt: skip


def _zip_rows(data: bytes, extension: str) -> list[tuple[str, list[list[object]]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            _check_zip(book, extension)
    except _ZIP_DAMAGE as broken:
        raise UnreadableFile("file_truncated", extension=extension) from broken
    try:
        return _calamine_rows(data)
    except PasswordError as broken:
        raise UnreadableFile("file_encrypted") from broken
    except (CalamineError, OSError, ValueError) as broken:
        raise UnreadableFile("file_truncated", extension=extension) from broken
    except BaseException as broken:
        # A panic of the Rust reader derives from BaseException; an interrupt must pass.
        if type(broken).__name__ != "PanicException":
            raise
        raise UnreadableFile("file_truncated", extension=extension) from broken


def _check_zip(book: zipfile.ZipFile, extension: str) -> None:
    parts = book.infolist()
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableFile("file_encrypted")
    if "xl/workbook.xml" not in names:
        raise UnreadableFile("file_wrong_kind", extension=extension, found=_zip_found(names))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        limit = f"{MAX_UNPACKED_BYTES // 2**20} МБ"
        raise _too_large(f"{unpacked // 2**20} МБ после распаковки", limit)
    for part in parts:
        if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
            _check_sheet_size(book, part)


def _zip_found(names: set[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return "документ .docx"
    if any(name.startswith("ppt/") for name in names):
        return "презентация .pptx"
    return "таблица .ods" if "content.xml" in names else "архив .zip"


def _check_sheet_size(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a sheet whose last cell is absurdly far before the reader unfolds it in memory."""
    with book.open(part) as stream:
        head = tail = stream.read(_TAIL_BYTES)
        while chunk := stream.read(2**20):
            tail = (tail + chunk)[-_TAIL_BYTES:]
    last_rows = _LAST_ROW.findall(tail[-_NEAR_END_BYTES:]) or _LAST_ROW.findall(tail)
    dimension = _DIMENSION.search(head)
    _refuse_large(
        int(last_rows[-1]) if last_rows else 0,
        _column_number(dimension.group(1)) if dimension else 1,
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _calamine_rows(data: bytes) -> list[tuple[str, list[list[object]]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    names = [m.name for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet]
    # skip_empty_area=False keeps leading empty rows, so that row numbers are those of Excel
    rows = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names]
    return cast(list[tuple[str, list[list[object]]]], rows)


# --- .xls ------------------------------------------------------------------------------------

# The reader of the old format may abort the whole process on a damaged file, so it runs apart.
_XLS_PROGRAM = """
import io, pickle, sys
from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum
try:
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
except PasswordError:
    sys.exit(3)
rows = [
    (m.name, book.get_sheet_by_name(m.name).to_python(skip_empty_area=False))
    for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet
]
sys.stdout.buffer.write(pickle.dumps(rows))
"""
_PASSWORD_EXIT = 3


def _ole_rows(data: bytes, extension: str) -> list[tuple[str, list[list[object]]]]:
    try:
        child = subprocess.run(
            [sys.executable, "-c", _XLS_PROGRAM],
            input=data,
            capture_output=True,
            timeout=XLS_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as broken:
        raise UnreadableFile("file_truncated", extension=extension) from broken
    if child.returncode == _PASSWORD_EXIT:
        raise UnreadableFile("file_encrypted")
    if child.returncode != 0:
        raise UnreadableFile("file_truncated", extension=extension)
    rows: list[tuple[str, list[list[object]]]] = pickle.loads(child.stdout)
    return rows


# --- .csv ------------------------------------------------------------------------------------


# A smaller text is read at once as it is; a larger one would take seconds row by row.
_LARGE_TEXT = 2**20


def _csv_rows(data: bytes, extension: str) -> Sequence[list[object]]:
    text = _decode(data, extension)
    try:
        delimiter = _delimiter(text)
        if len(text) >= _LARGE_TEXT and (columns := csv_columns(text, delimiter)):
            _refuse_large(len(columns[0].codes), len(columns), MAX_CSV_ROWS)
            return ColumnRows(columns)
        if text.count('"') % 2:
            raise UnreadableFile("csv_quote", line=_unclosed_line(text))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = list(islice(reader, MAX_CSV_ROWS))
        n_rows = len(rows) + sum(1 for _ in reader)  # rows above the limit are only counted
    except csv.Error as broken:
        raise UnreadableFile("file_truncated", extension=extension) from broken
    _refuse_large(n_rows, max(map(len, rows), default=0), MAX_CSV_ROWS)
    return cast(list[list[object]], rows)


def _unclosed_line(text: str) -> str:
    """The first line whose quotes do not pair: the one left open stands there or below."""
    odd = [n for n, line in enumerate(text.splitlines(), start=1) if line.count('"') % 2]
    return str(odd[0])


def csv_columns(text: str, delimiter: str) -> list[CodedColumn] | None:
    """Cut a plain table by columns.

    Returns
    -------
    list of CodedColumn, or None
        An empty line is a row of empty cells. None for what only the reader of rows understands:
        cells in quotes, rows of different length, a single column.
    """
    first_line = io.StringIO(text[:_SNIFFED_LETTERS], newline="").readline()
    names = [f"f{n}" for n in range(first_line.count(delimiter) + 1)]
    if '"' in text or len(names) == 1:
        return None
    coded = pa.dictionary(pa.int32(), pa.string())
    content = text.encode()
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            arrow_csv.ReadOptions(
                use_threads=False, block_size=len(content) + 1, column_names=names
            ),
            arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, coded)),
        )
    except pa.ArrowInvalid:
        return None
    blocks = [table.column(name).combine_chunks() for name in names]
    return [CodedColumn(one.dictionary.to_pylist(), one.indices.to_numpy()) for one in blocks]


def _decode(data: bytes, extension: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]  # «Текст Юникод» of Excel
    elif b"\x00" in data:
        raise UnreadableFile("file_wrong_kind", extension=extension, found="двоичный файл")
    else:
        encodings = ["utf-8-sig", "cp1251"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("file_wrong_kind", extension=extension, found="двоичный файл")


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most cells; the semicolon wins a tie."""
    head = "\n".join(text[:_SNIFFED_LETTERS].splitlines()[: _SNIFFED_ROWS * 2])

    def n_cells(delimiter: str) -> int:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        return sum(len(row) for row, _ in zip(rows, range(_SNIFFED_ROWS), strict=False))

    return max(_DELIMITERS, key=n_cells)
