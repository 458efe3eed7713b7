"""Files as they come: broken, foreign, unknown, not used yet; the order does not matter."""

import io
import os
import random
import subprocess
import sys
import zipfile

import openpyxl
import pandas as pd
import pytest

from shnor_analysis.errors import SourceFileError
from shnor_analysis.intake import read_place
from shnor_analysis.intake import workbook as workbook_module
from shnor_analysis.intake.messages import NOT_USED as NOT_USED_WORDS
from shnor_analysis.intake.place import SIDE_FAMILIES
from shnor_analysis.report.issues import issues_workbook
from shnor_analysis.report.labels import Labels
from shnor_analysis.tables import CONTRACTS, RECEIVED, REPORTED


def test_empty_folder_gives_empty_tables_that_keep_their_contracts(place):
    tables = place.read().tables()
    assert set(tables) == {contract.name for contract in (*RECEIVED, *REPORTED)}
    for name, table in tables.items():
        assert table.empty
        pd.testing.assert_frame_equal(table, CONTRACTS[name].conform(table))


def test_absent_folder_is_not_an_empty_place(place):
    with pytest.raises(SourceFileError, match="не найдена"):
        read_place(place.folder / "нет", place.methodology, b"k" * 32)


def test_service_files_are_skipped_silently(place):
    for name in ("monitoring.yaml", "Thumbs.db", "~$Ф1.xlsx", ".hidden.xlsx", ".git/a.xlsx"):
        place.raw(name, b"anything")
    assert place.read().source_files.empty


@pytest.fixture
def good_file(place, build):
    place.book("хороший.xlsx", build.f1(build.pupil(40001)))
    return place


def xlsx_bytes(place, build):
    path = place.book("временный.xlsx", build.f1(build.pupil(40001)))
    content = path.read_bytes()
    path.unlink()
    return content


OLE = bytes.fromhex("D0CF11E0A1B11AE1")
UNREADABLE = {
    "пусто.xlsx": (b"", "file_empty"),
    "пусто.csv": (b"", "file_empty"),
    "отчёт.xls": (b"<html><body><table><tr><td>1</td></tr></table></html>", "file_html"),
    "отчёт2.xls": (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "file_html"),
    "отчёт.xlsx": (b"<?xml version='1.0'?><Workbook/>", "file_html"),
    "список.xlsx": ("ОО;Класс\n1;2\n".encode("cp1251"), "file_wrong_kind"),
    "документ.csv": (b"%PDF-1.7 ...", "file_wrong_kind"),
    "битый.xlsx": (b"PK\x03\x04 and then nothing", "file_truncated"),
    "битый.xls": (OLE + b"\x00" * 700, "file_truncated"),
    "закрытый.xlsx": (
        OLE + b"\x00" * 504 + "EncryptedPackage".encode("utf-16-le"),
        "file_encrypted",
    ),
    "двоичный.csv": (bytes(range(256)) * 4, "file_wrong_kind"),
}


def test_unreadable_files_are_one_error_each_and_the_rest_goes_on(good_file, build):
    for name, (content, _) in UNREADABLE.items():
        good_file.raw(name, content)
    intake = good_file.read()
    assert build.status(intake) == {**dict.fromkeys(UNREADABLE, "refused"), "хороший.xlsx": "read"}
    errors = [i for i in build.issues(intake) if i["severity"] == "error"]
    assert {i["file"]: i["check_id"] for i in errors} == {
        name: check_id for name, (_, check_id) in UNREADABLE.items()
    }
    assert len(errors) == len(UNREADABLE)
    assert all(i["guidance"] for i in errors)
    assert len(intake.vpr_results) == 1


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_truncated_workbook(good_file, build, share):
    content = xlsx_bytes(good_file, build)
    good_file.raw("обрезан.xlsx", content[: int(len(content) * share)])
    intake = good_file.read()
    assert build.status(intake)["обрезан.xlsx"] == "refused"
    assert "file_truncated" in build.checks(intake)


def test_workbooks_with_damaged_bytes_never_raise(good_file, build):
    content = xlsx_bytes(good_file, build)
    for seed in range(40):
        damage = random.Random(seed)
        damaged = bytearray(content)
        for _ in range(damage.randrange(1, 6)):
            damaged[damage.randrange(len(damaged))] = damage.randrange(256)
        good_file.raw(f"{seed}.xlsx", bytes(damaged))
    intake = good_file.read()
    assert len(intake.source_files) == 41
    assert build.status(intake)["хороший.xlsx"] == "read"


def test_workbook_with_a_wrong_extension(good_file, build):
    content = xlsx_bytes(good_file, build)
    good_file.raw("отчёт.xls", content)
    [issue] = build.issues(good_file.read(), "file_wrong_kind")
    assert "Расширение файла .xls, а внутри — книга .xlsx" in issue["message"]


def test_word_document_named_xlsx(good_file, build):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    good_file.raw("письмо.xlsx", stream.getvalue())
    [issue] = build.issues(good_file.read(), "file_wrong_kind")
    assert "документ .docx" in issue["message"]


def test_zip_bomb_is_refused_by_its_declared_size(good_file, build, monkeypatch):
    monkeypatch.setattr(workbook_module, "MAX_UNPACKED_BYTES", 1000)
    intake = good_file.read()
    assert build.checks(intake) == ["file_too_large"]


def test_stray_cell_in_the_last_row_is_refused_before_it_is_unfolded(place, build):
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "Индивидуальные результаты"
    book.active["XFD1048576"] = " "
    book.save(place.folder / "огромный.xlsx")
    intake = place.read()
    [issue] = build.issues(intake, "file_too_large")
    assert "1048576 строк" in issue["message"]


def test_file_larger_than_the_limit(good_file, build, monkeypatch):
    monkeypatch.setattr("shnor_analysis.intake.place.MAX_FILE_BYTES", 10)
    assert build.checks(good_file.read()) == ["file_too_large"]


def test_file_of_a_foreign_kind_is_unknown(good_file, build):
    names = ["архив.rar", "без_расширения", "приказ.pdf", "фото.jpg"]
    for name in names:
        good_file.raw(name, name.encode())
    intake = good_file.read()
    assert {build.status(intake)[name] for name in names} == {"unknown"}
    found = build.issues(intake, "file_unknown")
    assert [i["file"] for i in found] == names
    assert {i["severity"] for i in found} == {"warning"}


def test_unknown_table_lists_what_was_found(place, build):
    place.text("список.csv", [[], ["Кружок", "Руководитель", "Кабинет"], ["Хор", "Попова", 5]])
    intake = place.read()
    [issue] = build.issues(intake, "file_unknown")
    assert "«Кружок», «Руководитель», «Кабинет»" in issue["message"]
    assert "Попова" not in build.dump(intake)


def test_unknown_table_without_headings_does_not_show_names(place, build):
    place.text("список.csv", [["Иванов", "Пётр", "+7 928 000-11-22", "a@example.org"]])
    place.book("список.xlsx", [["Анна", 5, "9А"]])
    intake = place.read()
    assert len(build.issues(intake, "file_unknown")) == 2
    for private in ("Иванов", "Пётр", "928", "example.org", "Анна"):
        assert private not in build.dump(intake)


def test_empty_sheet_is_unknown(place, build):
    place.book("пустая.xlsx", [])
    assert build.status(place.read()) == {"пустая.xlsx": "unknown"}


def test_exact_copy_is_a_duplicate_with_a_note(good_file, build):
    path = good_file.folder / "хороший.xlsx"
    good_file.raw("архив/хороший (1).xlsx", path.read_bytes())
    intake = good_file.read()
    assert build.status(intake)["архив/хороший (1).xlsx"] == "duplicate"
    [issue] = build.issues(intake, "file_duplicate")
    assert issue["severity"] == "note"
    assert "«хороший.xlsx»" in issue["message"]
    assert len(intake.vpr_results) == 1


NOT_USED = [
    ("region_classes", [["Пользователь", "Школа", "Буква (цифра) класса. Введите \"нет\""]]),
    ("drop_down_lists", [[1, 5], ["отсутствовал", 4], [None, "X"]]),
]  # fmt: skip


def test_known_forms_that_are_not_used_yet(place):
    for i, (_, rows) in enumerate(NOT_USED):
        place.book(f"{i:02d}.xlsx", rows)
    files = place.read().source_files
    assert list(files["family"]) == [family for family, _ in NOT_USED]
    assert set(files["status"]) == {"not_used"}
    assert files["comment"].notna().all()
    assert set(files["n_rows"]) == {0}


def test_unknown_sheet_beside_a_known_one_is_named(place, build):
    place.book("Ф1.xlsx", build.f1(build.pupil(40001)), "Лист1", Заметки=[["Проверить", "Потом"]])
    intake = place.read()
    [issue] = build.issues(intake, "sheet_not_read")
    assert (issue["sheet"], issue["severity"]) == ("Заметки", "note")
    assert len(intake.vpr_results) == 1


def test_every_sheet_of_a_workbook_is_read(place, build):
    second = build.f1(build.pupil(40001), work="ВПР 2026 Математика 4 класс")
    place.book("Ф1.xlsx", build.f1(build.pupil(40001)), "РУ", МА=second)
    assert len(place.read().works) == 2


def tables_without_places(intake):
    """Tables without where things lie: that may differ when files are renamed."""
    places = ["source_file", "source_sheet", "source_row"]
    return {
        name: table.drop(columns=places, errors="ignore")
        for name, table in intake.tables().items()
        if name not in ("source_files", "issues")
    }


def test_file_names_and_their_order_do_not_matter(place, build):
    def fill(names):
        for path in list(place.folder.rglob("*.xlsx")):
            path.unlink()
        place.register(names[0])
        place.book(names[1], build.f1(build.pupil(40001, mark=3), build.pupil(40002)))
        place.book(names[2], build.f1(build.pupil(40001, mark=4), build.pupil(40003)))
        june = [build.oge(1, 5811, mark=3), build.oge(2, 5812, "Петрова")]
        july = [build.oge(1, 5811, mark=4)]
        place.book(names[3], [["01 - Русский язык 2026.06.09"], build.OGE_HEADER, *june])
        place.book(names[4], [["01 - Русский язык 2026.07.09"], build.OGE_HEADER, *july])
        return place.read()

    names = [f"{letter}.xlsx" for letter in "abcde"]
    first = tables_without_places(fill(names))
    for seed in range(3):
        random.Random(seed).shuffle(names)
        for name, table in tables_without_places(fill(names)).items():
            pd.testing.assert_frame_equal(table, first[name])


def test_reading_twice_gives_the_same_tables_and_changes_no_file(good_file, build):
    before = {p: p.read_bytes() for p in good_file.folder.rglob("*.xlsx")}
    one, two = good_file.read(), good_file.read()
    assert build.dump(one) == build.dump(two)
    assert before == {p: p.read_bytes() for p in good_file.folder.rglob("*.xlsx")}


def test_progress_names_every_file(good_file):
    told = []
    good_file.read(progress=told.append)
    assert told == ["хороший.xlsx"]


def test_source_files_count_the_rows_that_reached_the_tables(place, build):
    place.register()
    place.book("Ф1.xlsx", build.f1(build.pupil(40001), build.pupil(40002, mark=6)))
    place.book("Ф3.xlsx", build.marks(["Вся выборка", 1, 100, 25, 25, 25, 25]))
    counts = place.read().source_files.set_index("file")["n_rows"]
    assert dict(counts) == {"Контекст.xlsx": 4, "Ф1.xlsx": 1, "Ф3.xlsx": 1}


def test_issues_are_numbered_in_a_stable_order(place, build):
    place.raw("б.xlsx", b"")
    place.raw("а.xlsx", b"")
    table = place.read().issues
    assert list(table["issue_id"]) == [1, 2]
    assert list(table["file"]) == ["а.xlsx", "б.xlsx"]


def test_a_damaged_xls_cannot_end_the_process(place, build):
    """The reader of the old format aborts on some damage; it must run apart."""
    content = bytearray(bytes.fromhex("D0CF11E0A1B11AE1") + random.Random(1).randbytes(5000))
    for i in range(5):
        content[600 + i] = 255
        place.raw(f"{i}.xls", bytes(content))
    assert set(build.status(place.read()).values()) == {"refused"}


def test_import_does_not_need_any_other_layer():
    code = (
        "import sys, shnor_analysis.intake; "
        "print(sorted(m.split('.')[1] for m in sys.modules if m.startswith('shnor_analysis.')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(found.stdout)) <= {
        "codes", "errors", "form_specs", "place_files", "place_settings", "tables", "methodology",
        "intake", "stats",
    }  # fmt: skip


def test_folder_is_a_path_given_by_the_caller(place, build):
    place.book("глубоко/в/папке/Ф1.xlsx", build.f1(build.pupil(40001)))
    intake = read_place(place.folder, place.methodology, build.KEY)
    assert list(intake.source_files["file"]) == ["глубоко/в/папке/Ф1.xlsx"]


def test_equal_files_of_two_years_or_schools_are_both_read(place, build):
    rows = build.f1(build.separator(1), build.pupil(40001))
    content = place.book("2025/Ф1.xlsx", rows).read_bytes()
    for name in ("2026/Ф1.xlsx", "2026/edu990002/Ф1.xlsx", "2026/Ф1 копия.xlsx"):
        place.raw(name, content)
    found = build.status(place.read())
    assert found == {
        "2025/Ф1.xlsx": "read", "2026/Ф1.xlsx": "read", "2026/edu990002/Ф1.xlsx": "read",
        "2026/Ф1 копия.xlsx": "duplicate",
    }  # fmt: skip


def test_a_name_unpacked_from_a_windows_archive_is_shown_in_russian(place, build):
    name = os.fsdecode("Отчёт.csv".encode("cp1251"))
    try:
        place.raw(name, "нечто;другое\n".encode())
    except OSError:
        pytest.skip("файловая система принимает только имена в UTF-8")
    assert build.status(place.read()) == {"Отчёт.csv": "unknown"}


def test_the_returned_workbook_of_remarks_brings_no_errors(place, build):
    place.book("2026/Ф1.xlsx", build.f1(build.separator(2), build.pupil(40001, mark=7)))
    place.register()
    intake = place.read()
    labels = Labels.of(intake.schools, place.methodology)
    reasons = place.methodology.explanation_reasons
    place.raw("2026/issues.xlsx", issues_workbook(intake.issues, labels, reasons))
    again = place.read()
    assert build.status(again)["2026/issues.xlsx"] == "read"
    told = [i for i in build.issues(again) if i["file"] == "2026/issues.xlsx"]
    assert [i for i in told if i["severity"] != "note"] == []


def test_a_form_beside_the_sheets_of_the_register_is_read(place, build):
    header = ["Логин", "Школа", "Год", "Перечень", "Состояние"]
    row = ["edu990001", build.SCHOOL_1, 2025, "ШНОР", "в перечне"]
    place.register()
    book = openpyxl.load_workbook(place.folder / "Контекст.xlsx")
    sheet = book.create_sheet("Перечни")
    sheet.append(header)
    sheet.append(row)
    book.save(place.folder / "Контекст.xlsx")
    intake = place.read()
    assert len(intake.schools) == 2
    assert list(intake.reported["past_registers"]["school_id"]) == ["990001"]


def test_an_unclosed_quote_does_not_swallow_rows(place, build):
    place.raw("перечни.csv", 'Логин;Перечень\nedu990001;"ШНОР\nedu990002;ШНОР\n'.encode())
    told = build.issues(place.read(), "csv_quote")
    assert "строка 2" in told[0]["message"]


def test_a_workbook_of_side_sheets_only_is_named_and_not_used(place, build):
    place.book(
        "2026/Перечень.xlsx", [["Код замечания", "Важность"], ["3f0a-990001-91c4", "Вопрос"]]
    )
    place.book("2026/Оглавление.xlsx", [["Содержание"], ["Таблица 1"]])
    assert set(build.status(place.read()).values()) == {"not_used"}
    assert set(NOT_USED_WORDS) == SIDE_FAMILIES
