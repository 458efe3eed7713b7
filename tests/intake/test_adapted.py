"""The form of participants taught by adapted programmes, from the file to the table."""

import pytest

from tests.intake.test_groups import SCHOOL

HEADINGS = [
    "Логин", "Школа", "Учебный год", "Процедура", "Предмет", "Класс", "Участников по АОП (чел.)",
    "Из них не преодолели минимум (чел.)",
]  # fmt: skip


def form(place, *rows):
    place.register(pupils=(500, 400))
    place.book("АОП.xlsx", [HEADINGS, *rows])


def row(n=3, below=2, *, procedure="ВПР", subject="русский язык", grade=4, name="edu990001"):
    return [name, "", "2025/2026", procedure, subject, grade, n, below]


def test_the_form_is_recognised_and_read(place):
    form(place, row(), row(0, 0, procedure="ГВЭ-9", subject="математика", grade="9"))
    found = place.read().reported["adapted_participants"]
    columns = ["school_id", "assessment_year", "procedure", "subject", "grade", "n_participants",
               "n_below_minimum"]  # fmt: skip
    assert found[columns].to_numpy().tolist() == [
        ["990001", 2026, "gve9", "math", 9, 0, 0],
        ["990001", 2026, "vpr", "rus", 4, 3, 2],
    ]
    assert found["source_row"].tolist() == [3, 2]


def test_more_below_the_minimum_than_there_are_is_not_applied(place, build):
    form(place, row(2, 3))
    intake = place.read()
    assert intake.reported["adapted_participants"].empty
    assert "form_row_above" in build.checks(intake)


@pytest.mark.parametrize(
    ("rows", "check", "words"),
    [
        # Ф3 of the school has 89 participants in Russian of grade 4
        ([row(90, 2)], "adapted_above", "программам 90, а всех участников этой работы 89;"),
        ([row(3, 2, grade=5)], "adapted_without_results", "программам 3, а результатов этой"),
        ([row()], None, ""),
    ],
)
def test_what_does_not_fit_the_results_is_asked(place, build, rows, check, words):
    form(place, *rows)
    place.book("Ф3.xlsx", build.marks(SCHOOL))
    intake = place.read()
    asked = [one for one in build.checks(intake) if one.startswith("adapted")]
    assert asked == ([check] if check else [])
    if check:
        [issue] = build.issues(intake, check)
        assert (issue["severity"], issue["school_id"]) == ("query", "990001")
        assert words in issue["message"]
