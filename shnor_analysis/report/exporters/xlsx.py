"""XLSX: one sheet per table with real numbers, and a sheet of contents in front."""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shnor_analysis.report.document import (
    Cell,
    DisplayColumn,
    DisplayFigure,
    DisplayTable,
    Document,
    Kind,
    Status,
)
from shnor_analysis.report.exporters.layout import (
    Placed,
    creation_time,
    place,
    printable,
    title_facts,
)
from shnor_analysis.report.exporters.palette import ACCENT, HEADER, INK, MUTED, RULE, TINT
from shnor_analysis.report.exporters.pdf import figure_png
from shnor_analysis.report.exporters.pictures import SCREEN_DPI, png_dpi, png_size
from shnor_analysis.report.exporters.words import WORDS

FONT = "Calibri"
FONT_SIZE = 11
SHEET_NAME_LIMIT = 31
FORBIDDEN_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
EXCEL_TEXT_LIMIT = 32_767
NARROWEST_COLUMN, WIDEST_COLUMN = 9.0, 46.0
# Room for the filter button and the cell's own padding, in characters.
CELL_PADDING, FILTER_PADDING = 4.0, 3.0
# What the indent of a cell takes away.
INDENT = 2.0
# Bold letters are wider than those the width of a column is counted in.
BOLD_ROOM = 0.9
LINE_POINTS = 15.0
# Lower rows cut the dots of Ё and Й.
SHORTEST_ROW_POINTS = 18.0
HEADER_ROW = 2
FIRST_ROW = HEADER_ROW + 1
A4_PAPER = 9
# A table of this many columns is printed on a turned page, and its first column stays in sight.
MANY_COLUMNS = 7
FIGURE_PIXELS = 900
EXACT_INTEGER = 2**53


def render(document: Document) -> bytes:
    """Write the tables (and pictures) of the document as one workbook."""
    # Tables first: they are what a workbook is opened for.
    placed = sorted(
        (p for p in place(document) if p.number), key=lambda p: isinstance(p.block, DisplayFigure)
    )
    names = [_sheet_name(p) for p in placed]
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        book = _Book(workbook)
        _set_properties(workbook, document)
        _write_contents(book, document, placed, names)
        for item, name in zip(placed, names, strict=True):
            sheet = workbook.add_worksheet(name)
            if isinstance(item.block, DisplayTable):
                _write_table(book, sheet, item, item.block)
            elif isinstance(item.block, DisplayFigure):
                _write_figure(book, sheet, item, item.block)
    return target.getvalue()


class _Book:
    """A workbook with its formats, each made once (Excel allows 64 000 of them)."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> Format:
        """Return the format with these properties on top of the common font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            common = {
                "font_name": FONT,
                "font_size": FONT_SIZE,
                "font_color": f"#{INK}",
                "valign": "top",
            }
            self._formats[key] = self.workbook.add_format(common | properties)
        return self._formats[key]

    @property
    def caption(self) -> Format:
        return self.format(bold=True, font_size=13, font_color=f"#{ACCENT}", text_wrap=True)

    @property
    def note(self) -> Format:
        return self.format(font_color=f"#{MUTED}", font_size=10, text_wrap=True)


@dataclass(frozen=True)
class _Span:
    """A text over the first ``n_columns`` columns, which are ``width`` characters wide."""

    n_columns: int
    width: float


def _set_properties(workbook: xlsxwriter.Workbook, document: Document) -> None:
    workbook.set_properties(
        {
            "title": printable(document.title),
            "subject": printable(document.subtitle),
            "keywords": printable(", ".join(document.keywords)),
            "created": creation_time(document).replace(tzinfo=None),
        }
    )


def _sheet_name(placed: Placed) -> str:
    is_table = isinstance(placed.block, DisplayTable)
    mark = WORDS["sheet_table" if is_table else "sheet_figure"]
    title = placed.block.title if isinstance(placed.block, DisplayTable | DisplayFigure) else ""
    clean = " ".join(FORBIDDEN_IN_SHEET_NAME.sub(" ", _printable(title)).split())
    name = f"{mark}{placed.number} {clean}".strip()
    if len(name) <= SHEET_NAME_LIMIT:
        return name
    cut = name[:SHEET_NAME_LIMIT]
    # Rather a whole word less than half a word more; the number keeps the name unique.
    shorter = cut.rpartition(" ")[0] if name[SHEET_NAME_LIMIT] != " " else cut
    return (shorter if " " in shorter else cut).rstrip(" ,;.—–-«(")


def _printable(text: str) -> str:
    return printable(text)[:EXCEL_TEXT_LIMIT]


def _write_contents(
    book: _Book, document: Document, placed: list[Placed], names: list[str]
) -> None:
    sheet = book.workbook.add_worksheet(WORDS["contents"])
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 84)
    span = _Span(2, 110)
    title = book.format(bold=True, font_size=16, font_color=f"#{ACCENT}", text_wrap=True)
    row = _write_span(sheet, 0, span, document.title, title, line_points=22)
    if document.subtitle:
        row = _write_span(sheet, row, span, document.subtitle, book.note)
    row += 1
    for label, text in title_facts(document):
        sheet.write_string(row, 0, _printable(label), book.format(font_color=f"#{MUTED}"))
        sheet.write_string(row, 1, _printable(text), book.format(text_wrap=True))
        sheet.set_row(row, _row_points([(text, 84)]))
        row += 1
    for kind, heading in ((DisplayTable, "contents_tables"), (DisplayFigure, "contents_figures")):
        lines = [
            (p, name) for p, name in zip(placed, names, strict=True) if isinstance(p.block, kind)
        ]
        if not lines:
            continue
        row += 1
        sheet.write_string(row, 0, WORDS[heading], book.format(bold=True, font_color=f"#{ACCENT}"))
        row += 1
        for item, name in lines:
            row = _write_link(book, sheet, row, name, item.caption)
    _set_print(sheet, landscape=False)


def _write_link(book: _Book, sheet: Worksheet, row: int, name: str, caption: str) -> int:
    link = book.format(font_color=f"#{ACCENT}", underline=1, text_wrap=True)
    sheet.merge_range(row, 0, row, 1, "", link)
    sheet.write_url(row, 0, f"internal:'{name}'!A1", link, string=_printable(caption)[:255])
    sheet.set_row(row, _row_points([(caption, 110)]))
    return row + 1


def _write_table(book: _Book, sheet: Worksheet, placed: Placed, table: DisplayTable) -> None:
    widths = [_column_width(table, i) for i in range(len(table.columns))]
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    span = _Span(len(widths), sum(widths))
    _write_span(sheet, 0, span, placed.caption, book.caption, line_points=18)
    _write_header(book, sheet, table, widths)
    for number, row in enumerate(table.rows, start=FIRST_ROW):
        for index, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _write_cell(book, sheet, (number, index), cell, column)
        lines = [
            (c.text, (w - INDENT) * (BOLD_ROOM if c.emphasis else 1))
            for c, w in zip(row, widths, strict=True)
        ]
        sheet.set_row(number, _row_points(lines))
    last_row = FIRST_ROW + len(table.rows) - 1
    if table.rows and table.columns:
        _offer_choices(sheet, table, last_row)
        sheet.autofilter(HEADER_ROW, 0, last_row, len(table.columns) - 1)
    note_row = last_row + 2
    for note in table.notes:
        note_row = _write_span(sheet, note_row, span, note, book.note)
    many = table.wide or len(table.columns) >= MANY_COLUMNS
    sheet.freeze_panes(FIRST_ROW, 1 if many else 0)
    sheet.repeat_rows(HEADER_ROW)
    _set_print(sheet, landscape=many)


def _offer_choices(sheet: Worksheet, table: DisplayTable, last_row: int) -> None:
    for index, column in enumerate(table.columns):
        if column.choices:
            rule = {
                "validate": "list",
                "source": list(column.choices),
                "input_message": WORDS["choose"],
                "error_message": WORDS["not_a_choice"],
            }
            sheet.data_validation(FIRST_ROW, index, last_row, index, rule)


def _write_header(book: _Book, sheet: Worksheet, table: DisplayTable, widths: list[float]) -> None:
    for index, column in enumerate(table.columns):
        header = book.format(
            bold=True,
            text_wrap=True,
            valign="vcenter",
            align="left" if column.kind is Kind.TEXT else "center",
            bg_color=f"#{HEADER}",
            border=1,
            border_color=f"#{RULE}",
        )
        sheet.write_string(HEADER_ROW, index, _printable(column.label), header)
    room = [(c.label, w - FILTER_PADDING) for c, w in zip(table.columns, widths, strict=True)]
    sheet.set_row(HEADER_ROW, _row_points(room) + 3)


def _write_cell(
    book: _Book, sheet: Worksheet, position: tuple[int, int], cell: Cell, column: DisplayColumn
) -> None:
    properties: dict[str, Any] = {
        "border": 1,
        "border_color": f"#{RULE}",
        "text_wrap": True,
        "align": "left" if column.kind is Kind.TEXT else "right",
        "indent": 1,
    }
    if cell.emphasis:
        properties |= {"bold": True, "bg_color": f"#{TINT}"}
    if cell.status is not Status.OK:
        properties |= {"italic": True, "font_color": f"#{MUTED}"}
    number = _number(cell)
    if number is None:
        # The value as it is: the shown text may hold no-break spaces that a search would miss.
        text = cell.value if isinstance(cell.value, str) else cell.text
        sheet.write_string(*position, _printable(text), book.format(**properties))
    else:
        if (code := _number_format(column)) is not None:
            properties["num_format"] = code
        sheet.write_number(*position, number, book.format(**properties))


def _number(cell: Cell) -> float | int | None:
    """The cell's number if Excel can hold it exactly enough, otherwise ``None``."""
    value = cell.value
    if cell.status is not Status.OK or isinstance(value, bool | str) or value is None:
        return None
    if isinstance(value, int) and abs(value) > EXACT_INTEGER:
        return None
    return value if math.isfinite(value) else None


def _number_format(column: DisplayColumn) -> str | None:
    places = "." + "0" * column.decimals if column.decimals > 0 else ""
    match column.kind:
        case Kind.SHARE:
            return f"0{places}%"
        case Kind.INTEGER:
            return "#,##0"
        case Kind.NUMBER:
            return f"#,##0{places}"
    return None


def _write_figure(book: _Book, sheet: Worksheet, placed: Placed, figure: DisplayFigure) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 120)
    span = _Span(1, 120)
    _write_span(sheet, 0, span, placed.caption, book.caption, line_points=18)
    png = figure_png(figure)
    size = png_size(png)
    alt = figure.alt or WORDS["no_alt"]
    if size is None:
        sheet.write_string(HEADER_ROW, 0, _printable(alt), book.note)
        row = HEADER_ROW + 1
    else:
        width, height = _shown_pixels(figure, size)
        # insert_image() starts from the size at the picture's own resolution.
        own = png_dpi(png) / SCREEN_DPI
        scale = {"x_scale": width / size[0] * own, "y_scale": height / size[1] * own}
        picture = {
            "image_data": io.BytesIO(png),
            "description": printable(alt),
            "object_position": 3,
        }
        sheet.insert_image(HEADER_ROW, 0, f"{figure.name}.png", picture | scale)
        row = HEADER_ROW + math.ceil(height / 20) + 1
    for note in figure.notes:
        row = _write_span(sheet, row, span, note, book.note)
    _set_print(sheet, landscape=True)
    sheet.fit_to_pages(1, 1)


def _shown_pixels(figure: DisplayFigure, size: tuple[int, int]) -> tuple[float, float]:
    width = min(FIGURE_PIXELS, size[0])
    ratio = figure.height_mm / figure.width_mm if figure.width_mm > 0 else size[1] / size[0]
    return width, width * ratio


def _write_span(
    sheet: Worksheet,
    row: int,
    span: _Span,
    text: str,
    format_: Format,
    *,
    line_points: float = LINE_POINTS,
) -> int:
    """Write a text over several columns and return the next row."""
    if span.n_columns > 1:
        sheet.merge_range(row, 0, row, span.n_columns - 1, "", format_)
    sheet.write_string(row, 0, _printable(text), format_)
    # Captions are larger than the text the width is counted in.
    width = span.width * LINE_POINTS / line_points
    sheet.set_row(row, _row_points([(text, width)], line_points))
    return row + 1


def _column_width(table: DisplayTable, index: int) -> float:
    column = table.columns[index]
    texts = [row[index].text for row in table.rows]
    words = [w for t in (column.label, *texts) for w in re.split(r"[ \n]", t)]
    longest_word = max((len(w) for w in words), default=0)
    longest_text = max((len(t) for t in texts), default=0)
    label = len(column.label) / 2 + FILTER_PADDING
    if longest_text == 0:
        # A column that a person fills by hand: its own weight says how much room to leave.
        label = max(label, NARROWEST_COLUMN * column.width)
    wanted = max(longest_word + FILTER_PADDING, longest_text + CELL_PADDING, label)
    return min(max(wanted, NARROWEST_COLUMN), WIDEST_COLUMN)


def _row_points(texts: list[tuple[str, float]], line_points: float = LINE_POINTS) -> float:
    """Height of a row in points: Excel does not measure wrapped text when a file is opened."""
    lines = max((_n_lines(text, width) for text, width in texts), default=1)
    return max(SHORTEST_ROW_POINTS, lines * line_points + 3)


def _n_lines(text: str, width: float) -> int:
    room = max(width - 1, 4)
    total = 0
    for paragraph in text.split("\n"):
        lines, used = 1, 0.0
        for word in paragraph.split(" "):
            if used and used + 1 + len(word) > room:
                lines, used = lines + 1, 0.0
            used += len(word) + (1 if used else 0)
            if used > room:
                lines, used = lines + int(used // room), used % room
        total += lines
    return total


def _set_print(sheet: Worksheet, *, landscape: bool) -> None:
    sheet.set_paper(A4_PAPER)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer("&C&P / &N")
