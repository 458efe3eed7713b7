"""DOCX: the official look of an аналитическая справка, with real styles, captions and headers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from shnor_analysis.report.document import (
    Callout,
    Cell,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Kind,
    Listing,
    Paragraph,
    Preformatted,
    Run,
    Status,
)
from shnor_analysis.report.exporters.columns import ColumnWidths, column_widths
from shnor_analysis.report.exporters.layout import (
    Placed,
    creation_time,
    place_on_pages,
    printable,
    title_facts,
)
from shnor_analysis.report.exporters.palette import ACCENT, CALLOUT, HEADER, MUTED, TINT
from shnor_analysis.report.exporters.pdf import figure_png
from shnor_analysis.report.exporters.pictures import png_size
from shnor_analysis.report.exporters.words import WORDS

TEXT_FONT = "Times New Roman"
CODE_FONT = "Courier New"
LANGUAGE = "ru-RU"
TEXT_SIZE, TITLE_SIZE = 14, 16
HEADING_SIZES = {1: 15, 2: 14, 3: 14}
CAPTION_SIZE, TABLE_SIZE, TIGHT_TABLE_SIZE, NOTE_SIZE, CODE_SIZE = 12, 10, 8, 10, 9
CELL_MARGIN_TWIPS, TIGHT_CELL_MARGIN_TWIPS = 85, 50
PAGE_WIDTH_MM, PAGE_HEIGHT_MM = 210, 297
MARGINS_MM = {"left": 30, "right": 15, "top": 20, "bottom": 20}
# A turned page is bound at its upper edge.
LANDSCAPE_MARGINS_MM = {"left": 20, "right": 20, "top": 30, "bottom": 15}
TEXT_WIDTH_MM, LANDSCAPE_TEXT_WIDTH_MM = 165, 257
FIGURE_HEIGHT_MM = 200
TWIPS_PER_MM = 1440 / 25.4
CONTENTS_DEPTH, CONTENTS_FROM = 2, 3
GRID = "8A93A0"
# Zip files know no earlier date.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def render(document: Document) -> bytes:
    """Write the document for Word and compatible editors."""
    word = docx.Document()
    _set_up_page(word)
    _set_up_styles(word)
    _set_up_settings(word)
    _drop_leftovers(word)
    _set_properties(word, document)
    _add_title(word, document)
    placed = place_on_pages(document)
    _add_contents(word, placed)
    numbering = _Numbering(word)
    landscape = False
    for position, item in enumerate(placed, start=1):
        if item.landscape != landscape:
            landscape = item.landscape
            _start_section(word, landscape=landscape)
        _add_block(word, numbering, item, position)
    target = io.BytesIO()
    word.save(target)
    return _reproducible(target.getvalue())


def _reproducible(archive: bytes) -> bytes:
    """Give every member of the zip the same date, so that equal documents are equal files."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result,
    ):
        for name in source.namelist():
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            result.writestr(member, source.read(name))
    return target.getvalue()


# --- page, styles, properties ---------------------------------------------------------------


def _set_up_page(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(PAGE_WIDTH_MM), Mm(PAGE_HEIGHT_MM)
    _set_margins(section, MARGINS_MM)
    # The first page of an official paper carries no number.
    section.different_first_page_header_footer = True
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.paragraph_format.first_line_indent = Mm(0)
    _add_field(footer, "PAGE", "2")


def _set_margins(section: docx.section.Section, margins: dict[str, int]) -> None:
    section.left_margin, section.right_margin = Mm(margins["left"]), Mm(margins["right"])
    section.top_margin, section.bottom_margin = Mm(margins["top"]), Mm(margins["bottom"])
    section.header_distance = section.footer_distance = Mm(9)


def _start_section(word: WordDocument, *, landscape: bool) -> None:
    section = word.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(PAGE_HEIGHT_MM), Mm(PAGE_WIDTH_MM)
        _set_margins(section, LANDSCAPE_MARGINS_MM)
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(PAGE_WIDTH_MM), Mm(PAGE_HEIGHT_MM)
        _set_margins(section, MARGINS_MM)


def _set_up_styles(word: WordDocument) -> None:
    defaults = word.styles.element.find(qn("w:docDefaults"))
    for language in defaults.iter(qn("w:lang")):
        for attribute in ("val", "eastAsia"):
            language.set(qn(f"w:{attribute}"), LANGUAGE)
    normal = word.styles["Normal"]
    _set_font(normal, TEXT_FONT, TEXT_SIZE)
    _set_spacing(normal, line=1.5, indent_cm=1.25)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    normal.paragraph_format.widow_control = True

    _set_up_titles(word)
    _set_up_small_texts(word)
    _set_up_callout(word)
    listing = _new_style(word, "Listing")
    _set_spacing(listing, line=1.5, indent_cm=None)
    for border in word.styles["Table Grid"].element.find(qn("w:tblPr")).iter(*_BORDERS):
        border.set(qn("w:color"), GRID)


def _set_up_titles(word: WordDocument) -> None:
    title = word.styles["Title"]
    _set_font(title, TEXT_FONT, TITLE_SIZE, bold=True)
    _set_spacing(title, after=6)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _remove_borders(title)
    subtitle = word.styles["Subtitle"]
    _set_font(subtitle, TEXT_FONT, TEXT_SIZE)
    _set_spacing(subtitle, after=12)
    subtitle.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER

    for level in range(1, 10):
        style = word.styles[f"Heading {level}"]
        _set_font(style, TEXT_FONT, HEADING_SIZES.get(level, TEXT_SIZE), bold=True)
        _set_spacing(style, before=18 if level == 1 else 12, after=8)
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        style.paragraph_format.keep_with_next = True
        _suppress_hyphens(style)


def _set_up_small_texts(word: WordDocument) -> None:
    caption = word.styles["Caption"]
    _set_font(caption, TEXT_FONT, CAPTION_SIZE, bold=True)
    _set_spacing(caption, before=10, after=5)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _suppress_hyphens(caption)

    facts = _new_style(word, "Document Facts")
    _set_font(facts, TEXT_FONT, CAPTION_SIZE)
    _set_spacing(facts, after=2)
    facts.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT

    notes = _new_style(word, "Table Notes")
    _set_font(notes, TEXT_FONT, NOTE_SIZE)
    _set_spacing(notes, before=3)
    notes.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT

    picture = _new_style(word, "Picture")
    _set_spacing(picture, before=8)
    picture.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    picture.paragraph_format.keep_with_next = True

    code = _new_style(word, "Preformatted")
    _set_font(code, CODE_FONT, CODE_SIZE)
    _set_spacing(code, before=6, after=6)
    code.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _suppress_hyphens(code)


def _set_up_callout(word: WordDocument) -> None:
    callout = _new_style(word, "Callout")
    _set_spacing(callout, line=1.15)
    callout.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    callout.paragraph_format.left_indent = Cm(0.4)
    properties = callout.element.get_or_add_pPr()
    border = f'w:val="single" w:sz="24" w:space="8" w:color="{ACCENT}"'
    _insert(properties, f"<w:pBdr {nsdecls('w')}><w:left {border}/></w:pBdr>")
    shade = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{CALLOUT}"/>'
    _insert(properties, shade)


_BORDERS = [qn(f"w:{side}") for side in ("top", "left", "bottom", "right", "insideH", "insideV")]


def _new_style(word: WordDocument, name: str) -> ParagraphStyle:
    style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = word.styles["Normal"]
    return style


def _set_font(style: ParagraphStyle, name: str, size: float, *, bold: bool = False) -> None:
    """Set the font for all scripts: with a theme attribute left, Cyrillic keeps the theme font."""
    style.font.name = name
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), name)
    for left_over in ("w:spacing", "w:kern"):
        if (found := properties.find(qn(left_over))) is not None:
            properties.remove(found)


def _set_spacing(
    style: ParagraphStyle,
    *,
    before: float = 0,
    after: float = 0,
    line: float = 1,
    indent_cm: float | None = 0,
) -> None:
    paragraph = style.paragraph_format
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.line_spacing_rule = WD_LINE_SPACING.SINGLE
    if line != 1:
        paragraph.line_spacing = line
    if indent_cm is not None:
        paragraph.first_line_indent = Cm(indent_cm)


def _remove_borders(style: ParagraphStyle) -> None:
    properties = style.element.get_or_add_pPr()
    if (border := properties.find(qn("w:pBdr"))) is not None:
        properties.remove(border)


def _suppress_hyphens(style: ParagraphStyle) -> None:
    _insert(style.element.get_or_add_pPr(), f"<w:suppressAutoHyphens {nsdecls('w')}/>")


# Word refuses a paragraph's properties in another order than this (ECMA-376, 17.3.1.26).
_PROPERTY_NAMES = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers "
    "pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
    "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
    "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle "
    "rPr sectPr pPrChange"
)


def _insert(properties: BaseOxmlElement, xml: str) -> None:
    element = parse_xml(xml)
    name = element.tag.rpartition("}")[2]
    order = _PROPERTY_NAMES.split()
    after = order[order.index(name) + 1 :]
    properties.insert_element_before(element, *(f"w:{n}" for n in after))


def _set_up_settings(word: WordDocument) -> None:
    settings = word.settings.element
    # The schema fixes the order: hyphenation comes right behind the tab stop.
    tab_stop = settings.find(qn("w:defaultTabStop"))
    tab_stop.addnext(parse_xml(f"<w:autoHyphenation {nsdecls('w')}/>"))
    settings.find(qn("w:themeFontLang")).set(qn("w:val"), LANGUAGE)
    # A line ended by hand in a justified paragraph is not stretched over the whole width.
    unstretched = parse_xml(f"<w:doNotExpandShiftReturn {nsdecls('w')}/>")
    settings.find(qn("w:compat")).insert(0, unstretched)
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            # 15 is Word 2013 and later: no «[Режим ограниченной функциональности]» in the title.
            setting.set(qn("w:val"), "15")


def _drop_leftovers(word: WordDocument) -> None:
    """Leave out the template's thumbnail and its second copy of the styles for Word 2007."""
    for part, kind in ((word.part.package, "/thumbnail"), (word.part, "/stylesWithEffects")):
        for identifier in [i for i, r in part.rels.items() if r.reltype.endswith(kind)]:
            part.rels.pop(identifier)


def _set_properties(word: WordDocument, document: Document) -> None:
    core = word.core_properties
    core.title = printable(document.title)
    core.subject = printable(document.subtitle)
    core.keywords = printable(", ".join(document.keywords))
    core.author = core.last_modified_by = core.comments = ""
    core.language = LANGUAGE
    # The format stores UTC and python-docx wants it without the zone.
    core.created = core.modified = creation_time(document).replace(tzinfo=None)
    core.revision = 1


# --- blocks ---------------------------------------------------------------------------------


def _add_title(word: WordDocument, document: Document) -> None:
    word.add_paragraph(printable(document.title), style="Title")
    if document.subtitle:
        word.add_paragraph(printable(document.subtitle), style="Subtitle")
    for label, text in title_facts(document):
        line = word.add_paragraph(style="Document Facts")
        line.add_run(printable(f"{label}: ")).bold = True
        line.add_run(printable(text))


def _add_contents(word: WordDocument, placed: tuple[Placed, ...]) -> None:
    """A field that Word can update, with the list already inside: sections without page numbers.

    Page numbers are known to Word only; asked for them, it would question the reader at opening.
    """
    lines = [
        (p.anchor, p.block)
        for p in placed
        if isinstance(p.block, Heading) and p.block.level <= CONTENTS_DEPTH
    ]
    if len(lines) < CONTENTS_FROM:
        return
    heading = word.add_paragraph(style="Document Facts")
    heading.paragraph_format.space_before = Pt(14)
    heading.paragraph_format.space_after = Pt(4)
    heading.paragraph_format.keep_with_next = True
    heading.add_run(WORDS["contents"]).bold = True
    code = f'TOC \\o "1-{CONTENTS_DEPTH}" \\h \\n'
    for number, (anchor, block) in enumerate(lines):
        line = word.add_paragraph(style="Document Facts")
        line.paragraph_format.left_indent = Cm(0.8 * (block.level - 1))
        if number == 0:
            _add_field_start(line, code)
        shown = f'<w:t xml:space="preserve">{escape(printable(block.text))}</w:t>'
        link = f'<w:hyperlink {nsdecls("w")} w:anchor="{anchor}" w:history="1">'
        line._p.append(parse_xml(f"{link}<w:r>{shown}</w:r></w:hyperlink>"))
        if number == len(lines) - 1:
            line.paragraph_format.space_after = Pt(14)
            _add_field_char(line, "end")


def _add_block(word: WordDocument, numbering: _Numbering, placed: Placed, position: int) -> None:
    match placed.block:
        case Heading() as heading:
            style = f"Heading {min(heading.level, 9)}"
            line = word.add_paragraph(printable(heading.text), style=style)
            _add_bookmark(line, placed.anchor, position)
        case Paragraph() as paragraph:
            _add_runs(word.add_paragraph(), paragraph.runs)
        case Listing() as listing:
            _add_listing(word, numbering, listing)
        case Callout() as callout:
            _add_callout(word, callout)
        case Preformatted() as preformatted:
            word.add_paragraph(printable(preformatted.text), style="Preformatted")
        case DisplayTable() as table:
            _add_table(word, table, placed)
        case DisplayFigure() as figure:
            _add_figure(word, figure, placed)


def _add_runs(paragraph: WordParagraph, runs: Iterable[Run]) -> None:
    for run in runs:
        shown = paragraph.add_run(printable(run.text))
        shown.bold = run.bold or None
        shown.italic = run.italic or None
        if run.code:
            fonts = shown._r.get_or_add_rPr().get_or_add_rFonts()
            for script in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{script}"), CODE_FONT)
            shown.font.size = Pt(TEXT_SIZE - 2)


class _Numbering:
    """The lists of one file: each ordered list starts again from one."""

    # Numbers that the default template does not use.
    _BULLET, _ORDERED = 901, 902

    def __init__(self, word: WordDocument) -> None:
        self._numbering = word.part.numbering_part.element
        for identifier, kind, sign in (
            (self._BULLET, "bullet", "–"),
            (self._ORDERED, "decimal", "%1."),
        ):
            abstract = parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identifier}">'
                f'<w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/>'
                f'<w:numFmt w:val="{kind}"/><w:lvlText w:val="{sign}"/><w:lvlJc w:val="left"/>'
                '<w:pPr><w:ind w:left="1134" w:hanging="425"/></w:pPr></w:lvl></w:abstractNum>'
            )
            self._numbering.insert(0, abstract)
        self._bullets = self._add(self._BULLET)

    def number_of(self, listing: Listing) -> int:
        """The numbering of this list."""
        return self._add(self._ORDERED) if listing.ordered else self._bullets

    def _add(self, abstract: int) -> int:
        num = self._numbering.add_num(abstract)
        if abstract == self._ORDERED:
            num.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(num.numId)


def _add_listing(word: WordDocument, numbering: _Numbering, listing: Listing) -> None:
    number = numbering.number_of(listing)
    for item in listing.items:
        line = word.add_paragraph(style="Listing")
        properties = line._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = 0
        properties.get_or_add_numId().val = number
        # The indent of the list, not the first-line indent of the text.
        line.paragraph_format.left_indent = Cm(2.0)
        line.paragraph_format.first_line_indent = Cm(-0.75)
        _add_runs(line, item)


def _add_callout(word: WordDocument, callout: Callout) -> None:
    last = len(callout.paragraphs) - 1
    for index, paragraph in enumerate(callout.paragraphs):
        line = word.add_paragraph(style="Callout")
        line.paragraph_format.space_before = Pt(10 if index == 0 else 0)
        line.paragraph_format.space_after = Pt(10 if index == last else 4)
        line.paragraph_format.keep_with_next = index != last or None
        line.paragraph_format.keep_together = True
        _add_runs(line, paragraph.runs)


def _add_figure(word: WordDocument, figure: DisplayFigure, placed: Placed) -> None:
    alt = figure.alt or WORDS["no_alt"]
    png = figure_png(figure)
    size = png_size(png)
    line = word.add_paragraph(style="Picture")
    if size is None:
        line.add_run(printable(alt)).italic = True
    else:
        ratio = size[1] / size[0]
        limit = LANDSCAPE_TEXT_WIDTH_MM if placed.landscape else TEXT_WIDTH_MM
        width = min(figure.width_mm or limit, limit, FIGURE_HEIGHT_MM / ratio)
        picture = line.add_run().add_picture(io.BytesIO(png), width=Mm(width))
        described = picture._inline.docPr
        described.set("name", f"{WORDS['figure']} {placed.number}")
        described.set("descr", printable(alt))
    caption = _add_caption(word, WORDS["figure"], placed)
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.space_before = Pt(4)
    caption.paragraph_format.keep_with_next = bool(figure.notes)
    _add_notes(word, figure.notes, centred=True)


def _add_table(word: WordDocument, table: DisplayTable, placed: Placed) -> None:
    caption = _add_caption(word, WORDS["table"], placed)
    caption.paragraph_format.keep_with_next = True
    width_mm = LANDSCAPE_TEXT_WIDTH_MM if placed.landscape else TEXT_WIDTH_MM
    # Before the last section properties, where python-docx adds paragraphs too.
    word._body._element._insert_tbl(parse_xml("".join(_table_xml(table, placed.caption, width_mm))))
    _add_notes(word, table.notes)
    # Otherwise the next line sticks to the grid, and two tables in a row become one.
    gap = word.add_paragraph(style="Table Notes")
    gap.paragraph_format.space_before = Pt(0)


def _add_notes(word: WordDocument, notes: tuple[str, ...], *, centred: bool = False) -> None:
    for note in notes:
        line = word.add_paragraph(printable(note), style="Table Notes")
        if centred:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            line.paragraph_format.space_after = Pt(8)


def _add_caption(word: WordDocument, label: str, placed: Placed) -> WordParagraph:
    """«Таблица 1 — …» where the number is a SEQ field with its value stored."""
    line = word.add_paragraph(style="Caption")
    number = str(placed.number)
    before, _, after = placed.caption.partition(number)
    line.add_run(before)
    _add_field(line, f"SEQ {label} \\* ARABIC", number)
    line.add_run(printable(after))
    _add_bookmark(line, placed.anchor, 10_000 + placed.number * 2 + (label == WORDS["table"]))
    return line


# --- tables as XML: building 1 500 rows through python-docx objects takes many seconds --------


def _table_xml(table: DisplayTable, caption: str, width_mm: float) -> Iterator[str]:
    widths = column_widths(table)
    twips = [round(share * width_mm * TWIPS_PER_MM) for share in widths.shares]
    side = TIGHT_CELL_MARGIN_TWIPS if widths.tight else CELL_MARGIN_TWIPS
    yield (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>'
        '<w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="{side}" w:type="dxa"/>'
        f'<w:bottom w:w="40" w:type="dxa"/><w:right w:w="{side}" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
        'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
        f"<w:tblCaption w:val={_quoted(caption)}/></w:tblPr><w:tblGrid>"
    )
    yield from (f'<w:gridCol w:w="{t}"/>' for t in twips)
    yield "</w:tblGrid>"
    size = TIGHT_TABLE_SIZE if widths.tight else TABLE_SIZE
    yield "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
    yield from _header_cells(table, widths, twips, size)
    yield "</w:tr>"
    for row in table.rows:
        yield "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
        for cell, column, breaks, width in zip(
            row, table.columns, widths.break_texts, twips, strict=True
        ):
            align = "left" if column.kind is Kind.TEXT else "right"
            yield _cell_xml(cell, _paragraph_xml(align, breaks=breaks), width, size)
        yield "</w:tr>"
    yield "</w:tbl>"


def _header_cells(
    table: DisplayTable, widths: ColumnWidths, twips: list[int], size: float
) -> Iterator[str]:
    for column, breaks, width in zip(table.columns, widths.break_labels, twips, strict=True):
        yield (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{HEADER}"/><w:vAlign w:val="center"/>'
            f"</w:tcPr><w:p>{_paragraph_xml('center', breaks=breaks, keep_next=True)}"
            f"{_run_xml(column.label, size, '<w:b/>')}</w:p></w:tc>"
        )


def _cell_xml(cell: Cell, paragraph: str, width: int, size: float) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/>' if cell.emphasis else ""
    muted = cell.status is not Status.OK
    look = ("<w:b/>" if cell.emphasis else "") + ("<w:i/>" if muted else "")
    colour = f'<w:color w:val="{MUTED}"/>' if muted else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
        f"<w:p>{paragraph}{_run_xml(cell.text, size, look + colour)}</w:p></w:tc>"
    )


def _paragraph_xml(align: str, *, breaks: bool, keep_next: bool = False) -> str:
    return (
        f"<w:pPr>{'<w:keepNext/>' if keep_next else ''}"
        f"{'' if breaks else '<w:suppressAutoHyphens/>'}"
        '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLine="0"/><w:jc w:val="{align}"/></w:pPr>'
    )


def _run_xml(text: str, size: float, look: str) -> str:
    half_points = round(size * 2)
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in printable(text).split("\n")
    )
    sizes = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    return f"<w:r><w:rPr>{look}{sizes}</w:rPr>{lines}</w:r>"


def _quoted(text: str) -> str:
    return '"' + escape(printable(text), {'"': "&quot;", "\n": " "}) + '"'


# --- fields and bookmarks -------------------------------------------------------------------


def _add_field(paragraph: WordParagraph, code: str, shown: str) -> None:
    _add_field_start(paragraph, code)
    paragraph.add_run(shown)
    _add_field_char(paragraph, "end")


def _add_field_start(paragraph: WordParagraph, code: str) -> None:
    _add_field_char(paragraph, "begin")
    paragraph.add_run()._r.append(
        parse_xml(
            f'<w:instrText {nsdecls("w")} xml:space="preserve"> {escape(code)} </w:instrText>'
        )
    )
    _add_field_char(paragraph, "separate")


def _add_field_char(paragraph: WordParagraph, kind: str) -> None:
    mark = parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>')
    paragraph.add_run()._r.append(mark)


def _add_bookmark(paragraph: WordParagraph, name: str, identifier: int) -> None:
    start = f'<w:bookmarkStart {nsdecls("w")} w:id="{identifier}" w:name="{name[:40]}"/>'
    paragraph._p.insert(1 if paragraph._p.pPr is not None else 0, parse_xml(start))
    paragraph._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{identifier}"/>'))
