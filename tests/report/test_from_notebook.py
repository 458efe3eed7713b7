"""Executed notebooks become documents: ours from records, foreign ones as well as can be read."""

import base64
import io
import json
import struct
import zlib

import docx
import nbformat
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import get_exporter
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
    new_raw_cell,
)

from shnor_analysis.report.document import (
    RECORD_MIME,
    Callout,
    Cell,
    DisplayFigure,
    DisplayTable,
    Heading,
    Kind,
    Listing,
    Paragraph,
    Preformatted,
    Run,
    Status,
    to_record,
)
from shnor_analysis.report.from_notebook import document_from_notebook

MODULE = "shnor_analysis.report.notebook_exporters"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"><rect/></svg>'


def png(width, height):
    """A grey PNG of this size."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = (b"\x00" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return data + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def png_base64(width=200, height=100):
    return base64.b64encode(png(width, height)).decode("ascii")


def shown(data, **metadata):
    return new_output("display_data", data=data, metadata=metadata)


def read(*cells, **metadata):
    """The document of a notebook that has been to disk and back."""
    notebook = new_notebook(cells=list(cells), metadata=metadata)
    return document_from_notebook(nbformat.reads(nbformat.writes(notebook), as_version=4), "книга")


def blocks_of(*outputs):
    return read(new_code_cell("hidden_code()", outputs=list(outputs))).blocks


class TestMarkdown:
    def test_first_heading_is_the_title_without_its_number(self):
        document = read(new_markdown_cell("# 02. Низкие результаты\n\n## Раздел\n\n### Часть"))
        assert document.title == "Низкие результаты"
        assert document.blocks == (Heading(1, "Раздел"), Heading(2, "Часть"))

    def test_later_headings_of_level_one_open_sections(self):
        document = read(new_markdown_cell("# Первый"), new_markdown_cell("# 2024 год"))
        assert document.title == "Первый"
        assert document.blocks == (Heading(1, "2024 год"),)

    def test_without_a_heading_the_name_is_the_title(self):
        document = read(new_markdown_cell("Текст"))
        assert (document.title, document.name) == ("книга", "книга")

    def test_a_paragraph_keeps_its_looks(self):
        source = "Обычный **жирный _оба_** `код` [ссылка](mailto:a@b.ru)  \nс новой\nстроки"
        assert read(new_markdown_cell(source)).blocks == (
            Paragraph(
                (
                    Run("Обычный "),
                    Run("жирный ", bold=True),
                    Run("оба", bold=True, italic=True),
                    Run(" "),
                    Run("код", code=True),
                    Run(" "),
                    Run("ссылка", href="mailto:a@b.ru"),
                    Run("\nс новой строки"),
                )
            ),
        )

    def test_lists_quotes_and_code(self):
        source = "- раз\n  - внутри\n- два\n\n3. три\n\n> Важно\n>\n> Ещё\n\n```\nx = 1\n```"
        assert read(new_markdown_cell(source)).blocks == (
            Listing(((Run("раз\n– внутри"),), (Run("два"),))),
            Listing(((Run("три"),),), ordered=True),
            Callout((Paragraph((Run("Важно"),)), Paragraph((Run("Ещё"),)))),
            Preformatted("x = 1"),
        )

    def test_a_table_becomes_a_table_of_texts(self):
        source = "# Книга\n\n## Отметки\n\n| Школа | Доля |\n|---|---|\n| **№ 1** | 005 |"
        (table,) = read(new_markdown_cell(source)).tables
        assert table.title == "Отметки"
        assert [c.label for c in table.columns] == ["Школа", "Доля"]
        assert table.rows == ((Cell("№ 1", "№ 1"), Cell("005", "005")),)

    def test_layout_html_goes_and_foreign_html_is_text(self):
        source = "a<br>b <span style='x'>c</span> <script>alert(1)</script><!-- тайна -->"
        assert read(new_markdown_cell(source)).blocks == (
            Paragraph((Run("a\nb c <script>alert(1)</script>"),)),
        )
        html = "<div align='center'>\n<b>Текст</b>\n</div>\n\n<script>\nalert(1)\n</script>"
        assert read(new_markdown_cell(html)).blocks == (
            Paragraph((Run("Текст"),)),
            Paragraph((Run("<script> alert(1) </script>"),)),
        )

    def test_an_attached_picture_becomes_a_figure(self):
        cell = new_markdown_cell("![Схема района](attachment:map.png)")
        cell["attachments"] = {"map.png": {"image/png": png_base64()}}
        (figure,) = read(cell).figures
        assert (figure.title, figure.alt) == ("Схема района", "Схема района")


class TestCells:
    @pytest.mark.parametrize("tag", ["remove-cell", "parameters", "injected-parameters"])
    def test_tagged_cells_are_left_out(self, tag):
        cell = new_code_cell(
            "x", metadata={"tags": [tag]}, outputs=[new_output("stream", text="видно")]
        )
        assert read(cell, new_markdown_cell("текст", metadata={"tags": [tag]})).blocks == ()

    def test_code_and_raw_cells_are_never_shown(self):
        assert read(new_code_cell("secret = 1"), new_raw_cell("сырьё")).blocks == ()

    def test_an_error_becomes_a_russian_remark(self):
        error = new_output("error", ename="ValueError", evalue="нет файла", traceback=["x"])
        assert blocks_of(error) == (
            Callout(
                (
                    Paragraph(
                        (
                            Run(
                                "Ячейка блокнота не выполнилась, её результата в документе нет: "
                                "ValueError: нет файла"
                            ),
                        )
                    ),
                )
            ),
        )

    def test_streams_are_joined_cleaned_and_warnings_left_out(self):
        assert blocks_of(
            new_output("stream", name="stdout", text="шаг 1\rшаг 2\nкра"),
            new_output("stream", name="stdout", text="\x1b[31mсный\x1b[0m\n"),
            new_output("stream", name="stderr", text="FutureWarning"),
        ) == (Preformatted("шаг 2\nкрасный"),)

    @pytest.mark.parametrize(
        "leftover",
        [
            "[<matplotlib.lines.Line2D at 0x7f1200>]",
            "<Axes: xlabel='x'>",
            "<Figure size 640x480 with 1 Axes>",
            "Text(0.5, 1.0, 'Заголовок')",
        ],
    )
    def test_the_repr_of_a_drawing_call_is_no_content(self, leftover):
        assert blocks_of(shown({"text/plain": leftover})) == ()

    def test_plain_text_and_markdown_outputs(self):
        assert blocks_of(
            shown({"text/plain": "42"}),
            shown({"text/markdown": "*да*", "text/plain": "x"}),
            shown({"text/html": "<b>Итог</b><script>x()</script>", "text/plain": "y"}),
        ) == (
            Preformatted("42"),
            Paragraph((Run("да", italic=True),)),
            Paragraph((Run("Итог"),)),
        )


class TestRecords:
    def test_records_come_back_whole(self, sample):
        blocks = sample.blocks()
        table, figure, callout = blocks[3], blocks[10], blocks[2]
        assert isinstance(table, DisplayTable)
        assert isinstance(figure, DisplayFigure)
        assert blocks_of(
            shown({RECORD_MIME: to_record(table), "text/html": "<table></table>"}),
            shown({RECORD_MIME: [to_record(figure), to_record(callout)]}),
        ) == (table, figure, callout)

    def test_headings_of_records_keep_their_level(self):
        document = read(
            new_markdown_cell("# Название"),
            new_code_cell("", outputs=[shown({RECORD_MIME: to_record(Heading(1, "Раздел"))})]),
        )
        assert document.title == "Название"
        assert document.blocks == (Heading(1, "Раздел"),)

    def test_names_are_made_unique(self, sample):
        record = to_record(sample.wide_table())
        document = read(new_code_cell("", outputs=[shown({RECORD_MIME: [record] * 3})]))
        assert [t.name for t in document.tables] == ["subjects", "subjects_2", "subjects_3"]

    def test_the_last_document_record_wins_over_metadata(self):
        record = {"type": "document", "subtitle": "Первый", "facts": [["Год", "2024"]]}
        last = {"type": "document", "subtitle": "Второй", "created": "2025-09-15"}
        document = read(
            new_markdown_cell("# Название"),
            new_code_cell("", outputs=[shown({RECORD_MIME: record}), shown({RECORD_MIME: last})]),
            shnor={"subtitle": "Из метаданных", "name": "report", "created": "2020-01-01"},
        )
        assert document.subtitle == "Второй"
        assert document.facts == (("Год", "2024"),)
        assert (document.created, document.name) == ("2025-09-15", "report")
        assert document.title == "Название"
        assert document.blocks == ()

    def test_a_document_record_may_set_the_title(self):
        record = {"type": "document", "title": "Справка"}
        document = read(
            new_markdown_cell("# 08. Блокнот"),
            new_code_cell("", outputs=[shown({RECORD_MIME: record})]),
        )
        assert document.title == "Справка"

    def test_a_misspelt_document_field_is_refused(self):
        with pytest.raises(ValueError, match="subtitel"):
            blocks_of(shown({RECORD_MIME: {"type": "document", "subtitel": "x"}}))


def table_of(frame, **options):
    (table,) = blocks_of(shown({"text/html": frame.to_html(**options), "text/plain": "x"}))
    return table


class TestForeignTables:
    def test_a_data_frame_keeps_its_numbers(self):
        frame = pd.DataFrame(
            {
                "Школа": ["<script>alert(1)</script>", "СОШ № 2"],
                "Доля": [0.25, float("nan")],
                "n": [10, -3],
                "Код": ["007", "12"],
            }
        )
        table = table_of(frame)
        assert [(c.label, c.kind, c.decimals) for c in table.columns] == [
            ("Школа", Kind.TEXT, 0),
            ("Доля", Kind.NUMBER, 2),
            ("n", Kind.INTEGER, 0),
            ("Код", Kind.TEXT, 0),
        ]
        assert table.rows == (
            (
                Cell("<script>alert(1)</script>", "<script>alert(1)</script>"),
                Cell(0.25, "0.25"),
                Cell(10, "10"),
                Cell("007", "007"),
            ),
            (
                Cell("СОШ № 2", "СОШ № 2"),
                Cell(None, "нет данных", Status.NO_DATA),
                Cell(-3, "-3"),
                Cell("12", "12"),
            ),
        )

    def test_a_real_index_is_a_column(self):
        frame = pd.DataFrame({"n": [5, 6]}, index=pd.Index(["А", "Б"], name="Класс"))
        table = table_of(frame)
        assert [c.label for c in table.columns] == ["Класс", "n"]
        assert [[c.text for c in row] for row in table.rows] == [["А", "5"], ["Б", "6"]]

    def test_header_rows_and_spans_are_written_out(self):
        columns = pd.MultiIndex.from_tuples([("2025", "ОГЭ"), ("2025", "ЕГЭ")])
        index = pd.MultiIndex.from_tuples([("Север", "А"), ("Север", "Б")])
        table = table_of(pd.DataFrame([[1, 2], [3, 4]], index=index, columns=columns))
        assert [c.label for c in table.columns] == ["", "", "2025 / ОГЭ", "2025 / ЕГЭ"]
        assert [[c.text for c in row] for row in table.rows] == [
            ["Север", "А", "1", "2"],
            ["Север", "Б", "3", "4"],
        ]

    def test_a_shortened_table_says_so(self):
        table = table_of(pd.DataFrame({"n": range(100)}), max_rows=4)
        assert [row[0].value for row in table.rows] == [0, 1, 98, 99]
        assert table.notes == ("Показаны не все строки: блокнот сократил вывод таблицы.",)

    def test_a_styled_frame_with_a_caption(self):
        html = (
            "<style>#T_1 td {color: red}</style><table><caption>Итоги</caption>"
            "<thead><tr><th>А</th></tr></thead><tbody><tr><td>1,5</td></tr></tbody></table>"
        )
        (table,) = blocks_of(shown({"text/html": html}))
        assert table.title == "Итоги"
        assert table.rows == ((Cell(1.5, "1,5"),),)

    def test_two_tables_of_one_output_are_two_tables(self):
        html = "<table><tr><td>1</td></tr></table>" * 2
        assert len(blocks_of(shown({"text/html": html}))) == 2

    def test_long_digit_strings_stay_text(self):
        frame = pd.DataFrame({"ИНН": ["12345678901234567890"], "n": [1]})
        assert table_of(frame).rows[0][0].value == "12345678901234567890"

    def test_many_columns_ask_for_a_turned_page(self):
        assert table_of(pd.DataFrame([range(12)])).wide
        assert not table_of(pd.DataFrame([range(3)])).wide


class TestForeignFigures:
    def test_a_picture_is_named_by_the_heading_above_it(self):
        document = read(
            new_markdown_cell("# Книга\n\n## Динамика"),
            new_code_cell("", outputs=[shown({"image/png": png_base64(), "text/plain": "<F>"})]),
        )
        (figure,) = document.figures
        assert (figure.title, figure.alt) == ("Динамика", "Динамика")
        # 200 x 100 pixels at 100 per inch are 2 x 1 inches.
        assert (figure.width_mm, figure.height_mm) == (50.8, 25.4)

    def test_a_picture_without_a_heading_says_so(self):
        (figure,) = blocks_of(shown({"image/svg+xml": SVG}))
        assert figure.alt == "Рисунок без описания"
        assert figure.svg == SVG
        assert (figure.width_mm, figure.height_mm) == (25.4, 12.7)

    def test_a_large_picture_is_fitted_to_the_page(self):
        (figure,) = blocks_of(shown({"image/png": png_base64(2000, 1000)}))
        assert (figure.width_mm, figure.height_mm) == (165.0, 82.5)

    def test_the_stated_size_of_a_sharp_picture_is_kept(self):
        output = shown({"image/png": png_base64(400, 200)}, **{"image/png": {"width": 96}})
        (figure,) = blocks_of(output)
        assert (figure.width_mm, figure.height_mm) == (25.4, 12.7)

    def test_a_broken_picture_leaves_its_text(self):
        assert blocks_of(shown({"image/png": "bm90IGEgcG5n", "text/plain": "текст"})) == (
            Preformatted("текст"),
        )


@pytest.fixture
def notebook(sample):
    frame = pd.DataFrame({"Школа": ["СОШ № 1"], "Доля": [0.375]})
    return new_notebook(
        cells=[
            new_markdown_cell("# 01. Любая книга"),
            new_code_cell(
                "secret_code",
                outputs=[
                    shown({"text/html": frame.to_html(), "text/plain": "x"}),
                    shown({RECORD_MIME: json.loads(json.dumps(to_record(sample.wide_table())))}),
                ],
            ),
        ]
    )


class TestExporters:
    @pytest.mark.parametrize(
        ("name", "suffix", "mimetype"),
        [
            ("ShnorHtmlExporter", ".html", "text/html"),
            ("ShnorDocxExporter", ".docx", "application/vnd.openxmlformats"),
            ("ShnorPdfExporter", ".pdf", "application/pdf"),
            ("ShnorXlsxExporter", ".xlsx", "application/vnd.openxmlformats"),
        ],
    )
    def test_nbconvert_and_jupyterlab_can_use_them(self, notebook, name, suffix, mimetype):
        exporter = get_exporter(f"{MODULE}.{name}")()
        output, resources = exporter.from_notebook_node(notebook, {"metadata": {"name": "книга"}})
        assert resources["output_extension"] == exporter.file_extension == suffix
        assert exporter.output_mimetype.startswith(mimetype)
        assert exporter.export_from_notebook.startswith("ШНОР")
        assert isinstance(output, str if suffix == ".html" else bytes)

    def test_the_outputs_hold_the_tables_and_no_code(self, notebook):
        html, _ = get_exporter(f"{MODULE}.ShnorHtmlExporter")().from_notebook_node(notebook)
        page = BeautifulSoup(html, "html.parser")
        assert page.h1.get_text() == "Любая книга"
        assert len(page.find_all("table")) == 2
        assert "secret_code" not in html
        data, _ = get_exporter(f"{MODULE}.ShnorDocxExporter")().from_notebook_node(notebook)
        assert len(docx.Document(io.BytesIO(data)).tables) == 2
        data, _ = get_exporter(f"{MODULE}.ShnorXlsxExporter")().from_notebook_node(notebook)
        assert openpyxl.load_workbook(io.BytesIO(data)).worksheets[1].cell(4, 2).value == 0.375

    def test_a_notebook_without_a_name_is_exported(self, notebook):
        output, _ = get_exporter(f"{MODULE}.ShnorPdfExporter")().from_notebook_node(notebook)
        assert output.startswith(b"%PDF")

    def test_the_notebook_is_not_changed(self, notebook):
        before = nbformat.writes(notebook)
        get_exporter(f"{MODULE}.ShnorHtmlExporter")().from_notebook_node(notebook)
        assert nbformat.writes(notebook) == before
