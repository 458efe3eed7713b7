"""No name, document, telephone or participant code leaves the reader; hostile rows included."""

import re
import stat

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_analysis.errors import SourceFileError
from shnor_analysis.intake import load_or_create_key, pseudonym
from shnor_analysis.intake.cells import safe_value
from shnor_analysis.intake.checks import CHECKS
from shnor_analysis.intake.fisoko.individual import read_individual
from shnor_analysis.intake.messages import NOT_USED, issues_table
from shnor_analysis.intake.workbook import Sheet
from shnor_analysis.tables import VPR_RESULTS

PRIVATE = (
    "Иванов", "Пётр", "Ильич", "Магомедова", "96 00 123456", "123456", "9600", "89280001122",
    "ivanov@example.org", "директор@school.ru", "Директоров", "40001", "40002", "777-88",
)  # fmt: skip


def test_hostile_cells_of_f1_do_not_leak(place, build):
    rows = []
    for private in PRIVATE:
        for column in range(13):
            row = build.pupil(50001 + len(rows))
            row[column] = private
            rows.append(row)
    place.book("Ф1.xlsx", build.f1(build.separator(len(rows)), *rows))
    intake = place.read()
    text = build.dump(intake)
    assert len(intake.vpr_results) > 50  # harmless columns do not throw the row away
    for private in (*PRIVATE, "50001"):
        assert private not in text


def test_hostile_cells_of_a_protocol_do_not_leak(place, build):
    place.register()
    rows = []
    for i, private in enumerate(PRIVATE):
        for column in (0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14):
            row = build.oge(i + 1, 5811, "Магомедова", document=("9600", "123456"))
            row[7:9] = ["Пётр", "Ильич"]
            row[column] = private
            rows.append(row)
    place.book("ОГЭ.xlsx", [["01 - Русский язык 2026.06.09"], build.OGE_HEADER, *rows])
    intake = place.read()
    text = build.dump(intake)
    assert len(intake.gia_results)
    for private in PRIVATE:
        assert private not in text


def test_hostile_cells_of_a_group_report_do_not_leak(place, build):
    rows = [[private, "", private, 25, 25, private, 25] for private in PRIVATE]
    rows += [[f"Исполнитель: {private}"] for private in PRIVATE]
    place.book("Ф3.xlsx", build.marks(*rows))
    text = build.dump(place.read())
    for private in PRIVATE:
        assert private not in text


def test_the_head_of_a_school_and_contacts_are_not_read(place, build):
    place.register()
    text = build.dump(place.read())
    # a shorter part of the number may stand in the fingerprint of a file by chance
    for private in ("Директоров", "999 123", "123-45-67", "9991234567", "director@example.org"):
        assert private not in text


@given(st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.none())
@settings(max_examples=300)
def test_shown_values_are_scores_or_known_words_only(value):
    shown = safe_value(value)
    assert re.fullmatch(
        r"пусто|дата|(текст|число) из \d+ знаков|-?\d{1,3}([.,]\d{1,4})?"
        r"|[XxХхЖжМмНн+\-–—]|[а-яА-Яё/. ]{1,12}",
        shown,
    )


def test_pseudonym_depends_on_the_key_and_every_part():
    one = pseudonym(b"a" * 32, "vpr", "2026", "40001")
    assert re.fullmatch(r"[0-9a-f]{16}", one)
    assert one == pseudonym(b"a" * 32, "vpr", "2026", "40001")
    others = {
        pseudonym(b"b" * 32, "vpr", "2026", "40001"),
        pseudonym(b"a" * 32, "vpr", "2025", "40001"),
        pseudonym(b"a" * 32, "vpr", "20264", "0001"),
        pseudonym(b"a" * 32, "vpr2026", "40001"),
    }
    assert one not in others and len(others) == 4


def test_pseudonym_is_hmac_sha256():
    # RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?" → 5bdcc146bf60754e…
    assert pseudonym(b"Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e"


def test_key_is_made_once_and_readable_by_the_owner_only(tmp_path):
    path = tmp_path / ".pupil_key"
    key = load_or_create_key(path)
    assert len(key) == 32
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert re.fullmatch(r"[0-9a-f]{64}", path.read_text())


@pytest.mark.parametrize("content", ["", "короткий", "ab" * 31, "zz" * 32])
def test_damaged_key_is_not_replaced_silently(tmp_path, content):
    path = tmp_path / ".pupil_key"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceFileError, match="повреждён"):
        load_or_create_key(path)
    assert path.read_text(encoding="utf-8") == content


def test_another_key_gives_other_pupils(place, build):
    from shnor_analysis.intake import read_place

    place.book("Ф1.xlsx", build.f1(build.pupil(40001)))
    one = place.read().vpr_results["pupil_id"].iloc[0]
    two = read_place(place.folder, place.methodology, b"z" * 32).vpr_results["pupil_id"].iloc[0]
    assert one != two


def test_wording_accuses_nobody_and_mixes_no_alphabets():
    texts = [t for c in CHECKS.values() for t in (c.template, c.guidance)] + list(NOT_USED.values())
    for text in texts:
        assert not re.search(r"нарушен|фальсиф|списыв|подозр|вина|виновн", text.lower()), text
        plain = re.sub(r"\{\w+\}", "", text)
        assert not re.search(r"\b(?=\w*[A-Za-z])(?=\w*[А-Яа-яЁё])\w+\b", plain), text
        assert text.endswith((".", "}.")), text


def test_severity_of_every_check_is_known():
    from shnor_analysis.tables import SEVERITIES

    assert {check.severity for check in CHECKS.values()} <= set(SEVERITIES)
    assert all(re.fullmatch(r"[a-z0-9_]{4,32}", check_id) for check_id in CHECKS)


CELLS = st.one_of(
    st.none(),
    st.integers(-3, 60000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(),
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn")),
        max_size=12,
    ),
    st.sampled_from(["X", "х", "не пройд.", "нет отметки", "2", "3,0", "ж", "edu990002", " "]),
)


@given(
    dirt=st.lists(st.tuples(st.integers(0, 11), st.integers(0, 12), CELLS), min_size=1, max_size=25)
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dirty_cells_never_raise_and_never_lose_a_row_silently(place, build, dirt):
    rows = [build.pupil(40001 + i) for i in range(12)]
    for row, column, value in dirt:
        rows[row][column] = value
    rows = [row for row in rows if any(c is not None and str(c).strip() for c in row)]
    sheet = Sheet("Ф1.xlsx", "Лист", build.f1(*rows))
    extract = read_individual(sheet, place.methodology, build.KEY)
    issues = issues_table(extract.issues)
    VPR_RESULTS.conform(pd.DataFrame(extract.vpr))
    errors = issues[(issues["severity"] == "error") & issues["row"].notna()]
    same = issues[issues["check_id"] == "vpr_twin_same"]
    absent = issues.loc[issues["check_id"] == "vpr_absent", "value"].astype(int)
    assert errors["row"].is_unique  # one error a row
    named = len(errors) + len(same) + int(absent.sum())
    assert len(extract.vpr["pupil_id"]) + named == len(rows)
