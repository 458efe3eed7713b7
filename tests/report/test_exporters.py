"""Four formats, one content: the written files are opened again and compared."""

import hashlib
import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn

from shnor_analysis.errors import ExportError
from shnor_analysis.report.document import (
    Cell,
    DisplayColumn,
    DisplayFigure,
    DisplayTable,
    Document,
    Heading,
    Kind,
    Paragraph,
    Run,
)
from shnor_analysis.report.exporters import WRITERS
from shnor_analysis.report.exporters.columns import column_widths
from shnor_analysis.report.exporters.html import fragment
from shnor_analysis.report.exporters.layout import place, title_facts
from shnor_analysis.report.exporters.pdf import figure_png
from shnor_analysis.report.exporters.pictures import png_size, safe_svg

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
CAPTIONS = [
    f"Таблица{NBSP}1 — Доля участников, не достигших минимального порога, по школам",
    f"Рисунок{NBSP}1 — Доля ниже порога за три года",
    f"Рисунок{NBSP}2 — Та же линия ещё раз",
    f"Таблица{NBSP}2 — Не достигли минимального порога по предметам",
]
# School 12 of the sample, by hand: 100 * 12 + 7 participants, 12,1 %, mark 3 + 12 / 100.
SCHOOL_12 = [
    "МБОУ «Средняя общеобразовательная школа № 12» г. Ёлкино",
    f"1{NARROW}207",
    f"12,1{NBSP}%",
    "3,12",
    "не включена",
]
MISSING = ["нет данных", "не применимо", "мало участников", "скрыто"]


@pytest.fixture(scope="module")
def page(files):
    return BeautifulSoup(files["html"].decode("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def word(files):
    return docx.Document(io.BytesIO(files["docx"]))


@pytest.fixture(scope="module")
def pdf(files):
    return pypdf.PdfReader(io.BytesIO(files["pdf"]))


@pytest.fixture(scope="module")
def book(files):
    return openpyxl.load_workbook(io.BytesIO(files["xlsx"]))


def squeezed(text):
    """Text without spaces and hyphens: a PDF may break a line anywhere (a minus is «−»)."""
    return re.sub(r"[\s\u00ad\u202f\u00a0-]+", "", text)


def pdf_text(reader):
    return squeezed("\n".join(p.extract_text() for p in reader.pages))


def html_rows(page, number):
    body = page.find_all("table")[number].tbody
    return [[c.get_text() for c in tr.find_all(["th", "td"])] for tr in body.find_all("tr")]


def docx_rows(word, number):
    table = word.tables[number]
    cells = [c.text for c in table._cells]
    width = len(table.columns)
    return [cells[i : i + width] for i in range(width, len(cells), width)]


def expected_rows(table):
    return [[cell.text for cell in row] for row in table.rows]


class TestContent:
    def test_every_format_counts_tables_and_figures_alike(self, page, word, pdf, book):
        assert len(page.find_all("table")) == 2
        assert len(page.find_all("figure")) == 2
        assert len(word.tables) == 2
        assert len(word.inline_shapes) == 2
        assert [s for s in book.sheetnames if s.startswith("Т")] == [
            "Т1 Доля участников, не",
            "Т2 Не достигли минимального",
        ]
        assert len([s for s in book.sheetnames if s.startswith("Р")]) == 2
        text = pdf_text(pdf)
        assert all(text.count(squeezed(caption)) == 1 for caption in CAPTIONS)

    def test_captions_are_numbered_in_reading_order(self, document):
        assert [p.caption for p in place(document) if p.number] == CAPTIONS

    @pytest.mark.parametrize("number", [0, 1])
    def test_html_and_docx_show_every_cell(self, document, page, word, number):
        expected = expected_rows(document.tables[number])
        assert html_rows(page, number) == expected
        assert docx_rows(word, number) == expected

    def test_one_row_by_hand(self, page, word, pdf):
        assert html_rows(page, 0)[11] == SCHOOL_12
        assert docx_rows(word, 0)[11] == SCHOOL_12
        assert squeezed("".join(SCHOOL_12)) in pdf_text(pdf)

    def test_pdf_shows_every_cell(self, document, pdf):
        text = pdf_text(pdf)
        for table in document.tables:
            for row in expected_rows(table):
                for cell in row:
                    assert squeezed(cell) in text

    def test_xlsx_holds_unrounded_numbers(self, document, book):
        for sheet, table in zip(
            (book.worksheets[1], book.worksheets[2]), document.tables, strict=True
        ):
            for y, row in enumerate(table.rows, start=4):
                for x, cell in enumerate(row, start=1):
                    found = sheet.cell(y, x).value
                    if isinstance(cell.value, int | float):
                        # A workbook keeps 16 significant digits.
                        assert found == pytest.approx(cell.value, rel=1e-15)
                    else:
                        assert found == cell.text

    def test_xlsx_number_formats_follow_the_column(self, book):
        row = book.worksheets[1][15]
        assert [c.value for c in row] == [SCHOOL_12[0], 1207, 0.121, 3.12, "не включена"]
        assert [c.number_format for c in row] == ["General", "#,##0", "0.0%", "#,##0.00", "General"]

    def test_missing_values_say_why_and_are_muted(self, page, word, pdf, book):
        row = page.find("table").tbody.find_all("tr")[4].find_all("td")
        assert [c.get_text() for c in row] == MISSING
        assert [c["class"][-1] for c in row] == [
            "no-data",
            "not-applicable",
            "too-few",
            "suppressed",
        ]
        assert docx_rows(word, 0)[4][1:] == MISSING
        sheet = book.worksheets[1]
        assert [sheet.cell(8, x).value for x in range(2, 6)] == MISSING
        assert sheet.cell(8, 2).font.i
        text = pdf_text(pdf)
        assert all(squeezed(words) in text for words in MISSING)

    def test_a_verdict_is_bold_and_tinted_never_only_coloured(self, page, word, book):
        last = page.find("table").tbody.find_all("tr")[39].find_all("td")
        assert [c.strong is not None for c in last] == [False, True, False, True]
        cells = word.tables[0]._cells[40 * 5 :]
        assert [c.paragraphs[0].runs[0].bold for c in cells] == [None, None, True, None, True]
        sheet = book.worksheets[1]
        assert [sheet.cell(43, x).font.b for x in range(1, 6)] == [False, False, True, False, True]
        assert sheet.cell(43, 3).fill.fgColor.rgb == "FFF6EBCF"

    def test_notes_stand_under_their_table(self, page, book):
        notes = page.find("section", class_="table").find(class_="notes")
        assert [p.get_text() for p in notes.find_all("p")] == [
            "Школы идут по номеру. Доля показана, если участников не меньше 10.",
            "Выделены ячейки с признаками, требующими проверки.",
        ]
        assert book.worksheets[1].cell(45, 1).value.startswith("Школы идут по номеру.")

    def test_facts_and_date_are_printed(self, document, page, word, pdf, book):
        assert title_facts(document)[-1] == ("По данным на", "15.09.2025")
        assert page.find("dl").get_text(" ", strip=True).endswith("По данным на 15.09.2025")
        assert "По данным на: 15.09.2025" in [p.text for p in word.paragraphs]
        assert "15.09.2025" in pdf.pages[0].extract_text()
        assert "15.09.2025" in [c.value for c in book.worksheets[0]["B"]]

    def test_an_undated_document_prints_no_date(self, document):
        undated = replace(document, created="1980-01-01")
        assert title_facts(undated) == document.facts
        assert b"1980" not in WRITERS["html"](undated)

    def test_an_unreadable_date_stops_with_a_russian_sentence(self, document):
        with pytest.raises(ExportError, match=r"Дата документа «15\.09\.2025» не читается"):
            WRITERS["html"](replace(document, created="15.09.2025"))


class TestHostileText:
    def test_html_has_no_script_and_no_address(self, files):
        text = files["html"].decode("utf-8").lower()
        assert "<script" not in text
        assert "http" not in text
        assert "javascript:" not in text
        assert not re.search(r"\son[a-z]+=", text)

    def test_hostile_names_are_text_in_every_format(self, sample, page, word, pdf, book):
        text = pdf_text(pdf)
        for row, name in enumerate(sample.HOSTILE):
            assert html_rows(page, 0)[row][0] == name
            assert docx_rows(word, 0)[row][0] == name
            cell = book.worksheets[1].cell(4 + row, 1)
            assert (cell.value, cell.data_type) == (name, "s")
            assert squeezed(name) in text

    def test_xlsx_has_no_formula_macro_or_outside_link(self, files):
        with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as archive:
            names = archive.namelist()
            sheets = [archive.read(n) for n in names if n.startswith("xl/worksheets/sheet")]
            relations = b"".join(archive.read(n) for n in names if n.endswith(".rels"))
        assert not [n for n in names if "vba" in n.lower() or "external" in n.lower()]
        assert not [s for s in sheets if b"<f>" in s or b"<f " in s]
        assert b'TargetMode="External"' not in relations

    def test_docx_has_no_macro_or_outside_link(self, files):
        with zipfile.ZipFile(io.BytesIO(files["docx"])) as archive:
            names = archive.namelist()
            relations = b"".join(archive.read(n) for n in names if n.endswith(".rels"))
        assert not [n for n in names if "vba" in n.lower() or "embed" in n.lower()]
        assert b'TargetMode="External"' not in relations

    def test_pdf_has_no_script_and_no_address(self, files, pdf):
        assert b"/JavaScript" not in files["pdf"]
        for page in pdf.pages:
            for annotation in page.get("/Annots") or []:
                assert "/URI" not in str(annotation.get_object().get("/A", ""))

    def test_control_characters_do_not_break_a_file(self):
        bad = "a\x00b\x0bc\ufffe\ud800"
        table = DisplayTable("t", bad, (DisplayColumn("c", bad),), ((Cell(bad, bad),),))
        document = Document(bad, (Heading(1, bad), Paragraph((Run(bad),)), table))
        word = docx.Document(io.BytesIO(WRITERS["docx"](document)))
        assert word.tables[0]._cells[1].text == "abc"
        assert openpyxl.load_workbook(io.BytesIO(WRITERS["xlsx"](document)))
        assert WRITERS["html"](document)
        assert WRITERS["pdf"](document).startswith(b"%PDF")

    def test_a_character_without_a_glyph_does_not_stop_the_pdf(self):
        document = Document("Школа \N{GRINNING FACE} 中", (Paragraph((Run("текст"),)),))
        assert WRITERS["pdf"](document).startswith(b"%PDF")

    def test_only_mail_and_inner_links_stay(self, page):
        links = {a["href"] for a in page.main.find_all("a")}
        assert links == {"mailto:edu@example.ru"}


class TestPictures:
    def test_html_pictures_have_words_and_ids_of_their_own(self, document, page):
        alts = [d["aria-label"] for d in page.find_all(attrs={"role": "img"})]
        assert alts == [f.alt for f in document.figures]
        ids = [e["id"] for e in page.find_all(attrs={"id": True})]
        assert len(ids) == len(set(ids))
        assert len(ids) > 20

    def test_every_reference_in_a_picture_finds_its_target(self, page):
        for svg in page.find_all("svg"):
            own = {e["id"] for e in svg.find_all(attrs={"id": True})}
            references = re.findall(r'(?:url\(|href=")#([\w-]+)', str(svg))
            assert references
            assert set(references) <= own

    def test_docx_and_xlsx_pictures_have_words(self, document, files, word):
        alts = [s._inline.docPr.get("descr") for s in word.inline_shapes]
        assert alts == [f.alt for f in document.figures]
        with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as archive:
            drawing = archive.read("xl/drawings/drawing1.xml").decode("utf-8")
        assert document.figures[0].alt in drawing

    def test_pdf_pictures_have_words(self, document, pdf):
        assert set(_alts(pdf.trailer["/Root"]["/StructTreeRoot"])) == {
            f.alt for f in document.figures
        }

    def test_a_foreign_svg_loses_what_is_not_drawing(self):
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            'width="10" height="20" onload="alert(1)"><script>alert(2)</script>'
            "<style>@import url(http://x); .a{fill:url(#g)} .b{background:url(http://y)}</style>"
            '<a xlink:href="http://evil"><rect id="r" class="a" style="fill:url(http://z)"/></a>'
            '<use xlink:href="#r"/><image href="http://evil/p.png"/><foreignObject/>'
            "<metadata>http://meta</metadata></svg>"
        )
        assert safe_svg(svg, "p", namespace=False) == (
            '<svg viewBox="0 0 10 20" id="p-0"><style>#p-0 .a {fill:url(#p-none)}</style>'
            '<g><rect id="p-1" class="a"></rect></g><use href="#p-1"></use><image></image></svg>'
        )

    def test_random_ids_of_a_drawing_program_do_not_reach_the_document(self, document):
        figure = document.figures[0]
        old = sorted(set(re.findall(r'id="([a-z][0-9a-f]{10})"', figure.svg)))
        assert old
        other = figure.svg
        for number, name in enumerate(old):
            other = other.replace(name, f"x{number}")
        assert other != figure.svg
        assert safe_svg(other, "p") == safe_svg(figure.svg, "p")

    def test_a_broken_svg_gives_way_to_the_png(self, document):
        figure = replace(document.figures[0], svg="<svg><g></svg>")
        page = BeautifulSoup(WRITERS["html"](Document("Т", (figure,))), "html.parser")
        assert page.img["alt"] == figure.alt
        assert page.img["src"].startswith("data:image/png;base64,iVBOR")
        assert WRITERS["pdf"](Document("Т", (figure,))).startswith(b"%PDF")

    def test_a_figure_without_png_is_drawn_from_its_svg(self, document):
        figure = replace(document.figures[0], png_base64="")
        # 160 mm at 200 pixels per inch is 160 / 25.4 * 200 = 1260 pixels, rounded either way.
        assert png_size(figure_png(figure))[0] in {1259, 1260, 1261}
        word = docx.Document(io.BytesIO(WRITERS["docx"](Document("Т", (figure,)))))
        assert len(word.inline_shapes) == 1

    def test_a_figure_that_cannot_be_read_shows_its_words(self):
        figure = DisplayFigure("f", "Рисунок", "Описание словами", "", "", 100, 50)
        document = Document("Т", (figure,))
        assert "Описание словами" in WRITERS["html"](document).decode("utf-8")
        word = docx.Document(io.BytesIO(WRITERS["docx"](document)))
        assert "Описание словами" in [p.text for p in word.paragraphs]
        reader = pypdf.PdfReader(io.BytesIO(WRITERS["pdf"](document)))
        assert "Описаниесловами" in pdf_text(reader)


def _alts(element):
    element = element.get_object()
    if isinstance(element, list):
        for child in element:
            yield from _alts(child)
    elif isinstance(element, dict):
        if "/Alt" in element:
            yield str(element["/Alt"])
        if "/K" in element:
            yield from _alts(element["/K"])


class TestForm:
    def test_html_names_language_scopes_and_anchors(self, page):
        assert page.html["lang"] == "ru"
        assert [c.get_text(strip=True) for c in page.find_all("caption")] == [
            CAPTIONS[0],
            CAPTIONS[3],
        ]
        heads = page.find("table").thead.find_all("th")
        assert [h["scope"] for h in heads] == ["col"] * 5
        assert all(r.th["scope"] == "row" for r in page.find("table").tbody.find_all("tr"))
        targets = [a["href"][1:] for a in page.find("nav").find_all("a")]
        assert [page.find(id=t).get_text() for t in targets] == [
            "Кому нужна адресная помощь",
            "Что проверить в первую очередь",
            "Что изменилось",
            "Результаты по предметам",
            "Приложение",
        ]

    def test_docx_page_is_that_of_an_official_paper(self, word):
        section = word.sections[0]
        margins = (
            section.left_margin,
            section.right_margin,
            section.top_margin,
            section.bottom_margin,
        )
        assert [round(m.mm) for m in margins] == [30, 15, 20, 20]
        assert [round(section.page_width.mm), round(section.page_height.mm)] == [210, 297]
        normal = word.styles["Normal"]
        assert (normal.font.name, normal.font.size.pt) == ("Times New Roman", 14)
        assert normal.paragraph_format.line_spacing == 1.5
        assert round(normal.paragraph_format.first_line_indent.cm, 2) == 1.25

    def test_docx_styles_name_the_font_for_every_script(self, word):
        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption"):
            fonts = word.styles[name].element.rPr.rFonts
            assert {fonts.get(qn(f"w:{s}")) for s in ("ascii", "hAnsi", "cs", "eastAsia")} == {
                "Times New Roman"
            }
            assert not [a for a in fonts.attrib if "Theme" in a]

    def test_docx_wide_table_lies_on_a_turned_page_with_its_heading(self, word):
        widths = [round(s.page_width.mm) for s in word.sections]
        assert widths == [210, 297, 210]
        inside = [
            p.text for p in word.sections[1].iter_inner_content() if hasattr(p, "paragraph_format")
        ]
        assert inside[:2] == [
            "Результаты по предметам",
            "Широкая таблица стоит на повёрнутой странице.",
        ]

    def test_docx_rows_stay_whole_and_the_header_is_repeated(self, word):
        for table in word.tables:
            rows = table._tbl.tr_lst
            assert [r.trPr.find(qn("w:tblHeader")) is not None for r in rows] == [
                True,
                *[False] * (len(rows) - 1),
            ]
            assert all(r.trPr.find(qn("w:cantSplit")) is not None for r in rows)

    def test_docx_captions_are_fields_with_the_number_stored(self, word):
        captions = [p for p in word.paragraphs if p.style.name == "Caption"]
        assert [p.text for p in captions] == CAPTIONS
        codes = [p._p.findall(f".//{qn('w:instrText')}")[0].text.strip() for p in captions]
        assert codes == [
            "SEQ Таблица \\* ARABIC",
            "SEQ Рисунок \\* ARABIC",
            "SEQ Рисунок \\* ARABIC",
            "SEQ Таблица \\* ARABIC",
        ]

    def test_docx_ordered_lists_start_again(self, word):
        numbers = {
            p.text: p._p.pPr.numPr.numId.val for p in word.paragraphs if p.style.name == "Listing"
        }
        assert numbers["запросить протоколы;"] == numbers["сверить итоги."]
        assert numbers["сверить итоги."] != numbers["новый список начинается с единицы."]

    def test_docx_column_widths_follow_the_weights(self, word):
        widths = [c.width for c in word.tables[0].columns]
        assert widths[0] == max(widths)
        # 165 mm of text; each width is rounded to a twip (0.018 mm).
        assert round(sum(w.mm for w in widths), 1) == 165.0

    def test_docx_properties_come_from_the_document(self, word):
        core = word.core_properties
        assert core.title == "Аналитическая справка о школах с низкими результатами"
        assert core.created.isoformat()[:10] == core.modified.isoformat()[:10] == "2025-09-15"
        assert core.language == "ru-RU"

    def test_pdf_is_tagged_archival_russian_and_numbered(self, files, pdf):
        root = pdf.trailer["/Root"]
        assert root["/Lang"] == "ru"
        assert root["/MarkInfo"]["/Marked"]
        metadata = root["/Metadata"].get_object().get_data()
        assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
        assert b"<pdfaid:part>2</pdfaid:part>" in metadata
        n_pages = len(pdf.pages)
        assert squeezed(pdf.pages[1].extract_text()).endswith(f"2/{n_pages}")

    def test_pdf_repeats_the_header_and_turns_the_wide_page(self, pdf):
        with_header = [p for p in pdf.pages if "Участников" in p.extract_text()]
        assert len(with_header) == 3
        sizes = [p.mediabox for p in pdf.pages]
        turned = [i for i, s in enumerate(sizes) if s.width > s.height]
        assert len(turned) == 1
        assert "Результаты по предметам" in pdf.pages[turned[0]].extract_text()

    def test_pdf_fonts_do_not_depend_on_the_computer(self, pdf):
        fonts = {
            str(font.get_object()["/BaseFont"]).partition("+")[2]
            for page in pdf.pages
            for font in page["/Resources"].get("/Font", {}).values()
        }
        assert fonts
        assert all(re.match(r"LibertinusSerif|DejaVuSansMono|NewCM", f) for f in fonts), fonts

    def test_xlsx_sheets_have_filter_frozen_header_and_links(self, book):
        contents, schools, subjects = book.worksheets[:3]
        assert contents.title == "Содержание"
        assert schools.auto_filter.ref == "A3:E43"
        assert schools.freeze_panes == "A4"
        assert subjects.freeze_panes == "B4"
        assert schools.print_title_rows == "$3:$3"
        assert subjects.page_setup.orientation == "landscape"
        links = {c.hyperlink.location for row in contents for c in row if c.hyperlink}
        assert links == {f"'{name}'!A1" for name in book.sheetnames[1:]}

    def test_a_list_too_long_for_pages_stands_in_the_workbook(self, document):
        first, second = document.tables
        blocks = tuple(
            replace(block, sheet_only=True) if block is first else block
            for block in document.blocks
        )
        written = {end: WRITERS[end](replace(document, blocks=blocks)) for end in WRITERS}
        page = BeautifulSoup(written["html"].decode("utf-8"), "html.parser")
        word = docx.Document(io.BytesIO(written["docx"]))
        pdf = "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(written["pdf"])).pages)
        sentence = f"{CAPTIONS[0]}. Вся таблица (строк: 40) — в книге Excel этого документа."
        assert len(first.rows) == 40
        assert sentence in page.get_text()
        assert sentence in [paragraph.text for paragraph in word.paragraphs]
        assert "(строк: 40)" in pdf
        # the numbers of the other tables do not move
        assert [t.caption.get_text() for t in page.find_all("table")] == [CAPTIONS[3]]
        assert len(word.tables) == 1
        assert "№ 12" not in page.get_text() + pdf
        book = openpyxl.load_workbook(io.BytesIO(written["xlsx"]))
        assert [sheet.max_row > len(table.rows) for sheet, table in zip(
            book.worksheets[1:3], (first, second), strict=True
        )] == [True, True]  # fmt: skip

    def test_xlsx_sheet_names_are_valid_and_unique(self):
        titles = ["Отметки: [ОГЭ] / ЕГЭ * 'все' ? \\", "Ж" * 80, "Ж" * 80, "", "History"]
        tables = tuple(
            DisplayTable("t", t, (DisplayColumn("c", "Столбец"),), ((Cell(1, "1"),),))
            for t in titles
        )
        names = openpyxl.load_workbook(
            io.BytesIO(WRITERS["xlsx"](Document("Д", tables)))
        ).sheetnames[1:]
        assert names == [
            "Т1 Отметки ОГЭ ЕГЭ все",
            "Т2 " + "Ж" * 28,
            "Т3 " + "Ж" * 28,
            "Т4",
            "Т5 History",
        ]


class TestEdges:
    @pytest.mark.parametrize("suffix", WRITERS)
    def test_an_empty_document_is_written(self, suffix):
        assert len(WRITERS[suffix](Document("Пусто", ()))) > 500

    @pytest.mark.parametrize("suffix", WRITERS)
    def test_a_table_without_rows_is_written(self, suffix):
        table = DisplayTable("t", "Нет строк", (DisplayColumn("a", "А"),), ())
        assert len(WRITERS[suffix](Document("Д", (table, table)))) > 500

    def test_what_excel_cannot_hold_becomes_text(self):
        column = DisplayColumn("n", "Число", Kind.NUMBER)
        values = [float("nan"), float("inf"), 10**17, True]
        rows = tuple((Cell(v, f"текст {i}"),) for i, v in enumerate(values))
        data = WRITERS["xlsx"](Document("Д", (DisplayTable("t", "Т", (column,), rows),)))
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[1]
        assert [sheet.cell(y, 1).value for y in range(4, 8)] == [
            "текст 0",
            "текст 1",
            "текст 2",
            "текст 3",
        ]

    def test_heading_levels_have_no_gaps(self):
        document = Document("Д", (Heading(3, "а"), Heading(1, "б"), Heading(4, "в")))
        assert [p.block.level for p in place(document)] == [1, 1, 2]

    def test_equal_names_get_anchors_of_their_own(self, document):
        anchors = [p.anchor for p in place(document) if p.anchor]
        assert anchors[-4:] == [
            "figure-dynamics-n2",
            "section-4",
            "table-subjects",
            "section-5",
        ]
        assert len(anchors) == len(set(anchors))

    def test_chosen_widths_are_kept_when_words_fit(self):
        columns = (DisplayColumn("a", "А", width=3), DisplayColumn("b", "Б", width=1))
        widths = column_widths(DisplayTable("t", "Т", columns, ((Cell("а", "а"), Cell(1, "1")),)))
        assert widths.shares == (0.75, 0.25)
        assert not widths.tight

    def test_a_narrow_column_is_raised_to_its_number(self):
        columns = (
            DisplayColumn("a", "А", width=99),
            DisplayColumn("b", "Б", Kind.INTEGER, width=1),
        )
        number = f"1{NARROW}234{NARROW}567"
        table = DisplayTable("t", "Т", columns, ((Cell("а", "а"), Cell(1234567, number)),))
        # Nine signs and the padding of 2.5 in a line of 96: (9 + 2.5) / 96.
        assert column_widths(table).shares[1] == pytest.approx(11.5 / 96)

    def test_room_that_numbers_do_not_need_goes_to_texts_that_would_wrap(self):
        columns = (
            DisplayColumn("a", "Школа", width=1),
            *(DisplayColumn(f"n{i}", "Доля", Kind.SHARE, width=0.9) for i in range(4)),
        )
        row = (Cell("а" * 10, " ".join(["слово"] * 6)), *(Cell(0.1, "10") for _ in range(4)))
        shares = column_widths(DisplayTable("t", "Т", columns, (row,))).shares
        # Six words of five letters and five spaces want 35 signs and the padding of 2.5, of 96.
        assert shares[0] == pytest.approx(37.5 / 96)
        assert sum(shares) == pytest.approx(1)
        assert len({round(s, 9) for s in shares[1:]}) == 1

    def test_more_columns_than_fit_are_set_tight(self):
        columns = tuple(DisplayColumn(f"c{i}", "Обществознание", Kind.SHARE) for i in range(20))
        table = DisplayTable("t", "Т", columns, (tuple(Cell(0.1, "10,0 %") for _ in columns),))
        widths = column_widths(table)
        assert widths.tight
        assert sum(widths.shares) == pytest.approx(1)


class TestFragment:
    def test_a_block_is_shown_in_a_notebook_without_a_number(self, document):
        html = fragment(document.tables[0])
        soup = BeautifulSoup(html, "html.parser")
        assert soup.caption.get_text(strip=True) == document.tables[0].title
        assert html_rows(soup, 0) == expected_rows(document.tables[0])
        assert "<script" not in html

    def test_two_pictures_of_one_page_do_not_share_ids(self, document):
        pages = [BeautifulSoup(fragment(f), "html.parser") for f in document.figures]
        first, second = ({e["id"] for e in p.find_all(attrs={"id": True})} for p in pages)
        assert first
        assert first.isdisjoint(second)


class TestReproducible:
    @pytest.mark.parametrize("suffix", WRITERS)
    def test_the_same_document_gives_the_same_bytes(self, document, files, suffix):
        assert WRITERS[suffix](document) == files[suffix]

    def test_another_process_in_another_time_zone_gives_the_same_bytes(self, files):
        program = (
            "import hashlib, sys\n"
            f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
            "from sample import sample_document\n"
            "from shnor_analysis.report.exporters import WRITERS\n"
            "document = sample_document()\n"
            "for suffix, write in WRITERS.items():\n"
            "    print(suffix, hashlib.sha256(write(document)).hexdigest())\n"
        )
        environment = os.environ | {"TZ": "Asia/Kamchatka", "PYTHONHASHSEED": "7"}
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert dict(line.split() for line in done.stdout.splitlines()) == {
            suffix: _digest(data) for suffix, data in files.items()
        }

    def test_another_date_gives_other_bytes(self, document, files):
        later = replace(document, created="2026-09-15")
        assert all(WRITERS[suffix](later) != data for suffix, data in files.items())


def _digest(data):
    return hashlib.sha256(data).hexdigest()
